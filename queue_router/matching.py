"""Who gets the call: the ready member of the queue who has been idle longest. A pure decision that explains itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from queue_router.states import AgentState


class Verdict(StrEnum):
    """Why a member got the call, or didn't."""

    CHOSEN = "chosen"
    IDLE_SHORTER = "idle_shorter"
    ALREADY_TRIED = "already_tried"
    NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the queue, as they are at this moment. `idle_since` is None for one who never was idle."""

    user_id: int
    account: str
    state: AgentState
    idle_since: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The member who gets the call, or None, and what was weighed: `reason` is kept with the call."""

    chosen: Candidate | None
    reason: dict[str, Any] = field(default_factory=dict)


def choose_longest_idle(members: Iterable[Candidate], tried: Set[int] = frozenset()) -> Decision:
    """The ready member, not yet `tried` (user ids), who has been idle longest; among equals the lowest user id.

    A ready member without `idle_since` has never had a call, and so comes first.
    """
    weighed = sorted(members, key=_by_idleness)
    chosen = next((each for each in weighed if each.state is AgentState.READY and each.user_id not in tried), None)
    return Decision(
        chosen,
        {
            "rule": "longest_idle",
            "members": [
                {
                    "user_id": each.user_id,
                    "account": each.account,
                    "state": each.state.value,
                    "idle_since": each.idle_since.isoformat() if each.idle_since else None,
                    "verdict": _verdict(each, chosen, tried).value,
                }
                for each in weighed
            ],
        },
    )


@dataclass(frozen=True, slots=True)
class Waiter:
    """A caller who may be offered now. `excluded` are the agents (user ids) to whom not."""

    key: str
    queue: str
    excluded: Set[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Pairing:
    """This caller goes to that agent, and why."""

    key: str
    agent: Candidate
    reason: dict[str, Any]


def pair(waiters: Iterable[Waiter], members: Callable[[str], Iterable[Candidate]]) -> list[Pairing]:
    """Who goes to whom: each caller, in the given order, gets the longest-idle ready member of their queue whom nobody
    before them got. `members` gives the members of a queue.

    A caller for whom nobody is there is passed over: those behind, of another queue, do not wait for them.
    """
    pairings: list[Pairing] = []
    taken: set[int] = set()
    weighed: dict[str, list[Candidate]] = {}
    for waiter in waiters:
        if waiter.queue not in weighed:
            weighed[waiter.queue] = list(members(waiter.queue))
        if not any(
            each.state is AgentState.READY and each.user_id not in taken and each.user_id not in waiter.excluded
            for each in weighed[waiter.queue]
        ):
            continue
        free = [each for each in weighed[waiter.queue] if each.user_id not in taken]
        decision = choose_longest_idle(free, waiter.excluded)
        if decision.chosen is not None:
            taken.add(decision.chosen.user_id)
            pairings.append(Pairing(waiter.key, decision.chosen, {**decision.reason, "queue": waiter.queue}))
    return pairings


def _by_idleness(member: Candidate) -> tuple[bool, float, int]:
    since = member.idle_since
    return (since is not None, since.timestamp() if since else 0.0, member.user_id)


def _verdict(member: Candidate, chosen: Candidate | None, tried: Set[int]) -> Verdict:
    if member is chosen:
        return Verdict.CHOSEN
    if member.user_id in tried:
        return Verdict.ALREADY_TRIED
    return Verdict.IDLE_SHORTER if member.state is AgentState.READY else Verdict.NOT_AVAILABLE
