"""`python -m benchmarks`: take every figure, print a table, write `benchmarks/latest.json`."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import calls, journal, live, lookup, tracker
from benchmarks.figures import Figure, write


def main() -> int:
    """1 if a figure misses its goal."""
    figures: list[Figure] = [
        *tracker.figures(),
        *journal.figures(),
        *lookup.figures(),
        *live.figures(),
        *calls.figures(),
    ]
    write(figures, Path(__file__).with_name("latest.json"))
    return 1 if any(figure.holds is False for figure in figures) else 0


sys.exit(main())
