"""The calls of the demo's days before it was started, made up: who called, who took it, how it ended. Pure.

A day is drawn by its date, so it is the same however often it is made. Who gets a call is decided as the router does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from pbx.facts import (
    CallEnded,
    CallFact,
    CallQueued,
    CallStarted,
    Direction,
    Outcome,
    PartyAnswered,
    PartyLeft,
    PartyRang,
    PartyStoppedRinging,
    RingEnd,
    Side,
)
from queue_router.matching import Candidate, choose_longest_idle
from queue_router.offers import CallOffer, OfferOutcome, OfferSource
from queue_router.states import AgentState
from ringdesk.demo.company import Customer, Line, stranger

NODE = "main"
OPENS, CLOSES = time(9), time(18)
CALLS_A_DAY = (26, 36)
CALLS_AT_WEEKENDS = (6, 10)
LEAST_BETWEEN_SECONDS = 20.0
WRAP_UP = timedelta(seconds=15)
RING_SECONDS = 20.0
MOST_ASKED = 3
"""Agents who are asked before a caller's patience ends."""
NORMAL_CLEARING = 16

STRANGERS = 0.3
GIVES_UP_RINGING = 0.06
STRANGER_GIVES_UP = 0.25
DOES_NOT_ANSWER = 0.05
CALLED_BACK = 0.12
AGENT_HANGS_UP = 0.35


@dataclass(frozen=True, slots=True)
class PastOffer:
    """A phone that rang, from `at` for `seconds`; `reason` is the decision's own explanation."""

    account: str
    at: datetime
    seconds: float
    outcome: OfferOutcome
    reason: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call as it was. `number` is the other side's; `customer` None: nobody knows whose."""

    started_at: datetime
    serial: int
    number: str
    customer: Customer | None
    line: Line
    offers: Sequence[PastOffer]
    ended_at: datetime
    hangup_by: Side
    called_by: str | None = None
    """The phone of the agent who called them; None: they called."""

    @property
    def linkedid(self) -> str:
        return f"{int(self.started_at.timestamp())}.{self.serial}"

    @property
    def call_id(self) -> str:
        return f"{NODE}-{self.linkedid}"

    @property
    def answered_by(self) -> str | None:
        """The agent's phone at which they talked."""
        if self.called_by is not None:
            return self.called_by if self.offers else None
        return next((each.account for each in self.offers if each.outcome is OfferOutcome.ANSWERED), None)


@dataclass(slots=True)
class _Office:
    """Who is free, as the day goes on."""

    user_ids: Mapping[str, int]
    busy_until: dict[str, datetime] = field(default_factory=dict)

    def candidates(self, line: Line, at: datetime) -> list[Candidate]:
        return [self._candidate(account, at) for account in line.members]

    def _candidate(self, account: str, at: datetime) -> Candidate:
        until = self.busy_until.get(account)
        state = AgentState.TALKING if until is not None and until > at else AgentState.READY
        return Candidate(self.user_ids[account], account, state, until)


def calls_of(
    day: date,
    lines: Sequence[Line],
    customers: Sequence[Customer],
    user_ids: Mapping[str, int],
    *,
    until: datetime | None = None,
) -> list[PastCall]:
    """The calls of `day` in the machine's time zone, in order; those that were over by `until`.

    `user_ids` has the agent at each phone.
    """
    chance = random.Random(day.toordinal())
    office, serials = _Office(user_ids), count()
    calls: list[PastCall] = []
    for at in _moments(day, chance):
        if chance.random() < CALLED_BACK:
            call = _call_back(at, next(serials), chance, office, lines, customers)
        else:
            call = _call_in(at, next(serials), chance, office, lines, customers)
        if call is not None:
            calls.append(call)
    return [call for call in calls if until is None or call.ended_at <= until]


def _moments(day: date, chance: random.Random) -> Iterator[datetime]:
    opens, closes = (datetime.combine(day, each).astimezone(UTC) for each in (OPENS, CLOSES))
    low, high = CALLS_AT_WEEKENDS if day.weekday() >= 5 else CALLS_A_DAY
    length = (closes - opens).total_seconds()
    last = -LEAST_BETWEEN_SECONDS
    for seconds in sorted(chance.uniform(0, length) for _ in range(chance.randint(low, high))):
        last = max(seconds, last + LEAST_BETWEEN_SECONDS)
        yield opens + timedelta(seconds=last)


def _call_in(
    at: datetime,
    serial: int,
    chance: random.Random,
    office: _Office,
    lines: Sequence[Line],
    customers: Sequence[Customer],
) -> PastCall:
    customer = None if chance.random() < STRANGERS else chance.choice(customers)
    number = customer.number if customer else stranger(chance.randrange(400))
    line = chance.choices(lines, weights=[3, 2][: len(lines)])[0]
    now, tried, offers = at + timedelta(seconds=0.1), set[int](), list[PastOffer]()
    gives_up = chance.random() < (GIVES_UP_RINGING if customer else STRANGER_GIVES_UP)
    while len(offers) < MOST_ASKED:
        decision = choose_longest_idle(office.candidates(line, now), tried)
        if decision.chosen is None:
            now += timedelta(seconds=chance.uniform(15, 60))  # they wait with music, and give up
            break
        account = decision.chosen.account
        tried.add(decision.chosen.user_id)
        misses = chance.random() < DOES_NOT_ANSWER
        rings = RING_SECONDS if misses and not gives_up else chance.uniform(2.0, 7.0)
        outcome = OfferOutcome.CANCELLED if gives_up else OfferOutcome.NO_ANSWER if misses else OfferOutcome.ANSWERED
        offers.append(PastOffer(account, now, rings, outcome, {**decision.reason, "queue": line.queue}))
        now += timedelta(seconds=rings)
        if outcome is OfferOutcome.ANSWERED:
            now += timedelta(seconds=chance.lognormvariate(4.9, 0.6))  # about two minutes, some much longer
            office.busy_until[account] = now + WRAP_UP
        if outcome is not OfferOutcome.NO_ANSWER:
            break
        now += timedelta(seconds=0.1)
    is_answered = bool(offers) and offers[-1].outcome is OfferOutcome.ANSWERED
    by_agent = is_answered and chance.random() < AGENT_HANGS_UP
    return PastCall(at, serial, number, customer, line, offers, now, Side.CALLEE if by_agent else Side.CALLER)


def _call_back(
    at: datetime,
    serial: int,
    chance: random.Random,
    office: _Office,
    lines: Sequence[Line],
    customers: Sequence[Customer],
) -> PastCall | None:
    customer, line = chance.choice(customers), chance.choice(lines)
    free = [each.account for each in office.candidates(line, at) if each.state is AgentState.READY]
    if not free:
        return None
    account = chance.choice(free)
    rings, answers = chance.uniform(4, 15), chance.random() < 0.75
    offers = [PastOffer(customer.number, at, rings, OfferOutcome.ANSWERED, None)] if answers else []
    ends = at + timedelta(seconds=rings + (chance.lognormvariate(4.6, 0.6) if answers else 10))
    office.busy_until[account] = ends + WRAP_UP
    return PastCall(at, serial, customer.number, customer, line, offers, ends, Side.CALLER, called_by=account)


def facts_of(call: PastCall) -> list[CallFact]:
    """The call as the tracker would have told it."""
    common: dict[str, Any] = {"node": NODE, "call_id": call.call_id}
    is_outgoing = call.called_by is not None
    facts: list[CallFact] = [
        CallStarted(
            **common,
            key="started",
            at=call.started_at,
            linkedid=call.linkedid,
            channel=call.linkedid,
            direction=Direction.OUTBOUND if is_outgoing else Direction.INBOUND,
            caller_number=call.called_by or call.number,
            caller_name=call.customer.name if call.customer and not is_outgoing else None,
            dialed=call.number if is_outgoing else call.line.number,
        )
    ]
    if not is_outgoing:
        at = call.started_at + timedelta(seconds=0.05)
        key = f"queued:{call.line.queue}:{call.linkedid}"
        facts.append(CallQueued(**common, key=key, at=at, queue=call.line.queue))
    is_answered = False
    for number, offer in enumerate(call.offers, start=1):
        # A channel's serial goes on over the whole day; this one only has to differ from all others.
        leg: dict[str, Any] = {**common, "party": offer.account, "channel": f"{call.linkedid}{number:03}"}
        end = offer.at + timedelta(seconds=offer.seconds)
        facts.append(PartyRang(**leg, key=f"rang:{leg['channel']}", at=offer.at))
        if offer.outcome is OfferOutcome.ANSWERED:
            is_answered = True
            facts.append(PartyAnswered(**leg, key=f"answered:{leg['channel']}", at=end))
            facts.append(PartyLeft(**leg, key=f"left:{leg['channel']}", at=call.ended_at))
        else:
            reason = RingEnd.CANCELLED if offer.outcome is OfferOutcome.CANCELLED else RingEnd.NO_ANSWER
            facts.append(PartyStoppedRinging(**leg, key=f"stopped:{leg['channel']}", at=end, reason=reason))
    facts.append(
        CallEnded(
            **common,
            key="ended",
            at=call.ended_at,
            outcome=Outcome.ANSWERED if is_answered else Outcome.NO_ANSWER,
            hangup_by=call.hangup_by,
            cause=NORMAL_CLEARING,
        )
    )
    return facts


def offers_of(call: PastCall, user_ids: Mapping[str, int]) -> list[CallOffer]:
    """What the router would have kept of its offers of the call."""
    if call.called_by is not None:
        return []
    return [
        CallOffer(
            node=NODE,
            call_id=call.call_id,
            user_id=user_ids[offer.account],
            account=offer.account,
            queue=call.line.queue,
            source=OfferSource.ROUTER,
            offered_at=offer.at,
            outcome=offer.outcome,
            settled_at=offer.at + timedelta(seconds=offer.seconds),
            why=dict(offer.reason) if offer.reason else None,
        )
        for offer in call.offers
    ]
