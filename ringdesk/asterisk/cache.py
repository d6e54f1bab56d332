"""The user's cache of what Ringdesk downloads, and a lock over a directory for several processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel.errors import Complaint


def cache_directory() -> Path:
    """`$XDG_CACHE_HOME/ringdesk`, else `~/.cache/ringdesk`. A relative XDG_CACHE_HOME counts as unset, as XDG says."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(configured) if configured.startswith("/") else Path.home() / ".cache"
    return base / "ringdesk"


class InUse(Complaint):
    """Somebody else works there."""


@contextmanager
def exclusive(lock_file: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold `lock_file` alone. `waiting` is called once where somebody else holds it, before waiting for them.

    The kernel lets go of the lock when its holder dies, so a killed run never blocks the next.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is not None:
                waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def alone(lock_file: Path, complaint: str) -> Iterator[None]:
    """Hold `lock_file`, or raise `InUse` with `complaint` where somebody holds it."""
    with lock_file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(complaint) from None
        yield
