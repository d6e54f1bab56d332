"""Where a call goes, by a set of rules that is data. Pure: facts in, destination and trace out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dialplan.destinations import Destination, ToAnnouncement, ToExtension, ToQueue

__all__ = ["Asked", "Basis", "Destination", "Rule", "Rules", "ToAnnouncement", "ToExtension", "ToQueue", "Verdict"]


class Basis(StrEnum):
    """What a destination was decided by."""

    NUMBER = "number"
    """A rule for the number that was dialled."""
    CHANNEL = "channel"
    """No rule; the call came with the name of a queue, which the dialplan gave it."""
    DEFAULT = "default"
    """No rule: where numbers go that have none."""
    NOTHING = "nothing"
    """No rule, and no default: the call has no destination."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who dials this number is led there."""

    number: str
    destination: Destination


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a call that asks for its destination. `queue` is the one that the dialplan named, if any."""

    dialed: str | None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the call goes (None: nowhere), and why: by what, and by the rule of which number."""

    destination: Destination | None
    basis: Basis
    rule: str | None

    def destination_data(self) -> dict[str, Any] | None:
        """The destination as JSON can hold it."""
        return self.destination.model_dump() if self.destination is not None else None


class Rules:
    """A set of rules. Numbers are compared without what people write between digits, and without the plus."""

    def __init__(
        self, rules: Iterable[Rule] = (), *, queues: Iterable[str] = (), default: Destination | None = None
    ) -> None:
        """`queues`: the names that the dialplan may have given a call. Of two rules for one number the later holds."""
        self._by_number: Mapping[str, Rule] = {dialable(rule.number): rule for rule in rules}
        self._queues = frozenset(queues)
        self._default = default

    def decide(self, asked: Asked) -> Verdict:
        """Where the call goes."""
        rule = self._by_number.get(dialable(asked.dialed or ""))
        if rule is not None:
            return Verdict(rule.destination, Basis.NUMBER, rule.number)
        by_default = isinstance(self._default, ToQueue) and self._default.queue == asked.queue
        if asked.queue in self._queues and not by_default:
            return Verdict(ToQueue.model_construct(queue=asked.queue), Basis.CHANNEL, None)
        if self._default is not None:
            return Verdict(self._default, Basis.DEFAULT, None)
        return Verdict(None, Basis.NOTHING, None)


def dialable(number: str) -> str:
    """What of a number tells it from others: a trunk may send a plus or leave it off, and people write blanks."""
    return "".join(character for character in number if character not in "+ -().")
