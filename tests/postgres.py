"""A private PostgreSQL for tests: a cluster of its own in a temporary directory, on a free port of the loopback."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ringdesk.asterisk.ports import free_ports
from tests.tools import require_tool

USER = "ringdesk"
_START_SECONDS = 30
_STOP_SECONDS = 20


class PostgresServer:
    """A running server. Everything in it may be broken: it is deleted when the block that made it is left."""

    def __init__(self, port: int, command: Sequence[str], environment: dict[str, str], home: Path) -> None:
        self.port = port
        self._command = command
        self._environment = environment
        self._home = home
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, for the first time or once more. Returns when it takes connections."""
        log = self._home / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        _await_ready(self._home / "data", self.process, log)

    def stop(self) -> None:
        """End its sessions and stop it, without waiting for clients that a failed test left behind."""
        process, self.process = self.process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Within the block the server takes connections and answers nothing, as behind a network that is gone."""
        assert self.process is not None
        group = self._processes()
        for pid in group:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in group:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _processes(self) -> list[int]:
        """The server and its children, each of which has a session of its own."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def url(self, database: str = "postgres", driver: str = "postgresql+asyncpg") -> str:
        """SQLAlchemy's URL of a database of this server."""
        return f"{driver}://{USER}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Make a cluster, start its server, and delete both in the end. Skips the test where there is no PostgreSQL."""
    initdb, postgres = require_tool("initdb"), require_tool("postgres")
    # Not below pytest's own directory, which is closed to the other user that root has to become.
    home = Path(tempfile.mkdtemp(prefix="rd-pg-"))
    try:
        become = _become_somebody_else(home)
        data = home / "data"
        subprocess.run(
            [
                *become,
                *initdb.command("-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            env=initdb.environ(),
            cwd=home,
            check=True,
            capture_output=True,
            timeout=60,
        )
        [port] = free_ports(1)
        # A test's data need not survive the machine's fall.
        settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        arguments = ("-D", str(data), "-k", str(home), "-h", "127.0.0.1", "-p", str(port), *options)
        server = PostgresServer(port, [*become, *postgres.command(*arguments)], dict(postgres.environ()), home)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _become_somebody_else(home: Path) -> Sequence[str]:
    """PostgreSQL refuses to run as root: run it as the user `postgres` where there is one, else as `nobody`."""
    if os.geteuid() != 0:
        return ()
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(home, user.pw_uid, user.pw_gid)
            return (
                "setpriv",
                f"--reuid={user.pw_uid}",
                f"--regid={user.pw_gid}",
                "--clear-groups",
                "--pdeathsig=INT",
                "--",
            )
    raise AssertionError("neither a user postgres nor a user nobody")


def _await_ready(data: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server takes connections: it says so in the last line of its pid file."""
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
        time.sleep(0.02)
    raise AssertionError(f"PostgreSQL does not start: {log.read_text(errors='replace')[-2000:]}")
