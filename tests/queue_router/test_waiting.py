"""Who waits, in which order, and where. Pure."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.snapshot import ChannelState
from queue_router import waiting
from queue_router.entered import EnteredCall
from queue_router.numbers import Queue
from queue_router.places import Place, place_of, placed_caller
from queue_router.waiting import (
    LONGEST_PRIORITY,
    WaitingCall,
    WaitingCalls,
    epoch_text,
    fallback_priority,
    moment_of,
    unique_id_order,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SALES, HELP = Queue("sales", ()), Queue("help", ())


def caller(name: str, seconds: float = 0, queue: Queue = SALES, priority: int = 0) -> WaitingCall:
    call = EnteredCall(
        node="main",
        call_id=f"main-{name}",
        channel=name,
        dialed=None,
        caller_number=None,
        caller_name=None,
        queue=queue,
        since=NOON,
        queued_at=NOON + timedelta(seconds=seconds),
    )
    return WaitingCall(key=f"main-{name}", call=call, priority=priority)


def line(*callers: WaitingCall) -> WaitingCalls:
    calls = WaitingCalls()
    for each in callers:
        assert calls.add(each)
    return calls


def test_who_waits_longest_is_first_and_a_higher_priority_goes_before() -> None:
    calls = line(caller("1.9", 5), caller("1.10", 5), caller("1.1", 9), caller("1.2", 0), caller("1.3", 20, priority=1))
    assert [each.key for each in calls.in_order()] == ["main-1.3", "main-1.2", "main-1.9", "main-1.10", "main-1.1"]


def test_the_position_counts_the_own_queue_only() -> None:
    calls = line(caller("1.1", 0, HELP), caller("1.2", 1), caller("1.3", 2), caller("1.4", 3, HELP))
    assert [calls.position(f"main-1.{index}") for index in (1, 2, 3, 4, 5)] == [1, 1, 2, 2, 0]
    calls.remove("main-1.2")
    assert calls.position("main-1.3") == 1


def test_a_full_line_takes_nobody_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_LIMIT", 1)
    calls = line(caller("1.1"))
    assert not calls.add(caller("1.2"))
    assert calls.add(caller("1.1"))  # who is there already stays
    assert not calls.has_room


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2)), min_size=1, max_size=30))
def test_positions_are_a_permutation_in_order(arrivals: list[tuple[int, int]]) -> None:
    calls = line(*(caller(f"1.{index}", seconds, priority=p) for index, (seconds, p) in enumerate(arrivals)))
    positions = [calls.position(each.key) for each in calls.in_order()]
    assert positions == list(range(1, len(arrivals) + 1))


moments = st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments)
def test_a_moment_survives_a_channel_variable(moment: datetime) -> None:
    back = moment_of(epoch_text(moment))
    assert back is not None
    assert abs((back - moment).total_seconds()) <= 0.001


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "1.2.3", "9" * 40, "1795509966.x", "١٧٩٥"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment_of(text) is None


@given(moments, moments)
def test_app_queue_keeps_the_order(one: datetime, other: datetime) -> None:
    for moment in (one, other):
        assert 0 < fallback_priority(moment) <= LONGEST_PRIORITY
    # Within six years, and by a tenth of a second.
    same_round = len({math.floor(each.timestamp() * 10) // LONGEST_PRIORITY for each in (one, other)}) == 1
    if same_round and (other - one).total_seconds() > 0.2:
        assert fallback_priority(one) > fallback_priority(other)


def test_unique_ids_are_numbers_and_no_text() -> None:
    assert unique_id_order("1764.9") < unique_id_order("1764.10") < unique_id_order("1765.1")
    assert unique_id_order("odd") == (0,)


def channel(
    context: str, application: str, bridge: str | None = None, state: str = "Up", **variables: str
) -> ChannelState:
    headers = {
        "Context": context,
        "Application": application,
        "ChannelStateDesc": state,
        "CallerIDNum": "021234567",
        "CallerIDName": "<unknown>",
    }
    return ChannelState("1.1", "1.1", "PJSIP/carrier-1", bridge, variables, headers)


@pytest.mark.parametrize(
    ("context", "application", "bridge", "state", "place"),
    [
        ("rd-waiting", "MusicOnHold", None, "Up", Place.LOOP),
        ("rd-waiting", "Playback", None, "Up", Place.LOOP),
        ("rd-router-age", "Set", None, "Up", Place.LOOP),
        ("rd-offer", "Dial", None, "Up", Place.OFFER),
        ("rd-offer", "Dial", "b1", "Up", Place.TALKING),
        ("rd-fallback", "Queue", None, "Up", Place.FALLBACK),
        ("rd-fallback", "Queue", "b1", "Up", Place.TALKING),
        ("rd-fallback", "Playback", None, "Up", Place.ELSEWHERE),
        ("rd-entry", "AGI", None, "Up", Place.ENTRY),
        ("rd-from-phones", "AppDial", None, "Up", Place.ELSEWHERE),
        ("rd-waiting", "AppDial", None, "Up", Place.ELSEWHERE),
        ("rd-offer", "AppQueue", None, "Ringing", Place.ELSEWHERE),
        ("rd-waiting", "MusicOnHold", None, "Ring", Place.LOOP),
        ("rd-offer", "Dial", None, "Ring", Place.OFFER),
        ("rd-entry", "AGI", None, "Ring", Place.ENTRY),
        ("waiting", "MusicOnHold", None, "Up", Place.ELSEWHERE),
        ("rd-from-phones", "Dial", None, "Up", Place.ELSEWHERE),
    ],
)
def test_where_a_caller_is(context: str, application: str, bridge: str | None, state: str, place: Place) -> None:
    assert place_of(channel(context, application, bridge, state), "rd-") is place


def test_what_the_channel_says_of_the_caller() -> None:
    told = channel(
        "rd-waiting",
        "MusicOnHold",
        RD_CALL="main-1.1",
        RD_QUEUE="sales",
        RD_WAITING_SINCE="1795509966.250",
        RD_AGENT="",
    )
    placed = placed_caller(told, "rd-")
    assert placed is not None
    assert (placed.key, placed.place, placed.queue, placed.account) == ("main-1.1", Place.LOOP, "sales", None)
    assert placed.waiting_since == datetime.fromtimestamp(1795509966.25, UTC)
    assert (placed.caller_number, placed.caller_name) == ("021234567", None)
    assert placed_caller(channel("rd-waiting", "MusicOnHold"), "rd-") is None
