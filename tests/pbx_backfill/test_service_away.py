"""The service is killed, or stopped, while people talk and wait and others come and go; then it is back.

Whatever happened meanwhile is in the journal afterwards, call by call as Asterisk wrote it down.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pbx import cel
from pbx.backfill import CelEvents
from pbx.journal_tables import CallRow, LinkGapRow
from pbx.replay import replay
from pbx.story import CallStory
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House, established
from tests.end_to_end.settings_file import write_settings
from tests.end_to_end.waiting import eventually
from tests.pbx_link.proxy import Proxy

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

Kind = PhoneEventKind
RINGDESK = Path(sys.executable).with_name("ringdesk")
TALKING = WAITING = 5
ACCOUNTS = tuple(str(1001 + index) for index in range(TALKING))
LEAVING = (0, 1, TALKING)
START_SECONDS, STEP_SECONDS = 60, 60


def number(of: int) -> str:
    return f"+6691000{of:04}"


class Service:
    """`ringdesk serve` as a process of its own."""

    def __init__(self, settings: Path, output: Path) -> None:
        self._settings = settings
        self._output = output
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._output.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                RINGDESK, "serve", "--config", str(self._settings), stdout=output, stderr=output
            )

    def send(self, what: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, what)

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def printed(self) -> str:
        return self._output.read_text(errors="replace")


@asynccontextmanager
async def open_house(tmp_path: Path) -> AsyncIterator[tuple[House, Service, Proxy]]:
    """A house whose agents are ready, and its service as a process, which hears Asterisk through the proxy."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(House(staff=TALKING, with_service=False))
        proxy = await stack.enter_async_context(Proxy(house.pbx.ports.ami))
        settings = write_settings(house, tmp_path / "ringdesk.toml")
        told = settings.read_text()
        assert f"ami = {house.pbx.ports.ami}" in told
        settings.write_text(told.replace(f"ami = {house.pbx.ports.ami}", f"ami = {proxy.port}"))
        service = Service(settings, tmp_path / "service.log")
        stack.push_async_callback(service.kill)
        await house.start_service()
        stack.callback(lambda: print(service.printed()[-4000:]))
        yield house, service, proxy


async def journal_knows(house: House, wanted: int) -> None:
    async def look() -> bool:
        calls = await house.calls()
        return len([call for call in calls if call.answered_by and call.ended_at is None]) == wanted

    await eventually(look, f"the journal knows that {wanted} talk", timeout=STEP_SECONDS)


async def completed(house: House, at_least: int = 1) -> list[LinkGapRow]:
    """The gaps, once every one is closed and completed."""

    async def look() -> list[LinkGapRow] | None:
        gaps = await house.gaps()
        whole = len(gaps) >= at_least and all(gap.ended_at and gap.backfilled_at for gap in gaps)
        return gaps if whole else None

    found = await eventually(look, "every gap is completed", timeout=START_SECONDS)
    assert found is not None
    return found


def told_by_asterisk(house: House) -> dict[str, CallStory]:
    """The calls of Asterisk's CEL file by Linkedid."""
    events = CelEvents()
    written = (house.state / "asterisk/log/cel-custom/ringdesk.csv").read_bytes()
    heard = [event for row in cel.rows(written) for event in events.feed(row)]
    return {story.linkedid: story for story in replay([*heard, *events.finish()])}


def differences(call: CallRow, story: CallStory) -> dict[str, tuple[Any, Any]]:
    """Where the journal and Asterisk's own word of a call are apart, as (journal, Asterisk)."""
    assert story.started is not None
    pairs: dict[str, tuple[Any, Any]] = {
        "started": (abs((call.started_at - story.started).total_seconds()) < 1.1, True),
        "caller": (call.caller_number, story.caller_number),
        "dialed": (call.dialed, story.dialed),
        "queue": (call.queue, story.queue or call.queue),  # the router's own queue is not in the file
        "answered_by": (call.answered_by, story.answered_by),
        "outcome": (call.outcome, story.outcome.value),
        "hangup_by": (call.hangup_by, story.hangup_by.value if call.hangup_by and story.hangup_by else call.hangup_by),
        "inferred": (call.end_inferred, False),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


async def agreed(house: House, numbers: Sequence[str]) -> None:
    """Journal and CEL agree, call by call, and hold a call from every one of `numbers`."""

    async def look() -> bool:
        return bool(told_by_asterisk(house).keys() == {call.linkedid for call in await house.calls()})

    await eventually(look, "as many calls in the journal as in the file", timeout=STEP_SECONDS)
    calls, told = await house.calls(), told_by_asterisk(house)
    apart = {call.caller_number: differences(call, told[str(call.linkedid)]) for call in calls}
    assert not {caller: found for caller, found in apart.items() if found}, json.dumps(apart, default=str)
    assert sorted(str(call.caller_number) for call in calls) == sorted(numbers)


class Traffic:
    """Five who talk, five who wait, and others who come and go."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self._house = house
        self._stack = stack
        self.agents: list[SoftPhone] = []
        self.callers: list[SoftPhone] = []
        self.numbers: list[str] = []

    async def begin(self) -> None:
        for account in ACCOUNTS:
            self.agents.append(await self._stack.enter_async_context(self._house.ready_agent(account)))
        for _ in range(TALKING):
            await established(await self.call())
        await journal_knows(self._house, TALKING)

    async def others_wait(self) -> None:
        for _ in range(WAITING):
            await established(await self.call())  # the queue answers at once, and plays music

    async def call(self) -> SoftPhone:
        """One more caller."""
        self.numbers.append(number(len(self.numbers)))
        phone = await self._stack.enter_async_context(self._house.caller(self.numbers[-1], answer=Answer.never()))
        await phone.dial(SALES_NUMBER)
        self.callers.append(phone)
        return phone

    async def come_and_go(self) -> None:
        """Two who talked hang up, and who waits longest has their agents; one of those hangs up, too; two more come
        and give up."""
        for which in LEAVING:
            await self.callers[which].hangup()
        for _ in range(2):
            caller = await self.call()
            await established(caller)
            await caller.hangup()

    async def are_served_in_order(self) -> None:
        """Nobody else was cut off; who waits longest is the next one whom an agent answers."""
        stayed = [phone for index, phone in enumerate(self.callers[: TALKING + WAITING]) if index not in LEAVING]
        assert not [phone for phone in stayed if any(event.kind is PhoneEventKind.CLOSED for event in phone.events)]
        served, following, last = set(self.numbers[TALKING + 1 : TALKING + 3]), *self.numbers[TALKING + 3 :][:2]

        async def look() -> bool:
            return served <= self._answered()

        await eventually(look, "those before are served", timeout=STEP_SECONDS)
        assert not self._answered() & {following, last}
        served = {following}
        await self.callers[2].hangup()
        await eventually(look, "the next in the line is served", timeout=STEP_SECONDS)
        assert last not in self._answered()

    def _answered(self) -> set[str | None]:
        return {event.peer for agent in self.agents for event in agent.events if event.kind is Kind.ESTABLISHED}

    async def end(self) -> None:
        """Everybody hangs up."""
        for phone in self.callers:
            if not any(event.kind is PhoneEventKind.CLOSED for event in phone.events):
                await phone.hangup()


@pytest.mark.timeout(300)
async def test_a_killed_service_knows_every_call_when_it_is_back(tmp_path: Path) -> None:
    async with open_house(tmp_path) as (house, service, _), AsyncExitStack() as stack:
        traffic = Traffic(house, stack)
        await traffic.begin()
        await house.stop_service()
        await service.start()
        await completed(house)
        await traffic.others_wait()
        await house_knows(house, TALKING + WAITING)
        await service.kill()

        await traffic.come_and_go()
        await all_quiet(house, traffic)
        await service.start()
        gaps = await completed(house, at_least=2)
        assert {gap.reason for gap in gaps} == {"the service was not running"}
        calls = {call.caller_number: call for call in await house.calls()}
        unheard = [calls[number] for number in traffic.numbers[TALKING + WAITING :]]
        assert [(call.outcome, call.queue, call.backfilled) for call in unheard] == [
            ("no_answer", "sales", True),
            ("no_answer", "sales", True),
        ]
        assert [calls[traffic.numbers[which]].end_inferred for which in LEAVING] == [False] * len(LEAVING)
        await traffic.are_served_in_order()
        await traffic.end()
        await everything_ended(house)
        await agreed(house, traffic.numbers)


@pytest.mark.timeout(300)
async def test_a_stopped_service_knows_every_call_when_it_goes_on(tmp_path: Path) -> None:
    async with open_house(tmp_path) as (house, service, proxy), AsyncExitStack() as stack:
        traffic = Traffic(house, stack)
        await traffic.begin()
        await house.stop_service()
        await service.start()
        await completed(house)
        await traffic.others_wait()
        await house_knows(house, TALKING + WAITING)
        service.send(signal.SIGSTOP)

        proxy.refuses = True
        proxy.cut()  # nothing of what follows waits in a socket for the service to go on
        await traffic.come_and_go()
        await all_quiet(house, traffic)
        proxy.refuses = False
        service.send(signal.SIGCONT)
        await completed(house, at_least=2)
        await traffic.are_served_in_order()
        await traffic.end()
        await everything_ended(house)
        await agreed(house, traffic.numbers)


async def house_knows(house: House, wanted: int) -> None:
    async def look() -> bool:
        return len(await house.calls()) == wanted

    await eventually(look, f"the journal knows {wanted} calls", timeout=STEP_SECONDS)


async def all_quiet(house: House, traffic: Traffic) -> None:
    """Asterisk has written the end of all calls that ended."""

    async def look() -> bool:
        over = [told for told in told_by_asterisk(house).values() if told.outcome.value != "in_progress"]
        return len(over) == len(LEAVING) + 2

    await eventually(look, "the calls that ended are over", timeout=STEP_SECONDS)


async def everything_ended(house: House) -> None:
    async def look() -> bool:
        return all(call.ended_at for call in await house.calls())

    await eventually(look, "the journal has the end of every call", timeout=STEP_SECONDS)
