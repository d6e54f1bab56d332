"""`/api/v1/calls/{call_id}/note`: what an agent writes while talking, kept with every pause in typing."""

from __future__ import annotations

from datetime import datetime

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.rights import Action, Thing
from crm_core.call_notes import CallNote
from pbx.journal_tables import CallRow
from web.calls import CallId, visible_to
from web.problems import not_found
from web.records import Id
from web.views import View, answer


class CallNoteView(BaseModel):
    """What whoever asks has written about a call so far; empty where they wrote nothing yet.

    `contact_id` is whom they chose, where several people have the number; without, the note is on all of them.
    """

    call_id: str
    text: str
    contact_id: int | None
    saved_at: datetime | None


class CallNoteText(BaseModel, extra="forbid"):
    """A note about a call as it stands now, in place of what it was."""

    text: str = Field(max_length=40_000)
    contact_id: Id | None = None


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
        async with self.services.database.transaction() as session:
            call = await _call(self, session, call_id)
            saved = await self.services.crm.notes.save(
                session, call, self.user.id, note.text, note.contact_id, self.services.clock.now()
            )
        return answer(_view(call_id, saved))


def _view(call_id: str, note: CallNote | None) -> CallNoteView:
    if note is None:
        return CallNoteView(call_id=call_id, text="", contact_id=None, saved_at=None)
    return CallNoteView(call_id=call_id, text=note.text, contact_id=note.contact_id, saved_at=note.updated_at)


async def _call(view: View, session: AsyncSession, call_id: str) -> CallRow:
    call: CallRow | None = await session.scalar(select(CallRow).where(CallRow.call_id == call_id, visible_to(view)))
    if call is None:
        raise not_found("call")
    return call
