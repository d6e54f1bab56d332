"""How Alembic runs our migrations: on a connection it is handed (see `ringdesk.schema`)."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from kernel.database import UTCDateTime
from ringdesk.schema import METADATA


def _plain_type(kind: str, item: object, autogen_context: AutogenContext) -> str | Literal[False]:
    """How a type of ours stands in a migration: as the database's own, so that migrations never import our code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True, render_item=_plain_type
)
with context.begin_transaction():
    context.run_migrations()
