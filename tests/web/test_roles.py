"""Roles and their rights as an admin edits them: they count at once, and lock nobody out who sets things up."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import WSMsgType

from accounts.roles import seed_roles
from accounts.users import Role
from tests.web.house import House, Person

API = "/api/v1"


@pytest.fixture
async def boss(house: House) -> Person:
    return await house.add_person("boss", Role.ADMIN)


async def ask(
    house: House, who: Person, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    given = {**who.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with house.client.request(method, f"{API}/{path}", json=body, headers=given) as response:
        return response.status, await response.json() if response.status != 204 else {}


def right(thing: str, action: str, scope: str) -> dict[str, str]:
    return {"thing": thing, "action": action, "scope": scope}


async def test_the_products_roles_are_rows(house: House, boss: Person) -> None:
    status, page = await ask(house, boss, "GET", "roles?limit=3")
    assert status == 200
    assert [role["name"] for role in page["items"]] == ["admin", "agent", "manager"]
    status, rest = await ask(house, boss, "GET", f"roles?cursor={page['next_cursor']}")
    assert [role["name"] for role in rest["items"]] == ["supervisor"]
    agent = page["items"][1]
    assert agent["built_in"] is True
    assert right("call", "read", "own") in agent["rights"]
    assert all(each["scope"] != "none" for each in agent["rights"])


async def test_a_right_counts_from_the_next_request_on(house: House, boss: Person) -> None:
    anna = await house.add_person("anna")
    assert (await ask(house, anna, "GET", "numbers"))[0] == 403
    change = {"rights": [right("number", "read", "all")]}
    status, role = await ask(house, boss, "PATCH", "roles/agent", change)
    assert status == 200
    assert right("number", "read", "all") in role["rights"]
    assert right("call", "read", "own") in role["rights"]  # left out of the change: it stays
    assert (await ask(house, anna, "GET", "numbers"))[0] == 200
    await ask(house, boss, "PATCH", "roles/agent", {"rights": [right("number", "read", "none")]})
    assert (await ask(house, anna, "GET", "numbers"))[0] == 403
    _, log = await ask(house, boss, "GET", "audit?thing=role")
    assert [(each["before"], each["after"]) for each in log["items"]] == [
        ({"rights": ["read number: all"]}, {"rights": []}),
        ({"rights": []}, {"rights": ["read number: all"]}),
    ]


async def test_what_was_taken_away_stays_away_after_a_start(house: House, boss: Person) -> None:
    await ask(house, boss, "PATCH", "roles/agent", {"rights": [right("contact", "create", "none")]})
    async with house.database.transaction() as session:
        await seed_roles(session)
    _, role = await ask(house, boss, "GET", "roles/agent")
    assert not [each for each in role["rights"] if (each["thing"], each["action"]) == ("contact", "create")]


async def test_an_open_screen_loses_what_its_role_may_not_see_any_more(house: House, boss: Person) -> None:
    anna = await house.add_person("anna", account="1001")
    screen = await house.sign_in(anna)
    assert (await screen.receive_json(timeout=10))["type"] == "snapshot"
    await ask(house, boss, "PATCH", "roles/agent", {"rights": [right("desk", "read", "none")]})
    while (message := await screen.receive(timeout=10)).type is WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1012)


async def test_a_role_of_the_installation(house: House, boss: Person) -> None:
    new = {"name": "trainee", "description": "Listens", "rights": [right("call", "read", "all")]}
    status, role = await ask(house, boss, "POST", "roles", new)
    assert (status, role["built_in"], role["users"], role["rights"]) == (201, False, 0, new["rights"])
    status, user = await ask(house, boss, "POST", "users", {"login": "tim", "name": "Tim", "role": "trainee"})
    assert (status, user["role"]) == (201, "trainee")
    _, token = await ask(house, boss, "POST", f"users/{user['id']}/tokens", {"label": "x"})
    tim = Person(user["id"], token["secret"])
    assert (await ask(house, tim, "GET", "calls"))[0] == 200
    assert (await ask(house, tim, "GET", "contacts"))[0] == 403
    status, told = await ask(house, boss, "DELETE", "roles/trainee")
    assert (status, told["detail"]) == (409, "1 user(s) have the role trainee: give them another first")
    await ask(house, boss, "PATCH", f"users/{tim.id}", {"role": "agent"})
    assert (await ask(house, boss, "DELETE", "roles/trainee"))[0] == 204
    assert (await ask(house, boss, "GET", "roles/trainee"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("PATCH", "roles/admin", {"rights": [right("user", "change", "none")]}, 422, "rights"),
        ("DELETE", "roles/agent", None, 409, None),
        ("DELETE", "roles/admin", None, 409, None),
        ("PATCH", "roles/nobody", {"description": "x"}, 404, None),
        ("POST", "roles", {"name": "agent", "description": "x"}, 422, "name"),
        ("POST", "roles", {"name": "Not so", "description": "x"}, 422, "name"),
        ("POST", "roles", {"name": "x", "description": " "}, 422, "description"),
        ("POST", "roles", {"name": "x", "description": "x", "rights": [right("moon", "read", "all")]}, 422, None),
        (
            "PATCH",
            "roles/agent",
            {"rights": [right("call", "read", "all"), right("call", "read", "own")]},
            422,
            "rights[1]",
        ),
        ("POST", "users", {"login": "x", "name": "x", "role": "nobody"}, 422, "role"),
        ("PATCH", "users/1", {"role": "nobody"}, 422, "role"),
        ("PATCH", "users/1", {"role": "agent"}, 422, "role"),
    ],
)
async def test_what_can_not_be_is_refused(
    house: House, boss: Person, method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    got, told = await ask(house, boss, method, path, body)
    assert got == status, told
    if field is not None:
        assert [error["field"] for error in told["errors"]] == [field]


async def test_nobody_gives_or_takes_over_more_than_they_may(house: House, boss: Person) -> None:
    """Somebody who may look after users and roles does not get to be an admin by it."""
    rights = [right(thing, action, "all") for thing in ("user", "role", "token") for action in ("create", "change")]
    new = {"name": "clerk", "description": "Looks after people", "rights": rights}
    assert (await ask(house, boss, "POST", "roles", new))[0] == 201
    clerk = await house.add_person("clerk", Role.AGENT)
    await ask(house, boss, "PATCH", f"users/{clerk.id}", {"role": "clerk"})
    mine = {"rights": [right("settings", "change", "all")]}
    for method, path, body, status in (
        ("PATCH", f"users/{clerk.id}", {"role": "admin"}, 422),
        ("PATCH", f"users/{boss.id}", {"active": False}, 403),
        ("POST", f"users/{boss.id}/password", {"password": "a long enough password"}, 403),
        ("POST", f"users/{boss.id}/tokens", {"label": "x"}, 403),
        ("POST", "users", {"login": "x", "name": "x", "role": "admin"}, 422),
        ("PATCH", "roles/clerk", mine, 422),
        ("POST", "roles", {"name": "mine", "description": "x", **mine}, 422),
        ("POST", "users", {"login": "y", "name": "y", "role": "clerk"}, 201),
    ):
        got, told = await ask(house, clerk, method, path, body)
        assert got == status, (method, path, told)


async def test_a_team_is_removed_when_it_is_empty_or_its_people_have_another(house: House, boss: Person) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris")
    _, night = await ask(house, boss, "POST", "teams", {"name": "Night", "members": [anna.id, boris.id]})
    _, day = await ask(house, boss, "POST", "teams", {"name": "Day", "members": [anna.id]})
    status, told = await ask(house, boss, "DELETE", f"teams/{night['id']}")
    assert status == 409
    assert told["detail"].startswith("2 user(s) are in it")
    for target in (night["id"], 999):
        status, told = await ask(house, boss, "DELETE", f"teams/{night['id']}?move_members_to={target}")
        assert (status, told["errors"][0]["field"]) == (422, "move_members_to")
    assert (await ask(house, boss, "DELETE", f"teams/{night['id']}?move_members_to={day['id']}"))[0] == 204
    assert (await ask(house, boss, "GET", f"teams/{day['id']}"))[1]["members"] == [anna.id, boris.id]
    await ask(house, boss, "PATCH", f"teams/{day['id']}", {"members": []})
    assert (await ask(house, boss, "DELETE", f"teams/{day['id']}"))[0] == 204
    assert (await ask(house, boss, "GET", "teams"))[1]["items"] == []
    _, log = await ask(house, boss, "GET", "audit?thing=team")
    assert [each["action"] for each in log["items"][:3]] == ["delete", "change", "delete"]
