"""Asterisk's channel event log (CEL) as its custom back end writes it: bytes to typed rows. Pure.

A file may be cut off in the middle of a row, hold what a crash left (NULs, half a row with another behind it), bytes
that are no UTF-8, or lines of somebody else's. What is no whole row is left out and counted, and never takes a whole
row with it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

COLUMNS = (
    "event",
    "time",
    "caller_name",
    "caller_number",
    "dnid",
    "exten",
    "context",
    "channel",
    "app",
    "app_data",
    "account_code",
    "uniqueid",
    "linkedid",
    "peer",
    "user_event",
    "extra",
)
"""The fields of a row, in order, as our configuration has Asterisk write them. Further ones may follow; they are left
alone."""

LONGEST_ROW = 65_536
"""Bytes. Asterisk's own fields come to a few thousand; what is longer is damage."""

_NEEDED = COLUMNS.index("linkedid") + 1
_START = re.compile(rb'"[A-Z][A-Z0-9_]{1,40}","[0-9]{9,11}\.[0-9]{1,9}",(?=")')
_ID = re.compile(r"(?:.*-)?[0-9]{1,11}\.[0-9]{1,19}", re.DOTALL)


@dataclass(frozen=True)
class CelRow:
    """One event of one channel. `at` is in epoch seconds by the PBX's clock, `extra` JSON or empty."""

    event: str
    at: float
    caller_name: str
    caller_number: str
    exten: str
    context: str
    channel: str
    app: str
    app_data: str
    uniqueid: str
    linkedid: str
    peer: str
    extra: str
    user_event: str = ""
    """The name of an event that a dialplan made."""

    @property
    def moment(self) -> datetime:
        """When it happened (aware, UTC)."""
        return datetime.fromtimestamp(self.at, UTC)

    @cached_property
    def details(self) -> dict[str, Any]:
        """What `extra` holds; empty where it holds nothing that can be read."""
        try:
            found = json.loads(self.extra) if self.extra else {}
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def detail(self, name: str) -> str:
        """One value of `extra` as text; empty where it is not there, or Asterisk writes that there is none."""
        value = self.details.get(name, "")
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        return "" if value == "N/A" else str(value)


class CelReader:
    """Rows from pieces of a file, in order. What is after the last line break waits for the next piece.

    `columns` names the fields where the file has others than ours; it must have ours up to `linkedid`.
    """

    def __init__(self, columns: Sequence[str] = COLUMNS) -> None:
        missing = [name for name in COLUMNS[:_NEEDED] if name not in columns]
        if missing:
            raise ValueError(f"a CEL file without {', '.join(missing)} can't be read")
        self._place = {name: columns.index(name) for name in COLUMNS if name in columns}
        self._width = len(columns)
        self._rest = b""
        self._open = b""
        self.damaged = 0
        """Lines that are no whole row."""

    def feed(self, piece: bytes) -> list[CelRow]:
        """The rows that are whole by now."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_ROW:
            self._rest = b""
            self.damaged += 1
        return list(self._rows(lines))

    def _rows(self, lines: Iterable[bytes]) -> Iterator[CelRow]:
        for line in lines:
            row = self._take(line.replace(b"\0", b"").rstrip(b"\r"))
            if row is not None:
                yield row

    def _take(self, line: bytes) -> CelRow | None:
        if self._open and not _START.match(line):
            line = self._open + b"\n" + line  # a line break inside a field
        elif self._open:
            self.damaged += 1  # a row that was cut off, with this one behind it
        self._open = b""
        # A row that was cut off may stand before a whole one. What looks like the start of a row may also be a value
        # (a caller chooses their name), so the line as a whole comes first.
        for exactly in (True, False):
            for begins in _starts(line):
                row = self._row(line[begins:], exactly=exactly)
                if row is not None:
                    self.damaged += begins > 0
                    return row
        if line.count(b'"') % 2 and len(line) <= LONGEST_ROW:
            self._open = line
        else:
            self.damaged += bool(line.strip())
        return None

    def _row(self, line: bytes, *, exactly: bool) -> CelRow | None:
        """The row that the whole line is; `exactly` with as many fields as are known."""
        if line.count(b'"') % 2:
            return None
        try:
            fields = next(csv.reader([line.decode("utf-8", "replace")], strict=True))
            at = float(self._field(fields, "time"))
        except (csv.Error, StopIteration, ValueError):
            return None
        if exactly and len(fields) != self._width:
            return None
        uniqueid, linkedid = self._field(fields, "uniqueid"), self._field(fields, "linkedid")
        if not _ID.fullmatch(uniqueid) or not _ID.fullmatch(linkedid):
            return None
        return CelRow(
            event=self._field(fields, "event"),
            at=at,
            caller_name=self._field(fields, "caller_name"),
            caller_number=self._field(fields, "caller_number"),
            exten=self._field(fields, "exten"),
            context=self._field(fields, "context"),
            channel=self._field(fields, "channel"),
            app=self._field(fields, "app"),
            app_data=self._field(fields, "app_data"),
            uniqueid=uniqueid,
            linkedid=linkedid,
            peer=self._field(fields, "peer"),
            extra=self._field(fields, "extra"),
            user_event=self._field(fields, "user_event"),
        )

    def _field(self, fields: Sequence[str], name: str) -> str:
        place = self._place.get(name)
        return fields[place] if place is not None and place < len(fields) else ""


def _starts(line: bytes) -> Iterator[int]:
    """Where a row may begin in the line."""
    return (match.start() for match in _START.finditer(line))


def rows(data: bytes, columns: Sequence[str] = COLUMNS) -> list[CelRow]:
    """All whole rows of a file's content."""
    reader = CelReader(columns)
    return reader.feed(data)


def first_time(data: bytes) -> float | None:
    """When the first row that begins in `data` happened, in epoch seconds; None where none does."""
    match = _START.search(data)
    return float(match.group().split(b'"')[3]) if match else None
