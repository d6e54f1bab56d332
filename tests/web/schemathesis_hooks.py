"""What Schemathesis makes up, bent a little (it loads this file): else hardly any id would be of something."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

THINGS = 4
"""So many of each kind there are, with ids from 1 on."""
CALL = "main-1764.1"


@schemathesis.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Ids that fit are those of things that are there."""
    for name, value in (path_parameters or {}).items():
        if type(value) is int and value > 0:
            path_parameters[name] = value % THINGS + 1
        elif name == "call_id" and len(str(value)) % 2:
            path_parameters[name] = CALL
    return path_parameters


@schemathesis.hook
def map_body(context: HookContext, body: Any) -> Any:
    """Versions that fit are among the first."""
    if isinstance(body, dict) and type(body.get("version")) is int and body["version"] > 0:
        body["version"] = body["version"] % THINGS + 1
    return body


@schemathesis.hook
def map_headers(context: HookContext, headers: dict[str, Any]) -> dict[str, Any]:
    """Of the states that are made up, none is that of a thing: some changes go without."""
    if headers and len(str(headers.get("If-Match", ""))) % 2:
        del headers["If-Match"]
    return headers


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """No Asterisk runs here, so none can be told anything: that answer is the right one, and documented."""
    return not (response.status_code == 503 and case.operation.label == "POST /api/v1/publications")
