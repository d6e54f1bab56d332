"""`/api/v1/calls/{call_id}/note`: what an agent keeps of a call, with every pause in typing; and `/api/v1/outcomes`."""

from __future__ import annotations

from datetime import datetime

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Owner, Thing
from crm_core.call_notes import CallNote, Kept
from crm_core.call_outcomes import outcomes
from pbx.journal_tables import CallRow
from web.calls import CallId, visible_to
from web.problems import not_found
from web.records import Id, Moment, require_work
from web.views import View, answer


class CallNoteView(BaseModel):
    """What whoever asks has written about a call so far; empty where they wrote nothing yet.

    `contact_id` is whom they chose, where several people have the number; without, the note is on all of them.
    `outcome` is a key of `/api/v1/outcomes`. `follow_up_at` is by when the task `follow_up_task_id` is due.
    """

    call_id: str
    text: str
    contact_id: int | None
    outcome: str | None
    follow_up_at: datetime | None
    follow_up_task_id: int | None
    saved_at: datetime | None


class CallNoteText(BaseModel, extra="forbid"):
    """A note about a call as it stands now, in place of what it was.

    A `follow_up_at` makes a task for whoever writes, and changes or removes it later.
    """

    text: str = Field(max_length=40_000)
    contact_id: Id | None = None
    outcome: str | None = Field(None, max_length=40)
    follow_up_at: Moment | None = None


class OutcomeView(BaseModel):
    """What can come of a call."""

    key: str
    name: str


class OutcomeList(BaseModel):
    """What can come of a call, in the order in which to offer it."""

    items: list[OutcomeView]


class Outcomes(View):
    async def get(self) -> r200[OutcomeList]:
        """What can come of a call.

        Tags: calls
        """
        self.require(Action.READ, Thing.ACTIVITY)
        async with self.services.database.reading() as session:
            found = await outcomes(session)
        return answer(OutcomeList(items=[OutcomeView(key=each.key, name=each.name) for each in found]))


class OwnCallNote(View):
    async def get(self, call_id: CallId, /) -> r200[CallNoteView]:
        """One's own note about a call.

        Tags: calls
        """
        async with self.services.database.reading() as session:
            await _call(self, session, call_id)
            note = await self.services.crm.notes.find(session, call_id, self.user.id)
        return answer(_view(call_id, note))

    async def put(self, call_id: CallId, /, note: CallNoteText) -> r200[CallNoteView]:
        """Keep one's own note about a call. At its end it comes on the timelines of the call's records.

        Tags: calls
        """
        self.require(Action.CREATE, Thing.ACTIVITY)
        if note.follow_up_at is not None:
            require_work(self, Action.CREATE, Thing.TASK, Owner.user(self.user.id))
        kept = Kept(note.text, note.contact_id, note.outcome, note.follow_up_at)
        async with self.services.database.transaction() as session:
            call = await _call(self, session, call_id)
            saved = await self.services.crm.notes.save(session, call, self.user.id, kept, self.services.clock.now())
        return answer(_view(call_id, saved))


def _view(call_id: str, note: CallNote | None) -> CallNoteView:
    return CallNoteView(
        call_id=call_id,
        text=note.text if note else "",
        contact_id=note.contact_id if note else None,
        outcome=note.outcome if note else None,
        follow_up_at=note.follow_up_at if note else None,
        follow_up_task_id=note.follow_up_task_id if note else None,
        saved_at=note.updated_at if note else None,
    )


async def _call(view: View, session: AsyncSession, call_id: str) -> CallRow:
    call: CallRow | None = await session.scalar(select(CallRow).where(CallRow.call_id == call_id, visible_to(view)))
    if call is None:
        raise not_found("call")
    return call
