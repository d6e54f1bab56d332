"""Codes dialled at an agent's phone, and what app_queue is told of agents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from pbx.errors import CommandFailed, LinkDown
from queue_router.agi import AgiServer
from queue_router.fallback_members import FallbackMembers, pauses
from queue_router.state_by_phone import StateByPhone
from queue_router.states import AgentState, Wanted
from tests.queue_router.house import House


@pytest.fixture
async def port(house: House) -> AsyncIterator[int]:
    server = AgiServer()
    server.add_script("state", StateByPhone(house.agents).serve)
    yield await server.start("127.0.0.1", 0)
    await server.stop()


async def dial(port: int, account: str, wanted: str) -> list[str]:
    """The commands that Asterisk gets when that phone dials the code for `wanted`."""
    commands = []
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"agi_network_script: state\nagi_uniqueid: 1.1\n\n")
        while line := await reader.readline():
            commands.append(line.decode().strip())
            answer = f" ({account},{wanted})" if commands[-1].startswith("GET FULL") else ""
            writer.write(f"200 result=1{answer}\n".encode())
        writer.close()
    return commands


@pytest.mark.parametrize(
    ("wanted", "state", "prompt"),
    [
        ("ready", AgentState.READY, "agent-loginok"),
        ("not_ready", AgentState.NOT_READY, "agent-loggedoff"),
        ("signed_out", AgentState.OFFLINE, "agent-loggedoff"),
    ],
)
async def test_a_code_sets_what_the_agent_asks_for_and_is_confirmed(
    house: House, port: int, wanted: str, state: AgentState, prompt: str
) -> None:
    await house.add_agent("1001", Wanted.NOT_READY if wanted == "ready" else Wanted.READY)
    assert await dial(port, "1001", wanted) == [
        'GET FULL VARIABLE "${CHANNEL(endpoint)},${RD_WANTED}"',
        f'SET VARIABLE "RD_PROMPT" "{prompt}"',
    ]
    agent = house.agents.at_phone("1001")
    assert agent is not None
    assert (agent.state, agent.ready_by_phone) == (state, wanted == "ready")


@pytest.mark.parametrize(("account", "wanted"), [("1009", "ready"), ("", "ready"), ("1001", "asleep"), ("1001", "")])
async def test_nobody_and_nothing_is_not_confirmed(house: House, port: int, account: str, wanted: str) -> None:
    await house.add_agent("1001", Wanted.NOT_READY)
    assert len(await dial(port, account, wanted)) == 1
    agent = house.agents.at_phone("1001")
    assert agent is not None
    assert agent.state is AgentState.NOT_READY


@dataclass
class Members:
    """app_queue's members as they were last told."""

    is_up: bool = True
    paused: dict[str, bool] = field(default_factory=dict)
    told: int = 0
    error: Exception | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def pause(self, account: str, *, paused: bool) -> None:
        self.told += 1
        self.changed.set()
        if self.error is not None:
            raise self.error
        self.paused[account] = paused

    async def until(self, paused: dict[str, bool]) -> None:
        """Return when that is what they were told."""
        async with asyncio.timeout(30):
            while self.paused != paused:
                self.changed.clear()
                await self.changed.wait()


async def test_members_are_paused_like_their_agents_ask_and_told_once(house: House) -> None:
    line = Members()
    members = FallbackMembers(house.agents, line)
    running = asyncio.create_task(members.run())
    first, second = await house.add_agent("1001"), await house.add_agent("1002", Wanted.NOT_READY)
    await line.until({"1001": False, "1002": True})
    # Who talks is not paused: app_queue knows that by itself, and would keep them paused once we are dead.
    told = line.told
    house.agents.leg_talks(house.agents.all()[0], "1.2", "main-1.1", is_offered=True)
    await house.agents.set_wanted(second, Wanted.READY)
    await line.until({"1001": False, "1002": False})
    assert line.told == told + 1
    # What could not be told is tried again.
    line.error = LinkDown("gone")
    await house.agents.set_wanted(first, Wanted.NOT_READY)
    async with asyncio.timeout(30):
        while line.told == told + 1:
            line.changed.clear()
            await line.changed.wait()
    line.error = None
    await line.until({"1001": True, "1002": False})
    # After a start Asterisk knows of nobody.
    line.paused.clear()
    members.tell_again()
    await line.until({"1001": True, "1002": False})
    running.cancel()


async def test_the_phone_of_who_takes_calls_no_more_is_paused_and_plain_phones_ring_as_they_are(house: House) -> None:
    await house.add_agent("1001")
    agents = house.agents.all()
    assert pauses(agents, [("1001", "1002"), ("1003", "1004"), ("1002",)]) == {"1001": False, "1002": True}
    assert pauses([], [("1001", "1002")]) == {}


async def test_a_phone_that_is_no_member_is_not_asked_for_again_and_again(house: House) -> None:
    line = Members(error=CommandFailed("Interface not found"))
    members = FallbackMembers(house.agents, line)
    await house.add_agent("1001")
    for _ in range(3):
        await members.tell_all()
    assert line.told == 1
