import pytest

from accounts.errors import BadInput
from kernel.clock import VirtualClock
from kernel.database import Database
from kernel.messages import LiveHub
from queue_router.agents import Agents, UnknownAgent, add_agent, is_account
from queue_router.states import AgentState, Wanted
from tests.queue_router.house import NOW, House, next_change


async def test_a_new_agent_is_not_ready_until_they_say_so(house: House) -> None:
    user_id = await house.add_agent("1001", Wanted.NOT_READY)
    desk = house.watch(user_id)
    agent = house.agents.find(user_id)
    assert agent is not None
    assert agent.state is AgentState.NOT_READY
    await house.agents.set_wanted(user_id, Wanted.READY)
    assert (await next_change(desk, "agent_state")).data["state"] == "ready"


async def test_what_was_asked_for_is_kept_over_a_restart(house: House, database: Database) -> None:
    user_id = await house.add_agent("1001")
    await house.agents.set_wanted(user_id, Wanted.NOT_READY, "lunch")
    again = Agents(database, LiveHub(), VirtualClock())
    await again.load()
    agent = again.find(user_id)
    assert agent is not None
    assert (agent.wanted, agent.wanted_reason) == (Wanted.NOT_READY, "lunch")


async def test_a_hold_ends_by_itself(house: House, database: Database) -> None:
    user_id = await house.add_agent("1001")
    clock = VirtualClock()
    agents = Agents(database, LiveHub(), clock)
    await agents.load()
    agents.reserve(user_id, "main-1.1", 10)
    with pytest.raises(ValueError, match="not ready"):
        agents.reserve(user_id, "main-1.2", 10)
    await clock.advance(9)
    assert agents.renew(user_id, "main-1.1", 10)
    assert not agents.renew(user_id, "main-1.2", 10)
    await clock.advance(10)
    agents.sweep()
    agent = agents.find(user_id)
    assert agent is not None
    assert agent.state is AgentState.READY
    agents.reserve(user_id, "main-1.2", 10)
    agents.release(user_id, "main-1.1")
    assert agent.state is AgentState.RESERVED


async def test_bad_input_names_the_field(house: House) -> None:
    user_id = await house.add_agent("1001")
    with pytest.raises(UnknownAgent):
        await house.agents.set_wanted(user_id + 1, Wanted.READY)
    with pytest.raises(BadInput, match="reason"):
        await house.agents.set_wanted(user_id, Wanted.NOT_READY, "a\nb")
    with pytest.raises(BadInput, match="reason"):
        await house.agents.set_wanted(user_id, Wanted.READY, "because")
    async with house.database.transaction() as session:
        for account, field in (("1001", "account"), ("1 2", "account"), ("", "account"), ("1009", "user_id")):
            with pytest.raises(BadInput) as caught:
                await add_agent(session, user_id, account, NOW)
            assert caught.value.field == field


@pytest.mark.parametrize("text", ["", "a b", "a,b", "a&b", "a/b", "ก", "a" * 65, "a\n", 'a"', "a)"])
def test_what_asterisk_would_read_otherwise_is_no_account(text: str) -> None:
    assert not is_account(text)
