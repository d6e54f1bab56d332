"""The PBX's clock is set, back or forth, in the middle of a call: the calls stay what they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.facts import CallEnded, CallFact, CallHeld, CallOverdue, CallResumed, CallStarted, Outcome
from pbx.tracker import Tracker

from .orders import Event, interleave, repeat_some
from .test_properties import RECORDED, calls, keys, quick, randoms, traces

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = 3600.0

steps = st.one_of(st.floats(2, 10 * HOUR), st.floats(-10 * HOUR, -2), st.sampled_from([-5.0, -HOUR, HOUR]))
positions = st.floats(0, 1)


def set_clock(events: list[Event], position: int, seconds: float) -> list[Event]:
    """`events` with the clock set by `seconds` right before the one at `position`, as far as their stamps tell it."""
    return [
        {**event, "Timestamp": f"{float(event['Timestamp']) + seconds:.6f}"}
        if number >= position and "Timestamp" in event
        else event
        for number, event in enumerate(events)
    ]


def set_birthdays(events: list[Event], position: int, seconds: float) -> tuple[list[Event], dict[str, str]]:
    """The same for the Uniqueids of the channels that were born after it; and the true one of each of those."""
    told: dict[str, str] = {}
    for event in events[position:]:
        if event["Event"] == "Newchannel":
            epoch, serial = event["Uniqueid"].split(".")
            told[event["Uniqueid"]] = f"{int(epoch) + int(seconds)}.{serial}"

    def renamed(header: str, value: Any) -> Any:
        return told.get(value, value) if header.lower().endswith(("uniqueid", "linkedid")) else value

    changed = [{header: renamed(header, value) for header, value in event.items()} for event in events]
    return changed, {changed: true for true, changed in told.items()}


def heard(events: list[Event]) -> list[CallFact]:
    """The facts of events that are heard at once, by our clock."""
    tracker = Tracker()
    told = [fact for event in events for fact in tracker.feed(event, NOON)]
    assert tracker.faults == 0
    return told


def without_times(told: list[dict[str, Any]], true_ids: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """What happened in the calls, but not when: that is shown as the clock was."""
    ids = true_ids or {}
    calls = [{**call, "started": None, "linkedid": ids.get(call["linkedid"], call["linkedid"])} for call in told]
    return sorted(calls, key=lambda call: str(call["linkedid"]))


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_at_whatever_event_it_is_set_back_the_calls_are_the_same(name: str) -> None:
    events = RECORDED[name]
    truth = without_times(calls(events))

    for position in range(len(events)):
        assert without_times(calls(set_clock(events, position, -5))) == truth


@quick
@given(traces, positions, steps)
def test_by_however_much_it_is_set_the_calls_are_the_same(name: str, where: float, seconds: float) -> None:
    events = RECORDED[name]
    position = round(where * len(events))

    set_, true_ids = set_birthdays(set_clock(events, position, seconds), position, seconds)

    assert without_times(calls(set_), true_ids) == without_times(calls(events))


@quick
@given(traces, positions, steps, positions, steps)
def test_also_when_it_is_set_twice(name: str, first: float, step: float, second: float, other: float) -> None:
    events = RECORDED[name]

    twice = set_clock(set_clock(events, round(first * len(events)), step), round(second * len(events)), other)

    assert without_times(calls(twice)) == without_times(calls(events))


@quick
@given(traces, positions, steps, randoms)
def test_also_when_events_come_twice(name: str, where: float, seconds: float, random: Random) -> None:
    events = set_clock(RECORDED[name], round(where * len(RECORDED[name])), seconds)

    assert calls(repeat_some(events, random)) == calls(events)


@quick
@given(traces, positions, steps, randoms)
def test_also_in_any_order_that_keeps_each_channels_own(
    name: str, where: float, seconds: float, random: Random
) -> None:
    events = set_clock(RECORDED[name], round(where * len(RECORDED[name])), seconds)

    assert without_times(calls(interleave(events, random))) == without_times(calls(RECORDED[name]))


@quick
@given(traces, positions, steps)
def test_the_same_facts_are_told_and_nothing_ends_before_it_began(name: str, where: float, seconds: float) -> None:
    events = RECORDED[name]

    told = heard(set_clock(events, round(where * len(events)), seconds))

    assert keys(told) == keys(heard(events))
    began = {fact.call_id: fact.at for fact in told if isinstance(fact, CallStarted)}
    latest: dict[str, datetime] = {}
    for fact in told:
        assert fact.at >= began[fact.call_id]
        if isinstance(fact, CallEnded):
            assert fact.at >= latest[fact.call_id]
        latest[fact.call_id] = max(fact.at, latest.get(fact.call_id, fact.at))


def test_a_call_that_was_answered_is_told_as_answered() -> None:
    events = RECORDED["direct_a_calls_b_b_hangs_up"]
    (bridged,) = [number for number, event in enumerate(events) if event["Event"] == "BridgeCreate"]

    (ended,) = [f for f in heard(set_clock(events, bridged + 2, -5)) if isinstance(f, CallEnded)]

    assert ended.outcome is Outcome.ANSWERED


def test_a_call_that_is_taken_off_hold_by_a_clock_set_back_is_off_hold() -> None:
    events = RECORDED["direct_a_calls_b_a_holds_b_holds_b_hangs_up"]
    (position, *_) = [number for number, event in enumerate(events) if event["Event"] == "Unhold"]

    told = heard(set_clock(events, position, -HOUR))

    assert [type(fact) for fact in told if isinstance(fact, CallHeld | CallResumed)] == [CallHeld, CallResumed] * 2


def test_hold_and_its_end_that_are_read_at_once_are_two_events() -> None:
    channel = {"Uniqueid": "1795000000.1", "Linkedid": "1795000000.1", "Channel": "PJSIP/1001-00000001"}
    events = [{"Event": "Newchannel", **channel, "ChannelState": "4"}, {"Event": "Hold", **channel}]
    tracker = Tracker()

    told = [fact for event in [*events, {"Event": "Unhold", **channel}] for fact in tracker.feed(event, NOON)]

    assert [type(fact) for fact in told] == [CallStarted, CallHeld, CallResumed]


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_call_of_a_pbx_whose_clock_is_wrong_is_not_overdue(hours: int) -> None:
    tracker = Tracker(overdue_after=4 * HOUR)
    events = set_clock(RECORDED["direct_a_calls_b_b_hangs_up"], 0, hours * HOUR)
    at = datetime.fromtimestamp(float(RECORDED["direct_a_calls_b_b_hangs_up"][0]["Timestamp"]), UTC)

    told: list[CallFact] = [fact for event in events[:-2] for fact in tracker.feed(event, at)]
    told += tracker.tick(at + timedelta(hours=3))

    assert not any(isinstance(fact, CallOverdue) for fact in told)
    assert [type(fact) for fact in tracker.tick(at + timedelta(hours=4))] == [CallOverdue]
