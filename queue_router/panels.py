"""An agent whose panel is lost is not ready: a call would ring at an empty desk."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import Clock
from queue_router.agents import Agents
from queue_router.states import ChangedBy, Wanted

LOST_SECONDS = 60.0
CHECK_SECONDS = 1.0
PANEL_LOST = "panel lost"
"""The reason that stands where the router made somebody not ready because their panel is gone."""

log = structlog.get_logger(__name__)


class Panels:
    """Counts each agent's open panels.

    Only who had a panel while they were ready can lose it: whoever asks for calls by phone code, or by a program of
    theirs, works without one.
    """

    def __init__(self, agents: Agents, clock: Clock) -> None:
        self._agents = agents
        self._clock = clock
        self._open: Counter[int] = Counter()
        self._gone: dict[int, tuple[float, datetime]] = {}
        """By user id: when the last panel went, monotonic and as wall time."""

    def opened(self, user_id: int) -> None:
        """A panel of that user is there."""
        self._open[user_id] += 1
        self._gone.pop(user_id, None)

    def closed(self, user_id: int) -> None:
        """One of them is gone."""
        self._open[user_id] -= 1
        if self._open[user_id] <= 0:
            del self._open[user_id]
            if self._agents.find(user_id) is not None:
                self._gone[user_id] = (self._clock.monotonic(), self._clock.now())

    def count(self, user_id: int) -> int:
        """How many panels that user has open."""
        return self._open[user_id]

    async def run(self) -> None:
        """Look after those who lost theirs, until cancelled."""
        while True:
            await self._clock.sleep(CHECK_SECONDS)
            await self.check()

    async def check(self) -> None:
        """Make not ready whose panel has been gone for too long."""
        for user_id, (monotonic, at) in list(self._gone.items()):
            if self._clock.monotonic() - monotonic < LOST_SECONDS:
                continue
            del self._gone[user_id]
            agent = self._agents.find(user_id)
            if agent is None or agent.wanted is not Wanted.READY or agent.ready_by_phone or agent.wanted_since > at:
                continue
            log.warning("an agent's panel is lost", user_id=user_id)
            try:
                await self._agents.set_wanted(user_id, Wanted.NOT_READY, PANEL_LOST, by=ChangedBy.SYSTEM)
            except SQLAlchemyError as error:
                log.warning("not written", user_id=user_id, error=str(error).splitlines()[0])
                self._gone[user_id] = (monotonic, at)
