"""Markup in every text field of every request that the API's document knows: kept as it is, or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.users import Role
from tests.web.house import House, Person, call_facts

API = "/api/v1"
MARKUP = "<img src=x onerror=alert(1)>'\"</script> สมชาย"
WITHOUT_BODY_OF_TEXT = {"/api/v1/session", "/api/v1/me/password", "/api/v1/users/{user_id}/password"}
"""Passwords are never shown, and tries at them are limited."""


@pytest.fixture
async def root(house: House) -> Person:
    return await house.add_person("root", Role.ADMIN, password="correct horse battery")


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, behind its references and beside the null that it may also be."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "allOf" in schema and len(schema["allOf"]) == 1:
            schema = schema["allOf"][0]
        elif choices := [each for each in schema.get("anyOf", []) if each.get("type") != "null"]:
            schema = choices[0]
        else:
            return schema


def text_fields(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """By name of a field that holds text, or a list of texts: a value with markup."""
    found: dict[str, Any] = {}
    for name, field in resolved(document, schema).get("properties", {}).items():
        kind = resolved(document, field)
        if kind.get("type") == "string" and not {"enum", "format", "const"} & kind.keys():
            found[name] = MARKUP
        elif kind.get("type") == "array":
            item = resolved(document, kind["items"])
            if item.get("type") == "string" and not {"enum", "format"} & item.keys():
                found[name] = [MARKUP]
            elif inner := text_fields(document, item):
                found[name] = [inner]
    return found


BASES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/contacts"): {"name": "Somchai"},
    ("POST", "/api/v1/companies"): {"name": "Siam Foods"},
    ("POST", "/api/v1/leads"): {"number": "+6621234567"},
    ("POST", "/api/v1/tasks"): {"title": "Call back", "due_at": "2026-12-01T09:00:00Z", "contact_id": 1},
    ("POST", "/api/v1/users"): {"login": "boris", "name": "Boris", "role": "agent"},
    ("POST", "/api/v1/teams"): {"name": "Night"},
    ("POST", "/api/v1/phones"): {"account": "1077", "name": "Desk"},
    ("POST", "/api/v1/queues"): {"name": "night"},
    ("POST", "/api/v1/contacts/{contact_id}/notes"): {"text": "note"},
    ("POST", "/api/v1/companies/{company_id}/notes"): {"text": "note"},
}
"""What else a request needs, so that its text is what is looked at."""


async def test_markup_in_any_text_field_is_kept_as_it_is_or_refused_by_name(house: House, root: Person) -> None:
    await house.add_contact("Somchai", "+6621234567", company="Siam Foods")
    await house.record(*call_facts())
    document = await (await house.client.get(f"{API}/openapi.json", headers=root.headers)).json()
    kept: set[str] = set()
    tried = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body is None or path in WITHOUT_BODY_OF_TEXT:
                continue
            base = BASES.get((method.upper(), path), {})
            for index, (name, value) in enumerate(text_fields(document, body).items()):
                address = path.replace("{call_id}", "main-1764.1").replace("{", "").replace("}", "")
                for part in path.split("/"):
                    if part.startswith("{") and part != "{call_id}":
                        address = address.replace(part.strip("{}"), "1")
                changes = {**base, **unlike(base, index), name: value}
                response = await house.client.request(method, address, json=changes, headers=root.headers)
                told = await response.text()
                assert response.status < 500, (method, path, name, told)
                tried += 1
                if response.status in (200, 201):
                    assert response.content_type == "application/json"
                    answer = (await response.json()).get(name)
                    if answer is not None:
                        assert MARKUP in str(answer).replace("\\'", "'"), (method, path, name, answer)
                        kept.add(f"{path} {name}")
                elif response.status == 422:
                    problem = await response.json()
                    assert all(each["field"] and each["reason"] for each in problem["errors"]), problem
    assert tried > 30
    assert {
        "/api/v1/contacts name",
        "/api/v1/contacts notes",
        "/api/v1/contacts tags",
        "/api/v1/companies name",
        "/api/v1/tasks title",
        "/api/v1/users name",
        "/api/v1/teams name",
    } <= kept, sorted(kept)


def unlike(base: dict[str, Any], index: int) -> dict[str, Any]:
    """What has to differ from one request to the next."""
    made: dict[str, Any] = {}
    for name in ("login", "account"):
        if name in base:
            made[name] = f"{base[name]}{index}"
    return made
