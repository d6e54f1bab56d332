"""Contacts: people whom we know, their numbers, and finding them by one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from accounts.errors import BadInput
from accounts.users import NAME_LIMIT, clean_name
from crm_core.numbers import TYPED_LIMIT, NumberProblem, check_region, parse_number
from kernel.database import Base, Database, UTCDateTime

NUMBERS_LIMIT = 20
"""Numbers that one contact may have."""
MATCHES_LIMIT = 20
"""People given for one number: a company's switchboard may stand on many contacts, a desk shows only so many."""


class Contact(Base):
    """A person whom we know."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    company: Mapped[str | None] = mapped_column(String(NAME_LIMIT))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    sort_name: Mapped[str] = mapped_column(String(3 * NAME_LIMIT))
    """The name without regard to case, in whose order lists stand. Folding may lengthen a text threefold."""
    search_text: Mapped[str] = mapped_column(Text)
    """Name, company and numbers without regard to case, for the search box."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())

    numbers: Mapped[list[ContactNumber]] = relationship(
        order_by="ContactNumber.id", cascade="all, delete-orphan", lazy="raise"
    )

    __table_args__ = (Index(None, "sort_name", "id"),)


class ContactNumber(Base):
    """A number of a contact: as typed, and in E.164 where it has such a form."""

    __tablename__ = "contact_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    typed: Mapped[str] = mapped_column(String(TYPED_LIMIT))
    e164: Mapped[str | None] = mapped_column(String(16), index=True)


@dataclass(frozen=True, slots=True)
class ContactMatch:
    """Somebody on whose contact the number that was looked up stands."""

    id: int
    name: str
    company: str | None
    e164: str


@dataclass(frozen=True, slots=True)
class ContactPosition:
    """A contact's place in the list: lists go on behind it."""

    sort_name: str
    id: int


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some contacts in the list's order, and where the next ones begin (None: there are no more)."""

    contacts: Sequence[Contact]
    next: ContactPosition | None


class ContactDirectory:
    """The contacts. `region` is the country whose habits a number without a country code follows."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self.region = check_region(region)

    async def lookup(self, number: str | None) -> list[ContactMatch]:
        """Everybody on whose contact `number` stands, in order of name. None for a withheld number or none at all."""
        async with self._database.reading() as session:
            return await self.lookup_in(session, number)

    async def lookup_in(self, session: AsyncSession, number: str | None) -> list[ContactMatch]:
        """The same within a session."""
        e164 = parse_number(number, self.region).e164
        if e164 is None:
            return []
        rows = await session.execute(
            select(Contact.id, Contact.name, Contact.company)
            .join(ContactNumber, ContactNumber.contact_id == Contact.id)
            .where(ContactNumber.e164 == e164)
            .group_by(Contact.id, Contact.name, Contact.company, Contact.sort_name)
            .order_by(Contact.sort_name, Contact.id)
            .limit(MATCHES_LIMIT)
        )
        return [ContactMatch(id, name, company, e164) for id, name, company in rows]

    async def create(
        self,
        session: AsyncSession,
        *,
        name: str,
        numbers: Sequence[str],
        now: datetime,
        company: str | None = None,
        owner_id: int | None = None,
    ) -> Contact:
        """Add a contact. `BadInput` names the field: `name`, `company`, or `numbers[2]`."""
        cleaned_name = clean_name(name)
        cleaned_company = clean_name(company, "company") if company and company.strip() else None
        rows = self._numbers(numbers)
        contact = Contact(
            name=cleaned_name,
            company=cleaned_company,
            owner_id=owner_id,
            sort_name=fold(cleaned_name),
            search_text=fold("\n".join([cleaned_name, cleaned_company or "", *_searchable(rows)])),
            created_at=now,
            numbers=rows,
        )
        session.add(contact)
        await session.flush()
        return contact

    async def get(self, session: AsyncSession, contact_id: int) -> Contact | None:
        """One contact with its numbers."""
        found: Contact | None = await session.scalar(
            select(Contact).where(Contact.id == contact_id).options(selectinload(Contact.numbers))
        )
        return found

    async def page(
        self, session: AsyncSession, *, query: str = "", after: ContactPosition | None = None, limit: int = 50
    ) -> ContactPage:
        """Contacts in order of name; with `query`, those in whose name, company or numbers each of its words stands."""
        statement = (
            select(Contact)
            .order_by(Contact.sort_name, Contact.id)
            .limit(limit + 1)
            .options(selectinload(Contact.numbers))
        )
        as_number = parse_number(query, self.region).e164
        if as_number is not None:
            statement = statement.where(Contact.numbers.any(ContactNumber.e164 == as_number))
        else:
            for word in fold(query).split():
                statement = statement.where(Contact.search_text.contains(word, autoescape=True))
        if after is not None:
            statement = statement.where(tuple_(Contact.sort_name, Contact.id) > (after.sort_name, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        last = ContactPosition(found[-1].sort_name, found[-1].id) if has_more else None
        return ContactPage(found, last)

    def _numbers(self, numbers: Sequence[str]) -> list[ContactNumber]:
        if len(numbers) > NUMBERS_LIMIT:
            raise BadInput("numbers", f"at most {NUMBERS_LIMIT} numbers, got {len(numbers)}")
        rows: list[ContactNumber] = []
        for index, typed in enumerate(numbers):
            parsed = parse_number(typed, self.region)
            if parsed.problem not in (None, NumberProblem.EXTENSION):
                raise BadInput(f"numbers[{index}]", f"{typed[:TYPED_LIMIT]!r} is no phone number ({parsed.problem})")
            rows.append(ContactNumber(typed=typed.strip(), e164=parsed.e164))
        return rows


def fold(text: str) -> str:
    """`text` in the form in which texts are compared: without regard to case, width or composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _searchable(numbers: Sequence[ContactNumber]) -> list[str]:
    digits = ["".join(filter(str.isdecimal, number.typed)) for number in numbers]
    return [*(number.typed for number in numbers), *(number.e164 or "" for number in numbers), *digits]
