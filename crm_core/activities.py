"""Activities: what happened with a contact, a company or a lead. One row for each record that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.details import values_of
from kernel.database import Base, UTCDateTime


class ActivityKind(StrEnum):
    """What kind of thing happened."""

    CALL = "call"
    NOTE = "note"
    TASK = "task"
    SYSTEM = "system"


class RecordKind(StrEnum):
    """What has a timeline."""

    CONTACT = "contact"
    COMPANY = "company"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Record:
    """A contact, a company or a lead."""

    kind: RecordKind
    id: int

    @property
    def column(self) -> str:
        """The column that points to records of this kind."""
        return f"{self.kind.value}_id"


class Activity(Base):
    """Something that happened with the one record that `contact_id`, `company_id` or `lead_id` names.

    `data` holds what the kind needs. Of a call: `direction`, `number` (the other's, as signalled), `dialed`,
    `answered_by` and `answered_at` (ISO, None until somebody talks), and after its end `outcome`. Of a note:
    `call_id`, where it was written in a call. Of a task: `task_id`, `done`. `text` is what a person wrote,
    `author_id` who did. `origin` names what made the activity, and is unique on a record: what is told twice is one.
    """

    __tablename__ = "activities"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    kind: Mapped[ActivityKind] = mapped_column(
        Enum(ActivityKind, native_enum=False, length=16, values_callable=values_of)
    )
    at: Mapped[datetime] = mapped_column(UTCDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    node: Mapped[str | None] = mapped_column(String(64))
    call_id: Mapped[str | None] = mapped_column(String(128))
    origin: Mapped[str | None] = mapped_column(String(200), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        UniqueConstraint("contact_id", "node", "call_id"),
        UniqueConstraint("company_id", "node", "call_id"),
        UniqueConstraint("lead_id", "node", "call_id"),
        UniqueConstraint("contact_id", "origin"),
        UniqueConstraint("company_id", "origin"),
        UniqueConstraint("lead_id", "origin"),
        Index(None, "contact_id", "at", "id"),
        Index(None, "company_id", "at", "id"),
        Index(None, "lead_id", "at", "id"),
        Index(None, "node", "call_id"),
    )


class CallNumber(Base):
    """The number at the other end of a call, by which the calls of a number are found.

    `settled` once the end of the call was dealt with: a missed call makes its task or lead once. `missed` while it
    counts as one there: what is learned later may show that somebody talked.
    """

    __tablename__ = "call_numbers"

    call_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    e164: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UTCDateTime())
    settled: Mapped[bool] = mapped_column(default=False)
    missed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    __table_args__ = (Index(None, "e164", "at"),)
