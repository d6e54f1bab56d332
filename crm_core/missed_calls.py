"""A missed call is followed up: a task for the owner of whoever called, or a lead where nobody is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import BadInput
from accounts.users import User, clean_name
from crm_core.activities import CallNumber, Record, RecordKind
from crm_core.contacts import ContactDirectory
from crm_core.leads import MISSED_CALL, QUEUE_LIMIT, Lead, Leads, LeadStatus
from crm_core.lookup import NumberMatches
from crm_core.tasks import TITLE_LIMIT, Task, Tasks, show_on_timeline
from crm_core.timeline import call_activity_exists
from kernel.messages import FactBus
from pbx.facts import CallEnded, CallMerged, CallRouted, CallStarted, Direction, PartyAnswered
from pbx.journal_tables import CallFactRow, CallRow


@dataclass(frozen=True, slots=True)
class CallBack:
    """What a missed call of somebody known asks for: that `owner_id` (None: the queue's team) calls `record` back."""

    owner_id: int | None
    record: Record
    names: tuple[str, ...]


def is_missed(call: CallRow) -> bool:
    """Whether somebody called us, and nobody talked with them."""
    return (
        call.direction == Direction.INBOUND.value
        and call.ended_at is not None
        and call.answered_at is None
        and call.merged_into is None
    )


def call_backs(matches: NumberMatches, working: frozenset[int]) -> list[CallBack]:
    """Who has to call back: each owner of a contact with the number, once, however many contacts of theirs have it.

    Where no contact is known, owners of companies; where nobody who still works here (`working`) owns any, the team.
    """
    known = [(match.owner_id, Record(RecordKind.CONTACT, match.id), match.name) for match in matches.contacts] or [
        (match.owner_id, Record(RecordKind.COMPANY, match.id), match.name) for match in matches.companies
    ]
    owned = [each for each in known if each[0] in working]
    by_owner: dict[int | None, list[tuple[Record, str]]] = {}
    for owner_id, record, name in owned or known:
        by_owner.setdefault(owner_id if owned else None, []).append((record, name))
    return [
        CallBack(owner_id, records[0][0], tuple(name for _, name in records)) for owner_id, records in by_owner.items()
    ]


def end_of_day(moment: datetime, zone: tzinfo | None) -> datetime:
    """The last second of the day of `moment` in `zone` (None: the machine's), in UTC."""
    local = moment.astimezone(zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return tomorrow.astimezone(UTC) - timedelta(seconds=1)


async def _was_for_an_announcement(session: AsyncSession, call: CallRow) -> bool:
    """Whether all that the number dialled gives is something to hear: then nobody has missed the call."""
    if call.queue is not None or call.rang:
        return False
    routed = select(CallFactRow.data).where(
        CallFactRow.call_id == call.call_id, CallFactRow.kind == CallRouted.__name__
    )
    led = [(data.get("destination") or {}).get("kind") for data in await session.scalars(routed)]
    return bool(led) and all(kind == "announcement" for kind in led)


class MissedCalls:
    """Hears of ended calls, in the transaction of the fact. Each call is followed up once, however often it is told."""

    def __init__(self, directory: ContactDirectory, leads: Leads, zone: tzinfo | None = None) -> None:
        self._directory = directory
        self._leads = leads
        self._tasks = Tasks()
        self._zone = zone

    def subscribe(self, facts: FactBus) -> None:
        """Hear of calls from now on. Subscribe the timeline first: it notes whose number a call is."""
        facts.subscribe(CallStarted, self.on_call)
        facts.subscribe(CallEnded, self.on_call)
        facts.subscribe(PartyAnswered, self.on_call)
        facts.subscribe(CallMerged, self.on_call)
        facts.subscribe(CallRouted, self.on_call)

    async def on_call(
        self, session: AsyncSession, fact: CallStarted | CallEnded | PartyAnswered | CallMerged | CallRouted
    ) -> None:
        """Follow the call up if it is over and was missed. Its beginning may be told after its end, and so may be that
        somebody talked: then there is nothing to follow up."""
        call = await session.get(CallRow, fact.call_id)
        if call is None or call.ended_at is None or call.direction is None:
            return
        number = await session.get(CallNumber, fact.call_id)
        if number is None or (number.settled and not number.missed):
            return
        was_missed, number.settled = number.missed, True
        number.missed = is_missed(call) and not await _was_for_an_announcement(session, call)
        if number.missed and not was_missed:
            await self._follow_up(session, call, number.e164)
        elif was_missed and not number.missed:
            await self._withdraw(session, call, number.e164)
        await session.flush()

    async def _withdraw(self, session: AsyncSession, call: CallRow, e164: str) -> None:
        """The call was not missed after all. What it alone asked for goes, unless a person has worked on it."""
        at = call.ended_at or call.started_at
        by_this = Task.origin.startswith(f"missed_call:{call.call_id}:", autoescape=True)
        added_to = and_(Task.number == e164, Task.open_key.is_not(None), Task.missed_calls > 1)
        for task in await session.scalars(select(Task).where(Task.done_at.is_(None), or_(by_this, added_to))):
            task.missed_calls -= 1
            task.version += 1
            task.updated_at = at
            if task.missed_calls == 0 and not task.notes:
                await self._tasks.remove(session, task)
                continue
            if task.missed_calls == 0:
                task.done_at, task.open_key = at, None
            await session.flush()
            await show_on_timeline(session, task)
        lead = await self._leads.open_for(session, e164)
        if lead is None or lead.missed_calls == 0:
            return
        lead.missed_calls -= 1
        lead.version += 1
        lead.updated_at = at
        is_untouched = lead.status is LeadStatus.NEW and not lead.notes and lead.assignee_id is None
        if lead.missed_calls == 0 and lead.source == MISSED_CALL and is_untouched and lead.contact_id is None:
            await session.delete(lead)

    async def _follow_up(self, session: AsyncSession, call: CallRow, e164: str) -> None:
        at = call.ended_at or call.started_at
        matches = await self._directory.lookup_everybody_in(session, e164)
        lead = await self._leads.open_for(session, e164)
        if lead is not None:
            lead.missed_calls += 1
            lead.last_call_at = max(lead.last_call_at or call.started_at, call.started_at)
            lead.queue = lead.queue or _queue(call)
            lead.version += 1
            lead.updated_at = at
        elif not matches.contacts and not matches.companies:
            lead = await self._lead(session, call, e164, at)
        if lead is not None:
            await call_activity_exists(session, Record(RecordKind.LEAD, lead.id), call, e164)
        for wanted in call_backs(matches, await _working(session, matches)):
            await self._call_back(session, call, e164, wanted, at)

    async def _lead(self, session: AsyncSession, call: CallRow, e164: str, at: datetime) -> Lead:
        lead = await self._leads.create(
            session,
            name=_name(call.caller_name) or e164,
            number=e164,
            source=MISSED_CALL,
            queue=_queue(call),
            status=LeadStatus.NEW,
            now=at,
        )
        lead.missed_calls, lead.last_call_at = 1, call.started_at
        return lead

    async def _call_back(self, session: AsyncSession, call: CallRow, e164: str, wanted: CallBack, at: datetime) -> None:
        key = f"call_back:{wanted.record.kind}:{wanted.record.id}:{wanted.owner_id or 0}"
        task = await session.scalar(select(Task).where(Task.open_key == key))
        if task is None:
            task = Task(
                title=f"Call back {' / '.join(wanted.names)}"[:TITLE_LIMIT],
                notes="",
                assignee_id=wanted.owner_id,
                queue=_queue(call),
                missed_calls=0,
                origin=f"missed_call:{call.call_id}:{wanted.owner_id or 0}",
                open_key=key,
                version=0,
                created_at=at,
            )
            setattr(task, wanted.record.column, wanted.record.id)
            session.add(task)
        task.number = e164
        task.missed_calls += 1
        task.due_at = task.due_order = end_of_day(at, self._zone)
        task.version += 1
        task.updated_at = at
        await session.flush()
        await show_on_timeline(session, task)


def _queue(call: CallRow) -> str | None:
    return call.queue[:QUEUE_LIMIT] if call.queue else None


def _name(text: str | None) -> str | None:
    """The name that the network told, where it can be one of a record."""
    try:
        return clean_name((text or "")[:200])
    except BadInput:
        return None


async def _working(session: AsyncSession, matches: NumberMatches) -> frozenset[int]:
    owners = [match.owner_id for match in matches.contacts] + [match.owner_id for match in matches.companies]
    ids = {owner_id for owner_id in owners if owner_id is not None}
    if not ids:
        return frozenset()
    return frozenset(await session.scalars(select(User.id).where(User.id.in_(ids), User.active.is_(True))))
