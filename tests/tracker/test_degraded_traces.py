"""Traces that tell less, or tell it as others do: another channel driver, events and headers filtered out, a dialplan
that is not ours. The calls in them are the same, save that some fields become null, and only these:

- `direction` where neither our contexts nor our variable tell it;
- `queue` of a queue of our own where our variable does not tell it: Asterisk knows nothing of such a queue;
- `hangup_by` where the caller hangs up while with nobody, and `HangupRequest` is missing, which alone tells that. The
  outcome is right all the same;
- `started` is known to the second only, from the Uniqueid, where there are no time stamps.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .orders import Event
from .test_properties import RECORDED, calls, quick, traces

Way = Callable[[list[Event]], list[Event]]


def replaced(*pairs: tuple[str, str]) -> Way:
    def way(events: list[Event]) -> list[Event]:
        text = json.dumps(events)
        for old, new in pairs:
            text = text.replace(old, new)
        changed: list[Event] = json.loads(text)
        return changed

    return way


def without_events(name: str) -> Way:
    return lambda events: [event for event in events if event["Event"] != name]


def without_headers(ending: str) -> Way:
    return lambda events: [{h: value for h, value in event.items() if not h.endswith(ending)} for event in events]


WAYS: dict[str, Way] = {
    "chan_sip": replaced(("PJSIP/", "SIP/")),
    "other contexts": replaced(
        ("ringdesk-", "tenant7-"), ("from-phones", "internal"), ("from-trunk", "public"), ("@from-", "@in-")
    ),
    "no Timestamp": without_headers("Timestamp"),
    "no ChanVariable": without_headers("ChanVariable"),
    "no HangupRequest": without_events("HangupRequest"),
    "no SoftHangupRequest": without_events("SoftHangupRequest"),
    "no VarSet": without_events("VarSet"),
    "no Newexten": without_events("Newexten"),
    "no NewConnectedLine": without_events("NewConnectedLine"),
    "no DialState": without_events("DialState"),
}
MAY_BE_NULL = {
    "other contexts": {"direction"},
    "no ChanVariable": {"direction", "queue"},
    "no VarSet": {"direction", "queue"},
    "no HangupRequest": {"hangup_by"},
}


def check(name: str, ways: list[str]) -> None:
    events = RECORDED[name]
    for way in ways:
        events = WAYS[way](events)
    told, truth = calls(events), calls(RECORDED[name])

    assert [call["linkedid"] for call in told] == [call["linkedid"] for call in truth]
    may_be_null = {field for way in ways for field in MAY_BE_NULL.get(way, ())}
    for call, true_one in zip(told, truth, strict=True):
        for field, value in true_one.items():
            if field == "started" and "no Timestamp" in ways:
                assert datetime.fromisoformat(call[field]).timestamp() == int(call["linkedid"].split(".")[0])
            elif call[field] is None:
                assert value is None or field in may_be_null, field
            else:
                assert call[field] == value, field


@pytest.mark.parametrize("name", sorted(RECORDED))
@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_trace_that_tells_less_tells_the_same_calls(name: str, way: str) -> None:
    check(name, [way])


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_trace_to_which_all_of_that_happened_does_too(name: str) -> None:
    check(name, sorted(WAYS))


@quick
@given(traces, st.lists(st.sampled_from(sorted(WAYS)), unique=True))
def test_a_trace_to_which_some_of_that_happened_does_too(name: str, ways: list[str]) -> None:
    check(name, ways)


def test_without_hangup_requests_a_caller_who_gave_up_is_told_by_how_the_call_ended() -> None:
    """The phone was taken, but the call was not accepted: only the caller's CANCEL tells that this is no refusal."""
    (call,) = told("confirmed_a_calls_b_b_takes_the_phone_a_gives_up_before_b_accepts")

    assert (call["outcome"], call["hangup_by"]) == ("cancelled", "caller")


def test_without_hangup_requests_a_phone_that_was_lost_did_not_hang_up() -> None:
    (call,) = told("odd_calls_b_and_never_acknowledges")

    assert (call["outcome"], call["hangup_by"]) == ("answered", None)


def test_without_time_stamps_a_transferer_who_is_rung_back_got_no_transfer() -> None:
    name = "blonde_by_code_a_calls_b_b_transfers_to_ringing_c_c_is_busy_b_is_rung_back_a_hangs_up"
    (call,) = calls(WAYS["no Timestamp"](RECORDED[name]))

    assert [(each["to"], each["completed"]) for each in call["transfers"]] == [("1003", False)]


def told(name: str) -> list[dict[str, Any]]:
    return calls(WAYS["no HangupRequest"](RECORDED[name]))
