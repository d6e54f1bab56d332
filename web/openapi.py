"""`/api/v1/openapi.json`: the API's document, made from the annotations of its handlers."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aiohttp import web
from aiohttp_pydantic.oas.view import generate_oas
from pydantic import Field

from web.problems import CONTENT_TYPE, Problem
from web.sign_in import COOKIE, PUBLIC_OPERATIONS

NULLABLE: Any = Field(json_schema_extra={"nullable": True})
"""For a field of type `Model | SkipJsonSchema[None]`: aiohttp-pydantic can't translate an optional model by itself."""

PATH = "/api/v1/openapi.json"

_ANSWERS = {
    "401": "No token or session, or one that is no good",
    "403": "The role may not do that, or a change by session lacks its CSRF token",
    "404": "There is no such thing, or not for you",
    "409": "Somebody else has changed it meanwhile",
    "422": "A field has a value that can't be taken; `errors` names it",
}


def document(app: web.Application) -> dict[str, Any]:
    """The OpenAPI document of everything under `/api/`."""
    try:
        release = version("ringdesk")
    except PackageNotFoundError:
        release = "0"
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
    # OpenAPI 3.0 has no type null.
    problem["properties"]["detail"] = {"type": "string", "nullable": True}
    schemas["Problem"] = problem
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            if "const" in field:
                # Nor does it know `const`.
                field["enum"] = [field.pop("const")]
            if "$ref" in field and "nullable" in field:
                # Beside a $ref, OpenAPI 3.0 ignores everything else.
                schema["properties"][name] = {"allOf": [{"$ref": field["$ref"]}], "nullable": True}
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in spec["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                answers = operation.setdefault("responses", {})
                for status, description in _ANSWERS.items():
                    answers.setdefault(status, {"description": description, "content": content})
    spec["security"] = [{"token": []}, {"session": []}]
    for method, path in PUBLIC_OPERATIONS:
        spec["paths"][path][method.lower()]["security"] = []
    return spec


def add_document(app: web.Application) -> None:
    """Serve the document of what `app` has by now."""
    spec = document(app)

    async def serve(request: web.Request) -> web.Response:
        return web.json_response(spec)

    app.router.add_get(PATH, serve)
