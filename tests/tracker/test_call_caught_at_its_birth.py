"""A snapshot that catches a call in its first milliseconds, before the dialplan has said what it is."""

from __future__ import annotations

from datetime import UTC, datetime

from pbx.facts import CallEnded, CallStarted, Direction
from pbx.tracker import Tracker

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHANNEL = {
    "Channel": "PJSIP/carrier-00000001",
    "Uniqueid": "1795520000.1",
    "Linkedid": "1795520000.1",
    "CallerIDNum": "+66810000000",
    "CallerIDName": "<unknown>",
}
JUST_BORN = {**CHANNEL, "ChannelState": "4", "Variable": ["RD_CALL=(null)", "RD_DIRECTION=(null)", "RD_DIALED=(null)"]}


def test_it_is_told_once_the_dialplan_has_said_what_it_is() -> None:
    tracker = Tracker("main")
    assert tracker.resync([JUST_BORN], [], NOON) == []
    variables = ["RD_CALL=main-1795520000.1", "RD_DIRECTION=inbound", "RD_DIALED=+6621234567"]
    [started] = tracker.feed({"Event": "Newstate", **CHANNEL, "ChannelState": "6", "ChanVariable": variables}, NOON)
    assert isinstance(started, CallStarted)
    assert (started.direction, started.dialed) == (Direction.INBOUND, "+6621234567")
    assert started.caller_number == "+66810000000"


def test_it_is_told_also_when_it_ends_before_that() -> None:
    tracker = Tracker("main")
    assert tracker.resync([JUST_BORN], [], NOON) == []
    facts = tracker.feed({"Event": "Hangup", **CHANNEL, "ChannelState": "4", "Cause": "16"}, NOON)
    assert [type(fact) for fact in facts] == [CallStarted, CallEnded]


def test_it_is_told_also_when_it_is_missed_again() -> None:
    tracker = Tracker("main")
    assert tracker.resync([JUST_BORN], [], NOON) == []
    facts = tracker.resync([], [], NOON)
    assert [type(fact) for fact in facts] == [CallStarted, CallEnded]
