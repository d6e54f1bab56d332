"""Companies: organisations that people belong to, with numbers and addresses of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from accounts.errors import BadInput
from accounts.users import NAME_LIMIT, User, clean_name
from crm_core.details import (
    EmailColumns,
    NumberColumns,
    TagColumns,
    TypedEmail,
    TypedNumber,
    clean_emails,
    clean_numbers,
    clean_tags,
    clean_text,
    search_text,
)
from crm_core.errors import NoSuchRecord, check_version
from crm_core.folding import SORT_LIMIT, fold, sort_key
from crm_core.numbers import check_region, parse_number
from kernel.database import Base, UTCDateTime


class Company(Base):
    """An organisation. Several may have one name; people are linked to it by its id."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    notes: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = mapped_column(String(SORT_LIMIT))
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime())

    numbers: Mapped[list[CompanyNumber]] = relationship(
        order_by="CompanyNumber.id", cascade="all, delete-orphan", lazy="raise"
    )
    emails: Mapped[list[CompanyEmail]] = relationship(
        order_by="CompanyEmail.id", cascade="all, delete-orphan", lazy="raise"
    )
    tags: Mapped[list[CompanyTag]] = relationship(order_by="CompanyTag.id", cascade="all, delete-orphan", lazy="raise")

    __table_args__ = (Index(None, "sort_name", "id"),)


class CompanyNumber(NumberColumns, Base):
    """A number of a company."""

    __tablename__ = "company_numbers"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), index=True)


class CompanyEmail(EmailColumns, Base):
    """An e-mail address of a company."""

    __tablename__ = "company_emails"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), index=True)


class CompanyTag(TagColumns, Base):
    """A tag of a company."""

    __tablename__ = "company_tags"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), index=True)


@dataclass(frozen=True, slots=True)
class NamePosition:
    """A record's place in a list that stands in order of name: lists go on behind it."""

    sort_name: str
    id: int


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """Some companies in the list's order, and where the next ones begin (None: there are no more)."""

    companies: Sequence[Company]
    next: NamePosition | None


DETAILS = (selectinload(Company.numbers), selectinload(Company.emails), selectinload(Company.tags))


class CompanyDirectory:
    """The companies. `region` is the country whose habits a number without a country code follows."""

    def __init__(self, region: str) -> None:
        self.region = check_region(region)

    async def create(
        self,
        session: AsyncSession,
        *,
        name: str,
        now: datetime,
        numbers: Sequence[str | TypedNumber] = (),
        emails: Sequence[str | TypedEmail] = (),
        tags: Sequence[str] = (),
        notes: str | None = None,
        owner_id: int | None = None,
    ) -> Company:
        """Add a company. `BadInput` names the field."""
        cleaned = clean_name(name)
        await check_owner(session, owner_id)
        company = Company(
            name=cleaned,
            owner_id=owner_id,
            notes=clean_text(notes, "notes"),
            sort_name=sort_key(cleaned),
            version=1,
            created_at=now,
            updated_at=now,
            numbers=self._numbers(numbers),
            emails=_emails(emails),
            tags=_tags(tags),
        )
        company.search_text = search_text([cleaned], company.numbers, company.emails)
        session.add(company)
        await session.flush()
        return company

    async def of_name(self, session: AsyncSession, name: str, now: datetime, field: str = "company") -> Company:
        """The company of that name, whatever the case: the oldest where there are several, a new one where is none."""
        cleaned = clean_name(name, field)
        found = await session.scalar(
            select(Company).where(Company.sort_name == sort_key(cleaned)).order_by(Company.id).limit(1)
        )
        return found or await self.create(session, name=cleaned, now=now)

    async def get(self, session: AsyncSession, company_id: int) -> Company | None:
        """One company with its details."""
        found: Company | None = await session.scalar(select(Company).where(Company.id == company_id).options(*DETAILS))
        return found

    async def change(
        self, session: AsyncSession, company_id: int, version: int, changes: dict[str, Any], now: datetime
    ) -> Company:
        """Change the fields in `changes`, named as in `create`; numbers, addresses and tags are replaced as a whole.

        `NoSuchRecord`, `StaleRecord` when `version` is no longer the company's, `BadInput` for a field's bad value.
        """
        company = await session.scalar(
            select(Company)
            .where(Company.id == company_id)
            .options(*DETAILS)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if company is None:
            raise NoSuchRecord("company")
        check_version("company", company.version, version)
        if "name" in changes:
            company.name = clean_name(changes["name"])
            company.sort_name = sort_key(company.name)
        if "owner_id" in changes:
            await check_owner(session, changes["owner_id"])
            company.owner_id = changes["owner_id"]
        if "notes" in changes:
            company.notes = clean_text(changes["notes"], "notes")
        if "numbers" in changes:
            company.numbers = self._numbers(changes["numbers"])
        if "emails" in changes:
            company.emails = _emails(changes["emails"])
        if "tags" in changes:
            company.tags = _tags(changes["tags"])
        company.search_text = search_text([company.name], company.numbers, company.emails)
        company.version += 1
        company.updated_at = now
        await session.flush()
        return company

    async def page(
        self,
        session: AsyncSession,
        *,
        query: str = "",
        tag: str = "",
        owner_id: int | None = None,
        after: NamePosition | None = None,
        limit: int = 50,
    ) -> CompanyPage:
        """Companies in order of name; with `query`, those in whose name, numbers or addresses each of its words is."""
        statement = select(Company).order_by(Company.sort_name, Company.id).limit(limit + 1).options(*DETAILS)
        as_number = parse_number(query, self.region).e164
        if as_number is not None:
            statement = statement.where(Company.numbers.any(CompanyNumber.e164 == as_number))
        else:
            for word in fold(query).split():
                statement = statement.where(Company.search_text.contains(word, autoescape=True))
        if tag:
            statement = statement.where(Company.tags.any(CompanyTag.folded == fold(tag.strip())))
        if owner_id is not None:
            statement = statement.where(Company.owner_id == owner_id)
        if after is not None:
            statement = statement.where(tuple_(Company.sort_name, Company.id) > (after.sort_name, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        return CompanyPage(found, NamePosition(found[-1].sort_name, found[-1].id) if has_more else None)

    def _numbers(self, numbers: Sequence[str | TypedNumber]) -> list[CompanyNumber]:
        return [
            CompanyNumber(typed=number.typed, kind=number.kind, e164=e164)
            for number, e164 in clean_numbers(numbers, self.region)
        ]


async def check_owner(session: AsyncSession, user_id: int | None, field: str = "owner_id") -> None:
    """`BadInput` unless there is such a user who still works here; nobody (None) is fine."""
    if user_id is not None:
        user = await session.get(User, user_id)
        if user is None or not user.active:
            raise BadInput(field, f"there is no user {user_id} who works here")


def _emails(emails: Sequence[str | TypedEmail]) -> list[CompanyEmail]:
    return [
        CompanyEmail(typed=email.typed, kind=email.kind, address=address) for email, address in clean_emails(emails)
    ]


def _tags(tags: Sequence[str]) -> list[CompanyTag]:
    return [CompanyTag(name=name, folded=folded) for folded, name in clean_tags(tags).items()]
