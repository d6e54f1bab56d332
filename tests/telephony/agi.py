"""A stand-in for the router: a FastAGI server that gives each caller the commands of the test and reads each answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Self


class AgiServer:
    """Answers every session on 127.0.0.1:`port` with `commands`, one after the other; `sessions` counts them."""

    def __init__(self, port: int, commands: Sequence[str]) -> None:
        self._port = port
        self._commands = commands
        self.sessions = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        with contextlib.suppress(ConnectionError):
            while (await reader.readline()).strip():
                pass
            for command in self._commands:
                writer.write(f"{command}\n".encode())
                while (answer := await reader.readline()) and not answer.startswith(b"200"):
                    pass
                if not answer:
                    break
        writer.close()
