"""What the journal's calls make of a day: how many of each queue were answered, how many gave up. Pure.

A call counts for the queue that it came to first, once: as answered on the day on which somebody took it, or as
abandoned on the day on which it ended without. What went on as part of another call counts there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

LONGEST_CALL = timedelta(days=1)
"""A call that began longer before the day than this is not one of its calls: its end was probably not heard."""


class Figure(StrEnum):
    """What a call of a queue came to."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class CallMarks:
    """What of a call's row in the journal counts."""

    call_id: str
    queue: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day somewhere: from its midnight to the next one, which are not always 24 hours apart."""

    date: date
    start: datetime
    end: datetime

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo | None = None) -> Day:
        """The day in which `moment` is in `zone` (None: the machine's)."""
        today = moment.astimezone(zone).date()
        return cls(today, _midnight(today, zone), _midnight(today + timedelta(days=1), zone))

    @property
    def earliest_start(self) -> datetime:
        """A call that began before does not count."""
        return self.start - LONGEST_CALL

    def counted(self, call: CallMarks) -> tuple[str, Figure] | None:
        """For which queue and as what the call counts on this day; None where it does not, or not yet."""
        if call.queue is None or call.is_merged or call.started_at < self.earliest_start:
            return None
        if call.answered_at is not None:
            return (call.queue, Figure.ANSWERED) if self._has(call.answered_at) else None
        if call.ended_at is not None and self._has(call.ended_at):
            return call.queue, Figure.ABANDONED
        return None

    def _has(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


class Tally:
    """The figures of a day. A call may be noted as often as anything of it changes: the last word counts."""

    def __init__(self, day: Day, calls: Iterable[CallMarks] = ()) -> None:
        self.day = day
        self._of_calls: dict[str, tuple[str, Figure]] = {}
        self._figures: Counter[tuple[str, Figure]] = Counter()
        for call in calls:
            self.note(call)

    def note(self, call: CallMarks) -> None:
        """Count `call` as it is now, and no longer as it was."""
        before = self._of_calls.pop(call.call_id, None)
        if before is not None:
            self._figures[before] -= 1
        now = self.day.counted(call)
        if now is not None:
            self._of_calls[call.call_id] = now
            self._figures[now] += 1

    def figure(self, queue: str, figure: Figure) -> int:
        """How many calls of `queue` came to that."""
        return self._figures[queue, figure]


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    # Without a zone `astimezone` takes a naive moment for the machine's own time.
    return datetime.combine(day, time(), zone).astimezone(UTC)
