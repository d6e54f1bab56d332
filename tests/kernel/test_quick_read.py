"""Reading straight through the driver: what is committed is seen, and a broken connection is replaced."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.database import Database
from kernel.quick_read import QuickReader

SUM = {
    "sqlite": "SELECT coalesce(sum(value), 0) + ?1 FROM things",
    "postgresql": "SELECT coalesce(sum(value), 0) + $1::int FROM things",
}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    yield database
    await database.close()


@pytest.fixture
async def postgresql(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    yield database
    await database.close()


async def make(database: Database) -> QuickReader:
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE things (value INTEGER)"))
    return QuickReader(database)


async def total(reader: QuickReader, more: int = 0) -> int:
    [(found,)] = await reader.rows(SUM, more)
    return int(found)


async def test_what_is_committed_is_seen_and_nothing_else(database: Database) -> None:
    reader = await make(database)
    assert await total(reader, 5) == 5
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO things VALUES (2)"))
        assert await total(reader) == 0
    assert await total(reader, 1) == 3
    assert await asyncio.gather(*(total(reader, number) for number in range(20))) == list(range(2, 22))


async def test_after_it_was_closed_another_question_is_answered(database: Database) -> None:
    reader = await make(database)
    assert await total(reader) == 0
    await reader.close()
    assert await total(reader) == 0


async def test_what_is_no_statement_raises_and_the_next_question_is_answered(database: Database) -> None:
    reader = await make(database)
    for _ in range(2):
        with pytest.raises(Exception, match="syntax"):
            await reader.rows({"sqlite": "SELEKT"})
        assert await total(reader) == 0


@pytest.mark.postgresql
async def test_it_is_the_same_on_postgresql(postgresql: Database) -> None:
    await test_what_is_committed_is_seen_and_nothing_else(postgresql)


@pytest.mark.postgresql
async def test_a_connection_that_the_server_ended_is_replaced(postgresql: Database) -> None:
    reader = await make(postgresql)
    [(process,)] = await reader.rows({"postgresql": "SELECT pg_backend_pid()"})
    async with postgresql.transaction() as session:
        await session.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    assert await total(reader, 7) == 7


@pytest.mark.postgresql
async def test_a_question_that_was_given_up_leaves_nothing_behind_for_the_next(postgresql: Database) -> None:
    reader = await make(postgresql)
    assert await total(reader) == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.rows({"postgresql": "SELECT 99 FROM pg_sleep(30)"})
    assert await total(reader, 7) == 7
