"""The entry: Asterisk asks by FastAGI who shall have a call, and the same conversation rings them.

Nothing that goes wrong here costs a call. RD_HANDLED and DIALSTATUS tell the dialplan whether the call was taken; if
not, for whatever reason, it goes on by itself into Asterisk's own queue.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.clock import Clock
from kernel.database import Database
from kernel.telemetry import REGISTRY
from pbx.facts import CallFact, CallQueued
from pbx.journal import AWAY
from pbx.journal_tables import CallRow
from pbx.parties import unquoted
from queue_router.agents import Agents, is_account
from queue_router.agi import AgiError, AgiHangup, AgiSession
from queue_router.callers import look_up
from queue_router.desks import CallerDirectory, DeskCall, Desks, KnownCaller
from queue_router.live_calls import LiveCalls
from queue_router.matching import Candidate, choose_longest_idle
from queue_router.numbers import NumberTable, Queue
from queue_router.offers import CallOffer, OfferOutcome, OfferSource, settle_offer

DECISION_SECONDS = 2.0
"""From the question to the moment when the first phone rings; past it the call goes the fallback's way."""
LEASE_MARGIN_SECONDS = 5.0
RENEW_SECONDS = 30.0
RECORD_SECONDS = 600.0
"""How long the record of an offer waits for a database that is away."""
RECORD_RETRY_SECONDS = 1.0
DIAL_OPTIONS = "tk"
"""The agent, and never the caller, may transfer and park by feature code."""

_CONTACT = re.compile(r"PJSIP/[\w-]{1,64}/sips?:[\w.!~*'%+@:;=\[\]?/-]+", re.ASCII)
_DIALED = re.compile(r"[0-9+*#]{0,64}")
_CALL_ID = re.compile(r"[\w-]{1,64}-\d+\.\d+", re.ASCII)

ENTERED = Counter("ringdesk_calls_entered_total", "Calls that Asterisk asked about", ["result"], registry=REGISTRY)
DECISION = Histogram(
    "ringdesk_entry_decision_seconds",
    "From Asterisk's question to the order to ring a phone",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 2.0),
    registry=REGISTRY,
)

OUTCOMES = {
    "ANSWER": OfferOutcome.ANSWERED,
    "NOANSWER": OfferOutcome.NO_ANSWER,
    "BUSY": OfferOutcome.BUSY,
    "CANCEL": OfferOutcome.CANCELLED,
    "CHANUNAVAIL": OfferOutcome.UNREACHABLE,
}
"""What came of an offer, by Asterisk's DIALSTATUS; anything else (CONGESTION) has failed."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class EnteredCall:
    """The facts of a call that Asterisk asks about."""

    node: str
    call_id: str
    dialed: str | None
    caller_number: str | None
    caller_name: str | None
    queue: Queue
    since: datetime
    contacts: Sequence[KnownCaller] = ()
    tried: set[int] = field(default_factory=set)
    """Agents (user ids) who have been offered the call in this conversation."""


class Entry:
    """Answers `AGI(agi://…/entry)`. `record` takes what it decides, as facts of the call."""

    def __init__(
        self,
        *,
        node: str,
        numbers: NumberTable,
        agents: Agents,
        desks: Desks,
        calls: LiveCalls,
        directory: CallerDirectory,
        database: Database,
        clock: Clock,
        record: Callable[[list[CallFact]], None] = lambda facts: None,
    ) -> None:
        self._node = node
        self._record = record
        self._numbers = numbers
        self._agents = agents
        self._desks = desks
        self._calls = calls
        self._directory = directory
        self._database = database
        self._clock = clock
        self._records: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()

    async def serve(self, session: AgiSession) -> None:
        """One conversation: offer the call to one ready agent after another. Returns when Asterisk shall go on."""
        asked_at = self._clock.monotonic()
        call: EnteredCall | None = None
        result = "failed"
        try:
            while True:
                async with asyncio.timeout(DECISION_SECONDS):
                    if call is None:
                        call = await self._gather(session)
                    if call is None:
                        result = "no_queue"
                        return
                    chosen, why = self._reserve(call)
                if chosen is None:
                    result = "no_agent"
                    return
                if not call.tried:
                    DECISION.observe(self._clock.monotonic() - asked_at)
                call.tried.add(chosen.user_id)
                outcome = await self._offer(session, call, chosen, why)
                if outcome in (OfferOutcome.ANSWERED, OfferOutcome.CANCELLED):
                    result = outcome.value
                    return
        except AgiHangup:
            result = "hung_up"
            raise
        finally:
            ENTERED.labels(result).inc()
            log.info("entry", call_id=call.call_id if call else None, result=result)

    async def _gather(self, session: AgiSession) -> EnteredCall | None:
        """The facts of the call; None when it is for no queue of ours."""
        told = await session.command("GET FULL VARIABLE", "${RD_CALL},${RD_DIALED},${RD_QUEUE}")
        call_id, dialed, queue_name = [*(told.data or "").split(","), "", "", ""][:3]
        if not _CALL_ID.fullmatch(call_id):
            unique_id = session.headers.get("agi_uniqueid", "")
            call_id = f"{self._node}-{unique_id}"
            log.warning("a call without RD_CALL", uniqueid=unique_id)
        dialed = dialed if _DIALED.fullmatch(dialed) else ""
        queue = self._numbers.queue_of(dialed) or self._numbers.queues.get(queue_name)
        if queue is None:
            log.warning("a call to a number that leads to no queue", call_id=call_id, dialed=dialed)
            return None
        live = self._calls.note(self._node, call_id, self._clock.now())
        live.caller_number = live.caller_number or _known(session.headers.get("agi_callerid"))
        live.caller_name = live.caller_name or unquoted(_known(session.headers.get("agi_calleridname")))
        live.dialed = live.dialed or dialed or None
        live.queue = queue.name
        # As the tracker tells it of a caller who joins app_queue: who goes on into that one is not told of twice.
        key = f"queued:{queue.name}:{call_id.removeprefix(f'{self._node}-')}"
        now = self._clock.now()
        self._record([CallQueued(node=self._node, call_id=call_id, key=key, at=now, queue=queue.name)])
        return EnteredCall(
            node=self._node,
            call_id=call_id,
            dialed=live.dialed,
            caller_number=live.caller_number,
            caller_name=live.caller_name,
            queue=queue,
            since=live.since,
            contacts=await look_up(self._directory, live.caller_number, call_id),
        )

    def _reserve(self, call: EnteredCall) -> tuple[Candidate | None, dict[str, object]]:
        """Choose and hold in one go: nothing is awaited, so no other call can take the same agent in between."""
        decision = choose_longest_idle(self._agents.candidates(call.queue.members), call.tried)
        if decision.chosen is not None:
            seconds = call.queue.ring_seconds + LEASE_MARGIN_SECONDS
            self._agents.reserve(decision.chosen.user_id, call.call_id, seconds)
        return decision.chosen, {**decision.reason, "queue": call.queue.name}

    async def _offer(
        self, session: AgiSession, call: EnteredCall, agent: Candidate, why: dict[str, object]
    ) -> OfferOutcome:
        """Tell the desk, ring the phone, and wait for what comes of it.

        When the caller hangs up meanwhile, the conversation can't tell whether anybody had answered: the facts do.
        """
        now = self._clock.now()
        outcome = OfferOutcome.FAILED
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
        record = self._in_background(self._write_offer(call, agent, why, now))
        holding = asyncio.create_task(self._hold(agent.user_id, call))
        try:
            outcome = await self._dial(session, call, agent)
        finally:
            holding.cancel()
            # From here on the facts alone say whether the agent still talks.
            self._agents.release(agent.user_id, call.call_id)
            if outcome not in (OfferOutcome.ANSWERED, OfferOutcome.CANCELLED):
                self._desks.stop_ringing(agent.user_id, call.call_id, outcome.value, self._clock.now())
            self._in_background(self._settle(record, call, agent, outcome))
        return outcome

    async def _dial(self, session: AgiSession, call: EnteredCall, agent: Candidate) -> OfferOutcome:
        async with asyncio.timeout(DECISION_SECONDS):
            contacts = await self._contacts(session, agent.account)
            if contacts:
                # In one round trip: the offer's mark, and the end of the time-out that guards against a router that
                # hangs. RD_HANDLED counts only together with DIALSTATUS=ANSWER, so dying while it rings is harmless.
                await session.command(
                    "EXEC MSet", f"RD_AGENT={agent.account},RD_QUEUE={call.queue.name},RD_HANDLED=1,TIMEOUT(absolute)=0"
                )
        if not contacts:
            self._agents.phone_failed(agent.account)
            return OfferOutcome.UNREACHABLE
        try:
            dial = f"{'&'.join(contacts)},{call.queue.ring_seconds},{DIAL_OPTIONS}"
            await session.command("EXEC Dial", dial, timeout=None)
            status = await session.command("GET VARIABLE", "DIALSTATUS")
        except AgiHangup:
            return OfferOutcome.CANCELLED
        outcome = OUTCOMES.get(status.data or "", OfferOutcome.FAILED)
        if outcome is OfferOutcome.UNREACHABLE:
            self._agents.phone_failed(agent.account)
        elif outcome is OfferOutcome.NO_ANSWER:
            # Who isn't there must not be rung for the next caller either.
            self._agents.note_missed_call(agent.user_id)
        return outcome

    async def _contacts(self, session: AgiSession, account: str) -> list[str]:
        """Where the agent's phones are, as `Dial` takes it."""
        if not is_account(account):
            raise AgiError(f"{account!r} is no account of a phone")
        told = await session.command("GET FULL VARIABLE", f"${{PJSIP_DIAL_CONTACTS({account})}}")
        contacts = [contact for contact in (told.data or "").split("&") if contact]
        # A phone chooses its own contact address. A comma in it would reach Dial as one more of Dial's own options.
        if all(map(_CONTACT.fullmatch, contacts)):
            return contacts
        log.warning("a phone's contact address can't be given to Dial: ringing the account's first", account=account)
        return [f"PJSIP/{account}"]

    async def _hold(self, user_id: int, call: EnteredCall) -> None:
        """Hold the agent for as long as the conversation lasts, unless the facts tell that they are free again."""
        await self._clock.sleep(call.queue.ring_seconds)
        while self._agents.renew(user_id, call.call_id, RENEW_SECONDS + LEASE_MARGIN_SECONDS):
            await self._clock.sleep(RENEW_SECONDS)

    async def _write_offer(self, call: EnteredCall, agent: Candidate, why: dict[str, object], now: datetime) -> None:
        async def write(session: AsyncSession) -> None:
            session.add(
                CallOffer(
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
            )

        await self._persist(write)

    async def _settle(
        self, record: asyncio.Task[None], call: EnteredCall, agent: Candidate, outcome: OfferOutcome
    ) -> None:
        async def settle(session: AsyncSession) -> None:
            known = outcome
            if outcome is OfferOutcome.CANCELLED:
                # Only the facts tell. If they were written before the offer was, they had nothing to settle.
                row = await session.get(CallRow, call.call_id)
                if row is not None and agent.account in row.answered_by:
                    known = OfferOutcome.ANSWERED
                elif row is None or row.ended_at is None:
                    return
            await settle_offer(session, call.call_id, agent.user_id, known, self._clock.now())
            if outcome is OfferOutcome.NO_ANSWER:
                await self._agents.save_wanted(session, agent.user_id)

        await asyncio.wait([record])
        await self._persist(settle)

    async def _persist(self, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
        """Have `work` done in a transaction, one at a time; while the database is away, again and again."""
        gives_up_at = self._clock.monotonic() + RECORD_SECONDS
        async with self._writing:
            while True:
                try:
                    async with self._database.transaction() as session:
                        await work(session)
                    return
                except AWAY:
                    if self._clock.monotonic() > gives_up_at:
                        raise
                    await self._clock.sleep(RECORD_RETRY_SECONDS)

    def _in_background(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Records must not hold up the call: a locked database would have the caller wait in silence."""
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


def _known(value: str | None) -> str | None:
    """A caller's number or name as AGI gives it; None where Asterisk writes that it knows none."""
    return None if value is None or value.strip() in ("", "unknown", "<unknown>") else value.strip()
