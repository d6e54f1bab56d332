"""A process that outlives the one which started it, known again by more than its number."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process: its number may be given to another one later, its number with its start never."""

    pid: int
    start_ticks: int
    """When it started, in the kernel's ticks since boot."""
    boot: str
    """Which boot of the machine that was."""

    def is_alive(self) -> bool:
        """Whether that very process still runs. One that ended and waits for its parent to notice does not."""
        return _BOOT_ID.read_text().strip() == self.boot and _start_ticks(self.pid) == self.start_ticks

    def end(self, *, patience: float) -> bool:
        """Ask it to end (SIGTERM), after `patience` seconds make it (SIGKILL). False where it did not run any more.

        Raises PermissionError where it is somebody else's.
        """
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            # The handle stays with the process that it was opened for: what is checked now is what is signalled.
            if not self.is_alive():
                return False
            for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, number)
                if select.select([handle], [], [], seconds)[0]:
                    break
            else:
                raise TimeoutError(f"process {self.pid} does not end, not even by SIGKILL")
            reap(self.pid)
            return True
        finally:
            os.close(handle)


def record_of(pid: int) -> ProcessRecord:
    """The record of a running process. Raises ProcessLookupError."""
    start = _start_ticks(pid)
    if start is None:
        raise ProcessLookupError(f"no process {pid}")
    return ProcessRecord(pid, start, _BOOT_ID.read_text().strip())


def start_detached(argv: Sequence[str], environment: Mapping[str, str], output: Path) -> ProcessRecord:
    """Start a program in a session of its own, its output added to `output`, so that it survives us and our terminal.

    Raises OSError where it can't be started.
    """
    actions = (
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    )
    pid = os.posix_spawn(argv[0], list(argv), environment, file_actions=actions, setsid=True)
    try:
        return record_of(pid)
    except ProcessLookupError:
        # Dead already: the record of a process that never runs again, for the caller to notice.
        return ProcessRecord(pid, -1, _BOOT_ID.read_text().strip())


def reap(pid: int) -> None:
    """Take note of the end of a child of ours, if it is one and has ended, so that it does not stay as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _start_ticks(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The program's name stands in brackets and may hold anything, brackets and spaces too.
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])
