"""No secret reaches a log, at whatever depth it lies."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kernel.telemetry import configure_logging


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("INFO", as_json=True, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_values_of_keys_that_name_a_secret_are_hidden(log: io.StringIO) -> None:
    structlog.get_logger("t").info(
        "sent", user="anna", password="pw-1", headers={"Authorization": "Bearer pw-2", "x": 1}
    )
    line = json.loads(log.getvalue())
    assert line["user"] == "anna"
    assert line["password"] == "***"
    assert line["headers"] == {"Authorization": "***", "x": 1}
    assert "pw-" not in log.getvalue()


def test_what_libraries_log_comes_out_the_same_way(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("disk is nearly full: %s", "ดิสก์")
    line = json.loads(log.getvalue())
    assert (line["level"], line["event"]) == ("warning", "disk is nearly full: ดิสก์")
