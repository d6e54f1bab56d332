"""Asterisk's queue_log: bytes to typed rows. Pure.

A row is `epoch|Uniqueid of the caller|queue|agent|event|more…`; the time has whole seconds. What is no whole row is
left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_ROW = 16_384
"""Bytes; what is longer is damage."""


@dataclass(frozen=True, slots=True)
class QueueLogRow:
    """One event of a queue. `at` is in epoch seconds by the PBX's clock; `call` is the caller's Uniqueid.

    `queue`, `agent` and `call` are empty where Asterisk writes NONE: it does for what concerns no queue or no agent.
    """

    at: float
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]

    @property
    def moment(self) -> datetime:
        """When it happened (aware, UTC)."""
        return datetime.fromtimestamp(self.at, UTC)

    @property
    def waited(self) -> int | None:
        """Seconds that the caller had waited, where the event tells it."""
        place = _WAITED.get(self.event)
        value = self.data[place] if place is not None and place < len(self.data) else ""
        return int(value) if value.isdecimal() and len(value) < 10 else None


_WAITED = {
    "CONNECT": 0,
    "COMPLETEAGENT": 0,
    "COMPLETECALLER": 0,
    "ABANDON": 2,
    "EXITEMPTY": 2,
    "EXITWITHTIMEOUT": 2,
    "EXITWITHKEY": 3,
}


class QueueLogReader:
    """Rows from pieces of a file, in order. What is after the last line break waits for the next piece."""

    def __init__(self) -> None:
        self._rest = b""
        self.damaged = 0
        """Lines that are no whole row."""

    def feed(self, piece: bytes) -> list[QueueLogRow]:
        """The rows that are whole by now."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_ROW:
            self._rest = b""
            self.damaged += 1
        found = []
        for line in lines:
            row = _row(line)
            if row is not None:
                found.append(row)
            elif line.strip(b"\0\r "):
                self.damaged += 1
        return found


def _row(line: bytes) -> QueueLogRow | None:
    fields = line.replace(b"\0", b"").rstrip(b"\r").decode("utf-8", "replace").split("|")
    if len(fields) < 5 or not fields[4]:
        return None
    seconds = fields[0]
    if not seconds.replace(".", "", 1).isdecimal() or not seconds.isascii() or len(seconds) > 20:
        return None
    call, queue, agent = ("" if name == "NONE" else name for name in fields[1:4])
    return QueueLogRow(float(seconds), call, queue, agent, fields[4], tuple(fields[5:]))


def first_time(data: bytes) -> float | None:
    """When the first whole row in `data` happened, in epoch seconds; None where there is none."""
    rows = QueueLogReader().feed(data)
    return rows[0].at if rows else None
