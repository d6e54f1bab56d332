"""app_queue's members are kept like our agents: with the router away, nobody's phone rings who asked for no calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from pbx.errors import AmiError, CommandFailed
from queue_router.agents import Agent, Agents
from queue_router.states import Wanted

RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class MemberLine(Protocol):
    """Where members are paused."""

    @property
    def is_up(self) -> bool: ...

    async def pause(self, account: str, *, paused: bool) -> None:
        """Raises `AmiError`."""
        ...


def pauses(agents: Iterable[Agent], queues: Iterable[Sequence[str]]) -> dict[str, bool]:
    """By account, whether that member is to be paused: agents as they ask; the phones of who takes calls no more, too.

    `queues` are the members of each. One in which no agent serves at all is of plain phones, which ring as they are.
    """
    paused = {agent.account: agent.wanted is not Wanted.READY for agent in agents}
    served = [members for members in queues if any(account in paused for account in members)]
    return {account: True for members in served for account in members} | paused


class FallbackMembers:
    """Mirrors what agents ask for.

    Not their whole state: an agent who talks, or is in wrap-up, as the router dies would stay paused for as long as it
    is dead. Of calls app_queue knows by itself (`ringinuse`, `wrapuptime`).
    """

    def __init__(
        self, agents: Agents, line: MemberLine, queues: Callable[[], Iterable[Sequence[str]]] = lambda: ()
    ) -> None:
        """`queues` gives the members (accounts) of each queue, as they were published last."""
        self._agents = agents
        self._line = line
        self._queues = queues
        self._told: dict[str, bool] = {}
        self._changed = asyncio.Event()
        agents.watch(self._agent_changed)

    def tell_again(self) -> None:
        """Asterisk may have forgotten: it pauses nobody after a start."""
        self._told.clear()
        self._changed.set()

    async def run(self) -> None:
        """Tell Asterisk of every change, until cancelled. What could not be told is tried again."""
        is_told = True
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(None if is_told else RETRY_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            is_told = await self.tell_all()

    async def tell_all(self) -> bool:
        """Tell Asterisk what it was not told yet; false when something could not be told."""
        wanted = pauses(self._agents.all(), self._queues())
        told = [await self._tell(account, paused) for account, paused in wanted.items()]
        return all(told)

    async def _tell(self, account: str, paused: bool) -> bool:
        if self._told.get(account) is paused:
            return True
        if not self._line.is_up:
            return True  # all is told again after the next connect
        self._told[account] = paused
        try:
            await self._line.pause(account, paused=paused)
        except CommandFailed as error:
            log.debug("no member of app_queue", account=account, error=str(error))
        except AmiError as error:
            log.warning("app_queue was not told of an agent", account=account, error=str(error))
            self._told.pop(account, None)
            return False
        return True

    def _agent_changed(self, agent: Agent) -> None:
        self._changed.set()
