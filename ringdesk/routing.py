"""The router's parts, wired together."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self

from kernel.clock import Clock
from kernel.database import Database
from kernel.messages import FactBus
from pbx.commands import PbxCommands
from pbx.facts import CallFact
from pbx.link import AmiLink
from pbx.snapshot import Snapshot
from queue_router.agents import Agents
from queue_router.agi import AgiServer
from queue_router.desks import CallerDirectory, Desks
from queue_router.dispatch import Dispatcher
from queue_router.entry import Entry
from queue_router.fallback_members import FallbackMembers
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable
from queue_router.offer_book import OfferBook
from queue_router.panels import Panels
from queue_router.pbx_line import PbxLine
from queue_router.position import Position
from queue_router.state_by_phone import StateByPhone


@dataclass(frozen=True, slots=True)
class Router:
    """What decides who gets a call, for one PBX. `tasks` are to be kept going; `adopt` is told every snapshot."""

    entry: Entry
    dispatcher: Dispatcher
    members: FallbackMembers
    panels: Panels
    position: Position
    state_by_phone: StateByPhone

    @classmethod
    def of(
        cls,
        *,
        node: str,
        prefix: str,
        numbers: NumberTable,
        agents: Agents,
        desks: Desks,
        calls: LiveCalls,
        directory: CallerDirectory,
        database: Database,
        clock: Clock,
        facts: FactBus,
        link: AmiLink,
        commands: PbxCommands,
        record: Callable[[list[CallFact]], None],
        is_fit: Callable[[], bool] = lambda: True,
    ) -> Self:
        """Wire it, behind those who subscribed to facts before. `is_fit`: whether facts reach their handlers."""
        line = PbxLine(link, commands, prefix)
        book = OfferBook(agents, desks, database, clock)
        dispatcher = Dispatcher(
            numbers=numbers,
            agents=agents,
            calls=calls,
            directory=directory,
            book=book,
            line=line,
            clock=clock,
            prefix=prefix,
            is_fit=is_fit,
        )
        dispatcher.subscribe(facts)
        entry = Entry(
            node=node,
            numbers=numbers,
            agents=agents,
            desks=desks,
            calls=calls,
            directory=directory,
            database=database,
            clock=clock,
            record=record,
            book=book,
            dispatcher=dispatcher,
            prefix=prefix,
        )
        return cls(
            entry,
            dispatcher,
            FallbackMembers(agents, line, lambda: [queue.members for queue in numbers.queues.values()]),
            Panels(agents, clock),
            Position(dispatcher, line),
            StateByPhone(agents),
        )

    def serve_on(self, server: AgiServer) -> None:
        """Answer Asterisk's questions there."""
        for name, script in (
            ("entry", self.entry.serve),
            ("waiting", self.position.serve),
            ("state", self.state_by_phone.serve),
        ):
            server.add_script(name, script)

    def tasks(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What has to run, by name."""
        return {
            "dispatcher": self.dispatcher.run(),
            "fallback members": self.members.run(),
            "panels": self.panels.run(),
        }

    async def adopt(self, snapshot: Snapshot) -> None:
        """Set right what is thought of Asterisk."""
        await self.dispatcher.adopt(snapshot)
        self.members.tell_again()
