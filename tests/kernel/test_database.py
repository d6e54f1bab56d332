"""Transactions of tasks that are cancelled at any moment."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import text

from kernel.database import Database
from kernel.sqlite_connection import open_connection


async def _write(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO things VALUES (1)"))
        await session.execute(text("SELECT count(*) FROM things"))


async def _read(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT count(*) FROM things"))


async def _work_for_ever(database: Database, choose: random.Random) -> None:
    while True:
        await choose.choice([_write, _read])(database)


async def _some_steps(choose: random.Random, most: int) -> None:
    """Go on by some turns of the loop, and then by some time of the driver's threads: a cancel may fall anywhere."""
    for _ in range(choose.randrange(most)):
        await asyncio.sleep(0)
    await asyncio.sleep(choose.random() * 0.004)


async def _database(tmp_path: Path, seed: int) -> tuple[Database, Path]:
    file = tmp_path / f"{seed}.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE things (n INTEGER)"))
    return database, file


@pytest.mark.parametrize("seed", range(10))
async def test_a_cancelled_task_leaves_no_lock_behind(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    database, file = await _database(tmp_path, seed)
    ended: list[object] = []  # keeps each task's error, and what hangs on it, as a caller's log would
    for _ in range(40):
        tasks = [asyncio.create_task(choose.choice([_write, _read])(database)) for _ in range(choose.randint(1, 6))]
        await _some_steps(choose, 30)
        for task in tasks:
            if choose.random() < 0.6:
                task.cancel()
        ended += await asyncio.gather(*tasks, return_exceptions=True)
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
    assert {type(each) for each in ended} <= {type(None), asyncio.CancelledError}
    await database.close()


# A driver's thread that answers when the loop is closed already says so; there is nobody left to be told.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_closing_ends_whatever_is_cancelled_with_it(tmp_path: Path, seed: int) -> None:
    async def scene(choose: random.Random) -> None:
        database, _ = await _database(tmp_path, choose.randrange(10**9))
        tasks = [asyncio.create_task(_work_for_ever(database, choose)) for _ in range(choose.randint(1, 3))]
        await _some_steps(choose, 60)
        for task in tasks:
            task.cancel()
        for _ in range(choose.randrange(4)):
            await asyncio.sleep(0)
        async with asyncio.timeout(30):
            await database.close()
        # The loop's end cancels what is left of the tasks once more, and waits for it.

    for each in range(seed, seed + 20):
        asyncio.run(scene(random.Random(each)))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_an_ended_loop_left_is_closed_without_waiting_for_its_thread(tmp_path: Path) -> None:
    answer_late = threading.Event()

    async def leave() -> aiosqlite.Connection:
        connection = await open_connection(str(tmp_path / "left.db"))
        connection._tx.put_nowait((asyncio.get_running_loop().create_future(), answer_late.wait))
        return connection

    connection = asyncio.run(leave())
    answer_late.set()
    connection._thread.join(30)
    assert not connection._thread.is_alive()

    async def close() -> None:
        async with asyncio.timeout(30):
            await connection.close()
            await connection.close()

    asyncio.run(close())
