"""From the facts of a call to the call's row: pure, and the same whatever the order in which the facts arrive."""

from __future__ import annotations

from collections.abc import Callable
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
        "end_inferred": False,
        "backfilled": False,
    }


def apply(call: CallValues, fact: CallFact) -> None:
    """Bring `call` up to date with `fact`. Applying a fact twice changes nothing."""
    call["backfilled"] = call["backfilled"] or fact.backfilled
    change = _CHANGES.get(type(fact))
    if change is not None:
        change(call, fact)


def _started(call: CallValues, fact: CallStarted) -> None:
    call["linkedid"] = fact.linkedid
    call["direction"] = fact.direction.value if fact.direction else None
    call["caller_number"] = storable(fact.caller_number)
    call["caller_name"] = storable(fact.caller_name)
    call["dialed"] = storable(fact.dialed)
    call["started_at"] = fact.at


def _queued(call: CallValues, fact: CallQueued) -> None:
    call["queue"] = call["queue"] or storable(fact.queue)


def _rang(call: CallValues, fact: PartyRang) -> None:
    call["rang"] = _with(call["rang"], fact.party)


def _answered(call: CallValues, fact: PartyAnswered) -> None:
    call["answered_by"] = _with(call["answered_by"], fact.party)
    if call["ended_at"] is not None:
        call["outcome"] = Outcome.ANSWERED.value
    known = call["answered_at"]
    call["answered_at"] = fact.at if known is None else min(known, fact.at)


def _merged(call: CallValues, fact: CallMerged) -> None:
    call["merged_into"] = fact.into


def _recorded(call: CallValues, fact: RecordingStarted) -> None:
    call["recorded"] = True


def _ended(call: CallValues, fact: CallEnded) -> None:
    if fact.inferred and call["ended_at"] is not None:
        return  # what was seen of the end stands over what was concluded
    # Whoever concluded the outcome may not have known who talked.
    call["outcome"] = (Outcome.ANSWERED if call["answered_by"] else fact.outcome).value
    call["hangup_by"] = fact.hangup_by.value if fact.hangup_by else None
    call["ended_at"] = fact.at
    call["end_inferred"] = fact.inferred


_CHANGES: dict[type[CallFact], Callable[[CallValues, Any], None]] = {
    CallStarted: _started,
    CallQueued: _queued,
    PartyRang: _rang,
    PartyAnswered: _answered,
    CallMerged: _merged,
    RecordingStarted: _recorded,
    CallEnded: _ended,
}


def storable(text: str | None) -> str | None:
    """`text` as any database takes it: PostgreSQL refuses NUL, and UTF-8 has no lone surrogates."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _with(parties: list[str], party: str) -> list[str]:
    return parties if party in parties else [*parties, party]
