"""The pulse: simulated callers who really call, and for each call whether all of it worked, measured.

Agents are at the panel as people are: signed in with login and password, and told of calls by its live connection.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from ringdesk.demo.company import QUEUE, SALES_NUMBER, Customer
from ringdesk.demo.panel import Change
from ringdesk.demo.ringing import first_at, marks_of
from ringdesk.demo.softphone import PhoneEventKind, speech_frames
from ringdesk.demo.speech import Speech, voiced_seconds, word_error_rate
from ringdesk.demo.stage import Stage

INVITE_SECONDS = 20.0
TRANSCRIPT_SECONDS = 300.0
LOOK_AGAIN_SECONDS = 0.1
LIMIT_WORD_ERROR_RATE = 0.34
"""Of one side of one call. Prompts are understood nearly whole, but which word is misheard depends on the machine; what
is not of that side at all is near 1."""
LIMIT_USUAL_WORD_ERROR_RATE = 0.10
"""Of half of all sides: above it, words are not heard as they should be."""
VOICE_KEPT = (0.9, 1.1)
"""How much of what was said a recording must hold, by the time that a voice is heard in it."""
LIMIT_POP_AFTER_RING_MS = 100.0
"""The record is on the screen before the phone rings, or with it: nobody can tell two such moments apart."""
RECORDING_TOLERANCE_SECONDS = 1.5

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CallReport:
    """What one simulated call showed. Times are milliseconds from the caller's INVITE, unless they say otherwise."""

    caller_number: str
    call_id: str | None = None
    contact: str | None = None
    queue: str | None = None
    agent: str | None = None
    agent_invite_ms: float | None = None
    websocket_ms: float | None = None
    answer_ms: float | None = None
    talk_seconds: float | None = None
    outcome: str | None = None
    pop_before_ring_ms: float | None = None
    """How long before the phone's ringing the record was told to the panel; below 0: after it."""
    recording_paths: list[str] = field(default_factory=list)
    """The file of each side; without a directory where that is gone afterwards."""
    recording_seconds: float | None = None
    voice_kept: dict[str, float] = field(default_factory=dict)
    """Of the time in which each side's voice was heard, how much the recording holds."""
    transcript: dict[str, str] = field(default_factory=dict)
    word_error_rate: dict[str, float] = field(default_factory=dict)
    transcript_seconds: float | None = None
    """From the hangup to the finished transcript."""
    problems: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether the call got all that a call gets."""
        return not self.problems


@dataclass(slots=True)
class Offers:
    """What the agents' panels were told, by the caller's number, with the moment it arrived (monotonic seconds)."""

    by_caller: dict[str, tuple[float, str, dict[str, Any]]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, account: str, at: float, change: Change) -> None:
        """Note an offer. The first one counts: a second agent may be offered the same call."""
        if change["kind"] == "call_offered":
            data = change["data"]
            self.by_caller.setdefault(data["caller_number"], (at, account, data))
            self.changed.set()

    async def of(self, number: str, timeout: float) -> tuple[float, str, dict[str, Any]]:
        """The first offer of the call from `number`."""
        async with asyncio.timeout(timeout):
            while number not in self.by_caller:
                self.changed.clear()
                await self.changed.wait()
        return self.by_caller[number]


async def run_check(
    state: Path, *, calls: int, at_once: int, console: Console, http_port: int = 0
) -> tuple[list[CallReport], dict[str, Any]]:
    """Make `calls` calls, at most `at_once` at a time; what each showed, and the summary."""
    async with Stage(state, staff=max(2, at_once), callers=calls, http_port=http_port, console=console) as stage:
        offers = Offers()
        for account, panel in stage.panels.items():
            panel.on_change = partial(offers.heard, account)
        console.print(f"Calling {SALES_NUMBER}: {calls} calls, {at_once} at a time …")
        turns = asyncio.Semaphore(at_once)
        customers = stage.customers()
        calling = [
            asyncio.create_task(_one_call(stage, offers, turns, customers[index], index, console))
            for index in range(calls)
        ]
        reports = [await call for call in calling]
        problems = _problems_of_all(reports, stage)
        return reports, summary(reports, problems)


def lines(reports: Sequence[CallReport], totals: Mapping[str, Any]) -> Iterator[str]:
    """One JSON object a call, and the summary last."""
    for report in reports:
        yield json.dumps(asdict(report), ensure_ascii=False)
    yield json.dumps({"summary": totals}, ensure_ascii=False)


MEASURED = {
    "agent_invite_ms": "caller's INVITE to the agent's, ms",
    "websocket_ms": "caller's INVITE to the record on the panel, ms",
    "pop_before_ring_ms": "record before the ringing, ms",
    "answer_ms": "caller's INVITE to the answer, ms",
    "transcript_seconds": "hangup to transcript, s",
    "word_error_rate": "word error rate",
}
"""What the summary tells of all calls together, and what a person calls it."""


def summary(reports: Sequence[CallReport], problems: Sequence[str] = ()) -> dict[str, Any]:
    """How many calls were whole, p50 and p95 of what was measured, and what is wrong with all of them together."""
    totals: dict[str, Any] = {"calls": len(reports), "whole": sum(report.is_whole for report in reports)}
    for name in MEASURED:
        values = _word_error_rates(reports) if name == "word_error_rate" else [getattr(each, name) for each in reports]
        totals[name] = _percentiles([value for value in values if value is not None])
    return totals | {"problems": list(problems)}


def is_well(totals: Mapping[str, Any]) -> bool:
    """Whether the pulse has passed."""
    return bool(totals["whole"] == totals["calls"] and not totals["problems"])


def tables(reports: Sequence[CallReport], totals: Mapping[str, Any]) -> Iterator[Table | str]:
    """The same for a person to read: tables, and lines of plain text."""
    calls = Table(caption="rang: after the caller's INVITE; record: so long before that on the panel")
    for name in ("caller", "agent", "rang", "record", "talked", "outcome", "whole"):
        calls.add_column(name, no_wrap=True)
    for report in reports:
        calls.add_row(
            report.contact or report.caller_number,
            report.agent or "?",
            _told(report.agent_invite_ms, "ms"),
            _told(report.pop_before_ring_ms, "ms"),
            _told(report.talk_seconds, "s"),
            report.outcome or "?",
            "yes" if report.is_whole else "NO",
        )
    yield calls
    figures = Table("of all calls", "p50", "p95")
    for name, meaning in MEASURED.items():
        figures.add_row(meaning, *(f"{totals[name][of]:g}" if totals[name] else "?" for of in ("p50", "p95")))
    yield figures
    for report in reports:
        for problem in report.problems:
            yield f"{report.contact or report.caller_number}: {problem}"
    yield from totals["problems"]
    yield f"{totals['whole']} of {totals['calls']} calls were whole: {'all is well' if is_well(totals) else 'NOT WELL'}"


def _told(value: float | None, unit: str) -> str:
    return "?" if value is None else f"{value:.1f} {unit}"


def _word_error_rates(reports: Sequence[CallReport]) -> list[float]:
    return [rate for report in reports for rate in report.word_error_rate.values()]


def _problems_of_all(reports: Sequence[CallReport], stage: Stage) -> list[str]:
    """What no single call shows."""
    found = [f"panel of {panel.login}: {problem}" for panel in stage.everybody for problem in panel.problems]
    rates = _word_error_rates(reports)
    if rates and (usual := statistics.median(rates)) > LIMIT_USUAL_WORD_ERROR_RATE:
        found.append(f"of half of all sides the word error rate is {usual:.2f} or more")
    return found


def _percentiles(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"p50": round(statistics.median(ordered), 3), "p95": round(p95, 3)}


async def _one_call(
    stage: Stage, offers: Offers, turns: asyncio.Semaphore, customer: Customer, index: int, console: Console
) -> CallReport:
    report = CallReport(caller_number=customer.number)
    speech = stage.caller_speech[index % len(stage.caller_speech)]
    try:
        async with turns:
            hung_up_at = await _talk(stage, offers, customer, speech, report)
        await _read_back(stage, report, speech, hung_up_at)
    except Exception as error:  # whatever it is: it is this call's problem, and the others' results count
        report.problems.append(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    console.print(
        f"  {customer.number} {report.contact or '?'}: "
        + (
            f"talked with {stage.colleague_at(report.agent).name}"
            if report.is_whole and report.agent
            else "; ".join(report.problems)
        ),
        highlight=False,
        markup=False,
    )
    return report


async def _talk(stage: Stage, offers: Offers, customer: Customer, speech: Speech, report: CallReport) -> float:
    """Call, be answered, talk, hang up; the moment of the hangup (monotonic seconds)."""
    marks = marks_of(stage.phones)
    async with stage.caller_phone(customer) as caller:
        invited = time.monotonic()  # the INVITE leaves a fraction of a millisecond later
        dialing = asyncio.create_task(caller.dial(SALES_NUMBER))
        incoming = asyncio.create_task(
            first_at(stage.phones, marks, customer.number, PhoneEventKind.INCOMING, INVITE_SECONDS)
        )
        try:
            heard_at, account, data = await offers.of(customer.number, INVITE_SECONDS)
            phone, ring = await asyncio.wait_for(incoming, INVITE_SECONDS)
        finally:
            incoming.cancel()
            await dialing
        # The caller's own leg is answered at once by the waiting music; the agent's phone says when a person is there.
        answered = await phone.wait_for(
            PhoneEventKind.ESTABLISHED, timeout=INVITE_SECONDS, call=ring.call, since=marks[phone.account]
        )
        await caller.speak(speech.path)
        report.call_id, report.queue, report.agent = data["call_id"], data["queue"], phone.account
        report.contact = ", ".join(contact["name"] for contact in data["contacts"]) or None
        report.agent_invite_ms = _milliseconds(invited, ring.monotonic)
        report.websocket_ms = _milliseconds(invited, heard_at)
        report.answer_ms = _milliseconds(invited, answered.monotonic)
        report.pop_before_ring_ms = _milliseconds(heard_at, ring.monotonic)
        _check(report, account == phone.account, f"the panel of {account} was told, and {phone.account} rang")
        late = -report.pop_before_ring_ms
        _check(report, late <= LIMIT_POP_AFTER_RING_MS, f"the record came {late:.0f} ms after the ringing")
        _check(report, report.contact == customer.name, f"contact {report.contact!r}, expected {customer.name!r}")
        _check(report, report.queue == QUEUE, f"queue {report.queue!r}")
        longest = max(speech.seconds, stage.agent_speech[phone.account].seconds)
        await asyncio.sleep(longest + 0.5)  # both say what they have to say
        await caller.hangup()
        hung_up = time.monotonic()
        report.talk_seconds = round(hung_up - answered.monotonic, 2)
        await phone.wait_for(PhoneEventKind.CLOSED, timeout=INVITE_SECONDS, call=ring.call, since=marks[phone.account])
        return hung_up


async def _read_back(stage: Stage, report: CallReport, speech: Speech, hung_up_at: float) -> None:
    """What the product itself says of the call afterwards, over its API."""
    deadline = time.monotonic() + TRANSCRIPT_SECONDS
    while True:
        document: Any = await stage.manager.get(f"/api/v1/calls/{report.call_id}")
        recording = document["recording"]
        if document["transcript"] is not None:
            break
        if recording and recording["problem"]:
            report.problems.append(f"recording: {recording['problem']}")
            return
        if time.monotonic() > deadline:
            report.problems.append(f"no transcript after {TRANSCRIPT_SECONDS:.0f} s: {recording}")
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    recordings = stage.service.settings.the_pbx().recordings
    report.transcript_seconds = round(time.monotonic() - hung_up_at, 2)
    report.outcome = document["call"]["outcome"]
    report.recording_seconds = recording["seconds"]
    report.transcript = dict(document["transcript"]["text"])
    assert report.agent is not None  # noqa: S101 - set with the call's id
    said = {"caller": speech, "agent": stage.agent_speech[report.agent]}
    report.word_error_rate = {
        side: round(word_error_rate(each.text, report.transcript.get(side, "")), 3) for side, each in said.items()
    }
    files = {side: recordings / f"{report.call_id}.{side}.sln" for side in said}
    report.recording_paths = [str(path) for path in files.values() if path.is_file()]

    _check(report, report.outcome == "answered", f"outcome {report.outcome!r}")
    _check(report, document["call"]["answered_by"] == [report.agent], f"answered by {document['call']['answered_by']}")
    for side, path in files.items():
        _check(report, path.is_file(), f"there is no recording of the {side}")
    report.voice_kept = await asyncio.to_thread(_voice_kept, said, files)
    for side, kept in report.voice_kept.items():
        _check(report, VOICE_KEPT[0] <= kept <= VOICE_KEPT[1], f"{kept:.0%} of the {side}'s voice was recorded")
    talked, recorded = report.talk_seconds or 0.0, report.recording_seconds or 0.0
    _check(report, abs(talked - recorded) < RECORDING_TOLERANCE_SECONDS, f"talked {talked} s, recorded {recorded} s")
    for side, rate in report.word_error_rate.items():
        _check(report, rate <= LIMIT_WORD_ERROR_RATE, f"word error rate of the {side} {rate:.2f}")
    await _check_timeline(stage, report)


def _voice_kept(said: Mapping[str, Speech], files: Mapping[str, Path]) -> dict[str, float]:
    return {
        side: round(voiced_seconds(path.read_bytes()) / voiced_seconds(speech_frames(said[side].path)), 3)
        for side, path in files.items()
        if path.is_file()
    }


async def _check_timeline(stage: Stage, report: CallReport) -> None:
    matches = await stage.service.contacts.lookup(report.caller_number)
    if len(matches) != 1:
        report.problems.append(f"{len(matches)} contacts with {report.caller_number}")
        return
    timeline: Any = await stage.manager.get(f"/api/v1/contacts/{matches[0].id}/timeline")
    is_there = any(report.call_id == activity.get("call_id") for activity in timeline["items"])
    _check(report, is_there, "the call is not on the contact's timeline")


def _check(report: CallReport, holds: bool, problem: str) -> None:
    if not holds:
        report.problems.append(problem)


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 1)
