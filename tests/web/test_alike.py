"""What is alike everywhere in the API: pages of lists, and what becomes of two changes at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.users import Role
from tests.web.house import House, Person
from web.openapi import document

API = "/api/v1"
WHOLE = frozenset({"/api/v1/outcomes"})
"""Short and fixed: it has no pages."""


@pytest.fixture
async def boss(house: House) -> Person:
    return await house.add_person("boss", Role.ADMIN)


async def test_every_list_has_the_same_parameters_and_the_same_form(house: House) -> None:
    spec = document(house.app)
    schemas = spec["components"]["schemas"]
    seen: dict[str, list[Any]] = {}
    for path, methods in spec["paths"].items():
        operation = methods.get("get", {})
        answer = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        schema = schemas.get(answer.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
        if "items" not in schema.get("properties", {}) or path in WHOLE:
            continue
        parameters = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
        assert {"items", "next_cursor"} <= set(schema["required"]), path
        seen[path] = [parameters["limit"], parameters["cursor"]]
    assert len(seen) >= 16
    first = seen["/api/v1/users"]
    assert {path for path, parameters in seen.items() if parameters != first} == set()


@pytest.mark.parametrize("limit", [0, 201, "x"])
async def test_a_page_of_another_size_is_refused(house: House, boss: Person, limit: object) -> None:
    async with house.client.get(f"{API}/users?limit={limit}", headers=boss.headers) as response:
        assert response.status == 422
        assert [error["field"] for error in (await response.json())["errors"]] == ["limit"]


@pytest.mark.parametrize(
    "path",
    ["users", "users/1/tokens", "roles", "teams", "audit", "contacts", "leads", "calls", "phones", "publications"],
)
async def test_a_cursor_of_another_list_is_refused(house: House, boss: Person, path: str) -> None:
    async with house.client.get(f"{API}/{path}?cursor=W251bGxd", headers=boss.headers) as response:  # [null]
        assert response.status == 422
        assert [error["field"] for error in (await response.json())["errors"]] == ["cursor"]


THINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "users": ({"login": "anna", "name": "Anna", "role": "agent"}, {"name": "Anna P"}),
    "teams": ({"name": "Night"}, {"name": "Late"}),
    "roles": ({"name": "trainee", "description": "x"}, {"description": "y"}),
    "contacts": ({"name": "Somchai"}, {"version": 1, "notes": "x"}),
    "companies": ({"name": "Siam"}, {"version": 1, "notes": "x"}),
    "leads": ({"name": "Somebody"}, {"version": 1, "notes": "x"}),
    "tasks": ({"title": "Call"}, {"version": 1, "notes": "x"}),
    "phones": ({"account": "1001"}, {"name": "x"}),
    "queues": ({"name": "help"}, {"label": "x"}),
    "trunks": ({"name": "carrier", "match": ["192.0.2.1"]}, {"port": 5070}),
}
REMOVED = ("teams", "roles", "phones", "queues", "trunks")


@pytest.mark.parametrize("kind", THINGS)
async def test_who_comes_second_changes_nothing(house: House, boss: Person, kind: str) -> None:
    new, change = THINGS[kind]

    async def ask(method: str, path: str, body: Any = None, state: str | None = None) -> tuple[int, str | None, Any]:
        headers = {**boss.headers, **({"If-Match": state} if state else {})}
        async with house.client.request(method, f"{API}/{path}", json=body, headers=headers) as response:
            return (
                response.status,
                response.headers.get("ETag"),
                await response.json() if response.status != 204 else {},
            )

    status, made, thing = await ask("POST", kind, new)
    assert status == 201
    path = f"{kind}/{thing['name'] if kind == 'roles' else thing['id']}"
    _, state, _ = await ask("GET", path)
    assert state == made is not None
    status, after, _ = await ask("PATCH", path, change, state)
    assert (status, after != state) == (200, True)
    again = {**change, **({"version": 2} if "version" in change else {})}
    status, _, told = await ask("PATCH", path, again, state)
    assert (status, [error["field"] for error in told["errors"]]) == (412, ["If-Match"])
    if kind in REMOVED:
        assert (await ask("DELETE", path, None, state))[0] == 412
    _, now, thing = await ask("GET", path)
    assert now == after
    assert (await ask("PATCH", path, again, f"W/{now}"))[0] == 200  # as a proxy that packs answers makes it
    if kind in REMOVED:
        assert (await ask("DELETE", path, None, "*"))[0] == 204
