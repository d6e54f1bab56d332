"""Contacts: people whom we know, their numbers and addresses, and finding them by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from accounts.errors import BadInput
from accounts.users import clean_name
from crm_core.companies import Company, CompanyDirectory, NamePosition, check_owner
from crm_core.contact_tables import Contact, ContactEmail, ContactNumber, ContactTag
from crm_core.details import (
    TypedEmail,
    TypedNumber,
    clean_emails,
    clean_numbers,
    clean_tags,
    clean_text,
    search_text,
)
from crm_core.errors import NoSuchRecord, check_version
from crm_core.folding import fold, sort_key
from crm_core.lookup import ContactMatch, NumberLookup, NumberMatches
from crm_core.numbers import parse_number
from kernel.database import Database

ContactPosition = NamePosition

__all__ = ["Contact", "ContactDirectory", "ContactMatch", "ContactPage", "ContactPosition"]


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some contacts in the list's order, and where the next ones begin (None: there are no more)."""

    contacts: Sequence[Contact]
    next: NamePosition | None


DETAILS = (selectinload(Contact.numbers), selectinload(Contact.emails), selectinload(Contact.tags))


class ContactDirectory:
    """The contacts. `region` is the country whose habits a number without a country code follows."""

    def __init__(self, database: Database, region: str) -> None:
        self._lookup = NumberLookup(database)
        self.companies = CompanyDirectory(region)
        self.region = self.companies.region

    async def lookup(self, number: str | None) -> list[ContactMatch]:
        """Everybody on whose contact `number` stands, in order of name. None for a withheld number or none at all."""
        return (await self.lookup_everybody(number)).contacts

    async def lookup_in(self, session: AsyncSession, number: str | None) -> list[ContactMatch]:
        """The same within a session."""
        return (await self.lookup_everybody_in(session, number)).contacts

    async def lookup_everybody(self, number: str | None) -> NumberMatches:
        """The contacts and the companies on whose records `number` stands."""
        e164 = parse_number(number, self.region).e164
        return NumberMatches(None, [], []) if e164 is None else await self._lookup.find(e164)

    async def lookup_everybody_in(self, session: AsyncSession, number: str | None) -> NumberMatches:
        """The same within a session."""
        e164 = parse_number(number, self.region).e164
        return NumberMatches(None, [], []) if e164 is None else await self._lookup.find_in(session, e164)

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
        company: str | None = None,
        company_id: int | None = None,
        owner_id: int | None = None,
    ) -> Contact:
        """Add a contact. `BadInput` names the field: `name`, `company`, or `numbers[2]`.

        The company is given by its id, or by its name: then it is the one of that name, made where there is none.
        """
        cleaned_name = clean_name(name)
        await check_owner(session, owner_id)
        contact = Contact(
            name=cleaned_name,
            owner_id=owner_id,
            notes=clean_text(notes, "notes"),
            sort_name=sort_key(cleaned_name),
            version=1,
            created_at=now,
            updated_at=now,
            numbers=self._numbers(numbers),
            emails=_emails(emails),
            tags=_tags(tags),
        )
        await self._set_company(session, contact, company, company_id, now)
        contact.search_text = _search_text(contact)
        session.add(contact)
        await session.flush()
        return contact

    async def get(self, session: AsyncSession, contact_id: int) -> Contact | None:
        """One contact with its details."""
        found: Contact | None = await session.scalar(select(Contact).where(Contact.id == contact_id).options(*DETAILS))
        return found

    async def change(
        self, session: AsyncSession, contact_id: int, version: int, changes: dict[str, Any], now: datetime
    ) -> Contact:
        """Change the fields in `changes`, named as in `create`; numbers, addresses and tags are replaced as a whole.

        `NoSuchRecord`, `StaleRecord` when `version` is no longer the contact's, `BadInput` for a field's bad value.
        """
        contact = await session.scalar(
            select(Contact)
            .where(Contact.id == contact_id)
            .options(*DETAILS)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if contact is None:
            raise NoSuchRecord("contact")
        check_version("contact", contact.version, version)
        if "name" in changes:
            contact.name = clean_name(changes["name"])
            contact.sort_name = sort_key(contact.name)
        if "owner_id" in changes:
            await check_owner(session, changes["owner_id"])
            contact.owner_id = changes["owner_id"]
        if "company" in changes or "company_id" in changes:
            await self._set_company(session, contact, changes.get("company"), changes.get("company_id"), now)
        if "notes" in changes:
            contact.notes = clean_text(changes["notes"], "notes")
        if "numbers" in changes:
            contact.numbers = self._numbers(changes["numbers"])
        if "emails" in changes:
            contact.emails = _emails(changes["emails"])
        if "tags" in changes:
            contact.tags = _tags(changes["tags"])
        contact.search_text = _search_text(contact)
        contact.version += 1
        contact.updated_at = now
        await session.flush()
        return contact

    async def change_company(
        self, session: AsyncSession, company_id: int, version: int, changes: dict[str, Any], now: datetime
    ) -> Company:
        """`CompanyDirectory.change`, and a new name also on the contacts of the company."""
        company = await self.companies.change(session, company_id, version, changes, now)
        if "name" in changes:
            people = await session.scalars(select(Contact).where(Contact.company_id == company_id).options(*DETAILS))
            for contact in people:
                contact.company = company.name
                contact.search_text = _search_text(contact)
            await session.flush()
        return company

    async def adopt_companies(self, session: AsyncSession, now: datetime) -> int:
        """Give each company that stands on contacts only as a text a record of its own; how many contacts had one.

        Companies were texts in the first version. One record for each name, whatever its case.
        """
        is_text = Contact.company_id.is_(None)
        texts = (await session.scalars(select(Contact.company).where(Contact.company.is_not(None), is_text))).all()
        for text in dict.fromkeys(text for text in texts if text):
            company = await self.companies.of_name(session, text, now)
            await session.execute(update(Contact).where(Contact.company == text, is_text).values(company_id=company.id))
        return len(texts)

    async def page(
        self,
        session: AsyncSession,
        *,
        query: str = "",
        tag: str = "",
        owner_id: int | None = None,
        company_id: int | None = None,
        after: NamePosition | None = None,
        limit: int = 50,
    ) -> ContactPage:
        """Contacts in order of name; with `query`, those in whose name, company or numbers each of its words stands."""
        statement = select(Contact).order_by(Contact.sort_name, Contact.id).limit(limit + 1).options(*DETAILS)
        as_number = parse_number(query, self.region).e164
        if as_number is not None:
            statement = statement.where(Contact.numbers.any(ContactNumber.e164 == as_number))
        else:
            for word in fold(query).split():
                statement = statement.where(Contact.search_text.contains(word, autoescape=True))
        if tag:
            statement = statement.where(Contact.tags.any(ContactTag.folded == fold(tag.strip())))
        if owner_id is not None:
            statement = statement.where(Contact.owner_id == owner_id)
        if company_id is not None:
            statement = statement.where(Contact.company_id == company_id)
        if after is not None:
            statement = statement.where(tuple_(Contact.sort_name, Contact.id) > (after.sort_name, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        return ContactPage(found, NamePosition(found[-1].sort_name, found[-1].id) if has_more else None)

    async def _set_company(
        self, session: AsyncSession, contact: Contact, name: str | None, company_id: int | None, now: datetime
    ) -> None:
        company: Company | None = None
        if company_id is not None:
            company = await session.get(Company, company_id)
            if company is None:
                raise BadInput("company_id", f"there is no company {company_id}")
        elif name and name.strip():
            company = await self.companies.of_name(session, name, now)
        contact.company_id = company.id if company else None
        contact.company = company.name if company else None

    def _numbers(self, numbers: Sequence[str | TypedNumber]) -> list[ContactNumber]:
        return [
            ContactNumber(typed=number.typed, kind=number.kind, e164=e164)
            for number, e164 in clean_numbers(numbers, self.region)
        ]


def _search_text(contact: Contact) -> str:
    return search_text([contact.name, contact.company], contact.numbers, contact.emails)


def _emails(emails: Sequence[str | TypedEmail]) -> list[ContactEmail]:
    return [
        ContactEmail(typed=email.typed, kind=email.kind, address=address) for email, address in clean_emails(emails)
    ]


def _tags(tags: Sequence[str]) -> list[ContactTag]:
    return [ContactTag(name=name, folded=folded) for folded, name in clean_tags(tags).items()]
