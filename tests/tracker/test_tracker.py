"""The tracker live: when it tells what, what it makes of a gap, and how much it remembers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pbx import story
from pbx.facts import (
    CallEnded,
    CallFact,
    CallHeld,
    CallMerged,
    CallOverdue,
    CallQueued,
    CallResumed,
    CallStarted,
    Direction,
    Outcome,
    PartyAnswered,
    PartyLeft,
    PartyRang,
    PartyStoppedRinging,
    RecordingStarted,
    RingEnd,
    Side,
)
from pbx.tracker import Tracker

Event = dict[str, Any]
Trace = Callable[[str], list[Event]]
FactsOf = Callable[[list[Event]], list[CallFact]]

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EPOCH = int(NOON.timestamp())


def kinds(facts: list[CallFact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def channel(serial: int, call: int, name: str, **headers: str) -> Event:
    return {"Uniqueid": f"{EPOCH}.{serial}", "Linkedid": f"{EPOCH}.{call}", "Channel": name, **headers}


def destination(event: Event) -> Event:
    return {f"Dest{header}": value for header, value in event.items()}


def direct_call(first: int) -> list[Event]:
    """1001 calls 1002, they talk, 1002 hangs up. Channels `first` and `first + 1`, no time stamps."""
    a = channel(first, first, f"PJSIP/1001-{first:08x}", CallerIDNum="1001", CallerIDName="Ann", Exten="1002")
    b = channel(first + 1, first, f"PJSIP/1002-{first + 1:08x}", CallerIDNum="1002")
    bridge = {"BridgeUniqueid": f"bridge-{first}", "BridgeTechnology": "simple_bridge", "BridgeType": "basic"}
    return [
        {"Event": "Newchannel", **a, "ChannelState": "4", "Context": "ringdesk-from-phones"},
        {"Event": "Newchannel", **b, "ChannelState": "0", "Exten": "s"},
        {"Event": "DialBegin", **a, **destination(b), "DialString": "1002"},
        {"Event": "Newstate", **b, "ChannelState": "5"},
        {"Event": "Newstate", **b, "ChannelState": "6"},
        {"Event": "DialEnd", **a, **destination(b), "DialStatus": "ANSWER"},
        {"Event": "Newstate", **a, "ChannelState": "6"},
        {"Event": "BridgeEnter", **b, **bridge, "BridgeNumChannels": "1"},
        {"Event": "BridgeEnter", **a, **bridge, "BridgeNumChannels": "2"},
        {"Event": "BridgeLeave", **b, **bridge, "BridgeNumChannels": "1"},
        {"Event": "BridgeLeave", **a, **bridge, "BridgeNumChannels": "0"},
        {"Event": "Hangup", **b, "Cause": "16"},
        {"Event": "Hangup", **a, "Cause": "16"},
    ]


def feed(tracker: Tracker, events: list[Event], at: datetime | None = None) -> list[CallFact]:
    return [fact for event in events for fact in tracker.feed(event, at)]


# When it tells


def test_each_fact_comes_with_the_event_that_makes_it_certain() -> None:
    tracker = Tracker()

    told = {event["Event"] + event.get("ChannelState", ""): kinds(tracker.feed(event)) for event in direct_call(1)}

    assert told == {
        "Newchannel4": [],
        "Newchannel0": [],
        "DialBegin": ["CallStarted"],
        "Newstate5": ["PartyRang"],
        "Newstate6": [],
        "DialEnd": [],
        "BridgeEnter": ["PartyAnswered"],
        "BridgeLeave": [],
        "Hangup": ["CallEnded"],
    }


def test_facts_say_who_and_when() -> None:
    started, rang, answered, left, ended = feed(Tracker("pbx7"), direct_call(1), NOON + timedelta(seconds=9))

    call_id = f"pbx7-{EPOCH}.1"
    later = {"node": "pbx7", "call_id": call_id, "at": NOON + timedelta(seconds=9)}
    assert started == CallStarted(
        **later,
        key="started",
        linkedid=f"{EPOCH}.1",
        channel=f"{EPOCH}.1",
        direction=Direction.INTERNAL,
        caller_number="1001",
        caller_name="Ann",
        dialed="1002",
    )
    assert rang == PartyRang(**later, key=f"rang:{EPOCH}.2", party="1002", channel=f"{EPOCH}.2")
    assert answered == PartyAnswered(**later, key=f"answered:{EPOCH}.2", party="1002", channel=f"{EPOCH}.2")
    assert left == PartyLeft(**later, key=f"left:{EPOCH}.2", party="1002", channel=f"{EPOCH}.2")
    assert ended == CallEnded(**later, key="ended", outcome=Outcome.ANSWERED, hangup_by=Side.CALLEE, cause=16)


def test_time_is_the_events_own_then_its_receipt_then_the_uniqueids() -> None:
    event = direct_call(1)
    own = [{**e, "Timestamp": str(EPOCH + 2.5)} for e in event]

    assert {f.at for f in feed(Tracker(), own, NOON + timedelta(hours=1))} == {NOON + timedelta(seconds=2.5)}
    assert {f.at for f in feed(Tracker(), event, NOON + timedelta(hours=1))} == {NOON + timedelta(hours=1)}
    assert {f.at for f in feed(Tracker(), event)} == {NOON}


@pytest.mark.parametrize("stamp", ["", "yesterday", "nan", "inf", "-5", "1e300"])
def test_a_time_stamp_that_cannot_be_is_no_time(stamp: str) -> None:
    facts = feed(Tracker(), [{**event, "Timestamp": stamp} for event in direct_call(1)])

    assert {fact.at for fact in facts} == {NOON}


def test_our_own_call_id_is_the_calls_name() -> None:
    events = direct_call(1)
    events.insert(1, {"Event": "VarSet", **channel(1, 1, ""), "Variable": "__RD_CALL", "Value": "main-click.7"})

    assert {fact.call_id for fact in feed(Tracker(), events)} == {"main-click.7"}


def test_it_also_comes_with_any_event_of_the_first_channel() -> None:
    events = direct_call(1)
    events[2]["ChanVariable"] = ["RD_QUEUE=", "RD_CALL=main-click.7"]

    assert {fact.call_id for fact in feed(Tracker(), events)} == {"main-click.7"}


# Shapes of which the whole results do not tell everything


def test_holding_is_told(trace: Trace, facts_of: FactsOf) -> None:
    facts = facts_of(trace("direct_a_calls_b_a_holds_b_holds_b_hangs_up"))

    assert [(type(f), f.party) for f in facts if isinstance(f, CallHeld | CallResumed)] == [
        (CallHeld, "1001"),
        (CallResumed, "1001"),
        (CallHeld, "1002"),
        (CallResumed, "1002"),
    ]


def test_who_waits_in_a_queue_is_told_and_whose_phones_stop_ringing(trace: Trace, facts_of: FactsOf) -> None:
    facts = facts_of(trace("queue_x_calls_all_ring_c_answers_x_hangs_up"))

    assert [fact.queue for fact in facts if isinstance(fact, CallQueued)] == ["sales"]
    assert {fact.party: fact.reason for fact in facts if isinstance(fact, PartyStoppedRinging)} == {
        "1001": RingEnd.ANSWERED_ELSEWHERE,
        "1002": RingEnd.ANSWERED_ELSEWHERE,
    }


def test_when_two_answer_at_once_the_one_in_the_bridge_has_it(trace: Trace, facts_of: FactsOf) -> None:
    facts = facts_of(trace("group_two_odd_answer_at_once"))

    (winner,) = [fact.channel for fact in facts if isinstance(fact, PartyAnswered)]
    (loser,) = [fact for fact in facts if isinstance(fact, PartyStoppedRinging)]
    assert loser.channel != winner
    assert loser.reason in (RingEnd.ANSWERED_ELSEWHERE, RingEnd.NO_ANSWER, RingEnd.CANCELLED)


def test_parking_is_told(trace: Trace, facts_of: FactsOf) -> None:
    taken = facts_of(trace("parked_a_calls_b_b_parks_a_c_takes_a_a_hangs_up"))
    timed_out = facts_of(trace("parked_a_calls_b_b_parks_a_time_is_up_b_is_rung_back_b_hangs_up"))

    assert [(fact.key, fact.slot) for fact in taken if "park" in fact.key] == [  # type: ignore[attr-defined]
        ("parked:701:1", "701"),
        ("unparked:701:1", "701"),
    ]
    assert [fact.key for fact in timed_out if "park" in fact.key] == ["parked:701:1", "unparked:701:1"]


def test_a_consultation_merges_into_its_call_and_ends(trace: Trace, facts_of: FactsOf) -> None:
    facts = facts_of(trace("attended_by_sip_a_calls_odd_it_consults_c_transfers_a_hangs_up"))

    main, consultation = [fact.call_id for fact in facts if isinstance(fact, CallStarted)]
    (merged,) = [fact for fact in facts if isinstance(fact, CallMerged)]
    assert (merged.call_id, merged.into) == (consultation, main)
    assert [fact.call_id for fact in facts if isinstance(fact, CallEnded)] == [consultation, main]


def test_recording_is_told() -> None:
    events = direct_call(1)
    events.insert(3, {"Event": "MixMonitorStart", **channel(1, 1, "PJSIP/1001-00000001")})

    (started,) = [fact for fact in feed(Tracker(), events) if isinstance(fact, RecordingStarted)]

    assert started.channel == f"{EPOCH}.1"


def test_everybody_in_a_big_conference_meets_everybody() -> None:
    size = 60
    tracker = Tracker()
    for number in range(size):
        leg = channel(
            number, number, f"PJSIP/{2000 + number}-{number:08x}", CallerIDNum=str(2000 + number), Exten="8000"
        )
        tracker.feed({"Event": "Newchannel", **leg, "ChannelState": "4"})
        tracker.feed({"Event": "BridgeEnter", **leg, "BridgeUniqueid": "room", "BridgeTechnology": "softmix"})

    for call in tracker.calls:
        assert len(story.story(call).answered_by) == size - 1
        assert len([key for key in call.told if key.startswith("answered:")]) == size - 1


# In the middle


def test_a_call_heard_of_only_by_its_end_is_not_told() -> None:
    assert feed(Tracker(), direct_call(1)[-2:]) == []


def test_a_call_met_in_the_middle_is_told_with_what_is_known() -> None:
    started, answered, *_ = feed(Tracker(), direct_call(1)[8:])

    assert isinstance(started, CallStarted)
    assert (started.caller_number, started.dialed, started.direction) == ("1001", None, None)
    assert isinstance(answered, PartyAnswered)
    assert answered.party == "1002"


def snapshot_of_talk() -> tuple[list[Event], list[dict[str, Any]]]:
    a = channel(1, 1, "PJSIP/1001-00000001", CallerIDNum="1001", ChannelState="6", Exten="1002")
    b = channel(2, 1, "PJSIP/1002-00000002", CallerIDNum="1002", ChannelState="6", BridgeID="bridge-1")
    a["Variable"] = ["RD_CALL=main-own.1", "RD_QUEUE=(null)", "RD_DIALED=+3120"]
    return [a, b], [{"BridgeUniqueid": "bridge-1", "Members": [a["Uniqueid"], b["Uniqueid"]]}]


def test_after_a_gap_calls_that_go_on_are_known_from_the_snapshot() -> None:
    tracker = Tracker()

    facts = tracker.resync(*snapshot_of_talk(), NOON)

    assert kinds(facts) == ["CallStarted", "PartyRang", "PartyAnswered"]
    assert {fact.call_id for fact in facts} == {"main-own.1"}
    assert dataclasses.asdict(facts[0])["dialed"] == "+3120"
    ending = feed(tracker, direct_call(1)[9:])
    assert kinds(ending) == ["PartyLeft", "CallEnded"]
    assert dataclasses.asdict(ending[1])["hangup_by"] == Side.CALLEE
    assert tracker.faults == 0


def test_after_a_gap_calls_that_are_gone_have_ended_and_it_is_said_that_this_is_inferred() -> None:
    tracker = Tracker()
    feed(tracker, direct_call(1)[:9])
    feed(tracker, direct_call(11)[:4])

    # Without a gap its Hangup may be on its way: it was heard while the snapshot was read.
    copy = deepcopy(tracker)
    assert copy.resync([], [], NOON + timedelta(minutes=3), missed=False) == []
    assert {fact.inferred for fact in copy.resync([], [], NOON, missed=False) if isinstance(fact, CallEnded)} == {True}
    facts = tracker.resync([], [], NOON + timedelta(minutes=3))

    ended = {fact.call_id: fact for fact in facts if isinstance(fact, CallEnded)}
    assert ended[f"main-{EPOCH}.1"].outcome is Outcome.ANSWERED
    assert {fact.inferred for fact in ended.values()} == {True}
    assert {fact.hangup_by for fact in ended.values()} == {None}
    assert {fact.at for fact in ended.values()} == {NOON + timedelta(minutes=3)}
    assert len(ended) == 2
    assert tracker.live_calls == []


def test_a_snapshot_of_what_is_known_tells_nothing_new() -> None:
    tracker = Tracker()
    feed(tracker, direct_call(1)[:9])

    assert tracker.resync(*snapshot_of_talk(), NOON) == []
    assert kinds(feed(tracker, direct_call(1)[9:])) == ["PartyLeft", "CallEnded"]


def test_a_snapshot_twice_tells_nothing_twice() -> None:
    tracker = Tracker()
    tracker.resync(*snapshot_of_talk(), NOON)

    assert tracker.resync(*snapshot_of_talk(), NOON) == []


# Memory


def test_what_ended_is_forgotten_and_does_not_come_back() -> None:
    tracker = Tracker(ended_kept=3)
    for number in range(50):
        feed(tracker, direct_call(10 * number))

    assert len(tracker.calls) == 3
    assert (len(tracker._known.legs), len(tracker._known.bridges), len(tracker._known.live)) == (6, 3, 0)
    assert feed(tracker, direct_call(0)) == []
    assert len(tracker.calls) == 3


def test_memory_does_not_grow_with_what_never_becomes_a_call() -> None:
    tracker = Tracker(ended_kept=5)
    for number in range(2000):
        feed(tracker, direct_call(10 * number)[-1:])

    assert tracker.calls == []
    known = tracker._known
    assert len(known.calls) + len(known.legs) + len(known.bridges) < 50
    assert len(known._forgotten) < 2000


def test_ended_calls_of_which_the_end_of_a_leg_was_missed_are_forgotten_too() -> None:
    tracker = Tracker(ended_kept=5, overdue_after=float("inf"), live_kept=5)
    for number in range(100):
        # 1001 talks, consults 1003 in another call, transfers, and hangs up; of 1003 nothing more is heard.
        first, second = direct_call(10 * number), direct_call(10 * number + 5)
        told = feed(tracker, [*first[:9], *second[:9]])
        transfer = {
            "Event": "AttendedTransfer",
            "OrigTransfererUniqueid": first[0]["Uniqueid"],
            "OrigTransfererLinkedid": first[0]["Linkedid"],
            "SecondTransfererUniqueid": second[0]["Uniqueid"],
            "SecondTransfererLinkedid": second[0]["Linkedid"],
        }
        told = feed(tracker, [transfer, second[10], second[12]])
        assert [fact.call_id for fact in told if isinstance(fact, CallEnded)] == [f"main-{EPOCH}.{10 * number + 5}"]

    known = tracker._known
    assert len(known._ended) <= 2 * 5
    assert len(known.calls) <= 2 * 5 + 5
    assert len(known.legs) <= 2 * len(known.calls)
    assert tracker.faults == 0


def test_a_fault_is_counted_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(tracker: Tracker, event: Event) -> None:
        raise ZeroDivisionError("as never happens")

    monkeypatch.setattr("pbx.tracker._HANDLERS", {"Hold": fails})
    tracker = Tracker()
    assert tracker.last_fault is None

    assert tracker.feed({"Event": "Hold"}) == []

    assert tracker.faults == 1
    assert str(tracker.last_fault) == "ZeroDivisionError at Hold: as never happens"


def test_a_call_that_never_ends_is_reported_once_and_bounded() -> None:
    tracker = Tracker(overdue_after=3600, overdue_kept=2)
    for number in range(5):
        feed(tracker, direct_call(10 * number)[:9], NOON)

    assert tracker.tick(NOON + timedelta(minutes=59)) == []
    overdue = tracker.tick(NOON + timedelta(minutes=61))
    assert kinds(overdue) == ["CallOverdue"] * 5
    assert tracker.tick(NOON + timedelta(minutes=62)) == []
    assert len(tracker.calls) == 2
    assert all(isinstance(fact, CallOverdue) for fact in overdue)


def test_an_overdue_call_may_still_end() -> None:
    tracker = Tracker(overdue_after=3600)
    feed(tracker, direct_call(1)[:9], NOON)
    tracker.tick(NOON + timedelta(hours=2))

    assert kinds(feed(tracker, direct_call(1)[9:])) == ["PartyLeft", "CallEnded"]


def test_no_more_calls_are_tracked_than_were_agreed() -> None:
    tracker = Tracker(live_kept=10)
    for number in range(25):
        feed(tracker, direct_call(10 * number)[:9])

    assert len(tracker.live_calls) == 10
    assert tracker.dropped == 15
    assert tracker.faults == 0
