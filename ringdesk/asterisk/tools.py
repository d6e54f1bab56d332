"""Programs that Ringdesk starts: found on the machine, or unpacked into the cache.

`find` only looks (a few milliseconds); `provide` also gets what is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from kernel.errors import Complaint
from pbx.version import UnknownAsteriskVersion, parse_asterisk_version
from ringdesk.asterisk.debian import NotProvidable, os_release
from ringdesk.asterisk.finishing import WRAPPERS
from ringdesk.asterisk.packages import (
    ASTERISK_SET,
    CHROMIUM_SET,
    PHONES_SET,
    POSTGRESQL_SET,
    PackageSet,
    UnpackedSet,
    UnpackFailed,
    unpack,
    unpacked,
)

SETUP_COMMAND = "make setup"
_VERSION_SECONDS = 10
_INSTALL_SECONDS = 1800


class ToolMissing(Complaint):
    """A program that is not to be had. `name`, `reason` and `remedy` (the command that would help) tell all."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(f"{name}: {reason} {remedy}")
        self.name = name
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Tool:
    """A program and how to start it: `[*tool.argv, …]` with `tool.environ()`."""

    name: str
    argv: tuple[str, ...]
    path: Path
    """The one file to start, where somebody wants a path (Playwright); right for native programs only."""
    root: Path
    """The tree that its other files lie in: `/` for one of the machine's own."""
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        """The argument vector."""
        return [*self.argv, *arguments]

    def environ(self) -> dict[str, str]:
        """This process's environment with what the program needs on top."""
        return os.environ | self.environment


@dataclass(frozen=True, slots=True)
class _Recipe:
    program: str
    """Below an unpacked root."""
    package_set: PackageSet
    names: tuple[str, ...]
    """What it may be called on the machine, in the order of liking."""
    apt_packages: tuple[str, ...] = ()
    """What root's apt-get may install from the machine's own suite; empty: never installed."""


_RECIPES = {
    "asterisk": _Recipe("usr/sbin/asterisk", ASTERISK_SET, ("asterisk", "/usr/sbin/asterisk")),
    "sipp": _Recipe("usr/bin/sipp", PHONES_SET, ("sipp",)),
    "baresip": _Recipe("usr/bin/baresip", PHONES_SET, ("baresip",)),
    "chromium": _Recipe(
        f"{WRAPPERS}/chromium",
        CHROMIUM_SET,
        ("chromium", "google-chrome-stable", "google-chrome"),
        ("chromium", "fonts-liberation", "fonts-thai-tlwg"),
    ),
    "postgres": _Recipe("postgres", POSTGRESQL_SET, ("postgres",), ("postgresql",)),
    "initdb": _Recipe("initdb", POSTGRESQL_SET, ("initdb",), ("postgresql",)),
}
TOOLS = tuple(_RECIPES)


def find(name: str) -> Tool:
    """The program, from the machine where it is new enough, else from the cache. Raises ToolMissing."""
    recipe = _RECIPES[name]
    if (own := _on_machine(name, recipe)) is not None:
        return own
    if (package_set := unpacked(recipe.package_set)) is not None:
        return _from_set(name, recipe, package_set)
    raise ToolMissing(name, "not on this machine and not unpacked yet.", f"Run: {SETUP_COMMAND}")


def provide(name: str, *, console: Console | None = None) -> Tool:
    """`find`, and where it is missing get it: root's apt-get for some, else unpacked. Raises ToolMissing."""
    try:
        return find(name)
    except ToolMissing:
        pass
    recipe = _RECIPES[name]
    console = console or Console(stderr=True)
    if recipe.apt_packages and may_install():
        _apt_install(recipe.apt_packages, name, console)
        if (own := _on_machine(name, recipe)) is not None:
            return own
    try:
        return _from_set(name, recipe, unpack(recipe.package_set, console=console))
    except NotProvidable as error:
        raise ToolMissing(name, error.reason, error.remedy) from error
    except UnpackFailed as error:
        raise ToolMissing(name, str(error), f"Try again: {SETUP_COMMAND}") from error


def may_install() -> bool:
    """Whether packages may be installed into this system: by root, on Debian itself (Ubuntu's chromium is a snap)."""
    return os.geteuid() == 0 and os_release().get("ID") == "debian" and shutil.which("apt-get") is not None


def baresip_modules(tool: Tool) -> Path:
    """The folder for baresip's `module_path`."""
    for folder in ("usr/lib/baresip/modules", "usr/local/lib/baresip/modules", "usr/lib64/baresip/modules"):
        if (tool.root / folder).is_dir():
            return tool.root / folder
    raise ToolMissing("baresip", f"its modules are not below {tool.root}.", f"Run: {SETUP_COMMAND}")


@dataclass(frozen=True, slots=True)
class Prompts:
    """Asterisk's English prompts, 8 kHz mono WAV, and the text file (gzip) that says what each one says."""

    directory: Path
    transcripts: Path


def prompts() -> Prompts:
    """The prompts that were unpacked with Asterisk, whichever Asterisk runs. Raises ToolMissing."""
    package_set = unpacked(ASTERISK_SET)
    if package_set is None:
        raise ToolMissing("prompts", "Asterisk's English prompts are not unpacked yet.", f"Run: {SETUP_COMMAND}")
    return Prompts(
        package_set.root / "usr/share/asterisk/sounds/en",
        package_set.root / "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz",
    )


def _on_machine(name: str, recipe: _Recipe) -> Tool | None:
    if name in ("postgres", "initdb"):
        path = _machine_postgresql(name)
    else:
        path = next((Path(found) for found in map(shutil.which, recipe.names) if found), None)
    if path is None or (name == "asterisk" and not _is_new_enough(path)):
        return None
    return Tool(name, (str(path),), path, Path("/"))


def _is_new_enough(asterisk: Path) -> bool:
    try:
        told = subprocess.run(  # noqa: S603 - a program found on PATH, no input from outside
            [str(asterisk), "-V"], capture_output=True, text=True, timeout=_VERSION_SECONDS
        )
        return parse_asterisk_version(told.stdout).is_supported
    except (OSError, subprocess.TimeoutExpired, UnknownAsteriskVersion):
        return False


def _machine_postgresql(name: str) -> Path | None:
    """Debian keeps the server's programs off PATH, in a folder a major version: the newest one."""
    found = list(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found:
        return max(found, key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0))
    on_path = shutil.which(name)
    return Path(on_path).resolve() if on_path else None


def _from_set(name: str, recipe: _Recipe, package_set: UnpackedSet) -> Tool:
    program = recipe.program
    environment: dict[str, str] = {}
    if name in ("postgres", "initdb"):
        folder = next(iter(package_set.root.glob("usr/lib/postgresql/*/bin")), None)
        if folder is None:
            raise ToolMissing(name, f"not below {package_set.root}.", f"Run: {SETUP_COMMAND}")
        program = str((folder / name).relative_to(package_set.root))
        environment["LD_LIBRARY_PATH"] = package_set.library_path
    return Tool(name, tuple(package_set.command(program)), package_set.root / program, package_set.root, environment)


def _apt_install(packages: tuple[str, ...], name: str, console: Console) -> None:
    console.print(f"Installing Debian packages: {' '.join(packages)} …")
    environment = os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["update", "-q"], ["install", "-q", "--yes", "--no-install-recommends", "--", *packages])
    for step in steps:
        done = subprocess.run(  # noqa: S603 - fixed program, our own package names
            ["apt-get", *step],  # noqa: S607 - apt's place differs by system
            capture_output=True,
            text=True,
            env=environment,
            timeout=_INSTALL_SECONDS,
        )
        if done.returncode != 0:
            # Not the end: unpacking may still work.
            console.print(f"[yellow]apt-get {step[0]} failed for {name}:[/yellow] {done.stderr.strip()[-500:]}")
            return
