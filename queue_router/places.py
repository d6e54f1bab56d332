"""Where in the dialplan a caller is, read from a snapshot of the PBX. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pbx.events import text
from pbx.snapshot import ChannelState
from queue_router.waiting import moment_of

_OF_CALLERS = frozenset({"Up", "Ring"})
"""States of a caller's channel: answered, or (where an agent's answer is to be the first) not yet."""


class Place(StrEnum):
    """What matters of it to the router."""

    LOOP = "loop"
    """The waiting loop: music and announcements."""
    OFFER = "offer"
    """An agent's phone is being dialled for them."""
    FALLBACK = "fallback"
    """Asterisk's own queue."""
    ENTRY = "entry"
    """The router is being asked."""
    TALKING = "talking"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class PlacedCaller:
    """A caller's channel and what its variables say."""

    key: str
    channel: str
    place: Place
    queue: str | None
    account: str | None
    waiting_since: datetime | None
    dialed: str | None
    caller_number: str | None
    caller_name: str | None


def place_of(channel: ChannelState, prefix: str) -> Place:
    """Where that channel is; `prefix` begins the names of our contexts."""
    context = text(channel.headers, "Context")
    application = text(channel.headers, "Application").lower()
    if application in ("appdial", "appqueue") or text(channel.headers, "ChannelStateDesc") not in _OF_CALLERS:
        return Place.ELSEWHERE  # somebody who is being called
    if channel.bridge:
        return Place.TALKING
    match context.removeprefix(prefix) if context.startswith(prefix) else "":
        case "waiting" | "router-age":
            return Place.LOOP
        case "offer" | "contacts":
            return Place.OFFER
        case "fallback":
            return Place.FALLBACK if application == "queue" else Place.ELSEWHERE
        case "entry":
            return Place.ENTRY
        case _:
            return Place.ELSEWHERE


def placed_caller(channel: ChannelState, prefix: str) -> PlacedCaller | None:
    """The caller on that channel; None where it is no call of ours."""
    variables = channel.variables
    key = variables.get("RD_CALL", "")
    if not key:
        return None
    return PlacedCaller(
        key=key,
        channel=channel.uniqueid,
        place=place_of(channel, prefix),
        queue=variables.get("RD_QUEUE") or None,
        account=variables.get("RD_AGENT") or None,
        waiting_since=moment_of(variables.get("RD_WAITING_SINCE", "")),
        dialed=variables.get("RD_DIALED") or None,
        caller_number=_known(text(channel.headers, "CallerIDNum")),
        caller_name=_known(text(channel.headers, "CallerIDName")),
    )


def _known(value: str) -> str | None:
    return None if value in ("", "<unknown>", "unknown") else value
