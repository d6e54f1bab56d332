"""Looking a number up: everybody on whose record it stands, contacts and companies alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.database import Database
from kernel.quick_read import QuickReader

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


_SQL = """
SELECT 1 AS kind, c.id AS id, c.name AS name, c.company, c.company_id, c.owner_id, c.sort_name AS sort_name
FROM contact_numbers AS n JOIN contacts AS c ON c.id = n.contact_id WHERE n.e164 = NUMBER
UNION
SELECT 0, c.id, c.name, NULL, NULL, c.owner_id, c.sort_name
FROM company_numbers AS n JOIN companies AS c ON c.id = n.company_id WHERE n.e164 = NUMBER
ORDER BY kind, sort_name, id LIMIT 200
"""
# UNION, not UNION ALL: one number may stand twice on one record. Companies first: the people on one switchboard may be
# more than the limit.
STATEMENT = text(_SQL.replace("NUMBER", ":e164"))
DRIVER_STATEMENTS = {"sqlite": _SQL.replace("NUMBER", "?1"), "postgresql": _SQL.replace("NUMBER", "$1")}
"""The statement as the drivers take it, by the name of the database's kind."""


class NumberLookup:
    """Finds the records of a number. One statement, two index seeks; it takes what a caller's pop-up has to wait."""

    def __init__(self, database: Database) -> None:
        self._reader = QuickReader(database)

    async def find(self, e164: str) -> NumberMatches:
        """Whose `e164` is, by what is committed now."""
        return _matches(e164, await self._reader.rows(DRIVER_STATEMENTS, e164))

    async def find_in(self, session: AsyncSession, e164: str) -> NumberMatches:
        """The same within a session."""
        return _matches(e164, await session.execute(STATEMENT, {"e164": e164}))


def _matches(e164: str, rows: Iterable[Any]) -> NumberMatches:
    contacts: list[ContactMatch] = []
    companies: list[CompanyMatch] = []
    for kind, id, name, company, company_id, owner_id, _ in rows:
        if kind == 1:
            contacts.append(ContactMatch(id, name, company, e164, company_id, owner_id))
        else:
            companies.append(CompanyMatch(id, name, e164, owner_id))
    return NumberMatches(e164, contacts[:MATCHES_LIMIT], companies[:MATCHES_LIMIT])
