"""Waiting callers and ready agents are brought together, on every change of either.

What decides is pure (`waiting`, `matching`, `places`); here it meets Asterisk. An offer is a lease on the agent and a
Redirect of the caller, and exists once the dialling of the agent's phone is heard. What comes of it is told by the
dialplan, which asks the entry again when nobody took the call, and by the facts of the call. Where neither can be
heard, Asterisk is asked: a snapshot says where each caller is. A caller who talks is never redirected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.clock import Clock, wait_at_most
from kernel.messages import FactBus
from kernel.telemetry import REGISTRY
from pbx.errors import AmiError
from pbx.facts import CallEnded, CallMerged, PartyAnswered
from pbx.snapshot import Snapshot
from queue_router.agents import Agent, Agents
from queue_router.callers import look_up
from queue_router.desks import CallerDirectory
from queue_router.entered import EnteredCall
from queue_router.live_calls import LiveCalls
from queue_router.matching import Candidate, Pairing, Waiter, pair
from queue_router.numbers import NumberTable
from queue_router.offer_book import OUTCOMES, OfferBook
from queue_router.offers import OfferOutcome
from queue_router.places import Place, PlacedCaller, placed_caller
from queue_router.states import AgentState
from queue_router.waiting import Phase, WaitingCall, WaitingCalls

LEASE_MARGIN_SECONDS = 5.0
RENEW_SECONDS = 10.0
DECLINED_SECONDS = 30.0
"""How long a call is not offered again to an agent who declined it."""
HOLD_SECONDS = 1.0
"""How long a call is offered to nobody after Asterisk could not be told of an offer."""
WATCH_SECONDS = 1.0
STALL_SECONDS = 2.0
"""So much later than due, this process was held up: callers may have gone on without us."""
CHECK_SECONDS = 30.0
"""Between two looks at Asterisk while somebody waits, whatever was heard."""
FAULT_SECONDS = 3.0
"""A waiting caller and an idle agent for whom nothing happens for so long are a fault."""
STRAY_SECONDS = 4.0
"""How long after we are there again a caller whom the dialplan has sent away may be on the way to app_queue."""

WAITING = Gauge("ringdesk_callers_waiting", "Callers who wait for an agent", registry=REGISTRY)
OFFERS = Counter("ringdesk_offers_total", "Offers to agents of callers who had waited", ["result"], registry=REGISTRY)
OFFER_SECONDS = Histogram(
    "ringdesk_offer_seconds",
    "From the decision to the proof that the agent's phone is dialled",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 3.0),
    registry=REGISTRY,
)
IDLE_FAULTS = Counter(
    "ringdesk_waiting_caller_and_idle_agent_total", "Faults that the watchdog found and repaired", registry=REGISTRY
)
TAKEN_BACK = Counter("ringdesk_callers_taken_back_total", "Callers taken back out of app_queue", registry=REGISTRY)

log = structlog.get_logger(__name__)


class OfferLine(Protocol):
    """What the router asks of Asterisk for a waiting caller. Every method raises `AmiError`."""

    @property
    def connection(self) -> int | None:
        """The number of the connection over which Asterisk can be told anything; None while there is none."""
        ...

    async def offer(self, channel: str, account: str) -> None:
        """Send the caller to ring that phone. Returns when it is dialled."""
        ...

    async def take_back(self, channel: str) -> None:
        """Send the caller from app_queue to the waiting loop. Returns when they have left the queue."""
        ...

    def look_again(self) -> None:
        """Have `Dispatcher.adopt` given a fresh snapshot soon."""
        ...


class Dispatcher:
    """Owns who waits. Run `run()` as a task; subscribe it to facts behind `CallsOfAgents`."""

    def __init__(
        self,
        *,
        numbers: NumberTable,
        agents: Agents,
        calls: LiveCalls,
        directory: CallerDirectory,
        book: OfferBook,
        line: OfferLine,
        clock: Clock,
        prefix: str = "ringdesk-",
        is_fit: Callable[[], bool] = lambda: True,
    ) -> None:
        """`is_fit` says whether we hear of agents who are free again: if not, who would have to wait is better off in
        app_queue."""
        self._is_fit = is_fit
        self._has_sent_away = False
        self._strays_until: float | None = None
        """Until then somebody may still arrive in app_queue of whom we were told nothing; None: nobody does."""
        self._numbers = numbers
        self._agents = agents
        self._calls = calls
        self._directory = directory
        self._book = book
        self._line = line
        self._clock = clock
        self._prefix = prefix
        self.waiting = WaitingCalls()
        WAITING.set_function(lambda: len(self.waiting))
        self._asking: set[str] = set()
        """The calls (by key) about which the dialplan asks at this moment."""
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._offers: dict[str, asyncio.Task[None]] = {}
        self._taking_back: asyncio.Task[None] | None = None
        self._pairable_since: dict[str, float] = {}
        self._look_at = 0.0
        self.faults = 0
        """Waiting callers found beside idle agents by the watchdog."""
        self._watchers: list[Callable[[], None]] = []
        self._adopted = 0
        """Over which connection the snapshots were read, the second at least, that stand in our books."""
        self._seen = 0
        """Over which connection the first one was read."""
        self._has_adopted = asyncio.Event()
        agents.watch(self._agent_changed)

    def subscribe(self, facts: FactBus) -> None:
        """Hear of calls from now on."""
        handlers: list[tuple[type[Any], Callable[[AsyncSession, Any], Any]]] = [
            (PartyAnswered, self.on_party_answered),
            (CallMerged, self.on_call_merged),
            (CallEnded, self.on_call_ended),
        ]
        for kind, handler in handlers:
            facts.subscribe(kind, handler)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever somebody begins or ceases to wait, or waits elsewhere. It must be quick."""
        self._watchers.append(watcher)

    @property
    def is_pbx_heard(self) -> bool:
        """Whether what is known of who waits and who talks can be up to date.

        After a connection is made it is not, until a snapshot that was read over it stands in our books: without us
        callers may have gone elsewhere, and agents may talk.
        """
        return self._line.connection is not None and self._line.connection == self._adopted

    async def wait_heard(self) -> None:
        """Return when `is_pbx_heard`."""
        while not self.is_pbx_heard:
            self._has_adopted.clear()
            await self._has_adopted.wait()

    # What the entry says

    def begin_entry(self, key: str, status: str) -> WaitingCall | None:
        """The dialplan asks about that call: it may be one whom an offer did not help. `status` is its DIALSTATUS.

        From here on it is the entry's, until `let_wait` or `done`. None for a call that did not wait.
        """
        self._asking.add(key)
        waiting = self.waiting.find(key)
        if waiting is None:
            return None
        if waiting.phase is Phase.OFFERED:
            self._offer_is_over(waiting, OUTCOMES.get(status, OfferOutcome.FAILED))
        self._move(waiting, Phase.ENTERING)
        return waiting

    def end_entry(self, key: str) -> None:
        """The dialplan asks no more about that call."""
        self._asking.discard(key)

    def spoken_for(self, waiting: WaitingCall | None, call: EnteredCall) -> frozenset[int]:
        """The ready agents (user ids) who are due to callers who wait before that one."""
        own = (waiting or WaitingCall(key="", call=call)).order
        ahead = [
            each
            for each in self.waiting.in_order()
            if each.order < own and each.phase in _DUE and not self._has_leg(each.call.call_id)
        ]
        return frozenset(pairing.agent.user_id for pairing in self._pairings(ahead))

    def has_room_for(self, key: str) -> bool:
        """Whether one more can wait: if not, app_queue has to take them."""
        known = self.waiting.find(key)
        has_room = self.is_pbx_heard and self._is_fit() and (known is not None or self.waiting.has_room)
        self._has_sent_away |= not has_room
        return has_room

    def look_for_strays(self) -> None:
        """Callers may have gone to app_queue without our being told: we were not there in time. They are looked for."""
        self._strays_until = self._clock.monotonic() + STRAY_SECONDS
        self._look_at = min(self._look_at, self._clock.monotonic())

    def let_wait(self, key: str, call: EnteredCall) -> None:
        """The caller is on the way to the waiting loop."""
        waiting = self.waiting.find(key) or WaitingCall(key=key, call=call)
        monotonic = self._clock.monotonic()
        for user_id in call.tried:
            waiting.not_before[user_id] = monotonic + DECLINED_SECONDS
        call.tried.clear()
        waiting.call = call
        self.waiting.add(waiting)
        self._move(waiting, Phase.WAITING)
        self.look()

    def done(self, key: str) -> None:
        """The caller waits no more."""
        waiting = self.waiting.remove(key)
        self._tell()
        self._pairable_since.pop(key, None)
        offer = self._offers.pop(key, None)
        if offer is not None:
            offer.cancel()
        if waiting is not None and waiting.agent is not None:
            self._agents.release(waiting.agent, waiting.call.call_id)

    # What the facts say

    async def on_party_answered(self, session: AsyncSession, fact: PartyAnswered) -> None:
        """Somebody took the call: the caller waits no more."""
        known = self._calls.find(fact.call_id)
        if self._agents.at_phone(fact.party) is None or (known is not None and known.from_account == fact.party):
            return
        for waiting in self.waiting.of_call(fact.call_id):
            # Also where it was another than we offered it to: app_queue's member, or who picked the call up.
            self.done(waiting.key)
            if waiting.agent is not None and waiting.account is not None:
                outcome = OfferOutcome.ANSWERED if waiting.account == fact.party else OfferOutcome.CANCELLED
                self._book.settle(fact.call_id, waiting.agent, waiting.account, outcome)

    async def on_call_merged(self, session: AsyncSession, fact: CallMerged) -> None:
        """Somebody was transferred into the place of who waited for them: the story goes on in their call."""
        for waiting in self.waiting.of_call(fact.call_id):
            waiting.call.call_id = fact.into
            # Asterisk may have put another channel in the place of the one that waited.
            self._line.look_again()

    async def on_call_ended(self, session: AsyncSession, fact: CallEnded) -> None:
        """The caller gave up, or it is over."""
        for waiting in self.waiting.of_call(fact.call_id):
            self.done(waiting.key)
            if waiting.agent is not None:
                self._book.settle(fact.call_id, waiting.agent, waiting.account or "", OfferOutcome.CANCELLED)
        self.look()

    # What a snapshot says

    async def adopt(self, snapshot: Snapshot) -> None:
        """Set right who waits where. After a restart of ours this is all that is known, and enough."""
        placed = [caller for channel in snapshot.channels.values() if (caller := placed_caller(channel, self._prefix))]
        present = {caller.channel for caller in placed}
        for caller in placed:
            waiting = self.waiting.find(caller.key)
            if waiting is None and caller.place is Place.ENTRY and caller.key not in self._asking:
                # It asked one who is there no more, and a phone may ring for it still: should nobody answer, the
                # dialplan sends it to app_queue by itself.
                self.look_for_strays()
            elif waiting is None:
                self._adopt_stranger(caller)
            elif waiting.phase_since < snapshot.began:
                self._set_right(waiting, caller)
        for waiting in self.waiting:
            if waiting.call.channel not in present and waiting.phase_since < snapshot.began:
                log.info("a caller who waited is gone", call_id=waiting.call.call_id)
                self.done(waiting.key)
        if snapshot.connection not in (self._adopted, self._seen):
            # What happened while this one was being read is told behind it. Nobody is offered anything before that.
            self._seen = snapshot.connection
            self._line.look_again()
            return
        self._adopted = snapshot.connection
        self._has_adopted.set()
        self.look()

    def _adopt_stranger(self, caller: PlacedCaller) -> None:
        queue = self._numbers.queues.get(caller.queue or "")
        phase = _PHASES.get(caller.place)
        if queue is None or phase is None or not self.waiting.has_room:
            return
        known = self._calls.find(caller.key)
        now = self._clock.now()
        call = EnteredCall(
            node=caller.key.rpartition("-")[0],
            call_id=caller.key,
            channel=caller.channel,
            dialed=(known.dialed if known else None) or caller.dialed,
            caller_number=(known.caller_number if known else None) or caller.caller_number,
            caller_name=(known.caller_name if known else None) or caller.caller_name,
            queue=queue,
            since=known.since if known else caller.waiting_since or now,
            queued_at=caller.waiting_since or now,
        )
        waiting = WaitingCall(key=caller.key, call=call)
        self.waiting.add(waiting)
        self._move(waiting, phase)
        agent = self._agents.at_phone(caller.account or "") if phase is Phase.OFFERED else None
        if agent is not None:
            waiting.agent, waiting.account = agent.user_id, agent.account
            if agent.state is AgentState.READY:
                self._agents.reserve(agent.user_id, call.call_id, queue.ring_seconds + LEASE_MARGIN_SECONDS)
        self._start(self._recognise(call))
        log.info("a caller who waits was found", call_id=caller.key, place=caller.place.value, queue=queue.name)

    def _set_right(self, waiting: WaitingCall, caller: PlacedCaller) -> None:
        phase = _PHASES.get(caller.place)
        if caller.place is Place.TALKING:
            if waiting.call.channel == caller.channel:
                self.done(waiting.key)
            return
        if phase is None:
            return
        waiting.call.channel = caller.channel
        if phase is waiting.phase or (phase is Phase.OFFERED and waiting.phase is Phase.ENTERING):
            return
        log.info("a caller who waits is elsewhere", call_id=waiting.call.call_id, place=caller.place.value)
        if waiting.phase is Phase.OFFERED:
            self._offer_is_over(waiting, OfferOutcome.FAILED)
        self._move(waiting, phase)

    async def _recognise(self, call: EnteredCall) -> None:
        call.contacts = await look_up(self._directory, call.caller_number, call.call_id)
        self._tell()

    # Bringing them together

    def look(self) -> None:
        """Something has changed: look soon whether somebody can be offered."""
        self._changed.set()

    async def run(self) -> None:
        """Match on every change, and watch over it, until cancelled."""
        try:
            next_watch = self._clock.monotonic() + WATCH_SECONDS
            while True:
                due = self._next_moment(next_watch)
                await wait_at_most(self._clock, self._changed, due - self._clock.monotonic())
                if self._clock.monotonic() - due > STALL_SECONDS:
                    self._doubt_all()
                self._changed.clear()
                self.match()
                if self._clock.monotonic() >= next_watch:
                    next_watch = self._clock.monotonic() + WATCH_SECONDS
                    self.watch_over()
        finally:
            for task in [*self._tasks]:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _doubt_all(self) -> None:
        """We were stopped, or hung: the dialplan may have sent callers to app_queue, and agents may talk to them."""
        # Meanwhile the dialplan saw no sign of life, and sent away also whoever came new.
        self.look_for_strays()
        if not len(self.waiting):
            return
        log.warning("held up: Asterisk is asked where everybody is", callers=len(self.waiting))
        for waiting in self.waiting:
            if waiting.phase is Phase.WAITING:
                self._move(waiting, Phase.UNSURE)
                waiting.held_until = self._clock.monotonic() + HOLD_SECONDS
        self._line.look_again()

    def match(self) -> None:
        """Offer every caller who can be offered, in their order."""
        if not self.is_pbx_heard or not len(self.waiting):
            return
        for pairing in self._pairings(self._offerable()):
            waiting = self.waiting.find(pairing.key)
            if waiting is not None:
                self._offer(waiting, pairing)
        are_elsewhere = any(waiting.phase is Phase.FALLBACK for waiting in self.waiting)
        # Who could not wait here would be sent back there at once.
        if are_elsewhere and self._taking_back is None and self._is_fit():
            self._taking_back = self._start(self._take_back())

    def watch_over(self) -> None:
        """Find callers who could be offered and are not: it is a fault of ours, and is repaired."""
        if not self.is_pbx_heard:
            self._pairable_since.clear()
            return
        now = self._clock.monotonic()
        is_sought = self._has_sent_away or self._strays_until is not None
        if now >= self._look_at and (len(self.waiting) or (is_sought and self._is_fit())):
            is_over = self._strays_until is None or now >= self._strays_until
            self._look_at = now + (CHECK_SECONDS if is_over else STRAY_SECONDS / 2)
            self._has_sent_away = False
            if is_over:
                self._strays_until = None
            self._line.look_again()
        pairable = {pairing.key: pairing for pairing in self._pairings(self._offerable())}
        self._pairable_since = {key: self._pairable_since.get(key, now) for key in pairable}
        late = [key for key, since in self._pairable_since.items() if now - since >= FAULT_SECONDS]
        unsure = [
            waiting
            for waiting in self.waiting
            if waiting.phase is Phase.UNSURE and now - waiting.held_until >= FAULT_SECONDS
        ]
        for key in late:
            self.faults += 1
            IDLE_FAULTS.inc()
            log.error("a caller waits although an agent is idle", call=key, agent=pairable[key].agent.user_id)
            del self._pairable_since[key]
        if late or unsure:
            self._line.look_again()
            self.match()

    def _offerable(self) -> list[WaitingCall]:
        now = self._clock.monotonic()
        return [
            waiting
            for waiting in self.waiting.in_order()
            if waiting.phase is Phase.WAITING and waiting.held_until <= now
        ]

    def _pairings(self, calls: list[WaitingCall]) -> list[Pairing]:
        if not calls:
            return []
        now = self._clock.monotonic()
        waiters = [Waiter(each.key, each.call.queue.name, each.excluded(now)) for each in calls]
        return pair(waiters, self._members)

    def _members(self, queue: str) -> list[Candidate]:
        known = self._numbers.queues.get(queue)
        return self._agents.candidates(known.members) if known else []

    def _offer(self, waiting: WaitingCall, pairing: Pairing) -> None:
        call, agent = waiting.call, pairing.agent
        self._agents.reserve(agent.user_id, call.call_id, call.queue.ring_seconds + LEASE_MARGIN_SECONDS)
        waiting.agent, waiting.account = agent.user_id, agent.account
        self._move(waiting, Phase.OFFERED)
        self._book.begin(call, agent, pairing.reason)
        self._offers[waiting.key] = self._start(self._send(waiting, agent))

    async def _send(self, waiting: WaitingCall, agent: Candidate) -> None:
        """Redirect the caller, and hold the agent until it is known what came of it: then this is cancelled."""
        call, began = waiting.call, self._clock.monotonic()
        try:
            await self._line.offer(call.channel, agent.account)
        except AmiError as error:
            OFFERS.labels("failed").inc()
            log.warning("an offer could not be made", call_id=call.call_id, account=agent.account, error=str(error))
            self._offers.pop(waiting.key, None)
            self._offer_is_over(waiting, OfferOutcome.FAILED)
            # Where the caller is now only Asterisk can tell.
            self._move(waiting, Phase.UNSURE)
            waiting.held_until = self._clock.monotonic() + HOLD_SECONDS
            self._line.look_again()
            return
        OFFERS.labels("ringing").inc()
        OFFER_SECONDS.observe(self._clock.monotonic() - began)
        await self._clock.sleep(call.queue.ring_seconds + LEASE_MARGIN_SECONDS / 2)
        while self._agents.renew(agent.user_id, call.call_id, RENEW_SECONDS + LEASE_MARGIN_SECONDS):
            # It rang long enough, and nothing was heard of it.
            self._line.look_again()
            await self._clock.sleep(RENEW_SECONDS)

    def _offer_is_over(self, waiting: WaitingCall, outcome: OfferOutcome) -> None:
        """Nobody took it: what that means for the agent and for the next offers of this call."""
        task = self._offers.pop(waiting.key, None)
        if task is not None:
            task.cancel()
        user_id, account = waiting.agent, waiting.account
        waiting.agent = waiting.account = None
        if user_id is None or account is None:
            return
        OFFERS.labels(outcome.value).inc()
        if outcome in (OfferOutcome.BUSY, OfferOutcome.CANCELLED):
            waiting.not_before[user_id] = self._clock.monotonic() + DECLINED_SECONDS
        elif outcome is OfferOutcome.FAILED:
            waiting.not_before[user_id] = self._clock.monotonic() + HOLD_SECONDS
        self._book.draw_consequences(user_id, account, outcome)
        self._book.settle(waiting.call.call_id, user_id, account, outcome)
        self._agents.release(user_id, waiting.call.call_id)

    async def _take_back(self) -> None:
        """Have those in app_queue wait with us again, in their order; who is ringing a phone there is left alone."""
        try:
            for waiting in self.waiting.in_order():
                if waiting.phase is not Phase.FALLBACK or self._has_leg(waiting.call.call_id):
                    continue
                try:
                    await self._line.take_back(waiting.call.channel)
                except AmiError as error:
                    log.warning("not taken back", call_id=waiting.call.call_id, error=str(error))
                    waiting.held_until = self._clock.monotonic() + HOLD_SECONDS
                    continue
                if waiting.phase is Phase.FALLBACK:
                    TAKEN_BACK.inc()
                    self._move(waiting, Phase.WAITING)
                    self.look()
            # Not at once again: those who are left are being rung for.
            await self._clock.sleep(HOLD_SECONDS)
        finally:
            self._taking_back = None
            self.look()

    def _has_leg(self, call_id: str) -> bool:
        return any(leg.call_id == call_id for agent in self._agents.all() for leg in agent.legs.values())

    def _agent_changed(self, agent: Agent) -> None:
        if agent.state is AgentState.READY and len(self.waiting):
            self.look()

    def _move(self, waiting: WaitingCall, phase: Phase) -> None:
        waiting.phase, waiting.phase_since = phase, self._clock.now()
        self._tell()

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()

    def _next_moment(self, next_watch: float) -> float:
        """When something changes by the mere passing of time."""
        now = self._clock.monotonic()
        moments = [next_watch]
        for waiting in self.waiting:
            moments += [until for until in (waiting.held_until, *waiting.not_before.values()) if until > now]
        return min(moments)

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the dispatcher failed", exc_info=error)
            self._line.look_again()


_DUE = frozenset({Phase.WAITING, Phase.UNSURE, Phase.FALLBACK})
"""Who has a claim on the next agent: also who is being looked for, and who is about to be taken back."""
_PHASES = {Place.LOOP: Phase.WAITING, Place.OFFER: Phase.OFFERED, Place.FALLBACK: Phase.FALLBACK}
