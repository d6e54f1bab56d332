"""`/api/v1/tasks`: what somebody has to do, by when, and about whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from aiohttp_pydantic.oas.typing import r200, r201
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Owner, Thing, may
from crm_core.activities import Record, RecordKind
from crm_core.tasks import Task, TaskPosition
from web.paging import Cursor, Limit, decode_cursor, encode_cursor, microseconds_of, moment_of
from web.problems import not_found
from web.records import (
    Id,
    Moment,
    Query,
    Version,
    audit,
    changes_in,
    names_of,
    owner_of,
    require_work,
    state_of,
    worker,
    workers_in_reach,
)
from web.views import View, answer, search_words


class TaskView(BaseModel):
    """A task. `kind` is `call_back` for one that a missed call made; then `number` is the one to call.

    At most one of `contact_id`, `company_id` and `lead_id` says about whom.
    """

    id: int
    kind: Literal["manual", "call_back"]
    title: str
    notes: str
    due_at: datetime | None
    done: bool
    done_at: datetime | None
    assignee_id: int | None
    assignee_name: str | None
    creator_id: int | None
    queue: str | None
    contact_id: int | None
    company_id: int | None
    lead_id: int | None
    number: str | None
    missed_calls: int
    version: int
    created_at: datetime
    updated_at: datetime


class TaskList(BaseModel):
    """A page of tasks, in the order in which they are due; those without a date last."""

    items: list[TaskView]
    next_cursor: str | None


class NewTask(BaseModel, extra="forbid"):
    """A task to add. Without assignee and queue it is assigned to whoever adds it."""

    title: str = Field(max_length=1000)
    notes: str = Field("", max_length=40_000)
    due_at: Moment | None = None
    assignee_id: Id | None = None
    queue: str | None = Field(None, max_length=200)
    contact_id: Id | None = None
    company_id: Id | None = None
    lead_id: Id | None = None


class TaskChanges(BaseModel, extra="forbid"):
    """What to change of a task: what is left out stays."""

    version: Version
    title: str = Field("", max_length=1000)
    notes: str = Field("", max_length=40_000)
    due_at: Moment | None = None
    done: bool = False
    assignee_id: Id | None = None
    queue: str | None = Field(None, max_length=200)
    contact_id: Id | None = None
    company_id: Id | None = None
    lead_id: Id | None = None


class Tasks(View):
    async def get(
        self,
        done: bool | None = None,
        assignee_id: Id | None = None,
        queue: Query = "",
        contact_id: Id | None = None,
        company_id: Id | None = None,
        lead_id: Id | None = None,
        due_before: Moment | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[TaskList]:
        """Tasks in the order in which they are due: those of whoever asks and of their queues, or all.

        Tags: tasks
        """
        actor = worker(self)
        after = None
        if cursor:
            at, task_id = decode_cursor(cursor, int, int)
            after = TaskPosition(moment_of(at), task_id)
        records = [
            Record(kind, id)
            for kind, id in (
                (RecordKind.CONTACT, contact_id),
                (RecordKind.COMPANY, company_id),
                (RecordKind.LEAD, lead_id),
            )
            if id is not None
        ]
        queue = search_words(queue, "queue")
        async with self.services.database.reading() as session:
            page = await self.services.crm.tasks.page(
                session,
                workers=workers_in_reach(actor, Action.READ, Thing.TASK),
                done=done,
                assignee_id=assignee_id,
                queue=queue,
                records=records,
                due_before=due_before,
                after=after,
                limit=limit,
            )
            items = await task_views(session, page.tasks)
        return answer(
            TaskList(
                items=items,
                next_cursor=encode_cursor(microseconds_of(page.next.due_at), page.next.id) if page.next else None,
            )
        )

    async def post(self, task: NewTask) -> r201[TaskView]:
        """Add a task.

        Tags: tasks
        """
        values = {"title": task.title, **changes_in(task)}
        if not task.queue and task.assignee_id is None:
            values["assignee_id"] = self.user.id
        require_work(self, Action.CREATE, Thing.TASK, owner_of(task.queue, values.get("assignee_id"), self.user.id))
        async with self.services.database.transaction() as session:
            added = await self.services.crm.tasks.create(
                session, now=self.services.clock.now(), creator_id=self.user.id, **values
            )
            (shown,) = await task_views(session, [added])
            audit(self, session, Thing.TASK, shown)
        self.tag(state_of(shown))
        return answer(shown, 201, {"Location": f"/api/v1/tasks/{shown.id}"})


class OneTask(View):
    async def get(self, task_id: Id, /) -> r200[TaskView]:
        """A task.

        Tags: tasks
        """
        async with self.services.database.reading() as session:
            task = await readable_task(self, session, task_id)
            (shown,) = await task_views(session, [task])
        self.tag(state_of(shown))
        return answer(shown)

    async def patch(self, task_id: Id, /, changes: TaskChanges) -> r200[TaskView]:
        """Change a task: `done` true or false, say. 409 where somebody else has changed it since `version` was read.

        Tags: tasks
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            task = await readable_task(self, session, task_id)
            require_work(self, Action.CHANGE, Thing.TASK, _owner(task))
            (before,) = await task_views(session, [task])
            self.require_unchanged(state_of(before))
            changed = await self.services.crm.tasks.change(session, task_id, changes.version, changes_in(changes), now)
            (shown,) = await task_views(session, [changed])
            audit(self, session, Thing.TASK, shown, before)
        self.tag(state_of(shown))
        return answer(shown)


def _owner(task: Task) -> Owner:
    return owner_of(task.queue, task.assignee_id, task.creator_id)


async def readable_task(view: View, session: AsyncSession, task_id: int) -> Task:
    """The task. `ProblemError` (404) where there is none, or none for whoever asks."""
    task = await view.services.crm.tasks.get(session, task_id)
    if task is None or not may(worker(view), Action.READ, Thing.TASK, _owner(task)):
        raise not_found("task")
    return task


async def task_views(session: AsyncSession, tasks: Iterable[Task]) -> list[TaskView]:
    """Tasks as the API gives them."""
    rows = list(tasks)
    names = await names_of(session, (row.assignee_id for row in rows))
    return [
        TaskView(
            id=row.id,
            kind="call_back" if row.missed_calls else "manual",
            title=row.title,
            notes=row.notes,
            due_at=row.due_at,
            done=row.done_at is not None,
            done_at=row.done_at,
            assignee_id=row.assignee_id,
            assignee_name=names.get(row.assignee_id),
            creator_id=row.creator_id,
            queue=row.queue,
            contact_id=row.contact_id,
            company_id=row.company_id,
            lead_id=row.lead_id,
            number=row.number,
            missed_calls=row.missed_calls,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]
