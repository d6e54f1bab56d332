"""What is stored, into the Asterisk that this installation serves."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from accounts.audit import COMMAND_LINE, Author
from accounts.errors import BadInput
from dialplan import sounds
from dialplan.config import PbxConfig
from dialplan.included import render_included
from dialplan.modules import absent
from dialplan.publish import PbxConsole, Publisher, PublishError, PublishRefused
from dialplan.publish_changes import changes, without_secrets
from dialplan.render import ForeignFile, render
from dialplan.stored import StoredPbx
from dialplan.stored_publications import Outcome, Result, last_publication, last_published, record
from kernel.clock import Clock, SystemClock
from kernel.database import Database
from ringdesk.asterisk.instance import AsteriskFailed, AsteriskInstance, ConsoleFailed, NotRunning
from ringdesk.asterisk.ways import Via
from ringdesk.settings import Settings

CONSOLE_SECONDS = 10.0
LOOK_SECONDS = 3.0
"""Between two looks for publications of others."""

log = structlog.get_logger(__name__)


class Target(Protocol):
    """An Asterisk that can be published to. Its methods block, and raise PublishError where it is not to be had."""

    def files(self, config: PbxConfig) -> Mapping[str, str]:
        """What is written for `config`."""
        ...

    def publisher(self) -> Publisher: ...

    @property
    def asterisk(self) -> PbxConsole: ...


@dataclass(frozen=True, slots=True)
class OwnAsterisk:
    """The Asterisk that `ringdesk asterisk up` started."""

    instance: AsteriskInstance

    def files(self, config: PbxConfig) -> Mapping[str, str]:
        running = self.instance.status().running
        if running is None:
            raise PublishError(f"no Asterisk runs with the state {self.instance.directories.state}")
        lacking = config.absent_modules
        if running.via is Via.MACHINE:
            found = re.search(r"(?m)^\s*Module directory:\s*(\S.*?)\s*$", self.instance.console("core show settings"))
            lacking |= absent(Path(found[1])) if found else frozenset()
        # Its ports may have been chosen when it was started.
        return render(config.model_copy(update={"absent_modules": lacking, "ports": running.ports}))

    def publisher(self) -> Publisher:
        return Publisher(self.instance.directories.etc, self.instance)

    @property
    def asterisk(self) -> PbxConsole:
        return self.instance


@dataclass(frozen=True, slots=True)
class ProgramConsole:
    """The console of an Asterisk of this machine, asked by its own program."""

    program: Sequence[str]

    def console(self, command: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the program is a setting; the command is one argument
                [*self.program, "-rx", command],
                capture_output=True,
                timeout=CONSOLE_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            raise PublishError(f"Asterisk's console did not answer within {CONSOLE_SECONDS:.0f} s") from error
        except OSError as error:
            raise PublishError(f"publish.console: {self.program[0]} can't be run: {error.strerror}") from error
        if done.returncode != 0:
            raise PublishError(
                f"Asterisk's console refused `{command}`: {done.stderr.decode(errors='replace').strip()}"
            )
        return done.stdout.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class IncludedFiles:
    """An Asterisk that was there before, which includes our files (docs/existing-asterisk.md)."""

    directory: Path
    asterisk: PbxConsole

    def files(self, config: PbxConfig) -> Mapping[str, str]:
        return render_included(config)

    def publisher(self) -> Publisher:
        return Publisher(self.directory, self.asterisk)


def target_of(settings: Settings) -> Target:
    """The Asterisk that the settings speak of."""
    if settings.publish.into is not None:
        return IncludedFiles(settings.publish.into, ProgramConsole(settings.publish.console))
    return OwnAsterisk(AsteriskInstance(settings.state / "asterisk"))


Published = Callable[[PbxConfig], Awaitable[None]]


@dataclass(slots=True)
class Publishing:
    """Publishes what is stored. One at a time in this process; over processes the publisher's own lock holds."""

    database: Database
    stored: StoredPbx
    target: Target
    clock: Clock = field(default_factory=SystemClock)
    on_published: Published | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _taken: int = 0
    """The publication by which we work."""

    async def run(self) -> None:
        """Take note of what others publish (the command line, another process), until cancelled."""
        node = self.stored.base.node
        async with self.database.reading() as session:
            self._taken = await last_publication(session, node)
        while True:
            await self.clock.sleep(LOOK_SECONDS)
            try:
                async with self.database.reading() as session:
                    last = await last_publication(session, node)
                    if last <= self._taken:
                        continue
                    config = await self.stored.config(session)
                self._taken = last
                if self.on_published is not None:
                    await self.on_published(config)
            except (SQLAlchemyError, BadInput) as error:
                log.warning("what was published elsewhere was not read", error=str(error).splitlines()[0])

    async def sounds(self, *, anew: bool = False) -> frozenset[str]:
        """The sounds that Asterisk has; `anew`: also those that were put there since it began.

        PublishError where it can't be asked.
        """

        def ask() -> str:
            if anew:
                self.target.asterisk.console(sounds.LOOK_ANEW)
            return self.target.asterisk.console(sounds.COMMAND)

        try:
            return sounds.listed(await asyncio.to_thread(ask))
        except (NotRunning, ConsoleFailed, AsteriskFailed, OSError) as error:
            raise PublishError(str(error)) from error

    async def publish(self, author: Author, *, dry_run: bool = False) -> Outcome:
        """Bring what is stored into Asterisk and say what changed; with `dry_run` only what would.

        What Asterisk does not take is an outcome (`refused`), and so is an Asterisk that can't be asked (`failed`);
        both leave it as it was. `BadInput` where what is stored does not hold together.
        """
        async with self._lock:
            node = self.stored.base.node
            async with self.database.reading() as session:
                config = await self.stored.config(session)
                before = await last_published(session, node)
            kept = without_secrets(config)
            found = tuple(changes(before if before is not None else without_secrets(self.stored.base), kept))
            try:
                files = await asyncio.to_thread(self.target.files, config)
                publisher = self.target.publisher()
                differing = await asyncio.to_thread(publisher.differing, files)
                if dry_run:
                    result = Result.PUBLISHED if differing or found else Result.UNCHANGED
                    return Outcome(result, found, differing)
                done = await asyncio.to_thread(publisher.publish, files)
            except PublishRefused as error:
                outcome = Outcome(Result.REFUSED, found, problem=str(error), complaints=error.complaints)
            except (PublishError, ForeignFile, NotRunning, ConsoleFailed, AsteriskFailed, OSError) as error:
                outcome = Outcome(Result.FAILED, found, problem=str(error))
            else:
                result = Result.PUBLISHED if done.files or found else Result.UNCHANGED
                warnings = tuple(str(warning) for warning in done.warnings)
                outcome = Outcome(result, found, done.files, None, warnings, done.needs_restart)
            if dry_run or outcome.result is Result.UNCHANGED:
                return outcome
            async with self.database.transaction() as session:
                row = await record(session, node, author, outcome, kept, self.clock.now())
            log.info("published", result=outcome.result.value, changes=len(found), files=list(outcome.files))
            if outcome.result is Result.PUBLISHED and self.on_published is not None:
                await self.on_published(config)
                self._taken = max(self._taken, row.id)
            return Outcome(
                outcome.result,
                found,
                outcome.files,
                outcome.problem,
                outcome.warnings,
                outcome.needs_restart,
                outcome.complaints,
                row.id,
            )


async def stored_config(settings: Settings, *, take_again: bool = False) -> PbxConfig:
    """The PBX's configuration as the database has it; taken over from the settings file where it has none yet.

    For who has no service at hand: opens the database, brings its schema up to date, and closes it. `BadInput`.
    """
    async with _opened(settings) as database:
        stored = StoredPbx(settings.the_pbx())
        async with database.transaction() as session:
            await stored.take_over(session, SystemClock().now(), again=take_again)
            return await stored.config(session)


async def known_config(settings: Settings) -> PbxConfig:
    """The PBX's configuration as the database has it, else as the settings file says. Changes nothing."""
    base = settings.the_pbx()
    if not _may_exist(settings.effective_database_url):
        return base
    database = Database(settings.effective_database_url)
    try:
        async with database.reading() as session:
            return await StoredPbx(base).config(session)
    except (OperationalError, ProgrammingError) as error:
        # A database of before there was such a table, or none at all yet.
        log.info("the settings file is taken: nothing is stored", error=str(error).splitlines()[0])
        return base
    finally:
        await database.close()


async def publish_once(settings: Settings, *, dry_run: bool = False) -> Outcome:
    """Publish from the command line; a running service takes note of it by itself. `BadInput`."""
    async with _opened(settings) as database:
        stored = StoredPbx(settings.the_pbx())
        async with database.transaction() as session:
            await stored.take_over(session, SystemClock().now())
        return await Publishing(database, stored, target_of(settings)).publish(COMMAND_LINE, dry_run=dry_run)


def _may_exist(database_url: str) -> bool:
    """False for a file of SQLite's that is not there: to open it would make it."""
    url = make_url(database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    from ringdesk import schema  # slow to import: every other command would wait

    database = Database(settings.effective_database_url)
    try:
        await schema.upgrade(database)
        yield database
    finally:
        await database.close()
