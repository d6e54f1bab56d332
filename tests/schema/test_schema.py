"""Models and migrations say the same, on SQLite and on PostgreSQL, and no table is forgotten."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

from kernel.database import Base, Database
from ringdesk import schema

PACKAGES = ["kernel", "accounts", "pbx", "dialplan", "crm_core", "recordings", "queue_router", "reports", "web"]


async def test_migrations_make_what_the_models_say_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/r.db")
    await schema.upgrade(database)
    await schema.upgrade(database)
    assert await schema.differences(database) == []
    await database.close()


@pytest.mark.postgresql
async def test_migrations_make_what_the_models_say_on_postgresql(postgres_url: str) -> None:
    database = Database(postgres_url)
    await schema.upgrade(database)
    assert await schema.differences(database) == []
    await database.close()


def test_every_table_of_every_package_is_in_the_schema() -> None:
    known = set(schema.METADATA.tables)
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(package.__path__, prefix=f"{name}."):
            if not module.name.endswith(("__main__", "_process")):
                importlib.import_module(module.name)
    assert {table.name for table in Base.metadata.tables.values()} == known
