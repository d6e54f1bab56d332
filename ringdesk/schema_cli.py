"""`ringdesk db`: the schema by hand. The service brings it up to date by itself when it starts."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from kernel.database import Database
from ringdesk import schema
from ringdesk.settings import load_settings

db_app = typer.Typer(no_args_is_help=True, help="The database's schema.")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings file (default: ringdesk.toml, if there).")
]


@db_app.command()
def upgrade(config: ConfigOption = None) -> None:
    """Bring the database up to this version's schema."""

    async def run() -> None:
        database = Database(load_settings(config).effective_database_url)
        await schema.upgrade(database)
        await database.close()

    asyncio.run(run())
    typer.echo("The schema is up to date.")


@db_app.command()
def revision(message: Annotated[str, typer.Argument(help="What changes, in a few words.")]) -> None:
    """Write the migration from the newest one to what the models say now (for developers)."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as directory:
            database = Database(f"sqlite+aiosqlite:///{directory}/empty.db")
            await schema.upgrade(database)
            await schema.write_migration(database, message)
            await database.close()

    asyncio.run(run())
