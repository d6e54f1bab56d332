"""The demo for a person to watch: agents at their phones, and people who call at a gentle, random pace."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import deque
from pathlib import Path
from typing import Any

from rich.console import Console

from accounts.start import ADMIN
from kernel.errors import Complaint
from ringdesk.demo.company import OFFICE, PASSWORD, Customer, Line, stranger
from ringdesk.demo.panel import ignore
from ringdesk.demo.ringing import first_at, marks_of
from ringdesk.demo.softphone import PhoneError, PhoneEventKind, SoftPhone
from ringdesk.demo.speech import Speech
from ringdesk.demo.staff import VISITOR_PICKS_UP_SECONDS, Worker
from ringdesk.demo.stage import Stage

CALLERS = 48
WRAP_UP_SECONDS = 12
FIRST_CALL_SECONDS = 3.0
"""From the start to the first call: time to read where to look."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 90.0
MOST_AT_ONCE = 8

STRANGERS = 0.2
STRANGERS_KNOWN = 60
RECENT = 12
"""So many others call before somebody calls again."""
HASTY = 0.1
HASTY_SECONDS = (1.5, 5.0)
PATIENCE_SECONDS = (35.0, 70.0)
GREETING_SECONDS = 4.0
SPEECH_SECONDS = (6.0, 9.0, 14.0, 20.0, 8.0, 11.0, 24.0, 17.0)
PARTING_SECONDS = (1.0, 4.0)


async def play(
    state: Path, agents: int, port: int, calls_per_minute: float, history_days: int, console: Console
) -> None:
    """Set the stage, say where to look, and have people call until Ctrl-C. `Complaint` when the service fails."""
    async with Stage(
        state,
        staff=agents,
        callers=CALLERS,
        http_port=port,
        wrap_up_seconds=WRAP_UP_SECONDS,
        with_company=True,
        history_days=history_days,
        greeting_seconds=GREETING_SECONDS,
        speech_seconds=SPEECH_SECONDS,
        console=console,
    ) as stage:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        _say_where(stage, calls_per_minute, console)
        performing = asyncio.create_task(_perform(stage, calls_per_minute, console), name="performance")
        stopping = asyncio.create_task(stop.wait())
        ends: set[asyncio.Future[Any]] = {performing, stopping, stage.service.failure}
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in (performing, stopping):
            task.cancel()
        await asyncio.gather(performing, stopping, return_exceptions=True)
        console.print("Ending what this started …")
        if stage.service.failure.done():
            raise Complaint(f"the service failed: {stage.service.failure.result()}")
        if performing in done:
            performing.result()


def _say_where(stage: Stage, calls_per_minute: float, console: Console) -> None:
    console.print(
        f"\n[bold]Ringdesk is at {stage.address}[/bold]\n\n"
        f"Sign in there, with the password [bold]{PASSWORD}[/bold], as one of:"
    )
    for colleague in stage.colleagues():
        console.print(f"  {colleague.login:12} agent: {colleague.name}, phone {colleague.account}", highlight=False)
    for login, name, role in OFFICE:
        console.print(f"  {login:12} {role}: {name}", highlight=False)
    console.print(f"  {ADMIN:12} admin: sets everything up", highlight=False)
    numbers = " and ".join(f"{line.number} ({line.label})" for line in stage.lines())
    pace = (
        f"About {calls_per_minute:g} people a minute call"
        if calls_per_minute
        else "Nobody calls (--calls-per-minute 0)"
    )
    console.print(
        f"\n{stage.visitor.login} is yours: a call rings for {VISITOR_PICKS_UP_SECONDS:g} s and is picked up for you;"
        " everything else is up to you. The other agents are simulated.\n"
        f"The API is described at {stage.address}/api/docs; a manager's token for it:\n"
        f"  {stage.sign_ins.manager}\n\n"
        f"{pace}: {numbers}.\nCtrl-C ends everything that this started, and nothing else.\n",
        soft_wrap=True,
        highlight=False,
    )


async def _perform(stage: Stage, calls_per_minute: float, console: Console) -> None:
    break_room = asyncio.Lock()
    try:
        async with asyncio.TaskGroup() as tasks:
            for colleague in stage.colleagues():
                Worker(stage, colleague, break_room, tasks).begin()
            if calls_per_minute > 0:
                tasks.create_task(_keep_calling(stage, calls_per_minute, console, tasks))
    finally:
        for panel in stage.panels.values():
            panel.on_change = ignore  # nobody is there any more to do something about it


async def _keep_calling(stage: Stage, calls_per_minute: float, console: Console, tasks: asyncio.TaskGroup) -> None:
    lines_free = asyncio.Semaphore(MOST_AT_ONCE)
    recent: deque[str] = deque(maxlen=RECENT)
    pause = FIRST_CALL_SECONDS
    while True:
        await asyncio.sleep(pause)
        await lines_free.acquire()
        who = _somebody(stage, recent)
        recent.append(who.number)
        call = tasks.create_task(_call(stage, who, console))
        call.add_done_callback(lambda _: lines_free.release())
        pause = random.expovariate(calls_per_minute / 60)
        pause = min(max(pause, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS * max(1.0, 1 / calls_per_minute))


def _somebody(stage: Stage, recent: deque[str]) -> Customer:
    """Whoever calls next: one of the contacts, or somebody unknown."""
    if random.random() < STRANGERS:
        who = Customer("", None, stranger(random.randrange(STRANGERS_KNOWN)))
        return who if who.number not in recent else _somebody(stage, recent)
    return random.choice([each for each in stage.customers() if each.number not in recent])


async def _call(stage: Stage, who: Customer, console: Console) -> None:
    line = random.choices(stage.lines(), weights=[3, 2][: len(stage.lines())])[0]
    name = who.name or "Somebody unknown"
    try:
        said = await _call_once(stage, who, line, random.choice(stage.caller_speech), console)
        console.print(f"  {name} {said}", highlight=False, markup=False)
    except (PhoneError, TimeoutError, OSError) as error:
        console.print(f"  {name}: {error}", highlight=False, markup=False)


async def _call_once(stage: Stage, who: Customer, line: Line, speech: Speech, console: Console) -> str:
    """One call to its end; what came of it."""
    marks = marks_of(stage.phones)
    is_hasty = random.random() < HASTY
    patience = random.uniform(*(HASTY_SECONDS if is_hasty else PATIENCE_SECONDS))
    async with stage.caller_phone(who) as caller:
        console.print(
            f"  {who.name or 'Somebody unknown'} ({who.number}) calls {line.label}", highlight=False, markup=False
        )
        await caller.dial(line.number)
        try:
            phone, _ = await first_at(stage.phones, marks, who.number, PhoneEventKind.ESTABLISHED, patience)
        except PhoneError:
            await caller.hangup()
            return f"gave up after {patience:.0f} s"
        agent = stage.colleague_at(phone.account).name
        # The agent says their greeting first.
        if not await _hung_up(caller, stage.agent_speech[phone.account].seconds):
            await caller.speak(speech.path)
            if not await _hung_up(caller, speech.seconds + random.uniform(*PARTING_SECONDS)):
                await caller.hangup()
        return f"talked with {agent}"


async def _hung_up(caller: SoftPhone, within: float) -> bool:
    """Whether the other side ends the call within so many seconds."""
    try:
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=within, since=0)
    except PhoneError:
        return False
    return True
