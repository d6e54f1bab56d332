"""`/api/v1/calls`: the calls as the journal has them, with their recording and transcript."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Owner, Scope, Thing, may, scope_of, users_in_reach
from pbx.facts import Direction, Outcome
from pbx.journal import facts_of_call
from pbx.journal_tables import CallFactRow, CallRow
from queue_router.agents import AgentRow
from queue_router.offers import CallOffer
from recordings.archive import RecordedCall, Transcript, recording_of_call, transcript_of_call
from web.openapi import NULLABLE
from web.paging import Cursor, Limit, decode_cursor, encode_cursor, microseconds_of, moment_of
from web.problems import not_found
from web.records import Id, Moment, Query
from web.sign_in import actor_of
from web.views import View, answer, search_words

CallId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")]


class CallView(BaseModel):
    """A call. `rang` and `answered_by` hold numbers or accounts of phones, each once, in order."""

    call_id: str
    node: str
    direction: str | None
    caller_number: str | None
    caller_name: str | None
    dialed: str | None
    queue: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    rang: list[str]
    answered_by: list[str]
    outcome: str
    hangup_by: str | None
    recorded: bool


class CallList(BaseModel):
    """A page of calls, newest first."""

    items: list[CallView]
    next_cursor: str | None


class FactView(BaseModel):
    """Something that happened in a call; `data` has what its kind tells."""

    kind: str
    at: datetime
    data: dict[str, Any]


class OfferView(BaseModel):
    """Whose phone rang, what came of it, and `why` it was theirs (None where the PBX decided)."""

    user_id: int
    account: str
    queue: str | None
    source: str
    offered_at: datetime
    outcome: str
    why: dict[str, Any] | None


class RecordingView(BaseModel):
    """The recording of a call: how far it has come, and its length, None until that is known."""

    id: int
    state: str
    problem: str | None
    started_at: datetime
    seconds: float | None


class WordView(BaseModel):
    """A word, from `start` to `end` in seconds of the recording; `confidence` is 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float


class TurnView(BaseModel):
    """What one side says until the other's turn begins. `speaker` is `caller` or `agent`."""

    speaker: str
    text: str
    words: list[WordView]


class TranscriptView(BaseModel):
    """What was said: all of a side as one text, and the dialogue."""

    text: dict[str, str]
    turns: list[TurnView]


class CallDetails(BaseModel):
    """A call with its story: what happened, to whom it was offered and why, what was recorded and said."""

    call: CallView
    facts: list[FactView]
    offers: list[OfferView]
    recording: RecordingView | SkipJsonSchema[None] = NULLABLE
    transcript: TranscriptView | SkipJsonSchema[None] = NULLABLE


class CallsShown(StrEnum):
    """Which calls a list shows. `missed`: somebody called, and nobody answered. `live`: going on now."""

    ALL = "all"
    MISSED = "missed"
    ANSWERED = "answered"
    LIVE = "live"


class Calls(View):
    async def get(
        self,
        show: CallsShown = CallsShown.ALL,
        q: Annotated[str, Field(max_length=200)] = "",
        user_id: Id | None = None,
        queue: Query = "",
        since: Moment | None = None,
        until: Moment | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[CallList]:
        """Calls, newest first; an agent sees their own. With `q`, those in whose numbers, name or queue it stands.

        With `user_id`, those that rang at or came from that user's phone; with `queue`, those that came into it; with
        `since` and `until`, those that began from then on, and before then.

        Tags: calls
        """
        query = search_words(q)
        queue = search_words(queue, "queue")
        async with self.services.database.reading() as session:
            statement = (
                select(CallRow)
                .where(visible_to(self), *_shown(show), *_fitting(query), *_of(user_id, queue, since, until))
                .order_by(CallRow.started_at.desc(), CallRow.call_id.desc())
                .limit(limit + 1)
            )
            if cursor:
                at, call_id = decode_cursor(cursor, int, str)
                statement = statement.where(tuple_(CallRow.started_at, CallRow.call_id) < (moment_of(at), call_id))
            rows = list(await session.scalars(statement))
        last = rows[limit - 1] if len(rows) > limit else None
        return answer(
            CallList(
                items=[_view(row) for row in rows[:limit]],
                next_cursor=encode_cursor(microseconds_of(last.started_at), last.call_id) if last else None,
            )
        )


class OneCall(View):
    async def get(self, call_id: CallId, /) -> r200[CallDetails]:
        """A call with its story.

        Tags: calls
        """
        async with self.services.database.reading() as session:
            row = await session.scalar(select(CallRow).where(CallRow.call_id == call_id, visible_to(self)))
            if row is None:
                raise not_found("call")
            facts = await facts_of_call(session, call_id)
            offers = await session.scalars(
                select(CallOffer).where(CallOffer.call_id == call_id).order_by(CallOffer.offered_at, CallOffer.id)
            )
            details = CallDetails(
                call=_view(row),
                facts=[_fact(fact) for fact in facts],
                offers=[_offer(offer) for offer in offers],
                recording=None,
                transcript=None,
            )
            actor, owner = actor_of(self.user), await _owner(session, call_id, row.caller_number)
            if may(actor, Action.READ, Thing.RECORDING, owner):
                details.recording = _recording(await recording_of_call(session, row.node, call_id))
            if may(actor, Action.READ, Thing.TRANSCRIPT, owner):
                details.transcript = _transcript(await transcript_of_call(session, row.node, call_id))
        return answer(details)


def visible_to(view: View) -> ColumnElement[bool]:
    """Which calls whoever asks may read: all, or those that rang at phones of people in reach or came from them."""
    actor = actor_of(view.user)
    user_ids = users_in_reach(actor, Action.READ, Thing.CALL)
    if user_ids is None:
        return CallRow.call_id.is_not(None)
    if not user_ids:
        return false()
    offered = select(CallOffer.call_id).where(CallOffer.user_id.in_(user_ids))
    phones = select(AgentRow.account).where(AgentRow.user_id.in_(user_ids))
    theirs = or_(CallRow.call_id.in_(offered), CallRow.caller_number.in_(phones))
    if scope_of(actor, Action.READ, Thing.CALL) is Scope.OWN:
        return theirs
    # A caller who gave up before any phone rang is every team's: no queue says yet whose they were.
    by_nobody = and_(
        ~exists().where(CallOffer.call_id == CallRow.call_id),
        ~exists().where(AgentRow.account == CallRow.caller_number),
    )
    return or_(theirs, by_nobody)


def _shown(show: CallsShown) -> list[ColumnElement[bool]]:
    match show:
        case CallsShown.MISSED:
            # Asterisk does not always tell the direction; what is not known to be our own call counts as somebody's.
            is_ours = CallRow.direction.is_not_distinct_from(Direction.OUTBOUND)
            return [CallRow.outcome.not_in([Outcome.ANSWERED, Outcome.IN_PROGRESS]), not_(is_ours)]
        case CallsShown.ANSWERED:
            return [CallRow.outcome == Outcome.ANSWERED]
        case CallsShown.LIVE:
            return [CallRow.outcome == Outcome.IN_PROGRESS]
        case _:
            return []


def _fitting(query: str) -> list[ColumnElement[bool]]:
    if not query:
        return []
    fields = (CallRow.caller_number, CallRow.caller_name, CallRow.dialed, CallRow.queue)
    return [or_(*(field.icontains(query, autoescape=True) for field in fields))]


def _of(user_id: int | None, queue: str, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if user_id is not None:
        offered = select(CallOffer.call_id).where(CallOffer.user_id == user_id)
        phone = select(AgentRow.account).where(AgentRow.user_id == user_id)
        wanted.append(or_(CallRow.call_id.in_(offered), CallRow.caller_number.in_(phone)))
    if queue:
        wanted.append(CallRow.queue == queue)
    if since is not None:
        wanted.append(CallRow.started_at >= since)
    if until is not None:
        wanted.append(CallRow.started_at < until)
    return wanted


async def _owner(session: AsyncSession, call_id: str, caller_number: str | None) -> Owner:
    offered = await session.scalars(select(CallOffer.user_id).where(CallOffer.call_id == call_id))
    made_by = await session.scalars(select(AgentRow.user_id).where(AgentRow.account == caller_number))
    return Owner(frozenset({*offered, *made_by}))


def _view(row: CallRow) -> CallView:
    return CallView(
        call_id=row.call_id,
        node=row.node,
        direction=row.direction,
        caller_number=row.caller_number,
        caller_name=row.caller_name,
        dialed=row.dialed,
        queue=row.queue,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        rang=row.rang,
        answered_by=row.answered_by,
        outcome=row.outcome,
        hangup_by=row.hangup_by,
        recorded=row.recorded,
    )


def _fact(row: CallFactRow) -> FactView:
    return FactView(kind=row.kind, at=row.at, data=row.data)


def _offer(row: CallOffer) -> OfferView:
    return OfferView(
        user_id=row.user_id,
        account=row.account,
        queue=row.queue,
        source=row.source,
        offered_at=row.offered_at,
        outcome=row.outcome,
        why=row.why,
    )


def _recording(recording: RecordedCall | None) -> RecordingView | None:
    if recording is None:
        return None
    return RecordingView(
        id=recording.id,
        state=recording.state,
        problem=recording.problem,
        started_at=recording.started_at,
        seconds=recording.seconds,
    )


def _transcript(transcript: Transcript | None) -> TranscriptView | None:
    if transcript is None:
        return None
    return TranscriptView(
        text={speaker.value: text for speaker, text in transcript.text.items()},
        turns=[
            TurnView(
                speaker=turn.speaker,
                text=turn.text,
                words=[
                    WordView(text=word.text, start=word.start, end=word.end, confidence=word.confidence)
                    for word in turn.words
                ],
            )
            for turn in transcript.turns
        ],
    )
