"""Headers of events as numbers and times, whatever they hold: read without ever raising, and quickly."""

from __future__ import annotations

from pbx.events import AmiEvent, text

EARLIEST, LATEST = 0.0, 32_503_680_000.0
"""Epoch seconds between which a time stamp is believed: 1970 to 3000."""


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
