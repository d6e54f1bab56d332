"""One topic as one screen follows it: a snapshot (number n), then changes (n+1, n+2, …).

A change goes the quick way where it can: its text is made once for all screens that see the same of it, and written
straight to each screen's connection. A screen that does not take what is sent has its changes wait in its own bounded
queue instead, and is given a new snapshot when that overflows. Neither way ever waits for a screen.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from prometheus_client import Counter

from kernel.clock import Clock
from kernel.messages import LiveChange, LiveHub
from kernel.telemetry import REGISTRY
from queue_router.board import Sight, is_news

QUICK_LIMIT = 64 * 1024
"""Bytes that a connection may still have to send for a change to go the quick way."""

SNAPSHOTS = Counter("ringdesk_live_resnapshots_total", "Snapshots sent because changes were dropped", registry=REGISTRY)


class Screen(Protocol):
    """What a followed topic needs of its connection."""

    def sight(self, topic: str) -> Sight | None:
        """What of the topic its user may see now; None where it is seen as a whole, by whoever may see it at all."""
        ...

    def snapshot(self, topic: str, sight: Sight | None) -> dict[str, Any]:
        """The topic as it is now."""
        ...

    async def send(self, message: str) -> None:
        """Send, however long it takes up to the connection's limit."""
        ...

    def write(self, payload: bytes) -> bool:
        """Send at once, or not at all: false, when there is already much to send, or the connection closes."""
        ...


class ChangeTexts:
    """The text of the change that is being told, made once for all who see the same of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._change: LiveChange | None = None
        self._texts: dict[Sight | None, str | None] = {}

    def of(self, change: LiveChange, sight: Sight | None) -> str | None:
        """What follows the number in the message; None when nothing of the change is to be seen."""
        if change is not self._change:
            self._change, self._texts = change, {}
            self._at = self._clock.now().isoformat()
        if sight not in self._texts:
            self._texts[sight] = self._text(change, sight)
        return self._texts[sight]

    def _text(self, change: LiveChange, sight: Sight | None) -> str | None:
        data = change.data
        if sight is not None and not is_news(data := sight.of(data)):
            return None
        return _json({"at": self._at, "kind": change.kind, "data": data})[1:]


class FollowedTopic:
    """Follows `topic` for `screen` until closed; `run` must go on meanwhile."""

    def __init__(self, topic: str, screen: Screen, hub: LiveHub, texts: ChangeTexts, clock: Clock) -> None:
        self._topic = topic
        self._screen = screen
        self._texts = texts
        self._clock = clock
        self._number = 0
        self._sight: Sight | None = None
        self._head = f'{{"type":"change","topic":{_json(topic)},"seq":'
        self._subscription = hub.subscribe(frozenset({topic}), deliver=self._deliver)
        self._is_in_order = False
        """Whether all that was told so far is on its way: only then may a change take the quick way."""

    def close(self) -> None:
        self._subscription.close()

    async def run(self) -> None:
        """Send the snapshot, and whatever did not go the quick way."""
        await self._send_snapshot()
        while True:
            self._is_in_order = True
            change = await self._subscription.next()
            self._is_in_order = False
            if change is None:
                SNAPSHOTS.inc()
                await self._send_snapshot()
            elif self._sight != self._screen.sight(self._topic):
                # They may see more than before, or less: the whole as it is now.
                await self._send_snapshot()
            elif (text := self._texts.of(change, self._sight)) is not None:
                self._number += 1
                await self._screen.send(self._numbered(text))

    async def _send_snapshot(self) -> None:
        # Nothing is awaited between forgetting what was dropped and the snapshot: no change falls in between.
        self._subscription.take_lost()
        self._sight = self._screen.sight(self._topic)
        self._number += 1
        message = {
            "type": "snapshot",
            "topic": self._topic,
            "seq": self._number,
            "at": self._clock.now().isoformat(),
            "data": self._screen.snapshot(self._topic, self._sight),
        }
        await self._screen.send(_json(message))

    def _deliver(self, change: LiveChange) -> bool:
        """The quick way; false when the change must wait for its turn."""
        if not self._is_in_order or self._sight != self._screen.sight(self._topic):
            return False
        text = self._texts.of(change, self._sight)
        if text is None:
            return True
        self._number += 1
        if self._screen.write(self._numbered(text).encode()):
            return True
        self._number -= 1
        return False

    def _numbered(self, text: str) -> str:
        return f"{self._head}{self._number},{text}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text_frame(payload: bytes) -> bytes:
    """`payload` as one unfragmented text message of a websocket's server (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload
