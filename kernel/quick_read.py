"""Reading with one statement, straight through the driver, where every tenth of a millisecond counts.

A session takes a connection from the pool, begins, asks, ends and gives the connection back: a dozen hops to the
driver's thread or server, each dearer than the statement itself. Here one connection is kept, and asked once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.database import Database

Rows = Sequence[Sequence[Any]]


class QuickReader:
    """Asks one statement at a time over a connection of its own, outside any transaction. Never writes.

    The connection is opened when it is first needed, anew when it broke, and closed with the database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._connection: Any = None
        database.on_close(self.close)

    async def rows(self, statements: Mapping[str, str], *values: Any) -> Rows:
        """What the statement for this kind of database finds, of `statements` by the name of its dialect.

        Whatever the driver raises, once a new connection has not helped.
        """
        statement = statements[self._database.engine.dialect.name]
        async with self._turn:
            if self._connection is not None:
                try:
                    return await self._ask(statement, values)
                except Exception:
                    await self._drop()
            self._connection = await self._open()
            return await self._ask(statement, values)

    async def close(self) -> None:
        """Close the connection. The next question opens another."""
        async with self._turn:
            await self._drop()

    async def _open(self) -> Any:
        pooled = await self._database.engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        return connection

    async def _ask(self, statement: str, values: tuple[Any, ...]) -> Rows:
        connection = self._connection
        if self._database.is_sqlite:
            rows: Rows = await connection.execute_fetchall(statement, values)
            return rows
        try:
            rows = await connection.fetch(statement, *values)
        except asyncio.CancelledError:
            # What the server still sends would be taken for the answer to the next question.
            self._connection = None
            connection.terminate()
            raise
        return rows

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._database.is_sqlite:
            await connection.close()
        else:
            connection.terminate()
