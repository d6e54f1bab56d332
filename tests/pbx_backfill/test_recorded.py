"""What Asterisk's CEL file says of a call is what its events said.

Every `tests/fixtures/cel/NAME.csv` is what Asterisk wrote while real phones made real calls; beside it
`NAME.calls.jsonl` holds what the tracker made of the AMI events of the same calls. The name tells the story.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pbx import cel
from pbx.backfill import Backfill, CelEvents
from pbx.facts import CallEnded, CallFact, CallStarted
from pbx.replay import replay

RECORDED = Path(__file__).parents[1] / "fixtures/cel"
NAMES = sorted(path.stem for path in RECORDED.glob("*.csv"))

NOT_IN_CEL = {
    # A queue of our own router's is a variable of the dialplan; the router itself tells of it.
    "own_queue_the_agi_dials_a_at_once_a_answers_a_hangs_up": {"queue"},
    "own_queue_x_waits_a_is_offered_a_answers_x_hangs_up": {"queue"},
    "own_queue_x_waits_a_never_answers_b_is_offered_b_answers_b_hangs_up": {"queue"},
    "own_queue_x_waits_and_gives_up": {"queue"},
    # Whether a phone rang before it refused.
    "attended_by_code_a_calls_b_b_consults_c_c_rejects_b_hangs_up": {"rang"},
    "direct_a_calls_a_dead_phone": {"rang"},
    "direct_a_calls_b_b_presses_reject": {"rang"},
    "direct_a_calls_odd_it_declines_603": {"rang"},
    "direct_a_calls_odd_it_is_busy": {"rang"},
    "group_b_is_busy_c_answers_c_hangs_up": {"rang"},
    "queue_x_calls_a_rejects_b_answers_x_hangs_up": {"rang"},
    "waiting_a_talks_with_b_c_calls_a_a_rejects_c": {"rang"},
    # Who left a conversation of several first, or one that was handed on.
    "attended_by_code_a_calls_b_b_consults_c_transfers_a_hangs_up": {"hangup_by"},
    "attended_x_calls_queue_a_consults_queue_b_answers_a_transfers_x_hangs_up": {"hangup_by"},
    "conference_a_b_and_c_meet_in_a_room": {"hangup_by"},
    # That a phone did not answer Asterisk any more.
    "odd_calls_b_and_never_acknowledges": {"hangup_by"},
}


def told_by_events(name: str) -> list[dict[str, Any]]:
    lines = (RECORDED / f"{name}.calls.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def told_by_cel(name: str) -> list[dict[str, Any]]:
    events = CelEvents()
    heard = [event for row in cel.rows((RECORDED / f"{name}.csv").read_bytes()) for event in events.feed(row)]
    heard += events.finish()
    return [json.loads(json.dumps(story.as_json())) for story in replay(heard)]


def facts_of(name: str) -> list[CallFact]:
    backfill = Backfill("main")
    facts = [fact for row in cel.rows((RECORDED / f"{name}.csv").read_bytes()) for fact in backfill.feed(row)]
    return [*facts, *backfill.finish()]


@pytest.mark.parametrize("name", NAMES)
def test_cel_tells_the_calls_that_the_events_told(name: str) -> None:
    left_out = NOT_IN_CEL.get(name, set()) | {"started"}
    wanted, got = told_by_events(name), told_by_cel(name)
    for calls in (wanted, got):
        for call in calls:
            for field in left_out - {"started"}:
                call[field] = "not in CEL"
    without_start = [[{k: v for k, v in call.items() if k != "started"} for call in calls] for calls in (got, wanted)]
    assert without_start[0] == without_start[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_of_cel_are_whole_and_marked(name: str) -> None:
    facts = facts_of(name)
    assert all(fact.backfilled for fact in facts)
    assert len({(fact.call_id, fact.key) for fact in facts}) == len(facts)
    begun = {fact.call_id for fact in facts if isinstance(fact, CallStarted)}
    ended = {fact.call_id for fact in facts if isinstance(fact, CallEnded)}
    assert begun == ended
    assert not [fact for fact in facts if isinstance(fact, CallEnded) and fact.inferred]
    assert {call["linkedid"] for call in told_by_events(name)} <= {call.removeprefix("main-") for call in begun}
