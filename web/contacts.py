"""`/api/v1/contacts`: the people whom we know, and what happened with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from aiohttp_pydantic.oas.typing import r200, r201
from pydantic import BaseModel, Field

from accounts.rights import Action, Thing
from crm_core.contacts import Contact, ContactPosition
from crm_core.timeline import Activity, ActivityPosition
from web.paging import Cursor, Limit, decode_cursor, encode_cursor, microseconds_of, moment_of
from web.problems import not_found
from web.views import View, answer, search_words

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class NumberView(BaseModel):
    """A phone number: as typed, and in E.164 where it has such a form (an extension has none)."""

    typed: str
    e164: str | None


class ContactView(BaseModel):
    """A contact."""

    id: int
    name: str
    company: str | None
    owner_id: int | None
    numbers: list[NumberView]
    created_at: datetime


class ContactList(BaseModel):
    """A page of contacts, in order of name."""

    items: list[ContactView]
    next_cursor: str | None


class NewContact(BaseModel, extra="forbid"):
    """A contact to add."""

    name: str = Field(max_length=1000)
    company: str | None = Field(None, max_length=1000)
    numbers: list[str] = Field([], max_length=100)


class ActivityView(BaseModel):
    """Something that happened with a contact. What `data` holds depends on the kind; of a call: who, when and how."""

    id: int
    kind: str
    at: datetime
    ended_at: datetime | None
    title: str
    call_id: str | None
    data: dict[str, Any]


class ActivityList(BaseModel):
    """A page of a timeline, newest first."""

    items: list[ActivityView]
    next_cursor: str | None


class Contacts(View):
    async def get(
        self, q: Annotated[str, Field(max_length=200)] = "", limit: Limit = 50, cursor: Cursor = ""
    ) -> r200[ContactList]:
        """Contacts in order of name; with `q`, those in whose name, company or numbers all its words stand.

        Tags: contacts
        """
        self.require(Action.READ, Thing.CONTACT)
        after = ContactPosition(*decode_cursor(cursor, str, int)) if cursor else None
        query = search_words(q)
        async with self.services.database.reading() as session:
            page = await self.services.contacts.page(session, query=query, after=after, limit=limit)
        return answer(
            ContactList(
                items=[_view(contact) for contact in page.contacts],
                next_cursor=encode_cursor(page.next.sort_name, page.next.id) if page.next else None,
            )
        )

    async def post(self, contact: NewContact) -> r201[ContactView]:
        """Add a contact. Numbers may be typed in any form of the country.

        Tags: contacts
        """
        self.require(Action.CREATE, Thing.CONTACT)
        async with self.services.database.transaction() as session:
            added = await self.services.contacts.create(
                session,
                name=contact.name,
                company=contact.company,
                numbers=contact.numbers,
                owner_id=self.user.id,
                now=self.services.clock.now(),
            )
        return answer(_view(added), 201, {"Location": f"/api/v1/contacts/{added.id}"})


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
        return answer(_view(contact))


class ContactTimeline(View):
    async def get(self, contact_id: Id, /, limit: Limit = 50, cursor: Cursor = "") -> r200[ActivityList]:
        """What happened with a contact, newest first.

        Tags: contacts
        """
        self.require(Action.READ, Thing.CONTACT)
        after = None
        if cursor:
            at, activity_id = decode_cursor(cursor, int, int)
            after = ActivityPosition(moment_of(at), activity_id)
        async with self.services.database.reading() as session:
            if await self.services.contacts.get(session, contact_id) is None:
                raise not_found("contact")
            page = await self.services.timeline.page(session, contact_id, after=after, limit=limit)
        return answer(
            ActivityList(
                items=[_activity(activity) for activity in page.activities],
                next_cursor=encode_cursor(microseconds_of(page.next.at), page.next.id) if page.next else None,
            )
        )


def _view(contact: Contact) -> ContactView:
    return ContactView(
        id=contact.id,
        name=contact.name,
        company=contact.company,
        owner_id=contact.owner_id,
        numbers=[NumberView(typed=number.typed, e164=number.e164) for number in contact.numbers],
        created_at=contact.created_at,
    )


def _activity(activity: Activity) -> ActivityView:
    return ActivityView(
        id=activity.id,
        kind=activity.kind,
        at=activity.at,
        ended_at=activity.ended_at,
        title=activity.title,
        call_id=activity.call_id,
        data=activity.data,
    )
