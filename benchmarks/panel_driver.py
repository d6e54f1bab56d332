"""A PBX that says one thing at a time, and many panels that wait for it: `python -m benchmarks.panel_driver N EVENTS`.

Both are in this process, so that one clock times from the event's last byte to each panel's frame. Prints the port of
the manager interface as its first line, reads from standard input where the panels shall connect (`HOST PORT SIGN-IN
MESSAGES`, MESSAGES being those that a panel awaits before it counts as ready), and prints the milliseconds as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
from dataclasses import dataclass, field

from tests.pbx_link.fake_ami import FakeAmi, frame

WARM_UP = 20
LONGEST = 60.0
_TEXT = 0x81


@dataclass
class Round:
    """One event: when it was said, and when each panel had it."""

    expected: int
    said: float = 0.0
    heard: list[float] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, at: float) -> None:
        self.heard.append(at)
        if len(self.heard) == self.expected:
            self.is_over.set()


class Panel(asyncio.Protocol):
    """A browser's side of the websocket, as far as timing needs it: frames from the server are not masked."""

    def __init__(self, sign_in: bytes, awaited: int) -> None:
        self._buffer = bytearray()
        self._sign_in = sign_in
        self._awaited = awaited
        self._is_upgraded = False
        self.ready = asyncio.Event()
        self.round: Round | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self._buffer += data
        if not self._is_upgraded:
            head, separator, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not separator:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._is_upgraded = True
            self._buffer = bytearray(rest)
            if self._sign_in:
                self._transport.write(_masked(self._sign_in))
            if not self._awaited:
                self.ready.set()
        while (message := self._take()) is not None:
            self._heard(message, at)

    def _heard(self, message: bytes, at: float) -> None:
        if b'"type":"heartbeat"' in message:
            return
        if not self.ready.is_set():
            self._awaited -= 1
            if self._awaited <= 0:
                self.ready.set()
        elif self.round is not None:
            self.round.hear(at)

    def _take(self) -> bytes | None:
        """The next text message's payload."""
        while len(self._buffer) >= 2:
            kind, length, start = self._buffer[0], self._buffer[1], 2
            if length == 126:
                length, start = int.from_bytes(self._buffer[2:4]), 4
            elif length == 127:
                length, start = int.from_bytes(self._buffer[2:10]), 10
            if len(self._buffer) < start + length:
                return None
            payload = bytes(self._buffer[start : start + length])
            del self._buffer[: start + length]
            if kind == _TEXT:
                return payload
        return None


def _masked(payload: bytes) -> bytes:
    mask = os.urandom(4)
    size = len(payload)
    head = bytes([_TEXT, 0x80 | size]) if size < 126 else bytes([_TEXT, 0xFE]) + size.to_bytes(2)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def event(index: int) -> bytes:
    """The phone of 1001 goes and comes: each is one change on the agent's desk."""
    state = ("UNAVAILABLE", "NOT_INUSE")[index % 2]
    return frame(Event="DeviceStateChange", Privilege="call,all", Device="PJSIP/1001", State=state)


async def run(panels: int, events: int) -> list[float]:
    """Milliseconds from an event to each panel's frame, of all events but the first ones."""
    async with FakeAmi() as pbx:
        print(pbx.port, flush=True)
        loop = asyncio.get_running_loop()
        line = await loop.run_in_executor(None, sys.stdin.readline)
        host, port, awaited, sign_in = line.rstrip("\n").split(" ", 3)
        everybody: list[Panel] = []
        for _ in range(panels):
            _, panel = await loop.create_connection(lambda: Panel(sign_in.encode(), int(awaited)), host, int(port))
            everybody.append(panel)
            async with asyncio.timeout(LONGEST):
                await panel.ready.wait()
        told: list[float] = []
        for index in range(events + WARM_UP):
            now = Round(panels)
            for panel in everybody:
                panel.round = now
            said = event(index)
            now.said = time.monotonic()
            pbx.say(said)
            async with asyncio.timeout(LONGEST):
                await now.is_over.wait()
            if index >= WARM_UP:
                told += [(at - now.said) * 1000 for at in now.heard]
            await asyncio.sleep(0.005)
        return told


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))), flush=True)
