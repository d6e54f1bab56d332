"""What is known of the calls that go on: enough to tell a desk whose call it is. Bounded, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CALLS_LIMIT = 20_000


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """A call that goes on."""

    node: str
    call_id: str
    since: datetime
    caller_number: str | None = None
    caller_name: str | None = None
    dialed: str | None = None
    queue: str | None = None
    from_account: str | None = None
    """The agent's phone that made it, if one did."""


class LiveCalls:
    """The calls that go on, by call id. Past the limit the oldest is forgotten: it probably ended unheard."""

    def __init__(self) -> None:
        self._calls: dict[str, LiveCall] = {}

    def note(self, node: str, call_id: str, at: datetime) -> LiveCall:
        """The call of that id, which goes on at least since `at`."""
        call = self._calls.get(call_id)
        if call is None:
            while len(self._calls) >= CALLS_LIMIT:
                del self._calls[next(iter(self._calls))]
            call = self._calls[call_id] = LiveCall(node=node, call_id=call_id, since=at)
        call.since = min(call.since, at)
        return call

    def find(self, call_id: str) -> LiveCall | None:
        return self._calls.get(call_id)

    def forget(self, call_id: str) -> None:
        """The call has ended."""
        self._calls.pop(call_id, None)

    def __len__(self) -> int:
        return len(self._calls)
