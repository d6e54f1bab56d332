import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kernel.clock import VirtualClock
from kernel.messages import Fact, FactBus
from pbx.facts import (
    CallEnded,
    CallFact,
    CallMerged,
    CallQueued,
    CallStarted,
    Direction,
    Outcome,
    PartyAnswered,
    PartyLeft,
    PartyRang,
    PartyStoppedRinging,
    RingEnd,
)
from queue_router.agents import AgentRow
from queue_router.desks import DeskCall, Desks
from queue_router.offers import CallOffer
from queue_router.states import AgentState, Wanted
from tests.queue_router.house import House, Person, next_change

CALL = "main-1764.1"
# Facts carry the PBX's time; the router's own clock is the machine's.
T0 = datetime.now(UTC).replace(microsecond=0)


def common(key: str, seconds: float, call_id: str = CALL) -> dict[str, object]:
    return {"node": "main", "call_id": call_id, "key": key, "at": T0 + timedelta(seconds=seconds)}


def started(caller: str = "021234567", direction: Direction = Direction.INBOUND, call_id: str = CALL) -> CallStarted:
    return CallStarted(
        **common("started", 0, call_id),  # type: ignore[arg-type]
        linkedid="1764.1",
        channel="1764.1",
        direction=direction,
        caller_number=caller,
        caller_name="Somchai",
        dialed="029990000",
    )


def queued() -> CallQueued:
    return CallQueued(**common("queued", 1), queue="sales")  # type: ignore[arg-type]


def rang(party: str = "1001", channel: str = "1764.2", seconds: float = 2) -> PartyRang:
    return PartyRang(**common(f"rang:{channel}", seconds), party=party, channel=channel)  # type: ignore[arg-type]


def answered(party: str = "1001", channel: str = "1764.2", seconds: float = 4) -> PartyAnswered:
    return PartyAnswered(**common(f"answered:{channel}", seconds), party=party, channel=channel)  # type: ignore[arg-type]


def stopped(reason: RingEnd, party: str = "1001", channel: str = "1764.2", seconds: float = 6) -> PartyStoppedRinging:
    return PartyStoppedRinging(
        **common(f"stopped:{channel}", seconds),  # type: ignore[arg-type]
        party=party,
        channel=channel,
        reason=reason,
    )


def left(party: str = "1001", channel: str = "1764.2", seconds: float = 60) -> PartyLeft:
    return PartyLeft(**common(f"left:{channel}", seconds), party=party, channel=channel)  # type: ignore[arg-type]


def ended(call_id: str = CALL, seconds: float = 61) -> CallEnded:
    return CallEnded(
        **common("ended", seconds, call_id),  # type: ignore[arg-type]
        outcome=Outcome.ANSWERED,
        hangup_by=None,
        cause=16,
    )


async def publish(house: House, *facts: Fact) -> None:
    bus = FactBus()
    house.facts.subscribe(bus)
    for fact in facts:
        async with house.database.transaction() as session:
            await bus.publish(session, fact)


def state(house: House, user_id: int) -> AgentState:
    agent = house.agents.find(user_id)
    assert agent is not None
    return agent.state


async def test_a_call_out_of_asterisks_own_queue_is_on_the_desk_too(house: House) -> None:
    user_id = await house.add_agent("1001")
    house.directory.people = {"021234567": [Person(7, "Somchai Jaidee")]}
    desk = house.watch(user_id)

    await publish(house, started(), queued(), rang())
    offered = (await next_change(desk, "call_offered")).data
    assert (offered["queue"], offered["caller_number"], offered["why"]) == ("sales", "021234567", None)
    assert offered["contacts"] == [{"id": 7, "name": "Somchai Jaidee", "company": None}]
    assert offered["waiting_since"] == T0.isoformat()
    assert state(house, user_id) is AgentState.RESERVED

    await publish(house, answered())
    assert (await next_change(desk, "call_answered")).data["answered_at"] == (T0 + timedelta(seconds=4)).isoformat()
    assert state(house, user_id) is AgentState.TALKING

    await publish(house, left())
    assert (await next_change(desk, "call_ended")).data["phase"] == "ended"
    assert state(house, user_id) is AgentState.READY

    async with house.database.reading() as session:
        row = await session.get(AgentRow, user_id)
        assert row is not None
        assert row.idle_since == T0 + timedelta(seconds=60)
        offer = await session.scalar(select(CallOffer))
        assert offer is not None
        assert (offer.source, offer.outcome, offer.user_id) == ("pbx", "answered", user_id)


async def test_facts_heard_twice_change_nothing(house: House) -> None:
    user_id = await house.add_agent("1001")
    facts = [started(), queued(), rang(), answered(), left(), ended()]
    await publish(house, *[fact for each in facts for fact in (each, each)])
    assert state(house, user_id) is AgentState.READY
    assert [call["phase"] for call in house.desks.snapshot(user_id)["calls"]] == ["ended"]
    assert len(house.calls) == 0
    async with house.database.reading() as session:
        assert len((await session.scalars(select(CallOffer))).all()) == 1


def read_later(*facts: CallFact) -> list[CallFact]:
    """The same, read from the PBX's files after a gap."""
    return [dataclasses.replace(fact, backfilled=True) for fact in facts]


async def test_what_is_read_after_a_gap_does_not_go_on(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, *read_later(started(), queued(), rang(), answered()))
    assert state(house, user_id) is AgentState.READY
    assert house.desks.snapshot(user_id)["calls"] == []
    assert len(house.calls) == 0


async def test_an_end_that_is_read_after_a_gap_frees_the_agent(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, started(), queued(), rang())
    await publish(house, *read_later(answered(), left(), ended()))
    assert state(house, user_id) is AgentState.READY
    assert len(house.calls) == 0
    async with house.database.reading() as session:
        offer = await session.scalar(select(CallOffer))
        assert offer is not None
        assert offer.outcome == "answered"


async def test_a_popup_says_why_it_ends(house: House) -> None:
    first, second = await house.add_agent("1001"), await house.add_agent("1002")
    desk = house.watch(first)
    await publish(house, started(), queued(), rang(), rang("1002", "1764.3"))
    await publish(house, answered("1002", "1764.3"), stopped(RingEnd.ANSWERED_ELSEWHERE))
    assert (await next_change(desk, "call_gone")).data["end_reason"] == "answered_elsewhere"
    assert (state(house, first), state(house, second)) == (AgentState.READY, AgentState.TALKING)


async def test_a_call_that_ends_unheard_leaves_nobody_ringing_or_talking(house: House) -> None:
    first, second = await house.add_agent("1001"), await house.add_agent("1002")
    await publish(house, started(), queued(), rang(), rang("1002", "1764.3"), answered("1002", "1764.3"), ended())
    assert (state(house, first), state(house, second)) == (AgentState.READY, AgentState.READY)
    assert [call["phase"] for call in house.desks.snapshot(first)["calls"]] == ["gone"]
    assert [call["phase"] for call in house.desks.snapshot(second)["calls"]] == ["ended"]


async def test_an_agents_own_call_makes_them_busy(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, started("1001", Direction.OUTBOUND))
    assert state(house, user_id) is AgentState.BUSY
    assert house.desks.snapshot(user_id)["calls"] == []
    await publish(house, ended())
    assert state(house, user_id) is AgentState.READY


async def test_a_call_straight_to_an_agents_phone_makes_them_busy_and_is_shown(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, started("1002", Direction.INTERNAL), rang(), answered())
    assert state(house, user_id) is AgentState.BUSY
    assert house.desks.snapshot(user_id)["calls"][0]["queue"] is None


async def test_what_was_asked_for_outlasts_a_call(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, started(), queued(), rang(), answered())
    await house.agents.set_wanted(user_id, Wanted.NOT_READY, "lunch")
    assert state(house, user_id) is AgentState.TALKING
    await publish(house, left(), ended())
    assert state(house, user_id) is AgentState.NOT_READY


async def test_our_own_offer_is_not_made_twice_by_the_fact_that_it_rings(house: House) -> None:
    user_id = await house.add_agent("1001")
    house.agents.reserve(user_id, CALL, 20)
    house.desks.offer(user_id, desk_call(offered_at=T0))
    desk = house.watch(user_id)
    await publish(house, started(), rang(), answered())
    assert (await next_change(desk, "call_answered")).data["why"] == {"rule": "longest_idle"}
    async with house.database.reading() as session:
        assert (await session.scalars(select(CallOffer))).all() == []


async def test_a_ring_heard_after_its_offer_is_over_is_no_new_offer(house: House) -> None:
    user_id = await house.add_agent("1001")
    house.desks.offer(user_id, desk_call(offered_at=T0))
    house.desks.stop_ringing(user_id, CALL, "busy", T0 + timedelta(seconds=3))
    await publish(house, started(), queued(), rang(seconds=2), stopped(RingEnd.REJECTED, seconds=3))
    assert [call["phase"] for call in house.desks.snapshot(user_id)["calls"]] == ["gone"]
    assert state(house, user_id) is AgentState.READY


async def test_facts_from_the_middle_of_a_call(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, answered(), stopped(RingEnd.CANCELLED, "9999"), left("9999"))
    assert [call["phase"] for call in house.desks.snapshot(user_id)["calls"]] == ["answered"]
    await publish(house, ended())
    assert state(house, user_id) is AgentState.READY


async def test_after_a_restart_who_talks_is_talking_though_the_journal_tells_nothing_new(house: House) -> None:
    user_id = await house.add_agent("1001")
    house.directory.people = {"021234567": [Person(7, "Somchai Jaidee")]}
    await house.facts.resume([started(), queued(), rang(), answered(), rang("9999", "1764.9")])
    assert state(house, user_id) is AgentState.TALKING
    (shown,) = house.desks.snapshot(user_id)["calls"]
    assert (shown["phase"], shown["contacts"][0]["id"]) == ("answered", 7)

    # What the journal did not know it tells as ever, and the offer is written down then.
    await publish(house, started(), queued(), rang(), answered())
    assert len(house.desks.snapshot(user_id)["calls"]) == 1
    async with house.database.reading() as session:
        assert [(offer.outcome) for offer in await session.scalars(select(CallOffer))] == ["answered"]
    await publish(house, left(), ended())
    assert state(house, user_id) is AgentState.READY


async def test_a_phone_that_asterisks_queue_rings_again_is_shown_again(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, started(), queued(), rang(), stopped(RingEnd.NO_ANSWER, seconds=6))
    assert house.desks.open_call(user_id, CALL) is None
    await publish(house, rang(channel="1764.3", seconds=11))
    assert house.desks.open_call(user_id, CALL) is not None
    async with house.database.reading() as session:
        outcomes = [offer.outcome for offer in await session.scalars(select(CallOffer).order_by(CallOffer.id))]
    assert outcomes == ["no_answer", "ringing"]


async def test_legs_of_a_consultation_go_on_in_the_call_that_it_joins(house: House) -> None:
    user_id = await house.add_agent("1001")
    await publish(house, started(), queued(), rang(), answered())
    await publish(house, CallMerged(**common("merged", 30), into="main-9.9"), ended())  # type: ignore[arg-type]
    assert state(house, user_id) is AgentState.TALKING
    await publish(house, ended("main-9.9"))
    assert state(house, user_id) is AgentState.READY


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(0), timedelta(hours=1)])
async def test_a_desk_whose_end_is_not_heard_ends_by_itself_wherever_the_clock_is_set(
    house: House, step: timedelta
) -> None:
    clock = VirtualClock()
    desks = Desks(house.hub, house.agents, clock)
    offered_at = clock.now()
    desks.offer(7, desk_call(offered_at))
    await clock.advance(14)
    clock.set_wall_time(clock.now() + step)
    desks.sweep(clock.now())
    assert desks.open_call(7, CALL) is not None
    await clock.advance(2)
    desks.sweep(clock.now())
    assert desks.open_call(7, CALL) is None
    gone = desks.find(7, CALL)
    assert gone is not None
    assert gone.ended_at is not None
    assert gone.ended_at >= offered_at


async def test_what_rings_already_for_a_while_ends_by_itself_as_early(house: House) -> None:
    clock = VirtualClock()
    desks = Desks(house.hub, house.agents, clock)
    offered_at = clock.now()
    await clock.advance(4)
    desks.offer(7, desk_call(offered_at))
    await clock.advance(10)
    desks.sweep(clock.now())
    assert desks.open_call(7, CALL) is not None
    await clock.advance(2)
    desks.sweep(clock.now())
    assert desks.open_call(7, CALL) is None


def desk_call(offered_at: datetime) -> DeskCall:
    return DeskCall(
        node="main",
        call_id=CALL,
        queue="sales",
        caller_number="021234567",
        caller_name=None,
        contacts=(),
        dialed=None,
        waiting_since=offered_at,
        offered_at=offered_at,
        ring_until=offered_at + timedelta(seconds=5),
        why={"rule": "longest_idle"},
    )
