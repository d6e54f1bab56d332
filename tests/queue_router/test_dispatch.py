"""Callers and agents brought together, with Asterisk's side played and a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.clock import VirtualClock
from kernel.messages import Fact, FactBus
from pbx.errors import AmiError, CommandFailed
from pbx.facts import CallEnded, CallMerged, Outcome, PartyAnswered
from pbx.snapshot import ChannelState, Snapshot
from queue_router.agents import MISSED_CALL, Agents
from queue_router.desks import Desks
from queue_router.dispatch import DECLINED_SECONDS, Dispatcher
from queue_router.entered import EnteredCall
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable, Queue
from queue_router.offer_book import OfferBook
from queue_router.states import AgentState, Wanted
from queue_router.waiting import Phase, epoch_text
from tests.queue_router.house import Directory, House

QUEUE = Queue("sales", ("1001", "1002"), ring_seconds=10)


@dataclass
class Line:
    """Asterisk as the dispatcher asks it: notes everything, and fails when told to."""

    connection: int | None = 0
    offers: list[tuple[str, str]] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    looks: int = 0
    error: AmiError | None = None
    dialled: asyncio.Event = field(default_factory=asyncio.Event)
    taking_back: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.dialled.set()
        self.taking_back.set()

    async def offer(self, channel: str, account: str) -> None:
        self.offers.append((channel, account))
        await self.dialled.wait()
        if self.error is not None:
            raise self.error

    async def take_back(self, channel: str) -> None:
        await self.taking_back.wait()
        self.taken_back.append(channel)

    def look_again(self) -> None:
        self.looks += 1


@dataclass
class Room:
    """The dispatcher with its agents, running."""

    house: House
    clock: VirtualClock
    agents: Agents
    dispatcher: Dispatcher
    line: Line
    facts: FactBus
    users: dict[str, int] = field(default_factory=dict)

    async def agent(self, account: str, wanted: Wanted = Wanted.READY) -> int:
        self.users[account] = await self.house.add_agent(account, Wanted.NOT_READY)
        await self.agents.load()
        if wanted is Wanted.READY:
            await self.want(account, wanted)
        return self.users[account]

    async def want(self, account: str, wanted: Wanted) -> None:
        await self.agents.set_wanted(self.users[account], wanted)
        await self.settle()

    def state(self, account: str) -> AgentState:
        agent = self.agents.at_phone(account)
        assert agent is not None
        return agent.state

    async def wait(self, name: str, seconds_ago: float = 0) -> str:
        """A caller on the channel `name` begins to wait."""
        now = self.clock.now() - timedelta(seconds=seconds_ago)
        call = EnteredCall(
            node="main",
            call_id=f"main-{name}",
            channel=name,
            dialed=None,
            caller_number="021234567",
            caller_name=None,
            queue=QUEUE,
            since=now,
            queued_at=now,
        )
        self.dispatcher.let_wait(f"main-{name}", call)
        await self.settle()
        return f"main-{name}"

    async def publish(self, fact: Fact) -> None:
        async with self.house.database.transaction() as session:
            await self.facts.publish(session, fact)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that was set off run."""
        await self.clock.advance(0)

    def phase(self, key: str) -> Phase | None:
        waiting = self.dispatcher.waiting.find(key)
        return waiting.phase if waiting else None


@pytest.fixture
async def room(house: House) -> AsyncIterator[Room]:
    clock, line, facts = VirtualClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)), Line(), FactBus()
    agents = Agents(house.database, house.hub, clock)
    book = OfferBook(agents, Desks(house.hub, agents), house.database, clock)
    dispatcher = Dispatcher(
        numbers=NumberTable([QUEUE], {}),
        agents=agents,
        calls=LiveCalls(),
        directory=Directory(),
        book=book,
        line=line,
        clock=clock,
    )
    dispatcher.subscribe(facts)
    running = asyncio.create_task(dispatcher.run())
    yield Room(house, clock, agents, dispatcher, line, facts)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await book.drain()


def answered(call_id: str, party: str) -> PartyAnswered:
    return PartyAnswered(node="main", call_id=call_id, key="answered", at=datetime.now(UTC), party=party, channel="9.9")


def ended(call_id: str) -> CallEnded:
    return CallEnded(
        node="main",
        call_id=call_id,
        key="ended",
        at=datetime.now(UTC),
        outcome=Outcome.NO_ANSWER,
        hangup_by=None,
        cause=16,
    )


async def test_an_agent_who_becomes_ready_gets_who_waits_longest(room: Room) -> None:
    await room.agent("1001", Wanted.NOT_READY)
    await room.wait("1.2", 5)
    first = await room.wait("1.3", 9)
    assert room.line.offers == []
    await room.want("1001", Wanted.READY)
    assert room.line.offers == [("1.3", "1001")]
    assert room.state("1001") is AgentState.RESERVED
    await room.publish(answered(first, "1001"))
    assert room.phase(first) is None


async def test_a_caller_who_comes_where_an_agent_is_ready_is_offered_at_once(room: Room) -> None:
    await room.agent("1001")
    await room.wait("1.2")
    assert room.line.offers == [("1.2", "1001")]


async def test_nobody_is_offered_while_asterisk_cannot_be_told(room: Room) -> None:
    room.line.connection = None
    await room.agent("1001")
    key = await room.wait("1.2")
    await room.clock.advance(10)
    assert room.line.offers == []
    assert room.dispatcher.faults == 0
    assert not room.dispatcher.has_room_for("main-1.9")
    room.line.connection = 1
    room.dispatcher.look()
    await room.settle()
    assert room.line.offers == []  # who is where must be known first
    assert not room.dispatcher.has_room_for("main-1.9")
    looks = room.line.looks
    await room.dispatcher.adopt(replace(snapshot(room, channel("1.2", "waiting", "MusicOnHold")), connection=1))
    assert not room.dispatcher.is_pbx_heard  # what happened while it was read is not told yet
    assert room.line.looks == looks + 1
    await room.dispatcher.adopt(replace(snapshot(room, channel("1.2", "waiting", "MusicOnHold")), connection=1))
    assert room.dispatcher.has_room_for("main-1.9")
    room.dispatcher.look()
    await room.settle()
    assert room.phase(key) is Phase.OFFERED


@pytest.mark.parametrize(
    ("status", "state", "offered_again_after"),
    [
        ("NOANSWER", AgentState.NOT_READY, None),
        ("BUSY", AgentState.READY, DECLINED_SECONDS),
        ("CHANUNAVAIL", AgentState.NO_PHONE, 10.0),
    ],
)
async def test_what_nobody_took_goes_on_waiting(
    room: Room, status: str, state: AgentState, offered_again_after: float | None
) -> None:
    await room.agent("1001")
    key = await room.wait("1.2")
    waiting = room.dispatcher.begin_entry(key, status)
    assert waiting is not None
    assert (waiting.phase, waiting.agent) == (Phase.ENTERING, None)
    room.dispatcher.let_wait(key, waiting.call)
    await room.settle()
    assert room.state("1001") is state
    assert room.phase(key) is Phase.WAITING
    if offered_again_after is None:
        agent = room.agents.at_phone("1001")
        assert agent is not None
        assert agent.wanted_reason == MISSED_CALL
        return
    await room.clock.advance(offered_again_after - 0.1)
    assert len(room.line.offers) == 1
    await room.clock.advance(0.2)
    room.agents.sweep()
    await room.settle()
    assert len(room.line.offers) == 2


async def test_a_caller_who_gives_up_while_offered_frees_the_agent_for_the_next(room: Room) -> None:
    await room.agent("1001")
    first = await room.wait("1.2", 5)
    await room.wait("1.3")
    await room.publish(ended(first))
    assert room.line.offers == [("1.2", "1001"), ("1.3", "1001")]
    assert len(room.dispatcher.waiting) == 1


async def test_an_offer_that_asterisk_refuses_is_asked_about_and_not_repeated_at_once(room: Room) -> None:
    room.line.error = CommandFailed("Channel does not exist")
    await room.agent("1001")
    key = await room.wait("1.2")
    assert (len(room.line.offers), room.line.looks) == (1, 1)
    assert room.phase(key) is Phase.UNSURE
    assert room.state("1001") is AgentState.READY
    await room.clock.advance(20)
    assert len(room.line.offers) == 1
    # The snapshot says that they wait; then they are offered.
    room.line.error = None
    await room.dispatcher.adopt(snapshot(room, channel("1.2", "waiting", "MusicOnHold")))
    await room.settle()
    assert len(room.line.offers) == 2


async def test_a_lease_holds_while_the_phone_rings_and_asterisk_is_asked_when_it_should_have_ended(room: Room) -> None:
    await room.agent("1001")
    key = await room.wait("1.2")
    sweeping = asyncio.create_task(room.agents.run())
    await room.clock.advance(QUEUE.ring_seconds + 1)
    assert room.state("1001") is AgentState.RESERVED
    await room.clock.advance(30)
    assert room.state("1001") is AgentState.RESERVED
    assert room.line.looks >= 4
    await room.dispatcher.adopt(snapshot(room, channel("1.2", "offer", "Dial", bridge="b1")))
    assert room.phase(key) is None
    sweeping.cancel()


async def test_who_is_about_to_be_taken_back_goes_before_who_comes_now(room: Room) -> None:
    await room.agent("1001", Wanted.NOT_READY)
    since = room.clock.now() - timedelta(seconds=30)
    room.line.taking_back.clear()
    await room.dispatcher.adopt(snapshot(room, channel("1.2", "fallback", "Queue", since=since)))
    await room.settle()
    assert room.phase("main-1.2") is Phase.FALLBACK
    await room.want("1001", Wanted.READY)
    newcomer = EnteredCall(
        node="main",
        call_id="main-1.9",
        channel="1.9",
        dialed=None,
        caller_number=None,
        caller_name=None,
        queue=QUEUE,
        since=room.clock.now(),
        queued_at=room.clock.now(),
    )
    assert room.dispatcher.spoken_for(None, newcomer) == {room.users["1001"]}
    room.line.taking_back.set()


async def test_merged_calls_go_on_as_the_one_that_they_were_about(room: Room) -> None:
    await room.agent("1001")
    key = await room.wait("1.2")
    room.agents.call_merged("main-1.2", "main-1.1")
    await room.publish(CallMerged(node="main", call_id="main-1.2", key="merged", at=datetime.now(UTC), into="main-1.1"))
    assert room.line.looks == 1
    await room.publish(answered("main-1.1", "1001"))
    assert room.phase(key) is None


async def test_all_is_known_again_from_a_snapshot_alone(room: Room) -> None:
    await room.agent("1001", Wanted.NOT_READY)
    await room.agent("1002")
    began = room.clock.now()
    await room.dispatcher.adopt(
        snapshot(
            room,
            channel("1.1", "waiting", "MusicOnHold", since=began - timedelta(seconds=10)),
            channel("1.2", "fallback", "Queue", since=began - timedelta(seconds=30)),
            channel("1.3", "offer", "Dial", since=began - timedelta(seconds=40), RD_AGENT="1002"),
            channel("1.4", "offer", "Dial", bridge="b1", since=began - timedelta(seconds=50)),
            channel("1.5", "fallback", "Queue", since=began - timedelta(seconds=20)),
            channel("1.6", "waiting", "MusicOnHold", RD_QUEUE="gone"),
        )
    )
    await room.settle()
    assert [each.call.channel for each in room.dispatcher.waiting.in_order()] == ["1.3", "1.2", "1.5", "1.1"]
    # Those of app_queue are back, in their order.
    assert room.line.taken_back == ["1.2", "1.5"]
    assert {each.phase for each in room.dispatcher.waiting} == {Phase.OFFERED, Phase.WAITING}
    assert room.state("1002") is AgentState.RESERVED
    assert room.line.offers == []
    await room.want("1001", Wanted.READY)
    assert room.line.offers == [("1.2", "1001")]


async def test_who_is_in_no_snapshot_any_more_is_gone(room: Room) -> None:
    key = await room.wait("1.2")
    await room.clock.advance(1)
    await room.dispatcher.adopt(snapshot(room))
    assert room.phase(key) is None


async def test_a_snapshot_from_before_the_last_step_changes_nothing(room: Room) -> None:
    old = snapshot(room, channel("1.2", "waiting", "MusicOnHold"))
    await room.clock.advance(1)
    await room.agent("1001")
    key = await room.wait("1.2")
    assert room.phase(key) is Phase.OFFERED
    await room.dispatcher.adopt(old)
    assert room.phase(key) is Phase.OFFERED


async def test_the_watchdog_finds_an_idle_agent_beside_a_waiting_caller_and_repairs_it(room: Room) -> None:
    key = await room.wait("1.2")
    room.agents._watchers.clear()  # a change that nobody heard of
    await room.agent("1001")
    await room.clock.advance(0.5)
    room.dispatcher.match = _not_now(room.dispatcher.match, until=room.clock.monotonic() + 6, clock=room.clock)  # type: ignore[method-assign]
    await room.clock.advance(4)
    assert room.dispatcher.faults >= 1
    assert room.line.looks >= 1
    await room.clock.advance(6)
    assert room.phase(key) is Phase.OFFERED


async def test_who_was_stopped_asks_before_anybody_is_offered(room: Room) -> None:
    key = await room.wait("1.2")
    await room.agent("1001", Wanted.NOT_READY)
    looks = room.line.looks
    # As SIGSTOP does it: time passes, and nothing of ours runs.
    room.clock._sleepers.clear()
    room.clock._elapsed += 60
    room.clock.set_wall_time(room.clock.now() + timedelta(seconds=60))
    await room.want("1001", Wanted.READY)
    assert (room.phase(key), room.line.offers) == (Phase.UNSURE, [])
    assert room.line.looks > looks
    await room.dispatcher.adopt(snapshot(room, channel("1.2", "fallback", "Queue", bridge="b1")))
    assert room.phase(key) is None
    assert room.line.offers == []


@pytest.mark.parametrize("party", ["1002", "1009"])
async def test_a_call_that_another_agent_picks_up_waits_no_more(room: Room, party: str) -> None:
    await room.agent("1001")
    await room.agent("1002", Wanted.NOT_READY)
    key = await room.wait("1.2")
    assert room.line.offers == [("1.2", "1001")]
    await room.publish(answered(key, party))
    assert room.phase(key) is (None if party == "1002" else Phase.OFFERED)  # 1009 is nobody's phone
    assert room.state("1001") is (AgentState.READY if party == "1002" else AgentState.RESERVED)


async def test_who_cannot_be_served_is_sent_to_app_queue_and_looked_for_once_they_can(room: Room) -> None:
    fit = False
    room.dispatcher._is_fit = lambda: fit
    assert not room.dispatcher.has_room_for("main-1.2")
    await room.clock.advance(40)
    assert room.line.looks == 0
    fit = True
    await room.clock.advance(40)
    assert room.line.looks == 1
    assert room.dispatcher.has_room_for("main-1.2")


async def test_who_was_sent_away_while_nobody_waited_here_is_taken_back(room: Room) -> None:
    room.dispatcher.look_for_strays()
    await room.clock.advance(1.5)
    assert room.line.looks == 1
    await room.dispatcher.adopt(snapshot(room))
    # On the way to app_queue as it was looked the first time.
    await room.clock.advance(3)
    assert room.line.looks == 2
    await room.dispatcher.adopt(snapshot(room, channel("1.2", "fallback", "Queue")))
    await room.settle()
    assert room.line.taken_back == ["1.2"]


async def test_a_process_that_was_stopped_looks_for_callers_though_it_knew_of_none(room: Room) -> None:
    await room.clock.advance(100)
    assert room.line.looks == 0
    for _, _, wake in room.clock._sleepers:
        wake.cancel()
    room.clock._sleepers.clear()
    room.clock._elapsed += 60
    room.dispatcher.look()
    await room.settle()
    await room.clock.advance(2)
    assert room.line.looks >= 1


async def test_asterisk_is_looked_at_from_time_to_time_while_somebody_waits(room: Room) -> None:
    await room.clock.advance(100)
    assert room.line.looks == 0
    await room.wait("1.2")
    await room.clock.advance(100)
    assert 3 <= room.line.looks <= 5


def _not_now(match: Any, *, until: float, clock: VirtualClock) -> Any:
    def matches() -> None:
        if clock.monotonic() >= until:
            match()

    return matches


async def test_who_waits_has_the_first_claim_on_an_agent(room: Room) -> None:
    await room.wait("1.2", 5)
    user_id = await room.agent("1001", Wanted.NOT_READY)
    new = EnteredCall(
        node="main",
        call_id="main-1.3",
        channel="1.3",
        dialed=None,
        caller_number=None,
        caller_name=None,
        queue=QUEUE,
        since=room.clock.now(),
        queued_at=room.clock.now(),
    )
    # In the very moment in which the agent becomes ready, before anything else runs.
    await room.agents.set_wanted(user_id, Wanted.READY)
    assert room.line.offers == []
    assert room.dispatcher.spoken_for(None, new) == {user_id}
    await room.settle()
    assert room.line.offers == [("1.2", "1001")]


def channel(
    name: str, context: str, application: str, *, bridge: str | None = None, since: datetime | None = None, **more: str
) -> ChannelState:
    variables = {"RD_CALL": f"main-{name}", "RD_QUEUE": "sales", **more}
    if since is not None:
        variables["RD_WAITING_SINCE"] = epoch_text(since)
    headers = {"Context": f"ringdesk-{context}", "Application": application, "ChannelStateDesc": "Up"}
    return ChannelState(name, name, f"PJSIP/carrier-{name}", bridge, variables, headers)


def snapshot(room: Room, *channels: ChannelState) -> Snapshot:
    """Taken a moment from now."""
    now = room.clock.now() + timedelta(milliseconds=1)
    return Snapshot("main", now, now, {each.uniqueid: each for each in channels}, {}, {})
