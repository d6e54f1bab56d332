"""`/api/v1/leads`: numbers and people who may become customers, worked by their assignee or their queue's team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from aiohttp_pydantic.oas.typing import r200, r201
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Owner, Thing, may
from crm_core.activities import Record, RecordKind
from crm_core.leads import OPEN, Lead, LeadPosition, LeadStatus
from web.paging import Cursor, Limit, decode_cursor, encode_cursor, microseconds_of, moment_of
from web.problems import not_found
from web.records import (
    ActivityList,
    ActivityView,
    Id,
    NewNote,
    Query,
    Version,
    audit,
    changes_in,
    names_of,
    owner_of,
    require_work,
    state_of,
    timeline_of,
    worker,
    workers_in_reach,
    write_note,
)
from web.views import View, answer, search_words


class LeadView(BaseModel):
    """A lead. `source` is where it comes from (`missed_call`, say), `missed_calls` how many calls nobody took."""

    id: int
    name: str
    number: str | None
    e164: str | None
    source: str
    queue: str | None
    status: LeadStatus
    assignee_id: int | None
    assignee_name: str | None
    contact_id: int | None
    company_id: int | None
    notes: str
    missed_calls: int
    last_call_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class LeadList(BaseModel):
    """A page of leads, newest first."""

    items: list[LeadView]
    next_cursor: str | None


class NewLead(BaseModel, extra="forbid"):
    """A lead to add: a name, a number, or both. Without assignee and queue it is assigned to whoever adds it."""

    name: str | None = Field(None, max_length=1000)
    number: str | None = Field(None, max_length=200)
    source: str = Field("manual", max_length=200)
    queue: str | None = Field(None, max_length=200)
    status: LeadStatus = LeadStatus.NEW
    assignee_id: Id | None = None
    contact_id: Id | None = None
    company_id: Id | None = None
    notes: str = Field("", max_length=40_000)


class LeadChanges(BaseModel, extra="forbid"):
    """What to change of a lead: what is left out stays."""

    version: Version
    name: str | None = Field(None, max_length=1000)
    number: str | None = Field(None, max_length=200)
    queue: str | None = Field(None, max_length=200)
    status: LeadStatus = LeadStatus.NEW
    assignee_id: Id | None = None
    contact_id: Id | None = None
    company_id: Id | None = None
    notes: str = Field("", max_length=40_000)


class Leads(View):
    async def get(
        self,
        q: Query = "",
        status: Literal["", "open", "new", "working", "won", "lost"] = "",
        queue: Query = "",
        assignee_id: Id | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[LeadList]:
        """Leads, newest first: those of whoever asks and of their queues, or all. `status=open` is new or working.

        Tags: leads
        """
        actor = worker(self)
        after = None
        if cursor:
            at, lead_id = decode_cursor(cursor, int, int)
            after = LeadPosition(moment_of(at), lead_id)
        query, queue = search_words(q), search_words(queue, "queue")
        async with self.services.database.reading() as session:
            page = await self.services.crm.leads.page(
                session,
                workers=workers_in_reach(actor, Action.READ, Thing.LEAD),
                query=query,
                statuses=sorted(OPEN) if status == "open" else [LeadStatus(status)] if status else [],
                queue=queue,
                assignee_id=assignee_id,
                after=after,
                limit=limit,
            )
            items = await lead_views(session, page.leads)
        return answer(
            LeadList(
                items=items,
                next_cursor=encode_cursor(microseconds_of(page.next.created_at), page.next.id) if page.next else None,
            )
        )

    async def post(self, lead: NewLead) -> r201[LeadView]:
        """Add a lead. A number has one open lead at most.

        Tags: leads
        """
        values = {"name": None, "number": None, "source": lead.source, **changes_in(lead)}
        if not lead.queue and lead.assignee_id is None:
            values["assignee_id"] = self.user.id
        require_work(self, Action.CREATE, Thing.LEAD, owner_of(lead.queue, values.get("assignee_id")))
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            added = await self.services.crm.leads.create(session, now=now, **values)
            await self.services.crm.notes.adopt_calls(session, Record(RecordKind.LEAD, added.id), now)
            (shown,) = await lead_views(session, [added])
            audit(self, session, Thing.LEAD, shown)
        self.tag(state_of(shown))
        return answer(shown, 201, {"Location": f"/api/v1/leads/{shown.id}"})


class OneLead(View):
    async def get(self, lead_id: Id, /) -> r200[LeadView]:
        """A lead.

        Tags: leads
        """
        async with self.services.database.reading() as session:
            lead = await readable_lead(self, session, lead_id)
            (shown,) = await lead_views(session, [lead])
        self.tag(state_of(shown))
        return answer(shown)

    async def patch(self, lead_id: Id, /, changes: LeadChanges) -> r200[LeadView]:
        """Change a lead. 409 where somebody else has changed it since `version` was read.

        Tags: leads
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            lead = await readable_lead(self, session, lead_id)
            require_work(self, Action.CHANGE, Thing.LEAD, _owner(lead))
            (before,) = await lead_views(session, [lead])
            self.require_unchanged(state_of(before))
            changed = await self.services.crm.leads.change(session, lead_id, changes.version, changes_in(changes), now)
            (shown,) = await lead_views(session, [changed])
            audit(self, session, Thing.LEAD, shown, before)
        self.tag(state_of(shown))
        return answer(shown)


class LeadTimeline(View):
    async def get(
        self,
        lead_id: Id,
        /,
        kind: Literal["", "call", "note", "task", "system"] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[ActivityList]:
        """What happened with a lead, newest first.

        Tags: leads
        """
        async with self.services.database.reading() as session:
            await readable_lead(self, session, lead_id)
            return await timeline_of(self, session, Record(RecordKind.LEAD, lead_id), kind, limit, cursor)


class LeadNotes(View):
    async def post(self, lead_id: Id, /, note: NewNote) -> r201[ActivityView]:
        """Write a note on a lead.

        Tags: leads
        """
        self.require(Action.CREATE, Thing.ACTIVITY)
        async with self.services.database.transaction() as session:
            await readable_lead(self, session, lead_id)
            return await write_note(self, session, Record(RecordKind.LEAD, lead_id), note.text)


def _owner(lead: Lead) -> Owner:
    return owner_of(lead.queue, lead.assignee_id)


async def readable_lead(view: View, session: AsyncSession, lead_id: int) -> Lead:
    """The lead. `ProblemError` (404) where there is none, or none for whoever asks."""
    lead = await view.services.crm.leads.get(session, lead_id)
    if lead is None or not may(worker(view), Action.READ, Thing.LEAD, _owner(lead)):
        raise not_found("lead")
    return lead


async def lead_views(session: AsyncSession, leads: Iterable[Lead]) -> list[LeadView]:
    """Leads as the API gives them."""
    rows = list(leads)
    names = await names_of(session, (row.assignee_id for row in rows))
    return [
        LeadView(
            id=row.id,
            name=row.name,
            number=row.number,
            e164=row.e164,
            source=row.source,
            queue=row.queue,
            status=row.status,
            assignee_id=row.assignee_id,
            assignee_name=names.get(row.assignee_id),
            contact_id=row.contact_id,
            company_id=row.company_id,
            notes=row.notes,
            missed_calls=row.missed_calls,
            last_call_at=row.last_call_at,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]
