"""A real call of a real phone, and the caller's record on the panel while the agent's desk phone rings."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from ringdesk.demo.company import PASSWORD, SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind
from ringdesk.demo.stage import Stage
from tests.panel.pictures import picture

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.slow]

NOTE = "Wants the price list, call back on Friday"


async def test_a_call_from_the_ring_to_the_timeline(page: Page, tmp_path: Path) -> None:
    async with Stage(tmp_path / "state", staff=1, callers=4, wrap_up_seconds=60) as stage:
        [(account, agent)] = stage.phones.items()
        agent.answers = Answer.never()
        [login] = [each.login for each in stage.colleagues() if each.account == account]
        await page.goto(stage.address)
        await page.get_by_label("Login").fill(login)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.locator(".state-button")).to_contain_text("Ready")

        customer = stage.customers()[0]
        since = agent.mark()
        async with stage.caller_phone(customer) as caller:
            await caller.dial(SALES_NUMBER)
            await agent.wait_for(PhoneEventKind.INCOMING, timeout=20, since=since)
            await expect(page.locator("#caller")).to_have_text(customer.name)
            await expect(page.locator(".phase")).to_have_text("Ringing")
            await expect(page.locator(".phone-lamp")).to_contain_text("ringing")
            await picture(page, "call-ringing")
            await agent.answer()
            await expect(page.locator(".phase")).to_have_text("Talking")
            await page.keyboard.press("n")
            await page.keyboard.type(NOTE)
            await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
            await picture(page, "call-talking")
            # Typing must not hang up: the note has an h in it. Outside of it the key does.
            await page.keyboard.press("Escape")
            hung_up = agent.mark(), caller.mark()
            await page.keyboard.press("h")
            await agent.wait_for(PhoneEventKind.CLOSED, timeout=20, since=hung_up[0])
            await caller.wait_for(PhoneEventKind.CLOSED, timeout=20, since=hung_up[1])
            await expect(page.locator(".phase")).to_have_text("Ended")

        await expect(page.locator(".state-button")).to_contain_text("Wrap-up")
        await page.get_by_label("Outcome").select_option(label="Order or offer")
        await page.get_by_label("Follow-up", exact=True).check()
        await expect(page.get_by_label("Day of the follow-up")).to_be_visible()
        await expect(page.locator(".call .tasks")).to_contain_text(NOTE)
        await picture(page, "call-wrap-up")
        await page.get_by_role("button", name="Done", exact=True).click()
        await expect(page.locator(".state-button")).to_contain_text("Ready")
        # What was kept is on the server: another page, or a reload, shows the same.
        await page.reload()
        await expect(page.get_by_label("Note")).to_have_value(NOTE)
        await expect(page.get_by_label("Outcome")).to_have_value("order")
        await expect(page.get_by_label("Follow-up", exact=True)).to_be_checked()
        await page.get_by_role("link", name="Story of the call").click()
        await expect(page.locator(".story li").last).to_contain_text("Ended by the agent")
        await expect(page.locator(".story")).to_contain_text("ready for the longest time")
        await picture(page, "call-story")

        await page.go_back()
        await page.locator("#caller a").click()
        timeline = page.locator(".timeline li")
        await expect(timeline.filter(has_text="Called us").first).to_contain_text("Answered")
        await expect(timeline.filter(has_text="Order or offer")).to_contain_text(NOTE)
        await picture(page, "call-on-the-timeline")
