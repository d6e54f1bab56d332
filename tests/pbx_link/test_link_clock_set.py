"""The wall clock is set while the link lives: a gap is where it was, has its length, and never ends before it began."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kernel.clock import VirtualClock
from pbx.events import LinkLost
from pbx.link import AmiLink, LinkState
from tests.pbx_link.conftest import PATIENCE, Heard, running, settings, until
from tests.pbx_link.fake_ami import FakeAmi, frame

HOUR = timedelta(hours=1)


async def lost(heard: Heard) -> LinkLost:
    item = await heard.until(lambda item: isinstance(item, LinkLost))
    assert isinstance(item, LinkLost)
    return item


async def connected_again(link: AmiLink, fake: FakeAmi, clock: VirtualClock) -> None:
    """Let the time pass that the link waits between two tries."""
    await until(lambda: link.state is LinkState.DOWN)
    async with asyncio.timeout(PATIENCE):
        while fake.connections < 2:
            await clock.advance(1)
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("step", [-HOUR, HOUR])
async def test_a_gap_in_which_the_clock_is_set(step: timedelta) -> None:
    clock = VirtualClock()
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, ping_interval=1e6), clock)) as link:
        heard = Heard(link)
        await heard.snapshot()
        await clock.advance(100)
        began = clock.monotonic()
        fake.say(frame(Event="Busy"))
        await heard.event("Busy")
        fake.hang_up()
        gap = await lost(heard)
        clock.set_wall_time(clock.now() + step)
        await connected_again(link, fake, clock)
        restored = await heard.restored()
        assert restored.lost_at == gap.at
        really = timedelta(seconds=clock.monotonic() - began)
        assert restored.at - gap.at == max(really, really + step)


async def test_a_gap_after_the_clock_was_set_back_begins_by_the_clock_as_it_is() -> None:
    clock = VirtualClock()
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, ping_interval=1e6), clock)) as link:
        heard = Heard(link)
        await heard.snapshot()
        clock.set_wall_time(clock.now() - HOUR)
        await clock.advance(5)
        heard_last = clock.now()
        fake.say(frame(Event="Busy"))
        await heard.event("Busy")
        await clock.advance(5)
        fake.hang_up()
        assert (await lost(heard)).at == heard_last
        await connected_again(link, fake, clock)
        restored = await heard.restored()
        assert restored.at == clock.now()
