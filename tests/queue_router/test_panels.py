"""An agent whose every panel is gone."""

import pytest

from kernel.clock import VirtualClock
from queue_router.agents import Agent, Agents
from queue_router.panels import LOST_SECONDS, PANEL_LOST, Panels
from queue_router.states import AgentState, ChangedBy, Wanted
from tests.queue_router.house import House


async def desk(
    house: House, *, by_phone: bool = False, open_panels: int = 1
) -> tuple[Agent, Agents, Panels, VirtualClock]:
    """A ready agent with so many panels open."""
    user_id = await house.add_agent("1001", Wanted.NOT_READY)
    clock = VirtualClock()
    agents = Agents(house.database, house.hub, clock)
    await agents.load()
    panels = Panels(agents, clock)
    for _ in range(open_panels):
        panels.opened(user_id)
    agent = await agents.set_wanted(user_id, Wanted.READY, by=ChangedBy.PHONE if by_phone else ChangedBy.PANEL)
    return agent, agents, panels, clock


async def test_the_last_panel_gone_for_a_minute_makes_not_ready(house: House) -> None:
    agent, _, panels, clock = await desk(house, open_panels=2)
    panels.closed(agent.user_id)
    await clock.advance(2 * LOST_SECONDS)
    await panels.check()
    assert agent.state is AgentState.READY  # the second tab is there
    panels.closed(agent.user_id)
    await clock.advance(LOST_SECONDS - 1)
    await panels.check()
    assert agent.state is AgentState.READY
    await clock.advance(1)
    await panels.check()
    assert (agent.state, agent.wanted_reason) == (AgentState.NOT_READY, PANEL_LOST)


async def test_a_panel_that_comes_back_in_time_is_not_lost(house: House) -> None:
    agent, _, panels, clock = await desk(house)
    panels.closed(agent.user_id)
    await clock.advance(LOST_SECONDS - 1)
    panels.opened(agent.user_id)
    assert panels.count(agent.user_id) == 1
    await clock.advance(LOST_SECONDS)
    await panels.check()
    assert agent.state is AgentState.READY


@pytest.mark.parametrize("why", ["by phone", "never had one", "ready since"])
async def test_who_needs_no_panel_keeps_their_state(house: House, why: str) -> None:
    agent, agents, panels, clock = await desk(
        house, by_phone=why == "by phone", open_panels=0 if why == "never had one" else 1
    )
    if why != "never had one":
        panels.closed(agent.user_id)
    if why == "ready since":
        await clock.advance(1)
        await agents.set_wanted(agent.user_id, Wanted.NOT_READY)
        await agents.set_wanted(agent.user_id, Wanted.READY)
    await clock.advance(2 * LOST_SECONDS)
    await panels.check()
    assert agent.state is AgentState.READY
