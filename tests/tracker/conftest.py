"""Recorded traces, read once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pbx.facts import CallFact
from pbx.tracker import Tracker

TRACES = Path(__file__).parents[1] / "fixtures" / "traces"


@cache
def _read(name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads((TRACES / f"{name}.json").read_text(encoding="utf-8"))
    return events


@pytest.fixture
def trace() -> Callable[[str], list[dict[str, Any]]]:
    """The events of a recorded trace, by its name."""
    return _read


@pytest.fixture
def facts_of() -> Callable[[list[dict[str, Any]]], list[CallFact]]:
    """The facts that a new tracker tells of some events, having failed on none of them."""

    def facts_of(events: list[dict[str, Any]]) -> list[CallFact]:
        tracker = Tracker()
        facts = [fact for event in events for fact in tracker.feed(event)]
        assert tracker.faults == 0
        return facts

    return facts_of
