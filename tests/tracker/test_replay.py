"""`python -m pbx.replay`: what it reads, and what it says where it cannot."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pbx import replay

NAME = "direct_a_calls_b_b_hangs_up"
TRACE = Path(__file__).parents[1] / "fixtures" / "traces" / f"{NAME}.json"


def run(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = replay.main([str(file)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.mark.parametrize(
    "end", ["", "\n", ",\n", ',\n{"Event": "Hang', ',\n{"Event": "Hangup", "Cause"', ',\n{"Event":']
)
def test_a_capture_that_was_cut_off_is_read_as_far_as_it_is_whole(
    end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = TRACE.read_text(encoding="utf-8").rstrip().removesuffix("]").rstrip()
    cut = tmp_path / "cut.json"
    cut.write_text(whole + end, encoding="utf-8")

    status, out, err = run(cut, capsys)
    assert (status, out, "") == run(TRACE, capsys)
    assert re.fullmatch(rf"{re.escape(str(cut))}: cut off at line \d+, read up to there\n", err)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("{}", "line 1: an array of events is expected, but there is '{'"),
        ("\n\nEvent: Hangup\n", "line 3: an array of events is expected"),
        ('[\n{"Event": "Hangup"},\n7]', "line 3: an event is an object of header to value, not 7"),
        ('[\n{"Event": "Hangup"}\n{"Event": "Hangup"}]', "line 3: ',' or ']' is expected"),
        ('[\n{"Event": "Hangup", "Cause": {}}]', "line 2: the value of Cause is neither text nor a list of texts: {}"),
        ('[\n{},\n{"A": ["1", ["2"]]}]', 'line 3: the value of A is neither text nor a list of texts: ["1", ["2"]]'),
        ('[\n{"Event": "Hangup",, "Cause": "16"},\n{}]', "line 2: "),
        ("[]\n[]", "line 2: something follows after the array"),
        ("[\n" + "[" * 100_000, "line 2: "),
        ('[\n{"Cause": ' + "9" * 10_000 + "}]", "line 2: "),
    ],
)
def test_what_is_no_trace_is_refused_with_its_line(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trace.json"
    file.write_text(text, encoding="utf-8")

    status, out, err = run(file, capsys)

    assert (status, out) == (2, "")
    assert message in err
    assert str(file) in err


def test_a_trace_of_an_asterisk_that_is_too_old_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = json.loads(TRACE.read_text(encoding="utf-8"))
    file = tmp_path / "trace.json"
    file.write_text(json.dumps([{k: v for k, v in event.items() if k != "Linkedid"} for event in events]))

    status, out, err = run(file, capsys)

    assert (status, out) == (2, "")
    assert "no Linkedid" in err


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trace.json"
    file.write_bytes(b'[\n{"Event": "\xff"}]')

    status, _, err = run(file, capsys)

    assert status == 2
    assert "line 2: not UTF-8" in err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(tmp_path / "nowhere.json", capsys)

    assert status == 2
    assert "nowhere.json: No such file" in err


def test_unknown_and_broken_events_are_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = json.loads(TRACE.read_text(encoding="utf-8"))
    others = [
        {},
        {"Event": "SomethingNew"},
        {"Event": ["Hangup", "Hangup"]},
        {"Event": "Newchannel"},
        {"Foo": ["a", "b"]},
    ]
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(others + events + others), encoding="utf-8")

    assert run(file, capsys) == run(TRACE, capsys)


def test_a_repeated_header_is_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = json.loads(TRACE.read_text(encoding="utf-8"))
    for event in events:
        event["ChanVariable"] = ["A=1", "B=2"]
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(events), encoding="utf-8")

    assert run(file, capsys)[0] == 0


def test_an_empty_trace_has_no_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trace.json"
    file.write_text("[]", encoding="utf-8")

    assert run(file, capsys) == (0, "", "")


def test_it_runs_as_a_module_and_prints_one_object_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pbx.replay", str(TRACE)], capture_output=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    call = json.loads(done.stdout)
    assert list(call) == [
        "linkedid",
        "direction",
        "caller_number",
        "caller_name",
        "dialed",
        "queue",
        "started",
        "rang",
        "answered_by",
        "transfers",
        "outcome",
        "hangup_by",
    ]


def test_numbers_are_read_as_their_text_and_null_as_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = json.loads(TRACE.read_text(encoding="utf-8"))
    numbers = ("Cause", "ChannelState", "BridgeNumChannels", "Priority", "CallerIDNum", "Exten")
    for event in events:
        for header in numbers:
            if event.get(header, "").isdecimal():
                event[header] = int(event[header])
        event |= {"Nothing": None, "Yes": True, "Half": 0.5, "ChanVariable": [None, "A=1", 7, None]}
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(events), encoding="utf-8")

    assert run(file, capsys) == run(TRACE, capsys)
    assert list(replay.read('[{"A": 1, "B": null, "C": true, "D": 1.5, "E": [1, null, "x"], "F": [null]}]')) == [
        {"A": "1", "C": "true", "D": "1.5", "E": ["1", "x"], "F": []}
    ]


def test_names_of_any_script_are_printed_whatever_the_terminal_is_set_to() -> None:
    file = TRACE.parent / "direct_c_thai_calls_d_quoted_c_hangs_up.json"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}

    done = subprocess.run(
        [sys.executable, "-m", "pbx.replay", str(file)], capture_output=True, timeout=60, check=False, env=environment
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["caller_name"] == "สมชาย ใจดี"


def test_who_reads_only_the_beginning_gets_no_complaint(tmp_path: Path) -> None:
    events = []
    for number in range(3000):
        ids = {"Uniqueid": f"1795000000.{number}", "Linkedid": f"1795000000.{number}"}
        channel = {**ids, "Channel": f"PJSIP/1001-{number:08x}"}
        events += [{"Event": "Newchannel", **channel, "ChannelState": "4"}, {"Event": "Hangup", **channel}]
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(events), encoding="utf-8")

    with subprocess.Popen(
        [sys.executable, "-m", "pbx.replay", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0
