"""`/api/v1/openapi.json`: the API's document, made from the annotations of its handlers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aiohttp import web
from aiohttp_pydantic.oas import docstring_parser, pydantic_schema_to_oas
from aiohttp_pydantic.oas.view import generate_oas
from aiohttp_pydantic.view import is_pydantic_view
from pydantic import Field

from web.examples import EXAMPLES
from web.problems import CONTENT_TYPE, Problem
from web.sign_in import COOKIE, PUBLIC_OPERATIONS

NULLABLE: Any = Field(json_schema_extra={"nullable": True})
"""For a field of type `Model | SkipJsonSchema[None]`: aiohttp-pydantic can't translate an optional model by itself."""

PATH = "/api/v1/openapi.json"

_PROBLEM = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "`ETag` of the state that is to be changed; without it, whichever it is in",
    "required": False,
    "schema": {"type": "string"},
    "example": "*",
}
_WORD = re.compile(r"[a-z]+")
_FIRST_SENTENCE = re.compile(r"\.\s|\n")

DESCRIPTION = """
Everything that Ringdesk's own panel does, over HTTP. Sign in with a token (`Authorization: Bearer …`) or, in a browser,
with a session; errors are `application/problem+json` and name the field; lists come in pages (`limit`, `cursor`). What
changes while you look, the websocket `/live` tells. `docs/api.md` of the distribution explains all of it.
"""

TAGS = {
    "sign-in": "Sessions, and oneself",
    "users": "Who works here, and their tokens",
    "roles": "What each role may do",
    "teams": "Who works with whom",
    "audit": "Who changed what",
    "agents": "Who takes calls, and whether they want them now",
    "calls": "The calls as the journal has them",
    "contacts": "People, their numbers, and what happened with them",
    "companies": "The organisations that people belong to",
    "leads": "Who may become a customer",
    "tasks": "What somebody has to do, by when, and about whom",
    "board": "Queues, callers and agents at this moment",
    "telephony": "What Asterisk is told: phones, queues, numbers, trunks, and their publication",
}

_ALWAYS = {
    "400": "The request can't be read: its body is no JSON object, say, or its address is too long",
    "401": "No token or session, or one that is no good",
    "403": "The role may not do that, or a change by session lacks its CSRF token",
    "422": "A field has a value that can't be taken; `errors` names it",
}
_OF_A_THING = {"404": "There is no such thing, or not for you"}
_OF_A_CHANGE = {"409": "Somebody else has changed it meanwhile, or it is not in a state for that"}
_OF_A_BODY = {"413": "The body is larger than 1 MiB"}


def document(app: web.Application) -> dict[str, Any]:
    """The OpenAPI document of everything under `/api/`."""
    try:
        release = version("ringdesk")
    except PackageNotFoundError:
        release = "0"
    with _whole_translation():
        spec: dict[str, Any] = generate_oas(
            [app],
            version_spec=release,
            title_spec="Ringdesk",
            security={
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        )
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    _translate(problem)
    schemas["Problem"] = problem
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            if "$ref" in field and "nullable" in field:
                # Beside a $ref, OpenAPI 3.0 ignores everything else.
                schema["properties"][name] = {"allOf": [{"$ref": field["$ref"]}], "nullable": True}
    spec["info"]["description"] = DESCRIPTION.strip().replace("\n", " ")
    told = _told_statuses(app)
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict):
                _complete(operation, method, path, told.get((path, method), {}))
    used = {tag for methods in spec["paths"].values() for each in methods.values() for tag in each.get("tags", [])}
    names = [*(tag for tag in TAGS if tag in used), *sorted(used - TAGS.keys())]
    spec["tags"] = [{"name": tag, "description": TAGS.get(tag, "")} for tag in names]
    spec["security"] = [{"token": []}, {"session": []}]
    for method, path in PUBLIC_OPERATIONS:
        spec["paths"][path][method.lower()]["security"] = []
    return spec


@contextmanager
def _whole_translation() -> Iterator[None]:
    """aiohttp-pydantic's own translation keeps of an optional field nothing but its type: no limits, no items."""
    theirs = pydantic_schema_to_oas.translater
    pydantic_schema_to_oas.translater = lambda open_api_version: _translate
    try:
        yield
    finally:
        pydantic_schema_to_oas.translater = theirs


def _translate(schema: Any) -> None:
    """JSON Schema as pydantic writes it to that of OpenAPI 3.0, in place: no type null, no `const`."""
    if isinstance(schema, list):
        for each in schema:
            _translate(each)
    if not isinstance(schema, dict):
        return
    for each in schema.values():
        _translate(each)
    if isinstance(choices := schema.get("anyOf"), list) and {"type": "null"} in choices:
        left = [each for each in choices if each != {"type": "null"}]
        del schema["anyOf"]
        if len(left) > 1:
            schema["anyOf"] = left
        elif "$ref" in left[0]:
            schema["allOf"] = left  # beside a $ref, everything else is ignored
        else:
            schema.update(left[0])
        schema["nullable"] = True
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
        if schema.get("default", ...) is None:
            del schema["default"]
    if "const" in schema and not isinstance(schema["const"], dict):
        schema["enum"] = [schema.pop("const")]


def _complete(operation: dict[str, Any], method: str, path: str, told: dict[str, str]) -> None:
    """Give an operation its name, its summary, and the answers that it doesn't speak of itself."""
    text = str(operation.get("description", ""))
    operation["operationId"] = "_".join([method, *_WORD.findall(path.removeprefix("/api/v1/"))])
    operation["summary"] = _FIRST_SENTENCE.split(text, 1)[0].split(";", 1)[0].split(": ", 1)[0].rstrip(".")
    answers = operation.setdefault("responses", {})
    expected = {**_ALWAYS}
    if "{" in path:
        expected |= _OF_A_THING
    if method != "get":
        expected |= _OF_A_CHANGE
    if "requestBody" in operation:
        expected |= _OF_A_BODY
        operation["requestBody"]["required"] = True
        for body in operation["requestBody"]["content"].values():
            if example := EXAMPLES.get(str(body["schema"].get("$ref")).rpartition("/")[2]):
                body["example"] = example
    if "412" in told:
        operation.setdefault("parameters", []).append(_IF_MATCH)
    for status, description in {**expected, **told}.items():
        answers.setdefault(status, {"description": description, "content": _PROBLEM})
    for answer in answers.values():
        answer["description"] = answer.get("description") or "Done"


def _told_statuses(app: web.Application) -> dict[tuple[str, str], dict[str, str]]:
    """What the handlers' own texts say of further answers (`Status Codes:`), by path and method."""
    told: dict[tuple[str, str], dict[str, str]] = {}
    for route in app.router.routes():
        view: Any = route.handler
        if route.resource is None or not is_pydantic_view(view):
            continue
        for method in view.allowed_methods:
            text = inspect.getdoc(getattr(view, method.lower())) or ""
            told[route.resource.canonical, method.lower()] = docstring_parser.status_code(text)
    return told


def add_document(app: web.Application) -> None:
    """Serve the document of what `app` has by now."""
    spec = document(app)

    async def serve(request: web.Request) -> web.Response:
        return web.json_response(spec)

    app.router.add_get(PATH, serve)
