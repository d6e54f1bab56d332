"""Answers `AGI(agi://…/waiting)`: the place of a caller who waits, for the dialplan to say it."""

from __future__ import annotations

from queue_router.agi import AgiSession
from queue_router.dispatch import Dispatcher, OfferLine


class Position:
    """Tells callers their place in the queue."""

    def __init__(self, dispatcher: Dispatcher, line: OfferLine) -> None:
        self._dispatcher = dispatcher
        self._line = line

    async def serve(self, session: AgiSession) -> None:
        """One question. Who asks and is not known to wait is looked for in Asterisk: nobody may be forgotten."""
        told = await session.command("GET VARIABLE", "RD_CALL")
        position = self._dispatcher.waiting.position(told.data or "")
        if position == 0:
            self._line.look_again()
            return
        await session.command("SET VARIABLE", "RD_POSITION", str(position))
