"""`python -m pbx.replay`: what it reads, and what it says where it cannot."""

from __future__ import annotations

import json
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

    assert run(cut, capsys) == run(TRACE, capsys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("{}", "line 1: an array of events is expected, but there is '{'"),
        ("\n\nEvent: Hangup\n", "line 3: an array of events is expected"),
        ('[\n{"Event": "Hangup"},\n7]', "line 3: an event is an object of header to value, not 7"),
        ('[\n{"Event": "Hangup"}\n{"Event": "Hangup"}]', "line 3: ',' or ']' is expected"),
        ('[\n{"Event": "Hangup", "Cause": 16}]', "line 2: the value of Cause is neither text nor a list of texts: 16"),
        ('[\n{"Event": "Hangup",, "Cause": "16"},\n{}]', "line 2: "),
        ("[]\n[]", "line 2: something follows after the array"),
        ("[\n" + "[" * 100_000, "line 2: "),
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
