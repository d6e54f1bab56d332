"""Whom a channel stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx import parties
from pbx.calls import birth


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("PJSIP/1001-00000012", "1001"),
        ("SIP/150010001-00000015", "150010001"),
        ("SIP/1001@pbx.example-00000015", "1001"),
        ("SIP/siproute-docker-00000015", "siproute-docker"),
        ("PJSIP/1001-00000012<ZOMBIE>", "1001"),
        ("DAHDI/i1/0612345678-1", "i1/0612345678"),
        ("", ""),
    ],
)
def test_an_account_is_what_asterisk_names_the_channel_after(channel: str, expected: str) -> None:
    assert parties.account(channel) == expected


@pytest.mark.parametrize(
    ("channel", "dial_string", "expected"),
    [
        ("PJSIP/1001-00000001", "1001", "1001"),
        ("PJSIP/1001-00000001", "PJSIP/1001", "1001"),
        ("PJSIP/1001-00000001", "1001/sip:b4x@192.0.2.7:5060;transport=ws", "1001"),
        ("PJSIP/1001-00000001", "1001/sip:5551234@192.0.2.7", "1001"),
        ("PJSIP/carrier-00000001", "0612345678@carrier", "0612345678"),
        ("PJSIP/carrier-00000001", "carrier/sip:+31612345678@sip.example", "+31612345678"),
        ("SIP/150010002-00000016", "150010002/150010002/192.0.2.1!!201", "150010002"),
        ("SIP/carrier-00000016", "+31612345678@carrier", "+31612345678"),
        ("SIP/carrier-00000016", "carrier/+31612345678", "+31612345678"),
        ("PJSIP/reception-00000001", "reception", "reception"),
        ("PJSIP/reception-00000001", "", "reception"),
    ],
)
def test_a_dialled_channel_stands_for_a_number_only_over_a_trunk(channel: str, dial_string: str, expected: str) -> None:
    assert parties.dialled_party(channel, dial_string) == expected


@pytest.mark.parametrize(
    ("uniqueid", "expected"),
    [
        ("1511945444.283", (283, 1511945444)),
        ("pbx1-staging-1511945444.283", (283, 1511945444)),
        ("1511945444.9999999", (9999999, 1511945444)),
        ("nonsense", (0, 0)),
        ("1511945444.", (0, 0)),
        ("", (0, 0)),
        ("9" * 400 + ".1", (0, 0)),
    ],
)
def test_a_uniqueid_is_ordered_as_two_numbers(uniqueid: str, expected: tuple[int, int]) -> None:
    assert birth(uniqueid) == expected


def test_ten_comes_after_nine() -> None:
    assert birth("1511945444.10") > birth("1511945444.9")


def test_who_was_made_later_comes_later_though_the_clock_was_set_back() -> None:
    assert birth("1511941844.10") > birth("1511945444.9")


@pytest.mark.parametrize(
    "channel", ["CBAnn/room-0001", "Snoop/1-1", "WebSocket/INCOMING/x-1", "Local/x@y-1;1", "", "x"]
)
def test_not_every_channel_has_somebody_at_its_end(channel: str) -> None:
    assert not parties.is_person(channel)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ann", "Ann"),
        ("สมชาย", "สมชาย"),
        ("", None),
        ("<unknown>", None),
        (r"Ann\r\nEvent: Hangup", "Ann  Event: Hangup"),
        (r"Ann\tLee", "Ann Lee"),
        (r"\a\b\f\v\0x", "     x"),
        (r"c:\\new", r"c:\new"),
        (r"Ann \"The Boss\" Lee", 'Ann "The Boss" Lee'),
        (r"Ann \\\"The Boss\\\" Lee", 'Ann "The Boss" Lee'),
        (r"back\\\\slash", r"back\slash"),
        ("ends in \\", "ends in \\"),
    ],
)
def test_a_name_is_read_without_the_escapes_of_events_and_of_sip(written: str, name: str | None) -> None:
    assert parties.name_in_event(written) == name


@given(st.text())
def test_a_name_of_an_event_is_always_one_line_where_it_was_one(written: str) -> None:
    name = parties.name_in_event(written)

    assert name is None or set("\r\n") & set(name) <= set(written)
