"""A plain connection to Asterisk's manager interface, for tests: it remembers every event and sends actions.

Deliberately not the product's link: what it records is what any AMI client would have heard.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Self

Frame = dict[str, Any]


def parse(block: bytes) -> Frame:
    """Header to value of one AMI message; a repeated header is a list."""
    frame: Frame = {}
    for line in block.decode().split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        value = value.removeprefix(" ")
        if name not in frame:
            frame[name] = value
        elif isinstance(frame[name], list):
            frame[name].append(value)
        else:
            frame[name] = [frame[name], value]
    return frame


class Ami:
    """`events` holds every event heard since the login; `wait_for` looks through them and then waits for the next."""

    def __init__(self, port: int, username: str, secret: str) -> None:
        self._port, self._username, self._secret = port, username, secret
        self.events: list[Frame] = []
        self._changed = asyncio.Event()
        self._replies: dict[str, asyncio.Future[Frame]] = {}
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        await self._reader.readline()
        self._task = asyncio.create_task(self._read())
        reply = await self.action({"Action": "Login", "Username": self._username, "Secret": self._secret})
        if reply["Response"] != "Success":
            raise AssertionError(f"login as {self._username}: {reply}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def action(self, headers: Mapping[str, str], timeout: float = 30) -> Frame:
        """Send an action; gives its response (events of a list among `events`)."""
        number = str(next(self._numbers))
        self._replies[number] = asyncio.get_running_loop().create_future()
        lines = [*(f"{name}: {value}" for name, value in headers.items()), f"ActionID: {number}"]
        self._writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        async with asyncio.timeout(timeout):
            return await self._replies[number]

    async def wait_for(
        self, name: str, timeout: float = 30, since: int = 0, where: Callable[[Frame], bool] | None = None, **want: str
    ) -> Frame:
        """The first event called `name` from index `since` on with those headers. AssertionError when it is late."""
        position = since
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for event in self.events[position:]:
                        position += 1
                        if event["Event"] != name or any(event.get(k) != v for k, v in want.items()):
                            continue
                        if where is None or where(event):
                            return event
                    await self._changed.wait()
        except TimeoutError:
            came = [event["Event"] for event in self.events[since:]]
            raise AssertionError(f"no {name} {want} within {timeout:g} s, but {came}") from None

    async def _read(self) -> None:
        while True:
            try:
                frame = parse(await self._reader.readuntil(b"\r\n\r\n"))
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            # OriginateResponse is an event and has a header called Response.
            if "Event" not in frame:
                reply = self._replies.pop(str(frame.get("ActionID")), None)
                if reply is not None and not reply.done():
                    reply.set_result(frame)
            else:
                self.events.append(frame)
                self._changed.set()
                self._changed = asyncio.Event()
