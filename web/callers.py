"""`/api/v1/callers`: who is calling, and what one has to know of them, in one answer."""

from __future__ import annotations

from typing import Annotated

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Thing, may
from crm_core import companies as company_tables
from crm_core import contacts as contact_tables
from crm_core.activities import ActivityKind, Record, RecordKind
from crm_core.numbers import NumberProblem, parse_number
from web.companies import CompanyView, company_views
from web.contacts import ContactView, contact_views
from web.leads import LeadView, lead_views
from web.openapi import NULLABLE
from web.records import ActivityView, activity_views, owner_of, worker, workers_in_reach
from web.tasks import TaskView, task_views
from web.views import View, answer, search_words

TASKS_LIMIT = 10


class KnownContact(BaseModel):
    """A contact with the number: open tasks, and the last calls and notes."""

    contact: ContactView
    tasks: list[TaskView]
    activities: list[ActivityView]


class KnownCompany(BaseModel):
    """A company with the number: open tasks, and the last calls and notes."""

    company: CompanyView
    tasks: list[TaskView]
    activities: list[ActivityView]


class CallerView(BaseModel):
    """Whose a number is: all who have it, never a guess. `problem` says why it has no `e164` (`withheld`, say)."""

    number: str
    e164: str | None
    problem: NumberProblem | SkipJsonSchema[None] = NULLABLE
    contacts: list[KnownContact]
    companies: list[KnownCompany]
    lead: LeadView | SkipJsonSchema[None] = NULLABLE


class Caller(View):
    async def get(
        self,
        number: Annotated[str, Field(max_length=200)] = "",
        limit: Annotated[int, Field(ge=0, le=20, description="activities of each record")] = 5,
    ) -> r200[CallerView]:
        """Who has a number: contacts and companies with their open tasks, last calls and notes, and the open lead.

        Tags: contacts
        """
        self.require(Action.READ, Thing.CONTACT)
        self.require(Action.READ, Thing.COMPANY)
        typed = search_words(number, "number")
        parsed = parse_number(typed, self.services.contacts.region)
        view = CallerView(number=typed, e164=parsed.e164, problem=parsed.problem, contacts=[], companies=[], lead=None)
        if parsed.e164 is not None:
            async with self.services.database.reading() as session:
                await self._fill(session, view, parsed.e164, limit)
        return answer(view)

    async def _fill(self, session: AsyncSession, view: CallerView, e164: str, limit: int) -> None:
        matches = await self.services.contacts.lookup_everybody_in(session, e164)
        contact, company = contact_tables.Contact, company_tables.Company
        people = await session.scalars(
            select(contact)
            .where(contact.id.in_([match.id for match in matches.contacts]))
            .order_by(contact.sort_name, contact.id)
            .options(*contact_tables.DETAILS)
        )
        for shown in await contact_views(session, people):
            tasks, activities = await self._known(session, Record(RecordKind.CONTACT, shown.id), limit)
            view.contacts.append(KnownContact(contact=shown, tasks=tasks, activities=activities))
        firms = await session.scalars(
            select(company)
            .where(company.id.in_([match.id for match in matches.companies]))
            .order_by(company.sort_name, company.id)
            .options(*company_tables.DETAILS)
        )
        for firm in await company_views(session, firms):
            tasks, activities = await self._known(session, Record(RecordKind.COMPANY, firm.id), limit)
            view.companies.append(KnownCompany(company=firm, tasks=tasks, activities=activities))
        lead = await self.services.crm.leads.open_for(session, e164)
        if lead is not None and may(worker(self), Action.READ, Thing.LEAD, owner_of(lead.queue, lead.assignee_id)):
            (view.lead,) = await lead_views(session, [lead])

    async def _known(
        self, session: AsyncSession, record: Record, limit: int
    ) -> tuple[list[TaskView], list[ActivityView]]:
        tasks = await self.services.crm.tasks.page(
            session,
            workers=workers_in_reach(worker(self), Action.READ, Thing.TASK),
            done=False,
            records=[record],
            limit=TASKS_LIMIT,
        )
        kinds = [ActivityKind.CALL, ActivityKind.NOTE]
        activities = (
            (await self.services.timeline.page(session, record, kinds=kinds, limit=limit)).activities if limit else []
        )
        return await task_views(session, tasks.tasks), await activity_views(session, activities)
