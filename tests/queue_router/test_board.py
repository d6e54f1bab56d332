"""The board: its figures equal the journal, and what is told of its changes makes the board."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.clock import VirtualClock
from kernel.database import Database
from kernel.messages import FactBus, LiveHub
from pbx.facts import CallEnded, CallFact, CallMerged, CallQueued, CallStarted, Direction, Outcome, PartyAnswered
from pbx.journal import Journal
from pbx.journal_tables import CallRow
from queue_router.agents import Agents
from queue_router.board import (
    MOST_LISTED,
    AgentLine,
    BoardState,
    Caller,
    CallerLine,
    QueueLine,
    Sight,
    Why,
    compose,
    difference,
    why_each_waits,
    with_difference,
)
from queue_router.day_figures import CallMarks, Day, Figure, Tally
from queue_router.desks import DeskCall, Desks
from queue_router.entered import EnteredCall
from queue_router.live_board import TOPIC, EmptyRoom, LiveBoard
from queue_router.live_calls import LiveCalls
from queue_router.matching import Candidate
from queue_router.numbers import NumberTable, Queue
from queue_router.states import AgentState, Wanted
from queue_router.waiting import Phase, WaitingCall
from tests.queue_router.house import House as RouterHouse
from tests.queue_router.house import Person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
QUEUES = ("sales", "support")

# The day's figures


MOMENTS = st.integers(-30 * 60, 40 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
CALLS = st.builds(
    CallMarks,
    call_id=st.sampled_from([f"main-{number}" for number in range(6)]),
    queue=st.sampled_from([*QUEUES, None]),
    started_at=MOMENTS,
    answered_at=st.none() | MOMENTS,
    ended_at=st.none() | MOMENTS,
    is_merged=st.booleans(),
)


@given(st.lists(CALLS, max_size=30))
def test_counting_change_by_change_is_counting_anew(changes: list[CallMarks]) -> None:
    day = Day.of(NOW, UTC)
    tally = Tally(day)
    for change in changes:
        tally.note(change)
    last = {change.call_id: change for change in changes}
    anew = Counter(counted for call in last.values() if (counted := day.counted(call)) is not None)
    for queue in QUEUES:
        for figure in Figure:
            assert tally.figure(queue, figure) == anew[queue, figure]


@given(st.lists(CALLS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_calls_change_does_not_matter(calls: list[CallMarks], chance: random.Random) -> None:
    last = list({call.call_id: call for call in calls}.values())
    mixed = chance.sample(last, len(last))
    day = Day.of(NOW, UTC)
    one, other = Tally(day, last), Tally(day, [*mixed, *mixed])
    assert all(one.figure(queue, figure) == other.figure(queue, figure) for queue in QUEUES for figure in Figure)


def test_what_a_call_counts_as() -> None:
    day = Day.of(NOW, UTC)
    call = CallMarks("main-1", "sales", NOW, None, None)
    assert day.counted(call) is None  # it goes on
    assert day.counted(replace(call, answered_at=NOW)) == ("sales", Figure.ANSWERED)
    assert day.counted(replace(call, ended_at=NOW)) == ("sales", Figure.ABANDONED)
    assert day.counted(replace(call, answered_at=NOW, ended_at=NOW + timedelta(days=1))) == ("sales", Figure.ANSWERED)
    assert day.counted(replace(call, ended_at=NOW, is_merged=True)) is None
    assert day.counted(replace(call, ended_at=NOW, queue=None)) is None
    assert day.counted(replace(call, ended_at=NOW + timedelta(days=1))) is None  # tomorrow's
    assert day.counted(replace(call, started_at=NOW - timedelta(days=5), ended_at=NOW)) is None


def test_a_day_is_that_of_the_place() -> None:
    late = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    assert Day.of(late, UTC).date == date(2026, 11, 24)
    bangkok = Day.of(late, ZoneInfo("Asia/Bangkok"))
    assert (bangkok.date, bangkok.start) == (date(2026, 11, 25), datetime(2026, 11, 24, 17, tzinfo=UTC))
    summer_ends = Day.of(datetime(2026, 10, 25, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert summer_ends.end - summer_ends.start == timedelta(hours=25)
    here = Day.of(late)
    assert here.start <= late < here.end


# Boards and their differences

KEYS = st.sampled_from(["a", "b", "c", "d"])
QUEUE_LINES = st.builds(
    QueueLine,
    name=KEYS,
    waiting=st.integers(0, 3),
    longest_since=st.none() | MOMENTS,
    agents=st.just((0,) * len(AgentState)),
    answered=st.integers(0, 2),
    abandoned=st.integers(0, 2),
)
CALLER_LINES = st.builds(
    CallerLine,
    key=st.just(""),
    call_id=KEYS,
    queue=KEYS,
    number=st.none(),
    name=st.none(),
    contact_id=st.none(),
    since=MOMENTS,
    priority=st.integers(0, 1),
    why=st.sampled_from(Why),
    agent=st.none() | st.integers(1, 4),
).map(lambda line: replace(line, key=f"{line.queue}/{line.call_id}"))
AGENT_LINES = st.builds(
    AgentLine,
    user_id=st.integers(1, 4),
    name=KEYS,
    account=KEYS,
    state=st.sampled_from(AgentState),
    since=st.none() | MOMENTS,
    reason=st.none(),
    queue=st.none() | KEYS,
)


def keyed(lines: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    return st.lists(lines, max_size=4).map(lambda several: {line.key: line for line in several})


BOARDS = st.builds(
    BoardState,
    day=st.dates(date(2026, 11, 24), date(2026, 11, 25)),
    queues=keyed(QUEUE_LINES),
    waiting=keyed(CALLER_LINES),
    agents=keyed(AGENT_LINES),
)


def unordered(board: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(value, key=str) if isinstance(value, list) else value  # the screen sorts them
        for name, value in board.items()
    }


@given(st.lists(BOARDS, min_size=1, max_size=5))
def test_a_board_and_its_differences_make_the_last_board(boards: list[BoardState]) -> None:
    shown = boards[0].as_data()
    for before, after in itertools.pairwise(boards):
        change = difference(before, after)
        assert (change == {}) is (unordered(before.as_data()) == unordered(after.as_data()))
        shown = with_difference(shown, change)
        # Told twice, it is the same.
        assert unordered(with_difference(shown, change)) == unordered(shown)
    assert unordered(shown) == unordered(boards[-1].as_data())


@given(BOARDS, BOARDS, st.frozensets(KEYS), st.frozensets(st.integers(1, 4)))
def test_who_sees_a_part_sees_that_part_change(
    before: BoardState, after: BoardState, queues: frozenset[str], agents: frozenset[int]
) -> None:
    sight = Sight(queues, agents)
    shown = with_difference(sight.of(before.as_data()), sight.of(difference(before, after)))
    assert unordered(shown) == unordered(sight.of(after.as_data()))
    assert {line["name"] for line in shown["queues"]} <= queues
    assert {line["queue"] for line in shown["waiting"]} <= queues
    assert {line["user_id"] for line in shown["agents"]} <= agents


# Why they wait


def caller(key: str, **values: Any) -> Caller:
    return Caller(
        **{
            "key": key,
            "call_id": key,
            "queue": "sales",
            "number": None,
            "name": None,
            "contact_id": None,
            "since": NOW,
            **values,
        }
    )


def members(*states: AgentState) -> list[Candidate]:
    return [Candidate(number, str(1000 + number), state, None) for number, state in enumerate(states, 1)]


@pytest.mark.parametrize(
    ("who", "states", "why"),
    [
        (caller("a"), (), Why.NO_MEMBERS),
        (caller("a"), (AgentState.OFFLINE,), Why.NOBODY_SIGNED_IN),
        (caller("a"), (AgentState.OFFLINE, AgentState.NOT_READY), Why.NOBODY_READY),
        (caller("a"), (AgentState.NO_PHONE,), Why.NOBODY_READY),
        (caller("a"), (AgentState.NOT_READY, AgentState.WRAP_UP), Why.ALL_BUSY),
        (caller("a"), (AgentState.READY,), Why.NEXT),
        (caller("a", excluded=frozenset({1})), (AgentState.READY, AgentState.TALKING), Why.DECLINED),
        (caller("a", rings_at=1), (AgentState.RESERVED,), Why.OFFERED),
        (caller("a", phase=Phase.UNSURE), (AgentState.READY,), Why.LOOKED_FOR),
        (caller("a", phase=Phase.FALLBACK), (AgentState.READY,), Why.FALLBACK),
    ],
)
def test_why_a_caller_waits(who: Caller, states: tuple[AgentState, ...], why: Why) -> None:
    assert why_each_waits([who], {"sales": members(*states)}) == [why]
    assert why_each_waits([who], {"sales": members(*states)}, is_pbx_heard=False) == [Why.NO_PBX]


def test_those_behind_wait_for_those_before() -> None:
    callers = [caller("a"), caller("b"), caller("c", queue="support")]
    queues = {"sales": members(AgentState.READY, AgentState.TALKING), "support": members(AgentState.NOT_READY)}
    assert why_each_waits(callers, queues) == [Why.NEXT, Why.BEHIND, Why.NOBODY_READY]


def test_a_line_of_a_queue() -> None:
    board = compose(
        day=NOW.date(),
        queues={"sales": members(AgentState.READY, AgentState.TALKING, AgentState.TALKING), "support": []},
        callers=[caller("b", since=NOW - timedelta(minutes=2)), caller("a")],
        agents=[],
        figure=lambda queue, figure: {("sales", Figure.ANSWERED): 4}.get((queue, figure), 0),
    )
    sales, support = board.as_data()["queues"]
    assert (sales["waiting"], sales["longest_since"]) == (2, (NOW - timedelta(minutes=2)).isoformat())
    assert (sales["agents"]["talking"], sales["agents"]["ready"], sum(sales["agents"].values())) == (2, 1, 3)
    assert (sales["answered"], sales["abandoned"]) == (4, 0)
    assert (support["waiting"], support["longest_since"], sum(support["agents"].values())) == (0, None, 0)
    assert [line["key"] for line in board.as_data()["waiting"]] == ["sales/b", "sales/a"]


def test_more_callers_than_are_listed_are_counted_all() -> None:
    callers = [caller(str(number)) for number in range(MOST_LISTED + 50)]
    board = compose(
        day=NOW.date(), queues={"sales": members()}, callers=callers, agents=[], figure=lambda queue, figure: 0
    )
    assert len(board.waiting) == MOST_LISTED
    assert board.queues["sales"].waiting == MOST_LISTED + 50


# The live board, over a real journal


@dataclass
class Place:
    """A board that runs, with all that it looks at."""

    clock: VirtualClock
    agents: Agents
    desks: Desks
    calls: LiveCalls
    room: EmptyRoom
    board: LiveBoard
    journal: Journal
    hub: LiveHub
    bus: FactBus

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The board, as soon as it is so."""
        async with asyncio.timeout(20):
            while not holds(shown := self.board.snapshot()):
                await self.clock.advance(0.1)
        return shown

    def queue(self, name: str) -> dict[str, Any]:
        return next(line for line in self.board.snapshot()["queues"] if line["name"] == name)


@asynccontextmanager
async def running(database: Database, clock: VirtualClock) -> AsyncIterator[Place]:
    hub, bus = LiveHub(), FactBus()
    agents = Agents(database, hub, clock)
    await agents.load()
    desks, calls, room = Desks(hub, agents, clock), LiveCalls(), EmptyRoom()
    board = LiveBoard(
        numbers=NumberTable([Queue("sales", ("1001", "1002")), Queue("support", ("1002",))], {}),
        agents=agents,
        desks=desks,
        calls=calls,
        room=room,
        database=database,
        hub=hub,
        clock=clock,
        zone=UTC,
    )
    await board.load()
    journal = Journal(database, bus)
    journal.watch(board.written)
    tasks = [asyncio.create_task(journal.run()), asyncio.create_task(board.run())]
    try:
        yield Place(clock, agents, desks, calls, room, board, journal, hub, bus)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def a_call(number: int, chance: random.Random) -> list[CallFact]:
    """A call of some kind, with its facts in any order."""
    at = NOW - timedelta(seconds=chance.randint(0, 20 * 3600))
    common: dict[str, Any] = {"node": "main", "call_id": f"main-{number}.1"}
    facts: list[CallFact] = [
        CallStarted(
            **common,
            key="started",
            at=at,
            linkedid=f"{number}.1",
            channel=f"{number}.1",
            direction=Direction.INBOUND,
            caller_number=None,
            caller_name=None,
            dialed=None,
        )
    ]
    if chance.random() < 0.9:
        facts.append(CallQueued(**common, key="queued", at=at, queue=chance.choice(QUEUES)))
    if chance.random() < 0.5:
        when = at + timedelta(seconds=chance.randint(1, 60))
        facts.append(PartyAnswered(**common, key="answered", at=when, party="1001", channel=f"{number}.2"))
    if chance.random() < 0.2:
        facts.append(CallMerged(**common, key="merged", at=at, into="main-0.1"))
    if chance.random() < 0.9:
        when = at + timedelta(seconds=chance.randint(60, 600))
        facts.append(CallEnded(**common, key="ended", at=when, outcome=Outcome.CANCELLED, hangup_by=None, cause=16))
    chance.shuffle(facts)
    return facts


async def from_the_journal(database: Database) -> dict[str, tuple[int, int]]:
    """Answered and abandoned on the day of NOW, by queue, counted in another way: from whole rows."""
    counts = dict.fromkeys(QUEUES, (0, 0))
    async with database.reading() as session:
        for row in await session.scalars(select(CallRow)):
            if row.queue is None or row.merged_into is not None:
                continue
            answered, abandoned = counts[row.queue]
            if row.answered_at is not None:
                answered += row.answered_at.date() == NOW.date()
            elif row.ended_at is not None:
                abandoned += row.ended_at.date() == NOW.date()
            counts[row.queue] = (answered, abandoned)
    return counts


def told(place: Place) -> dict[str, tuple[int, int]]:
    return {line["name"]: (line["answered"], line["abandoned"]) for line in place.board.snapshot()["queues"]}


async def test_the_figures_equal_the_journal_live_and_after_a_restart(database: Database) -> None:
    chance = random.Random(7)
    stories = [a_call(number, chance) for number in range(1, 121)]
    async with running(database, VirtualClock(NOW)) as place:
        # Told in pieces, and mixed: the beginning of a call may come after its end.
        facts = [fact for story in stories for fact in story]
        pieces = [facts[start : start + 37] for start in range(0, len(facts), 37)]
        for piece in pieces:
            place.journal.record(piece)
            await place.journal.flush()
        true = await from_the_journal(database)
        assert min(min(pair) for pair in true.values()) > 0
        await place.until(lambda board: told(place) == true)
    async with running(database, VirtualClock(NOW)) as place:
        assert told(place) == true  # at once
        place.journal.record([CallEnded(**_ending(501), outcome=Outcome.CANCELLED, hangup_by=None, cause=16)])
        place.journal.record([CallQueued(node="main", call_id="main-501.1", key="q", at=NOW, queue="sales")])
        await place.journal.flush()
        true = await from_the_journal(database)
        await place.until(lambda board: told(place) == true)


def _ending(number: int) -> dict[str, Any]:
    return {"node": "main", "call_id": f"main-{number}.1", "key": "ended", "at": NOW}


async def test_a_call_counts_also_where_a_handler_of_its_end_failed(database: Database) -> None:
    async with running(database, VirtualClock(NOW)) as place:

        async def fail(session: Any, fact: CallFact) -> None:
            raise RuntimeError("a handler's own fault")

        place.bus.subscribe(CallEnded, fail)
        queued = CallQueued(node="main", call_id="main-9.1", key="q", at=NOW, queue="sales")
        place.journal.record([queued, CallEnded(**_ending(9), outcome=Outcome.FAILED, hangup_by=None, cause=16)])
        await place.journal.flush()
        await place.until(lambda board: place.queue("sales")["abandoned"] == 1)


async def test_at_midnight_a_new_day_begins(database: Database) -> None:
    clock = VirtualClock(NOW.replace(hour=23, minute=59, second=50))
    async with running(database, clock) as place:
        queued = CallQueued(node="main", call_id="main-9.1", key="q", at=NOW, queue="sales")
        place.journal.record([queued, CallEnded(**_ending(9), outcome=Outcome.FAILED, hangup_by=None, cause=16)])
        await place.journal.flush()
        await place.until(lambda board: place.queue("sales")["abandoned"] == 1)
        assert place.board.day == NOW.date()
        await clock.advance(15)
        board = await place.until(lambda board: bool(board["day"] == "2026-11-25"))
        assert [(line["answered"], line["abandoned"]) for line in board["queues"]] == [(0, 0), (0, 0)]


async def test_the_board_shows_agents_and_callers_and_tells_their_changes(
    house: RouterHouse, database: Database
) -> None:
    anna = await house.add_agent("1001", Wanted.NOT_READY)
    await house.add_agent("1002", Wanted.NOT_READY)
    async with running(database, VirtualClock(NOW)) as place:
        screen = place.hub.subscribe(frozenset({TOPIC}))
        shown = place.board.snapshot()
        assert [agent["state"] for agent in shown["agents"]] == ["not_ready", "not_ready"]
        assert place.queue("sales")["agents"]["not_ready"] == 2
        place.room.waiting.add(waiting_call("1764.2", NOW - timedelta(seconds=40), name="สมชาย"))
        place.room.waiting.add(waiting_call("1764.3", NOW - timedelta(seconds=50)))
        place.board.look()
        board = await place.until(lambda board: len(board["waiting"]) == 2)
        first, second = board["waiting"]
        assert (first["call_id"], first["why"], second["name"]) == ("main-1764.3", "nobody_ready", "สมชาย")
        assert place.queue("sales")["longest_since"] == (NOW - timedelta(seconds=50)).isoformat()

        await place.agents.set_wanted(anna, Wanted.READY)
        await place.until(lambda board: [each["why"] for each in board["waiting"]] == ["next", "behind"])
        place.agents.reserve(anna, "main-1764.3", 20)
        place.calls.note("main", "main-1764.3", NOW).queue = "sales"
        offered = place.room.waiting.find("main-1764.3")
        assert offered is not None
        offered.phase, offered.agent = Phase.OFFERED, anna
        place.board.look()
        board = await place.until(lambda board: board["waiting"][0]["agent"] == anna)
        assert [each["why"] for each in board["waiting"]] == ["offered", "all_busy"]
        [agent] = [each for each in board["agents"] if each["user_id"] == anna]
        assert (agent["state"], agent["queue"]) == ("reserved", "sales")

        place.room.waiting.remove("main-1764.3")
        place.board.look()
        board = await place.until(lambda board: len(board["waiting"]) == 1)
        # What the screen was told makes the same board.
        while unordered(shown) != unordered(board):
            change = await asyncio.wait_for(screen.next(), 5)
            assert change is not None
            shown = with_difference(shown, change.data)


async def test_the_first_phone_that_rings_is_a_caller_who_waits(house: RouterHouse, database: Database) -> None:
    anna = await house.add_agent("1001")
    async with running(database, VirtualClock(NOW)) as place:
        call = DeskCall(
            node="main",
            call_id="main-1764.9",
            queue="sales",
            caller_number="021234567",
            caller_name="Somchai",
            contacts=[Person(7, "Somchai Jaidee")],
            dialed=None,
            waiting_since=NOW,
            offered_at=NOW,
            ring_until=None,
            why={"rule": "longest_idle"},
        )
        place.desks.offer(anna, call)
        place.board.look()
        board = await place.until(lambda board: place.queue("sales")["waiting"] == 1)
        [line] = board["waiting"]
        assert (line["name"], line["contact_id"], line["why"], line["agent"]) == ("Somchai Jaidee", 7, "offered", anna)
        place.desks.answer(anna, "main-1764.9", NOW)
        # A colleague to whom the call is handed on: its caller waits in no queue.
        bea = await house.add_agent("1002")
        place.desks.offer(bea, replace(call, why=None, phase=call.phase.OFFERED, answered_at=None))
        place.board.look()
        await place.until(lambda board: place.queue("sales")["waiting"] == 0)


async def test_a_database_that_is_away_stops_no_board(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(database, VirtualClock(NOW)) as place:
        reading = database.reading

        def away() -> Any:
            raise OSError("the database is away")

        monkeypatch.setattr(database, "reading", away)
        queued = CallQueued(node="main", call_id="main-9.1", key="q", at=NOW, queue="sales")
        place.journal.record([queued, CallEnded(**_ending(9), outcome=Outcome.FAILED, hangup_by=None, cause=16)])
        await place.journal.flush()
        place.room.waiting.add(waiting_call("1764.2", NOW))
        place.board.look()
        await place.until(lambda board: len(board["waiting"]) == 1)
        assert place.queue("sales")["abandoned"] == 0
        monkeypatch.setattr(database, "reading", reading)
        await place.until(lambda board: place.queue("sales")["abandoned"] == 1)


def waiting_call(channel: str, since: datetime, name: str | None = None) -> WaitingCall:
    call = EnteredCall(
        node="main",
        call_id=f"main-{channel}",
        channel=channel,
        dialed=None,
        caller_number="021234567",
        caller_name=name,
        queue=Queue("sales", ("1001",)),
        since=since,
        queued_at=since,
    )
    return WaitingCall(key=f"main-{channel}", call=call)
