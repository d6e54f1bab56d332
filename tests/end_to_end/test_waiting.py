"""Callers who wait, in the whole house: real Asterisk, real phones, the service."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from queue_router.agents import MISSED_CALL
from queue_router.waiting import Phase
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House, established
from tests.end_to_end.waiting import eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]


def number(index: int) -> str:
    return f"+66810000{index:03}"


async def wait_in_line(house: House, exits: AsyncExitStack, count: int, *, first: int = 0) -> list[SoftPhone]:
    """So many callers, one after the other, each of whom waits before the next one calls."""
    callers = []
    for index in range(first, first + count):
        caller = await exits.enter_async_context(house.caller(number(index)))
        await caller.dial(SALES_NUMBER)
        await waiting(house, index - first + 1 + first)
        callers.append(caller)
    return callers


async def waiting(house: House, count: int, *, timeout: float = 10.0) -> None:
    """Return when so many callers are in the loop."""

    async def look() -> bool:
        phases = [each.phase for each in house.service.dispatcher.waiting]
        return phases.count(Phase.WAITING) == len(phases) == count

    await eventually(look, f"{count} callers wait", timeout=timeout)


async def test_who_waits_is_offered_the_moment_an_agent_is_ready() -> None:
    async with House(staff=1) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        phone = await exits.enter_async_context(house.phone("1001"))
        began = time.monotonic()
        await house.want("1001", "ready")
        rang = await phone.wait_for(PhoneEventKind.INCOMING, timeout=5)
        assert rang.peer == number(0)
        assert rang.monotonic - began < 1.0
        await established(phone)
        await waiting(house, 0)
        await house.reached("1001", "talking")
        await caller.hangup()
        call = await house.ended_call_from(number(0))
        assert (call.outcome, call.answered_by, call.queue) == ("answered", ["1001"], "sales")
        await house.reached("1001", "ready")


async def test_two_agents_serve_ten_callers_in_their_order() -> None:
    async with House(staff=2) as house, AsyncExitStack() as exits:
        callers = await wait_in_line(house, exits, 10)
        phones = [await exits.enter_async_context(house.phone(account)) for account in ("1001", "1002")]
        served: list[str] = []

        async def serve(phone: SoftPhone) -> None:
            mark = 0
            while len(served) < 10:
                ring = await phone.wait_for(PhoneEventKind.INCOMING, timeout=10, since=mark)
                mark = phone.events.index(ring) + 1
                served.append(ring.peer or "")
                await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=5, since=mark, call=ring.call)
                caller = callers[int((ring.peer or "")[-3:])]
                await asyncio.sleep(0.05)
                await caller.hangup()
                await phone.wait_for(PhoneEventKind.CLOSED, timeout=5, since=mark, call=ring.call)

        serving = [asyncio.create_task(serve(phone)) for phone in phones]
        for account in ("1001", "1002"):
            await house.want(account, "ready")
        async with asyncio.timeout(40):
            while len(served) < 10:
                await asyncio.sleep(0.05)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        assert served == [number(index) for index in range(10)]
        assert house.service.dispatcher.faults == 0


async def test_who_does_not_answer_is_not_ready_and_the_caller_goes_to_the_next() -> None:
    async with House(staff=2, ring_seconds=2) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        silent = await exits.enter_async_context(house.phone("1001", answer=Answer.never()))
        quick = await exits.enter_async_context(house.phone("1002"))
        await house.want("1001", "ready")
        await silent.wait_for(PhoneEventKind.INCOMING, timeout=5)
        await silent.wait_for(PhoneEventKind.CLOSED, timeout=6)
        await house.reached("1001", "not_ready")
        agent = house.service.agents.at_phone("1001")
        assert agent is not None
        assert agent.wanted_reason == MISSED_CALL
        await waiting(house, 1)
        await house.want("1002", "ready")
        await established(quick)
        await caller.hangup()


@pytest.mark.parametrize("when", ["waiting", "offered"])
async def test_a_caller_who_gives_up_is_gone(when: str) -> None:
    async with House(staff=1) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        if when == "offered":
            phone = await exits.enter_async_context(house.phone("1001", answer=Answer.never()))
            await house.want("1001", "ready")
            await phone.wait_for(PhoneEventKind.INCOMING, timeout=5)
        await caller.hangup()
        await waiting(house, 0)
        if when == "offered":
            await phone.wait_for(PhoneEventKind.CLOSED, timeout=5)
            await house.reached("1001", "ready")
        call = await house.ended_call_from(number(0))
        assert (call.outcome, call.hangup_by, call.answered_by) == ("no_answer", "caller", [])


async def test_an_agent_without_a_phone_is_backed_off_from() -> None:
    async with House(staff=2) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        # Ready before Asterisk has ever heard of their phone.
        await house.want("1001", "ready")
        await house.reached("1001", "no_phone")
        await waiting(house, 1)
        async with house.ready_agent("1002") as phone:
            await established(phone)
            await caller.hangup()
            await phone.wait_for(PhoneEventKind.CLOSED, timeout=5)
