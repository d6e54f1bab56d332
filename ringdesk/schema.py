"""The database's schema: every table of every package, and the migrations that make them."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.database import Base, Database

TABLE_MODULES = (
    "kernel.jobs",
    "accounts.users",
    "accounts.tokens",
    "accounts.sessions",
    "accounts.teams",
    "accounts.roles",
    "accounts.audit",
    "dialplan.stored_tables",
    "pbx.journal_tables",
    "crm_core.contacts",
    "crm_core.timeline",
    "crm_core.crm",
    "crm_core.call_outcomes",
    "recordings.recording",
    "recordings.transcript",
    "queue_router.agents",
    "queue_router.agent_history",
    "queue_router.offers",
)
"""The modules that define tables. A test holds that none is forgotten."""

for _module in TABLE_MODULES:
    importlib.import_module(_module)

METADATA = Base.metadata
MIGRATIONS = Path(__file__).parent / "migrations"


async def upgrade(database: Database) -> None:
    """Bring the schema of `database` up to this version's. Does nothing where it is already."""
    if database.is_sqlite:
        await _upgrade(database)
        return
    patient = Database(database.url, answer_timeout=None)  # a migration of many rows takes its time
    try:
        await _upgrade(patient)
    finally:
        await patient.close()


async def _upgrade(database: Database) -> None:
    async with database.engine.connect() as connection, _without_cascades(database, connection), connection.begin():
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))


@asynccontextmanager
async def _without_cascades(database: Database, connection: AsyncConnection) -> AsyncIterator[None]:
    """Keep SQLite from deleting rows that point to a table which a migration replaces by a copy with other columns.

    Dropping the old table counts as deleting its rows, and cascades, unless foreign keys are off; which can be said
    outside a transaction only, so on the driver's own connection.
    """
    if not database.is_sqlite:
        yield
        return
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        await raw.execute("PRAGMA foreign_keys = ON")


async def differences(database: Database) -> list[str]:
    """What the models say and the database lacks, or the other way round; empty when they agree."""
    async with database.engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), METADATA)
        )
    return [str(difference) for difference in found]


async def write_migration(database: Database, message: str) -> None:
    """Write the migration that takes `database` (at the newest schema) to what the models say now."""
    async with database.engine.connect() as connection:
        await connection.run_sync(_write_migration, message)


def _write_migration(connection: Connection, message: str) -> None:
    config = _config(connection)
    newest = ScriptDirectory.from_config(config).get_current_head() or "0000"
    command.revision(config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
