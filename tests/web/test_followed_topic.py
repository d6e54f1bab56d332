"""A topic's two ways to a screen, in any order, with a screen that takes what it is told to take."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import SystemClock
from kernel.messages import LiveChange, LiveHub
from queue_router.board import Sight
from web.followed_topic import ChangeTexts, FollowedTopic


@dataclass
class Screen:
    """Takes at once what `takes` says, one answer a change; `is_slow` keeps the slow way from ending."""

    takes: deque[bool]
    told: list[dict[str, Any]] = field(default_factory=list)
    published: int = 0

    def sight(self, topic: str) -> Sight | None:
        return None

    def snapshot(self, topic: str, sight: Sight | None) -> dict[str, Any]:
        return {"upto": self.published}

    async def send(self, message: str) -> None:
        self.told.append(json.loads(message))
        await asyncio.sleep(0)

    def write(self, payload: bytes) -> bool:
        if self.takes and not self.takes.popleft():
            return False
        self.told.append(json.loads(payload))
        return True


@given(
    takes=st.lists(st.booleans(), max_size=40),
    bursts=st.lists(st.integers(0, 12), min_size=1, max_size=12),
    turns=st.integers(0, 3),
    limit=st.integers(1, 8),
)
async def test_every_change_is_told_once_in_order_or_stands_in_a_snapshot(
    takes: list[bool], bursts: list[int], turns: int, limit: int
) -> None:
    hub, screen, clock = LiveHub(), Screen(deque(takes)), SystemClock()
    subscribe = hub.subscribe
    hub.subscribe = lambda topics, _=0, deliver=None: subscribe(topics, limit, deliver)  # type: ignore[method-assign]
    followed = FollowedTopic("desk:1", screen, hub, ChangeTexts(clock), clock)
    running = asyncio.create_task(followed.run())
    for burst in bursts:
        for _ in range(burst):
            screen.published += 1
            hub.publish(LiveChange("desk:1", "counted", {"n": screen.published}))
        for _ in range(turns):
            await asyncio.sleep(0)
    for _ in range(200):
        await asyncio.sleep(0)
    running.cancel()
    assert [each["seq"] for each in screen.told] == list(range(1, len(screen.told) + 1))
    known = None
    for each in screen.told:
        if each["type"] == "snapshot":
            known = each["data"]["upto"]
        else:
            # A change that was published before a snapshot was taken may stand in it as well, and is told all the same.
            assert known is None or each["data"]["n"] <= known + 1
            known = max(known or 0, each["data"]["n"])
    assert known == screen.published
