"""The page in a real Chromium while a real phone rings: who calls is there when it rings, and not after."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from ringdesk.demo.company import SALES_NUMBER, customers
from ringdesk.demo.softphone import Answer, PhoneEventKind
from tests.end_to_end.house import House, established
from tests.tools import require_tool

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.slow]

expect.set_options(timeout=30_000)
Kind = PhoneEventKind
SOMCHAI, ARUNEE, *_ = customers(4)
STRANGER = "+66899999999"
LATE_MS = 1000
"""How much later than the phone's first ring the record may be painted: Chromium shares two cores with all the rest."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = os.environ.get("RINGDESK_SCREENSHOTS")
"""Where pictures of the page are kept, to be looked at. None are made without it."""

WATCH = """
window.painted = {};
new MutationObserver(() => {
  const name = document.querySelector("#caller")?.textContent;
  if (!name || name in window.painted) return;
  window.painted[name] = null;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { window.painted[name] = Date.now(); };
    channel.port2.postMessage(null);
  });
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
"""Notes when each caller's name has been painted (epoch ms)."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = require_tool("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(chromium.path), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="en-GB")
    await page.add_init_script(WATCH)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert faults == []


async def picture(page: Page, name: str) -> None:
    """Nothing may be cut at the side, on a desk's screen or on a phone; with RINGDESK_SCREENSHOTS, pictures of it."""
    for width, height in ((1366, 768), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is {overflow} px wider than a screen of {width}"
        for scheme in ("light", "dark") if PICTURES else ():
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=Path(PICTURES or "") / f"call-{name}-{scheme}-{width}.png")
    await page.set_viewport_size({"width": 1366, "height": 768})


async def sign_in(house: House, page: Page, account: str) -> None:
    await page.goto(f"{house.address}/bare")
    await page.get_by_label("Token").fill(house.sign_ins.agents[account])
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("#connection")).to_have_attribute("data-connection", "live")


async def painted(page: Page, name: str) -> float:
    """When the caller's name was painted, in ms since the epoch."""
    handle = await page.wait_for_function("name => window.painted[name]", arg=name, timeout=30_000)
    return float(await handle.json_value())


async def test_the_record_is_on_the_page_when_the_phone_rings(page: Page) -> None:
    async with House() as house, house.ready_agent("1001") as agent:
        # They have called before: that is on the record, too.
        for _ in range(2):
            async with house.caller(SOMCHAI.number) as caller:
                await caller.dial(SALES_NUMBER)
                await established(agent)
                await caller.hangup()
            await house.ended_call_from(SOMCHAI.number)
            await house.reached("1001", "ready")
        await agent.wait_for(Kind.CLOSED, timeout=20)
        agent.answers = Answer.never()

        await sign_in(house, page, "1001")
        await expect(page.locator("#state-word")).to_have_text("Ready")
        await page.get_by_role("button", name="Close").click()  # the call before is still there
        await expect(page.locator("#stage h1")).to_have_text("Waiting for a call")
        await page.evaluate("window.painted = {}")
        await picture(page, "idle")

        mark = agent.mark()
        async with house.caller(SOMCHAI.number, name="S. Jaidee") as caller:
            await caller.dial(SALES_NUMBER)
            ring = await agent.wait_for(Kind.INCOMING, timeout=20, since=mark)
            shown_at = await painted(page, SOMCHAI.name)
            late = shown_at - 1000 * ring.at.timestamp()
            print(f"painted {late:+.0f} ms after the phone's ring")
            assert late <= LATE_MS
            await expect(page.locator("#state-word")).to_have_text("Offered")
            await expect(page.locator(".phase")).to_have_text("Ringing")
            await expect(page.locator("#stage")).to_contain_text(SOMCHAI.number)
            await expect(page.locator("#stage")).to_contain_text(SOMCHAI.company or "")
            await expect(page.locator(".history li")).to_have_count(2)
            assert SOMCHAI.name in await page.title()
            await picture(page, "ringing")

            await agent.answer(ring.call)
            await expect(page.locator(".phase")).to_have_text("Talking")
            await expect(page.locator("#state-word")).to_have_text("Talking")
            await picture(page, "talking")

            await caller.hangup()
            await expect(page.locator(".phase")).to_have_text("Ended")
            await expect(page.locator("#state-word")).to_have_text("Ready")
            await picture(page, "ended")
        await expect(page.locator("#calls li")).to_have_count(3)

        # The next one takes its place, and goes by itself when the caller gives up.
        mark = agent.mark()
        async with house.caller(STRANGER) as caller:
            await caller.dial(SALES_NUMBER)
            ring = await agent.wait_for(Kind.INCOMING, timeout=20, since=mark)
            shown_at = await painted(page, "Unknown caller")
            assert shown_at - 1000 * ring.at.timestamp() <= LATE_MS
            await expect(page.locator("#stage")).to_contain_text(STRANGER)
            await expect(page.locator("#stage")).not_to_contain_text(SOMCHAI.name)
            await picture(page, "stranger")
            await caller.hangup()
        await expect(page.locator(".phase")).to_have_text("No longer ringing")
        await expect(page.locator(".call-head")).to_contain_text("the caller gave up")
        await picture(page, "gave-up")
        await expect(page.locator("#stage h1")).to_have_text("Waiting for a call", timeout=30_000)


async def test_the_page_finds_its_call_again_after_the_service_was_gone(page: Page) -> None:
    async with (
        House(keeps_http_port=True) as house,
        house.ready_agent("1001") as agent,
        house.caller(ARUNEE.number, name="<b>อรุณี</b>") as caller,
    ):
        await sign_in(house, page, "1001")
        await caller.dial(SALES_NUMBER)
        ring = await agent.wait_for(Kind.INCOMING, timeout=20)
        await established(agent, call=ring.call)
        await expect(page.locator(".phase")).to_have_text("Talking")
        # The caller's own name for themselves is text, whatever it looks like.
        await expect(page.locator("#stage")).to_contain_text("<b>อรุณี</b>")
        assert await page.locator("#stage b").count() == 0

        await house.stop_service()
        await expect(page.locator("#offline")).to_be_visible()
        await expect(page.locator("#caller")).to_have_text(ARUNEE.name)  # it stays, marked as old
        await picture(page, "offline")
        await house.start_service()
        await expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
        await expect(page.locator(".phase")).to_have_text("Talking")
        await expect(page.locator("#caller")).to_have_text(ARUNEE.name)
        await caller.hangup()
        await expect(page.locator(".phase")).to_have_text("Ended")
        await picture(page, "thai-ended")
