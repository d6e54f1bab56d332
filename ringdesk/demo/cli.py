"""`ringdesk demo`: everything on this machine, with simulated callers and agents on real phones."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from kernel.telemetry import configure_logging
from ringdesk.settings import make_private
from ringdesk.told import told

DEFAULT_STATE = Path(".ringdesk/demo")
INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended."""

T = TypeVar("T")


def demo(
    check: Annotated[bool, typer.Option("--check", help="Make calls without a person, and say what worked.")] = False,
    calls: Annotated[int, typer.Option(min=1, max=500, help="With --check: how many calls.")] = 3,
    at_once: Annotated[int, typer.Option(min=1, max=20, help="With --check: how many at a time.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --check: one JSON object a call, the summary last.")
    ] = False,
    agents: Annotated[int, typer.Option(min=1, max=20, help="Without --check: how many agents work.")] = 5,
    calls_per_minute: Annotated[
        float, typer.Option(min=0, max=60, help="Without --check: how many people call, on average; 0: nobody.")
    ] = 4,
    history: Annotated[
        int, typer.Option(min=0, max=60, help="Without --check: how many days before today have calls; 0: none at all.")
    ] = 7,
    state: Annotated[
        Path | None, typer.Option(help="Where its state lies (default: .ringdesk/demo; with --check a temporary one).")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page is; 0 takes a free port.")] = 8080,
) -> None:
    """Start Asterisk, the service, agents at real SIP phones, and callers who really call and speak."""
    # Here and not above: every other command would wait for them.
    from ringdesk.demo.check import is_well, lines, run_check, tables
    from ringdesk.demo.performance import play

    if as_json and not check:
        raise typer.BadParameter("--json goes with --check")
    console = Console(stderr=True)
    with told():
        if not check:
            directory = state or DEFAULT_STATE
            _log_to(directory)
            _run(play(directory, agents, port, calls_per_minute, history, console))
            return
        with _state_of_check(state) as directory:
            _log_to(directory)
            reports, totals = _run(run_check(directory, calls=calls, at_once=at_once, console=console))
    if state is None:
        for report in reports:  # where they lay is gone
            report.recording_paths = [Path(path).name for path in report.recording_paths]
    if as_json:
        for line in lines(reports, totals):
            print(line)
    else:
        for part in tables(reports, totals):
            Console().print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str))
    raise typer.Exit(0 if is_well(totals) else 1)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Do `work`. Ctrl-C or SIGTERM at any moment ends it in order: what it started is ended, too."""

    async def until_signalled() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio.run makes one
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Once: a second Ctrl-C must not cut the clearing up short.
            asyncio.get_running_loop().add_signal_handler(number, lambda: task.cancelling() or task.cancel())
        return await work

    try:
        return asyncio.run(until_signalled())
    except asyncio.CancelledError:
        raise typer.Exit(INTERRUPTED) from None


@contextlib.contextmanager
def _state_of_check(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
    else:
        with tempfile.TemporaryDirectory(prefix="ringdesk-check-") as directory:
            yield Path(directory)


def _log_to(state: Path) -> None:
    """Log to a file there: the terminal is for what a person wants to see."""
    make_private(state)
    configure_logging("INFO", stream=(state / "ringdesk.log").open("a", encoding="utf-8"))
