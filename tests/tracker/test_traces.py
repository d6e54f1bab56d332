"""Whole traces against whole results.

Every `tests/fixtures/traces/NAME.json` is what AMI said while real phones made real calls on a real Asterisk; beside it
`NAME.calls.jsonl` holds what `python -m pbx.replay` must print for it. The name tells the story. A new pair of files is
a new test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pbx import replay

TRACES = Path(__file__).parents[1] / "fixtures" / "traces"
NAMES = sorted(path.stem for path in TRACES.glob("*.json"))


def expected(name: str) -> list[dict[str, Any]]:
    lines = (TRACES / f"{name}.calls.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


@pytest.mark.parametrize("name", NAMES)
def test_replay_prints_the_calls_of_the_trace(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = replay.main([str(TRACES / f"{name}.json")])

    printed = capsys.readouterr()
    assert (status, printed.err) == (0, "")
    assert [json.loads(line) for line in printed.out.splitlines()] == expected(name)


def test_there_are_traces_and_each_has_its_result() -> None:
    assert len(NAMES) > 50
    assert sorted(path.name.removesuffix(".calls.jsonl") for path in TRACES.glob("*.calls.jsonl")) == NAMES
