"""What an agent asked for, what phone and calls say, and what comes of the two.

The two are kept apart: nobody becomes available by accident, and nobody loses what they asked for because of a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wanted(StrEnum):
    """The state that an agent asked for."""

    READY = "ready"
    NOT_READY = "not_ready"
    SIGNED_OUT = "signed_out"


class ChangedBy(StrEnum):
    """Who changed what an agent asks for, or that their state is another."""

    PANEL = "panel"
    """They themselves, at a screen (or with a program of theirs)."""
    PHONE = "phone"
    """They themselves, by a code dialled at their phone."""
    SYSTEM = "system"
    """Nobody: it follows from calls, from the phone, or from what was missed."""


class Engagement(StrEnum):
    """What the agent's calls say."""

    FREE = "free"
    BUSY = "busy"
    """A call of their own: one that they made, or one that rings or talks without having been offered."""
    TALKING = "talking"
    """An offered call that they took, also while it is held."""
    WRAP_UP = "wrap_up"


class AgentState(StrEnum):
    """What is shown, and what decides. Only `ready` is offered calls."""

    READY = "ready"
    NO_PHONE = "no_phone"
    BUSY = "busy"
    RESERVED = "reserved"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that an agent's state follows from. `reachable` is None until the PBX told of the phone."""

    wanted: Wanted
    engagement: Engagement
    reserved: bool
    reachable: bool | None


def effective_state(situation: Situation) -> AgentState:
    """The state that follows: the first line of the table that fits.

    Calls come before wishes: who talks is talking, whatever they asked for meanwhile. A phone of which nothing was
    heard yet counts as there; an offer to it finds out.
    """
    match situation:
        case Situation(engagement=Engagement.TALKING):
            return AgentState.TALKING
        case Situation(reserved=True):
            return AgentState.RESERVED
        case Situation(engagement=Engagement.WRAP_UP):
            return AgentState.WRAP_UP
        case Situation(wanted=Wanted.SIGNED_OUT):
            return AgentState.OFFLINE
        case Situation(wanted=Wanted.NOT_READY):
            return AgentState.NOT_READY
        case Situation(engagement=Engagement.BUSY):
            return AgentState.BUSY
        case Situation(reachable=False):
            return AgentState.NO_PHONE
        case _:
            return AgentState.READY
