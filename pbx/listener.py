"""From what the link hears to facts in the journal: one consumer, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import Clock
from kernel.database import Database
from pbx.events import LinkLost, LinkRestored, ReceivedEvent
from pbx.facts import LinkGap
from pbx.journal import Journal
from pbx.journal_tables import LinkMark
from pbx.phones import reachable_change, reachable_in
from pbx.snapshot import Snapshot
from pbx.stream import EventStream, LinkItem
from pbx.tracker import Tracker

MARK_SECONDS = 5.0
"""How often it is noted that the PBX is heard: a killed service's gap is known as exactly as this."""
OVERDUE_SECONDS = 60.0

NOT_RUNNING = "the service was not running"

log = structlog.get_logger(__name__)

PhoneListener = Callable[[str, bool], None]
"""Told of an account and whether a phone is reachable for it."""


class Listener:
    """Feeds the tracker and records its facts and the gaps between. `on_phone` hears of phones coming and going."""

    def __init__(
        self,
        node: str,
        events: EventStream,
        tracker: Tracker,
        journal: Journal,
        database: Database,
        clock: Clock,
        on_phone: PhoneListener | None = None,
    ) -> None:
        self._node = node
        self._events = events
        self._tracker = tracker
        self._journal = journal
        self._database = database
        self._clock = clock
        self._on_phone = on_phone
        self._gap: LinkGap | None = None
        self._is_hearing = False

    async def run(self) -> None:
        """Listen until cancelled."""
        await self._open_gap_of_stopped_service()
        marking = asyncio.create_task(self._mark_for_ever(), name="link mark")
        try:
            while True:
                self._take(await self._events.get())
        finally:
            marking.cancel()
            await asyncio.gather(marking, return_exceptions=True)

    def _take(self, item: LinkItem) -> None:
        match item:
            case ReceivedEvent():
                facts = self._tracker.feed(item.event, item.at)
                if facts:
                    self._journal.record(facts)
                elif self._on_phone is not None and (change := reachable_change(item.event)) is not None:
                    self._on_phone(*change)
            case Snapshot():
                channels = [channel.headers for channel in item.channels.values()]
                bridges = [
                    {"BridgeUniqueid": bridge.uniqueid, "Members": list(bridge.members)}
                    for bridge in item.bridges.values()
                ]
                self._journal.record(self._tracker.resync(channels, bridges, item.ended))
                if self._on_phone is not None:
                    for account, is_reachable in reachable_in(item):
                        self._on_phone(account, is_reachable)
            case LinkLost():
                self._is_hearing = False
                self._gap = LinkGap(node=self._node, start=item.at, end=None, reason=item.reason)
                self._journal.record_gap(self._gap)
            case LinkRestored():
                self._is_hearing = True
                if self._gap is not None:
                    ended = LinkGap(node=self._node, start=self._gap.start, end=item.at, reason=self._gap.reason)
                    self._journal.record_gap(ended)
                    self._gap = None

    async def _open_gap_of_stopped_service(self) -> None:
        async with self._database.reading() as session:
            mark = await session.get(LinkMark, self._node)
        if mark is not None:
            self._gap = LinkGap(node=self._node, start=mark.heard_at, end=None, reason=NOT_RUNNING)
            self._journal.record_gap(self._gap)

    async def _mark_for_ever(self) -> None:
        since_overdue = 0.0
        while True:
            await self._clock.sleep(MARK_SECONDS)
            since_overdue += MARK_SECONDS
            if self._is_hearing:
                await self.mark(self._clock.now())
            if since_overdue >= OVERDUE_SECONDS:
                since_overdue = 0.0
                self._journal.record(self._tracker.tick(self._clock.now()))

    async def mark(self, moment: datetime) -> None:
        """Note that the PBX was heard up to `moment`."""
        try:
            async with self._database.transaction() as session:
                await session.merge(LinkMark(node=self._node, heard_at=moment))
        except SQLAlchemyError as error:
            log.warning("the moment up to which the PBX was heard is not written", error=str(error).splitlines()[0])
