"""From what the link hears to facts in the journal: one consumer, in order."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import Clock
from kernel.database import Database
from kernel.telemetry import REGISTRY
from pbx.backfill_gaps import Ends, GapFiller
from pbx.events import LinkLost, LinkRestored, ReceivedEvent
from pbx.facts import (
    INFERRED_END,
    CallEnded,
    CallFact,
    LinkGap,
    Outcome,
    PartyLeft,
    PartyStoppedRinging,
)
from pbx.headers import timestamp
from pbx.journal import Journal
from pbx.journal_tables import CallFactRow, CallRow, LinkGapRow, LinkMark
from pbx.phones import reachable_change, reachable_in
from pbx.snapshot import Snapshot
from pbx.stream import EventStream, LinkItem
from pbx.tracker import Tracker

MARK_SECONDS = 5.0
"""How often it is noted that the PBX is heard: a killed service's gap is known as exactly as this."""
OVERDUE_SECONDS = 60.0
STALL_SECONDS = 5.0
"""An event that is read so long after it happened comes from before a time in which we were stopped."""
FILES_FIRST_SECONDS = 0.5
"""So long what the PBX's files tell of a gap goes before what a snapshot tells: they know it better."""
UNFILLED_KEPT = timedelta(days=7)
"""Gaps of that age are still tried to be completed at a start."""
UNFILLED_LIMIT = 100
FAULTS_PER_LOG = 100
"""The first fault of the tracker is logged, and then one in so many: one defect may show at every event."""

LIVE = Gauge("ringdesk_calls_live", "Calls that go on", ["node"], registry=REGISTRY)
FAULTS = Gauge("ringdesk_tracker_faults", "Events that the tracker failed on", ["node"], registry=REGISTRY)
DROPPED = Gauge(
    "ringdesk_tracker_calls_dropped", "Calls forgotten because too many went on", ["node"], registry=REGISTRY
)

NOT_RUNNING = "the service was not running"

log = structlog.get_logger(__name__)

PhoneListener = Callable[[str, bool], None]
"""Told of an account and whether a phone is reachable for it."""
ResyncListener = Callable[[Sequence[CallFact]], Awaitable[None]]
"""Told of the facts of a snapshot, also of those that the journal knows already and does not tell again."""

SnapshotListener = Callable[[Snapshot], Awaitable[None]]
"""Told of each snapshot, behind everything else that follows from it."""


class Listener:
    """Feeds the tracker and records its facts and the gaps between.

    `on_phone` hears of phones coming and going, `on_resync` of what a snapshot tells of calls.
    """

    def __init__(
        self,
        node: str,
        events: EventStream,
        tracker: Tracker,
        journal: Journal,
        database: Database,
        clock: Clock,
        on_phone: PhoneListener | None = None,
        on_resync: ResyncListener | None = None,
        on_snapshot: SnapshotListener | None = None,
        filler: GapFiller | None = None,
    ) -> None:
        self._node = node
        self._events = events
        self._tracker = tracker
        LIVE.labels(node).set_function(lambda: len(tracker.live_calls))
        FAULTS.labels(node).set_function(lambda: tracker.faults)
        DROPPED.labels(node).set_function(lambda: tracker.dropped)
        self._journal = journal
        self._database = database
        self._clock = clock
        self._on_phone = on_phone
        self._on_resync = on_resync
        self._on_snapshot = on_snapshot
        self._filler = filler
        self._unfilled: list[LinkGap] = []
        """Those that are over and wait for a snapshot to be completed."""
        self._filling: set[asyncio.Task[None]] = set()
        self._last_event: ReceivedEvent | None = None
        self._gaps: list[LinkGap] = []
        """Those that go on."""
        self._left_open: dict[str, tuple[Outcome, datetime]] = {}
        """Calls that an earlier run of the service saw begin and not end, with the outcome if they are over, and the
        time before which they cannot be."""
        self._is_hearing = False
        self._has_missed = True
        """Whether events may have been missed since the last snapshot."""
        self._faults_seen = tracker.faults

    async def run(self) -> None:
        """Listen until cancelled; what the link has heard by then is still taken in."""
        await self._remember()
        marking = asyncio.create_task(self._mark_for_ever(), name="link mark")
        try:
            while True:
                await self._take(await self._events.get())
        finally:
            with suppress(asyncio.QueueEmpty):
                while True:
                    await self._take(self._events.get_nowait())
            for task in (marking, *self._filling):
                task.cancel()
            await asyncio.gather(marking, *self._filling, return_exceptions=True)

    async def _take(self, item: LinkItem) -> None:
        match item:
            case ReceivedEvent():
                self._last_event = item
                facts = self._tracker.feed(item.event, item.at)
                if self._tracker.faults > self._faults_seen:
                    self._log_fault()
                if facts:
                    self._journal.record(facts)
                elif self._on_phone is not None and (change := reachable_change(item.event)) is not None:
                    self._on_phone(*change)
            case Snapshot():
                await self._resync(item)
            case LinkLost():
                self._is_hearing = False
                self._has_missed = True
                # The link ends with the service; what is missing then is missing because nobody listened.
                reason = NOT_RUNNING if item.reason == "stopped" else item.reason
                self._open_gap(self._heard_until(item.at), reason)
            case LinkRestored():
                self._is_hearing = True
                # A gap that an earlier run left may have begun by a clock that has been set back since.
                ended = [dataclasses.replace(gap, end=max(item.at, gap.start)) for gap in self._gaps]
                for gap in ended:
                    self._journal.record_gap(gap)
                self._unfilled.extend(ended)
                self._gaps.clear()
                await self.mark(item.at)  # a service that is killed soon has a gap that begins here

    def _heard_until(self, lost_at: datetime) -> datetime:
        """When events began to be missing: where we were stopped for a while, it was long before we noticed."""
        last = self._last_event
        happened = timestamp(last.event) if last is not None else None
        if last is None or happened is None or last.at.timestamp() - happened < STALL_SECONDS:
            return lost_at
        return min(lost_at, datetime.fromtimestamp(happened, UTC))

    def _log_fault(self) -> None:
        self._faults_seen, fault = self._tracker.faults, self._tracker.last_fault
        if fault is not None and self._faults_seen % FAULTS_PER_LOG == 1:
            log.error(
                "the tracker failed on an event",
                node=self._node,
                ami_event=fault.event,
                problem=f"{type(fault.error).__name__}: {fault.error}",
                faults=self._faults_seen,
                exc_info=fault.error,
            )

    async def _resync(self, snapshot: Snapshot) -> None:
        channels = [channel.headers for channel in snapshot.channels.values()]
        bridges = [
            {"BridgeUniqueid": bridge.uniqueid, "Members": list(bridge.members)} for bridge in snapshot.bridges.values()
        ]
        facts = self._tracker.resync(channels, bridges, snapshot.ended, missed=self._has_missed)
        self._has_missed = False
        if self._on_resync is not None:
            await self._on_resync(await self._as_written(facts))
        await self._record_snapshot(facts, snapshot.ended)
        if self._on_phone is not None:
            for account, is_reachable in reachable_in(snapshot):
                self._on_phone(account, is_reachable)
        if self._on_snapshot is not None:
            await self._on_snapshot(snapshot)

    async def _record_snapshot(self, facts: Sequence[CallFact], at: datetime) -> None:
        """Record what a snapshot told, behind what the PBX's files tell of the gap.

        What it concluded of legs and calls that are gone waits until the files were asked; the rest only shortly.
        """
        goes_on = {call.call_id for call in self._tracker.live_calls}
        # A new tracker knows nothing of what ended before it was there: the journal does.
        forgotten = [
            CallEnded(
                node=self._node,
                call_id=call_id,
                key=INFERRED_END,
                at=max(at, latest),
                outcome=outcome,
                hangup_by=None,
                cause=None,
                inferred=True,
            )
            for call_id, (outcome, latest) in self._left_open.items()
            if call_id not in goes_on
        ]
        self._left_open.clear()
        gaps, self._unfilled = self._unfilled, []
        if self._filler is None or not gaps:
            self._journal.record([*facts, *forgotten])
            return
        ends = [fact for fact in facts if isinstance(fact, PartyLeft | PartyStoppedRinging | CallEnded)]
        filling = asyncio.create_task(
            self._filler.fill(
                gaps,
                Ends([*ends, *forgotten], at),
                lambda linkedid: self._tracker.call_of(linkedid) is not None,
            ),
            name="backfill",
        )
        self._filling.add(filling)
        filling.add_done_callback(self._filling.discard)
        await asyncio.wait({filling}, timeout=FILES_FIRST_SECONDS)
        self._journal.record(fact for fact in facts if fact not in ends)

    async def _as_written(self, facts: Sequence[CallFact]) -> Sequence[CallFact]:
        """`facts` with the times that the journal has of those that it knows: when it was, not when we learned it."""
        calls = {fact.call_id for fact in facts}
        try:
            async with self._database.reading() as session:
                rows = await session.execute(
                    select(CallFactRow.call_id, CallFactRow.key, CallFactRow.at).where(CallFactRow.call_id.in_(calls))
                )
                known = {(call_id, key): at for call_id, key, at in rows}
        except SQLAlchemyError as error:
            log.warning("the times of calls that go on are not known", error=str(error).splitlines()[0])
            return facts
        return [dataclasses.replace(fact, at=known.get((fact.call_id, fact.key), fact.at)) for fact in facts]

    def _open_gap(self, start: datetime, reason: str) -> None:
        gap = LinkGap(node=self._node, start=start, end=None, reason=reason)
        self._gaps.append(gap)
        self._journal.record_gap(gap)

    async def _remember(self) -> None:
        """What an earlier run of the service left: calls that went on, and the gap since it last heard the PBX."""
        async with self._database.reading() as session:
            mark = await session.get(LinkMark, self._node)
            gaps = await session.scalars(
                select(LinkGapRow).where(LinkGapRow.node == self._node, LinkGapRow.ended_at.is_(None))
            )
            self._gaps = [LinkGap(node=row.node, start=row.started_at, end=None, reason=row.reason) for row in gaps]
            unfilled = await session.scalars(
                select(LinkGapRow)
                .where(
                    LinkGapRow.node == self._node,
                    LinkGapRow.ended_at >= self._clock.now() - UNFILLED_KEPT,
                    LinkGapRow.backfilled_at.is_(None),
                )
                .order_by(LinkGapRow.started_at.desc())
                .limit(UNFILLED_LIMIT)
            )
            self._unfilled = [
                LinkGap(node=row.node, start=row.started_at, end=row.ended_at, reason=row.reason) for row in unfilled
            ]
            calls = await session.scalars(select(CallRow).where(CallRow.node == self._node, CallRow.ended_at.is_(None)))
            self._left_open = {
                row.call_id: (
                    Outcome.ANSWERED if row.answered_by else Outcome.NO_ANSWER,
                    max(row.started_at, row.answered_at or row.started_at),
                )
                for row in calls
            }
        if mark is not None and not self._gaps:
            # It was killed: it had no time to write that it stopped.
            # If the clock was set back since, the gap cannot begin where it stood.
            self._open_gap(min(mark.heard_at, self._clock.now()), NOT_RUNNING)

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
