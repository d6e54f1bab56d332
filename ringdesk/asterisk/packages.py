"""Debian packages unpacked, as an ordinary user, into the user's cache, without installing anything.

apt and dpkg do the work: a private apt (its state, cache and sources are ours) resolves and downloads what a set of
packages needs, signatures checked; `dpkg-deb -x` unpacks it into a directory of its own. No package script runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kernel.errors import Complaint
from ringdesk.asterisk.cache import cache_directory, exclusive
from ringdesk.asterisk.debian import (
    Architecture,
    NotProvidable,
    architecture,
    archive_keyring,
    mirror,
    native_suite,
    require_packaging_tools,
)
from ringdesk.asterisk.finishing import finish

ASTERISK_SUITE = "forky"
"""The Debian suite with an Asterisk that is new enough. Its programs run under the loader and libraries unpacked with
them, whatever the machine's own C library is."""

LAYOUT = 2
"""Raised when what we do after unpacking changes, so that sets unpacked by an older Ringdesk are made anew."""

_MANIFEST = "ringdesk-packages.json"
_APT_SECONDS = 1800
_UNPACK_SECONDS = 300


@dataclass(frozen=True, slots=True)
class PackageSet:
    """Packages that are unpacked together. The first one's version names the result.

    `suite` None: the suite whose programs run on the machine's own C library (needed by programs that start
    themselves again, which our loader would not survive); what belongs to that library is left out then.
    """

    name: str
    packages: tuple[str, ...]
    suite: str | None = ASTERISK_SUITE

    @property
    def runs_natively(self) -> bool:
        """Whether its programs run under the machine's own loader."""
        return self.suite is None


ASTERISK_SET = PackageSet(
    "asterisk",
    ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-core-sounds-en", "asterisk-moh-opsound-wav"),
)
PHONES_SET = PackageSet("phones", ("sip-tester", "baresip-core"))
CHROMIUM_SET = PackageSet(
    "chromium", ("chromium", "fonts-dejavu-core", "fonts-liberation", "fonts-thai-tlwg"), suite=None
)
POSTGRESQL_SET = PackageSet("postgresql", ("postgresql",), suite=None)

# The C library and what is bound to its exact version: a second copy would not fit the machine's loader.
_LIBC_PACKAGES = frozenset({"libc6", "libc-bin", "libc-l10n", "locales"})


@dataclass(frozen=True, slots=True)
class UnpackedSet:
    """A set that stands in the cache, ready to run. Nobody writes below `root` any more."""

    name: str
    root: Path
    version: str
    runs_natively: bool
    architecture: Architecture

    @property
    def library_path(self) -> str:
        """Where its programs find their shared libraries, as a loader wants it."""
        libraries = self.root / "usr/lib" / self.architecture.triplet
        extra = [path for path in (libraries / "nss", libraries / "pulseaudio") if path.is_dir()]
        return ":".join(str(path) for path in (libraries, *extra))

    def command(self, program: str, *arguments: str) -> list[str]:
        """The argument vector that runs `program` (a path below root, `usr/sbin/asterisk`) from where it lies."""
        path = str(self.root / program)
        if self.runs_natively:
            return [path, *arguments]
        return [str(self.root / self.architecture.loader), "--library-path", self.library_path, path, *arguments]


class UnpackFailed(Complaint):
    """apt or dpkg-deb failed. The message holds the last lines that they wrote and what to try."""


def unpacked(package_set: PackageSet, cache: Path | None = None) -> UnpackedSet | None:
    """The set, where it stands in the cache already. Touches no network and starts no program."""
    try:
        arch = architecture()
        pointer = _pointer(package_set, arch, cache or cache_directory())
    except NotProvidable:
        return None
    manifest = pointer / _MANIFEST
    if not manifest.exists():
        return None
    version = str(json.loads(manifest.read_text())["version"])
    return UnpackedSet(package_set.name, pointer.resolve(), version, package_set.runs_natively, arch)


def unpack(
    package_set: PackageSet,
    *,
    cache: Path | None = None,
    refresh: bool = False,
    console: Console | None = None,
) -> UnpackedSet:
    """Have the set in the cache and return it; at once where it is there, unless `refresh` asks for the newest.

    Safe to call from several processes: one works, the others wait for it. The set appears whole or not at all.
    Raises NotProvidable (this machine lacks something) or UnpackFailed (the network, the archive, the disk).
    """
    cache = cache or cache_directory()
    console = console or Console(stderr=True)
    if not refresh and (ready := unpacked(package_set, cache)):
        return ready
    arch = architecture()
    require_packaging_tools()
    archive_keyring()

    def tell_waiting() -> None:
        console.print("Another Ringdesk is unpacking packages just now: waiting for it …")

    with exclusive(cache / "packages.lock", waiting=tell_waiting):
        if not refresh and (ready := unpacked(package_set, cache)):
            return ready
        _remove_leftovers(cache)
        suite = package_set.suite or native_suite()
        apt = PrivateApt(cache / "apt" / f"{suite}-{arch.name}", suite, arch, console)
        with _progress(console) as progress:
            archives = apt.download(package_set.packages, progress, title=package_set.name)
            if package_set.runs_natively:
                archives = [archive for archive in archives if archive.package not in _LIBC_PACKAGES]
            result = _unpack_archives(package_set, suite, arch, archives, cache, progress)
    return result


def discard_archives(cache: Path | None = None) -> None:
    """Delete the downloaded archives; the unpacked sets stay. Called when all that was wanted is unpacked."""
    cache = cache or cache_directory()
    with exclusive(cache / "packages.lock"):
        for archives in cache.glob("apt/*/cache/archives"):
            shutil.rmtree(archives, ignore_errors=True)


def _pointer(package_set: PackageSet, arch: Architecture, cache: Path) -> Path:
    """A link that names what a set must hold, and leads to the version that was unpacked for it."""
    suite = package_set.suite or native_suite()
    content = hashlib.sha256(" ".join(package_set.packages).encode()).hexdigest()[:8]
    return cache / "packages" / f"{package_set.name}-{suite}-{arch.name}-{content}-{LAYOUT}"


def _unpack_archives(
    package_set: PackageSet,
    suite: str,
    arch: Architecture,
    archives: Sequence[Archive],
    cache: Path,
    progress: Progress,
) -> UnpackedSet:
    pointer = _pointer(package_set, arch, cache)
    named = {archive.package: archive.version for archive in archives}
    version = named[package_set.packages[0]]
    safe_version = re.sub(r"[^\w.+~-]", "_", version)
    fingerprint = hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:8]
    target = pointer.with_name(f"{pointer.name}-{safe_version}-{fingerprint}")
    if not (target / _MANIFEST).exists():
        pointer.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=pointer.parent))
        try:
            task = progress.add_task(f"{package_set.name}: unpacking", total=len(archives))
            # dpkg-deb mostly waits for the decompressor: as many at once as there are cores.
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                for _ in pool.map(lambda archive: _dpkg_extract(archive.path, temporary), archives):
                    progress.advance(task)
            finish(temporary, arch)
            (temporary / _MANIFEST).write_text(
                json.dumps({"version": version, "suite": suite, "packages": named}, indent=1)
            )
            temporary.chmod(0o755)
            shutil.rmtree(target, ignore_errors=True)
            temporary.rename(target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    fresh_link = pointer.with_name(f".link-{os.getpid()}")
    fresh_link.unlink(missing_ok=True)
    fresh_link.symlink_to(target.name)
    fresh_link.replace(pointer)
    return UnpackedSet(package_set.name, target, version, package_set.runs_natively, arch)


def _dpkg_extract(archive: Path, target: Path) -> None:
    done = subprocess.run(  # noqa: S603 - fixed program, our own paths
        ["dpkg-deb", "-x", str(archive), str(target)],  # noqa: S607 - dpkg's place differs by system
        capture_output=True,
        text=True,
        timeout=_UNPACK_SECONDS,
    )
    if done.returncode != 0:
        archive.unlink(missing_ok=True)  # perhaps damaged: the next try downloads it again
        raise UnpackFailed(f"Unpacking {archive.name} failed: {done.stderr.strip()[-500:]} Run the command again.")


def _remove_leftovers(cache: Path) -> None:
    """What a killed run left half done. Only called by the holder of the lock."""
    for leftover in (cache / "packages").glob(".unpacking-*"):
        shutil.rmtree(leftover, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Archive:
    """A downloaded package."""

    package: str
    version: str
    path: Path


class PrivateApt:
    """An apt of our own below `directory`: its sources, lists and archives; the machine's proxy settings stay."""

    def __init__(self, directory: Path, suite: str, arch: Architecture, console: Console) -> None:
        self.directory = directory
        self.suite = suite
        self.mirror = mirror()
        self._arch = arch
        self._console = console
        self._options: list[str] = []

    def download(self, packages: Sequence[str], progress: Progress, *, title: str) -> list[Archive]:
        """Fetch `packages` and all that they depend on. Raises UnpackFailed."""
        self._prepare()
        task = progress.add_task(f"{title}: reading Debian {self.suite}'s package lists", total=None)
        self._update()
        progress.update(task, description=f"{title}: downloading", total=100, completed=0)
        for percent in self._fetch(packages):
            progress.update(task, completed=percent)
        progress.update(task, completed=100)
        chosen = list(self._chosen(packages))
        missing = [archive.path.name for archive in chosen if not archive.path.exists()]
        if missing or not chosen:
            raise UnpackFailed(f"apt-get left out {', '.join(missing) or 'everything'}. Run the command again.")
        return chosen

    def _prepare(self) -> None:
        for part in ("state/lists/partial", "cache/archives/partial", "log", "none"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        (self.directory / "status").write_text("")
        (self.directory / "sources.list").write_text(
            f"deb [arch={self._arch.name} target=Packages signed-by={archive_keyring()}] {self.mirror} "
            f"{self.suite} main\n"
        )
        # Read after the machine's own configuration (its proxy counts), so that this has the last word.
        (self.directory / "apt.conf").write_text(_APT_CONF.format(directory=self.directory, arch=self._arch.name))

    def _update(self) -> None:
        failure = self._apt_get("update")
        if failure and "is expired" in failure:
            self._console.print(
                f"[yellow]The package list of {self.mirror} is past its date (a snapshot?): taking it nevertheless. "
                "Its signature is still checked; that it is the newest is not.[/yellow]"
            )
            self._options = ["-o", "Acquire::Check-Valid-Until=false"]
            failure = self._apt_get("update")
        if failure:
            hint = "Is the clock of this machine right? " if "not valid yet" in failure else ""
            raise UnpackFailed(
                f"Reading the package list of {self.suite} from {self.mirror} failed:\n{failure}\n{hint}"
                "If the network needs a proxy, set http_proxy; if the keys are too old, upgrade debian-archive-keyring."
            )

    def _apt_get(self, *arguments: str) -> str:
        """Run apt-get; the end of its complaint where it failed, else nothing."""
        done = subprocess.run(  # noqa: S603 - fixed program, our own arguments
            self._command(*arguments),
            capture_output=True,
            text=True,
            env=_plain_environment(),
            timeout=_APT_SECONDS,
        )
        return (done.stderr.strip() or done.stdout.strip())[-1500:] if done.returncode != 0 else ""

    def _fetch(self, packages: Sequence[str]) -> Iterator[float]:
        """Download, yielding percents as apt tells them."""
        reader, writer = os.pipe()
        with tempfile.TemporaryFile("w+") as complaint:
            with os.fdopen(reader) as status:
                process = subprocess.Popen(  # noqa: S603 - fixed program, our own arguments
                    self._command(
                        "-o", f"APT::Status-Fd={writer}", "install", "--yes", "--download-only", "--", *packages
                    ),
                    stdout=subprocess.DEVNULL,
                    stderr=complaint,
                    pass_fds=(writer,),
                    env=_plain_environment(),
                )
                os.close(writer)
                try:
                    for line in status:
                        if match := re.match(r"dlstatus:\d+:([\d.]+):", line):
                            yield float(match[1])
                    process.wait(_APT_SECONDS)
                finally:
                    if process.poll() is None:
                        process.kill()
                        process.wait()
            if process.returncode != 0:
                complaint.seek(0)
                raise UnpackFailed(f"Downloading from {self.mirror} failed:\n{complaint.read().strip()[-1500:]}")

    def _chosen(self, packages: Sequence[str]) -> Iterator[Archive]:
        done = subprocess.run(  # noqa: S603 - fixed program, our own arguments
            self._command("--simulate", "install", "--", *packages),
            capture_output=True,
            text=True,
            env=_plain_environment(),
            timeout=_APT_SECONDS,
        )
        for name, version, arch in simulated_installs(done.stdout.splitlines()):
            file_name = f"{name}_{version.replace(':', '%3a')}_{arch}.deb"
            yield Archive(name, version, self.directory / "cache/archives" / file_name)

    def _command(self, *arguments: str) -> list[str]:
        return ["apt-get", "-c", str(self.directory / "apt.conf"), "-q", *self._options, *arguments]


def simulated_installs(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Name, version and architecture of each package that `apt-get --simulate install` says it would install."""
    for line in lines:
        if match := re.match(r"Inst (\S+?)(?::\w+)? \((\S+) .*\[(\w+)\]\)", line):
            yield match[1], match[2], match[3]


def _plain_environment() -> dict[str, str]:
    return os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress


_APT_CONF = """\
Dir::State "{directory}/state";
Dir::State::lists "lists";
Dir::State::status "{directory}/status";
Dir::State::extended_states "{directory}/extended_states";
Dir::Cache "{directory}/cache";
Dir::Cache::archives "archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "{directory}/log";
Dir::Etc::sourcelist "{directory}/sources.list";
Dir::Etc::sourceparts "{directory}/none";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{directory}/none";
APT::Architecture "{arch}";
#clear APT::Architectures;
APT::Architectures {{ "{arch}"; }};
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "60";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
"""
