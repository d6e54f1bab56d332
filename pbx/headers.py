"""Headers of events that may hold anything: read without ever raising, and quickly.

`pbx.events` reads those of events that the link made; a trace may come from anywhere.
"""

from __future__ import annotations

from typing import Any

from pbx.events import AmiEvent

EARLIEST, LATEST = 0.0, 32_503_680_000.0
"""Epoch seconds between which a time stamp is believed: 1970 to 3000."""


def text(event: AmiEvent, header: str) -> str:
    """The header's value; of a repeated one the first; empty where there is none, or no text."""
    value: Any = event.get(header, "")
    if type(value) is str:
        return value
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value[0]
    return ""


def texts(event: AmiEvent, header: str) -> list[str]:
    """Every value of the header that is text."""
    value: Any = event.get(header, "")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def count(event: AmiEvent, header: str) -> int | None:
    """The header as a number of up to six digits; None where it is none."""
    value = text(event, header)
    return int(value) if value.isdecimal() and len(value) < 7 else None


def timestamp(event: AmiEvent) -> float | None:
    """When the event happened by its own account, in epoch seconds; None where it does not say so credibly."""
    stamp = text(event, "Timestamp")
    if not stamp:
        return None
    try:
        seconds = float(stamp)
    except ValueError:
        return None
    return seconds if EARLIEST < seconds < LATEST else None
