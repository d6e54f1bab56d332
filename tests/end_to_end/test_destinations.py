"""Numbers that lead to a phone that is nobody's, to an announcement, and nowhere: with the service, and without it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dialplan.config import PbxConfig, Phone
from dialplan.destinations import ToAnnouncement, ToExtension
from pbx.journal_tables import CallRow
from ringdesk.demo.company import QUEUE
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House, established
from tests.end_to_end.waiting import eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

DOOR, GATE, NOBODY = "1050", "1051", "1052"
TO_DOOR, TO_GATE, TO_NOBODY = "+6620000001", "+6620000002", "+6620000003"
TO_NEWS, TO_FREE_NEWS, UNKNOWN = "+6620000004", "+6620000005", "+6620000009"
NEWS = "ss-noservice"
NEWS_SECONDS = 4.9


def more_numbers(pbx: PbxConfig) -> PbxConfig:
    return pbx.model_copy(
        update={
            "phones": [
                *pbx.phones,
                *(Phone(account=account, secret="a-secret-of-a-phone") for account in (DOOR, GATE, NOBODY)),
            ],
            "numbers": {
                **pbx.numbers,
                TO_DOOR: ToExtension(extension=DOOR, ring_seconds=2),
                TO_GATE: ToExtension(extension=GATE),
                TO_NOBODY: ToExtension(extension=NOBODY),
                TO_NEWS: ToAnnouncement(sound=NEWS),
                TO_FREE_NEWS: ToAnnouncement(sound=NEWS),
            },
            "early_media": frozenset({TO_FREE_NEWS}),
            "default_queue": QUEUE,
        }
    )


def kinds(phone: SoftPhone) -> set[PhoneEventKind]:
    return {event.kind for event in phone.events}


async def playing(house: House, number: str) -> str:
    """The caller's channel while it hears the announcement, as Asterisk's console shows it."""
    shown = await asyncio.to_thread(house.asterisk.console, "core show channels concise")
    return next((line for line in shown.splitlines() if f"!Playback!{NEWS}" in line and number in line), "")


async def rings_the_door(house: House, number: str) -> None:
    """Who calls it reaches the door's phone, which is nobody's."""
    async with house.phone(DOOR) as door, house.caller(number) as caller:
        await caller.dial(TO_DOOR)
        await established(door)
        await established(caller)
        await caller.hangup()
        await door.wait_for(PhoneEventKind.CLOSED, timeout=30)


async def hears_the_news(house: House, number: str, dialed: str) -> bool:
    """Who calls it hears the announcement and is hung up. Whether they were answered."""
    async with house.caller(number) as caller:
        await caller.dial(dialed)
        assert await eventually(lambda: playing(house, number), "the announcement plays")
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=40)
        return PhoneEventKind.ESTABLISHED in kinds(caller)


async def is_told_that_nobody_answers(house: House, number: str, dialed: str) -> None:
    """Who calls it is not answered, and it ends."""
    async with house.caller(number) as caller:
        await caller.dial(dialed)
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=40)
        assert PhoneEventKind.ESTABLISHED not in kinds(caller)


async def decided(house: House, call: CallRow) -> dict[str, Any]:
    """Why the call went where it went, as the API tells."""
    status, document = await house.get(f"/api/v1/calls/{call.call_id}")
    assert status == 200
    [routed] = [fact["data"] for fact in document["facts"] if fact["kind"] == "CallRouted"]
    found: dict[str, Any] = {name: routed[name] for name in ("dialed", "basis", "rule", "destination")}
    return found


async def test_numbers_lead_to_a_phone_an_announcement_and_the_default_also_without_the_service() -> None:
    async with House(staff=1, callers=1, change_pbx=more_numbers) as house:
        await rings_the_door(house, "+66811111111")
        call = await house.ended_call_from("+66811111111")
        assert (call.queue, call.answered_by, call.outcome) == (None, [DOOR], "answered")
        to_door = {"kind": "extension", "extension": DOOR, "ring_seconds": 2}
        assert await decided(house, call) == {
            "dialed": TO_DOOR,
            "basis": "number",
            "rule": TO_DOOR,
            "destination": to_door,
        }

        async with house.phone(DOOR, answer=Answer.never()) as door, house.phone(GATE, answer=Answer.reject()):
            _, _, _, news, free_news = await asyncio.gather(
                is_told_that_nobody_answers(house, "+66811111112", TO_DOOR),
                is_told_that_nobody_answers(house, "+66811111113", TO_GATE),
                is_told_that_nobody_answers(house, "+66811111114", TO_NOBODY),
                hears_the_news(house, "+66811111115", TO_NEWS),
                hears_the_news(house, "+66811111116", TO_FREE_NEWS),
            )
            await door.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert (news, free_news) == (True, False)
        call = await house.ended_call_from("+66811111115")
        assert call.ended_at is not None
        assert (call.ended_at - call.started_at).total_seconds() >= NEWS_SECONDS
        assert (await decided(house, call))["destination"] == {"kind": "announcement", "sound": NEWS}

        async with house.ready_agent("1001") as agent:
            async with house.caller("+66811111117") as caller:
                await caller.dial(UNKNOWN)
                await established(agent)
                await caller.hangup()
                await agent.wait_for(PhoneEventKind.CLOSED, timeout=30)
            call = await house.ended_call_from("+66811111117")
            assert (call.queue, call.answered_by) == (QUEUE, ["1001"])
            assert await decided(house, call) == {
                "dialed": UNKNOWN,
                "basis": "default",
                "rule": None,
                "destination": {"kind": "queue", "queue": QUEUE},
            }

            await house.stop_service()
            await asyncio.gather(rings_the_door(house, "+66822222221"), hears_the_news(house, "+66822222222", TO_NEWS))
            async with house.caller("+66822222223") as caller:
                await caller.dial(UNKNOWN)
                await established(agent)
                await caller.hangup()
                await agent.wait_for(PhoneEventKind.CLOSED, timeout=30)

            # The service that comes back learns why they went there, too.
            await house.start_service()
            for number, rule, destination in (
                ("+66822222221", TO_DOOR, to_door),
                ("+66822222222", TO_NEWS, {"kind": "announcement", "sound": NEWS}),
                ("+66822222223", None, {"kind": "queue", "queue": QUEUE}),
            ):
                call = await house.ended_call_from(number, timeout=30)
                assert await decided(house, call) == {
                    "dialed": rule or UNKNOWN,
                    "basis": "dialplan",
                    "rule": rule,
                    "destination": destination,
                }
