"""Keeping Asterisk's CEL file and queue_log from growing for ever: rename when large, delete when old or too much.

Asterisk opens the CEL file anew for every row, so that renaming it is enough. It holds queue_log open and may not be
told by us to let it go (our manager user has no right to run its commands), so that one is copied and emptied.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from kernel.clock import Clock
from pbx.backfill_gaps import CEL_FILE, QUEUE_LOG_FILE

LOOK_SECONDS = 60.0
_STAMP = "%Y%m%dT%H%M%SZ"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """A file of `rotate_bytes` is put aside; what was put aside is kept for `keep`, and `keep_bytes` of it in all."""

    rotate_bytes: int
    keep: timedelta
    keep_bytes: int


class LogRotation:
    """Looks after the files of one PBX in `directory`, its log directory."""

    def __init__(self, directory: Path, limits: Limits, clock: Clock) -> None:
        self._files = ((directory / CEL_FILE, _rename), (directory / QUEUE_LOG_FILE, _copy_and_empty))
        self._limits = limits
        self._clock = clock
        self._problem: str | None = None

    async def run(self) -> None:
        """Look from time to time, until cancelled. What is not possible is logged once."""
        while True:
            problem = await asyncio.to_thread(self.look, self._clock.now())
            if problem is not None and problem != self._problem:
                log.warning("the PBX's files can't be rotated", problem=problem)
            self._problem = problem
            await self._clock.sleep(LOOK_SECONDS)

    def look(self, now: datetime) -> str | None:
        """Rotate and delete what is due; why not, where that is not possible."""
        problem = None
        for path, rotate in self._files:
            try:
                if _size(path) >= self._limits.rotate_bytes:
                    rotate(path, _free_name(path, now))
                self._delete_old(path, now)
            except OSError as error:
                problem = f"{error.filename or path}: {error.strerror}"
        return problem

    def _delete_old(self, path: Path, now: datetime) -> None:
        newest_first = sorted(put_aside(path), reverse=True)
        total = 0
        for since, file in newest_first:
            total += file.stat().st_size
            if total > self._limits.keep_bytes or now - since > self._limits.keep:
                file.unlink()
                log.info("an old file of the PBX is deleted", file=str(file))


def put_aside(path: Path) -> Sequence[tuple[datetime, Path]]:
    """The files that were made of `path`, and when."""
    found = []
    for file in path.parent.glob(f"{path.name}.*"):
        stamp = file.name.removeprefix(f"{path.name}.").partition("-")[0]
        try:
            found.append((datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC), file))
        except ValueError:
            continue  # not ours
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _free_name(path: Path, now: datetime) -> Path:
    stamp = f"{path.name}.{now.astimezone(UTC).strftime(_STAMP)}"
    name, number = path.with_name(stamp), 1
    while name.exists():
        name, number = path.with_name(f"{stamp}-{number:03}"), number + 1
    return name


def _rename(path: Path, to: Path) -> None:
    path.rename(to)


def _copy_and_empty(path: Path, to: Path) -> None:
    with path.open("r+b") as source, to.open("xb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
        # What was written while it was copied.
        while rest := source.read():
            target.write(rest)
        source.truncate(0)
