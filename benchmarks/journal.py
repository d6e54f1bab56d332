"""Facts written per second by the journal, against sqlite3's executemany of the same rows into the same tables."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, compared, seconds_in_turn
from kernel.database import Base, Database
from kernel.messages import FactBus
from pbx.facts import CallEnded, CallFact, CallQueued, CallStarted, Direction, Outcome, PartyAnswered, PartyRang, Side
from pbx.journal import BATCH, Journal

CALLS = 2_000
FACTS_A_CALL = 6
DATA = {"party": "1001", "channel": "1764000000.1"}


def figures() -> list[Figure]:
    """The journal's speed on SQLite."""
    run = count()
    with tempfile.TemporaryDirectory() as directory:
        ours, bare = seconds_in_turn(
            lambda: asyncio.run(_journal(Path(directory) / f"ours{next(run)}.db", _facts(next(run)))),
            lambda: _bare(Path(directory) / f"bare{next(run)}.db", _facts(next(run))),
        )
    facts = CALLS * FACTS_A_CALL
    return [
        compared(
            "journal: facts written with their calls, SQLite",
            facts / ours,
            "facts/s",
            f"executemany of the same rows, {BATCH} facts a transaction",
            facts / bare,
            at_least=0.5,
        )
    ]


async def _journal(file: Path, facts: list[CallFact]) -> float:
    await _create(file)
    database = Database(f"sqlite+aiosqlite:///{file}")
    journal = Journal(database, FactBus())
    writer = asyncio.create_task(journal.run())
    start = time.perf_counter()
    journal.record(facts)
    await journal.flush()
    seconds = time.perf_counter() - start
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    await database.close()
    return seconds


def _bare(file: Path, facts: list[CallFact]) -> float:
    asyncio.run(_create(file))
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    started = time.perf_counter()
    for start in range(0, len(facts), BATCH):
        batch = facts[start : start + BATCH]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO call_facts (call_id, key, node, kind, at, data) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (fact.call_id, fact.key, fact.node, type(fact).__name__, fact.at.isoformat(" "), json.dumps(DATA))
                for fact in batch
            ],
        )
        connection.executemany(
            "INSERT INTO calls (call_id, node, linkedid, direction, caller_number, dialed, queue, started_at,"
            " answered_at, ended_at, rang, answered_by, outcome, hangup_by, recorded)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (
                    fact.call_id,
                    fact.node,
                    fact.call_id,
                    "inbound",
                    "+66812345678",
                    "+6621234567",
                    "sales",
                    *[fact.at.isoformat(" ")] * 3,
                    *[json.dumps(["1001", "1002"])] * 2,
                    "answered",
                    "caller",
                    False,
                )
                for fact in batch
                if isinstance(fact, CallStarted)
            ],
        )
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


async def _create(file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()


def _facts(seed: int) -> list[CallFact]:
    facts: list[CallFact] = []
    for number in range(CALLS):
        uniqueid = f"{1764000000 + seed}.{number}"
        at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=number)
        common: dict[str, Any] = {"node": "main", "call_id": f"main-{uniqueid}"}

        def after(seconds: int, at: datetime = at) -> datetime:
            return at + timedelta(seconds=seconds)

        facts += [
            CallStarted(
                **common,
                key="started",
                at=at,
                linkedid=uniqueid,
                channel=uniqueid,
                direction=Direction.INBOUND,
                caller_number=f"+6681{number:07}",
                caller_name=None,
                dialed="+6621234567",
            ),
            CallQueued(**common, key="queued", at=after(1), queue="sales"),
            PartyRang(**common, key="rang:1", at=after(2), party="1002", channel="1"),
            PartyRang(**common, key="rang:2", at=after(9), party="1001", channel="2"),
            PartyAnswered(**common, key="answered:2", at=after(12), party="1001", channel="2"),
            CallEnded(**common, key="ended", at=after(90), outcome=Outcome.ANSWERED, hangup_by=Side.CALLER, cause=16),
        ]
    return facts
