"""Tables of what Asterisk is told and an admin changes: phones, trunks, queues, numbers, and what was published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UTCDateTime

NAME_LIMIT = 32


class PbxRow(Base):
    """A PBX whose settings the database has; without a row those of the settings file have not been taken over."""

    __tablename__ = "pbx"

    node: Mapped[str] = mapped_column(String(NAME_LIMIT), primary_key=True)
    default_queue: Mapped[str | None] = mapped_column(String(NAME_LIMIT))
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime())


class PhoneRow(Base):
    """A SIP account: `dialplan.config.Phone`."""

    __tablename__ = "phones"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(NAME_LIMIT), unique=True)
    secret: Mapped[str] = mapped_column(String(256))
    name: Mapped[str] = mapped_column(String(256))
    browser: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())


class TrunkRow(Base):
    """A way to the outside: `dialplan.config.Trunk`."""

    __tablename__ = "trunks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT), unique=True)
    match: Mapped[list[str]] = mapped_column(JSON)
    host: Mapped[str | None] = mapped_column(String(253))
    port: Mapped[int]
    username: Mapped[str | None] = mapped_column(String(64))
    secret: Mapped[str | None] = mapped_column(String(256))
    from_user: Mapped[str | None] = mapped_column(String(NAME_LIMIT))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())


class QueueRow(Base):
    """A queue: `dialplan.config.Queue`; who serves it stands in `QueueMemberRow`."""

    __tablename__ = "queues"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT), unique=True)
    label: Mapped[str] = mapped_column(String(256))
    strategy: Mapped[str] = mapped_column(String(16))
    ring_seconds: Mapped[int]
    wrap_up_seconds: Mapped[int]
    music: Mapped[str] = mapped_column(String(NAME_LIMIT))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())


class QueueMemberRow(Base):
    """A phone that serves a queue, and at which place of its list."""

    __tablename__ = "queue_members"

    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int]


class NumberRow(Base):
    """A number that callers dial, and where it leads: `dialplan.destinations`. What is not of its `kind` is null."""

    __tablename__ = "dialled_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(NAME_LIMIT), unique=True)
    kind: Mapped[str] = mapped_column(String(16), server_default="queue")
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id", ondelete="RESTRICT"), index=True)
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id", ondelete="RESTRICT"), index=True)
    ring_seconds: Mapped[int | None]
    sound: Mapped[str | None] = mapped_column(String(64))
    early_media: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())


class PublicationRow(Base):
    """One try to bring what is stored into Asterisk."""

    __tablename__ = "publications"
    __table_args__ = (Index(None, "node", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(NAME_LIMIT))
    at: Mapped[datetime] = mapped_column(UTCDateTime())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    via: Mapped[str] = mapped_column(String(32))
    result: Mapped[str] = mapped_column(String(16))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    files: Mapped[list[str]] = mapped_column(JSON)
    problem: Mapped[str | None] = mapped_column(Text)
    config: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What was published, its secrets as digests: what the next publication is compared with."""
