"""`/live`: what a screen shows, as a snapshot and numbered changes, over a websocket.

The client signs in with its first message; then each topic brings a snapshot (number n) and changes (n+1, n+2, …). What
was dropped because the client was too slow is replaced by a new snapshot, whose number goes on. Nobody ever waits for a
client: the hub's queues are bounded, and who does not take what is sent within a time-out is disconnected.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Literal

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from prometheus_client import Counter, Gauge
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from accounts.rights import Action, Owner, Thing, may
from kernel.clock import Clock
from kernel.telemetry import REGISTRY
from queue_router import live_board
from queue_router.board import Sight
from web.board import sight_of
from web.followed_topic import QUICK_LIMIT, ChangeTexts, FollowedTopic, text_frame
from web.services import SERVICES, Services
from web.sign_in import COOKIE, Credential, SignedIn, actor_of, is_own_page, signed_in

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
STALLED = Counter("ringdesk_live_stalled_total", "Connections closed because nothing was taken", registry=REGISTRY)

_DESK = re.compile(r"desk:([1-9][0-9]{0,8})")

log = structlog.get_logger(__name__)


class SignIn(BaseModel):
    """The first message of a client."""

    type: Literal["sign_in"]
    token: str | None = Field(None, max_length=200)
    """None: the session's cookie, which came with the request for the websocket, signs in."""


class Subscribe(BaseModel):
    """Asks for more topics than one's own desk, which comes by itself, or for some of them no longer."""

    type: Literal["subscribe", "unsubscribe"]
    topics: list[str] = Field(max_length=TOPICS_LIMIT)


_SIGN_IN: TypeAdapter[SignIn] = TypeAdapter(SignIn)
_REQUEST: TypeAdapter[Subscribe] = TypeAdapter(Subscribe)


class LiveConnections:
    """All open connections, so that they can be closed when the service stops."""

    def __init__(self, clock: Clock) -> None:
        self.open: set[LiveConnection] = set()
        self.texts = ChangeTexts(clock)

    @property
    def strangers(self) -> int:
        """How many have not signed in yet."""
        return sum(connection.user is None for connection in self.open)

    async def close(self, app: web.Application | None = None) -> None:
        """Tell every client that we go away. aiohttp's own cleanup would wait for them to leave by themselves."""
        await asyncio.gather(*(connection.go_away() for connection in self.open), return_exceptions=True)

    def look_again(self, user_id: int) -> None:
        """Have a user's connections find out now whether they may still be here, and end if not."""
        self._look_again(lambda user: user.id == user_id)

    def look_again_at_role(self, role: str) -> None:
        """The same for all who have that role."""
        self._look_again(lambda user: user.role == role)

    def look_again_at_all(self) -> None:
        """The same for everybody: whose colleague somebody is has changed."""
        self._look_again(lambda user: True)

    def _look_again(self, concerns: Callable[[SignedIn], bool]) -> None:
        for connection in self.open:
            if connection.user is not None and concerns(connection.user):
                connection.look_again.set()


LIVE = web.AppKey("live", LiveConnections)


async def live(request: web.Request) -> web.StreamResponse:
    """The websocket of one screen."""
    services, connections = request.app[SERVICES], request.app[LIVE]
    if not is_own_page(request):
        raise web.HTTPForbidden(text="pages of other sites may not connect here")
    if connections.strangers >= STRANGERS_LIMIT:
        raise web.HTTPServiceUnavailable(text="too many connections wait to sign in; try again in some seconds")
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, max_msg_size=MESSAGE_LIMIT, compress=False, timeout=CLOSE_SECONDS
    )
    await socket.prepare(request)
    connection = LiveConnection(services, socket, request.transport, connections.texts, request.cookies.get(COOKIE))
    connections.open.add(connection)
    CONNECTIONS.inc()
    try:
        await connection.serve()
    finally:
        connections.open.discard(connection)
        CONNECTIONS.dec()
    return socket


class LiveConnection:
    """One screen."""

    def __init__(
        self,
        services: Services,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        texts: ChangeTexts,
        cookie: str | None = None,
    ) -> None:
        self._services = services
        self._socket = socket
        self._transport = transport
        self._texts = texts
        self._topics: dict[str, FollowedTopic] = {}
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._cookie = cookie
        self._credential: Credential | None = None
        self._closed: asyncio.Event | None = None
        """Not set while we close: the reader's end must not cut off what the client answers to that."""
        self.look_again = asyncio.Event()
        """Set when what the client may see has perhaps changed."""
        self.user: SignedIn | None = None

    async def serve(self) -> None:
        """Until the client leaves, is too slow, or may no longer be here."""
        await self._sign_in()
        if self.user is None:
            return
        panels, user_id = self._services.panels, self.user.id
        if panels is not None:
            panels.opened(user_id)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._end_with(tasks, self._read(tasks)))
                tasks.create_task(self._end_with(tasks, self._beat()))
                tasks.create_task(self._end_with(tasks, self._check()))
                if self._may_see(own := f"desk:{self.user.id}"):
                    self._follow(tasks, own)
        except* _Over:
            pass
        finally:
            if panels is not None:
                panels.closed(user_id)
            for followed in self._topics.values():
                followed.close()

    async def go_away(self) -> None:
        """Close because the service stops."""
        await self._close(WSCloseCode.GOING_AWAY, "the service stops")

    async def _sign_in(self) -> None:
        try:
            async with asyncio.timeout(SIGN_IN_SECONDS):
                message = await self._socket.receive()
        except TimeoutError:
            await self._close(TOO_LATE, "no sign-in came in time")
            return
        if message.type is not WSMsgType.TEXT:
            await self._close(REFUSED, "the first message must be a sign-in")
            return
        try:
            token = _SIGN_IN.validate_json(message.data).token
        except ValidationError:
            await self._close(REFUSED, "the first message must be a sign-in")
            return
        if token is None and self._cookie is None:
            await self._close(REFUSED, "neither a token nor a session's cookie came")
            return
        self._credential = Credential(token) if token is not None else Credential(self._cookie or "", is_cookie=True)
        self.user = await signed_in(self._services, self._credential)
        if self.user is None:
            await self._refuse()
            return
        user = {"id": self.user.id, "name": self.user.name, "role": self.user.role}
        await self._send({"type": "signed_in", "user": user})

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
                if request.type == "unsubscribe":
                    self._leave(topic)
                elif self._may_follow(topic):
                    self._follow(tasks, topic)
                else:
                    await self._send({"type": "refused", "topic": topic, "reason": "not there, or not yours to see"})
        if self._closed is not None:
            await self._closed.wait()

    def _may_follow(self, topic: str) -> bool:
        return len(self._topics) < TOPICS_LIMIT and self._may_see(topic)

    def _may_see(self, topic: str) -> bool:
        if self.user is None:
            return False
        if topic == live_board.TOPIC:
            return may(actor_of(self.user), Action.READ, Thing.BOARD, Owner.user(self.user.id))
        desk = _DESK.fullmatch(topic)
        if desk is None:
            return False
        return may(actor_of(self.user), Action.READ, Thing.DESK, Owner.user(int(desk[1])))

    def _follow(self, tasks: asyncio.TaskGroup, topic: str) -> None:
        if topic not in self._topics:
            services = self._services
            followed = FollowedTopic(topic, self, services.hub, self._texts, services.clock)
            self._topics[topic] = followed
            self._pumps[topic] = tasks.create_task(self._end_with(tasks, followed.run()))

    def _leave(self, topic: str) -> None:
        followed = self._topics.pop(topic, None)
        if followed is not None:
            followed.close()
            self._pumps.pop(topic).cancel()

    def snapshot(self, topic: str, sight: Sight | None) -> dict[str, Any]:
        """The topic as it is now."""
        if sight is not None:
            return sight.of(self._services.board.snapshot())
        return self._services.desks.snapshot(int(topic.removeprefix("desk:")))

    def sight(self, topic: str) -> Sight | None:
        """What of the board this user sees; None for another topic, which is seen as a whole."""
        if topic != live_board.TOPIC or self.user is None:
            return None
        return sight_of(self._services, actor_of(self.user))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._send({"type": "heartbeat", "at": self._now()})

    async def _check(self) -> None:
        while True:
            # Before the look: who asks for another one in the middle of this one gets it.
            self.look_again.clear()
            if not await self._may_stay():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self.look_again.wait()

    async def _may_stay(self) -> bool:
        """Whether this connection may still be here; it is closed if not. A session counts as used while it may."""
        if self._credential is None:
            return False
        try:
            user = await signed_in(self._services, self._credential)
        except Exception:
            # A database that can't be asked is no reason to take an agent's desk away in the middle of a call.
            log.exception("a live connection could not be checked")
            return True
        if user is None:
            await self._refuse()
            return False
        self.user = user
        if not all(self._may_see(topic) for topic in self._topics):
            # Who comes back is given what they may see now.
            await self._close(WSCloseCode.SERVICE_RESTART, "your rights have changed")
            return False
        return True

    async def _refuse(self) -> None:
        is_session = self._credential is not None and self._credential.is_cookie
        what = "the session has ended" if is_session else "the token is unknown, has expired, or was revoked"
        await self._close(REFUSED, what)

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def write(self, payload: bytes) -> bool:
        """Send a text message at once, or not at all: false when there is much to send already, or it is closing."""
        transport = self._transport
        if transport is None or transport.is_closing() or self._closed is not None or self._socket.closed:
            return False
        if transport.get_write_buffer_size() > QUICK_LIMIT:
            return False
        # Past aiohttp's writer, which costs a task and a timer for each message. It writes whole frames, too, and is
        # told not to compress, so neither way's frames can get into the other's.
        transport.write(text_frame(payload))
        return True

    async def send(self, message: str) -> None:
        """Send a text message; whoever takes nothing for so long is disconnected."""
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._socket.send_str(message)
        except TimeoutError as error:
            STALLED.inc()
            log.warning("a screen takes nothing: disconnected", user_id=self.user.id if self.user else None)
            if self._transport is not None:
                self._transport.abort()
            raise _Over from error
        except (ConnectionError, RuntimeError) as error:
            # RuntimeError is aiohttp's way to say that the socket is closing.
            if self._closed is not None:
                await self._closed.wait()
            raise _Over from error

    async def _close(self, code: int, reason: str) -> None:
        self._closed = asyncio.Event()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code=code, message=reason.encode())
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()
        finally:
            self._closed.set()

    async def _end_with(self, tasks: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
        # Whichever part of a connection ends first, ends the connection.
        await work
        raise _Over

    def _now(self) -> str:
        return self._services.clock.now().isoformat()


class _Over(Exception):
    """The connection is over."""
