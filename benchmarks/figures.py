"""A measured figure, and how two ways of doing the same are timed against each other."""

from __future__ import annotations

import gc
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` beside `against_value`, the same thing done the other way. `holds` is None where there is no goal."""

    name: str
    value: float | None
    unit: str
    against: str
    against_value: float | None
    ratio: float | None
    goal: str | None
    holds: bool | None
    note: str = ""


def compared(
    name: str,
    value: float,
    unit: str,
    against: str,
    against_value: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    note: str = "",
) -> Figure:
    """A figure with its ratio to `against_value` and whether that keeps to the goal."""
    ratio = value / against_value
    goal, holds = None, None
    if at_least is not None:
        goal, holds = f"ratio >= {at_least:g}", ratio >= at_least
    if at_most is not None:
        goal, holds = f"ratio <= {at_most:g}", ratio <= at_most
    return Figure(name, value, unit, against, against_value, ratio, goal, holds, note)


def skipped(name: str, why: str) -> Figure:
    """A figure that could not be taken, and why."""
    return Figure(name, None, "", "", None, None, None, None, f"skipped: {why}")


def seconds_in_turn(*ways: Callable[[], float | None], rounds: int = ROUNDS) -> list[float]:
    """The median seconds of each way, taken in turn (A B A B …), so that a machine that slows down slows all alike.

    A way that needs preparing returns the seconds that count.
    """
    taken: list[list[float]] = [[] for _ in ways]
    for way in ways:
        way()
    for _ in range(rounds):
        for way, seconds in zip(ways, taken, strict=True):
            gc.collect()
            start = time.perf_counter()
            counted = way()
            seconds.append(time.perf_counter() - start if counted is None else counted)
    return [statistics.median(seconds) for seconds in taken]


def write(figures: Sequence[Figure], file: Path | None) -> None:
    """Print a table of `figures` and write them to `file` as JSON, if there is one."""
    table = Table(title="Ringdesk benchmarks")
    for column in ("what", "value", "against", "value", "ratio", "goal", "holds"):
        table.add_column(column, justify="left" if column in ("what", "against", "goal") else "right")
    for figure in figures:
        table.add_row(
            figure.name,
            _shown(figure.value, figure.unit),
            figure.against or figure.note,
            _shown(figure.against_value, figure.unit),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.goal or "",
            {True: "yes", False: "NO", None: "-"}[figure.holds],
        )
    Console().print(table)
    if file is None:
        return
    document = {
        "figures": [asdict(figure) for figure in figures],
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.2f} {unit}"
