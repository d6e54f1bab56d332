"""From an event of Asterisk to a frame on every panel, beside the barest relay of as many bytes.

The PBX and the panels are played by one process (`benchmarks.panel_driver`), so that one clock times both ends. Ours
goes all the way: link, tracker, agents, live hub, websockets; the relay only copies.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from accounts.tokens import create_token
from accounts.users import Role, add_user
from benchmarks.figures import Figure, compared
from queue_router.agents import add_agent
from queue_router.states import Wanted
from ringdesk.app import Ringdesk
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.settings import Settings, settings_from

PANELS = {1: 300, 100: 100, 500: 60}
"""How many events are timed with that many panels."""
ROUNDS = 3
FRAME_BYTES = 420
"""About what a change of an agent's state takes."""


def figures() -> list[Figure]:
    """p99 of all frames, with 1, 100 and 500 panels."""
    return [_figure(panels, events) for panels, events in PANELS.items()]


def _figure(panels: int, events: int) -> Figure:
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):  # in turn, so that a machine that slows down slows both
        ours += asyncio.run(_through_ringdesk(panels, events))
        theirs += asyncio.run(_through_relay(panels, events))
    note = f"p50 {_percentile(ours, 0.5):.2f} beside {_percentile(theirs, 0.5):.2f} ms; {len(ours)} frames each"
    return compared(
        f"event of the PBX to the frame, p99, {panels} panel{'s' if panels > 1 else ''}",
        _percentile(ours, 0.99),
        "ms",
        "the barest relay",
        _percentile(theirs, 0.99),
        at_most=2.0,
        note=note,
    )


def _percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class _Driver:
    def __init__(self, process: asyncio.subprocess.Process, ami_port: int) -> None:
        self._process = process
        self.ami_port = ami_port

    async def measure(self, port: int, awaited: int, sign_in: str = "") -> list[float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"127.0.0.1 {port} {awaited} {sign_in}\n".encode())
        told: list[float] = json.loads(await self._process.stdout.read())
        return told


@asynccontextmanager
async def _driver(panels: int, events: int) -> AsyncIterator[_Driver]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.panel_driver", str(panels), str(events)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    assert process.stdout is not None
    try:
        yield _Driver(process, int(await process.stdout.readline()))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _through_ringdesk(panels: int, events: int) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="rd-") as directory:
        async with (
            _driver(panels, events) as driver,
            Ringdesk(_settings(Path(directory), driver.ami_port)) as service,
        ):
            token = await _agent(service)
            await service.wait_for_pbx(20)
            sign_in = json.dumps({"type": "sign_in", "token": token})
            return await driver.measure(service.http_port, 2, sign_in)


async def _through_relay(panels: int, events: int) -> list[float]:
    async with _driver(panels, events) as driver:
        relay = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.relay", str(driver.ami_port), str(FRAME_BYTES)),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert relay.stdout is not None
            return await driver.measure(int(await relay.stdout.readline()), 0)
        finally:
            # It ends by itself with the connection to the PBX.
            with suppress(ProcessLookupError):
                relay.kill()
            await relay.wait()


def _settings(state: Path, ami_port: int) -> Settings:
    values: dict[str, Any] = {
        "state": state,
        "http": {"port": 0},
        "speech": {"engine": "vosk"},
        "pbx": {
            "main": {
                "ports": {**free_asterisk_ports().model_dump(), "ami": ami_port},
                "phones": [{"account": "1001", "name": "1001", "secret": "only-for-the-benchmark"}],
                "queues": [{"name": "first", "members": ["1001"]}],
            }
        },
    }
    return settings_from(values, source="the benchmark's settings")


async def _agent(service: Ringdesk) -> str:
    now = service.clock.now()
    async with service.database.transaction() as session:
        user = await add_user(session, login="agent", name="Agent", role=Role.AGENT, now=now)
        await add_agent(session, user.id, "1001", now)
        token = await create_token(session, user.id, label="benchmark", now=now)
    await service.agents.load()
    await service.agents.set_wanted(user.id, Wanted.READY)
    return token.secret


if __name__ == "__main__":
    for figure in figures():
        print(figure)
