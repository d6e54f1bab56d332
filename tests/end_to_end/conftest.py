from __future__ import annotations

import pytest

from queue_router import callers


@pytest.fixture(autouse=True)
def unhurried_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller's record may come later than in real life, where not everything shares two busy cores."""
    monkeypatch.setattr(callers, "LOOKUP_SECONDS", 1.5)
