from datetime import UTC, datetime

import pytest

from accounts.errors import BadInput
from accounts.users import Role, add_user, find_user
from kernel.database import Database

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


async def test_a_user_of_any_script_is_kept_as_written(database: Database) -> None:
    async with database.transaction() as session:
        await add_user(session, login=" Anong ", name="  อนงค์ ศรีสุข 👩🏽‍💻 ", role=Role.AGENT, now=NOW)

    async with database.reading() as session:
        user = await find_user(session, "ANONG")
        assert user is not None
        assert (user.login, user.name, user.role, user.active) == ("anong", "อนงค์ ศรีสุข 👩🏽‍💻", Role.AGENT, True)
        assert user.created_at == NOW


async def test_a_name_is_kept_composed(database: Database) -> None:
    async with database.transaction() as session:
        user = await add_user(session, login="jose", name="Jose\u0301", role=Role.ADMIN, now=NOW)
        assert user.name == "Jos\u00e9"


@pytest.mark.parametrize(
    ("login", "name", "field"),
    [
        ("", "Anna", "login"),
        ("anna b", "Anna", "login"),
        (".anna", "Anna", "login"),
        ("a" * 64, "Anna", "login"),
        ("анна", "Anna", "login"),
        ("anna", " ", "name"),
        ("anna", "A" * 201, "name"),
        ("anna", "An\r\nna", "name"),
        ("anna", "An\x00na", "name"),
        ("anna", "An\u2028na", "name"),
        ("taken", "Anna", "login"),
    ],
)
async def test_bad_input_names_the_field(database: Database, login: str, name: str, field: str) -> None:
    async with database.transaction() as session:
        await add_user(session, login="taken", name="First", role=Role.AGENT, now=NOW)
        with pytest.raises(BadInput) as caught:
            await add_user(session, login=login, name=name, role=Role.AGENT, now=NOW)
        assert caught.value.field == field
