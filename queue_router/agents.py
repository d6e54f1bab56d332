"""The agents: what each asked for (kept in the database) and what phone, calls and offers say (kept in memory).

Every change goes through `Agents`, which works out the state that follows and tells the agent's desk of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Enum, ForeignKey, String, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.users import User, clean_name
from kernel.clock import Clock
from kernel.database import Base, Database, UTCDateTime
from kernel.messages import LiveChange, LiveHub
from queue_router.matching import Candidate
from queue_router.states import AgentState, ChangedBy, Engagement, Situation, Wanted, effective_state

BACK_OFF_SECONDS = 10.0
"""How long no call is offered to a phone that could not be reached."""
SWEEP_SECONDS = 1.0
SHORTEST_SWEEP_SECONDS = 0.005
RELOAD_SECONDS = 10.0
"""Between two looks for agents whom the command line, or another process, has added."""
MISSED_CALL = "missed a call"
"""The reason that stands where the router made somebody not ready because they did not answer."""
EXTENSION_SECONDS = 30.0
"""By how much an agent prolongs their wrap-up at a time."""
LONGEST_WRAP_UP_SECONDS = 900.0
"""What is left of a wrap-up can't be prolonged past this."""

log = structlog.get_logger(__name__)


class AgentRow(Base):
    """A user who takes calls, at the phone `account`."""

    __tablename__ = "agents"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), unique=True)
    wanted: Mapped[Wanted] = mapped_column(
        Enum(Wanted, native_enum=False, length=16, values_callable=lambda kind: [each.value for each in kind])
    )
    wanted_since: Mapped[datetime] = mapped_column(UTCDateTime())
    wanted_reason: Mapped[str | None] = mapped_column(String(100))
    idle_since: Mapped[datetime | None] = mapped_column(UTCDateTime())
    """When their last call ended, or they became ready after it: who waits longest gets the next call."""
    wrap_up_until: Mapped[datetime | None] = mapped_column(UTCDateTime())
    """When their after-call work ends, or has ended: it lasts beyond a restart of ours."""


class UnknownAgent(LookupError):
    """The user takes no calls: there is no agent of that id."""


class NotInWrapUp(Exception):
    """The agent has no wrap-up to prolong or to end."""


@dataclass(slots=True)
class Leg:
    """A leg of a call at an agent's phone."""

    call_id: str
    is_offered: bool
    """Came out of a queue; else it is a call of the agent's own."""
    is_talking: bool = False


@dataclass(slots=True)
class Lease:
    """An agent is reserved for a call. Ends by itself at `expires` (monotonic seconds)."""

    call_id: str
    expires: float


@dataclass(slots=True)
class Agent:
    """An agent as they are at this moment."""

    user_id: int
    name: str
    account: str
    wanted: Wanted
    wanted_since: datetime
    wanted_reason: str | None
    idle_since: datetime | None
    wanted_by: ChangedBy = ChangedBy.SYSTEM
    """Who last changed what they ask for, since we began."""
    times_asked: int = 0
    """How often that was changed since we began."""
    reachable: bool | None = None
    unreachable_until: float = 0.0
    wrap_up_until: float = 0.0
    """When the after-call work ends (monotonic seconds): one timer, whichever queue the call came from."""
    wrap_up_ends: datetime | None = None
    """The same as wall time, while it lasts."""
    lease: Lease | None = None
    legs: dict[str, Leg] = field(default_factory=dict)
    """By the Uniqueid of the leg's channel."""
    state: AgentState = AgentState.OFFLINE
    state_since: datetime | None = None

    @property
    def ready_by_phone(self) -> bool:
        """Whether they asked for calls at their phone: no panel of theirs need be there."""
        return self.wanted is Wanted.READY and self.wanted_by is ChangedBy.PHONE

    def situation(self, monotonic: float) -> Situation:
        """What the state follows from, at that moment."""
        legs = self.legs.values()
        if any(leg.is_offered and leg.is_talking for leg in legs):
            engagement = Engagement.TALKING
        elif any(not leg.is_offered for leg in legs):
            engagement = Engagement.BUSY
        elif self.wrap_up_until > monotonic:
            engagement = Engagement.WRAP_UP
        else:
            engagement = Engagement.FREE
        is_leased = self.lease is not None and self.lease.expires > monotonic
        return Situation(
            wanted=self.wanted,
            engagement=engagement,
            reserved=is_leased or any(leg.is_offered and not leg.is_talking for leg in legs),
            reachable=False if self.unreachable_until > monotonic else self.reachable,
        )

    def as_data(self) -> dict[str, Any]:
        """What a desk shows of the agent, as JSON can hold it."""
        return {
            "user_id": self.user_id,
            "name": self.name,
            "account": self.account,
            "state": self.state.value,
            "since": self.state_since.isoformat() if self.state_since else None,
            "wanted": self.wanted.value,
            "wanted_since": self.wanted_since.isoformat(),
            "reason": self.wanted_reason,
            "wrap_up_until": self.wrap_up_ends.isoformat() if self.wrap_up_ends else None,
        }


def desk_topic(user_id: int) -> str:
    """The live topic of an agent's desk."""
    return f"desk:{user_id}"


class Agents:
    """All agents. Reserving is atomic: nothing is awaited between asking who is ready and holding them."""

    def __init__(self, database: Database, hub: LiveHub, clock: Clock) -> None:
        self._database = database
        self._hub = hub
        self._clock = clock
        self._by_user: dict[int, Agent] = {}
        self._by_account: dict[str, Agent] = {}
        self._phones: dict[str, bool] = {}
        self._sweepers: list[Callable[[datetime], None]] = []
        self._watchers: list[Callable[[Agent], None]] = []

    async def load(self) -> None:
        """Read the agents from the database. Of those whom we know already only name and phone may have changed there:
        what they ask for changes here first."""
        async with self._database.reading() as session:
            rows = (
                await session.execute(
                    select(AgentRow, User.name).join(User, User.id == AgentRow.user_id).where(User.active.is_(True))
                )
            ).all()
        known, self._by_user, self._by_account = self._by_user, {}, {}
        for row, name in rows:
            agent = known.get(row.user_id)
            if agent is None or agent.account != row.account:
                agent = Agent(
                    user_id=row.user_id,
                    name=name,
                    account=row.account,
                    wanted=row.wanted,
                    wanted_since=row.wanted_since,
                    wanted_reason=row.wanted_reason,
                    idle_since=row.idle_since,
                    reachable=self._phones.get(row.account),
                )
                if row.wrap_up_until is not None:
                    # What is left of it: also after a restart somebody's notes are not cut short.
                    left = (row.wrap_up_until - self._clock.now()).total_seconds()
                    if 0 < left <= LONGEST_WRAP_UP_SECONDS:
                        agent.wrap_up_until = self._clock.monotonic() + left
                        agent.wrap_up_ends = row.wrap_up_until
            agent.name = name
            self._by_user[agent.user_id] = self._by_account[agent.account] = agent
            self._refresh(agent)

    def find(self, user_id: int) -> Agent | None:
        """The agent who is that user, if the user takes calls."""
        return self._by_user.get(user_id)

    def at_phone(self, account: str) -> Agent | None:
        """The agent at that phone."""
        return self._by_account.get(account)

    def all(self) -> list[Agent]:
        """Every agent, in order of user id."""
        return [self._by_user[user_id] for user_id in sorted(self._by_user)]

    def candidates(self, accounts: Iterable[str]) -> list[Candidate]:
        """The agents at those phones, as the choice of one needs them. A phone without an agent is left out."""
        monotonic = self._clock.monotonic()
        return [
            Candidate(agent.user_id, agent.account, effective_state(agent.situation(monotonic)), agent.idle_since)
            for account in accounts
            if (agent := self._by_account.get(account)) is not None
        ]

    async def set_wanted(
        self, user_id: int, wanted: Wanted, reason: str | None = None, *, by: ChangedBy = ChangedBy.PANEL
    ) -> Agent:
        """Note what the agent asks for from now on. `UnknownAgent`; `BadInput` for a reason that is no name."""
        cleaned = clean_name(reason, "reason", 100) if reason and reason.strip() else None
        if cleaned is not None and wanted is Wanted.READY:
            raise BadInput("reason", "only not-ready has a reason")
        if user_id not in self._by_user:
            raise UnknownAgent(f"user {user_id} takes no calls")
        now = self._clock.now()
        values: dict[str, Any] = {"wanted": wanted, "wanted_since": now, "wanted_reason": cleaned}
        if wanted is Wanted.READY and self._by_user[user_id].wanted is not Wanted.READY:
            # Who was away has not been waiting for a call meanwhile.
            values["idle_since"] = now
        async with self._database.transaction() as session:
            await session.execute(update(AgentRow).where(AgentRow.user_id == user_id).values(**values))
        agent = self._by_user[user_id]
        for name, value in values.items():
            setattr(agent, name, value)
        agent.wanted_by = by
        agent.times_asked += 1
        self._refresh(agent, tell=True)
        return agent

    def note_missed_call(self, user_id: int) -> None:
        """The agent's phone rang out: not ready, at once, until they ask for calls again. `save_wanted` keeps it."""
        agent = self._by_user.get(user_id)
        if agent is not None and agent.wanted is Wanted.READY:
            agent.wanted, agent.wanted_since, agent.wanted_reason = Wanted.NOT_READY, self._clock.now(), MISSED_CALL
            agent.wanted_by = ChangedBy.SYSTEM
            agent.times_asked += 1
            self._refresh(agent, tell=True)

    async def save_wanted(self, session: AsyncSession, user_id: int) -> None:
        """Write down what the agent asks for now."""
        agent = self._by_user.get(user_id)
        if agent is not None:
            await session.execute(
                update(AgentRow)
                .where(AgentRow.user_id == user_id)
                .values(wanted=agent.wanted, wanted_since=agent.wanted_since, wanted_reason=agent.wanted_reason)
            )

    def reserve(self, user_id: int, call_id: str, seconds: float) -> None:
        """Hold the agent for `call_id`, at most `seconds` unless renewed. `ValueError` when they are not ready."""
        agent = self._by_user[user_id]
        now = self._clock.monotonic()
        if effective_state(agent.situation(now)) is not AgentState.READY:
            raise ValueError(f"agent {user_id} is not ready: {agent.state}")
        agent.lease = Lease(call_id, now + seconds)
        self._refresh(agent)

    def renew(self, user_id: int, call_id: str, seconds: float) -> bool:
        """Hold the agent for `seconds` more. False when the hold for that call has been given up meanwhile."""
        agent = self._by_user.get(user_id)
        if agent is None or agent.lease is None or agent.lease.call_id != call_id:
            return False
        agent.lease.expires = self._clock.monotonic() + seconds
        return True

    def release(self, user_id: int, call_id: str) -> None:
        """Hold the agent for that call no longer. Doing it twice changes nothing."""
        agent = self._by_user.get(user_id)
        if agent is not None and agent.lease is not None and agent.lease.call_id == call_id:
            agent.lease = None
            self._refresh(agent)

    def is_reserved_for(self, agent: Agent, call_id: str) -> bool:
        """Whether we offer that call to the agent right now."""
        return agent.lease is not None and agent.lease.call_id == call_id

    def phone_is(self, account: str, *, reachable: bool) -> None:
        """The PBX says whether a phone is registered for that account."""
        self._phones[account] = reachable
        agent = self._by_account.get(account)
        if agent is not None:
            agent.reachable = reachable
            if reachable:
                agent.unreachable_until = 0.0
            self._refresh(agent)

    def is_reachable(self, account: str) -> bool | None:
        """What the PBX said last of that account's phone; None: nothing yet."""
        return self._phones.get(account)

    def phone_failed(self, account: str) -> None:
        """The phone could not be reached just now: no offers for a while, or until the PBX says that it is there."""
        agent = self._by_account.get(account)
        if agent is not None:
            agent.unreachable_until = self._clock.monotonic() + BACK_OFF_SECONDS
            self._refresh(agent)

    def leg_rings(self, agent: Agent, channel: str, call_id: str, *, is_offered: bool) -> None:
        """A call rings at the agent's phone, or (a call of their own) is being made from it."""
        agent.legs.setdefault(channel, Leg(call_id, is_offered))
        self._refresh(agent)

    def leg_talks(self, agent: Agent, channel: str, call_id: str, *, is_offered: bool) -> None:
        """The agent talks on that leg."""
        agent.legs.setdefault(channel, Leg(call_id, is_offered)).is_talking = True
        self._refresh(agent)

    async def leg_is_gone(
        self, session: AsyncSession, agent: Agent, channel: str, at: datetime, *, wrap_up_seconds: float = 0.0
    ) -> None:
        """The leg has ended, and so the hold that made it. After the last one the agent is idle; after one that was
        offered, once their wrap-up is over."""
        leg = agent.legs.pop(channel, None)
        if leg is None:
            return
        if self.is_reserved_for(agent, leg.call_id):
            agent.lease = None
        if leg.is_talking and not agent.legs:
            await self._has_talked(session, agent, at, wrap_up_seconds if leg.is_offered else 0.0)
        self._refresh(agent)

    async def talked_unheard(self, session: AsyncSession, agent: Agent, at: datetime, wrap_up_seconds: float) -> None:
        """A call that was offered to the agent ended at `at`, while nobody heard of it."""
        if not agent.legs:
            # They may have talked, or come, since.
            await self._has_talked(session, agent, at, wrap_up_seconds, agent.idle_since)
            self._refresh(agent)

    async def _has_talked(
        self,
        session: AsyncSession,
        agent: Agent,
        at: datetime,
        wrap_up_seconds: float,
        not_before: datetime | None = None,
    ) -> None:
        # A fact may be heard late: what has passed since counts.
        passed = max(0.0, (self._clock.now() - at).total_seconds())
        self._wrap_up(agent, max(wrap_up_seconds - passed, agent.wrap_up_until - self._clock.monotonic()))
        agent.idle_since = max(at, agent.wrap_up_ends or at, not_before or at)
        await self._save_rest(session, agent)

    async def extend_wrap_up(self, user_id: int, seconds: float = EXTENSION_SECONDS) -> Agent:
        """Prolong the agent's wrap-up. `UnknownAgent`; `NotInWrapUp` when there is none."""
        agent = self._in_wrap_up(user_id)
        left = agent.wrap_up_until - self._clock.monotonic()
        return await self._end_wrap_up_in(agent, min(left + seconds, LONGEST_WRAP_UP_SECONDS))

    async def end_wrap_up(self, user_id: int) -> Agent:
        """The agent is done with it. `UnknownAgent`; `NotInWrapUp` when there is none."""
        return await self._end_wrap_up_in(self._in_wrap_up(user_id), 0.0)

    def _in_wrap_up(self, user_id: int) -> Agent:
        agent = self._by_user.get(user_id)
        if agent is None:
            raise UnknownAgent(f"user {user_id} takes no calls")
        if agent.wrap_up_until <= self._clock.monotonic():
            raise NotInWrapUp("there is no wrap-up at the moment")
        return agent

    async def _end_wrap_up_in(self, agent: Agent, seconds: float) -> Agent:
        self._wrap_up(agent, seconds)
        agent.idle_since = agent.wrap_up_ends or self._clock.now()
        self._refresh(agent, tell=True)
        async with self._database.transaction() as session:
            await self._save_rest(session, agent)
        return agent

    def _wrap_up(self, agent: Agent, seconds: float) -> None:
        if seconds > 0:
            agent.wrap_up_until = self._clock.monotonic() + seconds
            agent.wrap_up_ends = self._clock.now() + timedelta(seconds=seconds)
        else:
            agent.wrap_up_until, agent.wrap_up_ends = 0.0, None

    async def _save_rest(self, session: AsyncSession, agent: Agent) -> None:
        values = {"idle_since": agent.idle_since, "wrap_up_until": agent.wrap_up_ends}
        await session.execute(update(AgentRow).where(AgentRow.user_id == agent.user_id).values(**values))

    def call_merged(self, call_id: str, into: str) -> None:
        """A call went on as part of another: its legs belong to that one."""
        for agent in self._by_user.values():
            for leg in agent.legs.values():
                if leg.call_id == call_id:
                    leg.call_id = into
            if agent.lease is not None and agent.lease.call_id == call_id:
                agent.lease.call_id = into

    async def run(self) -> None:
        """Let holds and back-offs end by themselves, and notice agents who were added, until cancelled."""
        reload_at = self._clock.monotonic() + RELOAD_SECONDS
        while True:
            await self._clock.sleep(self._until_next_sweep())
            self.sweep()
            if self._clock.monotonic() >= reload_at:
                reload_at = self._clock.monotonic() + RELOAD_SECONDS
                try:
                    await self.load()
                except SQLAlchemyError as error:
                    log.warning("the agents were not read again", error=str(error).splitlines()[0])

    def _until_next_sweep(self) -> float:
        """A wrap-up ends on time, and not at the next look: somebody may wait for its agent."""
        now = self._clock.monotonic()
        ends = [agent.wrap_up_until - now for agent in self._by_user.values() if agent.wrap_up_ends is not None]
        return max(SHORTEST_SWEEP_SECONDS, min([SWEEP_SECONDS, *ends]))

    def also_sweep(self, sweeper: Callable[[datetime], None]) -> None:
        """Call `sweeper` with the wall time whenever holds are looked through."""
        self._sweepers.append(sweeper)

    def watch(self, watcher: Callable[[Agent], None]) -> None:
        """Call `watcher` with each agent whose state, or what they ask for, changed. It must be quick."""
        self._watchers.append(watcher)

    def sweep(self) -> None:
        """End the holds and wrap-ups whose time is over."""
        now = self._clock.monotonic()
        for agent in self._by_user.values():
            if agent.lease is not None and agent.lease.expires <= now:
                log.warning("the hold of an agent ended by itself", user_id=agent.user_id, call_id=agent.lease.call_id)
                agent.lease = None
            if agent.wrap_up_ends is not None and agent.wrap_up_until <= now:
                self._wrap_up(agent, 0.0)
            self._refresh(agent)
        for sweeper in self._sweepers:
            sweeper(self._clock.now())

    def _refresh(self, agent: Agent, *, tell: bool = False) -> None:
        state = effective_state(agent.situation(self._clock.monotonic()))
        if state is not agent.state or agent.state_since is None:
            agent.state, agent.state_since = state, self._clock.now()
            tell = True
        if tell:
            self._hub.publish(LiveChange(desk_topic(agent.user_id), "agent_state", agent.as_data()))
            for watcher in self._watchers:
                watcher(agent)


async def add_agent(session: AsyncSession, user_id: int, account: str, now: datetime) -> AgentRow:
    """Let a user take calls at the phone `account`; not ready until they ask for it. `BadInput` names what is taken."""
    if not is_account(account):
        raise BadInput("account", "must be 1 to 64 letters, digits, dashes or underscores")
    if await session.scalar(select(AgentRow.user_id).where(AgentRow.account == account)) is not None:
        raise BadInput("account", f"{account!r} is another agent's phone")
    if await session.get(AgentRow, user_id) is not None:
        raise BadInput("user_id", f"user {user_id} takes calls already")
    row = AgentRow(user_id=user_id, account=account, wanted=Wanted.NOT_READY, wanted_since=now)
    session.add(row)
    await session.flush()
    return row


def is_account(text: str) -> bool:
    """Whether `text` can be a phone's account: nothing in it means anything to Asterisk's parsers."""
    return 0 < len(text) <= 64 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()
