"""How far the time stamps of events are believed: this is the one place that says so.

The PBX's clock may be set back or forth at any moment, in the middle of any call, and no event tells of it. What holds
all the same:

- **A channel's own events come in order.** Of a series of them (its visits to a bridge, its holds) what is not heard a
  second time is later than all before it, whatever its stamp says. What is heard a second time bears the very stamp of
  the first time (`is_repeated`).
- **Events of different channels come in any order**, so of those only the stamps tell which was first. That is believed
  until the clock is seen to have been set back between them: then one channel that was there all the while has a stamp
  of its own that is smaller than the one before (`goes_back`). What the stamps of that bridge or call say of different
  channels is then worth nothing, and conclusions are drawn as from events without stamps.

A clock that is set forth leaves every order as it was. What is later stays later.

So nothing is guessed from the size of a difference: events may be late by any time, and a step may be of any size.
"""

from __future__ import annotations

Series = tuple[float, ...]
"""The stamps (epoch seconds) of one kind of event of one channel, in its own order, each once."""

LONGEST = 64
"""Who puts a call on hold a thousand times must not fill our memory."""


def is_repeated(at: float | None, series: Series) -> bool:
    """Whether the event is one of the series that comes a second time."""
    return at in series


def goes_back(latest: float | None, at: float) -> bool:
    """Whether the clock was set back since the latest event of a channel's own: this is its next one."""
    return latest is not None and at < latest


def with_stamp(series: Series, at: float) -> Series:
    """The series with one more. Of a very long one the first and the latest are kept."""
    return (*series, at) if len(series) < LONGEST else (series[0], *series[2:], at)
