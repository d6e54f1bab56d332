"""The record of our own offers: on the agent's desk at once, in the database as soon as it can be had."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.clock import Clock
from kernel.database import Database, is_away
from pbx.journal_tables import CallRow
from queue_router.agents import Agents
from queue_router.desks import DeskCall, Desks
from queue_router.entered import EnteredCall
from queue_router.matching import Candidate
from queue_router.offers import CallOffer, OfferOutcome, OfferSource, settle_offer

RECORD_SECONDS = 600.0
"""How long the record of an offer waits for a database that is away."""
RECORD_RETRY_SECONDS = 1.0

OUTCOMES = {
    "ANSWER": OfferOutcome.ANSWERED,
    "NOANSWER": OfferOutcome.NO_ANSWER,
    "BUSY": OfferOutcome.BUSY,
    "CANCEL": OfferOutcome.CANCELLED,
    "CHANUNAVAIL": OfferOutcome.UNREACHABLE,
}
"""What came of an offer, by Asterisk's DIALSTATUS; anything else (CONGESTION) has failed."""

log = structlog.get_logger(__name__)


class OfferBook:
    """Begins and settles offers. Nobody waits for its records: a locked database would keep a caller in silence."""

    def __init__(self, agents: Agents, desks: Desks, database: Database, clock: Clock) -> None:
        self._agents = agents
        self._desks = desks
        self._database = database
        self._clock = clock
        self._records: set[asyncio.Task[None]] = set()
        self._begun: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._writing = asyncio.Lock()

    def begin(self, call: EnteredCall, agent: Candidate, why: dict[str, Any]) -> None:
        """The agent is about to be rung for the call: their desk shows it, and the offer is written down."""
        now = self._clock.now()
        self._desks.offer(
            agent.user_id,
            DeskCall(
                node=call.node,
                call_id=call.call_id,
                queue=call.queue.name,
                caller_number=call.caller_number,
                caller_name=call.caller_name,
                contacts=call.contacts,
                dialed=call.dialed,
                waiting_since=call.since,
                offered_at=now,
                ring_until=now + timedelta(seconds=call.queue.ring_seconds),
                why=why,
            ),
        )
        offer = CallOffer(
            node=call.node,
            call_id=call.call_id,
            user_id=agent.user_id,
            account=agent.account,
            queue=call.queue.name,
            source=OfferSource.ROUTER,
            offered_at=now,
            outcome=OfferOutcome.RINGING,
            why=why,
        )

        async def write(session: AsyncSession) -> None:
            session.add(offer)

        self._begun[call.call_id, agent.user_id] = self._in_background(self._persist(write))

    def settle(self, call_id: str, user_id: int, account: str, outcome: OfferOutcome) -> None:
        """The offer is over: for who did not take the call the desk rings no more, and the outcome is written down.

        Of `CANCELLED` only the facts tell whether somebody had answered; of the agent's wishes, those that a missed
        call changed are kept with it.
        """
        if outcome not in (OfferOutcome.ANSWERED, OfferOutcome.CANCELLED):
            self._desks.stop_ringing(user_id, call_id, outcome.value, self._clock.now())
        begun = self._begun.pop((call_id, user_id), None)

        async def settle(session: AsyncSession) -> None:
            known = outcome
            if outcome is OfferOutcome.CANCELLED:
                # Only the facts tell. If they were written before the offer was, they had nothing to settle.
                row = await session.get(CallRow, call_id)
                if row is not None and account in row.answered_by:
                    known = OfferOutcome.ANSWERED
                elif row is None or row.ended_at is None:
                    return
            await settle_offer(session, call_id, user_id, known, self._clock.now())
            if outcome is OfferOutcome.NO_ANSWER:
                await self._agents.save_wanted(session, user_id)

        async def settle_when_written() -> None:
            if begun is not None:
                await asyncio.wait([begun])
            await self._persist(settle)

        self._in_background(settle_when_written())

    def draw_consequences(self, user_id: int, account: str, outcome: OfferOutcome) -> None:
        """What an offer that nobody took means for the next ones."""
        if outcome is OfferOutcome.UNREACHABLE:
            self._agents.phone_failed(account)
        elif outcome is OfferOutcome.NO_ANSWER:
            # Who isn't there must not be rung for the next caller either.
            self._agents.note_missed_call(user_id)

    async def _persist(self, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
        """Have `work` done in a transaction, one at a time; while the database is away, again and again."""
        gives_up_at = self._clock.monotonic() + RECORD_SECONDS
        async with self._writing:
            while True:
                try:
                    async with self._database.transaction() as session:
                        await work(session)
                    return
                except Exception as error:
                    if not is_away(error) or self._clock.monotonic() > gives_up_at:
                        raise
                    await self._clock.sleep(RECORD_RETRY_SECONDS)

    def _in_background(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._records.add(task)
        task.add_done_callback(self._recorded)
        return task

    def _recorded(self, task: asyncio.Task[None]) -> None:
        self._records.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the record of an offer was not written", error=repr(error))

    async def drain(self, timeout: float = 5.0) -> None:
        """Wait until the records of offers are written, at most `timeout` seconds."""
        if self._records:
            await asyncio.wait(self._records, timeout=timeout)
