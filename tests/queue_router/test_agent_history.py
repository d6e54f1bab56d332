"""Every change of an agent's state is a row: what they asked for, what followed, since when, and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from accounts.users import User
from kernel.clock import VirtualClock
from queue_router.agent_history import AgentHistory, AgentStateRow, stays
from queue_router.agents import AgentRow, Agents
from queue_router.states import ChangedBy, Wanted
from tests.queue_router.house import House


async def written(house: House, history: AgentHistory) -> list[tuple[int, str, str, str | None, str]]:
    await history.write()
    async with house.database.reading() as session:
        rows = await session.scalars(select(AgentStateRow).order_by(AgentStateRow.id))
        return [(row.user_id, row.state, row.wanted, row.reason, row.changed_by) for row in rows]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


async def test_what_was_asked_for_and_what_followed(house: House, clock: VirtualClock) -> None:
    user_id = await house.add_agent("1001", Wanted.NOT_READY)
    agents = Agents(house.database, house.hub, clock)
    await agents.load()
    history = AgentHistory(agents, house.database, clock)
    agent = agents.find(user_id)
    assert agent is not None
    await clock.advance(10)
    await agents.set_wanted(user_id, Wanted.READY)
    await clock.advance(10)
    agents.reserve(user_id, "main-1.1", 10)
    agents.leg_talks(agent, "1.2", "main-1.1", is_offered=True)
    await agents.set_wanted(user_id, Wanted.NOT_READY, "lunch")
    async with house.database.transaction() as session:
        await agents.leg_is_gone(session, agent, "1.2", clock.now())
    await agents.set_wanted(user_id, Wanted.READY, by=ChangedBy.PHONE)
    agents.note_missed_call(user_id)
    assert await written(house, history) == [
        (user_id, "not_ready", "not_ready", None, "system"),
        (user_id, "ready", "ready", None, "panel"),
        (user_id, "reserved", "ready", None, "system"),
        (user_id, "talking", "ready", None, "system"),
        (user_id, "talking", "not_ready", "lunch", "panel"),
        (user_id, "not_ready", "not_ready", "lunch", "system"),
        (user_id, "ready", "ready", None, "phone"),
        (user_id, "not_ready", "not_ready", "missed a call", "system"),
    ]
    assert len(await written(house, history)) == 8  # nothing is written twice
    async with house.database.reading() as session:
        found, _ = await stays(session, user_id)
        assert [(stay.row.since - found[0].row.since).total_seconds() for stay in found[:4]] == [0, 10, 20, 20]
        assert [stay.until for stay in found] == [*(stay.row.since for stay in found[1:]), None]


async def test_a_span_has_the_state_that_held_at_its_beginning_and_comes_in_pages(
    house: House, clock: VirtualClock
) -> None:
    user_id = await house.add_agent("1001", Wanted.NOT_READY)
    agents = Agents(house.database, house.hub, clock)
    await agents.load()
    history = AgentHistory(agents, house.database, clock)
    began = clock.now()
    for wanted in (Wanted.READY, Wanted.NOT_READY) * 3:
        await clock.advance(60)
        await agents.set_wanted(user_id, wanted)
    await history.write()
    async with house.database.reading() as session:
        span = {"since": began + timedelta(seconds=90), "until": began + timedelta(seconds=240)}
        found, last = await stays(session, user_id, **span)
        assert [stay.row.state for stay in found] == ["ready", "not_ready", "ready"]
        assert found[-1].until == began + timedelta(seconds=240)
        assert last is None
        whole, _ = await stays(session, user_id)
        first, last = await stays(session, user_id, limit=4)
        rest, end = await stays(session, user_id, after=last, limit=4)
        assert [stay.row.id for stay in [*first, *rest]] == [stay.row.id for stay in whole]
        assert first[-1].until == rest[0].row.since
        assert (len(rest), end) == (3, None)
        assert await stays(session, user_id + 1) == ([], None)


async def test_who_is_an_agent_no_more_is_offline_and_who_is_no_user_takes_no_rows_of_others_along(
    house: House, clock: VirtualClock
) -> None:
    gone, stays_on = await house.add_agent("1001"), await house.add_agent("1002")
    agents = Agents(house.database, house.hub, clock)
    await agents.load()
    history = AgentHistory(agents, house.database, clock)
    async with house.database.transaction() as session:
        await session.execute(delete(AgentRow).where(AgentRow.user_id == gone))
    await agents.load()
    assert [row[:2] for row in await written(house, history)] == [
        (gone, "ready"),
        (stays_on, "ready"),
        (gone, "offline"),
    ]
    agents.phone_is("1002", reachable=False)
    gone = await house.add_agent("1003")
    await agents.load()
    async with house.database.transaction() as session:
        await session.execute(delete(AgentRow).where(AgentRow.user_id == gone))
        await session.execute(delete(User).where(User.id == gone))
    assert (await written(house, history))[-1][:2] == (stays_on, "no_phone")
