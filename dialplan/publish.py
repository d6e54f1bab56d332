"""Files into a running Asterisk: checked, swapped, read by it, and put back when it complains.

A call in progress is never disturbed: everything is read anew by reloads, which leave channels, bridges and waiting
callers as they are. What only a restart would change is said, and left to whoever runs Asterisk.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dialplan.publish_check import check, expected, missing, needs_restart
from dialplan.publish_log import Complaint, complaints
from dialplan.render import MARK, refuse_foreign, write

LOCK_SECONDS = 30.0
"""How long a publication waits for another one to end."""
LOG_SECONDS = 10.0
"""How long Asterisk may take to write what it says into its log."""
_WORK = ".publishing"
_MANIFEST = "manifest.json"
_LOOK_AGAIN_SECONDS = 0.02

# In this order: a queue names phones, the dialplan names both.
RELOADS: Mapping[str, str] = {
    "logger.conf": "logger reload",
    "pjsip.conf": "module reload res_pjsip.so",
    "rtp.conf": "module reload res_rtp_asterisk.so",
    "musiconhold.conf": "moh reload",
    "queues.conf": "queue reload all",
    "confbridge.conf": "module reload app_confbridge.so",
    "features.conf": "module reload features",
    "res_parking.conf": "module reload res_parking.so",
    "indications.conf": "module reload indications",
    "http.conf": "module reload http",
    "cel.conf": "module reload cel",
    "cel_custom.conf": "module reload cel_custom.so",
    "manager.conf": "manager reload",
    "extensions.conf": "dialplan reload",
}


class PbxConsole(Protocol):
    """The console of a running Asterisk.

    On the machine that is `asterisk -rx`. Over AMI it would be the action Command, for which the user needs the class
    `command`; Ringdesk's own AMI user has it not, as whoever has it can run programs. Files have to be reachable.
    """

    def console(self, command: str) -> str:
        """Carry out one command and return what was printed. Raises when Asterisk can't be asked."""
        ...


class PublishError(Exception):
    """Nothing was published."""


class PublishBusy(PublishError):
    """Somebody else publishes at this moment."""


class PublishRefused(PublishError):
    """The check, or Asterisk, complained. What was there before is there again, unless `is_restored` says otherwise."""

    def __init__(self, found: Sequence[Complaint], *, is_restored: bool = True) -> None:
        self.complaints = tuple(found)
        self.is_restored = is_restored
        after = "nothing was changed" if is_restored else "and what was there before could not be brought back wholly"
        super().__init__(f"Asterisk does not take it ({after}): " + "; ".join(map(str, self.complaints)))


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did."""

    files: tuple[str, ...]
    """Files that were replaced; none where everything was as it should be already."""
    needs_restart: tuple[str, ...] = ()
    """Those of them that Asterisk takes wholly only when it is started anew."""
    warnings: tuple[Complaint, ...] = ()
    """What Asterisk complains of, as it did before: not the doing of this publication."""


class Publisher:
    """Publishes into one directory that one Asterisk reads. Blocking: call it in a thread."""

    def __init__(self, directory: Path, console: PbxConsole, *, lock_seconds: float = LOCK_SECONDS) -> None:
        self._directory = directory
        self._console = console
        self._lock_seconds = lock_seconds
        self._work = directory / _WORK

    def differing(self, files: Mapping[str, str]) -> list[str]:
        """Names of the files that are not in the directory as they should be, or should not be there."""
        names = [name for name, text in files.items() if self._read(name) != text]
        return sorted([*names, *self._stale(files)])

    def publish(self, files: Mapping[str, str]) -> Published:
        """Make Asterisk work by `files`. Does nothing where it does already.

        Raises PublishRefused, PublishBusy, OSError, ForeignFile, and what the console raises; after each of them
        Asterisk works as before, or, where this process dies midway, after the next publication.
        """
        with self._locked():
            interrupted = self._restore()
            names = self.differing(files)
            if not names and not interrupted:
                return Published(())
            if found := check(files):
                raise PublishRefused(found)
            for name in names:
                refuse_foreign(self._directory / name)
            restart = tuple(name for name in names if needs_restart(name, self._read(name), files.get(name, "")))
            reloads = _reloads([*names, *interrupted])
            self._swap(names, files)
            try:
                found = self._reload(reloads, files)
            except BaseException:
                self._restore()
                with contextlib.suppress(Exception):
                    self._reload(reloads, None)
                raise
            warnings: list[Complaint] = []
            if found:
                warnings = self._judge(found, names, files, reloads)
            self._forget()
            return Published(tuple(names), restart, tuple(warnings))

    def _judge(
        self, found: list[Complaint], names: list[str], files: Mapping[str, str], reloads: list[str]
    ) -> list[Complaint]:
        """Go back to the files before; PublishRefused unless Asterisk complains of those in the same way."""
        self._restore()
        try:
            before = {complaint.gist for complaint in self._reload(reloads, None)}
        except Exception as error:
            raise PublishRefused(found, is_restored=False) from error
        if new := [complaint for complaint in found if complaint.gist not in before]:
            raise PublishRefused(new)
        self._swap(names, files)
        return self._reload(reloads, None)

    def _reload(self, commands: Sequence[str], files: Mapping[str, str] | None) -> list[Complaint]:
        """Have Asterisk read its files, and hear what it says. With `files`, look whether it has what they say."""
        said = self._between_marks(lambda: [self._console.console(command) for command in commands])
        found = complaints(said)
        if files is not None:
            found += missing(
                expected(files),
                dialplan=self._console.console("dialplan show"),
                endpoints=self._console.console("pjsip show endpoints"),
                queues=self._console.console("queue show"),
            )
        return found

    def _between_marks(self, work: Callable[[], object]) -> list[str]:
        """What Asterisk writes into its log while `work` is done.

        A log channel of its own catches it. The mark at its end is a global variable's setting, which Asterisk tells in
        the log: what was said before it has been written by then.
        """
        mark = secrets.token_hex(8)
        name = f"ringdesk-publish-{mark}.log"
        log = self._log_directory() / name
        self._console.console(f"logger add channel {name} notice,warning,error,verbose(2)")
        try:
            work()
            self._console.console(f"dialplan set global RD_PUBLISHED {mark}")
            deadline = time.monotonic() + LOG_SECONDS
            while True:
                text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
                lines = text.splitlines()
                if any("RD_PUBLISHED" in line and mark in line for line in lines):
                    return lines
                if time.monotonic() > deadline:
                    raise PublishError(f"Asterisk did not write {log} within {LOG_SECONDS:.0f} s")
                time.sleep(_LOOK_AGAIN_SECONDS)  # a file tells nobody that it grew
        finally:
            self._console.console(f"logger remove channel {name}")
            log.unlink(missing_ok=True)

    def _log_directory(self) -> Path:
        found = re.search(r"(?m)^\s*Log directory:\s*(\S.*?)\s*$", self._console.console("core show settings"))
        if found is None:
            raise PublishError("Asterisk does not say where its log is (core show settings)")
        return Path(found[1])

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._work.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._work / "lock").open("a") as handle:
            deadline = time.monotonic() + self._lock_seconds
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= deadline:
                        raise PublishBusy("another publication goes on: try again when it has ended") from error
                    time.sleep(_LOOK_AGAIN_SECONDS)
            yield

    def _read(self, name: str) -> str:
        try:
            return (self._directory / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def _stale(self, files: Mapping[str, str]) -> list[str]:
        """Files that we wrote once and write no longer: Asterisk would still read them."""
        kept = {*files, "asterisk.conf"}
        ours = []
        for path in self._directory.glob("*.conf"):
            if path.name in kept or path.name.endswith("_custom.conf"):
                continue
            with path.open(encoding="utf-8", errors="replace") as stream:
                if stream.readline().startswith(MARK):
                    ours.append(path.name)
        return ours

    def _swap(self, names: Sequence[str], files: Mapping[str, str]) -> None:
        """Put the new files in the place of those of the same names, which are kept until `_forget`."""
        new, previous = self._work / "new", self._work / "previous"
        for directory in (new, previous):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
        write({name: files[name] for name in names if name in files}, new)
        existed = {}
        for name in names:
            path = self._directory / name
            existed[name] = path.exists()
            if existed[name]:
                shutil.copy2(path, previous / name)
        # From here on a process that dies leaves what the next one needs to go back.
        manifest = previous / f"{_MANIFEST}.new"
        manifest.write_text(json.dumps(existed))
        os.replace(manifest, previous / _MANIFEST)
        for name in names:
            if name in files:
                os.replace(new / name, self._directory / name)
            else:
                (self._directory / name).unlink()

    def _restore(self) -> list[str]:
        """Put the files back that a publication replaced which did not come to its end; their names."""
        previous = self._work / "previous"
        try:
            existed: dict[str, bool] = json.loads((previous / _MANIFEST).read_text())
        except FileNotFoundError:
            return []
        for name, was_there in existed.items():
            if was_there:
                shutil.copy2(previous / name, self._work / name)
                os.replace(self._work / name, self._directory / name)
            else:
                (self._directory / name).unlink(missing_ok=True)
        self._forget()
        return list(existed)

    def _forget(self) -> None:
        (self._work / "previous" / _MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(self._work / "previous", ignore_errors=True)
        shutil.rmtree(self._work / "new", ignore_errors=True)


def _reloads(names: Sequence[str]) -> list[str]:
    return [command for file, command in RELOADS.items() if any(name.endswith(file) for name in names)]
