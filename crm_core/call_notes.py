"""Notes that are written while talking: kept on the server with every pause in typing, on the timeline in the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from crm_core.activities import Activity, ActivityKind, Record, RecordKind
from crm_core.contact_tables import Contact
from crm_core.details import clean_text
from crm_core.timeline import Timeline, add_activity, of_call, records_of_activities
from kernel.database import Base, UTCDateTime
from kernel.messages import FactBus
from pbx.facts import CallEnded
from pbx.journal_tables import CallRow


class CallNote(Base):
    """What a user writes about a call. `contact_id` is whom they chose, where the number has several people."""

    __tablename__ = "call_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime())

    __table_args__ = (UniqueConstraint("call_id", "user_id"), Index(None, "contact_id"))


class CallNotes:
    """Keeps notes of calls. One note a user and call; the last text wins, as one person types in one place."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

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

    async def save(
        self, session: AsyncSession, call: CallRow, user_id: int, text: str, contact_id: int | None, now: datetime
    ) -> CallNote:
        """Keep what the user has written. Once the call is over, the timelines follow what is still changed."""
        cleaned = clean_text(text, "text")
        if contact_id is not None and await session.get(Contact, contact_id) is None:
            raise BadInput("contact_id", f"there is no contact {contact_id}")
        note = await self.find(session, call.call_id, user_id)
        if note is None:
            note = CallNote(call_id=call.call_id, user_id=user_id, version=0, created_at=now)
            session.add(note)
        note.text, note.contact_id, note.updated_at = cleaned, contact_id, now
        note.version += 1
        await session.flush()
        if call.ended_at is not None:
            await self._show(session, note, call.node)
        return note

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
        records = await self._records(session, note, node) if note.text else []
        for activity in shown:
            (record,) = records_of_activities([activity])
            if record in records:
                activity.text = note.text
                records.remove(record)
            else:
                await session.delete(activity)
        values: dict[str, Any] = {
            "at": note.created_at,
            "title": "Note",
            "text": note.text,
            "author_id": note.user_id,
            "origin": origin,
            "data": {"call_id": note.call_id},
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
