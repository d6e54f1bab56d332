"""What this machine knows of Debian: its architecture, its suite, its mirror and the keys that sign the archive."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kernel.errors import Complaint

DEFAULT_MIRROR = "http://deb.debian.org/debian"
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
# Newest first: a program of a suite runs on a machine whose C library is at least that suite's.
_SUITE_LIBC = (("trixie", (2, 41)), ("bookworm", (2, 36)), ("bullseye", (2, 31)))
_OVERLAY_SUITE = re.compile(r"(-security|-updates|-backports|-proposed-updates|/updates)")


class NotProvidable(Complaint):
    """This machine lacks what unpacking Debian packages needs. `remedy` is the command or step that would help."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Architecture:
    """A Debian architecture, and where its programs' loader and libraries lie under a root."""

    name: str
    triplet: str
    loader: str


_ARCHITECTURES = {
    "x86_64": Architecture("amd64", "x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
    "aarch64": Architecture("arm64", "aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1"),
}


def architecture(machine: str | None = None) -> Architecture:
    """The architecture of this machine, or of `machine` as `uname -m` names it. Raises NotProvidable."""
    machine = machine or platform.machine()
    found = _ARCHITECTURES.get(machine)
    if found is None or platform.system() != "Linux":
        raise NotProvidable(
            f"Debian packages are unpacked on Linux on x86_64 and aarch64 only; this is {platform.system()} {machine}.",
            "Run a Docker engine, or install Asterisk 22.6 or newer.",
        )
    return found


def archive_keyring() -> Path:
    """The keys that sign Debian's archive. Raises NotProvidable."""
    for keyring in KEYRINGS:
        if keyring.exists():
            return keyring
    raise NotProvidable(
        "The keys that sign Debian's archive are missing.",
        "Install them: sudo apt-get install debian-archive-keyring",
    )


def require_packaging_tools() -> None:
    """Raise NotProvidable where apt-get or dpkg-deb is missing: both work without root, but must be there."""
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing:
        raise NotProvidable(
            f"{' and '.join(missing)} missing on this machine.",
            "Install the packages apt and dpkg (and debian-archive-keyring), or run a Docker engine, "
            "or install Asterisk 22.6 or newer.",
        )


def os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """The fields of os-release, unquoted; empty where the file is not there."""
    if not path.exists():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text(errors="replace").splitlines() if "=" in line)
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs}


def native_suite(release: dict[str, str] | None = None, libc: tuple[int, int] | None = None) -> str:
    """The Debian suite whose programs run on this machine's own C library: its own, or the newest that is old enough.

    Raises NotProvidable where the C library is older than any suite's, or no glibc.
    """
    release = os_release() if release is None else release
    if release.get("ID") == "debian":
        return release.get("VERSION_CODENAME") or "sid"
    libc = _machine_libc() if libc is None else libc
    for suite, needs in _SUITE_LIBC:
        if libc >= needs:
            return suite
    raise NotProvidable(
        f"This machine's C library (glibc {libc[0]}.{libc[1]}) is older than any supported Debian suite's.",
        "Install the program by the machine's own package manager.",
    )


def _machine_libc() -> tuple[int, int]:
    name, version = platform.libc_ver()
    numbers = re.findall(r"\d+", version)
    return (int(numbers[0]), int(numbers[1])) if name == "glibc" and len(numbers) > 1 else (0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of apt's sources: an archive and what is taken from it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def mirror(etc_apt: Path = Path("/etc/apt"), release: dict[str, str] | None = None) -> str:
    """The address of Debian's main archive that this machine uses, else the default one.

    A machine that is not Debian's (Ubuntu) may name an archive with `/debian` in its path; nothing else is taken.
    """
    release = os_release() if release is None else release
    own = {release.get("VERSION_CODENAME", ""), "stable", "testing", "unstable", "sid"} - {""}
    own |= {suite for suite, _ in _SUITE_LIBC} | {"forky"}
    for source in sources(etc_apt):
        plain = [suite for suite in source.suites if not _OVERLAY_SUITE.search(suite)]
        of_debian = release.get("ID") == "debian" or "/debian" in source.uri
        if of_debian and "main" in source.components and own.intersection(plain):
            return source.uri.rstrip("/")
    return DEFAULT_MIRROR


def sources(etc_apt: Path) -> Iterator[Source]:
    """Every enabled binary source below an `/etc/apt`, in apt's order. Files that can't be read are passed over."""
    files = [etc_apt / "sources.list"]
    parts = etc_apt / "sources.list.d"
    if parts.is_dir():
        files += sorted(path for path in parts.iterdir() if path.suffix in (".list", ".sources"))
    for path in files:
        if not path.is_file() or not os.access(path, os.R_OK):
            continue
        text = path.read_text(errors="replace")
        yield from parse_deb822_sources(text) if path.suffix == ".sources" else parse_one_line_sources(text)


def parse_one_line_sources(text: str) -> Iterator[Source]:
    """`deb [options] uri suite component …`, one a line."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            yield Source(match[1], (match[2],), tuple(match[3].split()))


def parse_deb822_sources(text: str) -> Iterator[Source]:
    """Paragraphs of `Types`, `URIs`, `Suites`, `Components`; `Enabled: no` turns one off."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        last = ""
        for line in paragraph.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and last:
                fields[last] += " " + line.strip()
            elif ":" in line:
                name, value = line.split(":", 1)
                last = name.strip().lower()
                fields[last] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        suites = tuple(fields.get("suites", "").split())
        for uri in fields.get("uris", "").split():
            yield Source(uri, suites, tuple(fields.get("components", "").split()))
