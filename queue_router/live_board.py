"""The live board: looks at callers, agents and the day's figures on every change, and tells the screens what is new.

Changes are told a few times a second at most, each as the difference to what was told before. The day's figures are
read from the journal's calls, once a change of theirs is written, so they are never ahead of it and never beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from typing import Any, Protocol

import structlog
from sqlalchemy import or_, select

from kernel.clock import Clock, wait_at_most
from kernel.database import Database, describe_trouble
from kernel.messages import LiveChange, LiveHub
from pbx.facts import CallEnded, CallFact, CallMerged, CallQueued, PartyAnswered
from pbx.journal_tables import CallRow
from queue_router.agents import Agent, Agents
from queue_router.board import AgentLine, BoardState, Caller, Data, compose, difference
from queue_router.day_figures import CallMarks, Day, Figure, Tally
from queue_router.desks import DeskCall, Desks, KnownCaller
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable
from queue_router.states import AgentState
from queue_router.waiting import Phase, WaitingCalls

TOPIC = "board"
COALESCE_SECONDS = 0.25
"""Between two changes that are told."""
REFRESH_SECONDS = 2.0
"""How soon is shown what changes by the mere passing of time, or what nobody told of."""
RETRY_SECONDS = 2.0
READ_AT_ONCE = 500
NAMES_SHOWN = 3
"""Of several people with one number."""

_MARKS = (
    CallRow.call_id,
    CallRow.queue,
    CallRow.started_at,
    CallRow.answered_at,
    CallRow.ended_at,
    CallRow.merged_into,
)
_COUNT = (CallQueued, PartyAnswered, CallMerged, CallEnded)

log = structlog.get_logger(__name__)


class WaitingRoom(Protocol):
    """Who waits, and whether Asterisk is heard: the dispatcher."""

    @property
    def waiting(self) -> WaitingCalls: ...
    @property
    def is_pbx_heard(self) -> bool: ...


class EmptyRoom:
    """Nobody ever waits: where there is no PBX."""

    def __init__(self) -> None:
        self.waiting = WaitingCalls()
        self.is_pbx_heard = True


class LiveBoard:
    """Run `run()` as a task, after `load()`. Have `written` watch the journal for the day's figures."""

    def __init__(
        self,
        *,
        numbers: NumberTable,
        agents: Agents,
        desks: Desks,
        calls: LiveCalls,
        room: WaitingRoom,
        database: Database,
        hub: LiveHub,
        clock: Clock,
        zone: tzinfo | None = None,
    ) -> None:
        """`zone` is where a day begins and ends; None: the machine's."""
        self._numbers = numbers
        self._agents = agents
        self._desks = desks
        self._calls = calls
        self._room = room
        self._database = database
        self._hub = hub
        self._clock = clock
        self._zone = zone
        self._tally = Tally(Day.of(clock.now(), zone))
        self._touched: set[str] = set()
        self._has_touched = asyncio.Event()
        self._changed = asyncio.Event()
        self._shown = BoardState(day=self._tally.day.date)
        agents.watch(lambda agent: self.look())

    def written(self, facts: Iterable[CallFact]) -> None:
        """The journal has these now: look again at the calls of which they change a figure."""
        touched = {fact.call_id for fact in facts if isinstance(fact, _COUNT)}
        if touched:
            self._touched |= touched
            self._has_touched.set()

    async def load(self) -> None:
        """Read the day's figures, and make the first board."""
        await self._recount()
        self._shown = self._compose()

    def snapshot(self) -> Data:
        """The board as it was told last: what is told next is the difference to it."""
        return self._shown.as_data()

    @property
    def day(self) -> date:
        """The day that is counted."""
        return self._tally.day.date

    def look(self) -> None:
        """Something has changed: look soon."""
        self._changed.set()

    async def run(self) -> None:
        """Tell every change, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._count_for_ever())
            tasks.create_task(self._show_for_ever())

    def refresh(self) -> None:
        """Tell at once what has changed."""
        self._changed.clear()
        board = self._compose()
        change = difference(self._shown, board)
        self._shown = board
        if change:
            self._hub.publish(LiveChange(TOPIC, "board", change))

    async def _show_for_ever(self) -> None:
        while True:
            try:
                self.refresh()
            except Exception:
                # A board that does not move is bad. A router that stops because of it is worse.
                log.exception("the board was not refreshed")
            await self._clock.sleep(COALESCE_SECONDS)
            await wait_at_most(self._clock, self._changed, REFRESH_SECONDS)

    # The day's figures

    async def _count_for_ever(self) -> None:
        while True:
            until_midnight = (self._tally.day.end - self._clock.now()).total_seconds()
            await wait_at_most(self._clock, self._has_touched, until_midnight)
            try:
                await self._count()
            except Exception as error:
                log.warning("the day's figures are not up to date", error=describe_trouble(error))
                self._has_touched.set()
                await self._clock.sleep(RETRY_SECONDS)
            else:
                await self._clock.sleep(COALESCE_SECONDS)

    async def _count(self) -> None:
        """Count what has changed; all anew when another day has begun (or a clock was set)."""
        if Day.of(self._clock.now(), self._zone) != self._tally.day:
            await self._recount()
            return
        self._has_touched.clear()
        ids = list(self._touched)
        for start in range(0, len(ids), READ_AT_ONCE):
            some = ids[start : start + READ_AT_ONCE]
            # Before they are read: what is committed from here on is read again.
            self._touched.difference_update(some)
            try:
                async with self._database.reading() as session:
                    rows = (await session.execute(select(*_MARKS).where(CallRow.call_id.in_(some)))).all()
            except BaseException:
                self._touched.update(some)
                raise
            for row in rows:
                self._tally.note(_marks(row))
        self.look()

    async def _recount(self) -> None:
        day = Day.of(self._clock.now(), self._zone)
        touched, self._touched = self._touched, set()
        self._has_touched.clear()
        statement = select(*_MARKS).where(
            CallRow.queue.is_not(None),
            CallRow.started_at >= day.earliest_start,
            or_(CallRow.answered_at >= day.start, CallRow.ended_at >= day.start),
        )
        try:
            async with self._database.reading() as session:
                rows = (await session.execute(statement)).all()
        except BaseException:
            self._touched |= touched
            raise
        self._tally = Tally(day, map(_marks, rows))
        self.look()

    # What is there at this moment

    def _compose(self) -> BoardState:
        return compose(
            day=self._tally.day.date,
            queues={
                name: self._agents.candidates(queue.members) for name, queue in sorted(self._numbers.queues.items())
            },
            callers=list(self._callers()),
            agents=[self._agent_line(agent) for agent in self._agents.all()],
            figure=self._figure,
            is_pbx_heard=self._room.is_pbx_heard,
        )

    def _figure(self, queue: str, figure: Figure) -> int:
        return self._tally.figure(queue, figure)

    def _agent_line(self, agent: Agent) -> AgentLine:
        call_ids = [leg.call_id for leg in agent.legs.values()]
        if agent.lease is not None:
            call_ids.append(agent.lease.call_id)
        known = [call for each in call_ids if (call := self._calls.find(each)) is not None]
        return AgentLine(
            user_id=agent.user_id,
            name=agent.name,
            account=agent.account,
            state=agent.state,
            since=agent.state_since,
            reason=agent.wanted_reason if agent.state is AgentState.NOT_READY else None,
            queue=next((call.queue for call in known if call.queue), None),
        )

    def _callers(self) -> Iterator[Caller]:
        """Everybody who is in a queue and whom nobody has answered: those who wait, and those for whom the first phone
        rings, who have not had to wait yet."""
        monotonic = self._clock.monotonic()
        rings: dict[str, int] = {}
        ringing = [(user_id, call) for user_id, call in self._desks.ringing() if self._is_of_a_queue(call)]
        for user_id, call in ringing:
            rings.setdefault(call.call_id, user_id)
        callers: dict[str, Caller] = {}
        for waiting in self._room.waiting.in_order():
            entered = waiting.call
            callers[entered.call_id] = Caller(
                key=waiting.key,
                call_id=entered.call_id,
                queue=entered.queue.name,
                number=entered.caller_number,
                name=_name(entered.contacts, entered.caller_name),
                contact_id=entered.contacts[0].id if len(entered.contacts) == 1 else None,
                since=waiting.since,
                priority=waiting.priority,
                phase=waiting.phase,
                rings_at=rings.get(entered.call_id, waiting.agent),
                excluded=waiting.excluded(monotonic),
            )
        for user_id, call in ringing:
            if call.call_id not in callers:
                callers[call.call_id] = Caller(
                    key=call.call_id,
                    call_id=call.call_id,
                    queue=call.queue or "",
                    number=call.caller_number,
                    name=_name(call.contacts, call.caller_name),
                    contact_id=call.contacts[0].id if len(call.contacts) == 1 else None,
                    since=call.waiting_since,
                    phase=Phase.OFFERED,
                    rings_at=user_id,
                )
        # Stable: of one moment, those who wait stay in their own order.
        yield from sorted(callers.values(), key=lambda caller: (-caller.priority, caller.since))

    def _is_of_a_queue(self, call: DeskCall) -> bool:
        # A call that Asterisk rings somebody for may have been handed on by a colleague: its caller waits for nobody.
        is_handed_on = call.why is None and self._desks.was_answered(call.call_id)
        return call.queue is not None and not is_handed_on


def _marks(row: Any) -> CallMarks:
    call_id, queue, started_at, answered_at, ended_at, merged_into = row
    return CallMarks(call_id, queue, started_at, answered_at, ended_at, merged_into is not None)


def _name(contacts: Sequence[KnownCaller], told: str | None) -> str | None:
    """Who calls: everybody with the number, else what the caller's network says."""
    return " / ".join(each.name for each in contacts[:NAMES_SHOWN]) or told
