"""Completing the journal after a gap from Asterisk's files, and the mark that it is complete."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import Clock
from kernel.database import Database
from kernel.telemetry import REGISTRY
from pbx import cel, queue_log
from pbx.backfill import Backfill
from pbx.backfill_files import LogFile, Unreadable
from pbx.cel import CelReader
from pbx.facts import INFERRED_END, CallEnded, CallFact, CallStarted, LinkGap, Outcome, PartyAnswered
from pbx.journal import Journal
from pbx.journal_tables import CallRow
from pbx.queue_log import QueueLogReader, QueueLogRow

CEL_FILE = Path("cel-custom/ringdesk.csv")
QUEUE_LOG_FILE = Path("queue_log")

MARGIN = timedelta(seconds=1)
"""So much before a gap is read, too: what happened just then may not have come through."""
LOOK_BACK = timedelta(hours=12)
"""How long before a gap a call may have begun to be told as a whole."""
SETTLE_SECONDS = 1.0
"""So long is waited for rows of what ended at the very end of a gap."""
FLUSH_SECONDS = 600.0
ABANDONS_KEPT = 100_000
"""Rows of queue_log that are kept while CEL is read."""

COMPLETED = Counter("ringdesk_backfilled_facts_total", "Facts read from the PBX's files", ["node"], registry=REGISTRY)
POSSIBLE = Gauge(
    "ringdesk_backfill_possible", "1 where the PBX's files could be read when last tried", ["node"], registry=REGISTRY
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ends:
    """What a snapshot concluded: facts of calls that are there no more, kept back until the files were asked."""

    facts: Sequence[CallFact]
    at: datetime


class GapFiller:
    """Reads what Asterisk wrote in `directory` (its log directory) about the calls of `node`."""

    def __init__(self, node: str, directory: Path, journal: Journal, database: Database, clock: Clock) -> None:
        self._node = node
        self._cel = LogFile(directory / CEL_FILE, cel.first_time)
        self._queue_log = LogFile(directory / QUEUE_LOG_FILE, queue_log.first_time)
        self._journal = journal
        self._database = database
        self._clock = clock

    def problem(self) -> str | None:
        """Why nothing can be completed; None where it can."""
        try:
            self._cel.check()
        except Unreadable as error:
            POSSIBLE.labels(self._node).set(0)
            return str(error)
        POSSIBLE.labels(self._node).set(1)
        return None

    async def fill(self, gaps: Sequence[LinkGap], ends: Ends, is_known: Callable[[str], bool]) -> None:
        """Record what was missed in `gaps`, and of `ends` what the files do not tell better. Never raises.

        `is_known` tells of a Linkedid whether its call goes on, or its end was heard.
        """
        problem = self.problem()
        facts = 0
        missed = {fact.call_id for fact in ends.facts if isinstance(fact, CallEnded)}
        try:
            if problem is None:
                facts = await self._complete(gaps, ends.at, missed, is_known)
        except Unreadable as error:
            problem = str(error)
        except (OSError, SQLAlchemyError) as error:
            problem = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        except Exception as error:  # a defect of ours: the gap stays marked, and the service alive
            log.exception("a gap can't be completed")
            problem = f"{type(error).__name__}: {error}"
        finally:
            # Also where the service ends meanwhile: what the snapshot concluded is not lost.
            self._journal.record(
                fact for fact in ends.facts if fact.call_id in missed or not isinstance(fact, CallEnded)
            )
        await self._mark(gaps, problem, facts)

    async def _mark(self, gaps: Sequence[LinkGap], problem: str | None, facts: int) -> None:
        if problem is None:
            try:
                await self._journal.flush(FLUSH_SECONDS)
            except TimeoutError:
                problem = "the database could not be written in time"
        for gap in gaps:
            if problem is None:
                self._journal.record_gap(dataclasses.replace(gap, backfilled_at=self._clock.now()))
                log.info("gap completed", node=self._node, start=gap.start, end=gap.end, facts=facts)
            else:
                self._journal.record_gap(dataclasses.replace(gap, backfill_problem=problem))
                log.warning("gap stays: calls may be missing", node=self._node, start=gap.start, problem=problem)

    async def _complete(
        self, gaps: Sequence[LinkGap], at: datetime, missed: set[str], is_known: Callable[[str], bool]
    ) -> int:
        recorded = 0
        *earlier, last = sorted(gaps, key=lambda gap: gap.start)
        for gap in earlier:
            recorded += (await self._complete_one(gap, (gap.end or at) + MARGIN, set())).recorded
        window = await self._complete_one(last, at, missed)
        self._journal.record(window.cut_off(self._node, at, is_known))
        return recorded + window.recorded

    async def _complete_one(self, gap: LinkGap, until: datetime, missed: set[str]) -> _Window:
        """Record what the files tell of the time from before `gap` to `until`.

        `missed` are calls whose end should be in the files; it is left with those whose end is not.
        """
        since, call_ids = await self._calls_of(gap, until)
        window = _Window(gap.start - MARGIN, until)
        backfill = Backfill(self._node, call_ids)
        abandons = await self._abandons(since, until)

        def take(facts: Sequence[CallFact]) -> None:
            found = window.take(facts)
            missed.difference_update(fact.call_id for fact in found if isinstance(fact, CallEnded))
            COMPLETED.labels(self._node).inc(len(found))
            self._journal.record(found)

        async for row in self._rows(since, until, lambda: not missed):
            while abandons and abandons[0].at <= row.at:
                take(backfill.feed(abandons.popleft()))
            take(backfill.feed(row))
        take(backfill.finish())
        return window

    async def _rows(
        self, since: datetime, until: datetime, is_settled: Callable[[], bool]
    ) -> AsyncGenerator[cel.CelRow, None]:
        """The rows from `since` to `until`; at the end of the file it is waited a little for what was just written."""
        reader = CelReader()
        deadline: float | None = None
        async with aclosing(self._cel.pieces(since.timestamp())) as pieces:
            async for piece in pieces:
                last = None
                for row in reader.feed(piece):
                    if row.at > until.timestamp() + SETTLE_SECONDS:
                        return
                    last = row
                    yield row
                await asyncio.sleep(0)  # between pieces everybody else goes first
                if piece:
                    continue
                now = self._clock.monotonic()
                deadline = deadline or now + SETTLE_SECONDS
                if is_settled() or now >= deadline:
                    break
                if last is None:
                    await self._clock.sleep(SETTLE_SECONDS / 10)
        if reader.damaged:
            log.warning("lines of the CEL file can't be read", node=self._node, lines=reader.damaged)

    async def _abandons(self, since: datetime, until: datetime) -> deque[QueueLogRow]:
        """Who gave up waiting, by queue_log; nothing where there is none."""
        reader, found = QueueLogReader(), deque[QueueLogRow](maxlen=ABANDONS_KEPT)
        try:
            async with aclosing(self._queue_log.pieces(since.timestamp())) as pieces:
                async for piece in pieces:
                    if not piece:
                        break
                    rows = [row for row in reader.feed(piece) if row.event == "ABANDON"]
                    found.extend(rows)
                    if rows and rows[-1].at > until.timestamp() + SETTLE_SECONDS:
                        break
        except (Unreadable, OSError) as error:
            log.info("queue_log can't be read", node=self._node, problem=str(error))
        return found

    async def _calls_of(self, gap: LinkGap, until: datetime) -> tuple[datetime, dict[str, str]]:
        """From when on the files have to be read, and our ids of the calls that the journal knows of that time."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(CallRow.started_at, CallRow.linkedid, CallRow.call_id).where(
                    CallRow.node == self._node,
                    CallRow.started_at >= gap.start - LOOK_BACK,
                    CallRow.started_at <= until,
                    or_(CallRow.ended_at.is_(None), CallRow.ended_at >= gap.start),
                )
            )
            known = list(rows)
        since = min((started_at for started_at, _, _ in known), default=gap.start)
        return min(since, gap.start) - MARGIN, {linkedid: call_id for _, linkedid, call_id in known if linkedid}


class _Window:
    """Which facts are recorded: those of the gap. Of what was before and after, the journal knows by hearing."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self._start = start
        self._end = end
        self.recorded = 0
        self._open: dict[str, tuple[str, Outcome]] = {}
        """Calls that began in the gap and have not ended: their Linkedid, and the outcome if they are over."""

    def take(self, facts: Sequence[CallFact]) -> list[CallFact]:
        """Those of the gap."""
        for fact in facts:
            match fact:
                case CallStarted() if self._holds(fact):
                    self._open[fact.call_id] = fact.linkedid, Outcome.NO_ANSWER
                case PartyAnswered() if fact.call_id in self._open:
                    self._open[fact.call_id] = self._open[fact.call_id][0], Outcome.ANSWERED
                case CallEnded():
                    self._open.pop(fact.call_id, None)
        found = [fact for fact in facts if self._holds(fact)]
        self.recorded += len(found)
        return found

    def _holds(self, fact: CallFact) -> bool:
        return self._start <= fact.at <= self._end

    def cut_off(self, node: str, at: datetime, is_known: Callable[[str], bool]) -> list[CallEnded]:
        """The ends of calls that began in the gap and neither ended by the files nor go on: Asterisk itself died."""
        return [
            CallEnded(
                node=node,
                call_id=call_id,
                key=INFERRED_END,
                at=at,
                outcome=outcome,
                hangup_by=None,
                cause=None,
                inferred=True,
                backfilled=True,
            )
            for call_id, (linkedid, outcome) in self._open.items()
            if not is_known(linkedid)
        ]
