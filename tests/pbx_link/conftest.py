from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.events import AmiEvent, LinkRestored, ReceivedEvent, text
from pbx.link import AmiLink, AmiSettings
from pbx.snapshot import Snapshot
from pbx.stream import LinkItem
from tests.pbx_link.small_asterisk import SECRET, USER, SmallAsterisk
from tests.tools import require_tool

PATIENCE = 15.0


@pytest.fixture
def short_state() -> Iterator[Path]:
    """A directory whose name is short: the path of a socket in it has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="rd-") as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def asterisk() -> Iterator[SmallAsterisk]:
    require_tool("asterisk")
    with tempfile.TemporaryDirectory(prefix="rd-") as directory, SmallAsterisk(Path(directory)) as running:
        yield running


async def until(holds: Callable[[], bool]) -> None:
    """Return when a condition that tells nobody of its change holds; the time-out is the test's failure."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


class Heard:
    """The one consumer of a link's stream, for tests: all that came, and a wait for what is to come."""

    def __init__(self, link: AmiLink) -> None:
        self.link = link
        self.items: list[LinkItem] = []

    async def until(self, where: Callable[[LinkItem], bool]) -> LinkItem:
        """The next item for which `where` holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                item = await self.link.events.get()
                self.items.append(item)
                if where(item):
                    return item

    async def event(self, name: str, **headers: str) -> AmiEvent:
        def wanted(item: LinkItem) -> bool:
            return (
                isinstance(item, ReceivedEvent)
                and text(item.event, "Event") == name
                and all(text(item.event, header) == value for header, value in headers.items())
            )

        item = await self.until(wanted)
        assert isinstance(item, ReceivedEvent)
        return item.event

    async def snapshot(self) -> Snapshot:
        item = await self.until(lambda item: isinstance(item, Snapshot))
        assert isinstance(item, Snapshot)
        return item

    async def restored(self) -> LinkRestored:
        item = await self.until(lambda item: isinstance(item, LinkRestored))
        assert isinstance(item, LinkRestored)
        return item


@contextlib.asynccontextmanager
async def running(link: AmiLink) -> AsyncIterator[AmiLink]:
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def settings(port: int, **others: Any) -> AmiSettings:
    return AmiSettings(**{"port": port, "username": USER, "secret": SECRET, **others})


@pytest.fixture
async def link(asterisk: SmallAsterisk) -> AsyncIterator[AmiLink]:
    async with running(AmiLink(settings(asterisk.ami_port))) as connected:
        await connected.wait_connected(PATIENCE)
        yield connected
        asterisk.console("channel request hangup all")
