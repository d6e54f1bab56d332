"""The router's sign of life: without a fresh one the dialplan does not ask us, so nobody waits for a dead router."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from prometheus_client import Counter

from kernel.clock import Clock, wait_at_most
from kernel.telemetry import REGISTRY

VARIABLE = "RD_HEARTBEAT"
INTERVAL_SECONDS = 1.0

MISSED = Counter("ringdesk_heartbeats_missed_total", "Signs of life that did not reach the PBX", registry=REGISTRY)

log = structlog.get_logger(__name__)


class GlobalVariables(Protocol):
    """The global variables of a PBX's dialplan."""

    async def set_global(self, name: str, value: str) -> object:
        """Set one. Raises when the PBX can't be reached or refuses."""
        ...


class Heartbeat:
    """Writes the time (epoch, whole seconds) once a second, as long as `is_alive` says that calls can be answered."""

    def __init__(
        self,
        variables: GlobalVariables,
        clock: Clock,
        is_alive: Callable[[], bool] = lambda: True,
        on_reached: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_reached` is called when a sign of life reaches the PBX that saw none before."""
        self._variables = variables
        self._clock = clock
        self._is_alive = is_alive
        self._on_reached = on_reached
        self._is_due = asyncio.Event()
        self.reached = False
        """Whether the last sign of life reached the PBX."""

    async def run(self) -> None:
        """Until cancelled. A PBX that can't be reached is tried again each second."""
        while True:
            self._is_due.clear()
            await self.beat()
            await wait_at_most(self._clock, self._is_due, INTERVAL_SECONDS)

    def beat_soon(self) -> None:
        """Give a sign of life now, where none has reached the PBX: calls can be answered again."""
        if not self.reached:
            self._is_due.set()

    async def beat(self) -> None:
        """One sign of life."""
        if not self._is_alive():
            self._failed("the router can't be reached by the PBX")
            return
        try:
            await self._variables.set_global(VARIABLE, str(int(self._clock.now().timestamp())))
        except Exception as error:
            self._failed(repr(error))
        else:
            if not self.reached:
                log.info("the PBX knows that the router is there")
                self.reached = True
                self._on_reached()

    def _failed(self, reason: str) -> None:
        MISSED.inc()
        if self.reached:
            log.error("no sign of life to the PBX: it routes calls by itself", reason=reason)
        self.reached = False
