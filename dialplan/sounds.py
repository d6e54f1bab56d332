"""Which sounds an Asterisk has: its own and those put beside them, as its console lists them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from dialplan.destinations import SoundName

COMMAND = "core show sounds"
LOOK_ANEW = "module reload sounds"
"""Has Asterisk find the sounds that were added since it began."""
_HEAD = "Available audio files:"
_NAME: TypeAdapter[str] = TypeAdapter(SoundName)


def listed(shown: str) -> frozenset[str]:
    """The sounds that can be a destination, out of what `COMMAND` shows; empty where that is no list of them."""
    _, found, names = shown.partition(_HEAD)
    return frozenset(_fitting(names.split("\n"))) if found else frozenset()


def _fitting(names: Iterable[str]) -> Iterable[str]:
    for name in map(str.strip, names):
        try:
            yield _NAME.validate_python(name)
        except ValidationError:
            continue
