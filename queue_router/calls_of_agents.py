"""What the facts of calls say of the agents: who rings, talks, or is free again, and what their desks show of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.messages import FactBus
from pbx.facts import (
    CallEnded,
    CallMerged,
    CallQueued,
    CallStarted,
    Direction,
    PartyAnswered,
    PartyLeft,
    PartyRang,
    PartyStoppedRinging,
    RingEnd,
)
from pbx.journal_tables import CallRow
from queue_router.agents import Agent, Agents
from queue_router.callers import look_up
from queue_router.desks import CallerDirectory, DeskCall, Desks
from queue_router.live_calls import LiveCall, LiveCalls
from queue_router.offers import CallOffer, OfferOutcome, OfferSource, settle_offer

OUTCOMES = {
    RingEnd.NO_ANSWER: OfferOutcome.NO_ANSWER,
    RingEnd.BUSY: OfferOutcome.BUSY,
    RingEnd.REJECTED: OfferOutcome.BUSY,
    RingEnd.CANCELLED: OfferOutcome.CANCELLED,
    RingEnd.ANSWERED_ELSEWHERE: OfferOutcome.CANCELLED,
    RingEnd.FAILED: OfferOutcome.FAILED,
}

log = structlog.get_logger(__name__)


class CallsOfAgents:
    """Handles the facts of calls. Each handler may be told the same fact twice, or of a call that it never heard of."""

    def __init__(self, agents: Agents, desks: Desks, calls: LiveCalls, directory: CallerDirectory) -> None:
        self._agents = agents
        self._desks = desks
        self._calls = calls
        self._directory = directory

    def subscribe(self, facts: FactBus) -> None:
        """Hear of calls from now on."""
        handlers: list[tuple[type[Any], Callable[[AsyncSession, Any], Any]]] = [
            (CallStarted, self.on_call_started),
            (CallQueued, self.on_call_queued),
            (PartyRang, self.on_party_rang),
            (PartyStoppedRinging, self.on_party_stopped_ringing),
            (PartyAnswered, self.on_party_answered),
            (PartyLeft, self.on_party_left),
            (CallMerged, self.on_call_merged),
            (CallEnded, self.on_call_ended),
        ]
        for kind, handler in handlers:
            facts.subscribe(kind, handler)

    async def on_call_started(self, session: AsyncSession, fact: CallStarted) -> None:
        """Remember whose call it is; an agent who makes one is busy."""
        call = self._calls.note(fact.node, fact.call_id, fact.at)
        call.caller_number = fact.caller_number or call.caller_number
        call.caller_name = fact.caller_name or call.caller_name
        call.dialed = fact.dialed or call.dialed
        if fact.direction is not Direction.INBOUND and fact.caller_number:
            agent = self._agents.at_phone(fact.caller_number)
            if agent is not None:
                call.from_account = agent.account
                self._agents.leg_rings(agent, fact.channel, fact.call_id, is_offered=False)

    async def on_call_queued(self, session: AsyncSession, fact: CallQueued) -> None:
        """Remember the queue."""
        self._calls.note(fact.node, fact.call_id, fact.at).queue = fact.queue

    async def on_party_rang(self, session: AsyncSession, fact: PartyRang) -> None:
        """The agent's phone rings. If not we made it ring, the desk hears of the call now."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        call = await self._call(session, fact.node, fact.call_id, fact.at)
        is_ours = self._agents.is_reserved_for(agent, fact.call_id)
        self._agents.leg_rings(agent, fact.channel, fact.call_id, is_offered=is_ours or call.queue is not None)
        if not is_ours and not self._desks.has_had(agent.user_id, fact.call_id, fact.at):
            await self._offer_by_pbx(session, agent, call, fact.at)

    async def on_party_answered(self, session: AsyncSession, fact: PartyAnswered) -> None:
        """The agent talks."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        call = await self._call(session, fact.node, fact.call_id, fact.at)
        if call.from_account == agent.account:
            return
        is_offered = self._agents.is_reserved_for(agent, fact.call_id) or call.queue is not None
        self._agents.leg_talks(agent, fact.channel, fact.call_id, is_offered=is_offered)
        if not self._desks.has_had(agent.user_id, fact.call_id, fact.at):
            # We began to listen in the middle of the call.
            await self._offer_by_pbx(session, agent, call, fact.at)
        self._desks.answer(agent.user_id, fact.call_id, fact.at)
        await settle_offer(session, fact.call_id, agent.user_id, OfferOutcome.ANSWERED, fact.at)

    async def on_party_stopped_ringing(self, session: AsyncSession, fact: PartyStoppedRinging) -> None:
        """The agent's phone rings no more, unanswered."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        await self._agents.leg_is_gone(session, agent, fact.channel, fact.at)
        if not _has_leg(agent, fact.call_id):
            self._desks.stop_ringing(agent.user_id, fact.call_id, fact.reason.value, fact.at)
            await settle_offer(session, fact.call_id, agent.user_id, OUTCOMES[fact.reason], fact.at)

    async def on_party_left(self, session: AsyncSession, fact: PartyLeft) -> None:
        """The agent talks no more; the call may go on without them."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        await self._agents.leg_is_gone(session, agent, fact.channel, fact.at)
        if not _has_leg(agent, fact.call_id):
            self._agents.release(agent.user_id, fact.call_id)
            self._desks.end(agent.user_id, fact.call_id, fact.at)

    async def on_call_merged(self, session: AsyncSession, fact: CallMerged) -> None:
        """The legs of a consultation go on in the call that it was about."""
        self._agents.call_merged(fact.call_id, fact.into)

    async def on_call_ended(self, session: AsyncSession, fact: CallEnded) -> None:
        """Nobody talks or rings on it any more, whatever we heard of its legs."""
        for agent in self._agents.all():
            channels = [channel for channel, leg in agent.legs.items() if leg.call_id == fact.call_id]
            for channel in channels:
                await self._agents.leg_is_gone(session, agent, channel, fact.at)
            self._agents.release(agent.user_id, fact.call_id)
        for user_id in self._desks.users_with(fact.call_id):
            self._desks.stop_ringing(user_id, fact.call_id, RingEnd.CANCELLED.value, fact.at)
            self._desks.end(user_id, fact.call_id, fact.at, fact.outcome.value)
            await settle_offer(session, fact.call_id, user_id, OfferOutcome.CANCELLED, fact.at)
        self._calls.forget(fact.call_id)

    async def _call(self, session: AsyncSession, node: str, call_id: str, at: datetime) -> LiveCall:
        known = self._calls.find(call_id)
        if known is not None:
            return known
        call = self._calls.note(node, call_id, at)
        # We began to listen in the middle: the journal may know how it began.
        row = await session.get(CallRow, call_id)
        if row is not None:
            call.since = min(call.since, row.started_at)
            call.caller_number, call.caller_name = row.caller_number, row.caller_name
            call.dialed, call.queue = row.dialed, row.queue
            if row.direction != Direction.INBOUND.value and row.caller_number:
                agent = self._agents.at_phone(row.caller_number)
                call.from_account = agent.account if agent else None
        return call

    async def _offer_by_pbx(self, session: AsyncSession, agent: Agent, call: LiveCall, at: datetime) -> None:
        contacts = await look_up(self._directory, call.caller_number, call.call_id)
        self._desks.offer(
            agent.user_id,
            DeskCall(
                node=call.node,
                call_id=call.call_id,
                queue=call.queue,
                caller_number=call.caller_number,
                caller_name=call.caller_name,
                contacts=contacts,
                dialed=call.dialed,
                waiting_since=call.since,
                offered_at=at,
                ring_until=None,
                why=None,
            ),
        )
        session.add(
            CallOffer(
                node=call.node,
                call_id=call.call_id,
                user_id=agent.user_id,
                account=agent.account,
                queue=call.queue,
                source=OfferSource.PBX,
                offered_at=at,
                outcome=OfferOutcome.RINGING,
            )
        )
        await session.flush()


def _has_leg(agent: Agent, call_id: str) -> bool:
    return any(leg.call_id == call_id for leg in agent.legs.values())
