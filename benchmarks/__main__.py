"""`python -m benchmarks [AREA …]`: take the figures, print a table; all of them go to `benchmarks/latest.json`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import calls, journal, live, lookup, tracker
from benchmarks.figures import Figure, write

AREAS = {
    "tracker": tracker.figures,
    "journal": journal.figures,
    "lookup": lookup.figures,
    "live": live.figures,
    "calls": calls.figures,
}
LATEST = Path(__file__).with_name("latest.json")


def main() -> int:
    """1 if a figure misses its goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("area", nargs="*", choices=[[], *AREAS], help="only these; without any, all of them")
    chosen = parser.parse_args().area or list(AREAS)
    figures: list[Figure] = [figure for area in chosen for figure in AREAS[area]()]
    # A part of the figures must not take the place of all.
    write(figures, LATEST if len(chosen) == len(AREAS) else None)
    return 1 if any(figure.holds is False for figure in figures) else 0


sys.exit(main())
