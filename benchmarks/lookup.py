"""Looking up a caller among a million contacts, against the bare statement on the same driver."""

# ruff: noqa: S608 - statements made of numbers of ours

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Index, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, DropIndex

from benchmarks.figures import Figure, compared, skipped
from crm_core.companies import Company, CompanyNumber
from crm_core.contact_tables import Contact, ContactNumber
from crm_core.contacts import ContactDirectory
from crm_core.lookup import DRIVER_STATEMENTS
from kernel.database import Base, Database
from ringdesk.asterisk.tools import ToolMissing, find

CONTACTS = 1_000_000
COMPANIES = 20_000
LOOKUPS = 200
ROUNDS = 7

Lookup = Callable[[str], Awaitable[Any]]


def figures() -> list[Figure]:
    """The look-up on SQLite, and on PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory() as directory:
        on_sqlite = asyncio.run(_figure("SQLite", f"sqlite+aiosqlite:///{Path(directory) / 'contacts.db'}"))
    return [on_sqlite, _on_postgresql()]


def _on_postgresql() -> Figure:
    try:
        find("initdb")
    except ToolMissing as error:
        return skipped(_name("PostgreSQL"), str(error))
    from tests.postgres import postgres_server  # as the tests' own: a private server that is deleted afterwards

    with postgres_server() as server:
        return asyncio.run(_figure("PostgreSQL", server.url()))


def _name(engine: str) -> str:
    return f"look-up of a caller among {CONTACTS:,} contacts, {engine}"


async def _figure(engine: str, url: str) -> Figure:
    database = Database(url)
    filling = time.perf_counter()
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await _fill(connection, database.is_sqlite)
    filling = time.perf_counter() - filling
    directory = ContactDirectory(database, "TH")
    statement = DRIVER_STATEMENTS[database.engine.dialect.name]
    if database.is_sqlite:
        assert database.engine.url.database
        async with aiosqlite.connect(database.engine.url.database) as bare:
            ours, theirs = await _in_turn(directory.lookup, lambda number: bare.execute_fetchall(statement, [number]))
    else:
        connected = await asyncpg.connect(url.replace("+asyncpg", ""))
        ours, theirs = await _in_turn(directory.lookup, lambda number: connected.fetch(statement, number))
        await connected.close()
    await database.close()
    return compared(
        _name(engine),
        ours * 1e6,
        "µs",
        "the same statement on the bare driver",
        theirs * 1e6,
        at_most=2.0,
        note=f"p50; filled in {filling:.0f} s",
    )


async def _in_turn(*ways: Lookup) -> list[float]:
    """The median seconds of one look-up by each way; each round asks for numbers of its own, every way for the same."""
    taken: list[list[float]] = [[] for _ in ways]
    for round_ in range(ROUNDS + 1):
        numbers = [_number((round_ * LOOKUPS + index) * 104_729 % CONTACTS) for index in range(LOOKUPS)]
        for way, seconds in zip(ways, taken, strict=True):
            gc.collect()
            for number in numbers:
                start = time.perf_counter()
                found = await way(number)
                if round_:  # the first round warms up
                    seconds.append(time.perf_counter() - start)
                assert len(found) == 1, number
    return [statistics.median(seconds) for seconds in taken]


def _number(index: int) -> str:
    return f"+668{index * 7919 % 100_000_000:08}"


async def _fill(connection: AsyncConnection, is_sqlite: bool) -> None:
    """Fill the tables by statements of the database's own: the rows need not pass through Python."""
    indexes: list[Index] = []
    for table in (Contact, ContactNumber, Company, CompanyNumber):
        indexes += sorted(table.__table__.indexes, key=lambda index: str(index.name))  # type: ignore[attr-defined]
    for index in indexes:
        await connection.execute(DropIndex(index))

    def series(count: int) -> str:
        if is_sqlite:
            return (
                "(WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series "
                f"WHERE n < {count - 1}) SELECT n FROM series) AS series"
            )
        return f"generate_series(0, {count - 1}) AS series(n)"

    def padded(value: str) -> str:
        return f"printf('%08d', {value})" if is_sqlite else f"lpad(({value})::text, 8, '0')"

    if not is_sqlite:
        await connection.execute(text("SET session_replication_role = replica"))  # no look at foreign keys
    moment = "'2026-11-24 08:00:00.000000'" if is_sqlite else "timestamptz '2026-11-24 08:00:00+00'"
    shuffled = "n * 7919 % 100000000" if is_sqlite else "n::bigint * 7919 % 100000000"
    for statement in (
        "INSERT INTO companies (id, name, notes, sort_name, search_text, version, created_at, updated_at) "
        f"SELECT n + 1, 'Company ' || n, '', 'company ' || n, 'company ' || n, 1, {moment}, {moment} "
        f"FROM {series(COMPANIES)}",
        "INSERT INTO company_numbers (company_id, typed, e164) "
        f"SELECT n + 1, '+662' || {padded(shuffled)}, '+662' || {padded(shuffled)} FROM {series(COMPANIES)}",
        "INSERT INTO contacts (id, name, company, company_id, sort_name, search_text, created_at) "
        f"SELECT n + 1, 'Person ' || n, 'Company ' || n % {COMPANIES}, n % {COMPANIES} + 1, 'person ' || n, "
        f"'person ' || n, {moment} FROM {series(CONTACTS)}",
        "INSERT INTO contact_numbers (contact_id, typed, e164) "
        f"SELECT n + 1, '+668' || {padded(shuffled)}, '+668' || {padded(shuffled)} FROM {series(CONTACTS)}",
    ):
        await connection.execute(text(statement))
    for index in indexes:
        await connection.execute(CreateIndex(index))
    await connection.execute(text("ANALYZE"))
