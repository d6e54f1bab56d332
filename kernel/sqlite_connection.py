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
from aiosqlite.core import _STOP_RUNNING_SENTINEL

_ROWS_A_FETCH = 64


def open_connection(database: str, **options: Any) -> aiosqlite.Connection:
    """A connection to await; the options are those of `sqlite3.connect`. What `aiosqlite.connect` does, with our class.

    The thread of a connection that nobody closed must not keep the process alive.
    """
    connect = partial(sqlite3.connect, database, factory=_RollingBack, **options)
    connection = ConnectionInThread(connect, _ROWS_A_FETCH)
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


class ConnectionInThread(aiosqlite.Connection):
    """May be closed from several sides, as happens when the closing itself is cancelled, and after its thread ended.

    The thread ends at the first request to stop; who asked a second time would wait for its answer for ever. It also
    ends where it has an answer for a loop that is closed already: what the garbage collector finds of that and closes
    out of another loop (as in the next test) is only let go.
    """

    def stop(self) -> asyncio.Future[Any] | None:
        if self._running and self._thread.is_alive():
            return super().stop()
        self._running = False
        return None

    async def close(self) -> None:
        if not self._running:
            return
        if self._thread.is_alive():
            await super().close()
        else:
            self._running = False
            self._connection = None

    def let_go(self) -> None:
        """Have the connection closed as soon as its thread comes to it. Waits for nothing and tells nobody."""
        if self._running:
            self._running = False
            self._tx.put_nowait((None, self._close_in_thread))

    def _close_in_thread(self) -> object:
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        return _STOP_RUNNING_SENTINEL
