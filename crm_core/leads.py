"""Leads: numbers or people who may become customers, and whose turn it is to call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Enum, ForeignKey, Index, Integer, String, Text, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.users import NAME_LIMIT, clean_name
from crm_core.companies import Company, check_owner
from crm_core.contact_tables import Contact
from crm_core.details import clean_text, values_of
from crm_core.errors import NoSuchRecord, check_version
from crm_core.folding import fold
from crm_core.numbers import TYPED_LIMIT, NumberProblem, parse_number
from kernel.database import Base, UTCDateTime

SOURCE_LIMIT = 50
QUEUE_LIMIT = 64
MISSED_CALL = "missed_call"
"""The source of leads that a missed call made."""


class LeadStatus(StrEnum):
    """How far a lead has come."""

    NEW = "new"
    WORKING = "working"
    WON = "won"
    LOST = "lost"


OPEN = frozenset({LeadStatus.NEW, LeadStatus.WORKING})


class Lead(Base):
    """Somebody who may become a customer. `assignee_id` works on it, or else whoever is of the team of `queue`.

    `open_number` is the number while the lead is open, and unique: a number has one open lead. `missed_calls` counts
    the calls that nobody took, the last at `last_call_at`.
    """

    __tablename__ = "leads"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    """The person's name where it is known, or else the number."""
    number: Mapped[str | None] = mapped_column(String(TYPED_LIMIT))
    e164: Mapped[str | None] = mapped_column(String(16), index=True)
    open_number: Mapped[str | None] = mapped_column(String(16), unique=True)
    source: Mapped[str] = mapped_column(String(SOURCE_LIMIT))
    queue: Mapped[str | None] = mapped_column(String(QUEUE_LIMIT), index=True)
    status: Mapped[LeadStatus] = mapped_column(
        Enum(LeadStatus, native_enum=False, length=16, values_callable=values_of)
    )
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), index=True)
    notes: Mapped[str] = mapped_column(Text)
    missed_calls: Mapped[int] = mapped_column(Integer)
    last_call_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime())

    __table_args__ = (Index(None, "created_at", "id"),)


@dataclass(frozen=True, slots=True)
class LeadPosition:
    """A lead's place in the list: older ones follow behind it."""

    created_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Some leads, newest first, and where older ones begin (None: there are none)."""

    leads: Sequence[Lead]
    next: LeadPosition | None


@dataclass(frozen=True, slots=True)
class Workers:
    """Whose leads or tasks are meant: those of these users, and those of these queues."""

    user_ids: frozenset[int]
    queues: frozenset[str]


class Leads:
    """The leads. `region` is the country whose habits a number without a country code follows."""

    def __init__(self, region: str) -> None:
        self._region = region

    async def create(
        self,
        session: AsyncSession,
        *,
        name: str | None,
        number: str | None,
        source: str,
        now: datetime,
        queue: str | None = None,
        status: LeadStatus = LeadStatus.NEW,
        assignee_id: int | None = None,
        contact_id: int | None = None,
        company_id: int | None = None,
        notes: str | None = None,
    ) -> Lead:
        """Add a lead. `BadInput` names the field; also where another open lead has the number."""
        lead = Lead(
            status=status,
            source=clean_name(source, "source", SOURCE_LIMIT),
            missed_calls=0,
            version=1,
            created_at=now,
            updated_at=now,
        )
        values = {
            "name": name,
            "number": number,
            "queue": queue,
            "assignee_id": assignee_id,
            "contact_id": contact_id,
            "company_id": company_id,
            "notes": notes,
        }
        await self._set(session, lead, values)
        session.add(lead)
        await session.flush()
        return lead

    async def get(self, session: AsyncSession, lead_id: int) -> Lead | None:
        """One lead."""
        return await session.get(Lead, lead_id)

    async def open_for(self, session: AsyncSession, e164: str) -> Lead | None:
        """The open lead of that number."""
        found: Lead | None = await session.scalar(select(Lead).where(Lead.open_number == e164))
        return found

    async def link_contact(self, session: AsyncSession, contact: Contact, now: datetime) -> None:
        """Note on the open leads of the contact's numbers whose they are, where nobody is noted yet."""
        numbers = [number.e164 for number in contact.numbers if number.e164]
        leads = await session.scalars(select(Lead).where(Lead.open_number.in_(numbers), Lead.contact_id.is_(None)))
        for lead in leads:
            lead.contact_id, lead.company_id = contact.id, lead.company_id or contact.company_id
            lead.version += 1
            lead.updated_at = now
        await session.flush()

    async def change(
        self, session: AsyncSession, lead_id: int, version: int, changes: dict[str, Any], now: datetime
    ) -> Lead:
        """Change the fields in `changes`, named as in `create`.

        `NoSuchRecord`, `StaleRecord` when `version` is no longer the lead's, `BadInput` for a field's bad value.
        """
        lead = await session.scalar(
            select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(populate_existing=True)
        )
        if lead is None:
            raise NoSuchRecord("lead")
        check_version("lead", lead.version, version)
        await self._set(session, lead, changes)
        lead.version += 1
        lead.updated_at = now
        await session.flush()
        return lead

    async def page(
        self,
        session: AsyncSession,
        *,
        workers: Workers | None = None,
        query: str = "",
        statuses: Sequence[LeadStatus] = (),
        queue: str = "",
        assignee_id: int | None = None,
        after: LeadPosition | None = None,
        limit: int = 50,
    ) -> LeadPage:
        """Leads, newest first: of `workers` only, and with each filter that is given."""
        statement = select(Lead).order_by(Lead.created_at.desc(), Lead.id.desc()).limit(limit + 1)
        if workers is not None:
            statement = statement.where(worked_by(workers, Lead.queue, Lead.assignee_id))
        as_number = parse_number(query, self._region).e164
        if as_number is not None:
            statement = statement.where(Lead.e164 == as_number)
        else:
            for word in fold(query).split():
                statement = statement.where(Lead.search_text.contains(word, autoescape=True))
        if statuses:
            statement = statement.where(Lead.status.in_(statuses))
        if queue:
            statement = statement.where(Lead.queue == queue)
        if assignee_id is not None:
            statement = statement.where(Lead.assignee_id == assignee_id)
        if after is not None:
            statement = statement.where(tuple_(Lead.created_at, Lead.id) < (after.created_at, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        return LeadPage(found, LeadPosition(found[-1].created_at, found[-1].id) if has_more else None)

    async def _set(self, session: AsyncSession, lead: Lead, changes: dict[str, Any]) -> None:
        if "number" in changes:
            lead.number, lead.e164 = self._number(changes["number"])
        if "name" in changes:
            given = (changes["name"] or "").strip()
            if not given and lead.number is None:
                raise BadInput("name", "a lead needs a name or a number")
            lead.name = clean_name(given or lead.number or "")
        if "queue" in changes:
            lead.queue = clean_name(changes["queue"], "queue", QUEUE_LIMIT) if changes["queue"] else None
        if "notes" in changes:
            lead.notes = clean_text(changes["notes"], "notes")
        if "assignee_id" in changes:
            await check_owner(session, changes["assignee_id"], "assignee_id")
            lead.assignee_id = changes["assignee_id"]
        for field, kind in (("contact_id", Contact), ("company_id", Company)):
            if field in changes:
                if changes[field] is not None and await session.get(kind, changes[field]) is None:
                    raise BadInput(field, f"there is no such record as {changes[field]}")
                setattr(lead, field, changes[field])
        if "status" in changes:
            lead.status = changes["status"]
        lead.search_text = fold("\n".join(filter(None, [lead.name, lead.number, lead.e164, lead.source])))
        await self._hold_number(session, lead)

    async def _hold_number(self, session: AsyncSession, lead: Lead) -> None:
        """Keep to one open lead a number."""
        number = lead.e164 if lead.status in OPEN else None
        if number is not None and number != lead.open_number:
            with session.no_autoflush:
                other = await self.open_for(session, number)
            if other is not None and other is not lead:
                raise BadInput("number", f"{number} has an open lead already: number {other.id}")
        lead.open_number = number

    def _number(self, typed: str | None) -> tuple[str | None, str | None]:
        if typed is None or not typed.strip():
            return None, None
        parsed = parse_number(typed, self._region)
        if parsed.problem not in (None, NumberProblem.EXTENSION):
            raise BadInput("number", f"{typed[:TYPED_LIMIT]!r} is no phone number ({parsed.problem})")
        return typed.strip(), parsed.e164


def worked_by(workers: Workers, queue: Any, *people: Any) -> ColumnElement[bool]:
    """What is theirs: of one of their queues, or with one of them in a column of `people`."""
    user_ids = sorted(workers.user_ids)
    return or_(queue.in_(sorted(workers.queues)), *(column.in_(user_ids) for column in people))
