"""What the pulse says of calls: when it has passed, and how a person reads it."""

from __future__ import annotations

import json

from rich.console import Console

from ringdesk.demo.check import CallReport, is_well, lines, summary, tables


def whole_call(**values: object) -> CallReport:
    report = CallReport(caller_number="+66810000000", contact="Somchai Jaidee", agent="1001", outcome="answered")
    report.agent_invite_ms, report.websocket_ms, report.pop_before_ring_ms = 20.0, 15.0, 5.0
    report.word_error_rate = {"caller": 0.0, "agent": 0.02}
    for name, value in values.items():
        setattr(report, name, value)
    return report


def read(reports: list[CallReport], totals: dict[str, object]) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        for part in tables(reports, totals):
            console.print(part)
    return captured.get()


def test_whole_calls_pass_and_are_told_as_a_table() -> None:
    reports = [whole_call(), whole_call()]
    totals = summary(reports)
    assert is_well(totals)
    assert (totals["calls"], totals["whole"]) == (2, 2)
    assert totals["pop_before_ring_ms"] == {"p50": 5.0, "p95": 5.0}
    told = read(reports, totals)
    assert "Somchai Jaidee" in told
    assert "2 of 2 calls were whole: all is well" in told


def test_one_problem_of_one_call_fails_it() -> None:
    reports = [whole_call(), whole_call(problems=["there is no recording of the agent"], outcome=None)]
    totals = summary(reports)
    assert not is_well(totals)
    told = read(reports, totals)
    assert "there is no recording of the agent" in told
    assert "1 of 2 calls were whole: NOT WELL" in told


def test_a_problem_of_all_calls_together_fails_it() -> None:
    reports = [whole_call()]
    totals = summary(reports, ["panel of agent1: change 7 of desk:1 came where 6 was due"])
    assert (totals["whole"], is_well(totals)) == (1, False)
    *calls, last = (json.loads(line) for line in lines(reports, totals))
    assert [call["caller_number"] for call in calls] == ["+66810000000"]
    assert last["summary"]["problems"] == ["panel of agent1: change 7 of desk:1 came where 6 was due"]
    assert "change 7 of desk:1" in read(reports, totals)


def test_what_was_not_measured_is_told_as_unknown() -> None:
    report = CallReport(caller_number="+66810000000", problems=["no agent's phone rang"])
    totals = summary([report])
    assert totals["agent_invite_ms"] is None
    assert "+66810000000" in read([report], totals)
