"""Where one Asterisk keeps what it writes and finds what it reads."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kernel.errors import Complaint

# sockaddr_un holds 108 bytes with the NUL at the end; Asterisk cuts a longer path without a word.
_LONGEST_SOCKET_PATH = 107
_SOCKET = "asterisk.ctl"


class UnusableState(Complaint):
    """The state directory can't be used. The message says why."""


@dataclass(frozen=True, slots=True)
class Directories:
    """The directories of one instance, all below its `state` (but for `run`, where that path is too long)."""

    state: Path
    run: Path

    @classmethod
    def below(cls, state: Path) -> Directories:
        """The directories for `state`, which is made absolute. Nothing is created. Raises UnusableState."""
        state = Path(os.path.abspath(state))
        if forbidden := sorted(set(str(state)) & set("\r\n;[],\"'$`\\|&")):
            raise UnusableState(
                f"{state}: the state directory's path holds {forbidden[0]!r}, which Asterisk would not read as a path."
            )
        run = state / "run"
        if len(os.fsencode(run / _SOCKET)) > _LONGEST_SOCKET_PATH:
            name = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
            run = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"ringdesk-{os.geteuid()}-{name}"
            if len(os.fsencode(run / _SOCKET)) > _LONGEST_SOCKET_PATH:
                raise UnusableState(
                    f"{run / _SOCKET} is longer than the {_LONGEST_SOCKET_PATH} bytes that a socket's path may have: "
                    "choose a shorter --state, or a shorter TMPDIR."
                )
        return cls(state, run)

    @property
    def etc(self) -> Path:
        return self.state / "etc"

    @property
    def log(self) -> Path:
        return self.state / "log"

    @property
    def spool(self) -> Path:
        return self.state / "spool"

    @property
    def data(self) -> Path:
        """Sounds, music and documentation: links to what came with Asterisk, and prompts of our own beside them."""
        return self.state / "data"

    @property
    def control_socket(self) -> Path:
        return self.run / _SOCKET

    @property
    def asterisk_conf(self) -> Path:
        return self.etc / "asterisk.conf"

    def create(self) -> None:
        """Make them, readable by their owner only. Raises UnusableState."""
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            self.state.chmod(0o700)
            for name in ("etc", "log", "log/cel-custom", "spool", "spool/recording", "lib", "db", "keys", "agi-bin"):
                (self.state / name).mkdir(parents=True, exist_ok=True)
            self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnusableState(f"{error.filename}: {error.strerror}. Choose another --state.") from error
        told = self.run.lstat()
        if self.run.is_symlink() or told.st_uid != os.geteuid():
            raise UnusableState(f"{self.run} belongs to somebody else. Choose another --state.")
        self.run.chmod(0o700)

    def link_data(self, shipped: Path) -> None:
        """Fill `data` with links into `shipped`, the folder of what came with Asterisk; nothing is written there."""
        (self.data / "sounds").mkdir(parents=True, exist_ok=True)
        names = ("documentation", "firmware", "images", "moh", "phoneprov", "rest-api", "static-http", "sounds/en")
        for name in names:
            link, target = self.data / name, shipped / name
            if link.is_symlink():
                if os.readlink(link) == str(target):
                    continue
                link.unlink()
            elif link.exists():
                continue  # put there by somebody: theirs stays
            link.symlink_to(target)

    def asterisk_conf_text(self, modules: Path) -> str:
        """asterisk.conf: these directories, and nothing that is not ours."""
        places = {
            "astcachedir": self.state / "lib",
            "astetcdir": self.etc,
            "astmoddir": modules,
            "astvarlibdir": self.state / "lib",
            "astdbdir": self.state / "db",
            "astkeydir": self.state / "keys",
            "astdatadir": self.data,
            "astagidir": self.state / "agi-bin",
            "astspooldir": self.spool,
            "astrundir": self.run,
            "astlogdir": self.log,
        }
        lines = [f"{name} => {path}" for name, path in places.items()]
        options = ["verbose = 3", "hideconnect = yes", "live_dangerously = no", "nocolor = yes", "maxfiles = 16384"]
        return "\n".join(["; Written by Ringdesk", "[directories]", *lines, "", "[options]", *options, ""])
