"""A manager interface that does what a real Asterisk cannot be made to do. Not for anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
Answer = Callable[[dict[str, str]], bytes | None]


def frame(**headers: str) -> bytes:
    return "".join(f"{header.replace('_', '-')}: {value}\r\n" for header, value in headers.items()).encode() + b"\r\n"


class FakeAmi:
    """Answers what a link asks after its connect. `answers` replaces the answer to an action; None stays silent."""

    def __init__(self, answers: dict[str, Answer] | None = None, greeting: bytes = GREETING) -> None:
        self._answers = answers or {}
        self._greeting = greeting
        self.port = 0
        self.connections = 0
        self.heard: list[dict[str, str]] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._serving: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> FakeAmi:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def say(self, data: bytes) -> None:
        self._writers[-1].write(data)

    async def say_and_flush(self, data: bytes) -> None:
        """Say it in a TCP segment of its own, as far as a loopback promises that."""
        self.say(data)
        await self._writers[-1].drain()
        await asyncio.sleep(0.01)

    def hang_up(self) -> None:
        self._writers[-1].close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._serving.append(task)
        self._writers.append(writer)
        writer.write(self._greeting)
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                self.heard.append(action)
                answer = self._answers.get(action["Action"], self._answer)(action)
                if answer is not None:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @staticmethod
    def _answer(action: dict[str, str]) -> bytes:
        ours = {"ActionID": action["ActionID"]}
        if action["Action"] == "CoreSettings":
            return frame(Response="Success", **ours, AsteriskVersion="22.10.1")
        if action["Action"] in ("CoreShowChannels", "Status", "BridgeList", "PJSIPShowEndpoints"):
            return frame(Response="Success", **ours, EventList="start") + frame(
                Event=f"{action['Action']}Complete", **ours, EventList="Complete", ListItems="0"
            )
        return frame(Response="Success", **ours)
