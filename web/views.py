"""What every resource of the API has in common."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal

from aiohttp import web
from aiohttp_pydantic import PydanticView
from aiohttp_pydantic.injectors import AbstractInjector, BodyGetter, QueryGetter
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from accounts.rights import Action, Owner, Thing
from web.problems import FieldProblem, ProblemError, invalid
from web.services import SERVICES, Services
from web.sign_in import USER, SignedIn, require

_NUMBER = re.compile(r"\s*[-+]?[0-9._]+(?:[eE][-+]?[0-9]+)?\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _StrictBody(BodyGetter):
    """A body is exactly what the document says: no `0` for false, no `"1"` for a number, no half of a character."""

    async def inject(self, request: web.BaseRequest, args_view: list[Any], kwargs_view: dict[str, Any]) -> None:
        kwargs_view[self.arg_name] = self.model.model_validate_json(await request.read(), strict=True)


def _strict_query(model: type[BaseModel]) -> type[BaseModel]:
    """`model` without room for a misspelt filter, which would else show everything, or for moments as bare numbers."""
    namespace: dict[str, Any] = {"model_config": ConfigDict(extra="forbid"), "__module__": __name__}
    if moments := [name for name, field in model.model_fields.items() if "datetime" in repr(field.annotation).lower()]:
        namespace["_written"] = field_validator(*moments, mode="before")(_written)
    return type("Query", (model,), namespace)


def _written(moment: Any) -> Any:
    # Pydantic would take a number for seconds, or for milliseconds where it is large.
    if isinstance(moment, str) and _NUMBER.fullmatch(moment):
        raise ValueError("must be a date and time with its offset from UTC, 2026-11-02T15:00:00+07:00 say")
    return moment


class View(PydanticView):
    """A resource: its handlers' annotations are the API's document, and nothing else is taken."""

    _etag: str | None = None

    @staticmethod
    def _parse_func_signature(func: Callable[..., Any]) -> Iterable[AbstractInjector]:
        injectors = list(PydanticView._parse_func_signature(func))
        if not any(isinstance(injector, QueryGetter) for injector in injectors):
            injectors.append(QueryGetter({}, {}))
        for place, injector in enumerate(injectors):
            if isinstance(injector, BodyGetter):
                injectors[place] = _StrictBody({injector.arg_name: injector.model}, {})
            elif isinstance(injector, QueryGetter):
                injector.model = _strict_query(injector.model)
        return injectors

    @property
    def services(self) -> Services:
        return self.request.app[SERVICES]

    @property
    def user(self) -> SignedIn:
        """Who asks."""
        return self.request[USER]

    def require(self, action: Action, thing: Thing, owner: Owner | None = None) -> None:
        """`ProblemError` (403) unless whoever asks may do that."""
        require(self.user, action, thing, owner)

    def tag(self, state: BaseModel | Mapping[str, Any]) -> None:
        """Have the answer say in which state the one thing is that it holds, for `If-Match`."""
        self._etag = etag_of(state)

    async def _iter(self) -> web.StreamResponse:
        response: web.StreamResponse = await super()._iter()
        if self._etag is not None and response.status < 300:
            response.headers["ETag"] = self._etag
        return response

    def require_unchanged(self, state: BaseModel | Mapping[str, Any]) -> None:
        """`ProblemError` (412) where whoever asks wants to change a thing in another `state` than it is in."""
        wanted = self.request.headers.get("If-Match")
        if wanted is None or wanted.strip() == "*":
            return
        # A proxy that packs answers makes tags weak.
        if etag_of(state) not in [each.strip().removeprefix("W/") for each in wanted.split(",")]:
            problem = FieldProblem(field="If-Match", reason="is not the state that it is in now", where="headers")
            detail = "somebody else has changed it meanwhile: read it again"
            raise ProblemError(HTTPStatus.PRECONDITION_FAILED, detail, [problem])

    async def on_validation_error(
        self, exception: ValidationError, context: Literal["body", "headers", "path", "query string"]
    ) -> web.StreamResponse:
        return invalid(exception, context)


def search_words(text: str, field: str = "q") -> str:
    """`text` as a search takes it. `ProblemError` for control characters, which no database looks for."""
    if _CONTROL.search(text):
        problem = FieldProblem(field=field, reason="must not hold control characters", where="query string")
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: must not hold control characters", [problem])
    return text.strip()


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    """The answer that holds `model`. Typed as anything: the annotations of handlers name the document's types."""
    return web.Response(
        status=status,
        body=model.model_dump_json().encode(),
        content_type="application/json",
        charset="utf-8",
        headers=headers,
    )


def etag_of(state: BaseModel | Mapping[str, Any]) -> str:
    """The state that a thing is in, as HTTP names it: another as soon as anything of it is different."""
    data = state.model_dump(mode="json") if isinstance(state, BaseModel) else state
    text = json.dumps(data, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
