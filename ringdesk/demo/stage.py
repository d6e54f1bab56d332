"""The stage of the demo: a real Asterisk, the service, and agents at real SIP phones, all on this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import structlog
from rich.console import Console

from dialplan.render import render
from kernel.clock import SystemClock
from ringdesk.app import Ringdesk
from ringdesk.asterisk import tools
from ringdesk.asterisk.cache import alone
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import PortUse, free_asterisk_ports, require_free
from ringdesk.demo import company
from ringdesk.demo.company import PASSWORD, Colleague, Customer, Line, SignIns
from ringdesk.demo.history import furnish
from ringdesk.demo.panel import Panel
from ringdesk.demo.softphone import Answer, Program, SoftPhone
from ringdesk.demo.speech import PromptLibrary, Speech
from ringdesk.publishing import stored_config

ANSWER_AFTER_SECONDS = 0.6
"""How long an agent lets it ring."""
TALK_SECONDS = 7.0
SPEECHES = 8
"""What callers say, at most so many different talks."""
LINK_SECONDS = 20.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Stage:
    """Everything that the demo needs, up while the context lasts. What it started it ends, and nothing else."""

    state: Path
    staff: int
    callers: int
    http_port: int = 0
    wrap_up_seconds: int = 0
    """After each call, for its agent."""
    with_company: bool = False
    """Two queues instead of one, teams, contacts with all that belongs to them, and a history (see `history`)."""
    history_days: int = 0
    """So many days before today, and today, have calls; 0: none at all."""
    greeting_seconds: float = TALK_SECONDS
    """How long agents speak, at least, once they have answered."""
    speech_seconds: Sequence[float] = (TALK_SECONDS,) * SPEECHES
    """How long callers speak, at least."""
    console: Console = field(default_factory=lambda: Console(stderr=True))
    service: Ringdesk = field(init=False)
    sign_ins: SignIns = field(init=False)
    phones: Mapping[str, SoftPhone] = field(init=False)
    panels: Mapping[str, Panel] = field(init=False)
    """Where each agent is signed in, by their phone's account."""
    manager: Panel = field(init=False)
    agent_speech: Mapping[str, Speech] = field(init=False)
    caller_speech: list[Speech] = field(init=False)
    _program: Program = field(init=False)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._set_up(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def address(self) -> str:
        """Where the page and the API are."""
        return f"http://127.0.0.1:{self.service.http_port}"

    @property
    def registrar(self) -> str:
        """Asterisk's SIP address."""
        return f"127.0.0.1:{self.service.settings.the_pbx().ports.sip_udp}"

    def colleagues(self) -> list[Colleague]:
        return company.colleagues(self.staff)

    def colleague_at(self, account: str) -> Colleague:
        """Whose phone that is."""
        return next(each for each in self.colleagues() if each.account == account)

    @property
    def visitor(self) -> Colleague:
        """The agent as whom a visitor may work: nobody else changes their state."""
        return self.colleagues()[0]

    def lines(self) -> list[Line]:
        return company.lines(self.staff, are_two=self.with_company)

    def customers(self) -> list[Customer]:
        return company.customers(self.callers)

    def caller_phone(self, customer: Customer) -> SoftPhone:
        """The phone of somebody outside, silent until told to speak: a machine answers first. A context manager."""
        return SoftPhone(
            customer.number,
            None,
            self.registrar,
            program=self._program,
            display_name=customer.name,
            register=False,
        )

    @property
    def everybody(self) -> list[Panel]:
        """All who are signed in."""
        return [*self.panels.values(), self.manager]

    async def _set_up(self, stack: AsyncExitStack) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        # Asking for a missing tool here says so before anything is started.
        baresip = tools.find("baresip")
        self._program = Program(tuple(baresip.command()), tools.baresip_modules(baresip))
        self._prepare_speech()
        ports = free_asterisk_ports()
        settings = company.settings(
            self.state,
            self.staff,
            ports.model_dump(),
            self.http_port,
            wrap_up_seconds=self.wrap_up_seconds,
            two_queues=self.with_company,
        )
        pbx = settings.the_pbx()
        pbx.recordings.mkdir(parents=True, exist_ok=True)

        if self.http_port:
            require_free([PortUse(self.http_port, socket.SOCK_STREAM, "--port")])
        self.console.print("Starting Asterisk …")
        asterisk = AsteriskInstance(self.state / "asterisk", ports=ports, console=self.console)
        stack.enter_context(
            alone(
                self.state / "demo.lock",
                f"a demo runs already with the state {self.state}: end it, or name another with --state",
            )
        )
        # What a demo that was killed left behind.
        await asyncio.to_thread(asterisk.down)
        # Before `up`: who interrupts us while it boots must not find it running afterwards.
        stack.push_async_callback(asyncio.to_thread, asterisk.down)
        # What a visitor added to it, phones and all, is there again; the demo's own is as the demo has it.
        running = await asyncio.to_thread(asterisk.up, render(await stored_config(settings, take_again=True)))
        self.console.print(f"Asterisk {running.version} is up ({running.via}); SIP on {self._host(ports.sip_udp)}")

        if self.with_company:
            self.console.print("Looking that the company has its people, contacts and history …")
            await furnish(settings, staff=self.staff, callers=self.callers, clock=SystemClock(), days=self.history_days)
        self.service = await stack.enter_async_context(Ringdesk(settings))
        self.sign_ins = await company.populate(
            self.service.database,
            self.service.contacts,
            self.service.agents,
            SystemClock(),
            staff=self.staff,
            callers=self.callers,
        )
        await self.service.wait_for_pbx(LINK_SECONDS)
        self.manager = await stack.enter_async_context(Panel(self.address, "manager", PASSWORD))
        await self._seat_agents(stack)

    async def _seat_agents(self, stack: AsyncExitStack) -> None:
        secrets = {phone.account: phone.secret for phone in self.service.settings.the_pbx().phones}
        phones: dict[str, SoftPhone] = {}
        panels: dict[str, Panel] = {}
        for colleague in self.colleagues():
            phones[colleague.account] = await stack.enter_async_context(
                SoftPhone(
                    colleague.account,
                    secrets[colleague.account],
                    self.registrar,
                    program=self._program,
                    speaks=self.agent_speech[colleague.account].path,
                    display_name=colleague.name,
                    answer=Answer.never() if self.with_company else Answer.after(ANSWER_AFTER_SECONDS),
                )
            )
            panel = await stack.enter_async_context(Panel(self.address, colleague.login, PASSWORD))
            panels[colleague.account] = panel
            await panel.want("ready")
        self.phones, self.panels = phones, panels
        self.console.print(f"{len(phones)} agents are at their phones: {', '.join(phones)}")

    def _prepare_speech(self) -> None:
        found = tools.prompts()
        library = PromptLibrary(found.directory, found.transcripts)
        directory = self.state / "speech"
        directory.mkdir(exist_ok=True)
        self.agent_speech = {
            colleague.account: library.talk(
                directory / f"agent-{colleague.account}.wav", seconds=self.greeting_seconds, seed=1000 + index
            )
            for index, colleague in enumerate(self.colleagues())
        }
        self.caller_speech = [
            library.talk(directory / f"caller-{index}.wav", seconds=seconds, seed=index)
            for index, seconds in enumerate(self.speech_seconds[: self.callers])
        ]

    @staticmethod
    def _host(port: int) -> str:
        return f"127.0.0.1:{port}"
