"""Time as the product sees it: one object to ask, so that tests can turn it."""

from __future__ import annotations

import asyncio
import heapq
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol


class Clock(Protocol):
    """Where time comes from. Wall time is aware UTC; durations are seconds of a clock that never goes back."""

    def now(self) -> datetime:
        """The wall time, aware, in UTC. May jump when somebody sets the machine's clock."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment. Never goes back: use it for every duration and deadline."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on the monotonic clock."""
        ...


async def wait_at_most(clock: Clock, event: asyncio.Event, seconds: float) -> None:
    """Return when `event` is set, or when `seconds` have passed on `clock`."""
    if event.is_set():
        return
    happened = asyncio.ensure_future(event.wait())
    passed = asyncio.ensure_future(clock.sleep(max(0.0, seconds)))
    try:
        await asyncio.wait({happened, passed}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        happened.cancel()
        passed.cancel()


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that stands still until a test turns it with `advance`."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._elapsed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), wake))
        await wake

    async def advance(self, seconds: float) -> None:
        """Turn the clock on by `seconds`, waking each sleeper at its own moment, in order."""
        target = self._elapsed + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, wake = heapq.heappop(self._sleepers)
            self._move_to(due)
            if not wake.done():
                wake.set_result(None)
            await self._let_others_run()
        self._move_to(target)
        await self._let_others_run()

    def set_wall_time(self, moment: datetime) -> None:
        """Set the wall clock, back or forth, without any time passing: what an administrator's `date -s` does."""
        self._now = moment

    def _move_to(self, elapsed: float) -> None:
        self._now += timedelta(seconds=elapsed - self._elapsed)
        self._elapsed = elapsed

    @staticmethod
    async def _let_others_run() -> None:
        # A woken task may wake others in turn; a handful of passes lets such a chain settle.
        for _ in range(10):
            await asyncio.sleep(0)
