"""The history of publications: who brought what into Asterisk, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import Author, note
from dialplan.publish_changes import Change
from dialplan.publish_log import Complaint
from dialplan.stored_tables import PublicationRow


class Result(StrEnum):
    """What came of a publication."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a publication did, or would do."""

    result: Result
    changes: Sequence[Change] = ()
    files: Sequence[str] = ()
    problem: str | None = None
    warnings: Sequence[str] = ()
    needs_restart: Sequence[str] = ()
    complaints: Sequence[Complaint] = ()
    """What Asterisk, or our own check, found wrong, one by one; `problem` tells the same in a sentence."""
    id: int | None = None
    """Of its row in the history; None where nothing was to be done, or it was only tried."""


async def last_published(session: AsyncSession, node: str) -> dict[str, Any] | None:
    """What Asterisk was given last, as `without_secrets` gives it; None where nothing was published yet."""
    found: dict[str, Any] | None = await session.scalar(
        select(PublicationRow.config)
        .where(PublicationRow.node == node, PublicationRow.result == Result.PUBLISHED)
        .order_by(PublicationRow.id.desc())
        .limit(1)
    )
    return found


async def last_publication(session: AsyncSession, node: str) -> int:
    """The id of the last publication that Asterisk took; 0 where there was none."""
    found: int | None = await session.scalar(
        select(func.max(PublicationRow.id)).where(
            PublicationRow.node == node, PublicationRow.result == Result.PUBLISHED
        )
    )
    return found or 0


async def record(
    session: AsyncSession, node: str, author: Author, outcome: Outcome, config: dict[str, Any], now: datetime
) -> PublicationRow:
    """Keep a publication. Of one that did not come to be the configuration is not kept: the next compares with it."""
    row = PublicationRow(
        node=node,
        at=now,
        user_id=author.user_id,
        via=author.via,
        result=outcome.result.value,
        changes=[change.as_data() for change in outcome.changes],
        files=list(outcome.files),
        problem=outcome.problem,
        config=config if outcome.result is Result.PUBLISHED else None,
    )
    session.add(row)
    await session.flush()
    note(
        session, author, "publish", "pbx", node, now=now, after={"publication": row.id, "result": outcome.result.value}
    )
    return row


async def history(
    session: AsyncSession, node: str, *, before_id: int | None = None, limit: int = 50
) -> list[PublicationRow]:
    """Publications, newest first, from before `before_id` on."""
    statement = select(PublicationRow).where(PublicationRow.node == node).order_by(PublicationRow.id.desc())
    if before_id is not None:
        statement = statement.where(PublicationRow.id < before_id)
    return list(await session.scalars(statement.limit(limit)))
