"""Who waits where, since when, and in which order. Pure: no clock, no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from queue_router.entered import EnteredCall

WAITING_LIMIT = 5_000
"""Callers who wait at the same time. More go to Asterisk's own queue, which knows no limit."""
LONGEST_PRIORITY = 2_000_000_000
"""app_queue's priorities have 31 bits."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Phase(StrEnum):
    """Where a waiting caller is."""

    ENTERING = "entering"
    """An AGI conversation decides about them at this moment."""
    WAITING = "waiting"
    """In the dialplan's loop: may be offered."""
    OFFERED = "offered"
    """Sent to an agent's phone; it rings, or will."""
    UNSURE = "unsure"
    """An offer failed: only Asterisk can tell where they are."""
    FALLBACK = "fallback"
    """In Asterisk's own queue, from which they are to be taken back."""


@dataclass(slots=True, kw_only=True)
class WaitingCall:
    """A caller who waits. `key` is the RD_CALL of their channel and stays when calls merge: `call.call_id` does not."""

    key: str
    call: EnteredCall
    priority: int = 0
    phase: Phase = Phase.WAITING
    phase_since: datetime = _LONG_AGO
    """By our clock: what a snapshot that began earlier says of the phase is out of date."""
    agent: int | None = None
    """The user id of who is offered the call, while it is."""
    account: str | None = None
    not_before: dict[int, float] = field(default_factory=dict)
    """By user id: until when (monotonic seconds) the call is not offered to that agent again."""
    held_until: float = 0.0
    """Until when (monotonic seconds) it is offered to nobody, because Asterisk could not be told."""

    @property
    def since(self) -> datetime:
        return self.call.queued_at

    @property
    def order(self) -> tuple[int, datetime, tuple[int, ...]]:
        """The smaller, the sooner: by priority, then by time waited, then as Asterisk saw them come."""
        return (-self.priority, self.since, unique_id_order(self.call.channel))

    def excluded(self, monotonic: float) -> frozenset[int]:
        """The agents to whom it is not offered now."""
        return frozenset(user_id for user_id, until in self.not_before.items() if until > monotonic)


class WaitingCalls:
    """All callers who wait, by key."""

    def __init__(self) -> None:
        self._calls: dict[str, WaitingCall] = {}

    def add(self, waiting: WaitingCall) -> bool:
        """Let them wait. False, and nothing done, when too many do."""
        if waiting.key not in self._calls and not self.has_room:
            return False
        self._calls[waiting.key] = waiting
        return True

    @property
    def has_room(self) -> bool:
        return len(self._calls) < WAITING_LIMIT

    def find(self, key: str) -> WaitingCall | None:
        return self._calls.get(key)

    def of_call(self, call_id: str) -> list[WaitingCall]:
        """Those who wait as part of that call: one, as a rule."""
        return [waiting for waiting in self._calls.values() if waiting.call.call_id == call_id]

    def remove(self, key: str) -> WaitingCall | None:
        """They wait no more."""
        return self._calls.pop(key, None)

    def in_order(self) -> list[WaitingCall]:
        """Who came first, first."""
        return sorted(self._calls.values(), key=lambda waiting: waiting.order)

    def position(self, key: str) -> int:
        """The place in the order of their queue, from 1; 0 for who does not wait."""
        own = self._calls.get(key)
        if own is None:
            return 0
        return 1 + sum(
            other.call.queue.name == own.call.queue.name and other.order < own.order for other in self._calls.values()
        )

    def __iter__(self) -> Iterator[WaitingCall]:
        return iter(list(self._calls.values()))

    def __len__(self) -> int:
        return len(self._calls)


def unique_id_order(unique_id: str) -> tuple[int, ...]:
    """A Uniqueid as two integers: as text `1764.9` would come behind `1764.10`."""
    return tuple(int(part) if part.isdecimal() else 0 for part in unique_id.split("."))


def epoch_text(moment: datetime) -> str:
    """A moment as a channel variable holds it: seconds since 1970, to the millisecond."""
    return f"{moment.timestamp():.3f}"


def moment_of(text: str) -> datetime | None:
    """The moment that a channel variable holds; None for what is none."""
    whole, _, rest = text.partition(".")
    if not (text.isascii() and whole.isdecimal() and len(whole) <= 11 and (rest.isdecimal() or not rest)):
        return None
    return datetime.fromtimestamp(int(whole) + (float(f"0.{rest}") if rest else 0.0), UTC)


def fallback_priority(since: datetime) -> int:
    """The priority with which app_queue keeps our order: who waits longer comes first, to a tenth of a second.

    It depends on the moment alone, so it is right whenever, and in which order, callers fall over. Once in six years
    the count begins anew.
    """
    return LONGEST_PRIORITY - round(since.timestamp() * 10) % LONGEST_PRIORITY
