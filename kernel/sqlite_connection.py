"""SQLite connections that a cancelled task leaves in order.

The service cancels tasks all the time: a time-out around a look-up, a panel that goes away, the stop of the service.
Two things are then amiss in the driver, and both are mended here: a transaction that goes on holding the write lock,
and a close that is never done.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite

_ROWS_A_FETCH = 64


def open_connection(database: str, **options: Any) -> aiosqlite.Connection:
    """A connection to await; the options are those of `sqlite3.connect`. What `aiosqlite.connect` does, with our class.

    The thread of a connection that nobody closed must not keep the process alive.
    """
    connect = partial(sqlite3.connect, database, factory=_RollingBack, **options)
    connection = _ClosedOnce(connect, _ROWS_A_FETCH)
    connection._thread.daemon = True
    return connection


class _RollingBack(sqlite3.Connection):
    """Rolls back before it closes.

    A task that is cancelled while a statement runs leaves a cursor behind that nobody reads to its end. As long as
    that one exists SQLite only pretends to close the connection (`sqlite3_close_v2`), and its transaction stays.
    """

    def close(self) -> None:
        # A closed connection has no transaction to ask for, and may be closed again.
        with suppress(sqlite3.ProgrammingError):
            if self.in_transaction:
                self.rollback()
        super().close()


class _ClosedOnce(aiosqlite.Connection):
    """May be closed from several sides, as happens when the closing itself is cancelled.

    The thread ends at the first request to stop; who asked a second time would wait for its answer for ever.
    """

    def stop(self) -> asyncio.Future[Any] | None:
        return super().stop() if self._running else None

    async def close(self) -> None:
        if self._running:
            await super().close()
