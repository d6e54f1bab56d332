"""app_queue's members are kept like our agents: with the router away, nobody's phone rings who asked for no calls."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from pbx.errors import AmiError, CommandFailed
from queue_router.agents import Agent, Agents
from queue_router.states import Wanted

log = structlog.get_logger(__name__)


class MemberLine(Protocol):
    """Where members are paused."""

    @property
    def is_up(self) -> bool: ...

    async def pause(self, account: str, *, paused: bool) -> None:
        """Raises `AmiError`."""
        ...


class FallbackMembers:
    """Mirrors what agents ask for.

    Not their whole state: an agent who talks, or is in wrap-up, as the router dies would stay paused for as long as it
    is dead. Of calls app_queue knows by itself (`ringinuse`, `wrapuptime`).
    """

    def __init__(self, agents: Agents, line: MemberLine) -> None:
        self._agents = agents
        self._line = line
        self._told: dict[str, bool] = {}
        self._changed = asyncio.Event()
        agents.watch(self._agent_changed)

    def tell_again(self) -> None:
        """Asterisk may have forgotten: it pauses nobody after a start."""
        self._told.clear()
        self._changed.set()

    async def run(self) -> None:
        """Tell Asterisk of every change, until cancelled. What could not be told is told with the next snapshot."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.tell_all()

    async def tell_all(self) -> None:
        """Tell Asterisk what it was not told yet."""
        for agent in self._agents.all():
            await self._tell(agent)

    async def _tell(self, agent: Agent) -> None:
        paused = agent.wanted is not Wanted.READY
        if self._told.get(agent.account) is paused or not self._line.is_up:
            return
        self._told[agent.account] = paused
        try:
            await self._line.pause(agent.account, paused=paused)
        except CommandFailed as error:
            log.debug("no member of app_queue", account=agent.account, error=str(error))
        except AmiError as error:
            log.warning("app_queue was not told of an agent", account=agent.account, error=str(error))

    def _agent_changed(self, agent: Agent) -> None:
        self._changed.set()
