"""A real call of a real phone, and the caller's record on the panel while the agent's desk phone rings."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind
from ringdesk.demo.stage import Stage
from tests.panel.pictures import picture

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.slow]


async def test_the_record_is_on_the_panel_while_the_phone_rings(page: Page, tmp_path: Path) -> None:
    async with Stage(tmp_path / "state", staff=1, callers=4, wrap_up_seconds=60) as stage:
        [agent] = stage.phones.values()
        agent.answers = Answer.never()
        [token] = stage.sign_ins.agents.values()
        await page.goto(stage.address)
        await page.get_by_role("button", name="Use a token instead").click()
        await page.get_by_label("Token", exact=True).fill(token)
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
            await page.keyboard.type("Wants the price list, call back on Friday")
            await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
            await picture(page, "call-talking")
            await caller.hangup()
            await expect(page.locator(".phase")).to_have_text("Ended")

        await expect(page.locator(".state-button")).to_contain_text("Wrap-up")
        await picture(page, "call-wrap-up")
        await page.get_by_role("button", name="Done").click()
        await expect(page.locator(".state-button")).to_contain_text("Ready")
        await expect(page.get_by_label("Note")).to_have_value("Wants the price list, call back on Friday")
        await page.reload()
        await expect(page.get_by_label("Note")).to_have_value("Wants the price list, call back on Friday")
        await page.get_by_role("link", name="Story of the call").click()
        await expect(page.locator(".story li").last).to_contain_text("Ended")
        await expect(page.locator(".story")).to_contain_text("ready for the longest time")
        await picture(page, "call-story")
