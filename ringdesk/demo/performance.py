"""The demo for a person to watch: agents at their phones, and one caller after the other."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path
from typing import Any

from rich.console import Console

from accounts.start import ADMIN
from ringdesk.demo.check import first_incoming
from ringdesk.demo.company import OFFICE, PASSWORD, SALES_NUMBER, Customer
from ringdesk.demo.softphone import PhoneError, PhoneEventKind
from ringdesk.demo.speech import Speech
from ringdesk.demo.stage import Stage

CALLERS = 24
PAUSE_SECONDS = (4.0, 12.0)
PARTING_SECONDS = 1.0
WRAP_UP_SECONDS = 5


async def play(state: Path, agents: int, port: int, console: Console) -> None:
    """Set the stage, say where to look, and have people call until Ctrl-C."""
    async with Stage(
        state, staff=agents, callers=CALLERS, http_port=port, wrap_up_seconds=WRAP_UP_SECONDS, console=console
    ) as stage:
        console.print(
            f"\n[bold]Ringdesk is at {stage.address}[/bold]\n\n"
            f"Sign in there, with the password [bold]{PASSWORD}[/bold], as one of:"
        )
        for colleague in stage.colleagues():
            console.print(f"  {colleague.login:12} agent: {colleague.name}, phone {colleague.account}", highlight=False)
        for login, name, role in OFFICE:
            console.print(f"  {login:12} {role}: {name}", highlight=False)
        console.print(f"  {ADMIN:12} admin", highlight=False)
        console.print(
            f"\nThe API is described at {stage.address}/api/v1/openapi.json; a manager's token for it:\n"
            f"  {stage.sign_ins.manager}\n\n"
            f"People call {SALES_NUMBER} now, one after the other; agents answer by themselves.\n"
            "Ctrl-C ends everything that this started.\n",
            soft_wrap=True,
            highlight=False,
        )
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
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
        except (PhoneError, TimeoutError, OSError) as error:
            console.print(f"  {customer.name}: {error}")
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))


async def _call_once(stage: Stage, customer: Customer, speech: Speech, console: Console) -> None:
    marks = {account: phone.mark() for account, phone in stage.phones.items()}
    async with stage.caller_phone(customer) as caller:
        console.print(f"  {customer.name} ({customer.number}) calls")
        await caller.dial(SALES_NUMBER)
        phone, ring = await first_incoming(stage.phones, marks, customer.number)
        await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=30, call=ring.call, since=marks[phone.account])
        await caller.speak(speech.path)
        await asyncio.sleep(speech.seconds + PARTING_SECONDS)
        await caller.hangup()
