"""What contacts, companies, leads and tasks have alike in the API: numbers, addresses, timelines, versions, owners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import note
from accounts.rights import EVERYBODY, Action, Actor, Owner, Scope, Thing, scope_of, users_in_reach
from accounts.users import User
from crm_core.activities import Activity, ActivityKind, Record
from crm_core.details import EmailColumns, EmailKind, NumberColumns, NumberKind, TypedEmail, TypedNumber
from crm_core.leads import Workers
from crm_core.timeline import ActivityPosition
from web.paging import decode_cursor, encode_cursor, microseconds_of, moment_of
from web.sign_in import SignedIn, require
from web.views import View, answer

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="the version that was read; 409 if it has changed")]
Query = Annotated[str, Field(max_length=200)]
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _sensible(moment: datetime) -> datetime:
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("must be between the years 1970 and 2200")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]


class NumberView(BaseModel):
    """A phone number: as typed, and in E.164 where it has such a form (an extension has none)."""

    typed: str
    e164: str | None
    kind: NumberKind


class EmailView(BaseModel):
    """An e-mail address: as typed, and in the form in which addresses are compared."""

    typed: str
    address: str
    kind: EmailKind


def _or_text(schema: dict[str, Any]) -> None:
    """A plain text does, too."""
    whole = dict(schema)
    schema.clear()
    schema["description"] = whole["description"]
    schema["anyOf"] = [{"type": "string", "maxLength": whole["properties"]["typed"]["maxLength"]}, whole]


class NumberInput(BaseModel, extra="forbid"):
    """A phone number as typed, in any form of the country; a plain text is one of no particular kind."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    typed: str = Field(max_length=200)
    kind: NumberKind = NumberKind.OTHER

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, given: Any) -> Any:
        return {"typed": given} if isinstance(given, str) else given


class EmailInput(BaseModel, extra="forbid"):
    """An e-mail address as typed; a plain text is one of no particular kind."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    typed: str = Field(max_length=400)
    kind: EmailKind = EmailKind.OTHER

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, given: Any) -> Any:
        return {"typed": given} if isinstance(given, str) else given


class NewNote(BaseModel, extra="forbid"):
    """A note to write."""

    text: str = Field(max_length=40_000)


class ActivityView(BaseModel):
    """Something that happened with a record. What `data` holds depends on the kind; of a call: who, when and how.

    `text` is what `author_name` wrote. `call_id` is the call that it is, or in which it was written.
    """

    id: int
    kind: str
    at: datetime
    ended_at: datetime | None
    title: str
    text: str | None
    author_id: int | None
    author_name: str | None
    call_id: str | None
    data: dict[str, Any]


class ActivityList(BaseModel):
    """A page of a timeline, newest first."""

    items: list[ActivityView]
    next_cursor: str | None


def numbers_of(rows: Iterable[NumberColumns]) -> list[NumberView]:
    return [NumberView(typed=row.typed, e164=row.e164, kind=row.kind) for row in rows]


def emails_of(rows: Iterable[EmailColumns]) -> list[EmailView]:
    return [EmailView(typed=row.typed, address=row.address, kind=row.kind) for row in rows]


class _Versioned(Protocol):
    id: int
    version: int


def state_of(record: _Versioned) -> dict[str, int]:
    """The state that a record is in: its version says it all."""
    return {"id": record.id, "version": record.version}


def changes_in(body: BaseModel) -> dict[str, Any]:
    """The fields that were sent, as the directories take them."""
    changes = {name: getattr(body, name) for name in body.model_fields_set if name != "version"}
    if "numbers" in changes:
        changes["numbers"] = [TypedNumber(each.typed, each.kind) for each in changes["numbers"]]
    if "emails" in changes:
        changes["emails"] = [TypedEmail(each.typed, each.kind) for each in changes["emails"]]
    return changes


def audit(view: View, session: AsyncSession, thing: Thing, after: BaseModel, before: BaseModel | None = None) -> None:
    """Note in the audit log who adds or changes a record, as the API shows it."""
    shown = after.model_dump(mode="json")
    note(
        session,
        view.user.author,
        Action.CHANGE if before is not None else Action.CREATE,
        thing,
        shown["id"],
        now=view.services.clock.now(),
        before=before.model_dump(mode="json") if before is not None else None,
        after=shown,
    )


async def names_of(session: AsyncSession, user_ids: Iterable[int | None]) -> dict[int | None, str]:
    """The names of users, by their ids."""
    ids = {user_id for user_id in user_ids if user_id is not None}
    if not ids:
        return {}
    rows = await session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    names: dict[int | None, str] = {}
    for user_id, name in rows:
        names[user_id] = name
    return names


async def activity_views(session: AsyncSession, activities: Iterable[Activity]) -> list[ActivityView]:
    """Activities as the API gives them."""
    rows = list(activities)
    names = await names_of(session, (row.author_id for row in rows))
    return [
        ActivityView(
            id=row.id,
            kind=row.kind,
            at=row.at,
            ended_at=row.ended_at,
            title=row.title,
            text=row.text,
            author_id=row.author_id,
            author_name=names.get(row.author_id),
            call_id=row.call_id or row.data.get("call_id"),
            data=row.data,
        )
        for row in rows
    ]


async def timeline_of(view: View, session: AsyncSession, record: Record, kind: str, limit: int, cursor: str) -> Any:
    """The answer that holds a page of a record's timeline."""
    after = None
    if cursor:
        at, activity_id = decode_cursor(cursor, int, int)
        after = ActivityPosition(moment_of(at), activity_id)
    kinds = [ActivityKind(kind)] if kind else []
    page = await view.services.timeline.page(session, record, kinds=kinds, after=after, limit=limit)
    return answer(
        ActivityList(
            items=await activity_views(session, page.activities),
            next_cursor=encode_cursor(microseconds_of(page.next.at), page.next.id) if page.next else None,
        )
    )


async def write_note(view: View, session: AsyncSession, record: Record, text: str) -> Any:
    """The answer that holds the note which was written on the record."""
    now = view.services.clock.now()
    note = await view.services.timeline.add_note(session, record, text, view.user.id, now)
    (shown,) = await activity_views(session, [note])
    return answer(shown, 201)


def worker(view: View) -> Actor:
    """Whoever asks, with the queues whose calls they take as teams of theirs: a queue's work is its people's."""
    actor = view.user.actor
    return replace(actor, teams=actor.teams | view.services.queues_of(view.user.id))


def owner_of(queue: str | None, *user_ids: int | None) -> Owner:
    """Whose a lead or a task is: people's, and the queue's team's. As long as there are no teams, everybody's."""
    people = frozenset(user_id for user_id in user_ids if user_id is not None)
    return Owner(people, frozenset({EVERYBODY, queue} if queue else {EVERYBODY}))


def workers_in_reach(actor: Actor, action: Action, thing: Thing) -> Workers | None:
    """Whose leads or tasks a list shows; None: all. The same that `may` says of each with `owner_of`."""
    scope = scope_of(actor, action, thing)
    if scope is Scope.ALL or (scope is Scope.TEAM and EVERYBODY in actor.teams):
        return None
    user_ids = users_in_reach(actor, action, thing) or frozenset()
    return Workers(user_ids, actor.teams if scope is Scope.TEAM else frozenset())


def require_work(view: View, action: Action, thing: Thing, owner: Owner) -> None:
    """`ProblemError` (403) unless whoever asks may do that to a lead or task of `owner`."""
    user: SignedIn = replace(view.user, actor=worker(view))
    require(user, action, thing, owner)
