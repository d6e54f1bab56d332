"""`ringdesk db`: the schema by hand. The service brings it up to date by itself when it starts."""

from __future__ import annotations

import asyncio
import tempfile
from typing import Annotated

import typer

from kernel.database import Database
from ringdesk.options import ConfigOption
from ringdesk.settings import load_settings
from ringdesk.told import told

db_app = typer.Typer(no_args_is_help=True, help="The database's schema.")


@db_app.command()
def upgrade(config: ConfigOption = None) -> None:
    """Bring the database up to this version's schema."""

    from ringdesk import schema  # slow to import: every other command would wait

    async def run() -> None:
        database = Database(load_settings(config).effective_database_url)
        await schema.upgrade(database)
        await database.close()

    with told():
        asyncio.run(run())
    typer.echo("The schema is up to date.")


@db_app.command()
def revision(message: Annotated[str, typer.Argument(help="What changes, in a few words.")]) -> None:
    """Write the migration from the newest one to what the models say now (for developers)."""

    from ringdesk import schema  # slow to import: every other command would wait

    async def run() -> None:
        with tempfile.TemporaryDirectory() as directory:
            database = Database(f"sqlite+aiosqlite:///{directory}/empty.db")
            await schema.upgrade(database)
            await schema.write_migration(database, message)
            await database.close()

    asyncio.run(run())
