"""What comes from Asterisk's manager interface (AMI), and how to read its headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

AmiEvent = Mapping[str, str | list[str]]
"""One event or response: header to value. A header that came more than once holds a list, in order."""

AmiFrame = dict[str, str | list[str]]
"""The same as the parser makes it."""

_VARIABLE_OF_CHANNEL = re.compile(r"ChanVariable\((?P<channel>.*)\)\Z", re.DOTALL)
UNSET = "(null)"
"""How `Status` tells a channel variable that is not set."""


def text(event: AmiEvent, header: str, default: str = "") -> str:
    """The value of `header`; of a repeated one the first; `default` where there is none, or no text.

    Never raises, whatever the event holds: a trace may come from anywhere.
    """
    value: Any = event.get(header, default)
    if type(value) is str:  # nearly always, and this is asked many times an event
        return value
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value[0]
    return default


def texts(event: AmiEvent, header: str) -> list[str]:
    """Every value of `header` that is text, in order; empty where there is none."""
    value: Any = event.get(header)
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def name(event: AmiEvent) -> str:
    """What kind of event it is (`Hangup`); empty for a response."""
    return text(event, "Event")


def variables(event: AmiEvent, *, prefix: str = "") -> dict[str, str]:
    """The channel variables that an event brings along, as manager.conf's `channelvars` or `Status` asks for them.

    `prefix` picks a channel of an event about several: `Dest` reads `DestChanVariable`. Unset ones are left out, as far
    as Asterisk tells them from empty ones: it does in `Status` only.
    """
    found: dict[str, str] = {}
    headers = [f"{prefix}ChanVariable"]
    if not prefix:
        headers += ["Variable", *(header for header in event if _VARIABLE_OF_CHANNEL.match(header))]
    for header in headers:
        for assignment in texts(event, header):
            variable, equals, value = assignment.partition("=")
            if equals and value != UNSET:
                found[variable] = value
            elif equals:
                found.pop(variable, None)
    return found


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event with the moment at which it was read from the socket: wall time (aware, UTC) and monotonic seconds."""

    event: AmiFrame
    at: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class LinkLost:
    """From here on events are missing, until `LinkRestored`. Comes in the stream, after the last event before."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LinkRestored:
    """Events are complete again from here on; a `Snapshot` follows at once.

    `lost_at` is when they stopped being so, or None the first time after the start.
    """

    at: datetime
    lost_at: datetime | None
