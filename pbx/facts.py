"""The facts of calls: what the tracker tells, the journal keeps and everything else is computed from.

Every fact belongs to one call of one PBX and has a key that is the same however often, and from whichever source, the
fact is learned: (node, call_id, key) identifies it, so writing it twice writes it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kernel.messages import Fact


class Direction(StrEnum):
    """Which way a call crosses our edge."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """How a call ended for whoever made it."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"
    IN_PROGRESS = "in_progress"


class Side(StrEnum):
    """The two sides of a call: who made it, and who it was made to."""

    CALLER = "caller"
    CALLEE = "callee"


class TransferKind(StrEnum):
    BLIND = "blind"
    ATTENDED = "attended"


class RingEnd(StrEnum):
    """Why a phone stopped ringing without an answer."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    FAILED = "failed"


INFERRED_END = "ended:inferred"
"""Key of an end that was concluded, so that the one that happened, learned later, is a fact of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    """Base of every fact of a call.

    `node` is the PBX's name in our settings, `call_id` our own id of the call (it begins with the node), `key` names
    the fact within its call, `at` is when it happened by the PBX's clock (aware, UTC).

    `backfilled`: nobody heard it when it happened; it was read from the PBX's own files afterwards.
    """

    node: str
    call_id: str
    key: str
    at: datetime
    backfilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(CallFact):
    """Somebody began a call. `channel` is the Uniqueid of the first leg."""

    linkedid: str
    channel: str
    direction: Direction | None
    caller_number: str | None
    caller_name: str | None
    dialed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRouted(CallFact):
    """It was decided where the call goes, and why: by the rule for the number `rule`, or by another `basis`.

    `destination` is data: its `kind`, and what belongs to that. None: the call has none.
    """

    dialed: str | None
    basis: str
    rule: str | None
    destination: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued(CallFact):
    """The call began to wait in a queue."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRang(CallFact):
    """A phone began to ring. `party` is a number or an endpoint's account, `channel` the leg's Uniqueid."""

    party: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStoppedRinging(CallFact):
    """A phone stopped ringing without having answered."""

    party: str
    channel: str
    reason: RingEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyAnswered(CallFact):
    """Somebody talks with the caller's side: the leg is bridged to it."""

    party: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLeft(CallFact):
    """Somebody who talked talks no more; the call may go on with others."""

    party: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(CallFact):
    """`party` put the call on hold."""

    party: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResumed(CallFact):
    """`party` took the call off hold."""

    party: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(CallFact):
    """`from_party` handed the call on to `to_party`; `completed` says whether that party took it."""

    kind: TransferKind
    from_party: str
    to_party: str | None
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallParked(CallFact):
    """The call was parked at `slot`."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnparked(CallFact):
    """The call was taken off the parking `slot`: retrieved, timed out or given up."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMerged(CallFact):
    """The call went on as part of another call (an attended transfer joins a consultation to its call)."""

    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(CallFact):
    """Asterisk began to record the call, on the leg `channel`."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    """The last leg of the call is gone. `hangup_by` is None where the events don't tell.

    `inferred` where the end itself was not heard: after a gap the call was there no more.
    """

    outcome: Outcome
    hangup_by: Side | None
    cause: int | None
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOverdue(CallFact):
    """The call has not ended for so long that its end was probably missed. It is reported once and kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkGap(Fact):
    """From `start` to `end` we did not hear the PBX: calls may be missing there. `end` is None while it lasts.

    `backfilled_at` is when what was missed had been completed from the PBX's own files; `backfill_problem` is why that
    could not be done.
    """

    node: str
    start: datetime
    end: datetime | None
    reason: str
    backfilled_at: datetime | None = None
    backfill_problem: str | None = None
