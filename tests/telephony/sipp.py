"""sipp as a phone that does something odd: a scenario of ours, run with a deadline, its counts read at the end."""

from __future__ import annotations

import asyncio
import contextlib
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from ringdesk.asterisk.ports import free_ports
from ringdesk.asterisk.tools import Tool
from tests.telephony.pbx import RealPbx

SCENARIOS = Path(__file__).parent / "scenarios"
_RUNS = count(1)


@dataclass(frozen=True, slots=True)
class SippResult:
    """What sipp counted. `code` is its exit code: 0 when every call went as the scenario says."""

    code: int
    calls: int
    succeeded: int
    failed: int
    errors: str


class Sipp:
    """One run of `scenarios/<scenario>.xml`; `async with` starts it, `finished` awaits its end, leaving ends it.

    `account` is the odd phone that it plays, at whose address it listens. `keys` fill `[name]` in the scenario,
    `pause_ms` is how long its `<pause/>` lasts.
    """

    def __init__(
        self,
        sipp: Tool,
        pbx: RealPbx,
        account: str,
        scenario: str,
        directory: Path,
        *,
        calls: int = 1,
        rate: float = 1,
        deadline: float = 30,
        pause_ms: int = 300,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self._errors = directory / f"{scenario}-{next(_RUNS)}.err"
        self._stats = self._errors.with_suffix(".csv")
        self._scenario = scenario
        self._deadline = deadline
        self._words = sipp.command(
            pbx.registrar,
            "-sf",
            str(SCENARIOS / f"{scenario}.xml"),
            *("-i", "127.0.0.1", "-p", str(pbx.odd_ports[account]), "-mp", str(free_ports(1)[0])),
            *("-m", str(calls), "-r", str(rate), "-timeout", f"{deadline:g}", "-timeout_error"),
            *("-trace_err", "-error_file", str(self._errors), "-trace_stat", "-stf", str(self._stats), "-fd", "1"),
            *("-d", str(pause_ms), "-aa", "-default_behaviors", "all,-abortunexp"),
            # Without the usual @, which a Refer-To would have to escape.
            *("-cid_str", "%u-%p-%s"),
            *("-nostdin", "-key", "account", account),
            *(word for name, value in (keys or {}).items() for word in ("-key", name, value)),
        )
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            "setpriv",
            "--pdeathsig",
            "KILL",
            *self._words,
            cwd=self._errors.parent,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def finished(self) -> SippResult:
        """Wait until all its calls are over. AssertionError, with what sipp said, after the deadline."""
        assert self._process is not None
        try:
            async with asyncio.timeout(self._deadline + 5):
                code = await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"sipp {self._scenario} did not end: {self._said()}") from None
        if not self._stats.exists():
            raise AssertionError(f"sipp {self._scenario} did not begin: {self._said()}")
        with self._stats.open(newline="") as source:
            last = list(csv.DictReader(source, delimiter=";"))[-1]
        succeeded, failed = int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])
        return SippResult(code, int(last["TotalCallCreated"]), succeeded, failed, self._said())

    def _said(self) -> str:
        return self._errors.read_text(errors="replace")[-3000:] if self._errors.exists() else ""
