"""After-call work: one timer an agent, whichever queue the call came from."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import VirtualClock
from kernel.database import Database
from kernel.messages import FactBus, LiveHub
from pbx.facts import CallQueued, PartyLeft
from pbx.journal import Journal
from queue_router.agents import LONGEST_WRAP_UP_SECONDS, Agent, Agents, NotInWrapUp, UnknownAgent
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.states import AgentState, Wanted
from tests.queue_router.house import NOW, House, next_change


async def after_a_call(
    house: House, *, is_offered: bool = True, heard_late: float = 0.0
) -> tuple[Agents, Agent, VirtualClock]:
    """An agent whose call out of a queue with 15 s of wrap-up has just ended."""
    user_id = await house.add_agent("1001")
    clock = VirtualClock()
    agents = Agents(house.database, house.hub, clock)
    await agents.load()
    agent = agents.find(user_id)
    assert agent is not None
    agents.leg_talks(agent, "1.2", "main-1.1", is_offered=is_offered)
    async with house.database.transaction() as session:
        at = clock.now() - timedelta(seconds=heard_late)
        await agents.leg_is_gone(session, agent, "1.2", at, wrap_up_seconds=15)
    return agents, agent, clock


async def test_after_an_offered_call_the_agent_is_in_wrap_up_and_then_what_they_asked_for(house: House) -> None:
    agents, agent, clock = await after_a_call(house)
    assert agent.state is AgentState.WRAP_UP
    assert agent.as_data()["wrap_up_until"] == (clock.now() + timedelta(seconds=15)).isoformat()
    with pytest.raises(ValueError, match="not ready"):
        agents.reserve(agent.user_id, "main-1.9", 10)
    await agents.set_wanted(agent.user_id, Wanted.NOT_READY, "lunch")
    assert agent.state is AgentState.WRAP_UP
    await clock.advance(15)
    agents.sweep()
    assert agent.state is AgentState.NOT_READY
    assert agent.as_data()["wrap_up_until"] is None


async def begun_anew(house: House, clock: VirtualClock) -> Agents:
    """The agents as a service knows them that has just been started."""
    agents = Agents(house.database, house.hub, clock)
    await agents.load()
    return agents


async def test_a_wrap_up_lasts_beyond_a_restart_and_ends_on_time(house: House) -> None:
    _, agent, clock = await after_a_call(house)
    ends = agent.wrap_up_ends
    await clock.advance(5)
    agents = await begun_anew(house, clock)
    again = agents.find(agent.user_id)
    assert again is not None
    assert again is not agent
    assert (again.state, again.wrap_up_ends) == (AgentState.WRAP_UP, ends)
    await agents.extend_wrap_up(again.user_id)
    await clock.advance(39)
    agents = await begun_anew(house, clock)
    again = agents.find(agent.user_id)
    assert again is not None
    assert again.state is AgentState.WRAP_UP
    await clock.advance(1.1)
    agents.sweep()
    assert (again.state, again.wrap_up_ends) == (AgentState.READY, None)
    again = (await begun_anew(house, clock)).find(agent.user_id)
    assert again is not None
    assert again.state is AgentState.READY


async def test_a_wrap_up_that_was_done_stays_done(house: House) -> None:
    agents, agent, clock = await after_a_call(house)
    await agents.end_wrap_up(agent.user_id)
    again = (await begun_anew(house, clock)).find(agent.user_id)
    assert again is not None
    assert again.state is AgentState.READY


@pytest.mark.parametrize(("ago", "state"), [(4, AgentState.WRAP_UP), (16, AgentState.READY)])
async def test_of_a_talk_that_ended_while_we_were_away_what_is_left_counts(
    house: House, ago: int, state: AgentState
) -> None:
    user_id = await house.add_agent("1001")
    clock = VirtualClock()
    agents = await begun_anew(house, clock)
    agent = agents.find(user_id)
    assert agent is not None
    facts = CallsOfAgents(agents, house.desks, house.calls, house.directory, lambda queue: 15.0)
    at = clock.now() - timedelta(seconds=ago)
    common = {"node": "main", "call_id": "main-1.1", "at": at, "backfilled": True}
    bus = FactBus()
    facts.subscribe(bus)
    journal = Journal(house.database, bus, clock=clock)
    journal.record(
        [
            CallQueued(**common, key="queued:sales:1.1", queue="sales"),
            PartyLeft(**common, key="left:1.2", party="1001", channel="1.2"),
        ]
    )
    running = asyncio.create_task(journal.run())
    await journal.flush(timeout=10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert agent.state is state


async def test_a_call_of_their_own_has_no_wrap_up(house: House) -> None:
    _, agent, _ = await after_a_call(house, is_offered=False)
    assert agent.state is AgentState.READY


async def test_of_a_fact_that_is_heard_late_only_what_is_left_counts(house: House) -> None:
    agents, agent, clock = await after_a_call(house, heard_late=10)
    await clock.advance(4.9)
    agents.sweep()
    assert agent.state is AgentState.WRAP_UP
    await clock.advance(0.2)
    agents.sweep()
    assert agent.state is AgentState.READY


async def test_extend_and_done(house: House) -> None:
    agents, agent, clock = await after_a_call(house)
    await clock.advance(10)
    desk = house.watch(agent.user_id)
    await agents.extend_wrap_up(agent.user_id)
    told = (await next_change(desk, "agent_state")).data
    assert told["wrap_up_until"] == (clock.now() + timedelta(seconds=35)).isoformat()
    await clock.advance(34)
    agents.sweep()
    assert agent.state is AgentState.WRAP_UP
    await agents.end_wrap_up(agent.user_id)
    assert agent.state is AgentState.READY
    assert agent.idle_since == clock.now()
    for act in (agents.extend_wrap_up, agents.end_wrap_up):
        with pytest.raises(NotInWrapUp):
            await act(agent.user_id)
        with pytest.raises(UnknownAgent):
            await act(agent.user_id + 1)


async def test_it_ends_on_time_and_not_at_the_next_look(house: House) -> None:
    agents, agent, clock = await after_a_call(house)
    running = asyncio.create_task(agents.run())
    await clock.advance(14.99)
    assert agent.state is AgentState.WRAP_UP
    await clock.advance(0.011)
    assert agent.state is AgentState.READY
    running.cancel()


async def test_who_is_idle_again_begins_to_wait_behind_their_wrap_up(house: House, database: Database) -> None:
    _, agent, clock = await after_a_call(house)
    assert agent.idle_since == clock.now() + timedelta(seconds=15)
    again = Agents(database, LiveHub(), VirtualClock())
    await again.load()
    loaded = again.find(agent.user_id)
    assert loaded is not None
    assert loaded.idle_since == agent.idle_since


@given(steps=st.lists(st.sampled_from(["extend", "done"]) | st.floats(0.1, 60), max_size=12))
def test_a_wrap_up_always_ends(steps: list[str | float]) -> None:
    """Whatever the agent does: it is over at the moment that was told, and never further off than the limit."""

    async def play() -> None:
        clock = VirtualClock()
        agents = Agents(_NoDatabase(), LiveHub(), clock)  # type: ignore[arg-type]
        agent = Agent(1, "A", "1001", Wanted.READY, NOW, None, None)
        agents._by_user[1] = agent
        agents._wrap_up(agent, 15)
        for step in steps:
            if isinstance(step, float):
                await clock.advance(step)
                agents.sweep()
            else:
                act = agents.extend_wrap_up if step == "extend" else agents.end_wrap_up
                try:
                    await act(1)
                except NotInWrapUp:
                    assert agent.state is AgentState.READY
        left = agent.wrap_up_until - clock.monotonic()
        assert left <= LONGEST_WRAP_UP_SECONDS
        assert (agent.state is AgentState.WRAP_UP) is (left > 0) or not steps
        await clock.advance(max(0.0, left))
        agents.sweep()
        assert agent.state is AgentState.READY
        assert agent.wrap_up_ends is None

    asyncio.run(play())


class _NoDatabase:
    """Where it is only about time."""

    def transaction(self) -> "_NoDatabase":
        return self

    async def __aenter__(self) -> "_NoDatabase":
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    async def execute(self, statement: object) -> None:
        pass
