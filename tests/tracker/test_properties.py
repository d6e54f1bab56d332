"""What must hold of every trace, in whatever order, however often and from wherever on it is heard."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx import replay
from pbx.facts import CallEnded, CallFact, CallStarted
from pbx.tracker import Tracker

from .orders import Event, interleave, repeat_some

TRACES = Path(__file__).parents[1] / "fixtures" / "traces"
RECORDED: dict[str, list[Event]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(TRACES.glob("*.json"))
}

traces = st.sampled_from(sorted(RECORDED))
randoms = st.integers(0, 2**32).map(Random)
stamped = st.booleans()
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def events_of(name: str, *, stamped: bool) -> list[Event]:
    """A recorded trace, with or without time stamps: many systems send none."""
    if stamped:
        return RECORDED[name]
    return [{header: value for header, value in event.items() if header != "Timestamp"} for event in RECORDED[name]]


def calls(events: list[Event]) -> list[dict[str, Any]]:
    return [told.as_json() for told in replay.replay(events)]


def facts(events: list[Event]) -> list[CallFact]:
    tracker = Tracker()
    told = [fact for event in events for fact in tracker.feed(event)]
    assert tracker.faults == 0
    return told


def keys(told: list[CallFact]) -> list[tuple[str, str]]:
    return sorted((fact.call_id, fact.key) for fact in told)


def endings(told: list[CallFact]) -> dict[str, tuple[Any, Any]]:
    return {fact.call_id: (fact.outcome, fact.hangup_by) for fact in told if isinstance(fact, CallEnded)}


@quick
@given(traces, randoms, stamped, st.booleans())
def test_any_order_that_keeps_each_channels_own_gives_the_same_calls(
    name: str, random: Random, stamped: bool, own_only: bool
) -> None:
    events = events_of(name, stamped=stamped)

    assert calls(interleave(events, random, own_only=own_only)) == calls(events)


@quick
@given(traces, randoms, stamped)
def test_any_such_order_tells_the_same_facts(name: str, random: Random, stamped: bool) -> None:
    events = events_of(name, stamped=stamped)

    straight, mixed = facts(events), facts(interleave(events, random))

    assert keys(mixed) == keys(straight)
    assert endings(mixed) == endings(straight)


@quick
@given(traces, randoms, stamped, st.booleans())
def test_events_that_come_twice_change_nothing(name: str, random: Random, stamped: bool, mixed: bool) -> None:
    events = events_of(name, stamped=stamped)
    order = interleave(events, random) if mixed else events

    assert calls(repeat_some(order, random)) == calls(events)


@quick
@given(traces, randoms)
def test_events_that_come_twice_tell_no_fact_twice(name: str, random: Random) -> None:
    events = events_of(name, stamped=True)

    assert keys(facts(repeat_some(events, random))) == keys(facts(events))


@pytest.mark.parametrize("name", sorted(RECORDED))
@pytest.mark.parametrize("stamped", [True, False])
def test_whatever_is_missing_at_the_start_there_is_no_ghost(name: str, stamped: bool) -> None:
    """A ghost: a call that was not there, that never ends, or of which something is told that is not so."""
    events = events_of(name, stamped=stamped)
    whole = {call["linkedid"]: call for call in calls(events)}

    for start in range(len(events)):
        for call in calls(events[start:]):
            truth = whole[call["linkedid"]]
            assert call["outcome"] != "in_progress"
            assert call["caller_number"] in (truth["caller_number"], None)
            assert call["dialed"] in (truth["dialed"], None)
            assert set(call["answered_by"]) <= set(truth["answered_by"])
            assert set(call["rang"]) <= set(truth["rang"]) | set(truth["answered_by"])


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_two_facts_of_a_call_never_have_the_same_key(name: str) -> None:
    told = keys(facts(RECORDED[name]))

    assert len(told) == len(set(told))


@quick
@given(traces, randoms)
def test_calls_at_once_do_not_mix(name: str, random: Random) -> None:
    """Another trace's events in between change nothing."""
    other = random.choice(sorted(RECORDED))
    events, others = RECORDED[name], RECORDED[other]
    if name == other:
        return
    both = interleave([*events, *others], random)

    ids = {call["linkedid"] for call in calls(events)}
    assert [call for call in calls(both) if call["linkedid"] in ids] == calls(events)


@quick
@given(traces, st.floats(0, 1))
def test_after_a_gap_at_any_moment_every_call_ends_once(name: str, moment: float) -> None:
    """The link is cut somewhere in the trace, and when it is back nothing goes on any more."""
    events = RECORDED[name]
    cut = round(moment * len(events))
    tracker = Tracker()

    told = [fact for event in events[:cut] for fact in tracker.feed(event)]
    told += tracker.resync([], [], datetime(2026, 11, 24, 12, tzinfo=UTC))

    began = [fact.call_id for fact in told if isinstance(fact, CallStarted)]
    ended = [fact.call_id for fact in told if isinstance(fact, CallEnded)]
    assert sorted(ended) == sorted(began)
    assert tracker.live_calls == []
    late = [fact for event in events[cut:] for fact in tracker.feed(event)]
    assert set(ended).isdisjoint(fact.call_id for fact in late if isinstance(fact, CallEnded | CallStarted))
    assert tracker.faults == 0


headers = sorted({header for events in RECORDED.values() for event in events for header in event} - {"Event"})
kinds = sorted({event["Event"] for events in RECORDED.values() for event in events})
ids = st.sampled_from(["1.1", "1.2", "1.3", "pbx-1700000000.4", "", "x", "1.", "99999999999999999999.1"])
odd = st.one_of(
    ids,
    st.text(max_size=12),
    st.sampled_from(
        ["Local/a@b-1;1", "Local/a@b-1;2", "PJSIP/1001-1", "PJSIP/", "6", "5", "-1", "1e400", "nan", "inf"]
    ),
    st.lists(st.text(max_size=4), max_size=3),
    st.none(),
    st.integers(),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)
odd_events = st.fixed_dictionaries(
    {"Event": st.one_of(st.sampled_from(kinds), odd)},
    optional=dict.fromkeys(headers, odd),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.one_of(odd_events, odd), max_size=30))
def test_nothing_makes_it_raise(events: list[Any]) -> None:
    tracker = Tracker(ended_kept=2)

    for event in events:
        tracker.feed(event)

    assert tracker.faults == 0
    for call in tracker.calls:
        json.dumps(replay.story.story(call).as_json())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(traces, randoms, st.integers(1, 8))
def test_values_swapped_and_lost_do_not_make_it_raise(name: str, random: Random, times: int) -> None:
    events = [dict(event) for event in RECORDED[name]]
    for _ in range(times * 10):
        event, other = random.choice(events), random.choice(events)
        header = random.choice(sorted(event))
        if header in other and random.random() < 0.7:
            event[header] = other[header]
        elif header != "Event":
            del event[header]
    tracker = Tracker()

    for event in events:
        tracker.feed(event)

    assert tracker.faults == 0
    for call in tracker.calls:
        json.dumps(replay.story.story(call).as_json())
