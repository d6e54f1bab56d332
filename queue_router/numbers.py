"""Queues and the numbers that callers dial, as they were published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.errors import BadInput
from queue_router.rules import Asked, Destination, Rule, Rules, ToQueue, Verdict

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
    """Where a dialled number leads, by the rules of the moment."""

    def __init__(
        self, queues: Iterable[Queue], numbers: Mapping[str, Destination | str], default_queue: str | None = None
    ) -> None:
        """`numbers` maps what callers dial to a destination, or to the name of a queue; others go to `default_queue`.
        `BadInput` where there is no queue of that name."""
        self.queues: dict[str, Queue] = {}
        self._rules = Rules()
        self.replace(queues, numbers, default_queue)

    def replace(
        self, queues: Iterable[Queue], numbers: Mapping[str, Destination | str], default_queue: str | None = None
    ) -> None:
        """Lead by these from now on. Raises as the making does; then all is as before."""
        known = {queue.name: queue for queue in queues}
        rules = [
            Rule(number, ToQueue.model_construct(queue=leads) if isinstance(leads, str) else leads)
            for number, leads in numbers.items()
        ]
        for rule in rules:
            if isinstance(rule.destination, ToQueue) and rule.destination.queue not in known:
                raise BadInput(
                    f"numbers.{rule.number}", f"leads to the queue {rule.destination.queue!r}, which is not there"
                )
        if default_queue is not None and default_queue not in known:
            raise BadInput("default_queue", f"there is no queue {default_queue!r}")
        default = ToQueue.model_construct(queue=default_queue) if default_queue is not None else None
        self.queues, self._rules = known, Rules(rules, queues=known, default=default)

    def wrap_up_seconds(self, queue: str | None) -> float:
        """After-call work behind a call out of that queue; the usual time where there is no such queue (any more)."""
        known = self.queues.get(queue or "")
        return float(known.wrap_up_seconds if known else DEFAULT_WRAP_UP_SECONDS)

    def decide(self, asked: Asked) -> Verdict:
        """Where a call goes, and why."""
        return self._rules.decide(asked)

    def queue_of(self, dialed: str | None) -> Queue | None:
        """The queue that a rule for `dialed` leads to; None where there is none, or it leads elsewhere."""
        verdict = self._rules.decide(Asked(dialed))
        if verdict.rule is None or not isinstance(verdict.destination, ToQueue):
            return None
        return self.queues.get(verdict.destination.queue)
