"""Looking a number up: everybody on whose record it stands, contacts and companies alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core.companies import Company, CompanyNumber
from crm_core.contact_tables import Contact, ContactNumber
from kernel.database import Database

MATCHES_LIMIT = 20
"""Records of each kind given for one number: a switchboard may stand on many contacts, a desk shows only so many."""


@dataclass(frozen=True, slots=True)
class ContactMatch:
    """Somebody on whose contact the number that was looked up stands."""

    id: int
    name: str
    company: str | None
    e164: str
    company_id: int | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class CompanyMatch:
    """A company on whose record the number that was looked up stands."""

    id: int
    name: str
    e164: str
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class NumberMatches:
    """Whose a number is, each kind in order of name. `e164` is None where what was looked up is no whole number."""

    e164: str | None
    contacts: list[ContactMatch]
    companies: list[CompanyMatch]


class NumberLookup:
    """Finds the records of a number. One statement, two index seeks; it takes what a caller's pop-up has to wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, e164: str) -> NumberMatches:
        """Whose `e164` is."""
        async with self._database.reading() as session:
            return await self.find_in(session, e164)

    async def find_in(self, session: AsyncSession, e164: str) -> NumberMatches:
        """The same within a session."""
        return _matches(e164, await session.execute(STATEMENT, {"e164": e164}))


def _people() -> Any:
    return (
        select(
            literal(1).label("kind"),
            Contact.id.label("id"),
            Contact.name.label("name"),
            Contact.company.label("company"),
            Contact.company_id.label("company_id"),
            Contact.owner_id.label("owner_id"),
            Contact.sort_name.label("sort_name"),
        )
        .join(ContactNumber, ContactNumber.contact_id == Contact.id)
        .where(ContactNumber.e164 == bindparam("e164"))
    )


def _companies() -> Any:
    return (
        select(literal(0), Company.id, Company.name, null(), null(), Company.owner_id, Company.sort_name)
        .join(CompanyNumber, CompanyNumber.company_id == Company.id)
        .where(CompanyNumber.e164 == bindparam("e164"))
    )


def _statement() -> Any:
    # UNION, not UNION ALL: one number may stand twice on one record. Companies first: the people on one switchboard
    # may be more than the limit.
    return _people().union(_companies()).order_by("kind", "sort_name", "id").limit(10 * MATCHES_LIMIT)


STATEMENT = _statement()


def _matches(e164: str, rows: Iterable[Any]) -> NumberMatches:
    contacts: list[ContactMatch] = []
    companies: list[CompanyMatch] = []
    for kind, id, name, company, company_id, owner_id, _ in rows:
        if kind == 1:
            contacts.append(ContactMatch(id, name, company, e164, company_id, owner_id))
        else:
            companies.append(CompanyMatch(id, name, e164, owner_id))
    return NumberMatches(e164, contacts[:MATCHES_LIMIT], companies[:MATCHES_LIMIT])
