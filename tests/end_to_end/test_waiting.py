"""Callers who wait, in the whole house: real Asterisk, real phones, the service."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from queue_router.agents import MISSED_CALL
from queue_router.heartbeat import VARIABLE
from queue_router.offers import CallOffer
from queue_router.position import Position
from queue_router.waiting import Phase
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House, established
from tests.end_to_end.settings_file import write_settings
from tests.end_to_end.test_command_line import serving
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


async def waiting(house: House, count: int, *, timeout: float = 30.0) -> None:
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
        rang = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert rang.peer == number(0)
        assert house.service.dispatcher.faults == 0  # it was not the watchdog that found them
        print(f"ready to offer: {1000 * (rang.monotonic - began):.1f} ms")
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
        """As the phones told it: two that ring in the same moment may do so in either order."""

        async def serve(phone: SoftPhone) -> None:
            mark = 0
            while len(served) < 10:
                ring = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20, since=mark)
                mark = phone.events.index(ring) + 1
                served.append(ring.peer or "")
                await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20, since=mark, call=ring.call)
                caller = callers[int((ring.peer or "")[-3:])]
                await asyncio.sleep(0.05)
                await caller.hangup()
                await phone.wait_for(PhoneEventKind.CLOSED, timeout=20, since=mark, call=ring.call)

        serving = [asyncio.create_task(serve(phone)) for phone in phones]
        for account in ("1001", "1002"):
            await house.want(account, "ready")

        async def all_served() -> bool:
            return len(served) == 10

        await eventually(all_served, "ten callers served", timeout=40)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        assert sorted(served) == [number(index) for index in range(10)]

        async def all_noted() -> bool:
            return len(await offered_in_order(house)) >= 10

        await eventually(all_noted, "the last offer is noted", timeout=30)
        assert await offered_in_order(house) == [number(index) for index in range(10)]
        assert house.service.dispatcher.faults == 0


async def offered_in_order(house: House) -> list[str | None]:
    """The callers in the order in which they were offered to agents."""
    callers = {call.call_id: call.caller_number for call in await house.calls()}
    async with house.database() as database, database.reading() as session:
        offers = await session.scalars(select(CallOffer).order_by(CallOffer.offered_at, CallOffer.id))
        return [callers[offer.call_id] for offer in offers]


async def test_who_does_not_answer_is_not_ready_and_the_caller_goes_to_the_next() -> None:
    async with House(staff=2, ring_seconds=2) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        silent = await exits.enter_async_context(house.phone("1001", answer=Answer.never()))
        quick = await exits.enter_async_context(house.phone("1002"))
        await house.want("1001", "ready")
        await silent.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await silent.wait_for(PhoneEventKind.CLOSED, timeout=20)
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
            await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await caller.hangup()
        await waiting(house, 0)
        if when == "offered":
            await phone.wait_for(PhoneEventKind.CLOSED, timeout=20)
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
        async with house.phone("1002") as phone:
            await house.want("1002", "ready")
            await established(phone)
            await caller.hangup()
            await phone.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_an_agent_who_declines_is_passed_over_for_a_while() -> None:
    async with House(staff=2) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        first = await exits.enter_async_context(house.phone("1001", answer=Answer.never()))
        second = await exits.enter_async_context(house.phone("1002"))
        await house.want("1001", "ready")
        ring = await first.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await first.hangup()
        await first.wait_for(PhoneEventKind.CLOSED, timeout=20, call=ring.call)
        await house.reached("1001", "ready")
        await waiting(house, 1)
        await house.want("1002", "ready")
        await established(second)
        await caller.hangup()


async def test_two_callers_at_once_never_ring_one_agent_together() -> None:
    async with House(staff=1) as house, AsyncExitStack() as exits:
        callers = await wait_in_line(house, exits, 2)
        phone = await exits.enter_async_context(house.phone("1001"))
        await house.want("1001", "ready")
        first = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await established(phone)
        await waiting(house, 1)
        assert [event.peer for event in phone.events if event.kind is PhoneEventKind.INCOMING] == [number(0)]
        mark = phone.mark()
        hung_up = time.monotonic()
        await callers[0].hangup()
        second = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20, since=mark)
        print(f"agent free to next offer: {1000 * (second.monotonic - hung_up):.1f} ms")
        assert (first.peer, second.peer) == (number(0), number(1))
        await callers[1].hangup()


async def test_a_killed_service_leaves_its_callers_to_app_queue_and_takes_them_back_in_order() -> None:
    async with House(staff=2, with_service=False) as house, AsyncExitStack() as exits:
        await house.start_service()
        await house.want("1002", "ready")  # whose phone comes later
        await house.stop_service()
        here = await exits.enter_async_context(house.phone("1001"))
        async with serving(write_settings(house, house.state / "r.toml")) as service:
            await service.up()
            await answers(house, service.address)
            up_at = time.time()
            await eventually(lambda: knows_router(house, up_at), "Asterisk knows that the router is there")
            callers = []
            for index in range(4):
                caller = await exits.enter_async_context(house.caller(number(index)))
                await caller.dial(SALES_NUMBER)
                await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
                await asyncio.sleep(0.15)  # app_queue keeps the order of whole tenths of a second
                callers.append(caller)

            async def all_wait() -> bool:
                shown = await asyncio.to_thread(house.asterisk.console, "core show channels concise")
                return shown.count("!ringdesk-waiting!") == 4

            await eventually(all_wait, "four callers in the loop")
            service.process.kill()
            killed_at = datetime.now(UTC)
        in_app_queue = await eventually(lambda: queued_in_asterisk(house, 4), "all four in app_queue", timeout=40)
        assert in_app_queue == [await channel_of(house, number(index)) for index in range(4)]

        # With the service dead, who had asked for calls is rung, and who had not is left alone.
        came = await exits.enter_async_context(house.phone("1002", answer=Answer.at_once()))
        ring = await came.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert ring.peer == number(0)
        await established(came)
        assert not [event for event in here.events if event.kind is PhoneEventKind.INCOMING]

        await house.start_service()
        await waiting(house, 3)
        await house.reached("1002", "talking")
        order = [each.call.caller_number for each in house.service.dispatcher.waiting.in_order()]
        assert order == [number(index) for index in range(1, 4)]
        assert all(each.since <= killed_at for each in house.service.dispatcher.waiting)
        await house.want("1001", "ready")
        ring = await here.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert ring.peer == number(1)
        for caller in callers:
            await caller.hangup()


async def answers(house: House, address: str) -> None:
    async def ready() -> bool:
        async with house.http.get(f"{address}/readyz") as response:
            return response.status == 200

    await eventually(ready, "readiness")


async def knows_router(house: House, since: float) -> bool:
    """Whether the router has given a sign of life after `since` (epoch seconds): who comes now is the router's."""
    shown = await asyncio.to_thread(house.asterisk.console, "dialplan show globals")
    found = re.search(rf"{VARIABLE}=(\d+)", shown)
    return found is not None and int(found[1]) > since


async def queued_in_asterisk(house: House, count: int) -> list[str] | None:
    """The channels in app_queue, in its order; None while there are not so many."""
    shown = await asyncio.to_thread(house.asterisk.console, "queue show sales")
    found = re.findall(r"^\s+\d+\. (PJSIP/\S+)", shown, re.MULTILINE)
    return found if len(found) == count else None


async def channel_of(house: House, caller: str) -> str:
    shown = await asyncio.to_thread(house.asterisk.console, "core show channels concise")
    return next(line.split("!")[0] for line in shown.splitlines() if line.split("!")[7] == caller)


async def test_an_agent_asks_for_calls_at_their_phone_and_hears_it_confirmed() -> None:
    async with House(staff=1) as house, AsyncExitStack() as exits:
        (caller,) = await wait_in_line(house, exits, 1)
        phone = await exits.enter_async_context(house.phone("1001", answer=Answer.after(0.2)))
        await phone.dial("*11")
        # Busy while the code's own call lasts; then who waits is put through.
        ring = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert ring.peer == number(0)
        await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=20, call=ring.call)
        agent = house.service.agents.at_phone("1001")
        assert agent is not None
        assert agent.ready_by_phone
        await caller.hangup()
        await phone.wait_for(PhoneEventKind.CLOSED, timeout=20, call=ring.call)
        await phone.dial("*12")
        await house.reached("1001", "not_ready")


async def test_who_waits_hears_their_place_and_is_offered_in_the_middle_of_it() -> None:
    async with House(staff=1) as house, AsyncExitStack() as exits:
        await asyncio.to_thread(house.asterisk.console, "dialplan set global RD_ANNOUNCE 1")
        callers = await wait_in_line(house, exits, 2)
        said = set()

        async def both_hear() -> bool:
            shown = await asyncio.to_thread(house.asterisk.console, "core show channels concise")
            said.update(re.findall(r"!(?:Playback|SayNumber)!([\w-]+)!", shown))
            return {"queue-youarenext", "queue-thereare", "2"} <= said

        await eventually(both_hear, "what both are told of their place", timeout=30)

        async def in_a_prompt() -> bool:
            shown = await asyncio.to_thread(house.asterisk.console, "core show channels concise")
            return "!Playback!queue-youarenext!" in shown

        await eventually(in_a_prompt, "the first one's prompt", timeout=30)
        async with house.phone("1001") as phone:
            await house.want("1001", "ready")
            await established(phone)
            assert [event.peer for event in phone.events if event.kind is PhoneEventKind.INCOMING] == [number(0)]
            await callers[0].hangup()
            await phone.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_a_router_that_hangs_as_it_is_asked_for_the_place_loses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(self: Position, session: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(Position, "serve", hang)
    async with House(staff=1) as house, AsyncExitStack() as exits:
        await wait_in_line(house, exits, 1)
        await asyncio.to_thread(house.asterisk.console, "dialplan set global RD_ANNOUNCE 1")
        await eventually(lambda: queued_in_asterisk(house, 1), "the caller in app_queue", timeout=40)
        # And back, as soon as Asterisk is looked at.
        await asyncio.to_thread(house.asterisk.console, "dialplan set global RD_ANNOUNCE 0")
        house.service.link.request_snapshot()
        await waiting(house, 1)


async def consult(house: House, phone: SoftPhone) -> None:
    """Begin an attended transfer to the sales number. Return when that call waits in the queue.

    Keys pressed before Asterisk has spoken its prompt are not listened for, and nothing tells when it has: who pressed
    too early is connected with their caller again, and tries once more.
    """
    for pause in (1.0, 2.0, 4.0):
        await phone.send_dtmf("*2")
        await asyncio.sleep(pause)
        await phone.send_dtmf(SALES_NUMBER.removeprefix("+"))
        with suppress(AssertionError):
            return await waiting(house, 1, timeout=8)
    raise AssertionError("the queue was not called")


@pytest.mark.parametrize("how", ["blind", "attended"])
async def test_a_call_that_an_agent_hands_to_the_queue_is_offered_to_another_with_its_story(how: str) -> None:
    async with House(staff=2) as house, AsyncExitStack() as exits:
        first = await exits.enter_async_context(house.ready_agent("1001", answer=Answer.at_once()))
        caller = await exits.enter_async_context(house.caller(number(0)))
        await caller.dial(SALES_NUMBER)
        await established(first)
        await house.want("1001", "not_ready")
        if how == "blind":
            await first.blind_transfer(SALES_NUMBER)
        else:
            await consult(house, first)
            await first.hangup()
            await first.wait_for(PhoneEventKind.CLOSED, timeout=20)
        await waiting(house, 1)
        async with house.phone("1002", answer=Answer.at_once()) as second:
            await house.want("1002", "ready")
            await second.wait_for(PhoneEventKind.INCOMING, timeout=20)
            await established(second)
            await house.reached("1002", "talking")
            await caller.hangup()
            call = await house.ended_call_from(number(0))
            assert (call.outcome, call.answered_by) == ("answered", ["1001", "1002"])


async def test_a_quick_restart_leaves_callers_in_the_loop_with_the_time_that_they_have_waited() -> None:
    async with House(staff=1) as house, AsyncExitStack() as exits:
        callers = await wait_in_line(house, exits, 3)
        before = [(each.key, each.since) for each in house.service.dispatcher.waiting.in_order()]
        await house.stop_service()
        await house.start_service()
        await waiting(house, 3)
        after = [(each.key, each.since) for each in house.service.dispatcher.waiting.in_order()]
        assert [key for key, _ in after] == [key for key, _ in before]
        for (_, then), (_, now) in zip(before, after, strict=True):
            assert abs((now - then).total_seconds()) < 0.01
        phone = await exits.enter_async_context(house.phone("1001"))
        await house.want("1001", "ready")
        ring = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert ring.peer == number(0)
        for caller in callers:
            await caller.hangup()


async def test_a_stopped_service_holds_nobody_and_never_cuts_a_talk_when_it_goes_on() -> None:
    async with House(staff=2, with_service=False) as house, AsyncExitStack() as exits:
        await house.start_service()
        await house.want("1001", "ready")  # whose phone comes later
        await house.stop_service()
        async with serving(write_settings(house, house.state / "r.toml")) as service:
            await service.up()
            await answers(house, service.address)
            callers = []
            for index in range(3):
                caller = await exits.enter_async_context(house.caller(number(index)))
                await caller.dial(SALES_NUMBER)
                await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
                callers.append(caller)
            service.process.send_signal(signal.SIGSTOP)
            await eventually(lambda: queued_in_asterisk(house, 3), "all three in app_queue", timeout=40)
            phone = await exits.enter_async_context(house.phone("1001", answer=Answer.at_once()))
            ring = await phone.wait_for(PhoneEventKind.INCOMING, timeout=20)
            assert ring.peer == number(0)
            await established(phone)
            service.process.send_signal(signal.SIGCONT)

            async def taken_back() -> bool:
                shown = await asyncio.to_thread(house.asterisk.console, "core show channels concise")
                return shown.count("!ringdesk-waiting!") == 2

            await eventually(taken_back, "the other two in the loop again", timeout=40)
            assert not [event for event in callers[0].events if event.kind is PhoneEventKind.CLOSED]
            assert not [event for event in phone.events if event.kind is PhoneEventKind.CLOSED]
            mark = phone.mark()
            await callers[0].hangup()
            ring = await phone.wait_for(PhoneEventKind.INCOMING, timeout=30, since=mark)
            assert ring.peer == number(1)
