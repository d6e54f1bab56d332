"""A real Asterisk that runs on nothing but what `render` wrote, phones for it, and an AMI link as Ringdesk's."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from dialplan.config import Outbound, PbxConfig, Phone, Ports, Queue, Trunk
from pbx.link import AmiLink, AmiSettings
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_ports
from ringdesk.asterisk.tools import Prompts, Tool, baresip_modules
from ringdesk.demo.softphone import Answer, Program, SoftPhone

SECRET = "a-good-secret"
# Added to the addresses of 1009: a contact that would be two parties if it were dialled as it is.
CUSTOM_PJSIP = "[1009](+type=aor)\nqualify_frequency = 0\ncontact = sip:a&PJSIP@127.0.0.1:9\n"
# What is hard in a name, all of it at once.
NAME = 'Ann สมชาย "x"; \\; ${SHELL(id)} <b>'


@dataclass
class RealPbx:
    """An Asterisk that runs."""

    config: PbxConfig
    instance: AsteriskInstance
    baresip: Tool
    prompts: Prompts

    def console(self, command: str) -> str:
        return self.instance.console(command)

    def complaints(self) -> list[str]:
        log = (self.instance.directories.log / "messages.log").read_text(errors="replace")
        return [line for line in log.splitlines() if "WARNING" in line or "ERROR" in line]

    def prompt(self, name: str) -> Path:
        return self.prompts.directory / f"{name}.wav"

    def _phone(self, account: str, secret: str | None, **habits: object) -> SoftPhone:
        program = Program(self.baresip.argv, baresip_modules(self.baresip))
        registrar = f"127.0.0.1:{self.config.ports.sip_udp}"
        return SoftPhone(account, secret, registrar, program=program, **habits)  # type: ignore[arg-type]

    def agent(self, account: str = "1001", answer: Answer | None = None) -> SoftPhone:
        """A phone of ours that registers, speaks and answers at once unless told otherwise."""
        return self._phone(account, SECRET, answer=answer or Answer.at_once(), speaks=self.prompt("agent-alreadyon"))

    def caller(self) -> SoftPhone:
        """Somebody who calls in over the trunk, and speaks."""
        return self._phone("4930777", None, register=False, speaks=self.prompt("demo-echotest"), display_name="Eve")

    @contextlib.asynccontextmanager
    async def link(self) -> AsyncIterator[AmiLink]:
        settings = AmiSettings(port=self.config.ports.ami, username="ringdesk", secret=SECRET)
        link = AmiLink(settings)
        running = asyncio.create_task(link.run())
        try:
            await link.wait_connected(5)
            yield link
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    @contextlib.asynccontextmanager
    async def router(self, conversation: Callable[["Agi"], Awaitable[None]] | None) -> AsyncIterator[list["Agi"]]:
        """A FastAGI at the router's port, its heartbeat fresh. `conversation` None: it accepts and says nothing."""
        heard: list[Agi] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            agi = Agi(reader, writer)
            heard.append(agi)
            try:
                if conversation is None:
                    await reader.read(1 << 20)
                    await agi.ended.wait()
                    return
                await agi.greet()
                await conversation(agi)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", self.config.ports.agi)
        try:
            self.beat()
            yield heard
        finally:
            for agi in heard:
                agi.ended.set()
            server.close()

    def beat(self, at: float | None = None) -> None:
        self.console(f"dialplan set global RD_HEARTBEAT {int(time.time() if at is None else at)}")


class Agi:
    """One AGI session, as a router sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.environment: dict[str, str] = {}
        self.ended = asyncio.Event()
        self._reader = reader
        self._writer = writer

    async def greet(self) -> None:
        while line := (await self._reader.readuntil(b"\n")).decode().strip():
            key, value = line.split(":", 1)
            self.environment[key] = value.strip()

    async def say(self, command: str) -> str:
        self._writer.write(command.encode() + b"\n")
        await self._writer.drain()
        return (await self._reader.readuntil(b"\n")).decode().strip()

    async def variable(self, name: str) -> str:
        answer = await self.say(f"GET VARIABLE {name}")
        return answer.partition("(")[2].removesuffix(")")

    async def die_after(self, command: str) -> None:
        """Say it and be gone before the answer, as a killed router is."""
        self._writer.write(command.encode() + b"\n")
        await self._writer.drain()
        self._writer.close()


def real_config(state: Path, ports: Ports) -> PbxConfig:
    """Three phones, a trunk to a port where nobody is, and every kind of number."""
    (nowhere,) = free_ports(1)
    return PbxConfig(
        ports=ports,
        recordings=state / "recordings",
        ami_secret=SECRET,
        phones=[
            Phone(account="1001", secret=SECRET, name=NAME),
            Phone(account="1002", secret=SECRET),
            Phone(account="1009", secret=SECRET),
            Phone(account="web1", secret=SECRET, browser=True),
        ],
        trunks=[Trunk(name="carrier", match=["127.0.0.1"], host="127.0.0.1", port=nowhere)],
        queues=[Queue(name="sales-de", members=["1001", "1002"], strategy="linear", wrap_up_seconds=0)],
        numbers={"+49301234": "sales-de", "600": "sales-de", "601": "sales-de"},
        early_media=frozenset({"601"}),
        outbound=Outbound(trunk="carrier", prefixes=["+49"], at_once=1),
    )
