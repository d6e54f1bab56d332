"""From the link's stream to the journal: gaps over a restart, and what becomes of faults of the tracker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import Histogram
from sqlalchemy import select
from structlog.testing import capture_logs

from kernel.clock import VirtualClock
from kernel.database import Base, Database
from kernel.messages import FactBus
from pbx.events import AmiFrame, LinkRestored, ReceivedEvent
from pbx.facts import CallStarted, Direction
from pbx.journal import Journal
from pbx.journal_tables import CallRow, LinkGapRow
from pbx.listener import FAULTS_PER_LOG, NOT_RUNNING, Listener
from pbx.snapshot import Snapshot
from pbx.stream import EventStream
from pbx.tracker import Tracker

HOUR = timedelta(hours=1)
LAG = Histogram("test_lag_seconds", "None", registry=None)


class House:
    """A service that can be stopped and started: what stays is the database and the clock."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.database, self.clock = database, clock
        self.journal = Journal(database, FactBus())
        self.tracker = Tracker()
        self.events = EventStream(1000, clock, LAG)
        self.listener = Listener("main", self.events, self.tracker, self.journal, database, clock)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen, once it is remembered what was before; at the end everything is written."""
        task = asyncio.create_task(self.listener.run())
        self.say({"Event": "NoneThatMatters"})
        await self.everything_taken()
        try:
            yield
            await self.everything_taken()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        writer = asyncio.create_task(self.journal.run())
        await self.journal.flush()
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)

    def say(self, event: AmiFrame) -> None:
        self.events.put_event(ReceivedEvent(event, self.clock.now(), self.clock.monotonic()))

    async def everything_taken(self) -> None:
        async with asyncio.timeout(30):
            while len(self.events):  # noqa: ASYNC110 - the stream tells nobody that it is empty
                await asyncio.sleep(0.001)

    def restore(self) -> None:
        now = self.clock.now()
        self.events.put_marker(LinkRestored(now, None))
        self.events.put_marker(Snapshot(node="main", began=now, ended=now, channels={}, bridges={}, endpoints={}))

    async def gaps(self) -> list[LinkGapRow]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(LinkGapRow)))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'r.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


@pytest.mark.parametrize("step", [-HOUR, timedelta(0), HOUR])
async def test_a_service_that_was_killed_knows_its_gap_though_the_clock_was_set(
    database: Database, step: timedelta
) -> None:
    clock = VirtualClock()
    await House(database, clock).listener.mark(clock.now())  # and then it is killed
    marked = clock.now()
    clock.set_wall_time(marked + timedelta(minutes=1) + step)

    house = House(database, clock)
    async with house.listening():
        await clock.advance(1)
        house.restore()

    (gap,) = await house.gaps()
    assert gap.reason == NOT_RUNNING
    assert gap.ended_at == clock.now()
    assert gap.started_at == min(marked, clock.now() - timedelta(seconds=1))


async def test_a_gap_that_a_stopped_service_left_never_ends_before_it_began(database: Database) -> None:
    clock = VirtualClock()
    async with database.transaction() as session:
        session.add(LinkGapRow(node="main", started_at=clock.now(), ended_at=None, reason=NOT_RUNNING))
    began = clock.now()
    clock.set_wall_time(began - HOUR)

    house = House(database, clock)
    async with house.listening():
        await clock.advance(1)
        house.restore()

    (gap,) = await house.gaps()
    assert (gap.started_at, gap.ended_at) == (began, began)


async def test_a_call_that_was_left_open_never_ends_before_it_began(database: Database) -> None:
    clock = VirtualClock()
    house = House(database, clock)
    started = CallStarted(
        node="main",
        call_id="main-1.1",
        key="started",
        at=clock.now(),
        linkedid="1.1",
        channel="1.1",
        direction=Direction.INBOUND,
        caller_number=None,
        caller_name=None,
        dialed=None,
    )
    async with house.listening():
        house.journal.record([started])
    clock.set_wall_time(clock.now() - HOUR)

    house = House(database, clock)
    async with house.listening():
        await clock.advance(1)
        house.restore()

    async with database.reading() as session:
        row = await session.get(CallRow, "main-1.1")
    assert row is not None
    assert row.ended_at == row.started_at == started.at


async def test_faults_of_the_tracker_are_logged_the_first_and_then_one_in_many(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(tracker: Tracker, event: AmiFrame) -> None:
        raise ZeroDivisionError("as never happens")

    monkeypatch.setattr("pbx.tracker._HANDLERS", {"Hold": fails})
    house = House(database, VirtualClock())

    with capture_logs() as logs:
        async with house.listening():
            for _ in range(FAULTS_PER_LOG + 1):
                house.say({"Event": "Hold", "Uniqueid": "1.1"})

    told = [(entry["ami_event"], entry["problem"], entry["faults"]) for entry in logs if "ami_event" in entry]
    problem = "ZeroDivisionError: as never happens"
    assert told == [("Hold", problem, 1), ("Hold", problem, FAULTS_PER_LOG + 1)]
    assert house.tracker.faults == FAULTS_PER_LOG + 1
    assert str(house.tracker.last_fault) == "ZeroDivisionError at Hold: as never happens"
