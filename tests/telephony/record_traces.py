"""`python -m tests.telephony.record_traces [NAME…]`: play scenarios with real phones and record what AMI told.

Writes into `tests/fixtures/traces` `NAME.json`, what the product's manager user heard, and `NAME.calls.jsonl`, what the
scenario did, as `python -m pbx.replay` should print it. With `--full` also `NAME__all_events.json`, what a user without
any filter heard (the same calls).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from ringdesk.asterisk.tools import Tool, provide
from ringdesk.demo.softphone import Program
from tests.telephony.ami import Frame
from tests.telephony.pbx import RealPbx
from tests.telephony.stage import ExpectedCall, Stage
from tests.telephony.trace_scenarios import SCENARIOS, Scenario

TRACES = Path(__file__).parents[1] / "fixtures/traces"


def told(expected: list[ExpectedCall], events: list[Frame]) -> list[str]:
    """The expected calls as lines of JSON: with the id and the time of the channel that each began with."""
    began = [event for event in events if event["Event"] == "Newchannel" and event["Uniqueid"] == event["Linkedid"]]
    numbered = all(one["root"] is not None for one in expected)
    if not numbered and len(began) != len(expected):
        names = [event["Channel"] for event in began]
        raise AssertionError(f"{len(expected)} calls are expected, but {len(began)} channels began one: {names}")
    order = [
        *("linkedid", "direction", "caller_number", "caller_name", "dialed", "queue", "started", "rang"),
        *("answered_by", "transfers", "outcome", "hangup_by"),
    ]
    lines = []
    for number, one in enumerate(expected):
        first = began[one["root"] if numbered else number]
        at = datetime.fromtimestamp(float(first["Timestamp"]), UTC)
        rest = {name: value for name, value in one.items() if name not in ("root", "together")}
        if one["together"]:
            rest["rang"] = sorted(one["rang"], key=lambda party: birth(events, party))
        whole = {"linkedid": first["Linkedid"], **rest, "started": at.isoformat().replace("+00:00", "Z")}
        lines.append(json.dumps({name: whole[name] for name in order}, ensure_ascii=False))
    return lines


def birth(events: list[Frame], party: str) -> tuple[int, ...]:
    """The Uniqueid, as two numbers, of an account's first channel: which one Asterisk made before another."""
    start = f"PJSIP/{party}-"
    first = next(e for e in events if e["Event"] == "Newchannel" and e["Channel"].startswith(start))
    return tuple(map(int, first["Uniqueid"].split(".")))


def array(events: list[Frame]) -> str:
    """A JSON array, one event a line, so that a difference of two recordings is readable."""
    return "[\n" + ",\n".join(json.dumps(event, ensure_ascii=False) for event in events) + "\n]\n"


async def record(
    play: Scenario, pbx: RealPbx, program: Program, sipp: Tool
) -> tuple[list[Frame], list[Frame], list[str]]:
    """Play one scenario: what the product's user heard, what a full one heard, and the lines expected."""
    async with AsyncExitStack() as exits:
        directory = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="ringdesk-trace-")))
        heard = await exits.enter_async_context(pbx.product_ami())
        full = await exits.enter_async_context(pbx.full_ami())
        stage = Stage(pbx, program, sipp, directory, heard, full, exits)
        expected = await play(stage)
        product_events, all_events = await stage.end()
        return product_events, all_events, told(expected, all_events)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.telephony.record_traces", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of: {', '.join(SCENARIOS)}")
    parser.add_argument("--full", action="store_true", help="also what a manager user without filters hears")
    parser.add_argument("--out", type=Path, default=TRACES)
    options = parser.parse_args()
    if unknown := set(options.names) - set(SCENARIOS):
        parser.error(f"no scenario called {', '.join(sorted(unknown))}")
    options.out.mkdir(parents=True, exist_ok=True)
    program, sipp = Program.of(provide("baresip")), provide("sipp")
    failed = []
    with tempfile.TemporaryDirectory(prefix="ringdesk-traces-") as state, RealPbx(Path(state)) as pbx:
        for name in options.names or SCENARIOS:
            try:
                product_events, all_events, lines = await record(SCENARIOS[name], pbx, program, sipp)
            except Exception as error:
                failed.append(name)
                print(f"{name}: FAILED: {type(error).__name__}: {error}")
                continue
            (options.out / f"{name}.json").write_text(array(product_events), encoding="utf-8")
            (options.out / f"{name}.calls.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
            if options.full:
                (options.out / f"{name}__all_events.json").write_text(array(all_events), encoding="utf-8")
                (options.out / f"{name}__all_events.calls.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
            print(f"{name}: {len(product_events)} events of {len(all_events)}")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    asyncio.run(main())
