"""Callers whose name or number is no name or number at all; and one agent at several screens."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import PhoneEventKind
from tests.end_to_end.house import House, established
from tests.end_to_end.test_publishing import people

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

STRANGER = "+66899999999"
LONG_NAME = ("บริษัท สยามฟู้ดส์ จำกัด (มหาชน) " * 10)[:299] + "."
CALLERS = (
    ("no-number_at.all", "Nobody"),
    ("0" * 40, "Zeroes"),
    ("+66812345678*12#", "Extension"),
    ("+66811111111", LONG_NAME),
    ("+66822222222", "<img src=x onerror=alert(1)><b>Bold & Sons</b>"),
)
LONGEST_NAME = 79
"""Bytes of a name that Asterisk keeps."""


async def test_whatever_callers_show_they_are_put_through_and_every_screen_of_the_agent_tells_it() -> None:
    async with (
        House(staff=1) as house,
        house.ready_agent("1001") as agent,
        # Two tabs, or two machines: each is told of everything.
        house.screen("1001") as one,
        house.screen("1001") as other,
    ):
        for number, name in CALLERS:
            shown = name.encode()[:LONGEST_NAME].decode(errors="ignore")
            async with house.caller(number, name=name) as caller:
                await caller.dial(SALES_NUMBER)
                of_number = partial(is_from, number)
                offers = [(await screen.change("call_offered", of_number)).data for screen in (one, other)]
                assert [(offer["caller_name"], offer["contacts"]) for offer in offers] == [(shown, [])] * 2
                await established(agent)
                of_call = partial(is_call, offers[0]["call_id"])
                for screen in (one, other):
                    await screen.change("call_answered", of_call)
                await caller.hangup()
                for screen in (one, other):
                    await screen.change("call_ended", of_call)
            call = await house.ended_call_from(number)
            assert (call.outcome, call.answered_by, call.caller_name) == ("answered", ["1001"], shown)
            _, document = await house.get(f"/api/v1/calls/{call.call_id}")
            assert (document["call"]["caller_number"], document["call"]["caller_name"]) == (number, shown)
            await house.reached("1001", "ready")
        for screen in (one, other):
            assert [heard.kind for heard in screen.heard].count("call_offered") == len(CALLERS)


def is_from(number: str, data: dict[str, Any]) -> bool:
    return bool(data["caller_number"] == number)


def is_call(call_id: str, data: dict[str, Any]) -> bool:
    return bool(data["call_id"] == call_id)


async def test_an_agent_who_is_removed_with_their_phone_in_the_middle_of_a_call_ends_it_when_they_want() -> None:
    async with House(staff=2) as house, house.ready_agent("1001") as agent, house.screen("1001") as screen:
        admin, _ = await people(house)
        async with house.caller(STRANGER) as caller:
            await caller.dial(SALES_NUMBER)
            await established(agent)
            await screen.change("call_answered")
            await house.reached("1001", "talking")
            user_id = house.service.agents.at_phone("1001").user_id  # type: ignore[union-attr]
            await admin("PATCH", f"users/{user_id}", {"active": False})
            [queue] = (await admin("GET", "queues"))["items"]
            await admin("PATCH", f"queues/{queue['id']}", {"members": ["1002"]})
            [phone] = [each for each in (await admin("GET", "phones"))["items"] if each["account"] == "1001"]
            await admin("DELETE", f"phones/{phone['id']}", status=204)
            assert (await admin("POST", "publications", {}))["result"] == "published"

            # The talk goes on; nobody is signed in as that agent, and nothing more is offered to them.
            status, _ = await house.get("/api/v1/agents/me", token=house.sign_ins.agents["1001"])
            assert status == 401
            async with house.ready_agent("1002") as colleague, house.caller("+66877777777") as next_caller:
                await next_caller.dial(SALES_NUMBER)
                await established(colleague)
                assert not [event for event in agent.events if event.kind is PhoneEventKind.CLOSED]
                await next_caller.hangup()
            await caller.hangup()
            await agent.wait_for(PhoneEventKind.CLOSED, timeout=20)
        call = await house.ended_call_from(STRANGER)
        assert (call.outcome, call.answered_by, call.hangup_by) == ("answered", ["1001"], "caller")
        status, document = await house.get(f"/api/v1/calls/{call.call_id}")
        assert [(offer["account"], offer["outcome"]) for offer in document["offers"]] == [("1001", "answered")]
