"""Calls played by real phones on a real Asterisk: its CEL file tells of them what its events tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pbx import cel
from pbx.backfill import CelEvents
from pbx.replay import replay
from ringdesk.demo.softphone import Program
from tests.end_to_end.waiting import eventually
from tests.pbx_backfill.test_recorded import NOT_IN_CEL
from tests.telephony.pbx import RealPbx
from tests.telephony.record_traces import record
from tests.telephony.trace_scenarios import SCENARIOS
from tests.tools import require_tool

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

PLAYED_ANEW = (
    "queue_x_calls_all_ring_x_gives_up",  # before any agent is left to their notes by the queue
    "direct_d_quoted_calls_b_russian_b_hangs_up",
    "direct_a_calls_b_a_gives_up",
    "local_optimised_b_and_c_ring_b_answers_a_hangs_up",
    "pickup_a_calls_b_c_picks_up_the_group_c_hangs_up",
    "click_to_dial_through_local_a_to_b_a_hangs_up",
    "attended_by_sip_a_calls_odd_it_consults_c_transfers_a_hangs_up",
    "blind_x_calls_queue_a_answers_transfers_to_queue_b_answers_x_hangs_up",
    "outbound_a_calls_x_x_answers_a_hangs_up",
)


@pytest.fixture(scope="module")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    require_tool("asterisk")
    with RealPbx(tmp_path_factory.mktemp("pbx")) as running:
        yield running


@pytest.mark.parametrize("name", PLAYED_ANEW)
async def test_cel_tells_what_the_events_tell(name: str, pbx: RealPbx) -> None:
    path = pbx.logs / "cel-custom/ringdesk.csv"
    before = path.stat().st_size if path.exists() else 0
    events, _, _ = await record(SCENARIOS[name], pbx, Program.of(require_tool("baresip")), require_tool("sipp"))
    wanted = [as_json(story, name) for story in replay(events)]
    channels = {event["Uniqueid"] for event in events if event["Event"] == "Newchannel"}

    async def written() -> list[cel.CelRow] | None:
        rows = cel.rows(path.read_bytes()[before:])
        return rows if channels <= {row.uniqueid for row in rows if row.event == "CHAN_END"} else None

    rows = await eventually(written, "Asterisk has written the end of every channel")
    assert rows is not None
    rewritten = CelEvents()
    heard = [event for row in rows for event in rewritten.feed(row)]
    assert [as_json(story, name) for story in replay([*heard, *rewritten.finish()])] == wanted


def as_json(story: Any, name: str) -> dict[str, Any]:
    left_out = NOT_IN_CEL.get(name, set()) | {"started"}  # by the PBX's clock, but in another place of its code
    told: dict[str, Any] = json.loads(json.dumps(story.as_json()))
    return {field: value for field, value in told.items() if field not in left_out}
