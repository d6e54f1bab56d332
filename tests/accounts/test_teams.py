from datetime import UTC, datetime

import pytest

from accounts.errors import BadInput
from accounts.rights import EVERYBODY, PRODUCT_RIGHTS, Action, Owner, Scope, Thing, may
from accounts.roles import RightRow, RoleRow, actor_for, rights_of, seed_roles
from accounts.teams import add_team, colleagues_of, rename_team, set_members, set_teams, team_names_of
from accounts.users import Role, User, add_user, change_user
from kernel.database import Database

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
async def people(database: Database) -> dict[str, User]:
    async with database.transaction() as session:
        await seed_roles(session)
        return {
            login: await add_user(session, login=login, name=login, role=role, now=NOW)
            for login, role in (
                ("sup", Role.SUPERVISOR),
                ("anna", Role.AGENT),
                ("boris", Role.AGENT),
                ("carla", Role.AGENT),
            )
        }


async def may_read_desk_of(database: Database, who: User, whose: User) -> bool:
    async with database.reading() as session:
        return may(await actor_for(session, who), Action.READ, Thing.DESK, Owner.user(whose.id))


async def test_as_long_as_there_are_no_teams_everybody_is_of_one(database: Database, people: dict[str, User]) -> None:
    async with database.reading() as session:
        assert await colleagues_of(session, people["sup"].id) == {user.id for user in people.values()}
        assert await team_names_of(session, people["sup"].id) == {EVERYBODY}
    assert await may_read_desk_of(database, people["sup"], people["anna"])
    assert not await may_read_desk_of(database, people["anna"], people["boris"])


async def test_a_right_over_the_team_ends_at_the_team(database: Database, people: dict[str, User]) -> None:
    sup, anna, boris, carla = people.values()
    async with database.transaction() as session:
        sales = await add_team(session, name="Sales", now=NOW)
        support = await add_team(session, name="Support", now=NOW)
        await set_members(session, sales.id, [sup.id, anna.id, anna.id])
        await set_teams(session, boris.id, [support.id])
    assert await may_read_desk_of(database, sup, anna)
    assert not await may_read_desk_of(database, sup, boris)
    assert not await may_read_desk_of(database, sup, carla)  # who is in no team
    async with database.transaction() as session:
        assert await team_names_of(session, sup.id) == {"Sales"}
        assert await colleagues_of(session, carla.id) == {carla.id}
        await set_teams(session, sup.id, [sales.id, support.id])
    assert await may_read_desk_of(database, sup, boris)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "Sales", " Sales ", "Everybody"])
async def test_a_bad_team_name_names_the_field(database: Database, name: str) -> None:
    async with database.transaction() as session:
        await add_team(session, name="Sales", now=NOW)
        with pytest.raises(BadInput) as caught:
            await add_team(session, name=name, now=NOW)
        assert caught.value.field == "name"


async def test_a_team_may_keep_its_name_and_not_take_anothers(database: Database) -> None:
    async with database.transaction() as session:
        sales, _ = await add_team(session, name="Sales", now=NOW), await add_team(session, name="Support", now=NOW)
        await rename_team(session, sales, "Sales")
        with pytest.raises(BadInput, match="name"):
            await rename_team(session, sales, "Support")


async def test_people_who_are_nobody_are_in_no_team(database: Database, people: dict[str, User]) -> None:
    async with database.transaction() as session:
        team = await add_team(session, name="Sales", now=NOW)
        with pytest.raises(BadInput) as caught:
            await set_members(session, team.id, [people["anna"].id, 999])
        assert caught.value.field == "members[1]"
        with pytest.raises(BadInput) as caught:
            await set_teams(session, people["anna"].id, [999])
        assert caught.value.field == "team_ids[0]"


async def test_the_products_rights_are_rows(database: Database) -> None:
    for _ in range(2):
        async with database.transaction() as session:
            await seed_roles(session)
    async with database.reading() as session:
        for role in Role:
            assert dict(await rights_of(session, role)) == dict(PRODUCT_RIGHTS[role])
            assert await session.get(RoleRow, role.value) is not None


async def test_a_right_that_was_taken_away_stays_away_and_one_that_is_missing_comes(database: Database) -> None:
    key = {"role": "agent", "thing": "contact", "action": "change"}
    async with database.transaction() as session:
        await seed_roles(session)
        (await session.get_one(RightRow, key)).scope = "none"
        await session.delete(await session.get_one(RightRow, {**key, "action": "read"}))
        session.add(RightRow(role="agent", thing="something of a later version", action="read", scope="all"))
    async with database.transaction() as session:
        await seed_roles(session)
    async with database.reading() as session:
        rights = await rights_of(session, Role.AGENT)
    assert rights[Thing.CONTACT, Action.CHANGE] is Scope.NONE
    assert rights[Thing.CONTACT, Action.READ] is Scope.ALL


async def test_the_rows_decide(database: Database, people: dict[str, User]) -> None:
    assert not await may_read_desk_of(database, people["anna"], people["boris"])
    async with database.transaction() as session:
        row = await session.get_one(RightRow, {"role": "agent", "thing": "desk", "action": "read"})
        row.scope = "all"
    assert await may_read_desk_of(database, people["anna"], people["boris"])


async def test_somebody_is_left_to_set_things_up(database: Database) -> None:
    async with database.transaction() as session:
        first = await add_user(session, login="first", name="First", role=Role.ADMIN, now=NOW)
        second = await add_user(session, login="second", name="Second", role=Role.ADMIN, now=NOW)
        await change_user(session, second, active=False)
        for change, field in (({"active": False}, "active"), ({"role": Role.AGENT}, "role")):
            with pytest.raises(BadInput) as caught:
                await change_user(session, first, **change)  # type: ignore[arg-type]
            assert caught.value.field == field
        await change_user(session, second, active=True)
        await change_user(session, first, role=Role.AGENT)
        assert (first.role, second.active) == (Role.AGENT, True)
