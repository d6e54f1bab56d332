"""The service ends and is back: who was ringing, waiting, or at their notes goes on where they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dialplan.config import PbxConfig
from dialplan.destinations import ToQueue
from queue_router.waiting import Phase
from ringdesk.demo.company import QUEUE, SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House, established
from tests.end_to_end.waiting import eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

FREE_NUMBER = "+6620000007"
WRAP_UP_SECONDS = 600


def with_early_media_and_wrap_up(pbx: PbxConfig) -> PbxConfig:
    queues = [queue.model_copy(update={"wrap_up_seconds": WRAP_UP_SECONDS}) for queue in pbx.queues]
    numbers = {**pbx.numbers, FREE_NUMBER: ToQueue(queue=QUEUE)}
    return pbx.model_copy(update={"queues": queues, "numbers": numbers, "early_media": frozenset({FREE_NUMBER})})


@asynccontextmanager
async def restarted(house: House) -> AsyncIterator[None]:
    """The service is away for what is done inside."""
    await house.stop_service()
    yield
    await house.start_service()


async def who_waits(house: House, *phases: Phase) -> None:
    async def look() -> bool:
        return [each.phase for each in house.service.dispatcher.waiting.in_order()] == list(phases)

    await eventually(look, f"callers who wait: {phases}", timeout=30)


def was_answered(phone: SoftPhone) -> bool:
    return PhoneEventKind.ESTABLISHED in {event.kind for event in phone.events}


async def test_notes_early_callers_and_ringing_phones_go_on_over_a_restart() -> None:
    async with House(staff=3, ring_seconds=60, change_pbx=with_early_media_and_wrap_up) as house:
        # Somebody has talked, and is at their notes.
        async with house.ready_agent("1001") as first, house.caller("+66833333331") as caller:
            await caller.dial(SALES_NUMBER)
            await established(first)
            await caller.hangup()
            await house.reached("1001", "wrap_up")
        notes = house.service.agents.at_phone("1001")
        assert notes is not None
        ends = notes.wrap_up_ends
        assert ends is not None

        # Somebody waits who was not answered; the phone of an agent rings for somebody else, who was asked for at once.
        async with (
            house.caller("+66833333332") as early,
            house.ready_agent("1002", answer=Answer.never()) as ringing,
            house.caller("+66833333333") as other,
        ):
            await early.dial(FREE_NUMBER)
            await ringing.wait_for(PhoneEventKind.INCOMING, timeout=20)
            await house.reached("1002", "reserved")
            await other.dial(FREE_NUMBER)
            await who_waits(house, Phase.WAITING)

            async with restarted(house):
                pass
            again = house.service.agents.at_phone("1001")
            assert again is not None
            assert (again.state, again.wrap_up_ends) == ("wrap_up", ends)
            await house.reached("1002", "reserved")
            await who_waits(house, Phase.WAITING)
            assert not was_answered(early)
            assert not was_answered(other)

            # The phone that rang is answered, and its agent talks.
            await ringing.answer()
            await established(early)
            await house.reached("1002", "talking")
            # Who waited is offered to the next who is ready, and answered only then.
            async with house.phone("1003", answer=Answer.never()) as third:
                await house.want("1003", "ready")
                await third.wait_for(PhoneEventKind.INCOMING, timeout=20)
                assert not was_answered(other)

                # An offer out of the waiting loop that rings at a restart is known for what it is.
                async with restarted(house):
                    pass
                await house.reached("1003", "reserved")
                await house.reached("1002", "talking")
                await who_waits(house, Phase.OFFERED)
                await third.answer()
                await established(other)
                await house.reached("1003", "talking")
                await who_waits(house)
                await other.hangup()
                await house.reached("1003", "wrap_up")

            # A talk that ends while nobody hears it has its wrap-up, too.
            async with restarted(house):
                await early.hangup()
                await ringing.wait_for(PhoneEventKind.CLOSED, timeout=20)
            await house.reached("1002", "wrap_up", timeout=30)
        for number, account in (("+66833333332", "1002"), ("+66833333333", "1003")):
            call = await house.ended_call_from(number)
            assert (call.outcome, call.answered_by) == ("answered", [account])
