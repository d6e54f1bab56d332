"""What breaks in real life, broken on purpose: the calls go on, and the journal says what it knows and what not."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import random
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from dialplan.config import PbxConfig
from pbx.journal_tables import CallRow, LinkGapRow
from pbx.link import LinkState
from pbx.listener import NOT_RUNNING
from queue_router.offers import CallOffer
from ringdesk import app
from ringdesk.app import PortTaken
from ringdesk.demo.company import SALES_NUMBER, customers
from ringdesk.demo.softphone import Answer, PhoneError, PhoneEvent, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House, established
from tests.end_to_end.waiting import eventually
from tests.pbx_link.proxy import Proxy

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

Kind = PhoneEventKind
SOMCHAI, ARUNEE, OLGA, PRIYA = customers(4)
CUTS = 20
ABOUT = timedelta(seconds=0.2)
CLOCKS = timedelta(seconds=2)
"""How far the phone's clock (this process) and Asterisk's events may be apart on a busy machine."""


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as the phones saw it: who called, who took it, and when they talked."""

    number: str
    agent: str
    answered: datetime
    ended: datetime


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that connects again at once, as after the first cut, however often it was cut."""
    original = app.ami_settings
    monkeypatch.setattr(
        app, "ami_settings", lambda pbx: dataclasses.replace(original(pbx), first_retry=0.1, longest_retry=0.2)
    )


def over_port(port: int) -> Callable[[PbxConfig], PbxConfig]:
    """What the service is told, so that it finds AMI at `port`."""
    return lambda pbx: pbx.model_copy(update={"ports": pbx.ports.model_copy(update={"ami": port})})


async def ringing_at(phones: Sequence[SoftPhone], number: str, marks: dict[str, int]) -> tuple[SoftPhone, PhoneEvent]:
    """The phone at which the call from `number` is answered, and the event."""

    async def look() -> tuple[SoftPhone, PhoneEvent] | None:
        for phone in phones:
            for event in phone.events[marks[phone.account] :]:
                if event.kind is Kind.ESTABLISHED and event.peer == number:
                    return phone, event
        return None

    found = await eventually(look, f"an agent answers {number}", timeout=30)
    assert found is not None
    return found


async def one_call(house: House, phones: Sequence[SoftPhone], number: str, talk_seconds: float) -> SeenCall:
    """Call, be answered, talk, hang up."""
    marks = {phone.account: len(phone.events) for phone in phones}
    async with house.caller(number) as caller:
        await caller.dial(SALES_NUMBER)
        phone, answered = await ringing_at(phones, number, marks)
        await asyncio.sleep(talk_seconds)  # they talk
        await caller.hangup()
        closed = await phone.wait_for(Kind.CLOSED, timeout=20, call=answered.call, since=marks[phone.account])
    return SeenCall(number, phone.account, answered.at, closed.at)


@asynccontextmanager
async def ready_agents(house: House, number: int) -> AsyncIterator[list[SoftPhone]]:
    async with AsyncExitStack() as stack:
        accounts = [str(1001 + index) for index in range(number)]
        yield [await stack.enter_async_context(house.ready_agent(account)) for account in accounts]


def in_gap(moment: datetime, gaps: Sequence[LinkGapRow]) -> LinkGapRow | None:
    """The last gap in which an event of that moment, by Asterisk's clock, may have been missed."""
    found = None
    for gap in gaps:
        assert gap.ended_at is not None
        if gap.started_at - ABOUT <= moment <= gap.ended_at + ABOUT:
            found = gap
    return found


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("quick_retries")
async def test_a_link_cut_twenty_times_loses_no_call_and_marks_its_gaps() -> None:
    chance = random.Random(20)
    async with House(staff=3, with_service=False) as house, Proxy(house.pbx.ports.ami) as proxy:
        house.service_pbx = over_port(proxy.port)
        await house.start_service()
        states: list[LinkState] = []
        lost = asyncio.Event()

        def watch(state: LinkState, reason: str) -> None:
            states.append(state)
            if state is LinkState.DOWN:
                lost.set()

        house.service.link.watch(watch)
        seen: list[SeenCall] = []
        cuts: list[datetime] = []
        over = asyncio.Event()

        async def keep_calling(first: int, phones: Sequence[SoftPhone]) -> None:
            number = first
            while not over.is_set():
                number += 1
                seen.append(await one_call(house, phones, f"+669{number:08}", chance.uniform(1.5, 3.0)))

        async with ready_agents(house, 3) as phones:
            callers = [asyncio.create_task(keep_calling(first, phones)) for first in (0, 1_000_000)]
            for cut in range(CUTS):
                await house.service.link.wait_connected(30)
                await asyncio.sleep(chance.uniform(0.2, 1.2))  # the calls go on a while, heard
                lost.clear()
                proxy.refuses = cut % 4 == 0
                cuts.append(datetime.now(UTC))
                proxy.cut()
                await asyncio.wait_for(lost.wait(), 30)
                if proxy.refuses:
                    await asyncio.sleep(1.0)  # and a while unheard
                    proxy.refuses = False
            await house.service.link.wait_connected(30)
            over.set()
            await asyncio.gather(*callers)
            for call in seen:
                await house.ended_call_from(call.number)
            for phone in phones:
                await house.reached(phone.account, "ready")
        await house.service.journal.flush()

        gaps = await house.gaps()
        assert len(gaps) == CUTS
        for gap, cut_at in zip(gaps, cuts, strict=True):
            assert gap.ended_at is not None
            assert gap.started_at <= cut_at + CLOCKS
            assert cut_at <= gap.ended_at
        for one, following in itertools.pairwise(gaps):
            assert one.ended_at is not None
            assert one.ended_at <= following.started_at

        journal = {call.caller_number: call for call in await house.calls()}
        assert len(journal) == len(await house.calls()) == len(seen) >= CUTS / 4
        for saw in seen:
            call = journal[saw.number]
            assert (call.outcome, call.answered_by) == ("answered", [saw.agent]), saw
            assert (call.direction, call.dialed, call.queue) == ("inbound", SALES_NUMBER, "sales"), saw
            assert call.recorded, saw
            assert call.ended_at is not None
            gap_at_end = in_gap(call.ended_at, gaps)
            latest = max(saw.ended, gap_at_end.ended_at or saw.ended) if gap_at_end else saw.ended
            assert saw.ended - CLOCKS <= call.ended_at <= latest + CLOCKS, saw
            end = (await house.facts(call.call_id))[-1]
            assert end.kind == "CallEnded"
            if gap_at_end is None:
                assert (end.data["inferred"], call.hangup_by) == (False, "caller"), saw
        assert any(in_gap(saw.answered, gaps) or in_gap(saw.ended, gaps) for saw in seen)


async def test_a_killed_asterisk_ends_its_calls_and_serves_the_next_one() -> None:
    async with House() as house:
        async with house.ready_agent() as agent, house.caller(SOMCHAI.number) as caller:
            await caller.dial(SALES_NUMBER)
            await established(agent)
            await house.reached("1001", "talking")
            running = (await asyncio.to_thread(house.asterisk.status)).running
            assert running is not None
            assert running.pid is not None
            killed_at = datetime.now(UTC)
            os.kill(running.pid, signal.SIGKILL)
            await house.service.link.wait_state(LinkState.DOWN, 30)
            status, ready = await house.get("/readyz")
            assert status == 503
            assert ready["checks"]["pbx"].startswith("down")
        await house.start_asterisk()
        await house.service.link.wait_connected(30)
        back_at = datetime.now(UTC)

        call = await house.ended_call_from(SOMCHAI.number)
        assert (call.outcome, call.answered_by) == ("answered", ["1001"])
        end = (await house.facts(call.call_id))[-1]
        assert (end.kind, end.data["inferred"], end.data["hangup_by"]) == ("CallEnded", True, None)
        [gap] = await house.gaps()
        assert gap.ended_at is not None
        assert gap.started_at <= killed_at + CLOCKS
        assert killed_at <= gap.ended_at <= back_at

        async with house.ready_agent() as agent:
            await house.service.wait_for_pbx(30)
            saw = await one_call(house, [agent], ARUNEE.number, 0.5)
            following = await house.ended_call_from(ARUNEE.number)
            assert (following.outcome, following.answered_by) == ("answered", [saw.agent])
            assert [offer.source for offer in await offers_of(house, following)] == ["router"]


async def offers_of(house: House, call: CallRow) -> list[CallOffer]:
    async with house.database() as database, database.reading() as session:
        return list(await session.scalars(select(CallOffer).where(CallOffer.call_id == call.call_id)))


async def test_what_went_on_while_the_service_was_down_is_known() -> None:
    async with House(staff=3) as house, ready_agents(house, 3) as phones:
        marks = {phone.account: len(phone.events) for phone in phones}
        async with house.caller(SOMCHAI.number) as first, house.caller(ARUNEE.number) as second:
            await first.dial(SALES_NUMBER)
            talking, _ = await ringing_at(phones, SOMCHAI.number, marks)
            await house.reached(talking.account, "talking")
            stopped_at = datetime.now(UTC)
            await house.stop_service()

            # One call ends, one begins and goes on, one begins and ends, with nobody there to hear of it.
            await first.hangup()
            await second.dial(SALES_NUMBER)
            taken_by, _ = await ringing_at(phones, ARUNEE.number, marks)
            unheard = await one_call(house, phones, OLGA.number, 0.3)
            started_at = datetime.now(UTC)
            await house.start_service()

            ended = await house.ended_call_from(SOMCHAI.number)
            assert (ended.outcome, ended.answered_by) == ("answered", [talking.account])
            end = (await house.facts(ended.call_id))[-1]
            assert (end.data["inferred"], end.backfilled) == (False, True)
            missed = await house.ended_call_from(OLGA.number)
            assert (missed.outcome, missed.answered_by, missed.backfilled) == ("answered", [unheard.agent], True)
            await house.reached(taken_by.account, "talking")
            await second.hangup()
            finished = await house.ended_call_from(ARUNEE.number)
            assert (finished.outcome, finished.answered_by) == ("answered", [taken_by.account])
            assert (finished.dialed, finished.queue) == (SALES_NUMBER, "sales")

        [gap] = await house.gaps()
        assert gap.reason == NOT_RUNNING
        assert gap.ended_at is not None
        assert gap.started_at <= stopped_at + CLOCKS
        assert unheard.ended <= started_at <= gap.ended_at
        for phone in phones:
            await house.reached(phone.account, "ready")


async def test_a_wrong_ami_password_says_what_to_do_and_costs_no_call() -> None:
    with structlog.testing.capture_logs() as logs:
        async with House(with_service=False) as house:
            house.service_pbx = lambda pbx: pbx.model_copy(update={"ami_secret": "not-the-secret"})
            await house.start_service(connected=False)
            await house.service.link.wait_state(LinkState.REFUSED, 30)
            status, ready = await house.get("/readyz")
            assert (status, ready["status"]) == (503, "not ready")
            told = ready["checks"]["pbx"]
            assert told.startswith("refused: ")
            assert "check that `username` and `secret`" in told
            assert "manager.conf" in told
            [line] = [line for line in logs if line["event"] == "ami.link" and line.get("state") == "refused"]
            assert told.endswith(line["reason"])
            assert "not-the-secret" not in f"{logs}{ready}"
            async with house.phone("1001") as agent:
                assert (await one_call(house, [agent], SOMCHAI.number, 0.2)).agent == "1001"


async def test_a_service_that_finds_no_asterisk_starts_says_so_and_recovers() -> None:
    async with House(with_asterisk=False) as house:
        await house.service.link.wait_state(LinkState.DOWN, 30)
        status, ready = await house.get("/readyz")
        assert status == 503
        assert str(house.pbx.ports.ami) in ready["checks"]["pbx"]
        assert (ready["checks"]["database"], ready["checks"]["journal"]) == ("ok", "ok")
        assert (await house.get("/healthz"))[0] == 200

        await house.start_asterisk()
        await house.service.wait_for_pbx(30)
        status, ready = await house.get("/readyz")
        assert (status, ready["status"]) == (200, "ready")
        async with house.ready_agent() as agent, house.screen("1001") as screen:
            await one_call(house, [agent], SOMCHAI.number, 0.2)
            offer = await screen.change("call_offered")
            assert [contact["name"] for contact in offer.data["contacts"]] == [SOMCHAI.name]


@pytest.mark.parametrize("setting", ["http.port", "pbx.main.ports.agi"])
async def test_a_taken_port_is_an_error_that_names_the_setting(setting: str) -> None:
    async with House(with_asterisk=False, with_service=False) as house:
        with closing(socket.socket()) as other:
            other.bind(("127.0.0.1", 0 if setting == "http.port" else house.pbx.ports.agi))
            other.listen()
            port = other.getsockname()[1]
            if setting == "http.port":
                http = house.settings.http.model_copy(update={"port": port})
                house.settings = house.settings.model_copy(update={"http": http})
            with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port} .*set {setting}$"):
                await house.start_service(connected=False)
        # Nothing of the failed start is left: with the port free, it starts.
        await house.start_service(connected=False)


async def test_with_a_locked_database_calls_go_on_and_facts_are_written_later() -> None:
    async with House() as house, house.ready_agent() as agent, house.screen("1001") as screen:
        with closing(sqlite3.connect(house.state / "ringdesk.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            saw = await one_call(house, [agent], SOMCHAI.number, 0.5)
            offer = await screen.change("call_offered")
            assert [contact["name"] for contact in offer.data["contacts"]] == [SOMCHAI.name]

            async def alarmed() -> bool:
                status, ready = await house.get("/readyz")
                return status == 503 and "facts wait" in ready["checks"]["journal"]

            await eventually(alarmed, "the alarm of the journal", timeout=30)
            assert await house.call_from(SOMCHAI.number) is None
            # Another call, while the alarm stands.
            await house.reached("1001", "ready")
            await one_call(house, [agent], ARUNEE.number, 0.5)
            other.execute("ROLLBACK")

        call = await house.ended_call_from(SOMCHAI.number, timeout=30)
        assert (call.outcome, call.answered_by) == ("answered", [saw.agent])
        assert call.ended_at is not None
        assert abs(call.ended_at - saw.ended) < CLOCKS
        assert (await house.ended_call_from(ARUNEE.number, timeout=30)).outcome == "answered"

        async def well() -> bool:
            return (await house.get("/readyz"))[0] == 200

        await eventually(well, "ready again")
        assert await house.gaps() == []  # nothing was missed

        async def settled() -> Any:
            offers = await offers_of(house, call)
            return [(offer.account, offer.outcome) for offer in offers] == [("1001", "answered")]

        await eventually(settled, "the record of the offer, with its reason", timeout=30)


async def test_a_caller_who_gives_up_frees_the_agent_at_once() -> None:
    async with (
        House() as house,
        house.ready_agent("1001", answer=Answer.never()) as agent,
        house.screen("1001") as screen,
        house.caller(PRIYA.number) as caller,
    ):
        await caller.dial(SALES_NUMBER)
        await agent.wait_for(Kind.INCOMING, timeout=20)
        await house.reached("1001", "reserved")
        await caller.hangup()
        gone = await screen.change("call_gone")
        assert gone.data["end_reason"] == "cancelled"
        await agent.wait_for(Kind.CLOSED, timeout=20)
        call = await house.ended_call_from(PRIYA.number)
        assert (call.outcome, call.rang, call.answered_by) == ("no_answer", ["1001"], [])
        await house.reached("1001", "ready")
        with pytest.raises(PhoneError):
            await agent.wait_for(Kind.ESTABLISHED, timeout=0.2)
