"""The one place where everything is wired together."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

import structlog
from aiohttp import web as aiohttp_web

from crm_core.contacts import ContactDirectory
from crm_core.timeline import Timeline
from dialplan.config import PbxConfig
from kernel.clock import Clock, SystemClock
from kernel.database import Database
from kernel.jobs import JobRunner
from kernel.messages import CommandBus, FactBus, LiveHub
from pbx.commands import PbxCommands, SetGlobal
from pbx.journal import Journal
from pbx.link import AmiLink, LinkState
from pbx.listener import Listener
from pbx.tracker import Tracker
from queue_router.agents import Agents
from queue_router.agi import AgiServer
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.desks import Desks
from queue_router.entry import Entry
from queue_router.heartbeat import Heartbeat
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable, Queue
from recordings import capture
from recordings.directory import RecordingsDirectory
from recordings.recogniser_client import RecogniserProcess
from recordings.speech_models import Engine, SpeechModel
from recordings.transcribe import JOB, Transcription, ask_for_waiting
from ringdesk import schema
from ringdesk.ami import ami_settings
from ringdesk.asterisk.ports import PortTaken
from ringdesk.settings import Settings
from web.application import create_app, start
from web.services import Services

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _GlobalVariables:
    """Plugs the commands of the PBX into the router's heartbeat."""

    commands: PbxCommands

    async def set_global(self, name: str, value: str) -> None:
        await self.commands.set_global(SetGlobal(variable=name, value=value))


@dataclass(slots=True)
class Ringdesk:
    """The running service. Use it as an asynchronous context manager; inside, everything works."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    database: Database = field(init=False)
    hub: LiveHub = field(init=False)
    journal: Journal = field(init=False)
    link: AmiLink = field(init=False)
    commands: PbxCommands = field(init=False)
    command_bus: CommandBus = field(init=False)
    contacts: ContactDirectory = field(init=False)
    agents: Agents = field(init=False)
    heartbeat: Heartbeat = field(init=False)
    http_port: int = field(init=False, default=0)
    failure: asyncio.Future[str] = field(init=False)
    """Done when a part of the service died, with which and why: whoever runs us should end us and start anew."""
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def wait_for_pbx(self, timeout: float) -> None:
        """Return when the PBX is connected and knows that calls can be answered; `LinkDown` after `timeout` seconds."""
        await self.link.wait_connected(timeout)
        await self.heartbeat.beat()

    async def _start(self, stack: AsyncExitStack) -> None:
        settings, pbx = self.settings, self.settings.the_pbx()
        self.failure = asyncio.get_running_loop().create_future()
        pbx.recordings.mkdir(parents=True, exist_ok=True)
        self.database = Database(settings.effective_database_url)
        stack.push_async_callback(self.database.close)
        await schema.upgrade(self.database)

        facts, self.hub = FactBus(), LiveHub()
        self.journal = Journal(self.database, facts, clock=self.clock)
        self.contacts = ContactDirectory(self.database, settings.default_region)
        timeline = Timeline(self.contacts)
        self.agents = Agents(self.database, self.hub, self.clock)
        await self.agents.load()
        desks, live_calls = Desks(self.hub, self.agents, self.clock), LiveCalls()
        # In this order a fact reaches whoever shows it last.
        timeline.subscribe(facts)
        capture.subscribe(facts)
        calls_of_agents = CallsOfAgents(self.agents, desks, live_calls, self.contacts)
        calls_of_agents.subscribe(facts)

        await self._start_jobs(stack, pbx)
        self._run(stack, self.journal.run(), "journal")
        stack.push_async_callback(self._flush_journal)
        self._run(stack, self.agents.run(), "agents")

        self.link = AmiLink(ami_settings(pbx), self.clock)
        self.commands = PbxCommands(self.link, play_context=f"{pbx.prefix}play")
        self.command_bus = CommandBus()
        for kind in self.commands.kinds:
            self.command_bus.own(kind, self.commands.run)
        entry = Entry(
            node=pbx.node,
            numbers=_number_table(pbx),
            agents=self.agents,
            desks=desks,
            calls=live_calls,
            directory=self.contacts,
            database=self.database,
            clock=self.clock,
            record=self.journal.record,
        )
        agi = AgiServer()
        agi.add_route("entry", entry.serve)  # type: ignore[no-untyped-call]
        await _listening("pbx.ports.agi", "127.0.0.1", pbx.ports.agi, agi.start("127.0.0.1", pbx.ports.agi))
        stack.push_async_callback(agi.stop)
        stack.push_async_callback(entry.drain)

        listener = Listener(
            pbx.node,
            self.link.events,
            Tracker(pbx.node),
            self.journal,
            self.database,
            self.clock,
            on_phone=lambda account, is_reachable: self.agents.phone_is(account, reachable=is_reachable),
            on_resync=calls_of_agents.resume,
        )
        self._run(stack, listener.run(), "listener")
        self._run(stack, self.link.run(), "link")
        self.heartbeat = Heartbeat(_GlobalVariables(self.commands), self.clock, lambda: agi.is_listening)
        self._run(stack, self.heartbeat.run(), "heartbeat")

        application = create_app(
            Services(
                database=self.database,
                hub=self.hub,
                clock=self.clock,
                contacts=self.contacts,
                timeline=timeline,
                agents=self.agents,
                desks=desks,
                readiness={"pbx": self._pbx_problem, "journal": self._journal_problem},
            )
        )
        runner, self.http_port = await self._serve(application)
        stack.push_async_callback(runner.cleanup)

    async def _start_jobs(self, stack: AsyncExitStack, pbx: PbxConfig) -> None:
        speech = self.settings.speech
        recogniser = RecogniserProcess(
            SpeechModel(Engine(speech.engine), speech.model, speech.language), threads=speech.threads
        )
        stack.push_async_callback(recogniser.close)
        transcription = Transcription(
            self.database,
            RecordingsDirectory(pbx.recordings),
            recogniser,
            clock=self.clock,
            announce=self.hub.publish,
        )
        async with self.database.transaction() as session:
            await ask_for_waiting(session, self.clock)  # there may be a model now
        jobs = JobRunner(self.database, {JOB: transcription.perform}, clock=self.clock)
        await jobs.start()
        stack.push_async_callback(jobs.close)

    async def _serve(self, application: aiohttp_web.Application) -> tuple[aiohttp_web.AppRunner, int]:
        http = self.settings.http
        served: tuple[aiohttp_web.AppRunner, int] = await _listening(
            "http.port", http.host, http.port, start(application, http.host, http.port)
        )
        return served

    async def _flush_journal(self) -> None:
        try:
            await self.journal.flush(timeout=10)
        except TimeoutError:
            log.error("stopping with facts that could not be written", waiting=self.journal.waiting)

    def _run(self, stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str) -> None:
        """Keep `work` going until the service stops; its death is the service's failure."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._notice_death)

        async def stop() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        stack.push_async_callback(stop)

    def _notice_death(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("a part of the service died", part=task.get_name(), exc_info=error)
            if not self.failure.done():
                self.failure.set_result(f"{task.get_name()}: {error!r}")

    async def _pbx_problem(self) -> str | None:
        return None if self.link.state is LinkState.CONNECTED else f"{self.link.state}: {self.link.reason}"

    async def _journal_problem(self) -> str | None:
        return self.journal.problem


def _number_table(pbx: PbxConfig) -> NumberTable:
    queues = [Queue(queue.name, tuple(queue.members), queue.ring_seconds) for queue in pbx.queues]
    return NumberTable(queues, pbx.numbers)


async def _listening(setting: str, host: str, port: int, starting: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await starting
    except socket.gaierror as error:
        raise PortTaken(f"{setting}: {host!r} is no address of this machine ({error.strerror})") from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise PortTaken(f"{setting}: {host} is no address of this machine") from error
        raise PortTaken(
            f"can't listen on {host}:{port} ({os.strerror(error.errno or 0)}): free it or set {setting}"
        ) from error
