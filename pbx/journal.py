"""The journal: append-only typed facts of every call, the only source of every figure.

Facts are recorded without waiting and written in batches. A batch is one transaction: the fact rows, the calls that
they make, and what the handlers on the bus do with each new fact. Writing a fact twice writes it once, and its
handlers run once. While the database can't be written the facts wait, bounded, with an alarm.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import Dialect, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import Insert

from kernel.bulk import BulkInsert
from kernel.clock import Clock, SystemClock
from kernel.database import Database, describe_trouble, insert_for, is_away
from kernel.messages import FactBus, HandlerFailed
from kernel.telemetry import REGISTRY
from pbx.call_projection import CallValues, apply, empty_call, storable
from pbx.facts import CallEnded, CallFact, CallStarted, LinkGap
from pbx.journal_tables import CallFactRow, CallRow, LinkGapRow

MOST_WAITING = 50_000
"""Facts that may wait for the database: about an hour of a busy centre. Past that the oldest stay and new ones are
counted as lost, and the time is marked as a gap."""

MOST_GAPS_WAITING = 1_000
BATCH = 1000
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 5.0

WRITTEN = Counter("ringdesk_journal_facts_written_total", "Facts written to the journal", registry=REGISTRY)
LOST = Counter("ringdesk_journal_facts_lost_total", "Facts lost because too many waited", registry=REGISTRY)
WAITING = Gauge("ringdesk_journal_facts_waiting", "Facts that wait to be written", registry=REGISTRY)
ALARM = Gauge("ringdesk_journal_alarm", "1 while the journal can't be written", registry=REGISTRY)
HANDLER_FAILURES = Counter(
    "ringdesk_fact_handler_failures_total", "Facts kept although a handler of theirs failed", registry=REGISTRY
)

_FACTS = cast(Table, CallFactRow.__table__)
_CALLS = cast(Table, CallRow.__table__)
_KNOWN_KEYS = select(_FACTS.c.call_id, _FACTS.c.key).where(_FACTS.c.call_id.in_(bindparam("ids", expanding=True)))
_KNOWN_CALLS = select(_CALLS).where(_CALLS.c.call_id.in_(bindparam("ids", expanding=True)))
_FACT_FIELDS = {field.name for field in dataclasses.fields(CallFact)}
_EXTRA_FIELDS: dict[type[CallFact], tuple[str, ...]] = {}

log = structlog.get_logger(__name__)


class Journal:
    """Writes facts to `database` and publishes each new one on `bus`, in the same transaction."""

    def __init__(
        self, database: Database, bus: FactBus, *, clock: Clock | None = None, most_waiting: int = MOST_WAITING
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock or SystemClock()
        self._most_waiting = most_waiting
        self._waiting: deque[CallFact] = deque()
        self._gaps: deque[LinkGap] = deque()
        self._overflow: LinkGap | None = None
        self._arrived = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._watchers: list[Callable[[Sequence[CallFact]], None]] = []
        self.problem: str | None = None
        """Why the journal can't be written right now; None when all is well."""

    def watch(self, watcher: Callable[[Sequence[CallFact]], None]) -> None:
        """Call `watcher` with the new facts once they are written for good, also those whose handlers failed: for who
        shows what the journal says. It must be quick."""
        self._watchers.append(watcher)

    def record(self, facts: Iterable[CallFact]) -> None:
        """Have `facts` written soon, in their order. Returns at once."""
        for fact in facts:
            if len(self._waiting) >= self._most_waiting:
                self._lose(fact)
            else:
                self._waiting.append(fact)
        self._wake()

    def record_gap(self, gap: LinkGap) -> None:
        """Have `gap` written soon. The end of a gap that is known already completes it."""
        if len(self._gaps) >= MOST_GAPS_WAITING:
            # One long gap says what many short ones do: that something may be missing there.
            gap = dataclasses.replace(self._gaps.pop(), end=gap.end)
        self._gaps.append(gap)
        self._wake()

    async def run(self) -> None:
        """Write for ever. On cancellation what waits stays waiting: call `flush` first."""
        retry = FIRST_RETRY_SECONDS
        while True:
            await self._arrived.wait()
            try:
                await self._write_next()
            except Exception as error:
                if not is_away(error):
                    raise
                self._raise_alarm(error)
                await self._clock.sleep(retry)
                retry = min(retry * 2, LONGEST_RETRY_SECONDS)
            else:
                self._clear_alarm()
                retry = FIRST_RETRY_SECONDS
                self._settle()

    async def flush(self, timeout: float = 30.0) -> None:
        """Wait until all that was recorded is written; TimeoutError if the database doesn't let it."""
        async with asyncio.timeout(timeout):
            await self._written.wait()

    @property
    def waiting(self) -> int:
        """How many facts are recorded and not yet written."""
        return len(self._waiting)

    def _wake(self) -> None:
        WAITING.set(len(self._waiting))
        if self._waiting or self._gaps:
            self._written.clear()
            self._arrived.set()

    def _settle(self) -> None:
        WAITING.set(len(self._waiting))
        if not self._waiting and not self._gaps:
            self._arrived.clear()
            self._written.set()

    def _lose(self, fact: CallFact) -> None:
        LOST.inc()
        if self._overflow is None:
            self._overflow = LinkGap(
                node=fact.node, start=fact.at, end=None, reason="more facts waited for the database than fit"
            )
            self._gaps.append(self._overflow)
            log.error("facts are lost: the journal can't be written and its waiting room is full")

    def _raise_alarm(self, error: Exception) -> None:
        trouble = describe_trouble(error)
        self.problem = f"the journal can't be written, {len(self._waiting)} facts wait: {trouble}"
        ALARM.set(1)
        log.error("journal can't be written; facts wait", waiting=len(self._waiting), trouble=trouble)

    def _clear_alarm(self) -> None:
        if self.problem:
            log.info("journal is written again")
        self.problem = None
        ALARM.set(0)
        if self._overflow and len(self._waiting) < self._most_waiting:
            self._gaps.append(dataclasses.replace(self._overflow, end=self._clock.now()))
            self._overflow = None

    async def _write_next(self) -> None:
        gaps = list(self._gaps)
        batch = [self._waiting[index] for index in range(min(BATCH, len(self._waiting)))]
        try:
            new = await self._write(batch, gaps)
        except Exception as error:
            if is_away(error):
                raise
            # A fact or its handler is at fault, not the database: one by one, so that only that fact is marked.
            log.exception("a fact can't be written as it should be; writing these facts one by one")
            new = [fact for fact in batch for fact in await self._write_alone(fact)]
            await self._write([], gaps)
        for _ in batch:
            self._waiting.popleft()
        for _ in gaps:
            self._gaps.popleft()
        WRITTEN.inc(len(new))

    async def _write_alone(self, fact: CallFact) -> list[CallFact]:
        try:
            return await self._write([fact], [])
        except Exception as error:
            if is_away(error):
                raise
            HANDLER_FAILURES.inc()
            log.exception("a fact is kept, but a handler of it failed", fact=type(fact).__name__, call=fact.call_id)
            problem = str(error) if isinstance(error, HandlerFailed) else f"{type(error).__name__}: {error}"
        try:
            return await self._write([fact], [], problem=problem)
        except Exception as error:
            if is_away(error):
                raise
            LOST.inc()
            log.exception("a fact is lost: the database refuses it", fact=type(fact).__name__, call=fact.call_id)
            return []

    async def _write(
        self, batch: Sequence[CallFact], gaps: Sequence[LinkGap], problem: str | None = None
    ) -> list[CallFact]:
        async with self._database.transaction() as session:
            new, begun = await _insert_facts(session, batch, problem)
            await _update_calls(session, new, begun)
            for gap in gaps:
                await _write_gap(session, gap)
            if problem is None:
                for fact in new:
                    await self._bus.publish(session, fact)
        self._tell(new)
        return new

    def _tell(self, written: Sequence[CallFact]) -> None:
        for watcher in self._watchers if written else ():
            try:
                watcher(written)
            except Exception:
                # They are written: nobody's mistake may have them written again.
                log.exception("a watcher of the journal failed")


async def facts_of_call(session: AsyncSession, call_id: str) -> list[CallFactRow]:
    """The facts of one call, in the order of their time; of one moment, the beginning first and the end last."""
    kind = CallFactRow.kind
    rows = await session.scalars(
        select(CallFactRow)
        .where(CallFactRow.call_id == call_id)
        .order_by(CallFactRow.at, kind != CallStarted.__name__, kind == CallEnded.__name__, CallFactRow.key)
    )
    return list(rows)


async def _insert_facts(
    session: AsyncSession, batch: Sequence[CallFact], problem: str | None
) -> tuple[list[CallFact], set[str]]:
    """Insert what is not there yet. What that is, in the order of `batch`, and the calls that had facts before."""
    if not batch:
        return [], set()
    # Asking first and inserting plainly is twice as fast as having the insert tell what it inserted. The journal of a
    # PBX has one writer at a time, so nothing comes between.
    known = await session.execute(_KNOWN_KEYS, {"ids": list({fact.call_id for fact in batch})})
    there = {(call_id, key) for call_id, key in known}
    begun = {call_id for call_id, _ in there}
    new: list[CallFact] = []
    for fact in batch:
        identity = (fact.call_id, fact.key)
        if identity not in there:
            there.add(identity)
            new.append(fact)
    if new:
        await _INSERT_FACTS.execute(session, [_fact_values(fact, problem) for fact in new])
    return new, begun


async def _update_calls(session: AsyncSession, facts: Sequence[CallFact], begun: set[str]) -> None:
    """Bring the rows of the calls up to date; those of `begun` are there already."""
    if not facts:
        return
    calls: dict[str, CallValues] = {}
    if begun:
        known = await session.execute(_KNOWN_CALLS, {"ids": list(begun)})
        calls = {row["call_id"]: dict(row) for row in known.mappings()}
    for fact in facts:
        call = calls.get(fact.call_id)
        if call is None:
            call = calls[fact.call_id] = empty_call(fact)
        apply(call, fact)
    await _UPSERT_CALLS.execute(session, list(calls.values()))


def _upsert_call(dialect: Dialect) -> Insert:
    upsert = _dialect(dialect).insert(_CALLS)
    statement: Insert = upsert.on_conflict_do_update(
        index_elements=["call_id"],
        set_={column.name: upsert.excluded[column.name] for column in _CALLS.c if not column.primary_key},
    )
    return statement


_INSERT_FACTS = BulkInsert(_FACTS, lambda dialect: insert(_FACTS))
_UPSERT_CALLS = BulkInsert(_CALLS, _upsert_call)


async def _write_gap(session: AsyncSession, gap: LinkGap) -> None:
    values = {"node": gap.node, "started_at": gap.start, "ended_at": gap.end, "reason": gap.reason}
    statement = insert_for(session, LinkGapRow).values(values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["node", "started_at"]))
    if gap.end is not None:
        await session.execute(
            update(LinkGapRow)
            .where(LinkGapRow.node == gap.node, LinkGapRow.started_at == gap.start)
            .values(ended_at=gap.end, backfilled_at=gap.backfilled_at, backfill_problem=gap.backfill_problem)
        )


def _fact_values(fact: CallFact, problem: str | None) -> dict[str, Any]:
    extra = _extra_fields(type(fact))
    return {
        "node": fact.node,
        "call_id": fact.call_id,
        "key": fact.key,
        "kind": type(fact).__name__,
        "at": fact.at,
        "data": {name: storable(value) if isinstance(value := getattr(fact, name), str) else value for name in extra},
        "problem": problem,
        "backfilled": fact.backfilled,
    }


def _extra_fields(kind: type[CallFact]) -> tuple[str, ...]:
    """What a kind of fact adds to the fields that every fact has."""
    known = _EXTRA_FIELDS.get(kind)
    if known is None:
        names = (field.name for field in dataclasses.fields(kind))
        known = _EXTRA_FIELDS[kind] = tuple(name for name in names if name not in _FACT_FIELDS)
    return known


def _dialect(dialect: Dialect) -> Any:
    return sqlite if dialect.name == "sqlite" else postgresql
