"""An Asterisk in a Docker container, its state directory mounted at the same path as outside."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ringdesk.asterisk.directories import Directories
from ringdesk.asterisk.ways import IMAGE

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Container:
    """A container by its full id, which Docker never gives to another one."""

    container_id: str

    @classmethod
    def start(cls, argv: Sequence[str], directories: Directories) -> Container:
        """Run `argv` in a new container of our image. Raises RuntimeError with Docker's words."""
        return cls(_docker(run_arguments(argv, directories)).strip())

    def is_alive(self) -> bool:
        """Whether it still runs."""
        try:
            return _docker(["inspect", "--format", "{{.State.Running}}", self.container_id]).strip() == "true"
        except RuntimeError:
            return False

    def end(self, *, patience: float) -> bool:
        """Stop and remove it. False where it did not run any more."""
        was_alive = self.is_alive()
        if was_alive:
            _docker(["stop", "--time", str(round(patience)), self.container_id])
        return was_alive

    def exec_argv(self, inside: Sequence[str]) -> list[str]:
        """What to run here to have `inside` run there."""
        return ["docker", "exec", self.container_id, *inside]


def run_arguments(argv: Sequence[str], directories: Directories) -> list[str]:
    """Docker's arguments: as this user, on the machine's own network (a range of UDP ports is slow to forward)."""
    mounts = [directories.state]
    if not directories.run.is_relative_to(directories.state):
        mounts.append(directories.run)
    volumes = [part for path in mounts for part in ("--volume", f"{path}:{path}")]
    user = f"{os.geteuid()}:{os.getegid()}"
    return ["run", "--detach", "--rm", "--init", "--network", "host", "--user", user, *volumes, IMAGE, *argv]


def _docker(arguments: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, our own arguments
            ["docker", *arguments],  # noqa: S607 - wherever the user has it
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(f"docker {arguments[0]}: {error}") from error
    if done.returncode != 0:
        raise RuntimeError(f"docker {arguments[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout
