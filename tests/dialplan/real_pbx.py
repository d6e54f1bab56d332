"""A real Asterisk that runs on nothing but what `render` wrote, phones for it, and an AMI link as Ringdesk's."""

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from dialplan.config import Outbound, PbxConfig, Phone, Ports, Queue, Trunk
from pbx.link import AmiLink, AmiSettings
from ringdesk.asterisk.packages import UnpackedSet
from ringdesk.demo.softphone import Answer, Program, SoftPhone

SECRET = "a-good-secret"
# What is hard in a name, all of it at once.
NAME = 'Ann สมชาย "x"; \\; ${SHELL(id)} <b>'


@dataclass
class RealPbx:
    """An Asterisk that runs."""

    config: PbxConfig
    state: Path
    asterisk: UnpackedSet
    phones: UnpackedSet

    def console(self, command: str) -> str:
        done = subprocess.run(
            self.command("-rx", command), capture_output=True, text=True, timeout=20, check=False, errors="replace"
        )
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        etc = self.state / "etc/asterisk.conf"
        return self.asterisk.command("usr/sbin/asterisk", "-C", str(etc), *arguments)

    def complaints(self) -> list[str]:
        log = (self.state / "log/messages.log").read_text(errors="replace")
        return [line for line in log.splitlines() if "WARNING" in line or "ERROR" in line]

    def prompt(self, name: str) -> Path:
        return self.asterisk.root / f"usr/share/asterisk/sounds/en_US_f_Allison/{name}.wav"

    def _phone(self, account: str, secret: str | None, **habits: object) -> SoftPhone:
        program = Program(tuple(self.phones.command("usr/bin/baresip")), self.phones.root / "usr/lib/baresip/modules")
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


def free_ports(kind: socket.SocketKind, count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket(socket.AF_INET, kind)) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def real_config(state: Path) -> PbxConfig:
    sip, elsewhere = free_ports(socket.SOCK_DGRAM, 2)
    http, ami, agi = free_ports(socket.SOCK_STREAM, 3)
    return PbxConfig(
        ports=Ports(sip_udp=sip, http=http, ami=ami, agi=agi, rtp_first=23000, rtp_last=23999),
        recordings=state / "recordings",
        ami_secret=SECRET,
        phones=[
            Phone(account="1001", secret=SECRET, name=NAME),
            Phone(account="1002", secret=SECRET),
            Phone(account="web1", secret=SECRET, browser=True),
        ],
        trunks=[Trunk(name="carrier", match=["127.0.0.1"], host="127.0.0.1", port=elsewhere)],
        queues=[Queue(name="sales-de", members=["1001", "1002"], strategy="linear")],
        numbers={"+49301234": "sales-de", "600": "sales-de"},
        outbound=Outbound(trunk="carrier", prefixes=["+49"]),
    )
