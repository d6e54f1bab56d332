"""Errors as `application/problem+json` (RFC 9457): what is wrong, and with which field."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from accounts.errors import BadInput
from crm_core.errors import NoSuchRecord, StaleRecord
from kernel.database import describe_trouble, is_away
from queue_router.agents import UnknownAgent

CONTENT_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


class FieldProblem(BaseModel):
    """What is wrong with one field: `field` is its path (`numbers[2]`), `where` the part of the request with it."""

    field: str
    reason: str
    where: str


class Problem(BaseModel):
    """Why a request was not carried out."""

    title: str
    status: int
    detail: str | None = None
    errors: list[FieldProblem] = []


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: list[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers or {}
        self.detail = detail
        self.errors = errors or []


def not_found(what: str) -> ProblemError:
    """The thing is not there, or not for whoever asks: the two look the same on purpose."""
    return ProblemError(HTTPStatus.NOT_FOUND, f"there is no such {what}")


def problem_response(
    status: int,
    detail: str | None = None,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The answer that tells of a problem."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return web.Response(
        status=status,
        body=problem.model_dump_json(exclude_none=True).encode(),
        headers={"Content-Type": CONTENT_TYPE, **(headers or {})},
    )


def invalid(error: ValidationError, where: str) -> web.Response:
    """The answer to a request whose `where` (body, path, query string) does not fit the API's document."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    match found[0]:
        case {"type": "json_invalid", "msg": reason}:
            return problem_response(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {reason}")
        case {"type": "model_type", "loc": ()}:
            return problem_response(HTTPStatus.BAD_REQUEST, "the body is no JSON object")
    errors = [FieldProblem(field=_path(each["loc"]), reason=each["msg"], where=where) for each in found]
    first = errors[0]
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, f"{first.field}: {first.reason}", errors)


ONE_OF_SEVERAL = frozenset({"destination"})
"""Fields whose value is of one of several kinds: behind their name a location has the kind, which is no field."""


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for before, step in zip((None, *location), location, strict=False):
        if before in ONE_OF_SEVERAL:
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.lstrip(".") or "(whole)"


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns whatever a handler raises into an answer that says what is wrong, and nothing about our insides."""
    try:
        return await handler(request)
    except BadInput as error:
        return problem_response(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            str(error),
            [FieldProblem(field=error.field, reason=error.reason, where="body")],
        )
    except ProblemError as error:
        headers = {"WWW-Authenticate": "Bearer"} if error.status is HTTPStatus.UNAUTHORIZED else {}
        return problem_response(error.status, error.detail, error.errors, {**headers, **error.headers})
    except StaleRecord as error:
        stale = FieldProblem(field="version", reason=f"is {error.version} now", where="body")
        return problem_response(HTTPStatus.CONFLICT, str(error), [stale])
    except NoSuchRecord as error:
        return problem_response(HTTPStatus.NOT_FOUND, str(error))
    except UnknownAgent as error:
        return problem_response(HTTPStatus.NOT_FOUND, str(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return problem_response(error.status, _detail_of(error), headers=headers)
    except UnicodeDecodeError:
        return problem_response(HTTPStatus.BAD_REQUEST, "the request is not UTF-8")
    except Exception as error:
        if isinstance(error, SQLAlchemyError) and is_away(error):
            log.warning("a request failed without the database", path=request.path, error=describe_trouble(error))
            return problem_response(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the database does not answer, so nothing was done; calls go on. Try again in a moment",
                headers={"Retry-After": "5"},
            )
        log.exception("a request failed", method=request.method, path=request.path)
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "something failed on our side; it was logged")


def _detail_of(error: web.HTTPException) -> str | None:
    """What aiohttp or aiohttp-pydantic says of it, as a sentence."""
    if error.content_type != "application/json":
        return None if error.text is None else error.text.split(": ", 1)[-1]
    said: Any = json.loads(error.text or "null")
    if isinstance(said, list) and said and isinstance(said[0], dict):
        return str(said[0].get("msg"))
    return str(said.get("error")) if isinstance(said, dict) else None
