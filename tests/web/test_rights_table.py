"""The table of rights as the API shows it: role × endpoint × one's own, the team's, and anybody's.

Every operation of the API has a row. One that has none fails the test, so nobody forgets to say who may use it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.rights import Scope
from accounts.teams import add_team, set_members
from accounts.tokens import create_token
from accounts.users import Role
from tests.web.house import NOW, House, Person, call_facts
from web.sign_in import PUBLIC, PUBLIC_OPERATIONS

API = "/api/v1"


@dataclass
class World:
    """A house with one person of each role and a mate in a team, and a stranger in another."""

    house: House
    made: int = 0

    @property
    def admin(self) -> Person:
        return self.house.people["admin"]

    def next(self) -> int:
        self.made += 1
        return self.made

    async def ask(self, who: Person, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.house.client.request(method, f"{API}/{path}", json=body, headers=who.headers) as response:
            text = await response.text()
            return response.status, await response.json(content_type=None) if text else None

    async def add(self, path: str, body: dict[str, Any]) -> int:
        """The id of something that the admin adds."""
        status, added = await self.ask(self.admin, "POST", path, body)
        assert status == 201, added
        return int(added["id"])


Target = Callable[[World, Person], Awaitable[tuple[str, Any]]]
"""Makes what a request is about, as a thing of somebody: the request's path below `API/`, and its body."""


@dataclass(frozen=True)
class Row:
    """How far each role gets: agent, supervisor, manager, admin."""

    reach: tuple[Scope, Scope, Scope, Scope]
    target: Target
    shows: Callable[[Any, Person], bool] | None = None
    """For a list, which everybody may ask for: whether it shows the thing of that person."""
    expects: tuple[int, ...] = (200, 201, 204)


NO, OWN, TEAM, ALL = Scope.NONE, Scope.OWN, Scope.TEAM, Scope.ALL
ADMIN_ONLY = (NO, NO, NO, ALL)
EVERYBODY = (ALL, ALL, ALL, ALL)


def at(path: str, body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return path, body

    return target


async def states_of(world: World, whose: Person) -> tuple[str, Any]:
    return f"agents/{whose.id}/states", None


def made(collection: str, new: Callable[[int], dict[str, Any]], rest: str = "", body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return f"{collection}/{await world.add(collection, new(world.next()))}{rest}", body

    return target


def adding(collection: str, new: Callable[[int], dict[str, Any]]) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return collection, new(world.next())

    return target


def contact(rest: str = "", body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return f"contacts/{await world.house.add_contact('Somchai')}{rest}", body

    return target


def company(rest: str = "", body: Any = None) -> Target:
    return made("companies", lambda number: {"name": f"Company {number}"}, rest, body)


def of_call(path: Callable[[str], str], body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        call = f"{world.next()}.1"
        await world.house.record(*call_facts(call, party=account_of(world, whose)))
        return path(f"main-{call}"), body

    return target


def of_work(kind: str, rest: str = "", body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return f"{kind}/{await add_work(world, kind, whose)}{rest}", body

    return target


async def add_work(world: World, kind: str, whose: Person) -> int:
    crm = world.house.services.crm
    async with world.house.database.transaction() as session:
        if kind == "tasks":
            task = await crm.tasks.create(session, title="Call", now=NOW, creator_id=whose.id, assignee_id=whose.id)
            return task.id
        lead = await crm.leads.create(session, name="A lead", number=None, source="x", now=NOW, assignee_id=whose.id)
        return lead.id


def list_of_work(kind: str) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        await add_work(world, kind, whose)
        return f"{kind}?limit=200", None

    return target


def new_work(kind: str, body: dict[str, Any]) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return kind, {**body, "assignee_id": whose.id}

    return target


def of_user(rest: str = "", body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        return f"users/{whose.id}{rest}", body

    return target


def of_role(body: Any = None) -> Target:
    async def target(world: World, whose: Person) -> tuple[str, Any]:
        name = f"made{world.next()}"
        status, _ = await world.ask(world.admin, "POST", "roles", {"name": name, "description": "x"})
        assert status == 201
        return f"roles/{name}", body

    return target


async def token_of(world: World, whose: Person) -> tuple[str, Any]:
    async with world.house.database.transaction() as session:
        token = await create_token(session, whose.id, label="x", now=NOW)
    return f"users/{whose.id}/tokens/{token.id}", None


def account_of(world: World, whose: Person) -> str:
    agent = world.house.services.agents.find(whose.id)
    assert agent is not None
    return agent.account


def shows_call(body: Any, whose: Person) -> bool:
    return any(f"call of {whose.id}" in item["caller_name"] for item in body["items"])


async def list_of_calls(world: World, whose: Person) -> tuple[str, Any]:
    facts = call_facts(f"{world.next()}.1", party=account_of(world, whose))
    object.__setattr__(facts[0], "caller_name", f"call of {whose.id}")
    await world.house.record(*facts)
    return "calls?limit=200", None


def shows_work(body: Any, whose: Person) -> bool:
    return any(item["assignee_id"] == whose.id for item in body["items"])


PHONE = ("phones", lambda number: {"account": f"{2000 + number}"})
QUEUE = ("queues", lambda number: {"name": f"queue{number}"})
NUMBER = (
    "numbers",
    lambda number: {"number": f"+66290000{number:02}", "destination": {"kind": "queue", "queue": "help"}},
)
TRUNK = ("trunks", lambda number: {"name": f"trunk{number}", "match": ["192.0.2.1"]})
TEAMS = ("teams", lambda number: {"name": f"Team {number}"})
ROLES = ("roles", lambda number: {"name": f"role{number}", "description": "x"})
USERS = ("users", lambda number: {"login": f"user{number}", "name": "x", "role": "agent"})

TABLE: dict[str, Row] = {
    # oneself
    "GET session": Row(EVERYBODY, at("session"), expects=(404,)),  # a token has none; see test_sign_in
    "DELETE session": Row(EVERYBODY, at("session"), expects=(404,)),
    "GET me": Row(EVERYBODY, at("me")),
    "POST me/password": Row(EVERYBODY, at("me/password", {"current": "wrong", "new": "x"}), expects=(422,)),
    "GET agents/me": Row(EVERYBODY, at("agents/me")),
    "POST agents/me/state": Row(EVERYBODY, at("agents/me/state", {"wanted": "not_ready"})),
    "POST agents/me/wrap-up": Row(EVERYBODY, at("agents/me/wrap-up", {"action": "done"}), expects=(409,)),
    "GET agents/{user_id}/states": Row((TEAM, TEAM, ALL, ALL), states_of),
    "POST desk/hang-up": Row(EVERYBODY, at("desk/hang-up", {"call_id": "main-1.1"}), expects=(409,)),
    "GET board": Row(EVERYBODY, at("board")),
    # users and teams
    "GET users": Row(ADMIN_ONLY, at("users")),
    "POST users": Row(
        ADMIN_ONLY, adding("users", lambda number: {"login": f"u{number}", "name": "U", "role": "agent"})
    ),
    "GET users/{user_id}": Row(ADMIN_ONLY, of_user()),
    "PATCH users/{user_id}": Row(ADMIN_ONLY, of_user(body={"name": "Somebody"})),
    "POST users/{user_id}/password": Row(ADMIN_ONLY, of_user("/password", {"password": "long enough for it"})),
    "GET users/{user_id}/tokens": Row((OWN, OWN, OWN, ALL), of_user("/tokens")),
    "POST users/{user_id}/tokens": Row((OWN, OWN, OWN, ALL), of_user("/tokens", {"label": "x"})),
    "DELETE users/{user_id}/tokens/{token_id}": Row((OWN, OWN, OWN, ALL), token_of),
    "GET teams": Row(ADMIN_ONLY, at("teams")),
    "POST teams": Row(ADMIN_ONLY, adding(*TEAMS)),
    "GET teams/{team_id}": Row(ADMIN_ONLY, made(*TEAMS)),
    "PATCH teams/{team_id}": Row(ADMIN_ONLY, made(*TEAMS, body={"members": []})),
    "DELETE teams/{team_id}": Row(ADMIN_ONLY, made(*TEAMS)),
    "GET roles": Row(ADMIN_ONLY, at("roles")),
    "POST roles": Row(ADMIN_ONLY, adding(*ROLES)),
    "GET roles/{role}": Row(ADMIN_ONLY, of_role()),
    "PATCH roles/{role}": Row(ADMIN_ONLY, of_role({"description": "x"})),
    "DELETE roles/{role}": Row(ADMIN_ONLY, of_role()),
    "GET audit": Row(ADMIN_ONLY, at("audit")),
    # records
    "GET callers": Row(EVERYBODY, at("callers?number=021234567")),
    "GET contacts": Row(EVERYBODY, at("contacts")),
    "POST contacts": Row(EVERYBODY, at("contacts", {"name": "x"})),
    "GET contacts/{contact_id}": Row(EVERYBODY, contact()),
    "PATCH contacts/{contact_id}": Row(EVERYBODY, contact(body={"version": 1, "name": "x"})),
    "GET contacts/{contact_id}/timeline": Row(EVERYBODY, contact("/timeline")),
    "POST contacts/{contact_id}/notes": Row(EVERYBODY, contact("/notes", {"text": "x"})),
    "GET companies": Row(EVERYBODY, at("companies")),
    "POST companies": Row(EVERYBODY, adding("companies", lambda number: {"name": f"Firm {number}"})),
    "GET companies/{company_id}": Row(EVERYBODY, company()),
    "PATCH companies/{company_id}": Row(EVERYBODY, company(body={"version": 1, "notes": "x"})),
    "GET companies/{company_id}/timeline": Row(EVERYBODY, company("/timeline")),
    "POST companies/{company_id}/notes": Row(EVERYBODY, company("/notes", {"text": "x"})),
    # work
    "GET tasks": Row((TEAM, TEAM, ALL, ALL), list_of_work("tasks"), shows_work),
    "POST tasks": Row(EVERYBODY, new_work("tasks", {"title": "x"})),  # who gives somebody a task is its creator
    "GET tasks/{task_id}": Row((TEAM, TEAM, ALL, ALL), of_work("tasks")),
    "PATCH tasks/{task_id}": Row((TEAM, TEAM, ALL, ALL), of_work("tasks", body={"version": 1, "done": True})),
    "GET leads": Row((TEAM, TEAM, ALL, ALL), list_of_work("leads"), shows_work),
    "POST leads": Row((TEAM, TEAM, ALL, ALL), new_work("leads", {"name": "x"})),
    "GET leads/{lead_id}": Row((TEAM, TEAM, ALL, ALL), of_work("leads")),
    "PATCH leads/{lead_id}": Row((TEAM, TEAM, ALL, ALL), of_work("leads", body={"version": 1, "status": "working"})),
    "GET leads/{lead_id}/timeline": Row((TEAM, TEAM, ALL, ALL), of_work("leads", "/timeline")),
    "POST leads/{lead_id}/notes": Row((TEAM, TEAM, ALL, ALL), of_work("leads", "/notes", {"text": "x"})),
    # calls
    "GET calls": Row((OWN, TEAM, ALL, ALL), list_of_calls, shows_call),
    "GET calls/{call_id}": Row((OWN, TEAM, ALL, ALL), of_call(lambda call: f"calls/{call}")),
    "GET calls/{call_id}/note": Row((OWN, TEAM, ALL, ALL), of_call(lambda call: f"calls/{call}/note")),
    "PUT calls/{call_id}/note": Row((OWN, TEAM, ALL, ALL), of_call(lambda call: f"calls/{call}/note", {"text": "x"})),
    "GET outcomes": Row(EVERYBODY, at("outcomes")),
    # what Asterisk is told
    "GET pbx": Row(ADMIN_ONLY, at("pbx")),
    "GET phones": Row(ADMIN_ONLY, at("phones")),
    "POST phones": Row(ADMIN_ONLY, adding(*PHONE)),
    "GET phones/{phone_id}": Row(ADMIN_ONLY, made(*PHONE)),
    "PATCH phones/{phone_id}": Row(ADMIN_ONLY, made(*PHONE, body={"name": "x"})),
    "DELETE phones/{phone_id}": Row(ADMIN_ONLY, made(*PHONE)),
    "POST phones/{phone_id}/secret": Row(ADMIN_ONLY, made(*PHONE, "/secret")),
    "GET queues": Row(EVERYBODY, at("queues")),
    "POST queues": Row(ADMIN_ONLY, adding(*QUEUE)),
    "GET queues/{queue_id}": Row(EVERYBODY, made(*QUEUE)),
    "PATCH queues/{queue_id}": Row(ADMIN_ONLY, made(*QUEUE, body={"label": "x"})),
    "DELETE queues/{queue_id}": Row(ADMIN_ONLY, made(*QUEUE)),
    "GET numbers": Row(ADMIN_ONLY, at("numbers")),
    "POST numbers": Row(ADMIN_ONLY, adding(*NUMBER)),
    "GET numbers/{number_id}": Row(ADMIN_ONLY, made(*NUMBER)),
    "PATCH numbers/{number_id}": Row(ADMIN_ONLY, made(*NUMBER, body={"early_media": True})),
    "DELETE numbers/{number_id}": Row(ADMIN_ONLY, made(*NUMBER)),
    "GET trunks": Row(ADMIN_ONLY, at("trunks")),
    "POST trunks": Row(ADMIN_ONLY, adding(*TRUNK)),
    "GET trunks/{trunk_id}": Row(ADMIN_ONLY, made(*TRUNK)),
    "PATCH trunks/{trunk_id}": Row(ADMIN_ONLY, made(*TRUNK, body={"port": 5070})),
    "DELETE trunks/{trunk_id}": Row(ADMIN_ONLY, made(*TRUNK)),
    "GET sounds": Row(ADMIN_ONLY, at("sounds")),
    "GET publications": Row(ADMIN_ONLY, at("publications")),
    # No Asterisk runs here, and nothing was published: who may, learns just that.
    "POST publications": Row(ADMIN_ONLY, at("publications", {"dry_run": True})),
    "GET publications/{publication_id}": Row(ADMIN_ONLY, at("publications/1"), expects=(404,)),
}


@pytest.fixture
async def world(house: House) -> World:
    for index, role in enumerate(Role):
        await house.add_person(role.value, role, account=str(1001 + index))
    await house.add_person("mate", account="1011")
    await house.add_person("stranger", account="1012")
    async with house.database.transaction() as session:
        sales = await add_team(session, name="Sales", now=NOW)
        support = await add_team(session, name="Support", now=NOW)
        people = house.people
        await set_members(session, sales.id, [people[login].id for login in (*Role, "mate")])
        await set_members(session, support.id, [people["stranger"].id])
    world = World(house)
    if house.services.publishing is not None:
        await world.add("queues", {"name": "help"})
    return world


@pytest.mark.parametrize("operation", TABLE)
async def test_each_role_gets_as_far_as_the_table_says(world: World, operation: str) -> None:
    method, row = operation.split()[0], TABLE[operation]
    people = world.house.people
    for role, reach in zip(Role, row.reach, strict=True):
        actor = people[role.value]
        for whose, scope in ((actor, OWN), (people["mate"], TEAM), (people["stranger"], ALL)):
            path, body = await row.target(world, whose)
            status, answer = await world.ask(actor, method, path, body)
            told = f"{role} {operation}, scope {scope.name}: {status} {answer}"
            if row.shows is not None:
                assert status == 200, told
                assert row.shows(answer, whose) is (scope <= reach), told
            elif scope <= reach:
                assert status in row.expects, told
            else:
                # What is not there for anybody here must be refused before it is looked for.
                assert status in ((403,) if 404 in row.expects else (403, 404)), told


async def test_a_token_limited_to_something_else_gets_nowhere(world: World) -> None:
    async with world.house.database.transaction() as session:
        token = await create_token(session, world.admin.id, label="x", now=NOW, scopes=["read:metrics"])
    limited = Person(world.admin.id, token.secret)
    for operation, row in TABLE.items():
        path, body = await row.target(world, world.admin)
        status, answer = await world.ask(limited, operation.split()[0], path, body)
        if row.shows is not None:
            assert (status, answer["items"]) == (200, []), operation
        elif operation == "GET me":
            assert answer["rights"] == [{"thing": "metrics", "action": "read", "scope": "all"}]
        else:
            assert status in (403, 404), (operation, status, answer)


async def test_every_operation_has_a_row_and_lets_no_stranger_in(house: House) -> None:
    operations = set()
    for resource in house.app.router.resources():
        path = resource.canonical
        if not path.startswith("/api/") or path in PUBLIC:
            continue
        for route in resource:
            methods = getattr(route.handler, "allowed_methods", {route.method})
            operations |= {(method, path) for method in methods if method != "OPTIONS"}
    operations -= PUBLIC_OPERATIONS
    assert {f"{method} {path.removeprefix(f'{API}/')}" for method, path in operations} == set(TABLE)
    for method, path in sorted(operations):
        response = await house.client.request(method, path.replace("{", "").replace("}", ""))
        assert response.status == 401, (method, path)
