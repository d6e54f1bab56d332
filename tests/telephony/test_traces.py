"""The recorded traces belong to their scenarios, and a scenario played anew is tracked as it was played."""

from __future__ import annotations

import json

import pytest

from pbx.replay import replay
from ringdesk.demo.softphone import Program
from tests.telephony.conftest import tool
from tests.telephony.pbx import RealPbx
from tests.telephony.record_traces import TRACES, record
from tests.telephony.trace_scenarios import SCENARIOS

PLAYED_ANEW = (
    "direct_c_thai_calls_d_quoted_c_hangs_up",
    "group_two_odd_answer_at_once",
    "local_optimised_b_and_c_ring_b_answers_a_hangs_up",
    "blind_x_calls_queue_a_answers_transfers_to_queue_b_answers_x_hangs_up",
    "attended_by_sip_a_calls_odd_it_consults_c_transfers_a_hangs_up",
    "blonde_by_code_a_calls_b_b_transfers_to_ringing_c_c_answers_c_hangs_up",
    "queue_x_calls_all_ring_x_gives_up",
    "own_queue_x_waits_a_never_answers_b_is_offered_b_answers_b_hangs_up",
    "outbound_a_calls_x_x_answers_a_hangs_up",
)


def test_every_scenario_has_been_recorded_with_its_calls() -> None:
    recorded = {path.name.removesuffix(".json") for path in TRACES.glob("*.json")}
    told = {path.name.removesuffix(".calls.jsonl") for path in TRACES.glob("*.calls.jsonl")}
    assert set(SCENARIOS) <= recorded & told


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_calls_of_a_recording_begin_with_channels_in_it(name: str) -> None:
    events = json.loads((TRACES / f"{name}.json").read_text(encoding="utf-8"))
    calls = [json.loads(line) for line in (TRACES / f"{name}.calls.jsonl").read_text(encoding="utf-8").splitlines()]
    assert calls
    began = [event["Uniqueid"] for event in events if event["Event"] == "Newchannel"]
    ended = [event["Uniqueid"] for event in events if event["Event"] == "Hangup"]
    assert sorted(began) == sorted(ended)
    assert {call["linkedid"] for call in calls} <= set(began)


@pytest.mark.asterisk
@pytest.mark.parametrize("name", PLAYED_ANEW)
async def test_a_scenario_played_anew_is_tracked_as_it_was_played(name: str, pbx: RealPbx, program: Program) -> None:
    events, all_events, expected = await record(SCENARIOS[name], pbx, program, tool("sipp"))
    wanted = [json.loads(line) for line in expected]
    for heard in (events, all_events):
        assert [json.loads(json.dumps(story.as_json())) for story in replay(heard)] == wanted
