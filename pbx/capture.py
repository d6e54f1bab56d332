"""Write down what the link hears, to be replayed by `python -m pbx.replay`: for support, and for tests."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kernel.clock import Clock
from kernel.errors import Complaint
from pbx.events import AmiEvent, LinkLost, LinkRestored, ReceivedEvent
from pbx.link import AmiLink, AmiSettings, LinkState
from pbx.snapshot import Snapshot
from pbx.stream import LinkItem

GAP = "RingdeskGap"
"""The event, ours and not Asterisk's, that stands in a trace where events are missing."""

_END = b"\n]\n"


class CaptureFailed(Complaint):
    """The trace cannot be written, or not any further. The message says why and what is in the file."""


class TraceFile:
    """A JSON array of events, one a line, in UTF-8. It is valid JSON after every write, also after `kill -9`.

    Each write lays the next events over the closing bracket and closes the array anew, in one call. A trace holds names
    and numbers of people: only its owner may read it.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        """Raises CaptureFailed when the file is there already (unless `overwrite`), or cannot be made."""
        self.path = path
        self.events = 0
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if overwrite else os.O_EXCL)
        try:
            self._file = os.open(path, flags, 0o600)
        except FileExistsError:
            raise CaptureFailed(f"{path} is there already: give another name, or ask to overwrite it") from None
        except OSError as error:
            raise CaptureFailed(f"{path} cannot be written: {error.strerror}") from error
        self._end = 0
        self._write(b"[")

    def append(self, events: Iterable[AmiEvent]) -> None:
        """Add events. Raises CaptureFailed when the disk does not take them; what was there before stays valid."""
        lines = [json.dumps(event, ensure_ascii=False).encode() for event in events]
        if not lines:
            return
        self._write((b",\n" if self.events else b"\n") + b",\n".join(lines))
        self.events += len(lines)

    def close(self) -> None:
        os.close(self._file)

    def _write(self, content: bytes) -> None:
        whole = content + _END
        try:
            written = os.pwrite(self._file, whole, self._end)
            if written < len(whole):
                raise OSError(None, "the disk took only a part of it, it is probably full")
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
                os.pwrite(self._file, _END, self._end)
            raise CaptureFailed(
                f"{self.path}: {error.strerror}. It holds {self.events} events and can be replayed"
            ) from error
        self._end += len(content)


@dataclass(frozen=True, slots=True)
class Captured:
    """What a capture wrote down."""

    events: int
    gaps: int


async def capture(link: AmiLink, trace: TraceFile, stop: asyncio.Event) -> Captured:
    """Write what `link` hears until `stop` is set. An event without a Timestamp gets the moment at which it was read.

    Where events are missing there is one called `RingdeskGap`, with the reason. Raises CaptureFailed.
    """
    gaps = 0
    stopping = asyncio.create_task(stop.wait())
    try:
        while True:
            getting = asyncio.create_task(link.events.get())
            await asyncio.wait({getting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                return Captured(trace.events, gaps)
            items = [getting.result(), *_waiting(link)]
            gaps += sum(isinstance(item, LinkLost) for item in items)
            trace.append(event for item in items if (event := _written(item)) is not None)
            if stopping.done():
                return Captured(trace.events, gaps)
    finally:
        stopping.cancel()


def _waiting(link: AmiLink) -> list[LinkItem]:
    # Not without end: a flood must not keep what was taken from being written.
    items: list[LinkItem] = []
    with suppress(asyncio.QueueEmpty):
        while len(items) < 1000:
            items.append(link.events.get_nowait())
    return items


def _written(item: LinkItem) -> Mapping[str, str | list[str]] | None:
    match item:
        case ReceivedEvent(event, at):
            return event if "Timestamp" in event else {**event, "Timestamp": f"{at.timestamp():.6f}"}
        case LinkLost(at, reason):
            return {"Event": GAP, "Reason": reason, "Timestamp": f"{at.timestamp():.6f}"}
        case LinkRestored() | Snapshot():
            return None


async def capture_until_stopped(
    settings: AmiSettings,
    path: Path,
    *,
    overwrite: bool = False,
    tell: Callable[[LinkState, str], None] = lambda state, reason: None,
    clock: Clock | None = None,
) -> Captured:
    """Connect and capture into `path` until Ctrl-C or SIGTERM. `tell` hears how the link stands.

    Raises CaptureFailed.
    """
    trace = TraceFile(path, overwrite=overwrite)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    link = AmiLink(settings, clock)
    link.watch(tell)
    running = asyncio.create_task(link.run())
    try:
        return await capture(link, trace, stop)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        trace.close()
