"""Users, teams, tokens and the audit log over the API."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from accounts.users import Role
from queue_router.states import Wanted
from tests.web.house import NOW, House, Person, desk_call
from tests.web.test_api import API, problem
from tests.web.test_live import closed_with, until
from tests.web.test_sign_in import PASSWORD, enter, screen_by_cookie, signed_in
from web import live


async def ask(house: House, who: Person, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    response = await house.client.request(method, f"{API}/{path}", json=body, headers=who.headers)
    assert response.status == status, await response.text()
    return await response.json() if status != 204 else None


async def refused(house: House, who: Person, method: str, path: str, body: Any, field: str) -> str:
    told = await problem(await house.client.request(method, f"{API}/{path}", json=body, headers=who.headers), 422)
    assert told["errors"][0]["field"] == field
    return str(told["errors"][0]["reason"])


@pytest.fixture
async def admin(house: House) -> Person:
    return await house.add_person("root", Role.ADMIN)


async def test_an_admin_adds_an_agent_who_signs_in_and_gets_a_call(house: House, admin: Person) -> None:
    new = {"login": "Suda", "name": "สุดา <b>", "role": "agent", "password": PASSWORD, "phone": "1001"}
    suda = await ask(house, admin, "POST", "users", new, 201)
    assert (suda["login"], suda["name"], suda["role"], suda["phone"]) == ("suda", "สุดา <b>", "agent", "1001")
    assert (suda["active"], suda["has_password"], suda["teams"]) == (True, True, [])
    assert await ask(house, admin, "GET", f"users/{suda['id']}") == suda

    await signed_in(house, "suda")
    screen = await screen_by_cookie(house)
    assert (await screen.receive_json(timeout=30))["data"]["agent"]["account"] == "1001"
    house.services.desks.offer(suda["id"], desk_call(NOW))
    await until(screen, "call_offered")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login": ""}, "login"),
        ({"login": "a b"}, "login"),
        ({"login": "root"}, "login"),
        ({"login": "x" * 300}, "login"),
        ({"name": " "}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"role": "boss"}, "role"),
        ({"password": "short"}, "password"),
        ({"phone": "10 01"}, "phone"),
        ({"phone": "1009"}, "phone"),
        ({"team_ids": [999]}, "team_ids[0]"),
        ({"active": False}, "active"),
    ],
)
async def test_a_bad_user_names_the_field_and_leaves_nothing(
    house: House, admin: Person, change: dict[str, Any], field: str
) -> None:
    await house.add_person("boris", account="1009")
    new = {"login": "suda", "name": "Suda", "role": "agent", **change}
    await refused(house, admin, "POST", "users", new, field)
    assert [user["login"] for user in (await ask(house, admin, "GET", "users"))["items"]] == ["boris", "root"]
    assert (await ask(house, admin, "GET", "audit?thing=user"))["items"] == []


async def test_users_are_listed_in_pages_and_found(house: House, admin: Person) -> None:
    for login in ("carla", "anna", "boris", "dmitri"):
        await house.add_person(login)
    await house.deactivate(house.people["boris"])
    seen, cursor = [], ""
    while cursor is not None:
        page = await ask(house, admin, "GET", f"users?limit=2&cursor={cursor}")
        seen += [user["login"] for user in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["anna", "boris", "carla", "dmitri", "root"]
    for query, expected in (
        ("active=true&q=R", ["carla", "dmitri", "root"]),
        ("active=false", ["boris"]),
        ("q=%25", []),
    ):
        found = await ask(house, admin, "GET", f"users?{query}")
        assert [user["login"] for user in found["items"]] == expected, query


async def test_who_is_deactivated_is_signed_out_at_once_and_the_call_goes_on(house: House, admin: Person) -> None:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    await signed_in(house)
    by_cookie, by_token = await screen_by_cookie(house), await house.sign_in(anna)
    house.services.desks.offer(anna.id, desk_call(NOW))
    house.services.desks.answer(anna.id, "main-1764.9", NOW)

    changed = await ask(house, admin, "PATCH", f"users/{anna.id}", {"active": False})
    assert changed["active"] is False
    # Both are read at once: a close that nobody reads is cut off after some seconds.
    assert await asyncio.gather(closed_with(by_cookie), closed_with(by_token)) == [live.REFUSED] * 2
    await problem(await house.client.get(f"{API}/me"), 401)
    await problem(await house.client.get(f"{API}/me", headers=anna.headers), 401)
    await problem(await enter(house), 401)
    assert house.services.agents.find(anna.id) is None  # gets no more calls
    desk = house.services.desks.snapshot(anna.id)
    assert [(call["call_id"], call["phase"]) for call in desk["calls"]] == [("main-1764.9", "answered")]

    await ask(house, admin, "PATCH", f"users/{anna.id}", {"active": True})
    # Back, with a new session; the old one is over for good.
    await problem(await house.client.get(f"{API}/me"), 401)
    assert (await enter(house)).status == 201


async def test_a_phone_is_given_changed_and_taken_away(house: House, admin: Person) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris", account="1002")
    path = f"users/{anna.id}"
    assert (await ask(house, admin, "PATCH", path, {"phone": "1001"}))["phone"] == "1001"
    assert "another agent's" in await refused(house, admin, "PATCH", path, {"phone": "1002"}, "phone")
    assert (await ask(house, admin, "PATCH", path, {"name": "Anna P."}))["phone"] == "1001"
    agent = house.services.agents.find(anna.id)
    assert agent is not None
    assert (agent.account, agent.name) == ("1001", "Anna P.")
    assert (await ask(house, admin, "PATCH", f"users/{boris.id}", {"phone": None}))["phone"] is None
    assert house.services.agents.find(boris.id) is None
    assert (await ask(house, admin, "PATCH", path, {"phone": "1002"}))["phone"] == "1002"


async def test_somebody_is_left_to_set_things_up(house: House, admin: Person) -> None:
    for change, field in (({"active": False}, "active"), ({"role": "agent"}, "role")):
        assert "last" in await refused(house, admin, "PATCH", f"users/{admin.id}", change, field)
    await house.add_person("second", Role.ADMIN)
    assert (await ask(house, admin, "PATCH", f"users/{admin.id}", {"role": "agent"}))["role"] == "agent"
    await problem(await house.client.get(f"{API}/users", headers=admin.headers), 403)


async def test_a_new_password_ends_the_sessions_of_the_old(house: House, admin: Person) -> None:
    anna = await house.add_person("anna", password=PASSWORD)
    await signed_in(house)
    await refused(house, admin, "POST", f"users/{anna.id}/password", {"password": "short"}, "password")
    await ask(house, admin, "POST", f"users/{anna.id}/password", {"password": "a new long password"}, 204)
    await problem(await house.client.get(f"{API}/me"), 401)
    await problem(await enter(house), 401)
    assert (await enter(house, password="a new long password")).status == 201


async def test_a_token_is_good_for_its_scopes_only(house: House, admin: Person) -> None:
    anna = await house.add_person("anna", account="1001")
    made = await ask(house, admin, "POST", f"users/{anna.id}/tokens", {"label": "CRM", "scopes": ["read:contact"]}, 201)
    limited = Person(anna.id, made["secret"])
    await ask(house, limited, "GET", "contacts")
    told = await problem(await house.client.post(f"{API}/contacts", json={"name": "x"}, headers=limited.headers), 403)
    assert told["detail"] == "the token may not create this contact"
    rights = (await ask(house, limited, "GET", "me"))["rights"]
    assert rights == [{"thing": "contact", "action": "read", "scope": "all"}]
    # Not even its own desk is told to it.
    screen = await house.sign_in(limited)
    await screen.send_json({"type": "subscribe", "topics": [f"desk:{anna.id}"]})
    assert (await screen.receive_json(timeout=30))["type"] == "refused"

    (listed, _) = (await ask(house, admin, "GET", f"users/{anna.id}/tokens"))["items"]
    assert (listed["label"], listed["scopes"], listed["revoked_at"]) == ("CRM", ["read:contact"], None)
    assert made["secret"] not in str(listed)
    await ask(house, admin, "DELETE", f"users/{anna.id}/tokens/{made['id']}", status=204)
    assert await closed_with(screen) == live.REFUSED
    await problem(await house.client.get(f"{API}/contacts", headers=limited.headers), 401)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x", "scopes": []}, "scopes"),
        ({"label": "x", "scopes": ["read:contact", "read:everything"]}, "scopes[1]"),
        ({"label": "x", "scopes": ["delete:contact"]}, "scopes[0]"),
        ({"label": "x", "scopes": ["read:user"]}, "scopes[0]"),  # an agent has no such right
        ({"label": "x", "scopes": ["write:call"]}, "scopes[0]"),
        ({"label": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"label": "x", "expires_at": "2099-01-01T00:00:00"}, "expires_at"),
    ],
)
async def test_a_token_cannot_be_given_more_than_its_user_has(
    house: House, admin: Person, body: dict[str, Any], field: str
) -> None:
    anna = await house.add_person("anna")
    await refused(house, admin, "POST", f"users/{anna.id}/tokens", body, field)


async def test_a_limited_token_makes_no_wider_one(house: House) -> None:
    anna = await house.add_person("anna")
    path = f"users/{anna.id}/tokens"
    made = await ask(house, anna, "POST", path, {"label": "x", "scopes": ["write:token", "read:contact"]}, 201)
    limited = Person(anna.id, made["secret"])
    await refused(house, limited, "POST", path, {"label": "y"}, "scopes")
    await refused(house, limited, "POST", path, {"label": "y", "scopes": ["write:contact"]}, "scopes[0]")
    await ask(house, limited, "POST", path, {"label": "y", "scopes": ["read:contact"]}, 201)
    body = {"current": "x", "new": "y"}
    await problem(await house.client.post(f"{API}/me/password", json=body, headers=limited.headers), 403)


async def test_teams_decide_whose_calls_a_supervisor_sees(house: House, admin: Person) -> None:
    sup = await house.add_person("sup", Role.SUPERVISOR)
    anna, boris = await house.add_person("anna", account="1001"), await house.add_person("boris", account="1002")
    sales = await ask(house, admin, "POST", "teams", {"name": "Sales", "members": [sup.id, anna.id]}, 201)
    assert sales["members"] == [sup.id, anna.id]
    screen = await house.sign_in(sup)
    await screen.receive_json()
    await screen.send_json({"type": "subscribe", "topics": [f"desk:{boris.id}", f"desk:{anna.id}"]})
    assert [(await screen.receive_json(timeout=30))["type"] for _ in range(2)] == ["refused", "snapshot"]
    me = await ask(house, sup, "GET", "me")
    assert me["teams"] == [{"id": sales["id"], "name": "Sales"}]

    path = f"teams/{sales['id']}"
    assert (await ask(house, admin, "PATCH", path, {"name": "ขาย", "members": [sup.id]}))["name"] == "ขาย"
    assert await closed_with(screen) == 1012  # it comes back, without anna's desk
    assert (await ask(house, admin, "GET", "teams"))["items"] == [await ask(house, admin, "GET", path)]
    for body, field in (({"name": ""}, "name"), ({"members": [999]}, "members[0]"), ({"name": "everybody"}, "name")):
        await refused(house, admin, "PATCH", path, body, field)
    await refused(house, admin, "POST", "teams", {"name": "ขาย"}, "name")


async def test_every_change_is_in_the_audit_log_without_secrets(house: House, admin: Person) -> None:
    new = {"login": "anna", "name": "Anna", "role": "agent", "password": PASSWORD}
    anna = await ask(house, admin, "POST", "users", new, 201)
    await ask(house, admin, "PATCH", f"users/{anna['id']}", {"name": "Anna", "role": "agent"})  # changes nothing
    await ask(house, admin, "PATCH", f"users/{anna['id']}", {"name": "Anna P."})
    await ask(house, admin, "POST", f"users/{anna['id']}/password", {"password": "a new long password"}, 204)
    token = await ask(house, admin, "POST", f"users/{anna['id']}/tokens", {"label": "x"}, 201)
    await ask(house, admin, "DELETE", f"users/{anna['id']}/tokens/{token['id']}", status=204)
    await ask(house, admin, "POST", "teams", {"name": "Sales"}, 201)
    await enter(house, password="a new long password")

    entries, cursor = [], ""
    while cursor is not None:
        page = await ask(house, admin, "GET", f"audit?limit=3&cursor={cursor}")
        entries += [entry for entry in page["items"] if entry["thing"] != "pbx"]  # the house's own beginning
        cursor = page["next_cursor"]
    assert [(entry["action"], entry["thing"]) for entry in reversed(entries)] == [
        ("create", "user"),
        ("change", "user"),
        ("change_password", "user"),
        ("create", "token"),
        ("revoke", "token"),
        ("create", "team"),
        ("sign_in", "user"),
    ]
    assert [entry["user_id"] for entry in entries] == [anna["id"], *[admin.id] * 6]
    assert (entries[5]["before"], entries[5]["after"]) == ({"name": "Anna"}, {"name": "Anna P."})
    for secret in (PASSWORD, "a new long password", token["secret"], "argon2"):
        assert secret not in str(entries)
    of_anna = await ask(house, admin, "GET", f"audit?thing=user&thing_id={anna['id']}&user_id={admin.id}")
    assert [entry["action"] for entry in of_anna["items"]] == ["change_password", "change", "create"]
    for query, field in (("cursor=x", "cursor"), ("thing=%00", "thing"), ("user_id=0", "user_id")):
        told = await problem(await house.client.get(f"{API}/audit?{query}", headers=admin.headers), 422)
        assert told["errors"][0]["field"] == field


async def test_a_user_that_is_not_there_is_not_found(house: House, admin: Person) -> None:
    for method, path, body in (
        ("GET", "users/999", None),
        ("PATCH", "users/999", {"name": "x"}),
        ("POST", "users/999/password", {"password": "long enough for it"}),
        ("GET", "users/999/tokens", None),
        ("POST", "users/999/tokens", {"label": "x"}),
        ("DELETE", f"users/{admin.id}/tokens/999", None),
        ("GET", "teams/999", None),
        ("PATCH", "teams/999", {"name": "x"}),
    ):
        await problem(await house.client.request(method, f"{API}/{path}", json=body, headers=admin.headers), 404)


async def test_a_token_of_somebody_else_is_not_theirs_to_revoke(house: House) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris")
    made = await ask(house, boris, "POST", f"users/{boris.id}/tokens", {"label": "x"}, 201)
    for path in (f"users/{anna.id}/tokens/{made['id']}", f"users/{boris.id}/tokens/{made['id']}"):
        response = await house.client.delete(f"{API}/{path}", headers=anna.headers)
        assert response.status in (403, 404)
    await ask(house, Person(boris.id, made["secret"]), "GET", "me")


async def test_a_user_who_left_keeps_their_name(house: House, admin: Person) -> None:
    anna = await house.add_person("anna")
    await ask(house, admin, "PATCH", f"users/{anna.id}", {"active": False})
    await problem(await house.client.delete(f"{API}/users/{anna.id}", headers=admin.headers), 405)
    async with house.database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM users WHERE login = 'anna'")) == 1
