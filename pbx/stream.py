"""The bounded queue between the reader of the link and its one consumer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import TypeAlias

from prometheus_client import Histogram

from kernel.clock import Clock
from pbx.events import LinkLost, LinkRestored, ReceivedEvent
from pbx.snapshot import Snapshot

LinkItem: TypeAlias = ReceivedEvent | Snapshot | LinkLost | LinkRestored
"""What the link puts into its stream, in the order in which it happened."""


class EventStream:
    """A queue that never makes its producer wait: what does not fit is refused, and the producer says so in-band.

    One consumer takes items with `get`, `get_nowait` or `async for`; a second one would tear the order apart.
    """

    def __init__(self, limit: int, clock: Clock, lag: Histogram) -> None:
        self.limit = limit
        self._clock = clock
        self._lag = lag
        self._items: deque[LinkItem] = deque()
        self._arrived = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    def __len__(self) -> int:
        return len(self._items)

    def qsize(self) -> int:
        """How many items wait to be taken."""
        return len(self._items)

    @property
    def is_drained(self) -> bool:
        """Whether at most half of the limit is taken: enough room for a snapshot and what came during it."""
        return len(self._items) <= self.limit // 2

    async def wait_drained(self) -> None:
        """Return when the consumer has caught up so far that at most half of the limit is taken."""
        while not self.is_drained:
            self._drained.clear()
            await self._drained.wait()

    def put_event(self, item: ReceivedEvent) -> bool:
        """Queue an event; False when there is no room."""
        items = self._items
        if len(items) >= self.limit:
            return False
        items.append(item)
        self._arrived.set()
        return True

    def put_marker(self, item: Snapshot | LinkLost | LinkRestored) -> None:
        """Queue what must never be lost. The link puts at most three of them between two drainings."""
        self._items.append(item)
        self._arrived.set()

    def put_held(self, items: list[ReceivedEvent]) -> None:
        """Queue events that were kept back: at most half of the limit, behind a snapshot that waited for the drain."""
        self._items.extend(items)
        self._arrived.set()

    def get_nowait(self) -> LinkItem:
        """The next item. Raises asyncio.QueueEmpty."""
        if not self._items:
            raise asyncio.QueueEmpty
        item = self._items.popleft()
        if not self._drained.is_set() and self.is_drained:
            self._drained.set()
        if isinstance(item, ReceivedEvent):
            self._lag.observe(self._clock.monotonic() - item.monotonic)
        return item

    async def get(self) -> LinkItem:
        """The next item, as soon as there is one."""
        while not self._items:
            self._arrived.clear()
            await self._arrived.wait()
        return self.get_nowait()

    async def __aiter__(self) -> AsyncIterator[LinkItem]:
        while True:
            yield await self.get()
