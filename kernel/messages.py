"""The three kinds of message: facts, live changes and commands. Their difference is the product's reliability.

A *fact* has happened. Its handlers are awaited in order, inside the transaction that writes the fact's row; if one
fails, nothing is written. None is ever dropped.
A *live change* is what a screen shows. It is bounded per subscriber, may be dropped, is counted when it is, and the
subscriber then takes a new snapshot.
A *command* asks the one owner of a thing to do something, and is answered or times out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

R = TypeVar("R")

ANSWER_SECONDS = 5.0
OWNER_MARGIN_SECONDS = 2.0


class Fact:
    """Base of everything that has happened. Named in the past tense: `CallAnswered`."""

    __slots__ = ()


F = TypeVar("F", bound=Fact)
FactHandler = Callable[[AsyncSession, F], Awaitable[None]]


class HandlerFailed(Exception):
    """A handler of a fact raised; its own exception is the cause."""


class FactBus:
    """Hands each fact to its handlers, in the order in which they subscribed, within the caller's transaction."""

    def __init__(self) -> None:
        self._handlers: list[tuple[type[Fact], FactHandler[Any]]] = []

    def subscribe(self, kind: type[F], handler: FactHandler[F]) -> None:
        """Call `handler` for every published fact that is a `kind` (subclasses included)."""
        self._handlers.append((kind, handler))

    async def publish(self, session: AsyncSession, fact: Fact) -> None:
        """Await every handler of `fact`. The first exception ends it and is the caller's to roll back on.

        What the database says comes out as it is; a handler's own exception as `HandlerFailed`, so that nobody takes
        a missing file for a missing database.
        """
        for kind, handler in self._handlers:
            if isinstance(fact, kind):
                try:
                    await handler(session, fact)
                except SQLAlchemyError:
                    raise
                except Exception as error:
                    raise HandlerFailed(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class LiveChange:
    """Something that a screen of `topic` shows has changed. `data` is what JSON can hold."""

    topic: str
    kind: str
    data: dict[str, Any]


class LiveSubscription:
    """One subscriber's bounded queue of live changes."""

    def __init__(
        self, hub: LiveHub, topics: frozenset[str], limit: int, deliver: Callable[[LiveChange], bool] | None = None
    ) -> None:
        self._hub = hub
        self._deliver = deliver
        self.topics = topics
        self._limit = limit
        self._changes: deque[LiveChange] = deque()
        self._arrived = asyncio.Event()
        self._lost = 0

    def offer(self, change: LiveChange) -> None:
        """Deliver `change` at once, else queue it; when the queue is full, drop everything in it: a snapshot will stand
        for all of that."""
        if self._deliver is not None and not self._changes and not self._lost and self._deliver(change):
            return
        if len(self._changes) >= self._limit:
            self._lost += len(self._changes) + 1
            self._hub.dropped += len(self._changes) + 1
            self._changes.clear()
        elif self._lost:
            self._lost += 1
            self._hub.dropped += 1
        else:
            self._changes.append(change)
        self._arrived.set()

    def take_lost(self) -> int:
        """How many changes were dropped since the last call. More than none means: take a snapshot."""
        lost, self._lost = self._lost, 0
        return lost

    async def next(self) -> LiveChange | None:
        """The next change, or None when changes were dropped and a snapshot is due (see `take_lost`)."""
        while True:
            if self._lost:
                return None
            if self._changes:
                return self._changes.popleft()
            self._arrived.clear()
            await self._arrived.wait()

    async def __aiter__(self) -> AsyncIterator[LiveChange | None]:
        while True:
            yield await self.next()

    def close(self) -> None:
        """Receive nothing more."""
        self._hub.remove(self)


class LiveHub:
    """Fans live changes out to subscribers. Never waits for any of them."""

    def __init__(self) -> None:
        self._subscriptions: set[LiveSubscription] = set()
        self.dropped = 0
        """Changes dropped so far because a subscriber was too slow."""

    def subscribe(
        self, topics: frozenset[str], limit: int = 256, deliver: Callable[[LiveChange], bool] | None = None
    ) -> LiveSubscription:
        """Receive the changes of `topics`; at most `limit` of them wait at a time.

        `deliver` is offered each change first, while none waits: true says that it was taken and need not be queued. It
        must be quick and must not raise.
        """
        subscription = LiveSubscription(self, topics, limit, deliver)
        self._subscriptions.add(subscription)
        return subscription

    def remove(self, subscription: LiveSubscription) -> None:
        self._subscriptions.discard(subscription)

    def publish(self, change: LiveChange) -> None:
        """Offer `change` to everybody who listens to its topic. Returns at once."""
        for subscription in self._subscriptions:
            if change.topic in subscription.topics:
                subscription.offer(change)


class Command(Generic[R]):
    """Base of everything that can be asked for, with the type of its answer: `class RingAgent(Command[bool])`."""

    __slots__ = ()


class CommandNotAnswered(Exception):
    """Nobody answered the command in time. Whether it was carried out is not known."""


class CommandBus:
    """Brings a command to its one owner and the answer back."""

    def __init__(self) -> None:
        self._owners: dict[type[Command[Any]], Callable[[Any], Awaitable[Any]]] = {}

    def own(self, kind: type[Command[R]], handler: Callable[[Any], Awaitable[R]]) -> None:
        """Make `handler` the owner of `kind`. A second owner is a programming error."""
        if kind in self._owners:
            raise ValueError(f"{kind.__name__} has an owner already")
        self._owners[kind] = handler

    async def send(self, command: Command[R], timeout: float | None = None) -> R:
        """Have `command` carried out: its answer, `CommandNotAnswered` after `timeout` s, or the owner's error.

        Without `timeout` a command that has one of its own (an Originate rings for long) is given a little more than
        that, so that its owner can say what went wrong; any other 5 s.
        """
        if timeout is None:
            own: float | None = getattr(command, "timeout", None)
            timeout = ANSWER_SECONDS if own is None else own + OWNER_MARGIN_SECONDS
        handler = self._owners.get(type(command))
        if handler is None:
            raise LookupError(f"nobody owns {type(command).__name__}")
        try:
            async with asyncio.timeout(timeout) as deadline:
                return cast(R, await handler(command))
        except TimeoutError as error:
            if deadline.expired():
                raise CommandNotAnswered(f"{type(command).__name__} was not answered within {timeout:g} s") from error
            raise
