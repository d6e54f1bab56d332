"""Asterisk's log files on disk: which hold a time, from where on, and piece by piece. Rotated ones included.

The files grow while they are read and may be renamed at any moment; nobody is kept from writing. Memory is bounded: one
piece at a time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PIECE = 65_536
"""Bytes read at a time: some hundred rows, which take a few milliseconds to work through."""
LOOK = 65_536
"""Bytes in which a time must be found when looking for where to begin."""


class Unreadable(Exception):
    """The files can't be read. The message says which and why."""


@dataclass(frozen=True, slots=True)
class _Part:
    path: Path
    first: float


@dataclass(frozen=True, slots=True)
class LogFile:
    """`path` with what it was before it was rotated: every file beside it whose name goes on with a dot.

    `first_time` finds the time (epoch seconds) of the first row that begins in a piece of such a file.
    """

    path: Path
    first_time: Callable[[bytes], float | None]

    def check(self) -> None:
        """Raises Unreadable where the file can't be read. One that is not there yet, in a directory that is, can."""
        try:
            with self.path.open("rb"):
                return
        except FileNotFoundError:
            if self.path.parent.is_dir():
                return
            raise Unreadable(f"{self.path.parent}: no such directory") from None
        except OSError as error:
            raise Unreadable(f"{self.path}: {error.strerror}") from None

    async def pieces(self, since: float) -> AsyncGenerator[bytes, None]:
        """What was written from `since` (epoch seconds) on, and perhaps somewhat before, up to the end as it is now.

        An empty piece says that there is no more for now; asked again, it looks whether the file has grown or another
        has taken its place. So it never ends by itself. Raises Unreadable.
        """
        parts = await asyncio.to_thread(self._parts, since)
        for part in parts[:-1]:
            async for piece in self._read(part.path, since):
                yield piece
        path = parts[-1].path if parts else self.path
        while True:
            try:
                stream = await asyncio.to_thread(_open, path, since, self.first_time)
            except FileNotFoundError:
                yield b""
                continue
            try:
                while True:
                    piece = await asyncio.to_thread(stream.read, PIECE)
                    if not piece and await asyncio.to_thread(_was_renamed, stream, self.path):
                        break
                    yield piece
            finally:
                stream.close()
            path = self.path

    async def _read(self, path: Path, since: float) -> AsyncGenerator[bytes, None]:
        try:
            stream = await asyncio.to_thread(_open, path, since, self.first_time)
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror}") from None
        try:
            while piece := await asyncio.to_thread(stream.read, PIECE):
                yield piece
        finally:
            stream.close()

    def _parts(self, since: float) -> list[_Part]:
        """The files that may hold something from `since` on, oldest first."""
        self.check()
        found = []
        for path in [*self.path.parent.glob(f"{self.path.name}.*"), self.path]:
            try:
                with path.open("rb") as stream:
                    first = self.first_time(stream.read(LOOK))
            except OSError:
                continue  # somebody deleted it meanwhile, or it is none of ours
            if first is not None:
                found.append(_Part(path, first))
        found.sort(key=lambda part: part.first)
        begin = 0
        for number, part in enumerate(found):
            if part.first <= since:
                begin = number
        return found[begin:]


def _open(path: Path, since: float, first_time: Callable[[bytes], float | None]) -> BinaryIO:
    """The file, at or before the first row of `since`: found by halving, as rows are written in order of time."""
    stream = path.open("rb")
    low, high = 0, os.fstat(stream.fileno()).st_size
    while high - low > LOOK:
        middle = (low + high) // 2
        stream.seek(middle)
        time = first_time(stream.read(LOOK))
        if time is not None and time < since:
            low = middle
        else:
            high = middle
    stream.seek(low)
    return stream


def _was_renamed(stream: BinaryIO, path: Path) -> bool:
    """Whether `path` is another file by now than the one that `stream` reads."""
    try:
        there, here = path.stat(), os.fstat(stream.fileno())
    except FileNotFoundError:
        return False
    return (there.st_ino, there.st_dev) != (here.st_ino, here.st_dev)
