"""Tables of the journal: the facts as they came, the calls that they make, and the gaps between."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UTCDateTime


class CallFactRow(Base):
    """One fact of one call, append-only. `data` holds what its kind adds to the fields that every fact has."""

    __tablename__ = "call_facts"

    call_id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    problem: Mapped[str | None] = mapped_column(Text)
    """What failed in a handler of this fact; its effect elsewhere is missing then."""
    backfilled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """Nobody heard it: it was read from the PBX's own files after a gap."""

    __table_args__ = (Index(None, "at"),)


class CallRow(Base):
    """A call as its facts tell it so far; computed from them alone, in the transaction that writes them."""

    __tablename__ = "calls"

    call_id: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    linkedid: Mapped[str | None] = mapped_column(Text)
    direction: Mapped[str | None] = mapped_column(Text)
    caller_number: Mapped[str | None] = mapped_column(Text, index=True)
    caller_name: Mapped[str | None] = mapped_column(Text)
    dialed: Mapped[str | None] = mapped_column(Text)
    queue: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rang: Mapped[list[str]] = mapped_column(JSON)
    answered_by: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(Text)
    hangup_by: Mapped[str | None] = mapped_column(Text)
    merged_into: Mapped[str | None] = mapped_column(Text)
    recorded: Mapped[bool] = mapped_column(Boolean)
    end_inferred: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """The end was neither heard nor found in the PBX's files: after a gap the call was there no more."""
    backfilled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """Some of it was read from the PBX's own files after a gap."""


class LinkGapRow(Base):
    """A time in which the PBX was not heard. `ended_at` is null while it lasts.

    Until `backfilled_at` calls may be missing there; from then on they are complete from the PBX's own files.
    `backfill_problem` says why that was not possible.
    """

    __tablename__ = "link_gaps"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text)
    backfilled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    backfill_problem: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index(None, "node", "started_at", unique=True),)


class LinkMark(Base):
    """When a PBX was last heard by a service that has since stopped or been killed: where its gap begins."""

    __tablename__ = "link_marks"

    node: Mapped[str] = mapped_column(Text, primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(UTCDateTime)
