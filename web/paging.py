"""Lists in pages, the same everywhere: `limit`, `cursor`, and in the answer `next_cursor`.

A cursor is the place of the last row that was given, so a page costs the same at the list's end as at its start, and
rows that come or go meanwhile shift nothing. It is opaque to clients.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from web.problems import FieldProblem, ProblemError

Limit = Annotated[int, Field(ge=1, le=200, description="rows of one page")]
Cursor = Annotated[
    str, Field(max_length=2000, pattern="^[A-Za-z0-9_-]*$", description="`next_cursor` of the page before")
]


def encode_cursor(*position: str | int) -> str:
    """The cursor of a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(position, ensure_ascii=False).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type[str] | type[int]) -> list[Any]:
    """The place that `encode_cursor` was given. `ProblemError` when it is no cursor of this list."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        position = None
    fits = isinstance(position, list) and len(position) == len(kinds)
    if not fits or any(type(each) is not kind for each, kind in zip(position, kinds, strict=True)):
        raise bad_cursor()
    if any(isinstance(each, int) and abs(each) > 2**62 for each in position):
        raise bad_cursor()
    return list(position)


def bad_cursor() -> ProblemError:
    """What a client is told who made a cursor up."""
    problem = FieldProblem(field="cursor", reason="is none that this list gave", where="query string")
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "cursor: is none that this list gave", [problem])


def moment_of(microseconds: int) -> datetime:
    """The moment in a cursor. `ProblemError` when there is no such moment."""
    try:
        return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)
    except (ValueError, OverflowError, OSError) as error:
        raise bad_cursor() from error


def microseconds_of(moment: datetime) -> int:
    """A moment as a cursor holds it: whole, where a float would round."""
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond
