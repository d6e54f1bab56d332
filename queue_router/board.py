"""The board: per queue who waits and who works, the waiting callers with why they wait, the agents. Pure.

A board is made whole each time; what a screen is told is the difference between two of them, in whole lines. So a
line may be told twice, and a screen that was told all differences shows what was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from queue_router.day_figures import Figure
from queue_router.matching import Candidate, Waiter, pair
from queue_router.states import AgentState
from queue_router.waiting import Phase

MOST_LISTED = 200
"""Waiting callers who are listed; the queues' figures count them all."""

Data = dict[str, Any]


class Why(StrEnum):
    """Why a caller still waits."""

    OFFERED = "offered"
    """A phone rings for them."""
    NEXT = "next"
    """They are about to be offered."""
    BEHIND = "behind"
    """Whoever is ready is due to those who wait longer."""
    DECLINED = "declined"
    """Whoever is ready has just declined, or could not be reached; they are asked again soon."""
    ALL_BUSY = "all_busy"
    """Everybody who takes calls is engaged."""
    NOBODY_READY = "nobody_ready"
    """Members are signed in, and none takes calls."""
    NOBODY_SIGNED_IN = "nobody_signed_in"
    NO_MEMBERS = "no_members"
    """No agent belongs to the queue."""
    LOOKED_FOR = "looked_for"
    """An offer went wrong, and Asterisk is being asked where they are."""
    FALLBACK = "fallback"
    """They are in Asterisk's own queue, because the router was away, and are about to be taken back."""
    NO_PBX = "no_pbx"
    """Asterisk can't be heard: nothing is known of them at the moment."""


_ENGAGED = {AgentState.TALKING, AgentState.RESERVED, AgentState.WRAP_UP, AgentState.BUSY}
_AWAY = {AgentState.NOT_READY, AgentState.NO_PHONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who waits, as the router knows them."""

    key: str
    call_id: str
    queue: str
    number: str | None
    name: str | None
    contact_id: int | None
    since: datetime
    priority: int = 0
    phase: Phase = Phase.WAITING
    rings_at: int | None = None
    """The agent (user id) whose phone rings for them."""
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """An agent on the board. `queue` is where the call came from that rings or goes on at their phone."""

    user_id: int
    name: str
    account: str
    state: AgentState
    since: datetime | None
    reason: str | None
    queue: str | None

    @property
    def key(self) -> int:
        return self.user_id

    def as_data(self) -> Data:
        return {
            "user_id": self.user_id,
            "name": self.name,
            "account": self.account,
            "state": self.state.value,
            "since": _iso(self.since),
            "reason": self.reason,
            "queue": self.queue,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLine:
    """A waiting caller on the board. `agent` is whose phone rings for them (user id).

    The `key` names the queue, too: who goes on to another queue is another line, so that somebody who sees only one of
    the two sees them come or go.
    """

    key: str
    call_id: str
    queue: str
    number: str | None
    name: str | None
    contact_id: int | None
    since: datetime
    priority: int
    why: Why
    agent: int | None

    def as_data(self) -> Data:
        return {
            "key": self.key,
            "call_id": self.call_id,
            "queue": self.queue,
            "number": self.number,
            "name": self.name,
            "contact_id": self.contact_id,
            "since": self.since.isoformat(),
            "priority": self.priority,
            "why": self.why.value,
            "agent": self.agent,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """A queue on the board. `agents` counts its members by state; `longest_since` is None while nobody waits."""

    name: str
    waiting: int
    longest_since: datetime | None
    agents: tuple[int, ...]
    """In the order of `AgentState`."""
    answered: int
    abandoned: int

    @property
    def key(self) -> str:
        return self.name

    def as_data(self) -> Data:
        return {
            "name": self.name,
            "waiting": self.waiting,
            "longest_since": _iso(self.longest_since),
            "agents": {state.value: count for state, count in zip(AgentState, self.agents, strict=True)},
            "answered": self.answered,
            "abandoned": self.abandoned,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardState:
    """A whole board. `day` is the one that `answered` and `abandoned` count."""

    day: date
    queues: Mapping[str, QueueLine] = field(default_factory=dict)
    waiting: Mapping[str, CallerLine] = field(default_factory=dict)
    agents: Mapping[int, AgentLine] = field(default_factory=dict)

    def as_data(self) -> Data:
        """All of it, as JSON can hold it."""
        return {
            "day": self.day.isoformat(),
            "queues": [line.as_data() for line in self.queues.values()],
            "waiting": [line.as_data() for line in self.waiting.values()],
            "agents": [line.as_data() for line in self.agents.values()],
        }


def compose(
    *,
    day: date,
    queues: Mapping[str, Sequence[Candidate]],
    callers: Sequence[Caller],
    agents: Iterable[AgentLine],
    figure: Callable[[str, Figure], int],
    is_pbx_heard: bool = True,
) -> BoardState:
    """The board. `queues` gives the members of each, `callers` are in their order, `figure` counts the day."""
    listed = callers[:MOST_LISTED]
    reasons = why_each_waits(listed, queues, is_pbx_heard=is_pbx_heard)
    counts: Counter[str] = Counter(caller.queue for caller in callers)
    longest: dict[str, datetime] = {}
    for caller in callers:
        longest[caller.queue] = min(caller.since, longest.get(caller.queue, caller.since))
    lines = {}
    for name, members in queues.items():
        states = Counter(member.state for member in members)
        lines[name] = QueueLine(
            name=name,
            waiting=counts[name],
            longest_since=longest.get(name),
            agents=tuple(states[state] for state in AgentState),
            answered=figure(name, Figure.ANSWERED),
            abandoned=figure(name, Figure.ABANDONED),
        )
    waiting = {
        (key := f"{caller.queue}/{caller.key}"): CallerLine(
            key=key,
            call_id=caller.call_id,
            queue=caller.queue,
            number=caller.number,
            name=caller.name,
            contact_id=caller.contact_id,
            since=caller.since,
            priority=caller.priority,
            why=why,
            agent=caller.rings_at,
        )
        for caller, why in zip(listed, reasons, strict=True)
    }
    return BoardState(day=day, queues=lines, waiting=waiting, agents={line.user_id: line for line in agents})


def why_each_waits(
    callers: Sequence[Caller], queues: Mapping[str, Sequence[Candidate]], *, is_pbx_heard: bool = True
) -> list[Why]:
    """Why each of `callers`, who are in their order, still waits."""
    if not is_pbx_heard:
        return [Why.NO_PBX] * len(callers)
    rooms = {name: _Room.of(members) for name, members in queues.items()}
    # With nobody ready there is nothing to pair: looking at every member for every caller would take long.
    free = [
        Waiter(each.key, each.queue, each.excluded)
        for each in callers
        if _may_be_offered(each) and rooms.get(each.queue, _NOBODY).ready
    ]
    next_ones = {pairing.key for pairing in pair(free, lambda queue: queues.get(queue, ()))}
    return [_why(caller, rooms.get(caller.queue, _NOBODY), next_ones) for caller in callers]


@dataclass(frozen=True, slots=True)
class _Room:
    """Who of a queue's members is ready, and why one waits while nobody is."""

    ready: frozenset[int]
    otherwise: Why

    @classmethod
    def of(cls, members: Sequence[Candidate]) -> _Room:
        states = {member.state for member in members}
        ready = frozenset(member.user_id for member in members if member.state is AgentState.READY)
        if states & _ENGAGED:
            return cls(ready, Why.ALL_BUSY)
        if states & _AWAY:
            return cls(ready, Why.NOBODY_READY)
        return cls(ready, Why.NOBODY_SIGNED_IN if states else Why.NO_MEMBERS)


_NOBODY = _Room(frozenset(), Why.NO_MEMBERS)


def _may_be_offered(caller: Caller) -> bool:
    return caller.phase in (Phase.WAITING, Phase.ENTERING) and caller.rings_at is None


def _why(caller: Caller, room: _Room, next_ones: Set[str]) -> Why:
    if caller.rings_at is not None:
        return Why.OFFERED
    match caller.phase:
        case Phase.UNSURE:
            return Why.LOOKED_FOR
        case Phase.FALLBACK:
            return Why.FALLBACK
        case Phase.OFFERED:
            return Why.OFFERED
    if caller.key in next_ones:
        return Why.NEXT
    if room.ready:
        return Why.DECLINED if room.ready <= caller.excluded else Why.BEHIND
    return room.otherwise


def difference(before: BoardState, after: BoardState) -> Data:
    """What has to be told to whoever was shown `before`, for them to show `after`. Empty when nothing has changed.

    Lines that are new or others than before, whole, and the keys of those that are gone. A list's order follows from
    its lines: queues by name, callers by priority and time, agents as each screen likes.
    """
    change: Data = {}
    if before.day != after.day:
        change["day"] = after.day.isoformat()
    for section in SECTIONS:
        old: Mapping[Any, Any] = getattr(before, section)
        new: Mapping[Any, Any] = getattr(after, section)
        changed = [line.as_data() for key, line in new.items() if old.get(key) != line]
        gone = [key for key in old if key not in new]
        if changed:
            change[section] = changed
        if gone:
            change[f"{section}_gone"] = gone
    return change


SECTIONS = {"queues": "name", "waiting": "key", "agents": "user_id"}
"""The lists of a board, and which field of a line is its key."""


def with_difference(board: Data, change: Data) -> Data:
    """What a screen makes of a board (as data) and a difference. Its lists are in no particular order."""
    after: Data = {"day": change.get("day", board["day"])}
    for section, key in SECTIONS.items():
        lines = {line[key]: line for line in board[section]}
        lines |= {line[key]: line for line in change.get(section, ())}
        gone = set(change.get(f"{section}_gone", ()))
        after[section] = [line for each, line in lines.items() if each not in gone]
    return after


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a board somebody may see: which queues with their callers, and which agents by name. None: all."""

    queues: frozenset[str] | None = None
    agents: frozenset[int] | None = None

    def of(self, data: Data) -> Data:
        """`data` (a board, or a difference) without what is not to be seen. The figures of a queue stay whole."""
        seen = dict(data)
        if self.queues is not None:
            self._keep(seen, "queues", lambda line: line["name"] in (self.queues or ()))
            self._keep(seen, "waiting", lambda line: line["queue"] in (self.queues or ()))
        if self.agents is not None:
            self._keep(seen, "agents", lambda line: line["user_id"] in (self.agents or ()))
        return seen

    @staticmethod
    def _keep(data: Data, section: str, is_seen: Callable[[Data], bool]) -> None:
        if section in data:
            data[section] = [line for line in data[section] if is_seen(line)]


def is_news(change: Data) -> bool:
    """Whether anything is left of a difference that was made smaller."""
    return any(change.values())


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
