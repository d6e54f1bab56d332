"""Bytes to frames, however the network cuts them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.framing import FrameParser, FramingError

# What a value may hold: anything but the ends of a line, which are AMI's own.
values = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=12)
names = st.sampled_from(["Event", "Channel", "Uniqueid", "ChanVariable", "Name"])
frames = st.lists(st.tuples(names, values), min_size=1, max_size=8)


def parse(stream: bytes, cuts: list[int] | None = None) -> list[dict[str, str | list[str]]]:
    parser = FrameParser(expect_banner=False)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts or []), len(stream)]
    return [frame for start, end in itertools.pairwise(edges) for frame in parser.feed(stream[start:end])]


@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_chunking_gives_the_same_frames(told: list[list[tuple[str, str]]], cuts: list[int]) -> None:
    stream = b"".join("".join(f"{n}: {v}\r\n" for n, v in frame).encode() + b"\r\n" for frame in told)
    expected = []
    for frame in told:
        headers: dict[str, str | list[str]] = {}
        for name in dict.fromkeys(name for name, _ in frame):
            same = [value for n, value in frame if n == name]
            headers[name] = same[0] if len(same) == 1 else same
        expected.append(headers)
    assert parse(stream, cuts) == expected


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=20))
def test_any_chunking_of_garbage_gives_the_same_and_no_exception(garbage: bytes, cuts: list[int]) -> None:
    stream = garbage.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    assert parse(stream, cuts) == parse(stream)


def test_every_single_cut_through_a_thai_name_leaves_it_whole() -> None:
    stream = "Event: Newchannel\r\nCallerIDName: สมชาย 👋\r\n\r\n".encode()
    for cut in range(len(stream)):
        assert parse(stream, [cut]) == [{"Event": "Newchannel", "CallerIDName": "สมชาย 👋"}]


def test_what_is_no_utf_8_is_replaced_and_the_rest_stays() -> None:
    assert parse(b"Event: X\r\nName: a\xff\xe0b\r\nNext: 1\r\n\r\n") == [
        {"Event": "X", "Name": "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b", "Next": "1"}
    ]


def test_a_repeated_header_is_a_list_and_an_empty_one_an_empty_text() -> None:
    assert parse(b"Event: X\r\nV: 1\r\nE:\r\nV: 2\r\nF: \r\nV: 3: 4\r\n\r\n") == [
        {"Event": "X", "V": ["1", "2", "3: 4"], "E": "", "F": ""}
    ]


def test_lines_that_are_no_header_are_left_out_and_counted() -> None:
    parser = FrameParser(expect_banner=False)
    assert parser.feed(b"Event: X\r\nnonsense\r\nA: 1\r\n\r\n") == [{"Event": "X", "A": "1"}]
    assert parser.malformed_lines == 1


def test_a_frame_without_an_end_is_refused_at_the_limit_and_not_kept_beyond() -> None:
    parser = FrameParser(longest_frame=1000, expect_banner=False)
    assert parser.feed(b"x" * 1000) == []
    with pytest.raises(FramingError, match=r"1001 bytes without the end of a frame \(limit 1000\)"):
        parser.feed(b"x")


def test_the_greeting_of_something_else_is_refused_with_what_it_said() -> None:
    with pytest.raises(FramingError, match=r"'HTTP/1\.1 400 Bad Request' instead of 'Asterisk Call Manager/"):
        FrameParser().feed(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")


def test_the_greeting_may_come_byte_by_byte() -> None:
    parser = FrameParser()
    stream = b"Asterisk Call Manager/11.0.0\r\nEvent: X\r\n\r\n"
    assert [f for i in range(len(stream)) for f in parser.feed(stream[i : i + 1])] == [{"Event": "X"}]
    assert parser.protocol_version == "11.0.0"
