"""Pictures of every page, taken from the demo with a real call: `make screenshots` writes them to docs/images.

Open them and look before a change to a page is called done.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from ringdesk.asterisk import tools
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind
from ringdesk.demo.stage import Stage

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZES = {"1366": (1366, 768), "390": (390, 844)}
COLOURS = ("light", "dark")
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EARLIER_CALLS = 2


async def main() -> None:
    """Set the stage with one agent who never answers by themselves, call, and take a picture of every state."""
    IMAGES.mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringdesk-")))
        stage = await stack.enter_async_context(Stage(state, staff=1, callers=12))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(tools.find("chromium").path), args=CHROMIUM)
        stack.push_async_callback(browser.close)
        pages = await _pages(browser, stage.address)
        await _take(pages, "sign-in")
        for page in pages.values():
            await page.fill("input", stage.sign_ins.agents["1001"])
            await page.keyboard.press("Enter")
            await page.get_by_text("Waiting for a call").wait_for()
        await _take(pages, "desk-waiting")
        for _ in range(EARLIER_CALLS):
            await _call(stage, pages, picture=False)
        await _call(stage, pages, picture=True)


async def _pages(browser: Browser, address: str) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    for size, (width, height) in SIZES.items():
        for colour in COLOURS:
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if colour == "dark" else "light",
                locale="en-GB",
            )
            pages[f"{size}-{colour}"] = page = await context.new_page()
            await page.goto(f"{address}/bare")
    return pages


async def _call(stage: Stage, pages: dict[str, Page], *, picture: bool) -> None:
    """One call of a customer, answered when its picture is taken, and its end."""
    [agent] = stage.phones.values()
    agent.answers = Answer.never()
    customer = stage.customers()[1]
    since = agent.mark()
    async with stage.caller_phone(customer) as caller:
        await caller.dial(SALES_NUMBER)
        await agent.wait_for(PhoneEventKind.INCOMING, timeout=20, since=since)
        for page in pages.values():
            await page.get_by_text("Ringing").first.wait_for()
        if picture:
            await _take(pages, "desk-ringing")
        await agent.answer()
        for page in pages.values():
            await page.get_by_text("Talking").first.wait_for()
        if picture:
            await _take(pages, "desk-talking")
        await caller.hangup()
        for page in pages.values():
            await page.get_by_text("Ended").first.wait_for()
        if picture:
            await _take(pages, "desk-ended")


async def _take(pages: dict[str, Page], name: str) -> None:
    for kind, page in pages.items():
        await page.screenshot(path=IMAGES / f"{name}-{kind}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
