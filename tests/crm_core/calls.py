"""Calls as the journal tells them, for tests of what the CRM core makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from crm_core.crm import Crm
from kernel.database import Database
from kernel.messages import FactBus
from pbx.facts import CallEnded, CallFact, CallMerged, CallQueued, CallStarted, Direction, Outcome, PartyAnswered
from pbx.journal import Journal
from pbx.journal_tables import CallFactRow

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SOMCHAI = "+6621234567"


class Story:
    """The CRM core over a real database, which hears of calls from a real journal."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.crm = Crm(database, "TH", UTC)
        bus = FactBus()
        self.crm.subscribe(bus)
        self.journal = Journal(database, bus)

    async def tell(self, *facts: CallFact) -> None:
        """Have the facts written, in one batch; fails if a handler of one failed."""
        self.journal.record(facts)
        await self.journal._write_next()
        self.journal._settle()
        async with self.database.reading() as session:
            problems = await session.scalars(select(CallFactRow.problem).where(CallFactRow.problem.is_not(None)))
            assert problems.all() == []

    async def contact(self, name: str, *numbers: str, owner_id: int | None = None, company: str | None = None) -> int:
        """Add a contact."""
        async with self.database.transaction() as session:
            added = await self.crm.contacts.create(
                session, name=name, numbers=numbers, owner_id=owner_id, company=company, now=NOW
            )
            return added.id


def call(
    call: str = "1.1",
    caller: str | None = SOMCHAI,
    *,
    queue: str | None = "sales",
    answered_by: str | None = None,
    at: datetime = NOW,
    direction: Direction = Direction.INBOUND,
    merged_into: str | None = None,
    name: str | None = None,
) -> list[CallFact]:
    """A call from its beginning to its end; missed, unless somebody answers."""
    common: dict[str, Any] = {"node": "main", "call_id": f"main-{call}"}
    after = timedelta(seconds=1)
    facts: list[CallFact] = [
        CallStarted(
            **common,
            key="started",
            at=at,
            linkedid=call,
            channel=call,
            direction=direction,
            caller_number=caller,
            caller_name=name,
            dialed="029990000",
        )
    ]
    if queue:
        facts.append(CallQueued(**common, key="queued", at=at + after, queue=queue))
    if answered_by:
        facts.append(PartyAnswered(**common, key="answered", at=at + 5 * after, party=answered_by, channel=f"{call}2"))
    if merged_into:
        facts.append(CallMerged(**common, key="merged", at=at + 6 * after, into=merged_into))
    outcome = Outcome.ANSWERED if answered_by else Outcome.CANCELLED
    facts.append(CallEnded(**common, key="ended", at=at + 30 * after, outcome=outcome, hangup_by=None, cause=16))
    return facts
