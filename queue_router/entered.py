"""A call that Asterisk asks about, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from queue_router.desks import KnownCaller
from queue_router.numbers import Queue


@dataclass(slots=True, kw_only=True)
class EnteredCall:
    """The facts of a call that is for a queue. `since` is when it began, `queued_at` when it came to the queue."""

    node: str
    call_id: str
    channel: str
    """The Uniqueid of the caller's channel."""
    dialed: str | None
    caller_number: str | None
    caller_name: str | None
    queue: Queue
    since: datetime
    queued_at: datetime
    contacts: Sequence[KnownCaller] = ()
    tried: set[int] = field(default_factory=set)
    """Agents (user ids) who have been offered the call in this conversation."""
