"""The audit log: who changed what and when, before and after, written in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UTCDateTime

LEFT_OUT = "(left out)"
_SECRET_WORDS = ("password", "secret", "digest", "token", "cookie", "hash")


class AuditEntry(Base):
    """One change. `user_id` is None where no user did it: then `via` says what did (`command line`, `start`)."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    via: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(32))
    thing: Mapped[str] = mapped_column(String(32))
    thing_id: Mapped[str] = mapped_column(String(128))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: a user over the API, or nobody in particular on the command line."""

    user_id: int | None
    via: str = "api"


COMMAND_LINE = Author(None, "command line")
START = Author(None, "start")


def note(
    session: AsyncSession,
    author: Author,
    action: str,
    thing: str,
    thing_id: int | str,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down a change, with the transaction that makes it.

    Where there is a before and an after, only what differs is kept. Values of fields that sound like secrets are left
    out, at any depth. Nothing is written where nothing differs.
    """
    if before is not None and after is not None:
        differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if not differing:
            return
        before = {name: before[name] for name in differing if name in before}
        after = {name: after[name] for name in differing if name in after}
    session.add(
        AuditEntry(
            at=now,
            user_id=author.user_id,
            via=author.via,
            action=action,
            thing=thing,
            thing_id=str(thing_id)[:128],
            before=None if before is None else without_secrets(before),
            after=None if after is None else without_secrets(after),
        )
    )


def without_secrets(value: Mapping[str, Any]) -> dict[str, Any]:
    """`value` with the values of fields that sound like secrets replaced."""
    return {name: LEFT_OUT if _is_secret(name) else _cleaned(each) for name, each in value.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)


async def audit_page(
    session: AsyncSession,
    *,
    before_id: int | None = None,
    limit: int = 50,
    user_id: int | None = None,
    thing: str | None = None,
    thing_id: str | None = None,
) -> list[AuditEntry]:
    """Entries, newest first, from before `before_id` on; of one user, one kind of thing, or one thing."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(AuditEntry.id < before_id)
    if user_id is not None:
        statement = statement.where(AuditEntry.user_id == user_id)
    if thing is not None:
        statement = statement.where(AuditEntry.thing == thing)
    if thing_id is not None:
        statement = statement.where(AuditEntry.thing_id == thing_id)
    return list(await session.scalars(statement))
