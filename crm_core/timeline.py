"""The timeline: what happened with a contact, newest first. A call is on it from its first ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, String, UniqueConstraint, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.contacts import ContactDirectory, ContactMatch
from kernel.database import Base, UTCDateTime
from kernel.messages import FactBus
from pbx.facts import CallEnded, CallStarted, Direction, PartyAnswered

PARTIES_LIMIT = 20
"""Parties of one call that its activity names: a conference may have any number."""


class ActivityKind(StrEnum):
    """What kind of thing happened."""

    CALL = "call"


class Activity(Base):
    """Something that happened with a contact.

    `data` holds what the kind needs. Of a call: `direction`, `number` (the contact's, as signalled), `dialed`,
    `answered_by` and `answered_at` (ISO, None until somebody talks), and after its end `outcome`.
    """

    __tablename__ = "activities"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    kind: Mapped[ActivityKind] = mapped_column(
        Enum(ActivityKind, native_enum=False, length=16, values_callable=lambda kind: [each.value for each in kind])
    )
    at: Mapped[datetime] = mapped_column(UTCDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    title: Mapped[str] = mapped_column(String(300))
    node: Mapped[str | None] = mapped_column(String(64))
    call_id: Mapped[str | None] = mapped_column(String(128))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        UniqueConstraint("contact_id", "node", "call_id"),
        Index(None, "contact_id", "at", "id"),
        Index(None, "node", "call_id"),
    )


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
        for match in await self._directory.lookup_in(session, number):
            await self._add(session, fact, match, number or "", is_outgoing)

    async def on_party_answered(self, session: AsyncSession, fact: PartyAnswered) -> None:
        """Note who talked."""
        for activity in await _of_call(session, fact.node, fact.call_id):
            parties: list[str] = activity.data.get("answered_by", [])
            if fact.party not in parties and len(parties) < PARTIES_LIMIT:
                # A new value, not a change within the old one: only that is seen and saved.
                since = activity.data.get("answered_at") or fact.at.isoformat()
                activity.data = {**activity.data, "answered_by": [*parties, fact.party], "answered_at": since}

    async def on_call_ended(self, session: AsyncSession, fact: CallEnded) -> None:
        """Note how and when the call ended."""
        for activity in await _of_call(session, fact.node, fact.call_id):
            activity.ended_at = fact.at
            activity.data = {**activity.data, "outcome": fact.outcome.value}

    async def page(
        self, session: AsyncSession, contact_id: int, *, after: ActivityPosition | None = None, limit: int = 50
    ) -> ActivityPage:
        """The activities of a contact, newest first."""
        statement = (
            select(Activity)
            .where(Activity.contact_id == contact_id)
            .order_by(Activity.at.desc(), Activity.id.desc())
            .limit(limit + 1)
        )
        if after is not None:
            statement = statement.where(tuple_(Activity.at, Activity.id) < (after.at, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        return ActivityPage(found, ActivityPosition(found[-1].at, found[-1].id) if has_more else None)

    @staticmethod
    async def _add(
        session: AsyncSession, fact: CallStarted, match: ContactMatch, number: str, is_outgoing: bool
    ) -> None:
        values = {
            "contact_id": match.id,
            "kind": ActivityKind.CALL,
            "at": fact.at,
            "ended_at": None,
            "title": f"Call to {match.e164}" if is_outgoing else f"Call from {match.e164}",
            "node": fact.node,
            "call_id": fact.call_id,
            "data": {
                "direction": fact.direction.value if fact.direction else None,
                "number": number,
                "dialed": fact.dialed,
                "answered_by": [],
                "answered_at": None,
            },
        }
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        await session.execute(insert(Activity).values(values).on_conflict_do_nothing())


async def _of_call(session: AsyncSession, node: str, call_id: str) -> Sequence[Activity]:
    rows = await session.scalars(select(Activity).where(Activity.node == node, Activity.call_id == call_id))
    return rows.all()
