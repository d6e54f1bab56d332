"""The link to one Asterisk: connects, keeps alive, hears, asks, and says honestly when it cannot.

The reader only parses, stamps and queues. Whoever consumes `AmiLink.events` sees, in order: `LinkRestored`, a
`Snapshot`, events from the moment of the login on, and `LinkLost` where events begin to be missing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, TypeVar

import structlog
from panoramisk.manager import Manager
from prometheus_client import Counter, Gauge, Histogram

from kernel.clock import Clock, SystemClock
from kernel.telemetry import REGISTRY
from pbx.backoff import BackOff
from pbx.errors import ActionRefused, ActionTimeout, AmiError, LinkDown
from pbx.events import AmiEvent, AmiFrame, LinkLost, LinkRestored, ReceivedEvent, text
from pbx.framing import LONGEST_FRAME
from pbx.protocol import ActionHeaders, AmiResponse, LinkProtocol, reason_of_failure
from pbx.snapshot import take_snapshot
from pbx.stream import EventStream
from pbx.version import UnknownAsteriskVersion, parse_asterisk_version, too_old_message

log = structlog.get_logger(__name__)
T = TypeVar("T")

EVENTS = Counter("ringdesk_ami_events_total", "Events heard", ["node"], registry=REGISTRY)
DROPPED = Counter(
    "ringdesk_ami_events_dropped_total",
    "Events not queued because their consumer was too slow",
    ["node"],
    registry=REGISTRY,
)
CONNECTS = Counter(
    "ringdesk_ami_connects_total", "Connects that came as far as a snapshot", ["node"], registry=REGISTRY
)
LOSSES = Counter("ringdesk_ami_losses_total", "Connections that were up and went away", ["node"], registry=REGISTRY)
UP = Gauge("ringdesk_ami_up", "1 while the link is connected", ["node"], registry=REGISTRY)
QUEUED = Gauge("ringdesk_ami_queued", "Items that wait for the consumer of the link", ["node"], registry=REGISTRY)
LAG = Histogram(
    "ringdesk_ami_lag_seconds",
    "From the reading of an event to its being taken up",
    ["node"],
    registry=REGISTRY,
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class LinkState(StrEnum):
    """How the link stands. `REFUSED` and `TOO_OLD` need a person; the link tries again, slowly."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    REFUSED = "refused"
    TOO_OLD = "too_old"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiSettings:
    """Where the manager interface is, who we are there, and how patient we are (seconds)."""

    host: str = "127.0.0.1"
    port: int = 5038
    username: str
    secret: str = field(repr=False)
    node: str = "main"
    connect_timeout: float = 5.0
    """For the connection, the greeting and the login, each."""
    action_timeout: float = 5.0
    """For the answer to an action, where its sender says nothing else."""
    ping_interval: float = 10.0
    pong_deadline: float = 5.0
    """A ping behind which nothing is heard for this long, neither its answer nor an event, drops the link."""
    first_retry: float = 0.5
    longest_retry: float = 15.0
    slow_retry: float = 60.0
    """Between tries while the login is refused or Asterisk is too old: only a person can mend that."""
    stable_after: float = 10.0
    """A connection that held this long makes the next retry a quick one again."""
    snapshot_timeout: float = 30.0
    """For the answer to each question of a snapshot: a list of thousands of channels takes its time."""
    queue_limit: int = 20_000
    """Events that may wait for the consumer. More of them are dropped, counted, and told as a gap."""
    longest_frame: int = LONGEST_FRAME
    variables: tuple[str, ...] = ()
    """Channel variables to ask for in a snapshot besides our own."""


class _Refused(Exception):
    """The login was refused."""


class _TooOld(Exception):
    """The Asterisk at the other end is older than the minimum."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment by both clocks: the wall's, which may be set, and the one that only goes on."""

    at: datetime
    monotonic: float


class _Hearing(Enum):
    """What is done with events at the moment."""

    LIVE = "queued"
    HOLDING = "kept until the snapshot that is being taken stands before them"
    DEAF = "dropped and counted, because the consumer is too slow"


class _Connection(Manager):
    """panoramisk's manager for the life of one connection: when to connect again is `AmiLink`'s to decide."""

    def connection_made(self, f: asyncio.Future[Any]) -> None:
        if not f.cancelled() and f.exception() is None:
            super().connection_made(f)  # type: ignore[no-untyped-call]

    def connection_lost(self, exc: object) -> None:
        """Reconnect nothing."""

    def ping(self) -> None:
        """Nothing: `AmiLink` pings, with a deadline."""


class Expectation:
    """The first event that proves something, listened for since before it was asked for."""

    def __init__(self, names: frozenset[str], where: Callable[[AmiEvent], bool]) -> None:
        self._names = names
        self._where = where
        self._future: asyncio.Future[AmiFrame] = asyncio.get_running_loop().create_future()

    def offer(self, event: AmiFrame) -> None:
        """Take the event if it is the one."""
        if self._future.done() or text(event, "Event") not in self._names:
            return
        try:
            if self._where(event):
                self._future.set_result(event)
        except Exception as error:  # A fault in a condition is its owner's, never the reader's.
            self._future.set_exception(error)

    def meet(self, proof: AmiFrame) -> None:
        """Have it met by something that was learned in another way than by an event."""
        if not self._future.done():
            self._future.set_result(proof)

    def fail(self, error: Exception) -> None:
        """Have whoever waits get `error`."""
        if not self._future.done():
            self._future.set_exception(error)

    async def wait(self, timeout: float) -> AmiFrame:
        """The event. Raises TimeoutError after `timeout` s, LinkDown when the link goes away before."""
        await asyncio.wait({self._future}, timeout=timeout)
        if not self._future.done():
            raise TimeoutError(f"none of {', '.join(sorted(self._names))} within {timeout:g} s")
        return self._future.result()

    @property
    def is_met(self) -> bool:
        """Whether the event has come (or can come no more)."""
        return self._future.done()

    def forget(self) -> None:
        """Wait no more."""
        if self._future.done():
            if not self._future.cancelled():
                self._future.exception()  # Seen: asyncio need not complain.
        else:
            self._future.cancel()


class AmiLink:
    """The one link to the Asterisk called `settings.node`. Start `run()` as a task; consume `events`."""

    def __init__(
        self, settings: AmiSettings, clock: Clock | None = None, *, fraction: Callable[[], float] = random.random
    ) -> None:
        self.settings = settings
        self._clock: Clock = clock or SystemClock()
        self._back_off = BackOff(settings.first_retry, settings.longest_retry, fraction)
        self._fraction = fraction
        node = settings.node
        self.events = EventStream(settings.queue_limit, self._clock, LAG.labels(node))
        """What is heard, in order; for one consumer."""
        self._heard_count = EVENTS.labels(node)
        self._dropped_count = DROPPED.labels(node)
        QUEUED.labels(node).set_function(lambda: len(self.events))
        self.state = LinkState.CONNECTING
        self.reason = "not started"
        """Why it is in this state, for a person to read."""
        self.since: datetime = self._clock.now()
        """When it came into this state (aware, UTC)."""
        self.asterisk_version: str | None = None
        self.dropped = 0
        """Events dropped so far because their consumer was too slow."""
        self._state_changed = asyncio.Condition()
        self._watchers: list[Callable[[LinkState, str], None]] = []
        self._protocol: LinkProtocol | None = None
        self._expectations: set[Expectation] = set()
        self._hearing = _Hearing.DEAF
        self._held: list[ReceivedEvent] = []
        self._complete = False
        self._lost: _Moment | None = None
        self._restored: _Moment | None = None
        self._resync = asyncio.Event()
        self._past_login = False
        self._connections = 0

    # Its state

    @property
    def connection(self) -> int | None:
        """The number of the connection that is up, 1 for the first one; None while none is."""
        return self._connections if self.state is LinkState.CONNECTED else None

    def watch(self, watcher: Callable[[LinkState, str], None]) -> None:
        """Call `watcher(state, reason)` at every change of the state. Its exceptions are logged."""
        self._watchers.append(watcher)

    async def wait_connected(self, timeout: float) -> None:
        """Return when the link is connected. Raises LinkDown with the reason why not after `timeout` s."""
        await self.wait_state(LinkState.CONNECTED, timeout)

    async def wait_state(self, state: LinkState, timeout: float) -> None:
        """Return when the link is in `state`. Raises LinkDown with what it is in instead after `timeout` s."""
        try:
            async with asyncio.timeout(timeout), self._state_changed:
                await self._state_changed.wait_for(lambda: self.state is state)
        except TimeoutError:
            raise LinkDown(
                f"the link to {self.settings.node} is not {state} after {timeout:g} s: {self.state}, {self.reason}"
            ) from None

    async def _set_state(self, state: LinkState, reason: str) -> None:
        if (state, reason) == (self.state, self.reason):
            return
        if state is not self.state:
            self.since = self._clock.now()
        self.state, self.reason = state, reason
        UP.labels(self.settings.node).set(state is LinkState.CONNECTED)
        level = log.info if state in (LinkState.CONNECTED, LinkState.CONNECTING) else log.warning
        level("ami.link", node=self.settings.node, state=str(state), reason=reason)
        for watcher in self._watchers:
            try:
                watcher(state, reason)
            except Exception:
                log.exception("ami.watcher_failed")
        async with self._state_changed:
            self._state_changed.notify_all()

    # Asking

    async def action(
        self, headers: ActionHeaders, timeout: float | None = None, *, action_id: str | None = None
    ) -> AmiResponse:
        """Have Asterisk carry out an action; its whole answer, with the events of a list.

        Raises InvalidHeader (nothing was sent), ActionRefused, ActionTimeout after `timeout` s, LinkDown. After the
        last two it is not known whether the action was carried out; it is never sent again.
        """
        if self.state is not LinkState.CONNECTED or self._protocol is None:
            raise LinkDown(f"{headers.get('Action')} was not sent, the link is {self.state}: {self.reason}")
        return await self._ask(self._protocol, headers, timeout, action_id)

    async def _ask(
        self,
        protocol: LinkProtocol,
        headers: ActionHeaders,
        timeout: float | None = None,
        action_id: str | None = None,
    ) -> AmiResponse:
        seconds = self.settings.action_timeout if timeout is None else timeout
        future = protocol.send(headers, action_id=action_id)
        try:
            # Not asyncio.timeout: an answer that came in the same moment as the deadline counts.
            await asyncio.wait({future}, timeout=seconds)
            if not future.done():
                raise ActionTimeout(f"{headers['Action']} got no answer within {seconds:g} s")
            response = future.result()
        finally:
            future.cancel()
        if not response.success:
            raise ActionRefused(str(headers["Action"]), response.message or text(response.headers, "Response"))
        return response

    @contextmanager
    def expect(self, names: Iterable[str], where: Callable[[AmiEvent], bool] = lambda _: True) -> Iterator[Expectation]:
        """Listen from now on for the first event with one of these names for which `where` holds.

        Open it before sending the action that it proves, so that the event cannot slip by. `where` runs in the reader:
        it must be quick.
        """
        expectation = Expectation(frozenset(names), where)
        if self._protocol is None or self._protocol.lost.done():
            expectation.fail(LinkDown(f"the link is {self.state}: {self.reason}"))
        self._expectations.add(expectation)
        try:
            yield expectation
        finally:
            self._expectations.discard(expectation)
            expectation.forget()

    def request_snapshot(self) -> None:
        """Have a fresh snapshot put into the stream soon, e.g. after a reload. It marks no gap."""
        self._resync.set()

    # Hearing

    def _heard(self, frames: list[AmiFrame], at: datetime, monotonic: float) -> None:
        """The reader's end: stamp and queue. Runs within the read of the socket."""
        self._heard_count.inc(len(frames))
        for frame in frames:
            if self._expectations:
                for expectation in self._expectations:
                    expectation.offer(frame)
            if self._hearing is _Hearing.LIVE:
                if not self.events.put_event(ReceivedEvent(frame, at, monotonic)):
                    self._overflow(at, monotonic)
                    self._drop_one()
            elif self._hearing is _Hearing.HOLDING:
                if len(self._held) < self.settings.queue_limit // 2:
                    self._held.append(ReceivedEvent(frame, at, monotonic))
                else:
                    self._held.clear()
                    self._overflow(at, monotonic)
                    self._drop_one()
            else:
                self._drop_one()
            if self._past_login and frame["Event"] == "FullyBooted":
                # It comes right behind the login, unless that was while Asterisk was still starting. What its modules
                # did not know then they know now.
                self._resync.set()

    def _drop_one(self) -> None:
        self.dropped += 1
        self._dropped_count.inc()

    def _overflow(self, at: datetime, monotonic: float) -> None:
        self._hearing = _Hearing.DEAF
        reason = f"the consumer of the link is too slow: {len(self.events)} events wait for it"
        self._mark_lost(_Moment(at, monotonic), reason)
        self._resync.set()

    def _mark_lost(self, moment: _Moment, reason: str) -> None:
        if self._complete:
            self._complete = False
            if self._restored is not None and moment.monotonic < self._restored.monotonic:
                moment = self._restored  # nothing was read since the last gap, and gaps never overlap
            self._lost = moment
            self.events.put_marker(LinkLost(moment.at, reason))
            log.warning("ami.gap", node=self.settings.node, reason=reason)

    def _mark_restored(self) -> None:
        if not self._complete:
            self._complete = True
            now = self._now()
            if self._lost is not None and now.at < self._lost.at:
                # The clock was set back meanwhile. How long it really lasted is known all the same.
                lasted = timedelta(seconds=now.monotonic - self._lost.monotonic)
                now = _Moment(self._lost.at + lasted, now.monotonic)
            self._restored = now
            self.events.put_marker(LinkRestored(now.at, self._lost.at if self._lost else None))

    def _now(self) -> _Moment:
        return _Moment(self._clock.now(), self._clock.monotonic())

    async def _synchronise(self, protocol: LinkProtocol) -> None:
        """Put a snapshot into the stream, and behind it what was heard since before it was taken."""
        while True:
            if not self.events.is_drained:
                if self._hearing is not _Hearing.LIVE:
                    self._hearing = _Hearing.DEAF
                await self.events.wait_drained()
            if self._hearing is not _Hearing.HOLDING:
                self._hearing, self._held = _Hearing.HOLDING, []
            snapshot = await take_snapshot(
                lambda headers: self._ask(protocol, headers, self.settings.snapshot_timeout),
                self.settings.node,
                self._clock,
                self.settings.variables,
            )
            if self._hearing is _Hearing.HOLDING:
                break
        self._mark_restored()
        self.events.put_marker(replace(snapshot, connection=self._connections))
        self._hearing, held, self._held = _Hearing.LIVE, self._held, []
        self.events.put_held(held)
        for part, refusal in snapshot.missing.items():
            log.warning("ami.snapshot_incomplete", node=self.settings.node, part=part, reason=refusal)

    # Living

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        try:
            await self._set_state(LinkState.CONNECTING, f"connecting to {self.settings.host}:{self.settings.port}")
            while True:
                # A refusal stays to be seen while we try again: only a success or another fault replaces it.
                await self._clock.sleep(await self._live_once())
        finally:
            await self._set_state(LinkState.DOWN, "stopped")

    async def _live_once(self) -> float:
        """One connection from its beginning to its end; the seconds to wait before the next one."""
        connected_at: float | None = None
        protocol: LinkProtocol | None = None
        state, reason = LinkState.DOWN, ""
        try:
            async with self._connected() as protocol:
                self._hearing, self._held = _Hearing.HOLDING, []
                self._past_login = False
                self._connections += 1
                self._resync.clear()
                await self._log_in(protocol)
                await self._check_version(protocol)
                self._past_login = True
                if self.events.is_drained:
                    await self._synchronise(protocol)
                else:
                    self._hearing, self._held = _Hearing.DEAF, []
                    self._resync.set()
                connected_at = self._clock.monotonic()
                CONNECTS.labels(self.settings.node).inc()
                await self._set_state(
                    LinkState.CONNECTED,
                    f"Asterisk {self.asterisk_version} at {self.settings.host}:{self.settings.port}",
                )
                reason = await self._stay(protocol)
        except _Refused as refusal:
            state, reason = LinkState.REFUSED, str(refusal)
        except _TooOld as refusal:
            state, reason = LinkState.TOO_OLD, str(refusal)
        except ActionRefused as refusal:
            state = LinkState.REFUSED
            reason = (
                f"{refusal}: check that the classes in `write` of the section [{self.settings.username}] "
                "in manager.conf hold `call` and `reporting`"
            )
        except (OSError, AmiError) as error:
            reason = str(error)
        except Exception as error:
            # The link outlives its own faults: what it heard is in the stream, and the next snapshot tells the rest.
            log.exception("ami.fault", node=self.settings.node)
            reason = f"fault in Ringdesk: {error!r}"
        finally:
            # Surely heard is only what was read: a connection may have been dead for as long as a ping takes to miss.
            read = _Moment(protocol.read_at, protocol.read_monotonic) if protocol else self._now()
            self._mark_lost(read, reason or "stopped")
            self._hearing, self._held = _Hearing.DEAF, []
            if connected_at is not None:
                LOSSES.labels(self.settings.node).inc()
            for expectation in list(self._expectations):
                expectation.fail(LinkDown(reason or "stopped"))
        await self._set_state(state, reason)
        if state is not LinkState.DOWN:
            return self.settings.slow_retry * (1 - self._fraction() / 4)
        if connected_at is not None and self._clock.monotonic() - connected_at >= self.settings.stable_after:
            self._back_off.reset()
        return self._back_off.next()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[LinkProtocol]:
        host, port = self.settings.host, self.settings.port
        manager = _Connection(  # type: ignore[no-untyped-call]
            host=host,
            port=port,
            loop=asyncio.get_running_loop(),
            protocol_factory=lambda: LinkProtocol(self._heard, self._clock, longest_frame=self.settings.longest_frame),
        )
        protocol: LinkProtocol | None = None
        try:
            try:
                async with asyncio.timeout(self.settings.connect_timeout):
                    _, protocol = await manager.connect()  # type: ignore[no-untyped-call]
                    await _first(protocol.lost, protocol.greeted)
            except OSError as error:
                raise LinkDown(reason_of_failure(error, host, port)) from error
            if (reason := protocol.reason) is not None:
                raise LinkDown(f"{host}:{port}: {reason}")
            self._protocol = protocol
            yield protocol
        finally:
            self._protocol = None
            manager.close()  # type: ignore[no-untyped-call]
            if protocol is not None:
                protocol.close()

    async def _log_in(self, protocol: LinkProtocol) -> None:
        settings = self.settings
        login = {"Action": "Login", "Username": settings.username, "Secret": settings.secret, "Events": "on"}
        try:
            await self._ask(protocol, login, settings.connect_timeout)
        except ActionRefused as refusal:
            raise _Refused(
                f"Asterisk at {settings.host}:{settings.port} refused the login of {settings.username!r} "
                f"({refusal.message}): check that `username` and `secret` in Ringdesk's settings of the PBX "
                f"{settings.node!r} equal the section [{settings.username}] and its `secret` in manager.conf, "
                "and that its `permit` and `acl` let this machine in"
            ) from None

    async def _check_version(self, protocol: LinkProtocol) -> None:
        told = (await self._ask(protocol, {"Action": "CoreSettings"}))["AsteriskVersion"]
        try:
            version = parse_asterisk_version(told)
        except UnknownAsteriskVersion as error:
            raise _TooOld(f"the version of Asterisk cannot be read: {error}") from None
        self.asterisk_version = str(version)
        if not version.is_supported:
            raise _TooOld(too_old_message(version))

    async def _stay(self, protocol: LinkProtocol) -> str:
        """Ping and synchronise until the connection ends; why it ended."""
        tasks = [asyncio.create_task(self._ping(protocol)), asyncio.create_task(self._resynchronise(protocol))]
        try:
            await _first(protocol.lost, *tasks)
            for task in tasks:
                if protocol.reason is None and task.done() and (error := task.exception()):
                    raise error
            return protocol.reason or "unknown"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ping(self, protocol: LinkProtocol) -> None:
        while True:
            await self._clock.sleep(self.settings.ping_interval)
            pong = protocol.send({"Action": "Ping"})
            sent = self._clock.monotonic()
            # Not the answer alone is a sign of life: an Asterisk that has very much to tell answers late, and to drop
            # it then would make a gap where there is none.
            while not pong.done():
                silence = self._clock.monotonic() - max(sent, protocol.read_monotonic)
                if silence >= self.settings.pong_deadline:
                    protocol.drop(f"no answer to a ping within {self.settings.pong_deadline:g} s")
                    return
                deadline = asyncio.ensure_future(self._clock.sleep(self.settings.pong_deadline - silence))
                try:
                    await _first(pong, deadline)
                finally:
                    deadline.cancel()

    async def _resynchronise(self, protocol: LinkProtocol) -> None:
        while True:
            await self._resync.wait()
            self._resync.clear()
            await self._synchronise(protocol)


async def _first(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
