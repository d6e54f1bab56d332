"""One Asterisk of ours: started, asked, stopped. Everything about it lies in one state directory."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from dialplan.config import Ports
from dialplan.render import write
from kernel.errors import Complaint
from ringdesk.asterisk.cache import exclusive
from ringdesk.asterisk.containers import Container
from ringdesk.asterisk.directories import Directories
from ringdesk.asterisk.ports import LOOPBACK, asterisk_port_uses, require_free
from ringdesk.asterisk.process import ProcessRecord, reap, start_detached
from ringdesk.asterisk.ways import Via, Way, choose

DEFAULT_STATE = Path(".ringdesk/asterisk")
_BOOT_SECONDS = 60.0
_CONSOLE_SECONDS = 10.0
_STOP_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.02
_RECORD = "instance.json"
_ASTERISK_CONF = "asterisk.conf"


ConfigurationFiles = Mapping[str, str] | Callable[[Way], Mapping[str, str]]
"""Asterisk's files, name to text; or what makes them when it is known which Asterisk runs (which modules it has)."""


class AsteriskFailed(Complaint):
    """Asterisk did not start, or ended while it did. The message ends with the last lines of its log."""


class NotRunning(Complaint):
    """There is no running Asterisk to ask."""


class ConsoleFailed(Complaint):
    """Asterisk's console did not take the command or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Running:
    """What `up` wrote down about the Asterisk that it started."""

    via: Via
    version: str
    program: tuple[str, ...]
    ports: Ports
    subject: ProcessRecord | Container

    @property
    def pid(self) -> int | None:
        """The process, where it is one of this machine's own."""
        return self.subject.pid if isinstance(self.subject, ProcessRecord) else None

    def console_argv(self, directories: Directories, command: str) -> list[str]:
        """What to run to have `command` carried out on its console."""
        inside = [*self.program, "-C", str(directories.asterisk_conf), "-rx", command]
        return inside if isinstance(self.subject, ProcessRecord) else self.subject.exec_argv(inside)


@dataclass(frozen=True, slots=True)
class Status:
    """How an instance stands. `answers`: its console does; a process that runs and does not answer is in trouble."""

    running: Running | None
    answers: bool = False
    uptime: str = ""
    calls: str = ""


class AsteriskInstance:
    """An Asterisk with its own state directory and ports. Any number of them run side by side.

    `up` and `down` may be called from different processes, one after the other or at once. `sip_address` and `ports`
    are those of the configuration that `up` is given; they are checked to be free before anything is started.
    """

    def __init__(
        self,
        state: Path = DEFAULT_STATE,
        *,
        ports: Ports | None = None,
        sip_address: str = LOOPBACK,
        via: Via = Via.AUTO,
        console: Console | None = None,
    ) -> None:
        self.directories = Directories.below(state)
        self.ports = ports or Ports()
        self.sip_address = sip_address
        self.via = via
        self._console = console

    def up(self, files: ConfigurationFiles, *, boot_seconds: float = _BOOT_SECONDS) -> Running:
        """Write the configuration, start Asterisk, and return when it has fully booted. It survives this process.

        Where it runs already, it is left as it is. `files` is what `dialplan.render.render` gives. Raises NoAsterisk,
        PortTaken, UnusableState, AsteriskFailed; then nothing is left running.
        """
        self.directories.create()
        with self._locked():
            if running := self._alive():
                return running
            require_free(asterisk_port_uses(self.ports, self.sip_address))
            way = choose(self.via, console=self._console)
            self._write(files(way) if callable(files) else files, way)
            running = self._start(way)
            try:
                self._await_boot(running, time.monotonic() + boot_seconds)
            except BaseException:
                self._end(running)
                raise
            return running

    def differing(self, files: Mapping[str, str]) -> list[str]:
        """The names of those of `files` that Asterisk's directory has otherwise, or not at all, in order."""
        differ = []
        for name, text in files.items():
            path = self.directories.etc / name
            if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
                differ.append(name)
        return sorted(differ)

    def down(self) -> bool:
        """End the Asterisk that `up` started, and nothing else. False where it did not run any more."""
        if not self.directories.state.is_dir():
            return False
        with self._locked():
            running = self._recorded()
            return running is not None and self._end(running)

    def status(self) -> Status:
        """Whether it runs, and what it says of itself."""
        running = self._alive()
        if running is None:
            return Status(None)
        try:
            uptime = self._ask(running, "core show uptime")
            calls = self._ask(running, "core show calls")
        except ConsoleFailed:
            return Status(running)
        return Status(running, True, _first_line(uptime), _first_line(calls))

    def console(self, command: str, *, timeout: float = _CONSOLE_SECONDS) -> str:
        """Carry out a command on Asterisk's console and return what it printed.

        Raises NotRunning, ConsoleFailed, and ValueError for a command of several lines.
        """
        if any(character in command for character in "\r\n\x00"):
            raise ValueError("a console command is one line")
        running = self._alive()
        if running is None:
            raise NotRunning(f"No Asterisk runs with the state {self.directories.state}: ringdesk asterisk up")
        return self._ask(running, command, timeout)

    def log_tail(self, lines: int = 50) -> str:
        """The last lines of its log; of what it printed, where it did not come so far as to write a log."""
        return "\n".join(_last_lines(self.log_file, lines))

    @property
    def log_file(self) -> Path:
        """The log that tells most: what logger.conf calls so, else what Asterisk printed."""
        for name in ("full", "full.log", "messages.log", "messages"):
            if (path := self.directories.log / name).exists() and path.stat().st_size:
                return path
        return self._printed

    def follow_log(self, lines: int = 10) -> Iterator[str]:
        """The last lines of the log and then each new one, until the caller stops asking."""
        yield from _last_lines(self.log_file, lines)
        with self.log_file.open(errors="replace") as stream:
            stream.seek(0, os.SEEK_END)
            while True:
                if line := stream.readline():
                    yield line.rstrip("\n")
                else:
                    time.sleep(0.2)  # a file tells nobody that it grew

    @property
    def _printed(self) -> Path:
        return self.directories.log / "console"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with exclusive(self.directories.state / "lock"):
            yield

    def _write(self, files: Mapping[str, str], way: Way) -> None:
        if _ASTERISK_CONF in files:
            raise ValueError("asterisk.conf is written by the instance: it holds the directories")
        self.directories.link_data(way.data)
        etc = self.directories.etc
        for old in etc.glob("*.conf"):
            # What an admin added stays; what we no longer write would still be read.
            if old.name not in files and not old.name.endswith("_custom.conf"):
                old.unlink()
        write({**files, _ASTERISK_CONF: self.directories.asterisk_conf_text(way.modules)}, etc, force=True)

    def _start(self, way: Way) -> Running:
        self.directories.control_socket.unlink(missing_ok=True)
        self._printed.unlink(missing_ok=True)
        argv = [*way.program, "-C", str(self.directories.asterisk_conf), "-f", "-n"]
        subject: ProcessRecord | Container
        try:
            if way.via is Via.DOCKER:
                subject = Container.start(argv, self.directories)
            else:
                subject = start_detached(argv, dict(os.environ), self._printed)
        except (OSError, RuntimeError) as error:
            raise AsteriskFailed(f"Asterisk can't be started: {error}") from error
        running = Running(way.via, str(way.version), way.program, self.ports, subject)
        _save(self.directories.state / _RECORD, running)
        return running

    def _await_boot(self, running: Running, deadline: float) -> None:
        while not self.directories.control_socket.exists():
            self._require_time(running, deadline)
            time.sleep(_LOOK_AGAIN_SECONDS)
        while True:
            try:
                # Comes back when Asterisk has booted; fails for a moment while it makes its socket.
                answer = self._ask(running, "core waitfullybooted", max(deadline - time.monotonic(), 0.1))
            except ConsoleFailed:
                answer = ""
            if "fully booted" in answer:
                return
            self._require_time(running, deadline)
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _require_time(self, running: Running, deadline: float) -> None:
        if not running.subject.is_alive():
            if running.pid is not None:
                reap(running.pid)
            raise AsteriskFailed(f"Asterisk ended while it started. The end of its log:\n{self._last_words()}")
        if time.monotonic() > deadline:
            raise AsteriskFailed(f"Asterisk did not boot in time. The end of its log:\n{self._last_words()}")

    def _last_words(self) -> str:
        files = {self._printed, self.log_file}
        return "\n".join(line for file in sorted(files) for line in _last_lines(file, 20)) or "(it said nothing)"

    def _ask(self, running: Running, command: str, timeout: float = _CONSOLE_SECONDS) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the program that `up` recorded; the command is one argument
                running.console_argv(self.directories, command),
                capture_output=True,
                timeout=timeout,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            raise ConsoleFailed(f"Asterisk's console did not answer `{command}` within {timeout:.0f} s") from error
        except OSError as error:
            raise ConsoleFailed(f"Asterisk's console can't be asked: {error}") from error
        output = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            # It prints most complaints to where the answer would go.
            complaint = (done.stderr.decode(errors="replace") + output).strip()[-500:]
            raise ConsoleFailed(f"Asterisk's console refused `{command}`: {complaint}")
        return output

    def _end(self, running: Running) -> bool:
        ended = running.subject.end(patience=_STOP_SECONDS)
        (self.directories.state / _RECORD).unlink(missing_ok=True)
        self.directories.control_socket.unlink(missing_ok=True)
        return ended

    def _recorded(self) -> Running | None:
        return _load(self.directories.state / _RECORD)

    def _alive(self) -> Running | None:
        running = self._recorded()
        return running if running is not None and running.subject.is_alive() else None


def _save(path: Path, running: Running) -> None:
    content = {
        "via": running.via,
        "version": running.version,
        "program": running.program,
        "ports": running.ports.model_dump(),
        "subject": asdict(running.subject),
    }
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(content, indent=1))
    temporary.replace(path)


def _load(path: Path) -> Running | None:
    try:
        content = json.loads(path.read_text())
        via = Via(content["via"])
        subject: ProcessRecord | Container
        subject = Container(**content["subject"]) if via is Via.DOCKER else ProcessRecord(**content["subject"])
        return Running(via, str(content["version"]), tuple(content["program"]), Ports(**content["ports"]), subject)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise AsteriskFailed(f"{path} is damaged ({error}). End that Asterisk yourself and delete the file.") from error


def _last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines, from at most the last 256 KiB."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(stream.tell() - 262_144, 0))
            return stream.read().decode(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
