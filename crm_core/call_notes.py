"""What an agent keeps of a call: notes, the outcome, and when to follow up.

Kept on the server with every pause in typing; on the timeline in the end. A follow-up is a task of the agent's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from crm_core.activities import Activity, ActivityKind, Record, RecordKind
from crm_core.call_outcomes import KEY_LIMIT, check_outcome
from crm_core.contact_tables import Contact
from crm_core.contacts import ContactDirectory
from crm_core.details import clean_text
from crm_core.tasks import TITLE_LIMIT, Task, Tasks
from crm_core.timeline import Timeline, add_activity, of_call, records_of_activities
from kernel.database import Base, UTCDateTime
from kernel.messages import FactBus
from pbx.facts import CallEnded
from pbx.journal_tables import CallRow


class CallNote(Base):
    """What a user keeps of a call. `contact_id` is whom they chose, where the number has several people.

    `outcome` is the key of a `CallOutcome`. `follow_up_task_id` is the task that `follow_up_at` made.
    """

    __tablename__ = "call_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(KEY_LIMIT))
    follow_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    follow_up_task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime())

    __table_args__ = (UniqueConstraint("call_id", "user_id"), Index(None, "contact_id"))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is to be kept of a call, in place of what was."""

    text: str
    contact_id: int | None = None
    outcome: str | None = None
    follow_up_at: datetime | None = None


class CallNotes:
    """Keeps notes of calls. One note a user and call; the last text wins, as one person types in one place."""

    def __init__(self, timeline: Timeline, tasks: Tasks, contacts: ContactDirectory) -> None:
        self._timeline = timeline
        self._tasks = tasks
        self._contacts = contacts

    def subscribe(self, facts: FactBus) -> None:
        """Hear of calls from now on. Subscribe the timeline first."""
        facts.subscribe(CallEnded, self.on_call_ended)

    async def on_call_ended(self, session: AsyncSession, fact: CallEnded) -> None:
        """Put what was written in the call on the timelines of its records."""
        for note in (await session.scalars(select(CallNote).where(CallNote.call_id == fact.call_id))).all():
            await self._show(session, note, fact.node)

    async def find(self, session: AsyncSession, call_id: str, user_id: int) -> CallNote | None:
        """What that user has written about the call so far."""
        found: CallNote | None = await session.scalar(
            select(CallNote).where(CallNote.call_id == call_id, CallNote.user_id == user_id)
        )
        return found

    async def save(self, session: AsyncSession, call: CallRow, user_id: int, kept: Kept, now: datetime) -> CallNote:
        """Keep what the user has written. Once the call is over, the timelines follow what is still changed.

        `BadInput` names the field.
        """
        cleaned = clean_text(kept.text, "text")
        if kept.contact_id is not None and await session.get(Contact, kept.contact_id) is None:
            raise BadInput("contact_id", f"there is no contact {kept.contact_id}")
        await check_outcome(session, kept.outcome)
        note = await self.find(session, call.call_id, user_id)
        if note is None:
            note = CallNote(call_id=call.call_id, user_id=user_id, version=0, created_at=now)
            session.add(note)
        note.text, note.contact_id, note.updated_at = cleaned, kept.contact_id, now
        note.outcome, note.follow_up_at = kept.outcome, kept.follow_up_at
        note.version += 1
        await session.flush()
        await self._follow_up(session, note, call, now)
        if call.ended_at is not None:
            await self._show(session, note, call.node)
        return note

    async def _follow_up(self, session: AsyncSession, note: CallNote, call: CallRow, now: datetime) -> None:
        """Have the task that the note asks for, as it asks for it now, and none where it asks for none."""
        task = await session.get(Task, note.follow_up_task_id) if note.follow_up_task_id is not None else None
        if note.follow_up_at is None:
            if task is not None and task.done_at is None:
                note.follow_up_task_id = None
                await self._tasks.remove(session, task)
            return
        about = await self._whom(session, note, call)
        wanted: dict[str, Any] = {"title": _title(note, call), "due_at": note.follow_up_at, **about}
        if task is None:
            added = await self._tasks.create(
                session, now=now, assignee_id=note.user_id, creator_id=note.user_id, **wanted
            )
            note.follow_up_task_id = added.id
            await session.flush()
        elif task.done_at is None and any(getattr(task, field) != value for field, value in wanted.items()):
            await self._tasks.change(session, task.id, task.version, wanted, now)

    async def _whom(self, session: AsyncSession, note: CallNote, call: CallRow) -> dict[str, int | None]:
        """Whom a follow-up is about: who was chosen, else the only one with the number, a contact before a company."""
        found: dict[str, int | None] = {"contact_id": note.contact_id, "company_id": None}
        if note.contact_id is None and call.caller_number:
            matches = await self._contacts.lookup_everybody_in(session, call.caller_number)
            if len(matches.contacts) == 1:
                found["contact_id"] = matches.contacts[0].id
            elif not matches.contacts and len(matches.companies) == 1:
                found["company_id"] = matches.companies[0].id
        return found

    async def adopt_calls(self, session: AsyncSession, record: Record, now: datetime) -> int:
        """Put the calls of the record's numbers in the last day, and their notes, on its timeline; how many calls."""
        calls = await self._timeline.adopt_calls(session, record, now)
        if calls:
            notes = await session.execute(
                select(CallNote, CallRow.node)
                .join(CallRow, CallRow.call_id == CallNote.call_id)
                .where(CallNote.call_id.in_(calls), CallRow.ended_at.is_not(None))
            )
            for note, node in notes.all():
                await self._show(session, note, node)
        return len(calls)

    async def _show(self, session: AsyncSession, note: CallNote, node: str) -> None:
        """Have the note, as it is now, on the timelines of the call's records: of the chosen contact, or of all."""
        origin = f"note:{note.call_id}:{note.user_id}"
        shown = (await session.scalars(select(Activity).where(Activity.origin == origin))).all()
        records = await self._records(session, note, node) if note.text or note.outcome else []
        for activity in shown:
            (record,) = records_of_activities([activity])
            if record in records:
                activity.text, activity.data = note.text, _data(note)
                records.remove(record)
            else:
                await session.delete(activity)
        values: dict[str, Any] = {
            "at": note.created_at,
            "title": "Note",
            "text": note.text,
            "author_id": note.user_id,
            "origin": origin,
            "data": _data(note),
        }
        for record in records:
            await add_activity(session, record, ActivityKind.NOTE, values)
        await session.flush()

    @staticmethod
    async def _records(session: AsyncSession, note: CallNote, node: str) -> list[Record]:
        records = records_of_activities(await of_call(session, node, note.call_id))
        if note.contact_id is None:
            return records
        chosen = [Record(RecordKind.CONTACT, note.contact_id)]
        contact = await session.get(Contact, note.contact_id)
        if contact is not None and contact.company_id is not None:
            chosen.append(Record(RecordKind.COMPANY, contact.company_id))
        return chosen + [record for record in records if record.kind is RecordKind.LEAD]


def _data(note: CallNote) -> dict[str, Any]:
    return {"call_id": note.call_id, "outcome": note.outcome}


def _title(note: CallNote, call: CallRow) -> str:
    """What there is to do, in the agent's own words where they wrote any."""
    words = note.text.partition("\n")[0].strip() or call.caller_name or call.caller_number or "?"
    return f"Follow up: {words}"[:TITLE_LIMIT]
