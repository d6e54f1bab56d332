"""`/live`: what a screen shows, as a snapshot and numbered changes, over a websocket.

The client signs in with its first message; then each topic brings a snapshot (number n) and changes (n+1, n+2, …). What
was dropped because the client was too slow is replaced by a new snapshot, whose number goes on. Nobody ever waits for a
client: the hub's queues are bounded, and who does not take what is sent within a time-out is disconnected.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from prometheus_client import Counter, Gauge
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from accounts.rights import Action, Owner, Thing, may
from accounts.users import User
from kernel.messages import LiveSubscription
from kernel.telemetry import REGISTRY
from web.services import SERVICES, Services
from web.sign_in import actor_of, user_for

SIGN_IN_SECONDS = 10.0
WRITE_SECONDS = 10.0
HEARTBEAT_SECONDS = 15.0
"""How often the client hears that nothing happened: browsers don't show websocket pings to a page."""
CHECK_SECONDS = 60.0
"""How soon a token that was revoked, or has expired, closes the connection."""
CLOSE_SECONDS = 2.0
MESSAGE_LIMIT = 16 * 1024
TOPICS_LIMIT = 50
STRANGERS_LIMIT = 200
"""Connections that may be open without having signed in."""

REFUSED = 4401
"""Close code: the sign-in was no good, or is no longer."""
TOO_LATE = 4408
"""Close code: no sign-in came in time."""

CONNECTIONS = Gauge("ringdesk_live_connections", "Screens that are connected", registry=REGISTRY)
SNAPSHOTS = Counter("ringdesk_live_resnapshots_total", "Snapshots sent because changes were dropped", registry=REGISTRY)
STALLED = Counter("ringdesk_live_stalled_total", "Connections closed because nothing was taken", registry=REGISTRY)

_DESK = re.compile(r"desk:([1-9][0-9]{0,8})")

log = structlog.get_logger(__name__)


class SignIn(BaseModel):
    """The first message of a client."""

    type: Literal["sign_in"]
    token: str = Field(max_length=200)


class Subscribe(BaseModel):
    """Asks for more topics than one's own desk, which comes by itself."""

    type: Literal["subscribe"]
    topics: list[str] = Field(max_length=TOPICS_LIMIT)


_SIGN_IN: TypeAdapter[SignIn] = TypeAdapter(SignIn)
_REQUEST: TypeAdapter[Subscribe] = TypeAdapter(Subscribe)


class LiveConnections:
    """All open connections, so that they can be closed when the service stops."""

    def __init__(self) -> None:
        self.open: set[LiveConnection] = set()

    @property
    def strangers(self) -> int:
        """How many have not signed in yet."""
        return sum(connection.user is None for connection in self.open)

    async def close(self, app: web.Application | None = None) -> None:
        """Tell every client that we go away. aiohttp's own cleanup would wait for them to leave by themselves."""
        await asyncio.gather(*(connection.go_away() for connection in self.open), return_exceptions=True)


LIVE = web.AppKey("live", LiveConnections)


async def live(request: web.Request) -> web.StreamResponse:
    """The websocket of one screen."""
    services, connections = request.app[SERVICES], request.app[LIVE]
    if not is_own_page(request, services.allowed_origins):
        raise web.HTTPForbidden(text="pages of other sites may not connect here")
    if connections.strangers >= STRANGERS_LIMIT:
        raise web.HTTPServiceUnavailable(text="too many connections wait to sign in; try again in some seconds")
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, max_msg_size=MESSAGE_LIMIT, compress=False, timeout=CLOSE_SECONDS
    )
    await socket.prepare(request)
    connection = LiveConnection(services, socket, request.transport)
    connections.open.add(connection)
    CONNECTIONS.inc()
    try:
        await connection.serve()
    finally:
        connections.open.discard(connection)
        CONNECTIONS.dec()
    return socket


def is_own_page(request: web.Request, allowed: frozenset[str]) -> bool:
    """Whether the page that connects is ours or an allowed one. What is no browser sends no Origin, and may."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin in allowed or (urlsplit(origin).netloc == request.host and origin.startswith("http"))


class LiveConnection:
    """One screen."""

    def __init__(self, services: Services, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._services = services
        self._socket = socket
        self._transport = transport
        self._topics: dict[str, LiveSubscription] = {}
        self.user: User | None = None

    async def serve(self) -> None:
        """Until the client leaves, is too slow, or may no longer be here."""
        secret = await self._sign_in()
        if secret is None or self.user is None:
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._end_with(tasks, self._read(tasks)))
                tasks.create_task(self._end_with(tasks, self._beat()))
                tasks.create_task(self._end_with(tasks, self._check(secret)))
                self._follow(tasks, f"desk:{self.user.id}")
        except* _Over:
            pass
        finally:
            for subscription in self._topics.values():
                subscription.close()

    async def go_away(self) -> None:
        """Close because the service stops."""
        await self._close(WSCloseCode.GOING_AWAY, "the service stops")

    async def _sign_in(self) -> str | None:
        try:
            async with asyncio.timeout(SIGN_IN_SECONDS):
                message = await self._socket.receive()
        except TimeoutError:
            await self._close(TOO_LATE, "no sign-in came in time")
            return None
        if message.type is not WSMsgType.TEXT:
            await self._close(REFUSED, "the first message must be a sign-in")
            return None
        try:
            secret = _SIGN_IN.validate_json(message.data).token
        except ValidationError:
            await self._close(REFUSED, "the first message must be a sign-in")
            return None
        self.user = await user_for(self._services, secret)
        if self.user is None:
            await self._close(REFUSED, "the token is unknown, has expired, or was revoked")
            return None
        await self._send(
            {"type": "signed_in", "user": {"id": self.user.id, "name": self.user.name, "role": self.user.role.value}}
        )
        return secret

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                await self._close(WSCloseCode.UNSUPPORTED_DATA, "only text is understood here")
                return
            try:
                request = _REQUEST.validate_json(message.data)
            except ValidationError as error:
                await self._send({"type": "error", "reason": str(error.errors()[0]["msg"])})
                continue
            for topic in request.topics:
                if self._may_follow(topic):
                    self._follow(tasks, topic)
                else:
                    await self._send({"type": "refused", "topic": topic, "reason": "not there, or not yours to see"})

    def _may_follow(self, topic: str) -> bool:
        desk = _DESK.fullmatch(topic)
        if desk is None or self.user is None or len(self._topics) >= TOPICS_LIMIT:
            return False
        return may(actor_of(self.user), Action.READ, Thing.DESK, Owner.user(int(desk[1])))

    def _follow(self, tasks: asyncio.TaskGroup, topic: str) -> None:
        if topic not in self._topics:
            subscription = self._services.hub.subscribe(frozenset({topic}))
            self._topics[topic] = subscription
            tasks.create_task(self._end_with(tasks, self._pump(topic, subscription)))

    async def _pump(self, topic: str, subscription: LiveSubscription) -> None:
        number = 0
        take_snapshot = True
        while True:
            number += 1
            if take_snapshot:
                # Nothing is awaited between forgetting what was dropped and the snapshot: no change falls in between.
                subscription.take_lost()
                data = self._snapshot(topic)
                await self._send({"type": "snapshot", "topic": topic, "seq": number, "at": self._now(), "data": data})
                take_snapshot = False
                continue
            change = await subscription.next()
            if change is None:
                SNAPSHOTS.inc()
                take_snapshot = True
                number -= 1
                continue
            await self._send(
                {
                    "type": "change",
                    "topic": topic,
                    "seq": number,
                    "at": self._now(),
                    "kind": change.kind,
                    "data": change.data,
                }
            )

    def _snapshot(self, topic: str) -> dict[str, Any]:
        return self._services.desks.snapshot(int(topic.removeprefix("desk:")))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._send({"type": "heartbeat", "at": self._now()})

    async def _check(self, secret: str) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                user = await user_for(self._services, secret)
            except Exception:
                # A database that can't be asked is no reason to take an agent's desk away in the middle of a call.
                log.exception("a live connection's token could not be checked")
                continue
            if user is None:
                await self._close(REFUSED, "the token has expired, or was revoked")
                return
            self.user = user

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._socket.send_str(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
        except TimeoutError as error:
            STALLED.inc()
            log.warning("a screen takes nothing: disconnected", user_id=self.user.id if self.user else None)
            if self._transport is not None:
                self._transport.abort()
            raise _Over from error
        except (ConnectionError, RuntimeError) as error:
            # RuntimeError is aiohttp's way to say that the socket is closing.
            raise _Over from error

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code=code, message=reason.encode())
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()

    async def _end_with(self, tasks: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
        # Whichever part of a connection ends first, ends the connection.
        await work
        raise _Over

    def _now(self) -> str:
        return self._services.clock.now().isoformat()


class _Over(Exception):
    """The connection is over."""
