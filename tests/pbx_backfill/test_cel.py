"""The reader of CEL files: whole rows, whatever stands around them."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.render import CEL_COLUMNS
from pbx import cel
from pbx.cel import COLUMNS, CelReader, CelRow

EXTRA = '{"hangupcause":16,"hangupsource":"PJSIP/1001-1","dialstatus":"ANSWER"}'


def line(name: str = "สมชาย ใจดี", number: int = 1, event: str = "HANGUP", extra: str = EXTRA) -> bytes:
    fields = [
        *(event, f"1795509008.{number:06}", name, "+66812345678", "", "+6621234567", "ringdesk-from-trunk"),
        *("PJSIP/carrier-1", "Dial", "PJSIP/1001&PJSIP/1002,20,tk", "", f"1795509008.{number}", "1795509008.1"),
        *("PJSIP/1001-2", "", extra),
    ]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(fields)
    return text.getvalue().encode()


def test_the_columns_are_those_that_asterisk_is_told_to_write() -> None:
    assert COLUMNS == CEL_COLUMNS


def test_a_row_has_its_fields() -> None:
    [row] = cel.rows(line('Dora "Dee", Quote'))
    assert row.caller_name == 'Dora "Dee", Quote'
    assert (row.event, row.at, row.uniqueid) == ("HANGUP", 1795509008.000001, "1795509008.1")
    assert (row.detail("hangupcause"), row.detail("dialstatus"), row.detail("nothing")) == ("16", "ANSWER", "")
    assert row.peer == "PJSIP/1001-2"
    assert row.moment.isoformat() == "2026-11-24T08:30:08.000001+00:00"


@pytest.mark.parametrize("extra", ["", "no json", "[1]", '"text"', "[" * 5000, '{"hangupcause": true}'])
def test_extra_that_holds_nothing_to_read_is_empty(extra: str) -> None:
    [row] = cel.rows(line(extra=extra))
    assert row.detail("hangupcause") == ""


def test_half_a_row_at_the_end_waits_for_its_other_half() -> None:
    reader = CelReader()
    whole = line(number=1) + line(number=2)
    assert [row.uniqueid for row in reader.feed(whole[:-20])] == ["1795509008.1"]
    assert [row.uniqueid for row in reader.feed(whole[-20:])] == ["1795509008.2"]
    assert reader.damaged == 0


@pytest.mark.parametrize("between", [b"", b"\n"])
def test_half_a_row_with_another_behind_it_takes_nothing_with_it(between: bytes) -> None:
    for cut in range(1, len(line()) - 1):
        reader = CelReader()
        rows = reader.feed(line(number=1)[:cut] + between + line(number=2) + line(number=3))
        assert [row.uniqueid for row in rows][-2:] == ["1795509008.2", "1795509008.3"], cut


def test_what_is_no_row_is_counted() -> None:
    reader = CelReader()
    rows = reader.feed(b"somebody else's\n" + b"\0" * 100 + line() + b"\n" + b'"a","b"\n' + line(number=2))
    assert [row.uniqueid for row in rows] == ["1795509008.1", "1795509008.2"]
    assert reader.damaged == 2


def test_broken_utf8_and_a_line_break_in_a_name_are_read() -> None:
    [row] = cel.rows(line("Ann").replace(b"Ann", b"A\xffn\nn"))
    assert row.caller_name == "A\ufffdn\nn"


def test_a_name_that_looks_like_a_row_is_a_name() -> None:
    name = 'CHAN_START","1795509014.760647","x'
    [row] = cel.rows(line(name))
    assert row.caller_name == name
    [row] = cel.rows(line("CHAN_START").replace(b"+66812345678", b"1795509014.760647"))
    assert (row.event, row.caller_name, row.caller_number) == ("HANGUP", "CHAN_START", "1795509014.760647")


def test_other_columns_are_read_by_name() -> None:
    columns = ("uniqueid", "foreign", *(name for name in COLUMNS if name not in ("uniqueid", "extra")))
    with pytest.raises(ValueError, match="linkedid"):
        CelReader(columns[:10])
    reader = CelReader((*COLUMNS, "foreign"))
    assert [row.peer for row in reader.feed(line().replace(b"\n", b',"more"\n'))] == ["PJSIP/1001-2"]


@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_bytes_before_a_line_break_leave_the_next_rows_whole(noise: bytes, size: int) -> None:
    data = noise + b"\n" + line(number=2) + line(number=3)
    reader = CelReader()
    rows: list[CelRow] = []
    for start in range(0, len(data), size):
        rows += reader.feed(data[start : start + size])
    assert [row.uniqueid for row in rows][-2:] == ["1795509008.2", "1795509008.3"]


@given(st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=80))
def test_any_name_comes_back(name: str) -> None:
    [row] = cel.rows(line(name))
    assert row.caller_name == name


def test_a_row_that_does_not_end_is_given_up() -> None:
    reader = CelReader()
    assert reader.feed(b'"' + b"x" * (2 * cel.LONGEST_ROW)) == []
    assert len(reader.feed(b'x"\n' + line())) == 1
    assert reader.damaged >= 1


def test_the_first_time_in_a_piece_of_a_file() -> None:
    piece = line(number=7)
    start = random.Random(1).randrange(1, 30)
    assert cel.first_time(piece[start:] + line(number=8)) == 1795509008.000008
    assert cel.first_time(piece[start:]) is None
