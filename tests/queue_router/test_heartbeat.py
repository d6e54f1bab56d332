import asyncio

from kernel.clock import VirtualClock
from queue_router.heartbeat import Heartbeat


class Globals:
    def __init__(self) -> None:
        self.values: list[tuple[str, str]] = []
        self.is_down = False

    async def set_global(self, name: str, value: str) -> None:
        if self.is_down:
            raise ConnectionError("the link is down")
        self.values.append((name, value))


async def test_a_sign_of_life_each_second_also_after_the_link_was_down() -> None:
    clock, variables = VirtualClock(), Globals()
    epoch = int(clock.now().timestamp())
    heartbeat = Heartbeat(variables, clock)
    running = asyncio.create_task(heartbeat.run())
    await clock.advance(0)
    await clock.advance(1)
    await clock.advance(1)
    assert variables.values == [("RD_HEARTBEAT", str(epoch + second)) for second in (0, 1, 2)]
    variables.is_down = True
    await clock.advance(2)
    assert not heartbeat.reached
    variables.is_down = False
    await clock.advance(1)
    assert heartbeat.reached
    assert variables.values[-1] == ("RD_HEARTBEAT", str(epoch + 5))
    running.cancel()


async def test_a_sign_of_life_comes_at_once_when_calls_can_be_answered_again() -> None:
    clock, variables, answers = VirtualClock(), Globals(), False
    heartbeat = Heartbeat(variables, clock, lambda: answers)
    running = asyncio.create_task(heartbeat.run())
    await clock.advance(0)
    assert variables.values == []
    answers = True
    heartbeat.beat_soon()
    await clock.advance(0)
    assert heartbeat.reached
    running.cancel()


async def test_no_sign_of_life_while_calls_cannot_be_answered() -> None:
    variables = Globals()
    heartbeat = Heartbeat(variables, VirtualClock(), lambda: False)
    await heartbeat.beat()
    assert variables.values == []
    assert not heartbeat.reached
