"""The reader of queue_log: whole rows, whatever stands around them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbx import queue_log
from pbx.queue_log import QueueLogReader

LINES = (
    b"1795509097|NONE|NONE|NONE|QUEUESTART|\n"
    b"1795509097|1795509097.134|support|NONE|ENTERQUEUE||+66812345678|1\n"
    b"1795509100|1795509097.134|support|1001|RINGNOANSWER|3000\n"
    b"1795509101|1795509097.134|support|1002|CONNECT|4|1795509101.136|0\n"
    b"1795509130|1795509102.141|sales|NONE|ABANDON|1|1|28\n"
)


def test_rows_have_their_fields() -> None:
    rows = QueueLogReader().feed(LINES)
    assert [row.event for row in rows] == ["QUEUESTART", "ENTERQUEUE", "RINGNOANSWER", "CONNECT", "ABANDON"]
    assert [row.waited for row in rows] == [None, None, None, 4, 28]
    assert (rows[0].call, rows[0].queue, rows[0].agent) == ("", "", "")
    assert (rows[3].call, rows[3].queue, rows[3].agent) == ("1795509097.134", "support", "1002")
    assert rows[4].moment.isoformat() == "2026-11-24T08:32:10+00:00"


def test_what_is_no_row_is_counted_and_half_a_row_waits() -> None:
    reader = QueueLogReader()
    assert reader.feed(b"\0\0\nnot a row\n1|2|3|4|\nx|a|b|c|d\n" + LINES[:20]) == []
    assert reader.damaged == 3
    assert len(reader.feed(LINES[20:])) == 5


@given(st.binary(max_size=200))
def test_any_bytes_before_a_line_break_leave_the_next_rows_whole(noise: bytes) -> None:
    assert [row.event for row in QueueLogReader().feed(noise + b"\n" + LINES)][-5:][1:] == [
        "ENTERQUEUE",
        "RINGNOANSWER",
        "CONNECT",
        "ABANDON",
    ]


def test_the_first_time_in_a_piece_of_a_file() -> None:
    assert queue_log.first_time(LINES[15:]) == 1795509097.0
    assert queue_log.first_time(b"") is None
