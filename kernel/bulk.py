"""Many rows by one statement, through the driver's own executemany.

SQLAlchemy prepares every row anew, which takes longer than SQLite needs to write it. Here the statement is compiled
once for the database at hand, and only values that the driver does not know are converted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import Insert

Row = dict[str, Any]


class _Prepared(NamedTuple):
    statement: str
    in_order: Callable[[Row], Any]
    conversions: list[tuple[str, Callable[[Any], Any]]]


class BulkInsert:
    """`build(dialect)` gives the INSERT into `table` that is carried out for many rows, each with every column."""

    def __init__(self, table: Table, build: Callable[[Dialect], Insert]) -> None:
        self._table = table
        self._build = build
        self._prepared: dict[str, _Prepared] = {}

    async def execute(self, session: AsyncSession, rows: Iterable[Row]) -> None:
        """Write `rows` in `session`'s transaction. Changes the rows: their values become the driver's."""
        dialect = session.get_bind().dialect
        statement, in_order, conversions = self._prepared.get(dialect.name) or self._prepare(dialect)
        values = []
        for row in rows:
            for column, convert in conversions:
                row[column] = convert(row[column])
            values.append(in_order(row))
        if values:
            connection = await session.connection()
            await connection.exec_driver_sql(statement, values)

    def _prepare(self, dialect: Dialect) -> _Prepared:
        compiled = self._build(dialect).compile(dialect=dialect)
        columns = compiled.positiontup
        if columns is None:
            raise TypeError(f"{dialect.name}'s driver takes no parameters by position")
        conversions: list[tuple[str, Callable[[Any], Any]]] = []
        for name in columns:
            convert = self._table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                conversions.append((name, convert))
        prepared = self._prepared[dialect.name] = _Prepared(str(compiled), itemgetter(*columns), conversions)
        return prepared
