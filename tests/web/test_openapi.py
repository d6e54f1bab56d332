"""The API's document is whole: everything in it is named, explained, and shown by an example that fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tests.web.house import House
from web.examples import EXAMPLES
from web.openapi import TAGS, document


@pytest.fixture
def spec(house: House) -> dict[str, Any]:
    return document(house.app)


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_has_a_name_a_summary_a_tag_and_its_errors(spec: dict[str, Any]) -> None:
    names = set()
    for name, operation in operations(spec):
        assert operation["operationId"] not in names, name
        names.add(operation["operationId"])
        assert 0 < len(operation["summary"]) <= 90, name
        assert operation["description"].startswith(operation["summary"]), name
        assert len(operation["tags"]) == 1, name
        for status, answer in operation["responses"].items():
            assert answer["description"], (name, status)
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (name, status)
    assert {tag["name"] for tag in spec["tags"]} <= TAGS.keys(), "a tag without a description"


def test_every_body_has_an_example_that_fits(spec: dict[str, Any]) -> None:
    shown = set()
    for name, operation in operations(spec):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in body, f"{name}: none in web/examples.py"
            shown.add(body["schema"]["$ref"].rpartition("/")[2])
            schema = {**body["schema"], "components": spec["components"]}
            jsonschema_rs.validate(schema, body["example"])
    assert shown == EXAMPLES.keys()


def test_every_schema_says_what_it_is(spec: dict[str, Any]) -> None:
    silent = [name for name, schema in spec["components"]["schemas"].items() if not schema.get("description")]
    assert silent == []
