"""The ways to run an Asterisk: Docker, the machine's own, the unpacked packages. Which one, and by what command."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from kernel.errors import Complaint
from pbx.version import AsteriskVersion, UnknownAsteriskVersion, parse_asterisk_version, too_old_message
from ringdesk.asterisk.debian import NotProvidable, architecture
from ringdesk.asterisk.packages import ASTERISK_SET, UnpackFailed, unpack, unpacked

DOCKERFILE = Path(__file__).parents[2] / "docker/asterisk/Dockerfile"
IMAGE = "ringdesk-asterisk"
_ANSWER_SECONDS = 10
_BUILD_SECONDS = 1800
_MODULE_FOLDERS = ("/usr/lib/{triplet}/asterisk/modules", "/usr/lib/asterisk/modules", "/usr/lib64/asterisk/modules")
_DATA_FOLDERS = ("/usr/share/asterisk", "/var/lib/asterisk")


class Via(StrEnum):
    """How an Asterisk is run. `auto` takes the first of the others that this machine has."""

    AUTO = "auto"
    DOCKER = "docker"
    MACHINE = "machine"
    UNPACKED = "unpacked"


class NoAsterisk(Complaint):
    """No Asterisk is to be had in the way asked for. The message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way that works here: the program before its arguments, and where its modules and sounds lie."""

    via: Via
    version: AsteriskVersion
    program: tuple[str, ...]
    modules: Path
    data: Path


def choose(via: Via, *, console: Console | None = None) -> Way:
    """The way to run Asterisk. May build an image or unpack packages, showing progress. Raises NoAsterisk."""
    console = console or Console(stderr=True)
    if via is Via.DOCKER:
        return _docker(console)
    if via is Via.MACHINE:
        return _machine()
    if via is Via.AUTO:
        if docker_trouble() is None:
            try:
                return _docker(console)
            except NoAsterisk as error:
                console.print(f"{error}\nGoing on without Docker.", style="yellow", markup=False)
        with contextlib.suppress(NoAsterisk):
            return _machine()
    return _unpacked(console)


def docker_trouble() -> str | None:
    """Why Docker can't be used here; None where an engine answers and our image can be built."""
    if shutil.which("docker") is None:
        return "the program `docker` is not installed."
    if not DOCKERFILE.exists():
        return "docker/asterisk/Dockerfile is only in a clone of the project."
    try:
        answer = subprocess.run(
            ["docker", "info", "--format", "{{.ServerVersion}}"],  # noqa: S607 - wherever the user has it
            capture_output=True,
            text=True,
            timeout=_ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`docker info` does not answer ({type(error).__name__})."
    # The client exits with 0 at times though no engine answered; then it has no server's version to tell.
    if answer.returncode != 0 or not answer.stdout.strip():
        return f"no Docker engine answers: {(answer.stderr.strip().splitlines() or ['no reason given'])[-1]}"
    return None


def _docker(console: Console) -> Way:
    if trouble := docker_trouble():
        raise NoAsterisk(f"Docker can't be used: {trouble} Start the engine, or use --via unpacked.")
    console.print("Building the Asterisk image (quick when nothing changed) …")
    build = subprocess.run(  # noqa: S603 - fixed program, our own paths
        ["docker", "build", "--tag", IMAGE, str(DOCKERFILE.parent)],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=_BUILD_SECONDS,
    )
    if build.returncode != 0:
        raise NoAsterisk(f"The Asterisk image can't be built:\n{build.stderr.strip()[-1500:]}")
    version = _ask_version(("docker", "run", "--rm", "--network", "none", IMAGE, "asterisk"))
    modules = Path(_MODULE_FOLDERS[0].format(triplet=architecture().triplet))
    return Way(Via.DOCKER, version, ("asterisk",), modules, Path(_DATA_FOLDERS[0]))


def _machine() -> Way:
    path = shutil.which("asterisk") or shutil.which("/usr/sbin/asterisk")
    if path is None:
        raise NoAsterisk("This machine has no Asterisk of its own: use --via unpacked, which brings one.")
    version = _ask_version((path,))
    if not version.is_supported:
        raise NoAsterisk(too_old_message(version))
    try:
        triplet = architecture().triplet
    except NotProvidable:
        triplet = os.uname().machine
    folders = [Path(folder.format(triplet=triplet)) for folder in _MODULE_FOLDERS]
    modules = next((folder for folder in folders if (folder / "app_dial.so").exists()), None)
    if modules is None:
        raise NoAsterisk(
            f"{path} is there, but not its modules (looked in {', '.join(map(str, folders))}): use --via unpacked."
        )
    data = next((Path(folder) for folder in _DATA_FOLDERS if Path(folder, "documentation").is_dir()), None)
    if data is None:
        raise NoAsterisk(
            f"{path} is there, but not its documentation, without which it refuses its own configuration "
            f"(looked in {', '.join(_DATA_FOLDERS)}): use --via unpacked."
        )
    return Way(Via.MACHINE, version, (path,), modules, data)


def _unpacked(console: Console) -> Way:
    try:
        package_set = unpacked(ASTERISK_SET) or unpack(ASTERISK_SET, console=console)
    except (NotProvidable, UnpackFailed) as error:
        raise NoAsterisk(f"Asterisk can't be unpacked: {error}") from error
    program = tuple(package_set.command("usr/sbin/asterisk"))
    # Debian's version string is Asterisk's with an epoch before and Debian's own parts after it.
    version = parse_asterisk_version(package_set.version.split(":", 1)[-1].split("+", 1)[0].split("-", 1)[0])
    if not version.is_supported:
        raise NoAsterisk(too_old_message(version))
    modules = package_set.root / "usr/lib" / package_set.architecture.triplet / "asterisk/modules"
    return Way(Via.UNPACKED, version, program, modules, package_set.root / "usr/share/asterisk")


def _ask_version(program: tuple[str, ...]) -> AsteriskVersion:
    try:
        told = subprocess.run(  # noqa: S603 - the program that is to be run anyway
            [*program, "-V"], capture_output=True, text=True, timeout=_ANSWER_SECONDS
        )
        return parse_asterisk_version(told.stdout)
    except (OSError, subprocess.TimeoutExpired, UnknownAsteriskVersion) as error:
        raise NoAsterisk(f"`{' '.join(program)} -V` does not tell its version: {error}") from error
