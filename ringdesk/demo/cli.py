"""`ringdesk demo`: everything on this machine, with simulated callers and agents on real phones."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from kernel.telemetry import configure_logging
from ringdesk.app import PortTaken
from ringdesk.asterisk.instance import AsteriskFailed
from ringdesk.asterisk.tools import ToolMissing
from ringdesk.demo.check import lines, run_check
from ringdesk.demo.company import SALES_NUMBER, Customer
from ringdesk.demo.softphone import PhoneError, PhoneEventKind
from ringdesk.demo.speech import Speech
from ringdesk.demo.stage import Stage
from ringdesk.settings import SettingsError

DEFAULT_STATE = Path(".ringdesk/demo")
CALLERS = 24
PAUSE_SECONDS = (4.0, 12.0)


def demo(
    check: Annotated[bool, typer.Option("--check", help="Make calls without a person, and say what worked.")] = False,
    calls: Annotated[int, typer.Option(min=1, max=500, help="With --check: how many calls.")] = 3,
    at_once: Annotated[int, typer.Option(min=1, max=20, help="With --check: how many at a time.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --check: one JSON object a call, the summary last.")
    ] = False,
    agents: Annotated[int, typer.Option(min=1, max=20, help="How many agents work.")] = 2,
    state: Annotated[
        Path | None, typer.Option(help="Where its state lies (default: .ringdesk/demo; with --check a temporary one).")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page is; 0 takes a free port.")] = 8080,
) -> None:
    """Start Asterisk, the service, agents at real SIP phones, and callers who really call and speak."""
    console = Console(stderr=True)
    try:
        if check:
            with _state_of_check(state) as directory:
                _log_to(directory)
                reports, totals = asyncio.run(run_check(directory, calls=calls, at_once=at_once, console=console))
            for line in lines(reports, totals) if as_json else [str(totals)]:
                print(line)
            raise typer.Exit(0 if all(report.is_whole for report in reports) else 1)
        directory = state or DEFAULT_STATE
        _log_to(directory)
        asyncio.run(_play(directory, agents, port, console))
    except (ToolMissing, PortTaken, AsteriskFailed, PhoneError, SettingsError) as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from error


async def _play(state: Path, agents: int, port: int, console: Console) -> None:
    async with Stage(state, staff=agents, callers=CALLERS, http_port=port, console=console) as stage:
        console.print(f"\n[bold]Ringdesk is at {stage.address}[/bold]\nSign in as an agent with a token:")
        for colleague in stage.colleagues():
            console.print(f"  {colleague.name} (phone {colleague.account}): {stage.sign_ins.agents[colleague.account]}")
        console.print(
            f"The API: {stage.address}/api/v1/openapi.json, with the manager's token {stage.sign_ins.manager}\n"
            f"Callers now call {SALES_NUMBER}, one after the other. Ctrl-C ends everything that this started.",
            highlight=False,
        )
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signal_number, stop.set)
        calling = asyncio.create_task(_keep_calling(stage, console))
        stopping = asyncio.create_task(stop.wait())
        ends: set[asyncio.Future[Any]] = {calling, stopping, stage.service.failure}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in (calling, stopping):
            task.cancel()
        await asyncio.gather(calling, stopping, return_exceptions=True)
        if stage.service.failure.done():
            console.print(f"[red]The service failed: {stage.service.failure.result()}[/red]")
        console.print("Ending what this started …")


async def _keep_calling(stage: Stage, console: Console) -> None:
    customers = stage.customers()
    while True:
        customer = random.choice(customers)
        speech = random.choice(stage.caller_speech)
        try:
            await _call_once(stage, customer, speech, console)
        except PhoneError as error:
            console.print(f"  {customer.name}: {error}")
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))


async def _call_once(stage: Stage, customer: Customer, speech: Speech, console: Console) -> None:
    async with stage.caller_phone(customer, speech) as caller:
        call = await caller.dial(SALES_NUMBER)
        console.print(f"  {customer.name} ({customer.number}) calls")
        await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=30, call=call)
        with contextlib.suppress(PhoneError):
            await caller.wait_for(PhoneEventKind.CLOSED, timeout=speech.seconds + 5, call=call)
            return
        await caller.hangup()


@contextlib.contextmanager
def _state_of_check(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
    else:
        with tempfile.TemporaryDirectory(prefix="ringdesk-check-") as directory:
            yield Path(directory)


def _log_to(state: Path) -> None:
    """Log to a file there: the terminal is for what a person wants to see."""
    state.mkdir(parents=True, exist_ok=True)
    configure_logging("INFO", stream=(state / "ringdesk.log").open("a", encoding="utf-8"))
