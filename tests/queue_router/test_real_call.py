"""The router on a real Asterisk, with the product's own dialplan and real phones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from dialplan.config import PbxConfig, Phone, Trunk
from dialplan.config import Queue as QueueConfig
from kernel.clock import SystemClock
from kernel.messages import LiveChange
from queue_router.agents import MISSED_CALL
from queue_router.agi import AgiServer
from queue_router.entry import Entry
from queue_router.heartbeat import Heartbeat
from queue_router.numbers import NumberTable, Queue
from queue_router.states import Wanted
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.demo.softphone import Answer, PhoneEventKind, Program, SoftPhone
from tests.pbx_instance import running_asterisk
from tests.queue_router.house import House, Person, next_change
from tests.tools import require_tool

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NUMBER = "+6621234567"
CALLER = "+66812345678"
SECRET = "secret-of-phones"
RING_SECONDS = 2


@dataclass
class Console:
    """The global variables of a dialplan, set at Asterisk's console."""

    instance: AsteriskInstance

    async def set_global(self, name: str, value: str) -> None:
        await asyncio.to_thread(self.instance.console, f"dialplan set global {name} {value}")


@dataclass
class Line:
    """A real telephone line to the router."""

    house: House
    config: PbxConfig
    server: AgiServer
    program: Program
    exits: AsyncExitStack

    async def phone(self, account: str, answer: Answer, **options: bool) -> SoftPhone:
        secret = None if options.get("register") is False else SECRET
        registrar = f"127.0.0.1:{self.config.ports.sip_udp}"
        return await self.exits.enter_async_context(
            SoftPhone(account, secret, registrar, program=self.program, answer=answer, **options)  # type: ignore[arg-type]
        )

    async def caller(self) -> SoftPhone:
        return await self.phone(CALLER, Answer.never(), register=False)


@pytest.fixture
async def line(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    program = Program.of(require_tool("baresip"))
    accounts = ("1001", "1002")
    config = PbxConfig(
        ports=free_asterisk_ports(),
        recordings=tmp_path_factory.mktemp("recordings"),
        phones=[Phone(account=account, secret=SECRET) for account in accounts],
        trunks=[Trunk(name="carrier", match=["127.0.0.1"])],
        queues=[QueueConfig(name="sales", members=accounts)],
        numbers={NUMBER: "sales"},
    )
    entry = Entry(
        node="main",
        numbers=NumberTable([Queue("sales", accounts, RING_SECONDS)], {NUMBER: "sales"}),
        agents=house.agents,
        desks=house.desks,
        calls=house.calls,
        directory=house.directory,
        database=house.database,
        clock=SystemClock(),
    )
    server = AgiServer()
    server.add_script("entry", entry.serve)
    async with AsyncExitStack() as exits:
        instance = await exits.enter_async_context(running_asterisk(config))
        await server.start("127.0.0.1", config.ports.agi)
        exits.push_async_callback(server.stop)
        exits.push_async_callback(entry.drain)
        heartbeat = Heartbeat(Console(instance), SystemClock(), lambda: server.is_listening)
        await heartbeat.beat()
        assert heartbeat.reached
        beating = asyncio.create_task(heartbeat.run())
        exits.callback(beating.cancel)
        yield Line(house, config, server, program, exits)


async def test_the_record_is_on_the_desk_before_the_phone_rings(line: Line) -> None:
    house = line.house
    user_id = await house.add_agent("1001")
    house.directory.people = {CALLER: [Person(7, "Somchai Jaidee", "Siam Foods")]}
    desk = house.watch(user_id)
    phone, caller = await line.phone("1001", Answer.after(0.2)), await line.caller()

    async def hear_of_it() -> tuple[LiveChange, float]:
        return await next_change(desk, "call_offered"), time.monotonic()

    hearing = asyncio.create_task(hear_of_it())
    await caller.dial(NUMBER)
    offered, offered_at = await hearing
    rang = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
    assert offered_at <= rang.monotonic
    assert offered.data["call_id"].startswith("main-")
    assert (offered.data["caller_number"], offered.data["dialed"]) == (CALLER, NUMBER)
    assert offered.data["contacts"][0]["name"] == "Somchai Jaidee"
    # The agent's phone shows who calls.
    assert rang.peer == CALLER

    await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
    await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
    # The time-out against a router that hangs (3 s) does not end a talk.
    await assert_stays_up(caller, 4.0)
    await phone.hangup()
    await caller.wait_for(PhoneEventKind.CLOSED, timeout=20)
    while (await next_change(desk, "agent_state")).data["state"] != "ready":
        pass


async def test_no_answer_rings_the_next_phone(line: Line) -> None:
    house = line.house
    first, second = await house.add_agent("1001"), await house.add_agent("1002")
    silent = await line.phone("1001", Answer.never())
    quick = await line.phone("1002", Answer.at_once())
    caller = await line.caller()
    await caller.dial(NUMBER)
    await silent.wait_for(PhoneEventKind.INCOMING, timeout=20)
    await silent.wait_for(PhoneEventKind.CLOSED, timeout=RING_SECONDS + 20)
    await quick.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
    agents = [house.agents.find(user_id) for user_id in (first, second)]
    assert [(agent.wanted, agent.wanted_reason) for agent in agents if agent] == [
        (Wanted.NOT_READY, MISSED_CALL),
        (Wanted.READY, None),
    ]
    await caller.hangup()
    await quick.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_a_declined_call_rings_the_next_phone_and_an_absent_one_is_passed_over(line: Line) -> None:
    for account in ("1001", "1002"):
        await line.house.add_agent(account)
    desk = line.house.watch(1)
    phone, caller = await line.phone("1002", Answer.at_once()), await line.caller()
    await caller.dial(NUMBER)
    assert (await next_change(desk, "call_gone")).data["end_reason"] == "unreachable"
    await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)


async def test_without_a_ready_agent_asterisks_own_queue_has_the_caller(line: Line) -> None:
    await line.house.add_agent("1001", Wanted.NOT_READY)
    phone, caller = await line.phone("1001", Answer.at_once()), await line.caller()
    await caller.dial(NUMBER)
    await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
    await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)


async def test_a_caller_who_gives_up_frees_the_agent(line: Line) -> None:
    user_id = await line.house.add_agent("1001")
    phone, caller = await line.phone("1001", Answer.never()), await line.caller()
    await caller.dial(NUMBER)
    await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
    desk = line.house.watch(user_id)
    await caller.hangup()
    await phone.wait_for(PhoneEventKind.CLOSED, timeout=20)
    while (await next_change(desk, "agent_state")).data["state"] != "ready":
        pass


@pytest.mark.parametrize("when", ["ringing", "talking"])
async def test_a_router_that_dies_costs_no_call(line: Line, when: str) -> None:
    await line.house.add_agent("1001")
    answer = Answer.never() if when == "ringing" else Answer.at_once()
    phone, caller = await line.phone("1001", answer), await line.caller()
    await caller.dial(NUMBER)
    if when == "ringing":
        await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await line.server.stop()
        await phone.wait_for(PhoneEventKind.CLOSED, timeout=RING_SECONDS + 20)
        # Asterisk's own queue rings the phone again.
        await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await phone.answer()
        await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
    else:
        await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        await line.server.stop()
    await assert_stays_up(caller, 1.5)


async def assert_stays_up(phone: SoftPhone, seconds: float) -> None:
    """The phone's call does not end for so long: a time that has to pass, not one that is hoped to be enough."""
    mark = phone.mark()
    await asyncio.sleep(seconds)
    assert not [event for event in phone.events[mark:] if event.kind is PhoneEventKind.CLOSED]
