"""The timeline: what happened with a record, newest first. A call is on it from its first ring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import BadInput
from crm_core.activities import Activity, ActivityKind, CallNumber, Record, RecordKind
from crm_core.companies import CompanyNumber
from crm_core.contact_tables import Contact, ContactNumber
from crm_core.contacts import ContactDirectory
from crm_core.details import clean_text
from crm_core.leads import Lead
from crm_core.numbers import parse_number
from kernel.database import Base, insert_for
from kernel.messages import FactBus
from pbx.call_projection import storable
from pbx.facts import CallEnded, CallStarted, Direction, Outcome, PartyAnswered
from pbx.journal_tables import CallRow

__all__ = ["Activity", "ActivityKind", "ActivityPage", "ActivityPosition", "Record", "RecordKind", "Timeline"]

PARTIES_LIMIT = 20
"""Parties of one call that its activity names: a conference may have any number."""
ADOPTED_AFTER = timedelta(days=1)
"""How old the calls may be that a new record gets on its timeline because they are of its number."""
ADOPTED_LIMIT = 100
"""And how many they may be."""


@dataclass(frozen=True, slots=True)
class ActivityPosition:
    """An activity's place on its timeline: older ones follow behind it."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some activities, newest first, and where older ones begin (None: there are none)."""

    activities: Sequence[Activity]
    next: ActivityPosition | None


class Timeline:
    """Writes calls to the timelines of those who called or were called, and reads timelines.

    Its handlers run in the transaction of the fact, so a call is on the timeline exactly if it is in the journal. Doing
    one twice changes nothing.
    """

    def __init__(self, directory: ContactDirectory) -> None:
        self._directory = directory

    def subscribe(self, facts: FactBus) -> None:
        """Hear of calls from now on."""
        facts.subscribe(CallStarted, self.on_call_started)
        facts.subscribe(PartyAnswered, self.on_party_answered)
        facts.subscribe(CallEnded, self.on_call_ended)

    async def on_call_started(self, session: AsyncSession, fact: CallStarted) -> None:
        """Put the call on the timeline of everybody whose number called, or was called by us."""
        is_outgoing = fact.direction is Direction.OUTBOUND
        number = fact.dialed if is_outgoing else fact.caller_number
        e164 = parse_number(number, self._directory.region).e164
        if e164 is None:
            return
        await _insert(
            session,
            CallNumber,
            {"call_id": fact.call_id, "e164": e164, "at": fact.at, "settled": False, "missed": False},
        )
        values: dict[str, Any] = {
            "at": fact.at,
            "ended_at": None,
            "node": fact.node,
            "call_id": fact.call_id,
            "title": _title(e164, is_outgoing),
            "data": {
                "direction": fact.direction.value if fact.direction else None,
                "number": number,
                "dialed": storable(fact.dialed),
                "answered_by": [],
                "answered_at": None,
            },
        }
        # Told after what followed it (a part of the story that was missed may come later): as far as it is known.
        call = await session.get(CallRow, fact.call_id)
        if call is not None:
            values |= _progress(call, values["data"])
        for record in await self.records_of(session, e164):
            await add_activity(session, record, ActivityKind.CALL, values)

    async def on_party_answered(self, session: AsyncSession, fact: PartyAnswered) -> None:
        """Note who talked."""
        for activity in await of_call(session, fact.node, fact.call_id):
            parties: list[str] = activity.data.get("answered_by", [])
            if fact.party not in parties and len(parties) < PARTIES_LIMIT:
                # A new value, not a change within the old one: only that is seen and saved.
                since = activity.data.get("answered_at") or fact.at.isoformat()
                activity.data = {**activity.data, "answered_by": [*parties, fact.party], "answered_at": since}
            if "outcome" in activity.data:
                # Its end was told before, by who did not know that somebody talked.
                activity.data = {**activity.data, "outcome": Outcome.ANSWERED.value}

    async def on_call_ended(self, session: AsyncSession, fact: CallEnded) -> None:
        """Note how and when the call ended. What was concluded does not stand over what was seen."""
        for activity in await of_call(session, fact.node, fact.call_id):
            if fact.inferred and activity.ended_at is not None:
                continue
            outcome = Outcome.ANSWERED if activity.data.get("answered_by") else fact.outcome
            activity.ended_at = fact.at
            activity.data = {**activity.data, "outcome": outcome.value}

    async def records_of(self, session: AsyncSession, e164: str) -> list[Record]:
        """On whose timelines a call of that number is: contacts, their companies, companies, and the open lead."""
        matches = await self._directory.lookup_everybody_in(session, e164)
        companies = [match.id for match in matches.companies]
        companies += [match.company_id for match in matches.contacts if match.company_id is not None]
        leads = await session.scalars(select(Lead.id).where(Lead.open_number == e164))
        return [
            *(Record(RecordKind.CONTACT, match.id) for match in matches.contacts),
            *(Record(RecordKind.COMPANY, company_id) for company_id in dict.fromkeys(companies)),
            *(Record(RecordKind.LEAD, lead_id) for lead_id in leads),
        ]

    async def adopt_calls(self, session: AsyncSession, record: Record, now: datetime) -> list[str]:
        """Put the calls of the record's numbers in the last day on its timeline; the ids of those calls.

        For whoever was unknown when they called, and got a record during the call or after it.
        """
        since = now - ADOPTED_AFTER
        calls = await session.execute(
            select(CallRow, CallNumber.e164)
            .join(CallNumber, CallNumber.call_id == CallRow.call_id)
            .where(CallNumber.e164.in_(await _numbers_of(session, record)), CallNumber.at >= since)
            .order_by(CallNumber.at.desc())
            .limit(ADOPTED_LIMIT)
        )
        adopted: list[str] = []
        company_id = await _company_of(session, record)
        for call, e164 in calls.all():
            for each in (record, *([Record(RecordKind.COMPANY, company_id)] if company_id is not None else [])):
                await add_activity(session, each, ActivityKind.CALL, _call_values(call, e164))
            adopted.append(call.call_id)
        return adopted

    async def add_note(
        self, session: AsyncSession, record: Record, text: str, author_id: int, at: datetime
    ) -> Activity:
        """Write a note on a record. `BadInput` for an empty or too long one."""
        cleaned = clean_text(text, "text")
        if not cleaned:
            raise BadInput("text", "must not be empty")
        activity = Activity(kind=ActivityKind.NOTE, at=at, title="Note", text=cleaned, author_id=author_id, data={})
        setattr(activity, record.column, record.id)
        session.add(activity)
        await session.flush()
        return activity

    async def page(
        self,
        session: AsyncSession,
        record: Record | int,
        *,
        kinds: Sequence[ActivityKind] = (),
        after: ActivityPosition | None = None,
        limit: int = 50,
    ) -> ActivityPage:
        """The activities of a record (a number is the id of a contact), newest first, of `kinds` or of all."""
        if isinstance(record, int):
            record = Record(RecordKind.CONTACT, record)
        statement = (
            select(Activity)
            .where(getattr(Activity, record.column) == record.id)
            .order_by(Activity.at.desc(), Activity.id.desc())
            .limit(limit + 1)
        )
        if kinds:
            statement = statement.where(Activity.kind.in_(kinds))
        if after is not None:
            statement = statement.where(tuple_(Activity.at, Activity.id) < (after.at, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        return ActivityPage(found, ActivityPosition(found[-1].at, found[-1].id) if has_more else None)


async def add_activity(session: AsyncSession, record: Record, kind: ActivityKind, values: dict[str, Any]) -> None:
    """Put an activity on the record's timeline, unless it is there: its call or its `origin` says whether it is."""
    every = {"text": None, "author_id": None, "node": None, "call_id": None, "origin": None, "ended_at": None}
    await _insert(session, Activity, {**every, **values, "kind": kind, record.column: record.id})


async def of_call(session: AsyncSession, node: str, call_id: str) -> Sequence[Activity]:
    """The activities that a call is, one for each record that it belongs to."""
    rows = await session.scalars(select(Activity).where(Activity.node == node, Activity.call_id == call_id))
    return rows.all()


def records_of_activities(activities: Iterable[Activity]) -> list[Record]:
    """The records on whose timelines the activities are."""
    return [
        Record(kind, id)
        for activity in activities
        for kind in RecordKind
        if (id := getattr(activity, f"{kind.value}_id")) is not None
    ]


async def call_activity_exists(session: AsyncSession, record: Record, call: CallRow, e164: str) -> None:
    """Have the call on the record's timeline, as far as the journal knows it."""
    await add_activity(session, record, ActivityKind.CALL, _call_values(call, e164))


def _call_values(call: CallRow, e164: str) -> dict[str, Any]:
    is_outgoing = call.direction == Direction.OUTBOUND.value
    data: dict[str, Any] = {
        "direction": call.direction,
        "number": call.dialed if is_outgoing else call.caller_number,
        "dialed": call.dialed,
    }
    values = {"at": call.started_at, "node": call.node, "call_id": call.call_id, "title": _title(e164, is_outgoing)}
    return values | _progress(call, data)


def _progress(call: CallRow, data: dict[str, Any]) -> dict[str, Any]:
    """How far the call has come, by its row."""
    data = {
        **data,
        "answered_by": call.answered_by[:PARTIES_LIMIT],
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
    }
    if call.ended_at is not None:
        data["outcome"] = call.outcome
    return {"ended_at": call.ended_at, "data": data}


def _title(e164: str, is_outgoing: bool) -> str:
    return f"Call to {e164}" if is_outgoing else f"Call from {e164}"


async def _numbers_of(session: AsyncSession, record: Record) -> list[str]:
    match record.kind:
        case RecordKind.CONTACT:
            statement = select(ContactNumber.e164).where(ContactNumber.contact_id == record.id)
        case RecordKind.COMPANY:
            statement = select(CompanyNumber.e164).where(CompanyNumber.company_id == record.id)
        case RecordKind.LEAD:
            statement = select(Lead.e164).where(Lead.id == record.id)
    return [number for number in await session.scalars(statement) if number]


async def _company_of(session: AsyncSession, record: Record) -> int | None:
    if record.kind is not RecordKind.CONTACT:
        return None
    company_id: int | None = await session.scalar(select(Contact.company_id).where(Contact.id == record.id))
    return company_id


async def _insert(session: AsyncSession, table: type[Base], values: dict[str, Any]) -> None:
    await session.execute(insert_for(session, table).values(values).on_conflict_do_nothing())
