"""What the facts of calls say of the agents: who rings, talks, or is free again, and what their desks show of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.messages import FactBus
from pbx.facts import (
    CallEnded,
    CallFact,
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

BEGINNINGS = (CallStarted, CallQueued, PartyRang, PartyAnswered)
"""Facts that say what goes on. Read from the PBX's files after a gap they are past: what lasts a snapshot tells."""

log = structlog.get_logger(__name__)


class CallsOfAgents:
    """Handles the facts of calls. Each handler may be told the same fact twice, or of a call that it never heard of."""

    def __init__(
        self,
        agents: Agents,
        desks: Desks,
        calls: LiveCalls,
        directory: CallerDirectory,
        wrap_up_seconds: Callable[[str | None], float] = lambda queue: 0.0,
    ) -> None:
        """`wrap_up_seconds` is how long after a call out of that queue its agent is left to their notes."""
        self._wrap_up_seconds = wrap_up_seconds
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
            facts.subscribe(kind, _heard(handler) if kind in BEGINNINGS else handler)
        facts.subscribe(PartyAnswered, self.on_answered_unheard)

    async def on_answered_unheard(self, session: AsyncSession, fact: PartyAnswered) -> None:
        """The agent took the call while we did not hear it: an offer of ours ended so."""
        agent = self._agents.at_phone(fact.party) if fact.backfilled else None
        if agent is not None:
            await settle_offer(session, fact.call_id, agent.user_id, OfferOutcome.ANSWERED, fact.at)

    async def resume(self, facts: Iterable[CallFact]) -> None:
        """Take in what a snapshot of the PBX tells, in memory only, before the journal has it.

        After a restart of ours the journal knows most of it already, and so does not tell it again; the agents who
        talk and the desks that show it would be forgotten.
        """
        for fact in facts:
            match fact:
                case CallStarted():
                    self._remember(fact)
                case CallQueued():
                    self._calls.note(fact.node, fact.call_id, fact.at).queue = fact.queue
                case PartyRang() | PartyAnswered():
                    agent, call = self._agents.at_phone(fact.party), self._calls.find(fact.call_id)
                    if agent is not None and call is not None and call.from_account != agent.account:
                        await self._rings_or_talks(agent, call, fact)

    async def on_call_started(self, session: AsyncSession, fact: CallStarted) -> None:
        """Remember whose call it is; an agent who makes one is busy."""
        self._remember(fact)

    async def on_call_queued(self, session: AsyncSession, fact: CallQueued) -> None:
        """Remember the queue."""
        self._calls.note(fact.node, fact.call_id, fact.at).queue = fact.queue

    async def on_party_rang(self, session: AsyncSession, fact: PartyRang) -> None:
        """The agent's phone rings. If not we made it ring, the desk hears of the call now."""
        agent = self._agents.at_phone(fact.party)
        if agent is not None:
            call = await self._call(session, fact.node, fact.call_id, fact.at)
            await self._rings_or_talks(agent, call, fact)
            await self._note_offer_of_pbx(session, agent, call, fact.at)

    async def on_party_answered(self, session: AsyncSession, fact: PartyAnswered) -> None:
        """The agent talks."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        call = await self._call(session, fact.node, fact.call_id, fact.at)
        if call.from_account == agent.account:
            return
        await self._rings_or_talks(agent, call, fact)
        await self._note_offer_of_pbx(session, agent, call, fact.at)
        await settle_offer(session, fact.call_id, agent.user_id, OfferOutcome.ANSWERED, fact.at)

    async def on_party_stopped_ringing(self, session: AsyncSession, fact: PartyStoppedRinging) -> None:
        """The agent's phone rings no more, unanswered."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        await self._leg_is_gone(session, agent, fact.channel, fact)
        if not _has_leg(agent, fact.call_id):
            self._desks.stop_ringing(agent.user_id, fact.call_id, fact.reason.value, fact.at)
            await settle_offer(session, fact.call_id, agent.user_id, OUTCOMES[fact.reason], fact.at)

    async def on_party_left(self, session: AsyncSession, fact: PartyLeft) -> None:
        """The agent talks no more; the call may go on without them."""
        agent = self._agents.at_phone(fact.party)
        if agent is None:
            return
        if fact.backfilled and fact.channel not in agent.legs:
            await self._left_unheard(session, agent, fact)
        else:
            await self._leg_is_gone(session, agent, fact.channel, fact)
        if not _has_leg(agent, fact.call_id):
            self._agents.release(agent.user_id, fact.call_id)
            self._desks.end(agent.user_id, fact.call_id, fact.at)

    async def _left_unheard(self, session: AsyncSession, agent: Agent, fact: PartyLeft) -> None:
        """A talk of the agent's ended while we were away: what is left of their wrap-up is still theirs."""
        row = await session.get(CallRow, fact.call_id)
        if row is not None and row.queue is not None:
            await self._agents.talked_unheard(session, agent, fact.at, self._wrap_up_seconds(row.queue))

    async def on_call_merged(self, session: AsyncSession, fact: CallMerged) -> None:
        """The legs of a consultation go on in the call that it was about."""
        self._agents.call_merged(fact.call_id, fact.into)

    async def on_call_ended(self, session: AsyncSession, fact: CallEnded) -> None:
        """Nobody talks or rings on it any more, whatever we heard of its legs."""
        for agent in self._agents.all():
            channels = [channel for channel, leg in agent.legs.items() if leg.call_id == fact.call_id]
            for channel in channels:
                await self._leg_is_gone(session, agent, channel, fact)
            self._agents.release(agent.user_id, fact.call_id)
        for user_id in self._desks.users_with(fact.call_id):
            self._desks.stop_ringing(user_id, fact.call_id, RingEnd.CANCELLED.value, fact.at)
            self._desks.end(user_id, fact.call_id, fact.at, fact.outcome.value)
            await settle_offer(session, fact.call_id, user_id, OfferOutcome.CANCELLED, fact.at)
        self._calls.forget(fact.call_id)

    async def _leg_is_gone(self, session: AsyncSession, agent: Agent, channel: str, fact: CallFact) -> None:
        call = self._calls.find(fact.call_id)
        seconds = self._wrap_up_seconds(call.queue if call else None)
        await self._agents.leg_is_gone(session, agent, channel, fact.at, wrap_up_seconds=seconds)

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

    def _remember(self, fact: CallStarted) -> None:
        call = self._calls.note(fact.node, fact.call_id, fact.at)
        call.caller_number = fact.caller_number or call.caller_number
        call.caller_name = fact.caller_name or call.caller_name
        call.dialed = fact.dialed or call.dialed
        if fact.direction is not Direction.INBOUND and fact.caller_number:
            agent = self._agents.at_phone(fact.caller_number)
            if agent is not None:
                call.from_account = agent.account
                self._agents.leg_rings(agent, fact.channel, fact.call_id, is_offered=False)

    async def _rings_or_talks(self, agent: Agent, call: LiveCall, fact: PartyRang | PartyAnswered) -> None:
        is_ours = self._agents.is_reserved_for(agent, call.call_id)
        is_offered = is_ours or call.queue is not None
        has_answered = isinstance(fact, PartyAnswered)
        change = self._agents.leg_talks if has_answered else self._agents.leg_rings
        change(agent, fact.channel, call.call_id, is_offered=is_offered)
        if not is_ours and not self._desks.has_had(agent.user_id, call.call_id, fact.at):
            await self._show(agent, call, fact.at)
        if has_answered:
            self._desks.answer(agent.user_id, call.call_id, fact.at)

    async def _show(self, agent: Agent, call: LiveCall, at: datetime) -> None:
        self._desks.offer(
            agent.user_id,
            DeskCall(
                node=call.node,
                call_id=call.call_id,
                queue=call.queue,
                caller_number=call.caller_number,
                caller_name=call.caller_name,
                contacts=await look_up(self._directory, call.caller_number, call.call_id),
                dialed=call.dialed,
                waiting_since=call.since,
                offered_at=at,
                ring_until=None,
                why=None,
            ),
        )

    async def _note_offer_of_pbx(self, session: AsyncSession, agent: Agent, call: LiveCall, at: datetime) -> None:
        """Write down that the phone rang without us. Of our own offers the router keeps the record."""
        shown = self._desks.find(agent.user_id, call.call_id)
        if shown is None or shown.why is not None:
            return
        known = await session.scalar(
            select(CallOffer.id).where(
                CallOffer.call_id == call.call_id,
                CallOffer.user_id == agent.user_id,
                or_(CallOffer.settled_at.is_(None), CallOffer.settled_at >= at),
            )
        )
        if known is None:
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


def _heard(handler: Callable[[AsyncSession, Any], Any]) -> Callable[[AsyncSession, Any], Any]:
    """The handler, for facts that were heard when they happened."""

    async def handle(session: AsyncSession, fact: CallFact) -> None:
        if not fact.backfilled:
            await handler(session, fact)

    return handle


def _has_leg(agent: Agent, call_id: str) -> bool:
    return any(leg.call_id == call_id for leg in agent.legs.values())
