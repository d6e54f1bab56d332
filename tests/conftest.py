"""What tests of several areas share."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import structlog

from kernel.database import Base, Database
from tests.postgres import PostgresServer, postgres_server


def pytest_configure() -> None:
    """Plain tracebacks in what is logged: with every variable beside it, one keeps the event loop busy for seconds."""
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, structlog.dev.ConsoleRenderer):
            processor.exception_formatter = structlog.dev.plain_traceback


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One private PostgreSQL for the whole run."""
    with postgres_server() as server:
        yield server


@pytest.fixture
async def postgres_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """SQLAlchemy's URL of an empty database of the test's own."""
    import asyncpg

    name = f"test_{uuid4().hex}"
    owner = await asyncpg.connect(postgres.url(driver="postgresql"))
    try:
        await owner.execute(f"CREATE DATABASE {name}")
        yield postgres.url(name)
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await owner.close()


@pytest.fixture
async def postgresql(postgres_url: str) -> AsyncIterator[Database]:
    """That database with every table in it."""
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()
