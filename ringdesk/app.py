"""The one place where everything is wired together."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import structlog
from aiohttp import web as aiohttp_web
from sqlalchemy.exc import SQLAlchemyError

from accounts.errors import BadInput
from accounts.passwords import Passwords
from accounts.start import prepare_accounts
from crm_core.call_outcomes import seed_outcomes
from crm_core.contacts import ContactDirectory
from crm_core.crm import Crm
from dialplan.config import PbxConfig
from dialplan.stored import StoredPbx
from kernel.clock import Clock, SystemClock
from kernel.database import Database
from kernel.jobs import JobRunner
from kernel.messages import CommandBus, FactBus, LiveHub
from pbx.backfill_gaps import GapFiller
from pbx.cel_rotation import Limits, LogRotation
from pbx.commands import Hangup, PbxCommands, SetGlobal
from pbx.errors import LinkDown
from pbx.journal import Journal
from pbx.link import AmiLink, LinkState
from pbx.listener import Listener
from pbx.snapshot import Snapshot
from pbx.tracker import Tracker
from queue_router.agent_history import AgentHistory
from queue_router.agents import Agents
from queue_router.agi import AgiServer
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.desks import Desks
from queue_router.dispatch import Dispatcher
from queue_router.fallback_members import FallbackMembers
from queue_router.heartbeat import Heartbeat
from queue_router.live_board import LiveBoard
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
from ringdesk.publishing import Publishing, target_of
from ringdesk.routing import Router
from ringdesk.settings import Settings, SettingsError, make_private
from web.application import create_app, start
from web.proxies import Proxies
from web.services import Services
from web.tls import Certificate

MIB = 1024 * 1024

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _GlobalVariables:
    """Plugs the commands of the PBX into the router's heartbeat."""

    commands: PbxCommands

    async def set_global(self, name: str, value: str) -> None:
        await self.commands.set_global(SetGlobal(variable=name, value=value))


@dataclass(slots=True)
class _DeskLine:
    """Plugs the commands of the PBX into the desk, through the bus: the link may live in another process."""

    commands: CommandBus

    async def hang_up(self, channel: str) -> None:
        await self.commands.send(Hangup(channel=channel))


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
    dispatcher: Dispatcher = field(init=False)
    board: LiveBoard = field(init=False)
    numbers: NumberTable = field(init=False)
    _members: FallbackMembers = field(init=False)
    publishing: Publishing = field(init=False)
    http_port: int = field(init=False, default=0)
    certificate: Certificate | None = field(init=False, default=None)
    """With which we serve https; None: plain HTTP."""
    first_password: str | None = field(init=False, default=None, repr=False)
    """The password of `admin`, when this start made that user. For the terminal, never for a log."""
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
        try:
            async with asyncio.timeout(timeout):
                await self.link.wait_connected(timeout)
                await self.dispatcher.wait_heard()
        except TimeoutError:
            raise LinkDown(f"{self.link.reason}, but it was not told within {timeout:g} s what goes on there") from None
        await self.heartbeat.beat()

    async def _start(self, stack: AsyncExitStack) -> None:
        settings, pbx = self.settings, self.settings.the_pbx()
        self.failure = asyncio.get_running_loop().create_future()
        if settings.http.certificate is not None and settings.http.key is not None:
            self.certificate = Certificate(settings.http.certificate, settings.http.key)
        make_private(settings.state)
        pbx.recordings.mkdir(parents=True, exist_ok=True)
        self.database = Database(settings.effective_database_url)
        stack.push_async_callback(self.database.close)
        await schema.upgrade(self.database)
        stored = StoredPbx(pbx)
        try:
            async with self.database.transaction() as session:
                await stored.take_over(session, self.clock.now())
                pbx = await stored.config(session)
        except BadInput as error:
            raise SettingsError(f"the settings and what is stored do not go together: {error.reason}") from error
        self.publishing = Publishing(
            self.database, stored, target_of(settings), self.clock, on_published=self._take_published
        )
        async with self.database.transaction() as session:
            self.first_password = await prepare_accounts(session, Passwords(), self.clock.now())

        facts, self.hub = FactBus(), LiveHub()
        self.journal = Journal(self.database, facts, clock=self.clock)
        crm = Crm(self.database, settings.default_region, settings.zone)
        self.contacts = crm.contacts
        async with self.database.transaction() as session:
            await self.contacts.adopt_companies(session, self.clock.now())
            await seed_outcomes(session)
        self.agents = Agents(self.database, self.hub, self.clock)
        await self.agents.load()
        desks, live_calls = Desks(self.hub, self.agents, self.clock), LiveCalls()
        # In this order a fact reaches whoever shows it last.
        crm.subscribe(facts)
        capture.subscribe(facts)
        self.numbers = numbers = _number_table(pbx)
        calls_of_agents = CallsOfAgents(self.agents, desks, live_calls, self.contacts, numbers.wrap_up_seconds)
        calls_of_agents.subscribe(facts)

        await self._start_jobs(stack, pbx)
        self._run(stack, self.journal.run(), "journal")
        stack.push_async_callback(self._flush_journal)
        history = AgentHistory(self.agents, self.database, self.clock)
        stack.push_async_callback(_written, history)
        self._run(stack, history.run(), "history of agents")
        self._run(stack, self.agents.run(), "agents")

        self.link = AmiLink(ami_settings(pbx), self.clock)
        self.commands = PbxCommands(self.link, play_context=f"{pbx.prefix}play")
        self.command_bus = CommandBus()
        for kind in self.commands.kinds:
            self.command_bus.own(kind, self.commands.run)
        router = Router.of(
            node=pbx.node,
            prefix=pbx.prefix,
            numbers=numbers,
            agents=self.agents,
            desks=desks,
            calls=live_calls,
            directory=self.contacts,
            database=self.database,
            clock=self.clock,
            facts=facts,
            link=self.link,
            commands=self.commands,
            record=self.journal.record,
            is_fit=lambda: self.journal.problem is None,
        )
        self.dispatcher, self._members = router.dispatcher, router.members
        self.board = LiveBoard(
            numbers=numbers,
            agents=self.agents,
            desks=desks,
            calls=live_calls,
            room=self.dispatcher,
            database=self.database,
            hub=self.hub,
            clock=self.clock,
            zone=settings.zone,
        )
        self.journal.watch(self.board.written)
        self.dispatcher.watch(self.board.look)
        await self.board.load()
        self._run(stack, self.board.run(), "board")
        for name, work in router.tasks().items():
            self._run(stack, work, name)
        agi = AgiServer()
        router.serve_on(agi)
        await _listening(f"pbx.{pbx.node}.ports.agi", "127.0.0.1", pbx.ports.agi, agi.start("127.0.0.1", pbx.ports.agi))
        stack.push_async_callback(agi.stop)
        stack.push_async_callback(router.entry.drain)

        self.heartbeat = Heartbeat(
            _GlobalVariables(self.commands),
            self.clock,
            is_alive=lambda: agi.is_listening and router.dispatcher.is_pbx_heard,
            on_reached=router.dispatcher.look_for_strays,
        )

        async def adopt(snapshot: Snapshot) -> None:
            await router.adopt(snapshot)
            self.heartbeat.beat_soon()

        listener = Listener(
            pbx.node,
            self.link.events,
            Tracker(pbx.node),
            self.journal,
            self.database,
            self.clock,
            on_phone=lambda account, is_reachable: self.agents.phone_is(account, reachable=is_reachable),
            on_resync=calls_of_agents.resume,
            on_snapshot=adopt,
            filler=self._start_filling(stack, pbx.node),
        )
        self._run(stack, listener.run(), "listener")
        self._run(stack, self.link.run(), "link")
        self._run(stack, self.heartbeat.run(), "heartbeat")

        self._run(stack, self.publishing.run(), "publishing")
        application = create_app(
            Services(
                database=self.database,
                hub=self.hub,
                clock=self.clock,
                crm=crm,
                proxies=Proxies.of(settings.http.trusted_proxies),
                queues_of=self._queues_of,
                agents=self.agents,
                desks=desks,
                board=self.board,
                publishing=self.publishing,
                panels=router.panels,
                line=_DeskLine(self.command_bus),
                readiness={"pbx": self._pbx_problem, "journal": self._journal_problem},
            )
        )
        runner, self.http_port = await self._serve(application)
        stack.push_async_callback(runner.cleanup)

    def _start_filling(self, stack: AsyncExitStack, node: str) -> GapFiller:
        """What completes the journal from Asterisk's files, which are kept from growing for ever."""
        kept, directory = self.settings.journal, self.settings.asterisk_logs
        filler = GapFiller(node, directory, self.journal, self.database, self.clock)
        if problem := filler.problem():
            log.warning("calls missed in a gap can't be completed", problem=problem, setting="journal.asterisk_logs")
        limits = Limits(kept.rotate_mib * MIB, timedelta(days=kept.keep_days), kept.keep_mib * MIB)
        self._run(stack, LogRotation(directory, limits, self.clock).run(), "log rotation")
        return filler

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
        tls = self.certificate.context if self.certificate is not None else None
        served: tuple[aiohttp_web.AppRunner, int] = await _listening(
            "http.port", http.host, http.port, start(application, http.host, http.port, tls)
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

    async def _take_published(self, pbx: PbxConfig) -> None:
        """Route by what Asterisk was told just now."""
        self.numbers.replace(_queues(pbx), pbx.numbers, pbx.default_queue)
        await self.agents.load()
        # A new member of app_queue is not paused yet; a caller may wait for whom there is somebody now.
        self._members.tell_again()
        self.dispatcher.look()
        self.board.look()
        # Of a new phone nobody has told yet whether it is there.
        self.link.request_snapshot()

    def _queues_of(self, user_id: int) -> frozenset[str]:
        agent = self.agents.find(user_id)
        if agent is None:
            return frozenset()
        return frozenset(queue.name for queue in self.numbers.queues.values() if agent.account in queue.members)

    async def _pbx_problem(self) -> str | None:
        return None if self.link.state is LinkState.CONNECTED else f"{self.link.state}: {self.link.reason}"

    async def _journal_problem(self) -> str | None:
        return self.journal.problem


async def _written(history: AgentHistory) -> None:
    try:
        await history.write()
    except SQLAlchemyError as error:
        log.error("stopping with states of agents that could not be written", error=str(error).splitlines()[0])


def _queues(pbx: PbxConfig) -> list[Queue]:
    return [Queue(queue.name, tuple(queue.members), queue.ring_seconds, queue.wrap_up_seconds) for queue in pbx.queues]


def _number_table(pbx: PbxConfig) -> NumberTable:
    return NumberTable(_queues(pbx), pbx.numbers, pbx.default_queue)


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
