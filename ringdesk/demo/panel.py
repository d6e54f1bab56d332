"""Somebody at the panel, without a browser: signs in, listens and asks in the same way as the panel's page."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

import aiohttp
import websockets
from websockets.asyncio.client import ClientConnection
from websockets.typing import Origin

from kernel.errors import Complaint
from web.sign_in import COOKIE, CSRF_HEADER

ANSWER_SECONDS = 20.0
DESK = "desk:"

Change = Mapping[str, Any]
"""A message of the live connection: `kind` says what has changed, `data` what it is now."""


class PanelError(Complaint):
    """The panel was refused, or was told something that it can't show."""


def ignore(at: float, change: Change) -> None:
    """Nothing is done about a change."""


@dataclass(slots=True)
class Panel:
    """One signed-in user: a session by login and password, its CSRF token, and `/live` with the session's cookie.

    An asynchronous context manager; leaving it signs out. `on_change` hears each change of the live connection with the
    moment at which it came (monotonic seconds). What the page would stumble over is noted in `problems`.
    """

    address: str
    login: str
    password: str = field(repr=False)
    on_change: Callable[[float, Change], None] = ignore
    problems: list[str] = field(default_factory=list)
    desk: dict[str, Any] = field(init=False, default_factory=dict)
    """The desk as the last snapshot had it."""
    _http: aiohttp.ClientSession = field(init=False)
    _csrf: str = field(init=False, default="", repr=False)
    _numbers: dict[str, int] = field(init=False, default_factory=dict)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
            # `unsafe`: the address is a number, of which a jar takes no cookies else.
            jar = aiohttp.CookieJar(unsafe=True)
            self._http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar, timeout=timeout))
            body = {"login": self.login, "password": self.password}
            async with self._http.post(self._url("/api/v1/session"), json=body, headers=self._origin()) as response:
                if response.status != HTTPStatus.CREATED:
                    raise PanelError(f"{self.login}: the sign-in was answered with {response.status}")
                self._csrf = (await response.json())["csrf_token"]
            stack.push_async_callback(self._sign_out)
            await self._listen(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def get(self, path: str) -> Any:
        """A document of the API. Raises `PanelError` for any answer but a good one."""
        async with self._http.get(self._url(path)) as response:
            return await self._document(response)

    async def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Change something, with the session's CSRF token. Raises `PanelError` for any answer but a good one."""
        headers = {CSRF_HEADER: self._csrf, **self._origin()}
        async with self._http.request(method, self._url(path), json=body, headers=headers) as response:
            return await self._document(response)

    async def want(self, wanted: str, reason: str | None = None) -> str:
        """Ask for calls (`ready`) or for none, as an agent; the state that follows."""
        body = {"wanted": wanted, "reason": reason}
        return str((await self.send("POST", "/api/v1/agents/me/state", body))["state"])

    async def _listen(self, stack: AsyncExitStack) -> None:
        cookie = next((each.value for each in self._http.cookie_jar if each.key == COOKIE), None)
        if cookie is None:
            raise PanelError(f"{self.login}: the sign-in brought no cookie")
        connection = await stack.enter_async_context(
            websockets.connect(
                self._url("/live").replace("http", "ws", 1),
                additional_headers={"Cookie": f"{COOKIE}={cookie}"},
                origin=Origin(self.address),
            )
        )
        await connection.send(json.dumps({"type": "sign_in"}))
        has_desk = asyncio.Event()
        task = asyncio.create_task(self._hear(connection, has_desk), name=f"panel of {self.login}")

        async def stop() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        stack.push_async_callback(stop)
        waiting = asyncio.create_task(has_desk.wait())
        done, _ = await asyncio.wait({waiting, task}, timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if waiting not in done:
            waiting.cancel()
            raise PanelError(f"{self.login}: no desk came over /live: {'; '.join(self.problems) or 'nothing at all'}")

    async def _hear(self, connection: ClientConnection, has_desk: asyncio.Event) -> None:
        try:
            async for text in connection:
                self._take(json.loads(text), time.monotonic(), has_desk)
        except websockets.ConnectionClosed as error:
            self.problems.append(f"/live ended: {error}")
        else:
            self.problems.append(f"/live ended: {connection.close_code} {connection.close_reason}")

    def _take(self, message: dict[str, Any], at: float, has_desk: asyncio.Event) -> None:
        kind, topic, number = message["type"], message.get("topic", ""), message.get("seq", 0)
        if kind == "snapshot":
            self._numbers[topic] = number
            if topic.startswith(DESK):
                self.desk = message["data"]
                has_desk.set()
        elif kind == "change":
            expected = self._numbers.get(topic, 0) + 1
            if number != expected:
                self.problems.append(f"change {number} of {topic} came where {expected} was due")
            self._numbers[topic] = number
            self.on_change(at, message)
        elif kind in ("error", "refused"):
            self.problems.append(f"/live: {message.get('reason')}")

    async def _document(self, response: aiohttp.ClientResponse) -> Any:
        if not response.ok:
            raise PanelError(f"{self.login}: {response.method} {response.url.path} was answered with {response.status}")
        return await response.json()

    async def _sign_out(self) -> None:
        headers = {CSRF_HEADER: self._csrf, **self._origin()}
        try:
            async with self._http.delete(self._url("/api/v1/session"), headers=headers):
                pass
        except (aiohttp.ClientError, TimeoutError):
            pass  # the service is gone already

    def _url(self, path: str) -> str:
        return f"{self.address}{path}"

    def _origin(self) -> dict[str, str]:
        """What a browser says of the page that asks."""
        return {"Origin": self.address}
