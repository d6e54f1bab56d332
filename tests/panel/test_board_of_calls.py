"""Real calls of real phones on the board: who waits, whose phone rings, what the day came to, also after a restart."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from ringdesk.demo import company
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind
from tests.end_to_end.house import House, established
from tests.panel.pictures import picture
from tests.panel.test_board import figure

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.slow]


async def test_callers_wait_are_answered_and_give_up_on_the_board(page: Page) -> None:
    one, two, three, _ = company.customers(4)
    async with (
        House(staff=2, ring_seconds=120, keeps_http_port=True) as house,
        house.ready_agent("1001", answer=Answer.never()) as anna,
        house.ready_agent("1002", answer=Answer.never()) as boris,
        house.caller(one.number) as first,
        house.caller(two.number) as second,
        house.caller(three.number) as third,
    ):
        await page.goto(f"{house.address}/board")
        await page.get_by_role("button", name="Use a token instead").click()
        await page.get_by_label("Token", exact=True).fill(house.sign_ins.manager)
        await page.get_by_role("button", name="Sign in").click()
        await expect(figure(page, "sales", "ready")).to_have_text("2")
        await expect(page.get_by_text("Nobody is waiting")).to_be_visible()

        callers = page.locator(".board-callers tbody tr")
        await first.dial(SALES_NUMBER)
        await expect(callers).to_have_count(1)
        await expect(callers.first).to_contain_text(one.name)
        await expect(callers.first).to_contain_text("rings at")
        await expect(figure(page, "sales", "reserved")).to_have_text("1")
        await second.dial(SALES_NUMBER)
        await expect(callers).to_have_count(2)
        await expect(figure(page, "sales", "reserved")).to_have_text("2")
        await third.dial(SALES_NUMBER)
        await expect(callers).to_have_count(3)
        await expect(callers.last).to_contain_text(three.name)
        await expect(callers.last).to_contain_text("everybody is busy")
        await expect(figure(page, "sales", "waiting")).to_have_text("3")
        await picture(page, "board-calls")

        # Whoever's phone rings answers: one waits no more, and the day has one more answered.
        rung = [agent for agent in (anna, boris) if any(event.peer == one.number for event in agent.events)]
        assert len(rung) == 1
        await rung[0].answer()
        await established(rung[0])
        await expect(figure(page, "sales", "waiting")).to_have_text("2")
        await expect(figure(page, "sales", "answered")).to_have_text("1")
        talking = page.locator(f"[data-agent='{rung[0].account}']")
        await expect(talking).to_contain_text("Talking")
        await expect(talking).to_contain_text("Sales")
        await third.hangup()
        await expect(figure(page, "sales", "abandoned")).to_have_text("1")
        await expect(callers).to_have_count(1)
        await second.hangup()
        await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
        await first.hangup()
        await first.wait_for(PhoneEventKind.CLOSED, timeout=30)
        await expect(figure(page, "sales", "abandoned")).to_have_text("2")
        for customer in (one, two, three):
            await house.ended_call_from(customer.number)

        async def in_the_journal() -> tuple[int, int]:
            calls = [call for call in await house.calls() if call.queue == "sales" and call.merged_into is None]
            answered = sum(call.answered_at is not None for call in calls)
            return answered, len(calls) - answered

        assert await in_the_journal() == (1, 2)
        _, board = await house.get("/api/v1/board")
        [sales] = [queue for queue in board["queues"] if queue["name"] == "sales"]
        assert (sales["answered"], sales["abandoned"], sales["waiting"]) == (1, 2, 0)

        # The service is started again: the board comes back by itself, and the day is what it was.
        await house.stop_service()
        await expect(page.locator("#offline")).to_be_visible()
        await house.start_service()
        await expect(page.locator("#offline")).to_have_count(0)
        await expect(figure(page, "sales", "answered")).to_have_text("1")
        await expect(figure(page, "sales", "abandoned")).to_have_text("2")
        await expect(page.locator(".list-head")).to_contain_text(re.compile(str(datetime.now(UTC).year)))
        await expect(page.locator("[data-agent='1001'], [data-agent='1002']")).to_have_count(2)
