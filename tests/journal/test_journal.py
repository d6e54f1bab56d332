"""The journal on a real database: batched, idempotent, its calls equal to its facts, nothing lost while it is away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.database import Base, Database
from kernel.messages import FactBus
from pbx.call_projection import apply, empty_call
from pbx.facts import (
    CallEnded,
    CallFact,
    CallStarted,
    Direction,
    LinkGap,
    Outcome,
    PartyAnswered,
    PartyRang,
    Side,
)
from pbx.journal import Journal, facts_of_call
from pbx.journal_tables import CallFactRow, CallRow, LinkGapRow

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def call(number: int = 1, name: str | None = "สมชาย") -> list[CallFact]:
    """All facts of a call that agent 1001 answered after 1002 had not."""
    call_id = f"main-1764000000.{number}"
    common = {"node": "main", "call_id": call_id}
    return [
        CallStarted(
            **common,
            key="started",
            at=NOON,
            linkedid=f"1764000000.{number}",
            channel=f"1764000000.{number}",
            direction=Direction.INBOUND,
            caller_number="+66812345678",
            caller_name=name,
            dialed="+6621234567",
        ),
        PartyRang(**common, key="rang:b", at=NOON + timedelta(seconds=1), party="1002", channel="b"),
        PartyRang(**common, key="rang:c", at=NOON + timedelta(seconds=9), party="1001", channel="c"),
        PartyAnswered(**common, key="answered:c", at=NOON + timedelta(seconds=11), party="1001", channel="c"),
        CallEnded(
            **common,
            key="ended",
            at=NOON + timedelta(seconds=60),
            outcome=Outcome.ANSWERED,
            hangup_by=Side.CALLER,
            cause=16,
        ),
    ]


@asynccontextmanager
async def journal_on(path: Path, bus: FactBus | None = None, **options: int) -> AsyncIterator[tuple[Database, Journal]]:
    database = Database(f"sqlite+aiosqlite:///{path}", busy_timeout=0.2)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    journal = Journal(database, bus or FactBus(), **options)
    writer = asyncio.create_task(journal.run())
    try:
        yield database, journal
    finally:
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        await database.close()


@pytest.mark.postgresql
async def test_the_journal_is_the_same_on_postgresql(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    journal = Journal(database, FactBus())
    writer = asyncio.create_task(journal.run())
    journal.record(call(1) + call(1) + call(2, name="a\0b\ud800"))
    journal.record_gap(LinkGap(node="main", start=NOON, end=None, reason="link lost"))
    await journal.flush()
    assert len(await rows(database)) == 10
    row = await call_row(database)
    assert (row.caller_name, row.rang, row.answered_by) == ("สมชาย", ["1002", "1001"], ["1001"])
    assert (row.started_at, row.outcome, row.hangup_by) == (NOON, "answered", "caller")
    assert (await call_row(database, "main-1764000000.2")).caller_name == "a\ufffdb?"
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    await database.close()


async def rows(database: Database) -> list[CallFactRow]:
    async with database.reading() as session:
        return list(await session.scalars(select(CallFactRow).order_by(CallFactRow.at)))


async def call_row(database: Database, call_id: str = "main-1764000000.1") -> CallRow:
    async with database.reading() as session:
        row = await session.get(CallRow, call_id)
        assert row is not None
        return row


async def test_a_call_stands_in_the_journal_as_its_facts_tell(tmp_path: Path) -> None:
    async with journal_on(tmp_path / "r.db") as (database, journal):
        journal.record(call())
        await journal.flush()
        async with database.reading() as session:
            facts = await facts_of_call(session, "main-1764000000.1")
        assert [fact.kind for fact in facts] == ["CallStarted", "PartyRang", "PartyRang", "PartyAnswered", "CallEnded"]
        assert facts[-1].data == {"outcome": "answered", "hangup_by": "caller", "cause": 16, "inferred": False}
        row = await call_row(database)
        assert (row.caller_name, row.rang, row.answered_by) == ("สมชาย", ["1002", "1001"], ["1001"])
        assert (row.started_at, row.answered_at) == (NOON, NOON + timedelta(seconds=11))
        assert (row.ended_at, row.outcome, row.hangup_by) == (NOON + timedelta(seconds=60), "answered", "caller")


async def test_a_fact_written_twice_is_there_once_and_its_handlers_run_once(tmp_path: Path) -> None:
    handled: list[str] = []
    bus = FactBus()

    async def note(session: AsyncSession, fact: CallFact) -> None:
        handled.append(fact.key)

    bus.subscribe(CallFact, note)
    async with journal_on(tmp_path / "r.db", bus) as (database, journal):
        journal.record(call() + call())
        await journal.flush()
        journal.record(call())
        await journal.flush()
        assert len(await rows(database)) == 5
    assert handled == ["started", "rang:b", "rang:c", "answered:c", "ended"]


async def test_a_fact_whose_handler_fails_is_kept_and_marked_and_the_others_go_on(tmp_path: Path) -> None:
    bus = FactBus()

    async def fail(session: AsyncSession, fact: PartyAnswered) -> None:
        raise ValueError("no such contact")

    bus.subscribe(PartyAnswered, fail)
    async with journal_on(tmp_path / "r.db", bus) as (database, journal):
        journal.record(call(1) + call(2))
        await journal.flush()
        written = await rows(database)
    assert len(written) == 10
    marked = [(row.kind, row.problem) for row in written if row.problem]
    assert marked == [("PartyAnswered", "ValueError: no such contact")] * 2


async def test_a_handler_that_misses_a_file_is_not_taken_for_a_missing_database(tmp_path: Path) -> None:
    bus = FactBus()

    async def fail(session: AsyncSession, fact: CallEnded) -> None:
        raise FileNotFoundError("no such recording")

    bus.subscribe(CallEnded, fail)
    async with journal_on(tmp_path / "r.db", bus) as (database, journal):
        journal.record(call())
        await journal.flush()
        marked = [row.problem for row in await rows(database) if row.problem]
    assert marked == ["FileNotFoundError: no such recording"]


async def test_gaps_that_wait_are_bounded_and_still_cover_the_whole_time(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/r.db")
    journal = Journal(database, FactBus())
    for number in range(1_200):
        start = NOON + timedelta(seconds=2 * number)
        journal.record_gap(LinkGap(node="main", start=start, end=start + timedelta(seconds=1), reason="link lost"))
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    writer = asyncio.create_task(journal.run())
    await journal.flush()
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    async with database.reading() as session:
        gaps = list(await session.scalars(select(LinkGapRow).order_by(LinkGapRow.started_at)))
    await database.close()
    assert len(gaps) == 1_000
    assert gaps[-1].ended_at == NOON + timedelta(seconds=2 * 1_199 + 1)


async def alarmed(journal: Journal) -> None:
    async with asyncio.timeout(30):
        while journal.problem is None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


async def test_facts_wait_while_the_database_is_locked_and_none_is_lost(tmp_path: Path) -> None:
    async with journal_on(tmp_path / "r.db") as (database, journal):
        journal.record(call(1))
        await journal.flush()
        database.engine.sync_engine.pool.dispose()
        lock = sqlite3.connect(tmp_path / "r.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        journal.record(call(2))
        await alarmed(journal)
        with pytest.raises(TimeoutError):
            await journal.flush(timeout=0.5)
        assert journal.waiting == 5
        assert journal.problem == (
            "the journal can't be written, 5 facts wait: database is locked: "
            "another program keeps it locked; find and end that"
        )
        lock.execute("COMMIT")
        lock.close()
        await journal.flush()
        assert journal.problem is None
        assert len(await rows(database)) == 10


async def test_a_full_disk_raises_the_alarm_and_nothing_that_fits_is_lost(tmp_path: Path) -> None:
    async with journal_on(tmp_path / "r.db", most_waiting=20) as (database, journal):
        # SQLite's own limit gives the same error, "database or disk is full", as a disk without room.
        async with database.engine.begin() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        most_pages = pages

        def limit(connection: Any, *_: object) -> None:
            connection.cursor().execute(f"PRAGMA max_page_count = {most_pages}")

        event.listen(database.engine.sync_engine, "checkout", limit)
        for number in range(1, 41):
            journal.record(call(number, name="x" * 2000))
        await alarmed(journal)
        with pytest.raises(TimeoutError):
            await journal.flush(timeout=0.5)
        assert journal.problem == (
            "the journal can't be written, 20 facts wait: database or disk is full: "
            "free space on the disk that holds it"
        )
        assert journal.waiting == 20
        most_pages = 1_000_000
        await journal.flush()
        written = await rows(database)
        assert len(written) == 20
        async with database.reading() as session:
            gap = (await session.scalars(select(LinkGapRow))).one()
        assert gap.reason == "more facts waited for the database than fit"
        assert gap.ended_at is not None


async def test_a_gap_is_written_open_and_closed_by_its_end(tmp_path: Path) -> None:
    async with journal_on(tmp_path / "r.db") as (database, journal):
        journal.record_gap(LinkGap(node="main", start=NOON, end=None, reason="link lost"))
        await journal.flush()
        journal.record_gap(LinkGap(node="main", start=NOON, end=NOON + timedelta(seconds=3), reason="link lost"))
        await journal.flush()
        async with database.reading() as session:
            gap = (await session.scalars(select(LinkGapRow))).one()
    assert (gap.started_at, gap.ended_at) == (NOON, NOON + timedelta(seconds=3))


async def test_a_name_that_no_database_takes_is_kept_readable(tmp_path: Path) -> None:
    async with journal_on(tmp_path / "r.db") as (database, journal):
        journal.record(call(1, name="a\0b\ud800"))
        await journal.flush()
        assert (await call_row(database)).caller_name == "a\ufffdb?"


@given(order=st.permutations(range(5)), again=st.lists(st.integers(0, 4), max_size=5))
def test_the_call_is_the_same_in_whatever_order_its_facts_arrive(order: list[int], again: list[int]) -> None:
    facts = call()
    expected = empty_call(facts[0])
    for fact in facts:
        apply(expected, fact)
    found = empty_call(facts[order[0]])
    for index in [*order, *again]:
        apply(found, facts[index])
    assert {**found, "rang": sorted(found["rang"])} == {**expected, "rang": sorted(expected["rang"])}
