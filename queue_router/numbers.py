"""Queues and the numbers that lead to them, as the settings say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.errors import BadInput

DEFAULT_RING_SECONDS = 15
DEFAULT_WRAP_UP_SECONDS = 15
_NAME = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: who serves it (endpoint accounts), how long one agent's phone rings before the next is tried, and how
    long after a call its agent is left to their notes."""

    name: str
    members: tuple[str, ...]
    ring_seconds: int = DEFAULT_RING_SECONDS
    wrap_up_seconds: int = DEFAULT_WRAP_UP_SECONDS

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadInput("queues", f"{self.name!r} is no name of a queue: 1 to 64 letters, digits, dots, dashes")
        if not 1 <= self.ring_seconds <= 300:
            raise BadInput(f"queues.{self.name}.ring_seconds", f"must be 1 to 300 s, is {self.ring_seconds}")
        if not 0 <= self.wrap_up_seconds <= 900:
            raise BadInput(f"queues.{self.name}.wrap_up_seconds", f"must be 0 to 900 s, is {self.wrap_up_seconds}")


class NumberTable:
    """Which queue a dialled number leads to."""

    def __init__(self, queues: Iterable[Queue], numbers: Mapping[str, str]) -> None:
        """`numbers` maps what callers dial to the name of a queue. `BadInput` where there is no queue of that name."""
        self.queues: dict[str, Queue] = {}
        self._by_number: dict[str, Queue] = {}
        self.replace(queues, numbers)

    def replace(self, queues: Iterable[Queue], numbers: Mapping[str, str]) -> None:
        """Lead by these from now on. Raises as the making does; then all is as before."""
        known = {queue.name: queue for queue in queues}
        by_number: dict[str, Queue] = {}
        for number, name in numbers.items():
            if name not in known:
                raise BadInput(f"numbers.{number}", f"leads to the queue {name!r}, which is not there")
            by_number[_dialable(number)] = known[name]
        self.queues, self._by_number = known, by_number

    def wrap_up_seconds(self, queue: str | None) -> float:
        """After-call work behind a call out of that queue; the usual time where there is no such queue (any more)."""
        known = self.queues.get(queue or "")
        return float(known.wrap_up_seconds if known else DEFAULT_WRAP_UP_SECONDS)

    def queue_of(self, dialed: str | None) -> Queue | None:
        """The queue that `dialed` leads to; None where the table has no such number."""
        return self._by_number.get(_dialable(dialed or ""))


def _dialable(number: str) -> str:
    # A trunk may send a plus or leave it off, and people write numbers with blanks and dashes.
    return "".join(character for character in number if character not in "+ -().")
