"""The entry: Asterisk asks by FastAGI who shall have a call, and the same conversation rings them.

Nothing that goes wrong here costs a call. RD_HANDLED and DIALSTATUS tell the dialplan whether the call was taken; if
not, for whatever reason, it goes on by itself into Asterisk's own queue.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import structlog
from prometheus_client import Counter, Histogram

from kernel.clock import Clock
from kernel.database import Database
from kernel.telemetry import REGISTRY
from pbx.facts import CallFact, CallQueued, CallRouted
from pbx.parties import unquoted
from queue_router.agents import Agents, is_account
from queue_router.agi import AgiError, AgiHangup, AgiSession
from queue_router.callers import look_up
from queue_router.desks import CallerDirectory, Desks
from queue_router.dispatch import LEASE_MARGIN_SECONDS, Dispatcher
from queue_router.entered import EnteredCall
from queue_router.live_calls import LiveCalls
from queue_router.matching import Candidate, choose_longest_idle
from queue_router.numbers import NumberTable
from queue_router.offer_book import OUTCOMES, OfferBook
from queue_router.offers import OfferOutcome
from queue_router.rules import Asked, Destination, ToAnnouncement, ToExtension, ToQueue
from queue_router.waiting import epoch_text, fallback_priority, moment_of

DECISION_SECONDS = 2.0
"""From the question to the moment when the first phone rings; past it the call goes the fallback's way."""
RENEW_SECONDS = 30.0
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

log = structlog.get_logger(__name__)


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
        book: OfferBook | None = None,
        dispatcher: Dispatcher | None = None,
        prefix: str = "ringdesk-",
    ) -> None:
        """Without a `dispatcher` nobody waits here: who finds no agent goes to Asterisk's own queue."""
        self._node = node
        self._record = record
        self._numbers = numbers
        self._agents = agents
        self._calls = calls
        self._directory = directory
        self._book = book or OfferBook(agents, desks, database, clock)
        self._dispatcher = dispatcher
        self._prefix = prefix
        self._clock = clock

    async def serve(self, session: AgiSession) -> None:
        """One conversation: offer the call to one ready agent after another. Returns when Asterisk shall go on."""
        asked_at = self._clock.monotonic()
        call: EnteredCall | None = None
        key = ""
        result = "failed"
        try:
            while True:
                async with asyncio.timeout(DECISION_SECONDS):
                    if call is None:
                        key, found = await self._gather(session)
                        if not isinstance(found, EnteredCall):
                            result = await self._lead(session, found)
                            return
                        call = found
                    chosen, why = self._reserve(key, call)
                    if chosen is None:
                        result = "waits" if await self._let_wait(session, key, call) else "no_agent"
                        return
                if not call.tried:
                    DECISION.observe(self._clock.monotonic() - asked_at)
                call.tried.add(chosen.user_id)
                outcome = await self._offer(session, call, chosen, why)
                if outcome in (OfferOutcome.ANSWERED, OfferOutcome.CANCELLED):
                    result = outcome.value
                    if self._dispatcher is not None:
                        self._dispatcher.done(key)
                    return
        except AgiHangup:
            result = "hung_up"
            raise
        finally:
            if self._dispatcher is not None:
                self._dispatcher.end_entry(key)
                if result == "failed":
                    self._dispatcher.look_for_strays()
            ENTERED.labels(result).inc()
            log.info("entry", call_id=call.call_id if call else None, result=result)

    async def _gather(self, session: AgiSession) -> tuple[str, EnteredCall | Destination | None]:
        """The call's key (its RD_CALL) and its facts; where it goes when that is no queue, None for nowhere."""
        told = (session.headers.get(f"agi_arg_{n}", "") for n in range(1, 7))
        call_id, dialed, queue_name, since, status, meant = told
        if not _CALL_ID.fullmatch(call_id):
            unique_id = session.headers.get("agi_uniqueid", "")
            call_id = f"{self._node}-{unique_id}"
            log.warning("a call without RD_CALL", uniqueid=unique_id)
        waiting = self._dispatcher.begin_entry(call_id, status) if self._dispatcher else None
        if waiting is not None:
            return call_id, waiting.call
        dialed = dialed if _DIALED.fullmatch(dialed) else ""
        destination = self._route(session, call_id, Asked(dialed or None, queue_name or None))
        if not isinstance(destination, ToQueue):
            return call_id, destination
        queue = self._numbers.queues[destination.queue]
        if meant not in ("", ToQueue.model_fields["kind"].default):
            # The dialplan, of another time, thought that it goes elsewhere, and left it to that to answer.
            await session.command("EXEC MSet", f"RD_TO={destination.kind},RD_QUEUE={queue.name}")
            await session.command("ANSWER")
        live = self._calls.note(self._node, call_id, self._clock.now())
        live.caller_number = live.caller_number or _known(session.headers.get("agi_callerid"))
        live.caller_name = live.caller_name or unquoted(_known(session.headers.get("agi_calleridname")))
        live.dialed = live.dialed or dialed or None
        live.queue = queue.name
        # As the tracker tells it of a caller who joins app_queue: who goes on into that one is not told of twice.
        key = f"queued:{queue.name}:{call_id.removeprefix(f'{self._node}-')}"
        now = self._clock.now()
        self._record([CallQueued(node=self._node, call_id=call_id, key=key, at=now, queue=queue.name)])
        call = EnteredCall(
            node=self._node,
            call_id=call_id,
            channel=session.headers.get("agi_uniqueid", ""),
            dialed=live.dialed,
            caller_number=live.caller_number,
            caller_name=live.caller_name,
            queue=queue,
            since=live.since,
            queued_at=moment_of(since) or now,
            contacts=await look_up(self._directory, live.caller_number, call_id),
        )
        return call_id, call

    def _route(self, session: AgiSession, call_id: str, asked: Asked) -> Destination | None:
        """Decide where the call goes, and have it written down why."""
        verdict = self._numbers.decide(asked)
        if verdict.destination is None:
            log.warning("a call to a number that leads nowhere", call_id=call_id, dialed=asked.dialed)
        channel = session.headers.get("agi_uniqueid", "")
        fact = CallRouted(
            node=self._node,
            call_id=call_id,
            key=f"routed:{channel}:{asked.dialed or ''}",
            at=self._clock.now(),
            dialed=asked.dialed,
            basis=verdict.basis.value,
            rule=verdict.rule,
            destination=verdict.destination_data(),
        )
        self._record([fact])
        return verdict.destination

    async def _lead(self, session: AgiSession, destination: Destination | None) -> str:
        """Send a call that is for no queue where it goes; the dialplan does the rest. What came of it, in a word."""
        match destination:
            case ToExtension(extension=account, ring_seconds=seconds):
                variables = {"RD_EXTENSION": account, "RD_RING": str(seconds)}
            case ToAnnouncement(sound=sound):
                variables = {"RD_SOUND": sound}
            case _:
                return "nowhere"
        # It stands with the channel: should we be gone before it is sent, the dialplan does the same by itself.
        variables |= {"RD_TO": destination.kind, "RD_QUEUE": "", "TIMEOUT(absolute)": "0"}
        await session.command("EXEC MSet", ",".join(f"{name}={value}" for name, value in variables.items()))
        await session.command("EXEC Goto", f"{self._prefix}{destination.kind},s,1")
        return destination.kind

    def _reserve(self, key: str, call: EnteredCall) -> tuple[Candidate | None, dict[str, object]]:
        """Choose and hold in one go: nothing is awaited, so no other call can take the same agent in between."""
        if self._dispatcher is not None and not self._dispatcher.is_pbx_heard:
            return None, {"rule": "pbx_not_heard"}
        excluded = set(call.tried)
        if self._dispatcher is not None:
            waiting = self._dispatcher.waiting.find(key)
            # Whoever waited before this one has the first claim on an agent.
            excluded |= self._dispatcher.spoken_for(waiting, call)
            if waiting is not None:
                excluded |= waiting.excluded(self._clock.monotonic())
        decision = choose_longest_idle(self._agents.candidates(call.queue.members), excluded)
        if decision.chosen is not None:
            seconds = call.queue.ring_seconds + LEASE_MARGIN_SECONDS
            self._agents.reserve(decision.chosen.user_id, call.call_id, seconds)
        return decision.chosen, {**decision.reason, "queue": call.queue.name}

    async def _let_wait(self, session: AgiSession, key: str, call: EnteredCall) -> bool:
        """Send the caller to the waiting loop. False when they can't wait here: app_queue has them then."""
        if self._dispatcher is None or not self._dispatcher.has_room_for(key):
            return False
        # What is needed to go on without us stands with the channel; also what keeps the order in app_queue.
        variables = {
            "RD_QUEUE": call.queue.name,
            "RD_WAITING_SINCE": epoch_text(call.queued_at),
            "QUEUE_PRIO": str(fallback_priority(call.queued_at)),
            "RD_RING": str(call.queue.ring_seconds),
            "RD_ATTEMPTS": "0",
            "TIMEOUT(absolute)": "0",
        }
        await session.command("EXEC MSet", ",".join(f"{name}={value}" for name, value in variables.items()))
        await session.command("EXEC Goto", f"{self._prefix}waiting,s,1")
        self._dispatcher.let_wait(key, call)
        return True

    async def _offer(
        self, session: AgiSession, call: EnteredCall, agent: Candidate, why: dict[str, object]
    ) -> OfferOutcome:
        """Tell the desk, ring the phone, and wait for what comes of it.

        When the caller hangs up meanwhile, the conversation can't tell whether anybody had answered: the facts do.
        """
        outcome = OfferOutcome.FAILED
        self._book.begin(call, agent, why)
        holding = asyncio.create_task(self._hold(agent.user_id, call))
        try:
            outcome = await self._dial(session, call, agent)
        finally:
            holding.cancel()
            # From here on the facts alone say whether the agent still talks.
            self._agents.release(agent.user_id, call.call_id)
            self._book.settle(call.call_id, agent.user_id, agent.account, outcome)
        return outcome

    async def _dial(self, session: AgiSession, call: EnteredCall, agent: Candidate) -> OfferOutcome:
        async with asyncio.timeout(DECISION_SECONDS):
            contacts = await self._contacts(session, agent.account)
        if not contacts:
            self._book.draw_consequences(agent.user_id, agent.account, OfferOutcome.UNREACHABLE)
            return OfferOutcome.UNREACHABLE
        try:
            marked = f"B({self._prefix}offering^s^1({agent.account}^{call.queue.name}))"
            dial = f"{'&'.join(contacts)},{call.queue.ring_seconds},{DIAL_OPTIONS}{marked}"
            await session.command("EXEC Dial", dial, timeout=None)
            status = await session.command("GET VARIABLE", "DIALSTATUS")
        except AgiHangup:
            return OfferOutcome.CANCELLED
        outcome = OUTCOMES.get(status.data or "", OfferOutcome.FAILED)
        self._book.draw_consequences(agent.user_id, agent.account, outcome)
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

    async def drain(self, timeout: float = 5.0) -> None:
        """Wait until the records of offers are written, at most `timeout` seconds."""
        await self._book.drain(timeout)


def _known(value: str | None) -> str | None:
    """A caller's number or name as AGI gives it; None where Asterisk writes that it knows none."""
    return None if value is None or value.strip() in ("", "unknown", "<unknown>") else value.strip()
