"""The history of agents' states: every change of what they ask for and of what follows, written behind the calls.

Nothing waits for it: a change is put into a list in memory, and the list is written in one transaction a moment later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import structlog
from prometheus_client import Counter
from sqlalchemy import Enum, ForeignKey, Index, String, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.clock import Clock
from kernel.database import Base, Database, UTCDateTime
from kernel.telemetry import REGISTRY
from queue_router.agents import Agent, Agents
from queue_router.states import AgentState, ChangedBy, Wanted

WRITE_SECONDS = 1.0
"""How long changes are gathered before they are written: so much a kill may lose."""
RETRY_SECONDS = 2.0
CHANGES_LIMIT = 20_000
"""Changes kept while the database is away; the oldest are lost then, and counted."""

LOST = Counter("ringdesk_agent_states_lost_total", "Changes of agents' states that were not written", registry=REGISTRY)

log = structlog.get_logger(__name__)


def _values(kind: type[AgentState] | type[Wanted] | type[ChangedBy]) -> list[str]:
    return [each.value for each in kind]


class AgentStateRow(Base):
    """From `since` on, until the next row of that user, they were in this state. Append-only."""

    __tablename__ = "agent_states"
    __table_args__ = (Index(None, "user_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    since: Mapped[datetime] = mapped_column(UTCDateTime())
    state: Mapped[AgentState] = mapped_column(Enum(AgentState, native_enum=False, length=16, values_callable=_values))
    wanted: Mapped[Wanted] = mapped_column(Enum(Wanted, native_enum=False, length=16, values_callable=_values))
    reason: Mapped[str | None] = mapped_column(String(100))
    changed_by: Mapped[ChangedBy] = mapped_column(
        Enum(ChangedBy, native_enum=False, length=16, values_callable=_values)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the last row of an agent says."""

    state: AgentState
    wanted: Wanted
    reason: str | None
    times_asked: int


class AgentHistory:
    """Hears of every change from its making on. Run `run()` as a task."""

    def __init__(self, agents: Agents, database: Database, clock: Clock) -> None:
        self._agents = agents
        self._database = database
        self._clock = clock
        self._known: dict[int, _Known] = {}
        self._changes: deque[AgentStateRow] = deque()
        self._changed = asyncio.Event()
        agents.watch(self._note)
        self._note_all()

    async def run(self) -> None:
        """Write what has changed, until cancelled."""
        while True:
            await self._changed.wait()
            await self._clock.sleep(WRITE_SECONDS)
            try:
                await self.write()
            except SQLAlchemyError as error:
                log.warning("the agents' states were not written", error=str(error).splitlines()[0])
                await self._clock.sleep(RETRY_SECONDS)

    async def write(self) -> None:
        """Write everything that has changed by now. Raises what the database raises; then nothing is lost."""
        self._changed.clear()
        self._note_all()
        rows = list(self._changes)
        if not rows:
            return
        try:
            async with self._database.transaction() as session:
                session.add_all(map(_copy, rows))
        except IntegrityError:
            # Somebody is a user no longer; the others' rows must not be lost over that.
            for row in rows:
                with suppress(IntegrityError):
                    async with self._database.transaction() as session:
                        session.add(_copy(row))
        except BaseException:
            self._changed.set()
            raise
        # What came meanwhile stands behind them.
        for _ in range(min(len(rows), len(self._changes))):
            self._changes.popleft()

    def _note(self, agent: Agent) -> None:
        known = self._known.get(agent.user_id)
        now = _Known(agent.state, agent.wanted, agent.wanted_reason, agent.times_asked)
        if known == now:
            return
        self._known[agent.user_id] = now
        has_asked = known is not None and known.times_asked != agent.times_asked
        # What they asked for may change nothing that follows, and what follows may change by itself.
        since = agent.wanted_since if has_asked else agent.state_since
        self._add(
            AgentStateRow(
                user_id=agent.user_id,
                since=since or self._clock.now(),
                state=agent.state,
                wanted=agent.wanted,
                reason=agent.wanted_reason,
                changed_by=agent.wanted_by if has_asked else ChangedBy.SYSTEM,
            )
        )

    def _note_all(self) -> None:
        """Also those who are agents since a moment ago, and those who are agents no more."""
        agents = {agent.user_id: agent for agent in self._agents.all()}
        for agent in agents.values():
            self._note(agent)
        for user_id in self._known.keys() - agents.keys():
            known = self._known.pop(user_id)
            if known.state is not AgentState.OFFLINE:
                self._add(
                    AgentStateRow(
                        user_id=user_id,
                        since=self._clock.now(),
                        state=AgentState.OFFLINE,
                        wanted=Wanted.SIGNED_OUT,
                        reason=None,
                        changed_by=ChangedBy.SYSTEM,
                    )
                )

    def _add(self, row: AgentStateRow) -> None:
        if len(self._changes) >= CHANGES_LIMIT:
            self._changes.popleft()
            LOST.inc()
        self._changes.append(row)
        self._changed.set()


def _copy(row: AgentStateRow) -> AgentStateRow:
    """A row for a transaction of its own: one that failed leaves its rows useless."""
    return AgentStateRow(
        user_id=row.user_id,
        since=row.since,
        state=row.state,
        wanted=row.wanted,
        reason=row.reason,
        changed_by=row.changed_by,
    )


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in one state. `until` is None while it lasts."""

    row: AgentStateRow
    until: datetime | None


async def stays(
    session: AsyncSession,
    user_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
    limit: int = 50,
) -> tuple[Sequence[Stay], int | None]:
    """The user's states from `since` (with the one that held then) to before `until`, oldest first, from the row
    behind `after` on; and the id of the last where more follow."""
    own = AgentStateRow.user_id == user_id
    order = (AgentStateRow.since, AgentStateRow.id)
    statement = select(AgentStateRow).where(own).order_by(*order).limit(limit + 2)
    if after is not None:
        last = await session.get(AgentStateRow, after)
        if last is None or last.user_id != user_id:
            return [], None
        statement = statement.where(
            (AgentStateRow.since > last.since) | ((AgentStateRow.since == last.since) & (AgentStateRow.id > last.id))
        )
    elif since is not None:
        held = await session.scalar(
            select(AgentStateRow.since)
            .where(own, AgentStateRow.since <= since)
            .order_by(AgentStateRow.since.desc(), AgentStateRow.id.desc())
            .limit(1)
        )
        statement = statement.where(AgentStateRow.since >= (held or since))
    rows = list(await session.scalars(statement))
    found = [
        Stay(row, following.since if following is not None else None)
        for row, following in zip_longest(rows, rows[1:])
        if until is None or row.since < until
    ]
    return found[:limit], found[limit - 1].row.id if len(found) > limit else None
