"""A whole house for a test: a real Asterisk, the service, agents and callers at real phones. Each part ends alone."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
import websockets
from sqlalchemy import select

from dialplan.config import PbxConfig
from dialplan.render import render
from kernel.clock import SystemClock
from kernel.database import Database
from pbx.journal import facts_of_call
from pbx.journal_tables import CallFactRow, CallRow, LinkGapRow
from ringdesk.app import Ringdesk
from ringdesk.asterisk import tools
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports, free_ports
from ringdesk.asterisk.tools import ToolMissing
from ringdesk.demo import company
from ringdesk.demo.company import SALES_NUMBER, SignIns
from ringdesk.demo.softphone import Answer, PhoneEvent, PhoneEventKind, Program, SoftPhone
from ringdesk.demo.speech import PromptLibrary
from ringdesk.settings import Settings
from tests.end_to_end.waiting import eventually
from tests.telephony.sipp import Sipp
from tests.tools import missing, require_tool

LINK_SECONDS = 20.0
ODD_CALLER = "odd"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message on an agent's live connection, and when it came (seconds of `time.monotonic`)."""

    monotonic: float
    message: dict[str, Any]

    @property
    def kind(self) -> str | None:
        return self.message.get("kind")

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.message["data"]
        return data


class Screen:
    """What an agent's screen is told."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._changed = asyncio.Event()

    def hear(self, message: dict[str, Any]) -> None:
        self.heard.append(Heard(time.monotonic(), message))
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(
        self, kind: str, where: Callable[[dict[str, Any]], bool] = lambda data: True, *, timeout: float = 30.0
    ) -> Heard:
        """The first change of that kind whose data fulfil `where`."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for heard in self.heard:
                        if heard.kind == kind and where(heard.data):
                            return heard
                    await self._changed.wait()
        except TimeoutError:
            came = [heard.kind or heard.message["type"] for heard in self.heard]
            raise AssertionError(f"the screen heard no {kind} within {timeout:g} s, but {came}") from None


@dataclass(slots=True)
class House:
    """`async with` starts Asterisk and the service, with `staff` agents and `callers` contacts; leaving ends all.

    `change_pbx` may change what Asterisk and the service are told, `service_pbx` only what the service is. What lies
    in `state` outlives the service, as in real life.
    """

    staff: int = 2
    callers: int = 4
    ring_seconds: int = 60
    engine: str = "vosk"
    """Without a model: recordings wait. `whisper` transcribes."""
    keeps_http_port: bool = False
    """Whether a service that is started again serves at the same address."""
    database_url: str | None = None
    """None: SQLite, in the state directory."""
    with_asterisk: bool = True
    with_service: bool = True
    change_pbx: Callable[[PbxConfig], PbxConfig] = lambda pbx: pbx
    service_pbx: Callable[[PbxConfig], PbxConfig] = lambda pbx: pbx
    state: Path = field(init=False)
    settings: Settings = field(init=False)
    asterisk: AsteriskInstance = field(init=False)
    service: Ringdesk = field(init=False)
    sign_ins: SignIns = field(init=False)
    http: aiohttp.ClientSession = field(init=False)
    odd_ports: Mapping[str, int] = field(init=False)
    _program: Program = field(init=False)
    _sipp: tools.Tool = field(init=False)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)
    _running: AsyncExitStack | None = field(init=False, default=None)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._set_up(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: Any) -> None:
        if error[0] is not None and self.with_asterisk:
            print(self.asterisk.log_tail(60))
            with suppress(Exception):
                print(await asyncio.to_thread(self.asterisk.console, "core show channels concise"))
        await self._stack.aclose()

    async def _set_up(self, stack: AsyncExitStack) -> None:
        require_tool("asterisk")
        self._sipp = require_tool("sipp")
        try:
            self._program = Program.of(require_tool("baresip"))
        except ToolMissing as error:
            missing(error)
        self.state = Path(tempfile.mkdtemp(prefix="rd-"))  # short: a socket's path has 107 bytes
        stack.callback(shutil.rmtree, self.state, ignore_errors=True)
        ports = free_asterisk_ports()
        self.odd_ports = {ODD_CALLER: free_ports(1)[0]}
        http_port = free_ports(1)[0] if self.keeps_http_port else 0
        settings = company.settings(self.state, self.staff, ports.model_dump(), http_port)
        pbx = settings.the_pbx()
        queues = [queue.model_copy(update={"ring_seconds": self.ring_seconds}) for queue in pbx.queues]
        self._keep(settings, self.change_pbx(pbx.model_copy(update={"queues": queues})))
        self.pbx.recordings.mkdir(parents=True)
        self.asterisk = AsteriskInstance(self.state / "asterisk", ports=ports)
        stack.push_async_callback(asyncio.to_thread, self.asterisk.down)
        if self.with_asterisk:
            await self.start_asterisk()
        self.http = await stack.enter_async_context(aiohttp.ClientSession())
        stack.push_async_callback(self.stop_service)
        if self.with_service:
            await self.start_service(connected=self.with_asterisk)

    def _keep(self, settings: Settings, pbx: PbxConfig) -> None:
        speech = settings.speech.model_copy(update={"engine": self.engine})
        changes = {"pbx": {"main": pbx}, "speech": speech, "database_url": self.database_url}
        self.settings = settings.model_copy(update=changes)

    # Its parts

    @property
    def pbx(self) -> PbxConfig:
        return self.settings.the_pbx()

    @property
    def registrar(self) -> str:
        return f"127.0.0.1:{self.pbx.ports.sip_udp}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.service.http_port}"

    async def start_asterisk(self) -> None:
        await asyncio.to_thread(self.asterisk.up, render(self.pbx))

    async def start_service(self, *, connected: bool = True) -> None:
        """Start the service, for the first time or once more; people and contacts are there, agents as they were."""
        told = self.settings.model_copy(update={"pbx": {"main": self.service_pbx(self.pbx)}})
        async with AsyncExitStack() as stack:
            self.service = await stack.enter_async_context(Ringdesk(told))
            self.sign_ins = await company.populate(
                self.service.database,
                self.service.contacts,
                self.service.agents,
                SystemClock(),
                staff=self.staff,
                callers=self.callers,
            )
            if connected:
                await self.service.wait_for_pbx(LINK_SECONDS)
            self._running = stack.pop_all()

    async def stop_service(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.aclose()

    # Its people

    def phone(self, account: str, *, answer: Answer | None = None, **phone: Any) -> SoftPhone:
        """The phone of an agent; answered after 0.2 s, unless `answer` says otherwise."""
        secret = next(each.secret for each in self.pbx.phones if each.account == account)
        answer = answer or Answer.after(0.2)
        return SoftPhone(account, secret, self.registrar, program=self._program, answer=answer, **phone)

    @asynccontextmanager
    async def ready_agent(self, account: str = "1001", **phone: Any) -> AsyncIterator[SoftPhone]:
        """An agent at their phone, who takes calls."""
        async with self.phone(account, **phone) as softphone:
            await self.want(account, "ready")
            await self.reached(account, "ready")
            yield softphone

    async def reached(self, account: str, state: str, *, timeout: float = 30.0) -> None:
        """Return when the agent is in that state."""

        async def look() -> bool:
            agent = self.service.agents.at_phone(account)
            return agent is not None and agent.state == state

        await eventually(look, f"agent {account} is {state}", timeout=timeout)

    def caller(self, number: str, *, name: str = "", **phone: Any) -> SoftPhone:
        """The phone of somebody outside."""
        return SoftPhone(
            number, None, self.registrar, program=self._program, register=False, display_name=name, **phone
        )

    def odd_caller(self, scenario: str, *, seconds: float) -> Sipp:
        """sipp plays `scenario`, calling the sales number and talking for `seconds`."""
        keys = {"target": SALES_NUMBER}
        directory = self.state
        pause = int(1000 * seconds)
        return Sipp(self._sipp, self, ODD_CALLER, scenario, directory, keys=keys, pause_ms=pause)  # type: ignore[arg-type]

    async def want(self, account: str, wanted: str) -> dict[str, Any]:
        """The agent asks for that state, over the API."""
        headers = {"Authorization": f"Bearer {self.sign_ins.agents[account]}"}
        url = f"{self.address}/api/v1/agents/me/state"
        async with self.http.post(url, headers=headers, json={"wanted": wanted}) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    @asynccontextmanager
    async def screen(self, account: str) -> AsyncIterator[Screen]:
        """The agent's live connection, signed in and with its first snapshot."""
        address = f"{self.address.replace('http', 'ws')}/live"
        async with websockets.connect(address) as connection:
            screen = Screen()
            await connection.send(json.dumps({"type": "sign_in", "token": self.sign_ins.agents[account]}))
            async with asyncio.timeout(30):
                while (message := json.loads(await connection.recv()))["type"] != "snapshot":
                    pass
            screen.hear(message)

            async def listen() -> None:
                async for text in connection:
                    screen.hear(json.loads(text))

            listening = asyncio.create_task(listen())
            try:
                yield screen
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    # What it knows

    async def get(self, path: str, *, token: str | None = None) -> tuple[int, Any]:
        """Status and document of the API; the manager asks, unless another's token is given."""
        headers = {"Authorization": f"Bearer {token or self.sign_ins.manager}"}
        async with self.http.get(f"{self.address}{path}", headers=headers) as response:
            return response.status, await response.json()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The service's database, opened by itself: also there while the service is not."""
        database = Database(self.settings.effective_database_url)
        try:
            yield database
        finally:
            await database.close()

    async def calls(self) -> list[CallRow]:
        """Every call of the journal, in order of start."""
        async with self.database() as database, database.reading() as session:
            return list(await session.scalars(select(CallRow).order_by(CallRow.started_at, CallRow.call_id)))

    async def gaps(self) -> list[LinkGapRow]:
        """The gaps of the journal, in order."""
        async with self.database() as database, database.reading() as session:
            return list(await session.scalars(select(LinkGapRow).order_by(LinkGapRow.started_at)))

    async def facts(self, call_id: str) -> list[CallFactRow]:
        """The facts of a call, in order of time."""
        async with self.database() as database, database.reading() as session:
            return await facts_of_call(session, call_id)

    async def call_from(self, number: str) -> CallRow | None:
        """The newest call from that number."""
        calls = [call for call in await self.calls() if call.caller_number == number]
        return calls[-1] if calls else None

    async def ended_call_from(self, number: str, *, timeout: float = 30.0) -> CallRow:
        """The call from that number, once the journal has its end."""

        async def look() -> CallRow | None:
            call = await self.call_from(number)
            return call if call is not None and call.ended_at is not None else None

        found = await eventually(look, f"the end of the call from {number}", timeout=timeout)
        assert found is not None
        return found


async def established(phone: SoftPhone, *, call: str | None = None, timeout: float = 30.0) -> PhoneEvent:
    """The phone's next call stands."""
    return await phone.wait_for(PhoneEventKind.ESTABLISHED, timeout=timeout, call=call)


def library() -> PromptLibrary:
    """Real prompts to speak."""
    try:
        found = tools.prompts()
    except ToolMissing as error:
        missing(error)
    return PromptLibrary(found.directory, found.transcripts)
