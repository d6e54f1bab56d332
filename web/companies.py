"""`/api/v1/companies`: the organisations that people belong to, and what happened with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from aiohttp_pydantic.oas.typing import r200, r201
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Thing
from crm_core.activities import Record, RecordKind
from crm_core.companies import Company, NamePosition
from web.paging import Cursor, Limit, decode_cursor, encode_cursor
from web.problems import not_found
from web.records import (
    ActivityList,
    ActivityView,
    EmailInput,
    EmailView,
    Id,
    NewNote,
    NumberInput,
    NumberView,
    Query,
    Version,
    audit,
    changes_in,
    emails_of,
    names_of,
    numbers_of,
    state_of,
    timeline_of,
    write_note,
)
from web.views import View, answer, search_words


class CompanyView(BaseModel):
    """A company. `version` grows with each change."""

    id: int
    name: str
    owner_id: int | None
    owner_name: str | None
    numbers: list[NumberView]
    emails: list[EmailView]
    tags: list[str]
    notes: str
    version: int
    created_at: datetime
    updated_at: datetime


class CompanyList(BaseModel):
    """A page of companies, in order of name."""

    items: list[CompanyView]
    next_cursor: str | None


class NewCompany(BaseModel, extra="forbid"):
    """A company to add. Without `owner_id` it belongs to whoever adds it."""

    name: str = Field(max_length=1000)
    owner_id: Id | None = None
    numbers: list[NumberInput] = Field([], max_length=100)
    emails: list[EmailInput] = Field([], max_length=100)
    tags: list[str] = Field([], max_length=100)
    notes: str = Field("", max_length=40_000)


class CompanyChanges(BaseModel, extra="forbid"):
    """What to change of a company: what is left out stays. Numbers, addresses and tags are replaced as a whole."""

    version: Version
    name: str = Field("", max_length=1000)
    owner_id: Id | None = None
    numbers: list[NumberInput] = Field([], max_length=100)
    emails: list[EmailInput] = Field([], max_length=100)
    tags: list[str] = Field([], max_length=100)
    notes: str = Field("", max_length=40_000)


class Companies(View):
    async def get(
        self,
        q: Query = "",
        tag: Query = "",
        owner_id: Id | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[CompanyList]:
        """Companies in order of name; with `q`, those in whose name, numbers or addresses all its words stand.

        Tags: companies
        """
        self.require(Action.READ, Thing.COMPANY)
        after = NamePosition(*decode_cursor(cursor, str, int)) if cursor else None
        query, tag = search_words(q), search_words(tag, "tag")
        async with self.services.database.reading() as session:
            page = await self.services.crm.companies.page(
                session, query=query, tag=tag, owner_id=owner_id, after=after, limit=limit
            )
            items = await company_views(session, page.companies)
        return answer(
            CompanyList(
                items=items, next_cursor=encode_cursor(page.next.sort_name, page.next.id) if page.next else None
            )
        )

    async def post(self, company: NewCompany) -> r201[CompanyView]:
        """Add a company. The calls of its numbers in the last day come on its timeline.

        Tags: companies
        """
        self.require(Action.CREATE, Thing.COMPANY)
        now = self.services.clock.now()
        values = {"name": company.name, "owner_id": self.user.id, **changes_in(company)}
        async with self.services.database.transaction() as session:
            added = await self.services.crm.companies.create(session, now=now, **values)
            await self.services.crm.notes.adopt_calls(session, Record(RecordKind.COMPANY, added.id), now)
            (shown,) = await company_views(session, [added])
            audit(self, session, Thing.COMPANY, shown)
        self.tag(state_of(shown))
        return answer(shown, 201, {"Location": f"/api/v1/companies/{shown.id}"})


class OneCompany(View):
    async def get(self, company_id: Id, /) -> r200[CompanyView]:
        """A company.

        Tags: companies
        """
        self.require(Action.READ, Thing.COMPANY)
        async with self.services.database.reading() as session:
            company = await self.services.crm.companies.get(session, company_id)
            if company is None:
                raise not_found("company")
            (shown,) = await company_views(session, [company])
        self.tag(state_of(shown))
        return answer(shown)

    async def patch(self, company_id: Id, /, changes: CompanyChanges) -> r200[CompanyView]:
        """Change a company. 409 where somebody else has changed it since `version` was read.

        Tags: companies
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.COMPANY)
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            known = await self.services.crm.companies.get(session, company_id)
            if known is None:
                raise not_found("company")
            (before,) = await company_views(session, [known])
            self.require_unchanged(state_of(before))
            changed = await self.services.contacts.change_company(
                session, company_id, changes.version, changes_in(changes), now
            )
            if "numbers" in changes.model_fields_set:
                await self.services.crm.notes.adopt_calls(session, Record(RecordKind.COMPANY, company_id), now)
            (shown,) = await company_views(session, [changed])
            audit(self, session, Thing.COMPANY, shown, before)
        self.tag(state_of(shown))
        return answer(shown)


class CompanyTimeline(View):
    async def get(
        self,
        company_id: Id,
        /,
        kind: Literal["", "call", "note", "task", "system"] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[ActivityList]:
        """What happened with a company and its people, newest first.

        Tags: companies
        """
        self.require(Action.READ, Thing.COMPANY)
        async with self.services.database.reading() as session:
            if await session.get(Company, company_id) is None:
                raise not_found("company")
            return await timeline_of(self, session, Record(RecordKind.COMPANY, company_id), kind, limit, cursor)


class CompanyNotes(View):
    async def post(self, company_id: Id, /, note: NewNote) -> r201[ActivityView]:
        """Write a note on a company.

        Tags: companies
        """
        self.require(Action.CREATE, Thing.ACTIVITY)
        async with self.services.database.transaction() as session:
            if await session.get(Company, company_id) is None:
                raise not_found("company")
            return await write_note(self, session, Record(RecordKind.COMPANY, company_id), note.text)


async def company_views(session: AsyncSession, companies: Iterable[Company]) -> list[CompanyView]:
    """Companies as the API gives them."""
    rows = list(companies)
    names = await names_of(session, (row.owner_id for row in rows))
    return [
        CompanyView(
            id=row.id,
            name=row.name,
            owner_id=row.owner_id,
            owner_name=names.get(row.owner_id),
            numbers=numbers_of(row.numbers),
            emails=emails_of(row.emails),
            tags=[tag.name for tag in row.tags],
            notes=row.notes,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]
