"""A database that is away is told apart from one that refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kernel.database import Database, is_away
from tests.postgres import PostgresServer, postgres_server


async def complaint(database: Database, statement: str = "SELECT 1", *, writes: bool = False) -> SQLAlchemyError:
    """What comes of that statement, which fails."""
    with pytest.raises(SQLAlchemyError) as raised:
        async with database.transaction() if writes else database.reading() as session:
            await session.execute(text(statement))
    return raised.value


async def test_a_locked_file_is_away_and_a_value_that_is_refused_is_none(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'r.db'}", busy_timeout=0.1)
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE things (n INTEGER NOT NULL)"))
    with closing(sqlite3.connect(tmp_path / "r.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert is_away(await complaint(database, "DELETE FROM things", writes=True))
    assert not is_away(await complaint(database, "INSERT INTO things VALUES (NULL)", writes=True))
    await database.close()


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
async def database(server: PostgresServer) -> AsyncIterator[Database]:
    database = Database(server.url(), answer_timeout=1)
    yield database
    await database.close()


@pytest.mark.postgresql
async def test_a_server_that_does_not_answer_is_away_and_the_next_question_is_answered(
    server: PostgresServer, database: Database
) -> None:
    error = await complaint(database, "SELECT pg_sleep(60)")
    assert is_away(error)
    assert "no answer in time" in str(error)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT 7")) == 7
        with server.hanging(), pytest.raises(SQLAlchemyError) as raised:
            await session.scalar(text("SELECT 8"))
        assert is_away(raised.value)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT 9")) == 9


@pytest.mark.postgresql
async def test_a_server_that_stops_is_away_until_it_is_there_again(server: PostgresServer, database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
        server.stop()
        with pytest.raises(SQLAlchemyError) as raised:
            await session.execute(text("SELECT 2"))
        assert is_away(raised.value)
    assert is_away(await complaint(database))
    server.start()
    async with database.reading() as session:
        assert await session.scalar(text("SELECT 3")) == 3
    assert not is_away(await complaint(database, "SELECT nothing"))
