"""The pulse: simulated callers who really call, and for each call whether all of it worked, measured."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import structlog
import websockets
from rich.console import Console

from ringdesk.demo.company import QUEUE, SALES_NUMBER, Customer
from ringdesk.demo.softphone import PhoneError, PhoneEvent, PhoneEventKind, SoftPhone
from ringdesk.demo.speech import Speech, word_error_rate
from ringdesk.demo.stage import Stage

INVITE_SECONDS = 20.0
TRANSCRIPT_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 0.1
LIMIT_WORD_ERROR_RATE = 0.10
"""Above this a transcript is not of what was said. Prompts are understood nearly whole; a mixed-up side is near 1."""

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
    recording_paths: list[str] = field(default_factory=list)
    recording_seconds: float | None = None
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
    """What the agents' websockets said, by the caller's number, with the moment it arrived (monotonic seconds)."""

    by_caller: dict[str, tuple[float, str, dict[str, Any]]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, account: str, message: Mapping[str, Any]) -> None:
        """Note an offer. The first one counts: a second agent may be offered the same call."""
        if message.get("type") == "change" and message.get("kind") == "call_offered":
            data = message["data"]
            self.by_caller.setdefault(data["caller_number"], (time.monotonic(), account, data))
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
        async with AsyncExitStack() as stack:
            offers = Offers()
            for account, token in stage.sign_ins.agents.items():
                await _listen(stack, stage, offers, account, token)
            console.print(f"Calling {SALES_NUMBER}: {calls} calls, {at_once} at a time …")
            turns = asyncio.Semaphore(at_once)
            customers = stage.customers()
            calling = [
                asyncio.create_task(_one_call(stage, offers, turns, customers[index], index, console))
                for index in range(calls)
            ]
            reports = [await call for call in calling]
        return reports, summary(reports)


def lines(reports: Sequence[CallReport], totals: Mapping[str, Any]) -> Iterator[str]:
    """One JSON object a call, and the summary last."""
    for report in reports:
        yield json.dumps(asdict(report), ensure_ascii=False)
    yield json.dumps({"summary": totals}, ensure_ascii=False)


def summary(reports: Sequence[CallReport]) -> dict[str, Any]:
    """How many calls were whole, and p50 and p95 of what was measured."""
    measured: dict[str, Sequence[float | None]] = {
        "agent_invite_ms": [report.agent_invite_ms for report in reports],
        "websocket_ms": [report.websocket_ms for report in reports],
        "answer_ms": [report.answer_ms for report in reports],
        "transcript_seconds": [report.transcript_seconds for report in reports],
        "word_error_rate": [rate for report in reports for rate in report.word_error_rate.values()],
    }
    return {
        "calls": len(reports),
        "whole": sum(report.is_whole for report in reports),
        **{name: _percentiles([value for value in values if value is not None]) for name, values in measured.items()},
    }


def _percentiles(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"p50": round(statistics.median(ordered), 3), "p95": round(p95, 3)}


async def _listen(stack: AsyncExitStack, stage: Stage, offers: Offers, account: str, token: str) -> None:
    """Sign in at `/live` as the agent, and note offers until the stack unwinds."""
    connection = await stack.enter_async_context(websockets.connect(f"{stage.address.replace('http', 'ws')}/live"))
    await connection.send(json.dumps({"type": "sign_in", "token": token}))
    async with asyncio.timeout(10):
        while json.loads(await connection.recv()).get("type") != "snapshot":
            pass

    async def hear() -> None:
        async for message in connection:
            offers.heard(account, json.loads(message))

    task = asyncio.create_task(hear(), name=f"live of {account}")

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


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
        + (f"{report.outcome}, agent {report.agent}" if report.is_whole else "; ".join(report.problems))
    )
    return report


async def _talk(stage: Stage, offers: Offers, customer: Customer, speech: Speech, report: CallReport) -> float:
    """Call, be answered, talk, hang up; the moment of the hangup (monotonic seconds)."""
    marks = {account: phone.mark() for account, phone in stage.phones.items()}
    async with stage.caller_phone(customer) as caller:
        invited = time.monotonic()  # the INVITE leaves a fraction of a millisecond later
        dialing = asyncio.create_task(caller.dial(SALES_NUMBER))
        incoming = asyncio.create_task(first_incoming(stage.phones, marks, customer.number))
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
        _check(report, account == phone.account, f"the websocket of {account} told, and {phone.account} rang")
        _check(report, report.contact == customer.name, f"contact {report.contact!r}, expected {customer.name!r}")
        _check(report, report.queue == QUEUE, f"queue {report.queue!r}")
        longest = max(speech.seconds, stage.agent_speech[phone.account].seconds)
        await asyncio.sleep(longest + 0.5)  # both say what they have to say
        await caller.hangup()
        hung_up = time.monotonic()
        report.talk_seconds = round(hung_up - answered.monotonic, 2)
        await phone.wait_for(PhoneEventKind.CLOSED, timeout=5, call=ring.call, since=marks[phone.account])
        return hung_up


async def first_incoming(
    phones: Mapping[str, SoftPhone], marks: Mapping[str, int], number: str
) -> tuple[SoftPhone, PhoneEvent]:
    """The phone at which the call from `number` rings first."""

    async def at(phone: SoftPhone) -> tuple[SoftPhone, PhoneEvent]:
        since = marks[phone.account]
        while True:
            event = await phone.wait_for(PhoneEventKind.INCOMING, timeout=INVITE_SECONDS, since=since)
            if event.peer == number:
                return phone, event
            since = phone.events.index(event) + 1 + phone.mark() - len(phone.events)

    waiting = [asyncio.create_task(at(phone)) for phone in phones.values()]
    try:
        for next_done in asyncio.as_completed(waiting):
            try:
                return await next_done
            except PhoneError:
                continue  # it did not ring there
        raise PhoneError(f"no agent's phone rang for {number}")
    finally:
        for task in waiting:
            task.cancel()


async def _read_back(stage: Stage, report: CallReport, speech: Speech, hung_up_at: float) -> None:
    """What the product itself says of the call afterwards, over its API."""
    deadline = time.monotonic() + TRANSCRIPT_SECONDS
    while True:
        document: Any = await stage.ask(f"/api/v1/calls/{report.call_id}", stage.sign_ins.manager)
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
    report.transcript_seconds = round(time.monotonic() - hung_up_at, 2)
    report.outcome = document["call"]["outcome"]
    report.recording_seconds = recording["seconds"]
    report.transcript = dict(document["transcript"]["text"])
    assert report.agent is not None  # noqa: S101 - set with the call's id
    said = {"caller": speech.text, "agent": stage.agent_speech[report.agent].text}
    report.word_error_rate = {
        side: round(word_error_rate(text, report.transcript.get(side, "")), 3) for side, text in said.items()
    }
    recordings = stage.service.settings.the_pbx().recordings
    report.recording_paths = sorted(str(path) for path in recordings.glob(f"{report.call_id}.*"))

    _check(report, report.outcome == "answered", f"outcome {report.outcome!r}")
    _check(report, document["call"]["answered_by"] == [report.agent], f"answered by {document['call']['answered_by']}")
    _check(report, len(report.recording_paths) == 2, f"recording files {report.recording_paths}")
    talked, recorded = report.talk_seconds or 0.0, report.recording_seconds or 0.0
    _check(report, abs(talked - recorded) < 1.5, f"talked {talked} s, recorded {recorded} s")
    for side, rate in report.word_error_rate.items():
        _check(report, rate <= LIMIT_WORD_ERROR_RATE, f"word error rate of the {side} {rate:.2f}")
    await _check_timeline(stage, report)


async def _check_timeline(stage: Stage, report: CallReport) -> None:
    matches = await stage.service.contacts.lookup(report.caller_number)
    if len(matches) != 1:
        report.problems.append(f"{len(matches)} contacts with {report.caller_number}")
        return
    timeline: Any = await stage.ask(f"/api/v1/contacts/{matches[0].id}/timeline", stage.sign_ins.manager)
    is_there = any(report.call_id == activity.get("call_id") for activity in timeline["items"])
    _check(report, is_there, "the call is not on the contact's timeline")


def _check(report: CallReport, holds: bool, problem: str) -> None:
    if not holds:
        report.problems.append(problem)


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 1)
