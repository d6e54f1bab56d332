"""Whoever stops the demo, at whatever moment, finds nothing of it running afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools import require_tool

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

BOOTING = "Starting Asterisk"
IN_A_CALL = ") calls"
CHECKING = "Calling "
SMALL = ["--port", "0", "--agents", "2", "--history", "0"]
STOP_SECONDS = 90


@pytest.fixture
def state() -> Iterator[Path]:
    for tool in ("asterisk", "baresip"):
        require_tool(tool)
    with tempfile.TemporaryDirectory(prefix="rd-") as directory:
        yield Path(directory)


@pytest.mark.parametrize(
    ("arguments", "moment", "number"),
    [
        ([], BOOTING, signal.SIGINT),
        ([], IN_A_CALL, signal.SIGINT),
        (["--check", "--json"], CHECKING, signal.SIGINT),
        (["--check", "--json"], BOOTING, signal.SIGHUP),
    ],
)
def test_a_demo_that_is_stopped_leaves_nothing_running(
    state: Path, arguments: list[str], moment: str, number: signal.Signals
) -> None:
    command = [sys.executable, "-c", "from ringdesk.cli import main; main()", "demo", "--state", str(state)]
    with subprocess.Popen(
        [*command, *SMALL, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as demo:
        assert demo.stderr is not None
        told = []
        for line in demo.stderr:
            told.append(line)
            if moment in line:
                break
        else:
            pytest.fail("it ended by itself:\n" + "".join(told))
        demo.send_signal(number)
        _, rest = demo.communicate(timeout=STOP_SECONDS)
    assert "Traceback" not in rest, rest
    assert processes_of(state) == []


def test_a_second_demo_with_the_same_state_is_refused_and_the_first_goes_on(state: Path) -> None:
    command = [sys.executable, "-c", "from ringdesk.cli import main; main()", "demo"]
    command += ["--state", str(state), *SMALL]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as first:
        assert first.stderr is not None
        assert any(IN_A_CALL in line for line in first.stderr)
        second = subprocess.run(command, capture_output=True, text=True, timeout=STOP_SECONDS)
        assert second.returncode == 1
        assert "a demo runs already with the state" in second.stderr
        assert any(IN_A_CALL in line for line in first.stderr), "the first one still has calls"
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=STOP_SECONDS)
    assert processes_of(state) == []


def processes_of(state: Path) -> list[str]:
    """The command lines of the processes that work with that state directory."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it ended since it was listed
            if str(state) in line:
                found.append(line)
    return found
