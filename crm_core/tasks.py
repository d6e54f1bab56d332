"""Tasks: what somebody has to do, by when, and about whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.users import clean_name
from crm_core.activities import Activity, ActivityKind, Record, RecordKind
from crm_core.companies import Company, check_owner
from crm_core.contact_tables import Contact
from crm_core.details import clean_text
from crm_core.errors import NoSuchRecord, check_version
from crm_core.leads import QUEUE_LIMIT, Lead, Workers, worked_by
from crm_core.numbers import TYPED_LIMIT
from crm_core.timeline import add_activity
from kernel.database import Base, UTCDateTime

TITLE_LIMIT = 300


class Task(Base):
    """Something to do. `assignee_id` does it, or else whoever is of the team of `queue`.

    At most one of `contact_id`, `company_id` and `lead_id` says about whom. `origin` names what made a task that no
    person made (a missed call), and is unique: whatever is heard twice makes one task. `calls` are the calls that a
    task to call back is about, `number` the one to call.
    """

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    notes: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    due_order: Mapped[datetime] = mapped_column(UTCDateTime())
    """`due_at`, or `NO_DATE`: what lists are sorted by."""
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    queue: Mapped[str | None] = mapped_column(String(QUEUE_LIMIT))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), index=True)
    number: Mapped[str | None] = mapped_column(String(TYPED_LIMIT))
    missed_calls: Mapped[int] = mapped_column(Integer)
    origin: Mapped[str | None] = mapped_column(String(200), unique=True)
    open_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """While a task to call back is open: which record and whose, so that a second missed call adds to it."""
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime())

    __table_args__ = (Index(None, "assignee_id", "done_at", "due_order"), Index(None, "due_order", "id"))


@dataclass(frozen=True, slots=True)
class TaskPosition:
    """A task's place in the list: by when it is due, those without a date last."""

    due_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks in the list's order, and where the next ones begin (None: there are no more)."""

    tasks: Sequence[Task]
    next: TaskPosition | None


NO_DATE = datetime(9999, 12, 31, tzinfo=UTC)
"""Where a task without a date stands in the order of dates."""
_RECORDS = (("contact_id", Contact, "contact"), ("company_id", Company, "company"), ("lead_id", Lead, "lead"))


class Tasks:
    """The tasks. What is to be done about a record is on its timeline, too."""

    async def create(
        self,
        session: AsyncSession,
        *,
        title: str,
        now: datetime,
        notes: str | None = None,
        due_at: datetime | None = None,
        assignee_id: int | None = None,
        creator_id: int | None = None,
        queue: str | None = None,
        contact_id: int | None = None,
        company_id: int | None = None,
        lead_id: int | None = None,
    ) -> Task:
        """Add a task. `BadInput` names the field."""
        task = Task(creator_id=creator_id, missed_calls=0, version=1, created_at=now, updated_at=now)
        values = {
            "title": title,
            "notes": notes,
            "due_at": due_at,
            "assignee_id": assignee_id,
            "queue": queue,
            "contact_id": contact_id,
            "company_id": company_id,
            "lead_id": lead_id,
        }
        await self._set(session, task, values, now)
        session.add(task)
        await session.flush()
        await show_on_timeline(session, task)
        return task

    async def get(self, session: AsyncSession, task_id: int) -> Task | None:
        """One task."""
        return await session.get(Task, task_id)

    async def change(
        self, session: AsyncSession, task_id: int, version: int, changes: dict[str, Any], now: datetime
    ) -> Task:
        """Change the fields in `changes`, named as in `create`; `done` (true or false) besides.

        `NoSuchRecord`, `StaleRecord` when `version` is no longer the task's, `BadInput` for a field's bad value.
        """
        task = await session.scalar(
            select(Task).where(Task.id == task_id).with_for_update().execution_options(populate_existing=True)
        )
        if task is None:
            raise NoSuchRecord("task")
        check_version("task", task.version, version)
        await self._set(session, task, changes, now)
        task.version += 1
        task.updated_at = now
        await session.flush()
        await show_on_timeline(session, task)
        return task

    async def remove(self, session: AsyncSession, task: Task) -> None:
        """Take away a task that was never wanted; it leaves the timeline, too."""
        for activity in (await session.scalars(select(Activity).where(Activity.origin == f"task:{task.id}"))).all():
            await session.delete(activity)
        await session.delete(task)
        await session.flush()

    async def page(
        self,
        session: AsyncSession,
        *,
        workers: Workers | None = None,
        done: bool | None = None,
        assignee_id: int | None = None,
        queue: str = "",
        records: Sequence[Record] = (),
        due_before: datetime | None = None,
        after: TaskPosition | None = None,
        limit: int = 50,
    ) -> TaskPage:
        """Tasks in the order in which they are due: of `workers` only, and with each filter that is given."""
        statement = select(Task).order_by(Task.due_order, Task.id).limit(limit + 1)
        if workers is not None:
            statement = statement.where(worked_by(workers, Task.queue, Task.assignee_id, Task.creator_id))
        if done is not None:
            statement = statement.where(Task.done_at.is_not(None) if done else Task.done_at.is_(None))
        if assignee_id is not None:
            statement = statement.where(Task.assignee_id == assignee_id)
        if queue:
            statement = statement.where(Task.queue == queue)
        for record in records:
            statement = statement.where(getattr(Task, record.column) == record.id)
        if due_before is not None:
            statement = statement.where(Task.due_at < due_before)
        if after is not None:
            statement = statement.where(tuple_(Task.due_order, Task.id) > (after.due_at, after.id))
        found = list(await session.scalars(statement))
        has_more = len(found) > limit
        found = found[:limit]
        return TaskPage(found, TaskPosition(found[-1].due_order, found[-1].id) if has_more else None)

    async def _set(self, session: AsyncSession, task: Task, changes: dict[str, Any], now: datetime) -> None:
        if "title" in changes:
            task.title = clean_name(changes["title"], "title", TITLE_LIMIT)
        if "notes" in changes:
            task.notes = clean_text(changes["notes"], "notes")
        if "due_at" in changes:
            task.due_at = changes["due_at"]
            task.due_order = task.due_at or NO_DATE
        if "queue" in changes:
            task.queue = clean_name(changes["queue"], "queue", QUEUE_LIMIT) if changes["queue"] else None
        if "assignee_id" in changes:
            await check_owner(session, changes["assignee_id"], "assignee_id")
            task.assignee_id = changes["assignee_id"]
        for field, kind, name in _RECORDS:
            if field in changes:
                if changes[field] is not None and await session.get(kind, changes[field]) is None:
                    raise BadInput(field, f"there is no {name} {changes[field]}")
                setattr(task, field, changes[field])
        given = [field for field, _, _ in _RECORDS if getattr(task, field) is not None]
        if len(given) > 1:
            raise BadInput(given[1], f"a task is about one record, and {given[0]} names one already")
        if "done" in changes:
            task.done_at = (task.done_at or now) if changes["done"] else None
            if task.done_at is not None:
                task.open_key = None


def record_of(task: Task) -> Record | None:
    """Whom the task is about."""
    for kind in RecordKind:
        id = getattr(task, f"{kind.value}_id")
        if id is not None:
            return Record(kind, id)
    return None


async def show_on_timeline(session: AsyncSession, task: Task) -> None:
    """Have the task, as it is now, on the timeline of its record, and on no other."""
    record, origin = record_of(task), f"task:{task.id}"
    data = {
        "task_id": task.id,
        "due_at": task.due_at.isoformat() if task.due_at else None,
        "assignee_id": task.assignee_id,
        "done": task.done_at is not None,
    }
    is_there = False
    for activity in (await session.scalars(select(Activity).where(Activity.origin == origin))).all():
        if record is not None and getattr(activity, record.column) == record.id:
            activity.title, activity.ended_at, activity.data = task.title, task.done_at, data
            is_there = True
        else:
            await session.delete(activity)
    if record is not None and not is_there:
        values = {
            "at": task.created_at,
            "ended_at": task.done_at,
            "title": task.title,
            "author_id": task.creator_id,
            "origin": origin,
            "data": data,
        }
        await add_activity(session, record, ActivityKind.TASK, values)
    await session.flush()
