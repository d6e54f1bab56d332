"""The database: SQLite where nothing else is set, PostgreSQL by its URL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncpg import PostgresError  # type: ignore[import-untyped]
from pydantic_core import to_json
from sqlalchemy import DateTime, Dialect, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from kernel.sqlite_connection import ConnectionInThread, open_connection

BUSY_TIMEOUT_SECONDS = 10
"""How long a writer waits for SQLite's one write lock, and anybody for a connection to PostgreSQL, before it fails."""
ANSWER_TIMEOUT_SECONDS = 10
"""How long PostgreSQL may take to answer a statement before it counts as gone."""


class Base(DeclarativeBase):
    """Base of every table. Constraints get predictable names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class _QuickDateTime(sqlite.DATETIME):
    """SQLite's text form of a moment, as SQLAlchemy writes it, in a quarter of the time."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        def as_text(value: datetime | None) -> str | None:
            return None if value is None else value.replace(tzinfo=None).isoformat(" ", "microseconds")

        return as_text


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC moment. SQLite keeps no zone: it is added on the way out; a naive one is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: type[DateTime] = _QuickDateTime if dialect.name == "sqlite" else DateTime
        return dialect.type_descriptor(kind(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine and its sessions. `url` is SQLAlchemy's: `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`."""

    def __init__(
        self,
        url: str,
        *,
        busy_timeout: float = BUSY_TIMEOUT_SECONDS,
        answer_timeout: float | None = ANSWER_TIMEOUT_SECONDS,
    ) -> None:
        """`answer_timeout` None: PostgreSQL may take for a statement what it likes, as a migration needs it."""
        self.url = url
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        # pydantic's serialiser: several times quicker than json's, and it leaves Unicode readable.
        options: dict[str, Any] = {"json_serializer": lambda value: to_json(value).decode()}
        if self.is_sqlite:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": busy_timeout, "async_creator_fn": open_connection}
        else:
            options["pool_pre_ping"] = True
            options["connect_args"] = {"timeout": BUSY_TIMEOUT_SECONDS, "command_timeout": answer_timeout}
        self.engine = create_async_engine(url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite_connection)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite_transaction)
        else:
            event.listen(self.engine.sync_engine, "handle_error", _take_silence_for_absence)
        self.engine.sync_engine.dialect.do_terminate = _let_go  # type: ignore[method-assign, assignment]
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._closing: list[Callable[[], Awaitable[None]]] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed when the block ends and rolled back when it raises."""
        async with self._sessions.begin() as session:
            await self._connect(session)
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries: on SQLite it takes no write lock. What is written in it is not kept."""
        async with self._sessions() as session:
            await self._connect(session, ringdesk_read_only=True)
            # No rollback here: it would empty the objects that the caller goes on with. Closing does what is needed,
            # and to its end, also for a task that is cancelled meanwhile.
            yield session

    async def _connect(self, session: AsyncSession, **options: Any) -> None:
        # Where nobody listens, and where a server only just starts, the driver's own error comes through as it is.
        try:
            await session.connection(execution_options=options)
        except (OSError, PostgresError) as error:
            raise OperationalError("connecting", None, error) from error

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have `close` awaited before the database is closed: for who keeps a connection of their own."""
        self._closing.append(close)

    async def close(self) -> None:
        for close in self._closing:
            await close()
        await self.engine.dispose()


def _take_silence_for_absence(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True
        silence = TimeoutError("no answer in time")
        raise OperationalError(context.statement, None, silence) from context.original_exception


def _let_go(connection: Any) -> None:
    # What a cancelled task leaves is let go at once. SQLAlchemy would wait for the driver to close it in good order:
    # in the middle of a cancellation, of a server that no longer answers, or of the garbage collector's work, where
    # switching to the event loop breaks whatever was interrupted.
    driver = connection.driver_connection
    if isinstance(driver, ConnectionInThread):
        driver.let_go()
    else:
        driver.terminate()


def _prepare_sqlite_connection(connection: Any, record: Any) -> None:
    # The driver's own transaction handling starts too late for DDL and SELECT: ours is in _begin_sqlite_transaction.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite_transaction(connection: Any) -> None:
    # IMMEDIATE takes the write lock at the start, where waiting for it works. A transaction that reads first and asks
    # for the lock later is refused at once with "database is locked", whatever the time-out.
    read_only = connection.get_execution_options().get("ringdesk_read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def insert_for(session: AsyncSession, table: Any) -> Any:
    """An INSERT into `table` that knows ON CONFLICT, for which each database has a construct of its own."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def is_away(error: BaseException) -> bool:
    """Whether the database is away, locked or full: it may take later what it has not taken now."""
    if isinstance(error, OperationalError | InterfaceError | InternalError | NoConnectionFree | OSError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = getattr(getattr(error, "orig", None) or error, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_STATES_OF_ABSENCE)


_STATES_OF_ABSENCE = ("08", "53", "57P")
"""PostgreSQL's classes of errors: connections that broke, no resources left, a server that stops or starts."""


def describe_trouble(error: Exception) -> str:
    """What is wrong with the database, and what to do, from the error that it gave."""
    driver = getattr(error, "orig", None) or error
    said = (str(driver).strip().splitlines() or [type(driver).__name__])[0]
    for sign, remedy in _REMEDIES.items():
        if sign in said.lower():
            return f"{said}: {remedy}"
    return said


_REMEDIES = {
    "disk is full": "free space on the disk that holds it",
    "no space left": "free space on the disk that holds it",
    "could not extend file": "free space on the database server's disk",
    "is locked": "another program keeps it locked; find and end that",
    "unable to open database file": "its directory must exist and be writable",
    "readonly database": "its file and directory must be writable",
    "no answer in time": "PostgreSQL does not answer; does it run, and is the way to it free?",
    "connect call failed": "nothing answers there; is PostgreSQL running, and is database_url right?",
    "password authentication failed": "check the user and password in database_url",
    "does not exist": "create it, or correct database_url",
    "could not parse": "database_url must look like sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME",
}
