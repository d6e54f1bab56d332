"""A clock that tests turn: sleepers wake at their own moment, in order, and wall time may jump without them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import SystemClock, VirtualClock

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


async def test_sleepers_wake_in_order_each_at_its_moment() -> None:
    clock = VirtualClock(START)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    tasks = [asyncio.create_task(sleeper(name, seconds)) for name, seconds in (("c", 3), ("a", 1), ("b", 2))]
    await asyncio.sleep(0)
    await clock.advance(2.5)
    assert woken == [("a", 1.0), ("b", 2.0)]
    assert clock.now() == START + timedelta(seconds=2.5)
    await clock.advance(1)
    assert woken[-1] == ("c", 3.0)
    await asyncio.gather(*tasks)


async def test_setting_the_wall_clock_back_wakes_nobody_and_costs_no_time() -> None:
    clock = VirtualClock(START)
    sleeping = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    clock.set_wall_time(START - timedelta(hours=1))
    await clock.advance(0.5)
    assert not sleeping.done()
    assert clock.monotonic() == 0.5
    await clock.advance(0.5)
    assert sleeping.done()


@given(st.lists(st.floats(0.01, 100), max_size=20))
def test_time_passes_only_as_far_as_it_is_turned(steps: list[float]) -> None:
    async def turn() -> VirtualClock:
        clock = VirtualClock(START)
        for step in steps:
            await clock.advance(step)
        return clock

    clock = asyncio.run(turn())
    assert abs(clock.monotonic() - sum(steps)) < 1e-6
    assert abs((clock.now() - START).total_seconds() - sum(steps)) < 1e-3


def test_the_system_clock_tells_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
