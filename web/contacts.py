"""`/api/v1/contacts`: the people whom we know, and what happened with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from aiohttp_pydantic.oas.typing import r200, r201
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Thing
from crm_core.activities import Record, RecordKind
from crm_core.contacts import Contact, ContactPosition
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


class ContactView(BaseModel):
    """A contact. `company` is the name of the company with `company_id`. `version` grows with each change."""

    id: int
    name: str
    company: str | None
    company_id: int | None
    owner_id: int | None
    owner_name: str | None
    numbers: list[NumberView]
    emails: list[EmailView]
    tags: list[str]
    notes: str
    version: int
    created_at: datetime
    updated_at: datetime | None


class ContactList(BaseModel):
    """A page of contacts, in order of name."""

    items: list[ContactView]
    next_cursor: str | None


class NewContact(BaseModel, extra="forbid"):
    """A contact to add. Its company is named by `company_id`, or by name, and added where there is none of that name.

    Without `owner_id` it belongs to whoever adds it.
    """

    name: str = Field(max_length=1000)
    company: str | None = Field(None, max_length=1000)
    company_id: Id | None = None
    owner_id: Id | None = None
    numbers: list[NumberInput] = Field([], max_length=100)
    emails: list[EmailInput] = Field([], max_length=100)
    tags: list[str] = Field([], max_length=100)
    notes: str = Field("", max_length=40_000)


class ContactChanges(BaseModel, extra="forbid"):
    """What to change of a contact: what is left out stays. Numbers, addresses and tags are replaced as a whole."""

    version: Version
    name: str = Field("", max_length=1000)
    company: str | None = Field(None, max_length=1000)
    company_id: Id | None = None
    owner_id: Id | None = None
    numbers: list[NumberInput] = Field([], max_length=100)
    emails: list[EmailInput] = Field([], max_length=100)
    tags: list[str] = Field([], max_length=100)
    notes: str = Field("", max_length=40_000)


class Contacts(View):
    async def get(
        self,
        q: Query = "",
        tag: Query = "",
        owner_id: Id | None = None,
        company_id: Id | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[ContactList]:
        """Contacts in order of name; with `q`, those in whose name, company, numbers or addresses all its words stand.

        Tags: contacts
        """
        self.require(Action.READ, Thing.CONTACT)
        after = ContactPosition(*decode_cursor(cursor, str, int)) if cursor else None
        query, tag = search_words(q), search_words(tag, "tag")
        async with self.services.database.reading() as session:
            page = await self.services.contacts.page(
                session, query=query, tag=tag, owner_id=owner_id, company_id=company_id, after=after, limit=limit
            )
            items = await contact_views(session, page.contacts)
        return answer(
            ContactList(
                items=items, next_cursor=encode_cursor(page.next.sort_name, page.next.id) if page.next else None
            )
        )

    async def post(self, contact: NewContact) -> r201[ContactView]:
        """Add a contact. Numbers may be typed in any form of the country.

        The calls of its numbers in the last day, and what was written in them, come on its timeline;
        an open lead of such a number names it from now on.

        Tags: contacts
        """
        self.require(Action.CREATE, Thing.CONTACT)
        if contact.company and contact.company_id is None:
            self.require(Action.CREATE, Thing.COMPANY)
        now = self.services.clock.now()
        values = {"name": contact.name, "owner_id": self.user.id, **changes_in(contact)}
        async with self.services.database.transaction() as session:
            added = await self.services.contacts.create(session, now=now, **values)
            await self.services.crm.notes.adopt_calls(session, Record(RecordKind.CONTACT, added.id), now)
            await self.services.crm.leads.link_contact(session, added, now)
            (shown,) = await contact_views(session, [added])
            audit(self, session, Thing.CONTACT, shown)
        self.tag(state_of(shown))
        return answer(shown, 201, {"Location": f"/api/v1/contacts/{shown.id}"})


class OneContact(View):
    async def get(self, contact_id: Id, /) -> r200[ContactView]:
        """A contact.

        Tags: contacts
        """
        self.require(Action.READ, Thing.CONTACT)
        async with self.services.database.reading() as session:
            contact = await self.services.contacts.get(session, contact_id)
            if contact is None:
                raise not_found("contact")
            (shown,) = await contact_views(session, [contact])
        self.tag(state_of(shown))
        return answer(shown)

    async def patch(self, contact_id: Id, /, changes: ContactChanges) -> r200[ContactView]:
        """Change a contact. 409 where somebody else has changed it since `version` was read.

        Tags: contacts
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.CONTACT)
        if changes.company and changes.company_id is None:
            self.require(Action.CREATE, Thing.COMPANY)
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            known = await self.services.contacts.get(session, contact_id)
            if known is None:
                raise not_found("contact")
            (before,) = await contact_views(session, [known])
            self.require_unchanged(state_of(before))
            changed = await self.services.contacts.change(
                session, contact_id, changes.version, changes_in(changes), now
            )
            if "numbers" in changes.model_fields_set:
                await self.services.crm.notes.adopt_calls(session, Record(RecordKind.CONTACT, contact_id), now)
                await self.services.crm.leads.link_contact(session, changed, now)
            (shown,) = await contact_views(session, [changed])
            audit(self, session, Thing.CONTACT, shown, before)
        self.tag(state_of(shown))
        return answer(shown)


class ContactTimeline(View):
    async def get(
        self,
        contact_id: Id,
        /,
        kind: Literal["", "call", "note", "task", "system"] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[ActivityList]:
        """What happened with a contact, newest first.

        Tags: contacts
        """
        self.require(Action.READ, Thing.CONTACT)
        async with self.services.database.reading() as session:
            if await session.get(Contact, contact_id) is None:
                raise not_found("contact")
            return await timeline_of(self, session, Record(RecordKind.CONTACT, contact_id), kind, limit, cursor)


class ContactNotes(View):
    async def post(self, contact_id: Id, /, note: NewNote) -> r201[ActivityView]:
        """Write a note on a contact.

        Tags: contacts
        """
        self.require(Action.CREATE, Thing.ACTIVITY)
        async with self.services.database.transaction() as session:
            if await session.get(Contact, contact_id) is None:
                raise not_found("contact")
            return await write_note(self, session, Record(RecordKind.CONTACT, contact_id), note.text)


async def contact_views(session: AsyncSession, contacts: Iterable[Contact]) -> list[ContactView]:
    """Contacts as the API gives them."""
    rows = list(contacts)
    names = await names_of(session, (row.owner_id for row in rows))
    return [
        ContactView(
            id=row.id,
            name=row.name,
            company=row.company,
            company_id=row.company_id,
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
