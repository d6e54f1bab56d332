"""What is on each agent's desk: the calls that ring there, go on, or just ended, and the live changes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from kernel.clock import Clock, SystemClock
from kernel.messages import LiveChange, LiveHub
from queue_router.agents import Agents, desk_topic

CALLS_LIMIT = 10
"""Calls kept on one desk."""
RING_GRACE = timedelta(seconds=10)


class KnownCaller(Protocol):
    """Somebody on whose record the caller's number stands."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def company(self) -> str | None: ...


class CallerDirectory(Protocol):
    """Where callers are looked up."""

    async def lookup(self, number: str | None) -> Sequence[KnownCaller]:
        """Everybody on whose record `number` stands. Several people on one number are all given."""
        ...


class CallPhase(StrEnum):
    """How far a call on a desk has come."""

    OFFERED = "offered"
    ANSWERED = "answered"
    GONE = "gone"
    """It rang here and does no more; it was not answered here."""
    ENDED = "ended"


@dataclass(slots=True, kw_only=True)
class DeskCall:
    """A call on a desk. `why` is the decision's own explanation, None when it was not ours."""

    node: str
    call_id: str
    queue: str | None
    caller_number: str | None
    caller_name: str | None
    contacts: Sequence[KnownCaller]
    dialed: str | None
    waiting_since: datetime
    offered_at: datetime
    ring_until: datetime | None
    why: dict[str, Any] | None
    phase: CallPhase = CallPhase.OFFERED
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    rings_out: float | None = None
    """When it must have stopped ringing, in monotonic seconds: the wall clock may be set meanwhile."""

    def as_data(self) -> dict[str, Any]:
        """What the desk shows, as JSON can hold it."""
        return {
            "node": self.node,
            "call_id": self.call_id,
            "queue": self.queue,
            "caller_number": self.caller_number,
            "caller_name": self.caller_name,
            "contacts": [{"id": each.id, "name": each.name, "company": each.company} for each in self.contacts],
            "dialed": self.dialed,
            "waiting_since": self.waiting_since.isoformat(),
            "offered_at": self.offered_at.isoformat(),
            "ring_until": _iso(self.ring_until),
            "why": self.why,
            "phase": self.phase.value,
            "answered_at": _iso(self.answered_at),
            "ended_at": _iso(self.ended_at),
            "end_reason": self.end_reason,
        }


class Desks:
    """The desks of all agents. Each call goes offered → answered → ended, or offered → gone, and never back."""

    def __init__(self, hub: LiveHub, agents: Agents, clock: Clock | None = None) -> None:
        self._hub = hub
        self._agents = agents
        self._clock: Clock = clock or SystemClock()
        self._calls: dict[int, dict[str, DeskCall]] = {}
        agents.also_sweep(self.sweep)

    def snapshot(self, user_id: int) -> dict[str, Any]:
        """Everything on the desk: the agent (None for who takes no calls), and the calls, oldest first."""
        agent = self._agents.find(user_id)
        return {
            "agent": agent.as_data() if agent else None,
            "calls": [call.as_data() for call in self._calls.get(user_id, {}).values()],
        }

    def find(self, user_id: int, call_id: str) -> DeskCall | None:
        """That call, if it is on the desk, also if it is over."""
        return self._calls.get(user_id, {}).get(call_id)

    def open_call(self, user_id: int, call_id: str) -> DeskCall | None:
        """That call, if it rings or talks at the desk."""
        call = self._calls.get(user_id, {}).get(call_id)
        return call if call is not None and call.phase in (CallPhase.OFFERED, CallPhase.ANSWERED) else None

    def has_had(self, user_id: int, call_id: str, at: datetime) -> bool:
        """Whether the call was on that desk at that moment, also if it is gone by now.

        Facts may be heard after the conversation that caused them has moved on.
        """
        call = self._calls.get(user_id, {}).get(call_id)
        return call is not None and (call.ended_at is None or at <= call.ended_at)

    def users_with(self, call_id: str) -> list[int]:
        """On whose desks the call rings or talks."""
        return [user_id for user_id in self._calls if self.open_call(user_id, call_id) is not None]

    def ringing(self) -> list[tuple[int, DeskCall]]:
        """What rings at this moment, and at whose desk."""
        return [
            (user_id, call)
            for user_id, calls in self._calls.items()
            for call in calls.values()
            if call.phase is CallPhase.OFFERED
        ]

    def was_answered(self, call_id: str) -> bool:
        """Whether somebody at a desk took that call, as far as their desk still shows it."""
        return any(
            call.answered_at is not None for calls in self._calls.values() if (call := calls.get(call_id)) is not None
        )

    def offer(self, user_id: int, call: DeskCall) -> None:
        """The call begins to ring at the desk. What was over there before makes room for it."""
        calls = {
            call_id: each
            for call_id, each in self._calls.get(user_id, {}).items()
            if call_id != call.call_id and self.open_call(user_id, call_id) is not None
        }
        while len(calls) >= CALLS_LIMIT:
            del calls[next(iter(calls))]
        calls[call.call_id] = call
        if call.ring_until is not None:
            left = min(call.ring_until - self._clock.now(), call.ring_until - call.offered_at)
            call.rings_out = self._clock.monotonic() + (max(left, timedelta(0)) + RING_GRACE).total_seconds()
        self._calls[user_id] = calls
        self._publish(user_id, "call_offered", call)

    def answer(self, user_id: int, call_id: str, at: datetime) -> None:
        """The agent took the call."""
        call = self.open_call(user_id, call_id)
        if call is not None and call.phase is CallPhase.OFFERED:
            call.phase, call.answered_at = CallPhase.ANSWERED, at
            self._publish(user_id, "call_answered", call)

    def stop_ringing(self, user_id: int, call_id: str, reason: str, at: datetime) -> None:
        """The call rings here no more, and was not answered here, for `reason`."""
        call = self.open_call(user_id, call_id)
        if call is not None and call.phase is CallPhase.OFFERED:
            call.phase, call.ended_at, call.end_reason = CallPhase.GONE, at, reason
            self._publish(user_id, "call_gone", call)

    def end(self, user_id: int, call_id: str, at: datetime, reason: str | None = None) -> None:
        """The agent talks on the call no more."""
        call = self.open_call(user_id, call_id)
        if call is not None and call.phase is CallPhase.ANSWERED:
            call.phase, call.ended_at, call.end_reason = CallPhase.ENDED, at, reason
            self._publish(user_id, "call_ended", call)

    def sweep(self, now: datetime) -> None:
        """End at `now` (wall time) what rings longer than it can: its end was not heard."""
        monotonic = self._clock.monotonic()
        for user_id, calls in self._calls.items():
            for call in calls.values():
                if call.rings_out is not None and call.rings_out < monotonic:
                    self.stop_ringing(user_id, call.call_id, "not_heard", max(now, call.offered_at))

    def _publish(self, user_id: int, kind: str, call: DeskCall) -> None:
        self._hub.publish(LiveChange(desk_topic(user_id), kind, call.as_data()))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
