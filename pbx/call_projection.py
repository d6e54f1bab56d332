"""From the facts of a call to the call's row: pure, and the same whatever the order in which the facts arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pbx.facts import (
    CallEnded,
    CallFact,
    CallMerged,
    CallQueued,
    CallStarted,
    Outcome,
    PartyAnswered,
    PartyRang,
    RecordingStarted,
)

CallValues = dict[str, Any]
"""The columns of `calls` by name."""


def empty_call(fact: CallFact) -> CallValues:
    """The row of a call of which `fact` is the first thing known."""
    return {
        "call_id": fact.call_id,
        "node": fact.node,
        "linkedid": None,
        "direction": None,
        "caller_number": None,
        "caller_name": None,
        "dialed": None,
        "queue": None,
        "started_at": fact.at,
        "answered_at": None,
        "ended_at": None,
        "rang": [],
        "answered_by": [],
        "outcome": Outcome.IN_PROGRESS.value,
        "hangup_by": None,
        "merged_into": None,
        "recorded": False,
    }


def apply(call: CallValues, fact: CallFact) -> None:
    """Bring `call` up to date with `fact`. Applying a fact twice changes nothing."""
    match fact:
        case CallStarted():
            call["linkedid"] = fact.linkedid
            call["direction"] = fact.direction.value if fact.direction else None
            call["caller_number"] = storable(fact.caller_number)
            call["caller_name"] = storable(fact.caller_name)
            call["dialed"] = storable(fact.dialed)
            call["started_at"] = fact.at
        case CallQueued():
            call["queue"] = call["queue"] or fact.queue
        case PartyRang():
            call["rang"] = _with(call["rang"], fact.party)
        case PartyAnswered():
            call["answered_by"] = _with(call["answered_by"], fact.party)
            call["answered_at"] = _earlier(call["answered_at"], fact.at)
        case CallMerged():
            call["merged_into"] = fact.into
        case RecordingStarted():
            call["recorded"] = True
        case CallEnded():
            call["outcome"] = fact.outcome.value
            call["hangup_by"] = fact.hangup_by.value if fact.hangup_by else None
            call["ended_at"] = fact.at
        case _:
            pass


def storable(text: str | None) -> str | None:
    """`text` as any database takes it: PostgreSQL refuses NUL, and UTF-8 has no lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode() if text else text


def _with(parties: list[str], party: str) -> list[str]:
    return parties if party in parties else [*parties, party]


def _earlier(known: datetime | None, moment: datetime) -> datetime:
    return moment if known is None else min(known, moment)
