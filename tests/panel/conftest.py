from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.tools import missing, require_tool
from tests.web.conftest import clock, house, timeless_house  # noqa: F401 - fixtures
from web.page_files import is_built

expect.set_options(timeout=30_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def built_panel() -> None:
    """The panel, as `make panel` builds it."""
    if not is_built():
        missing("the built panel: run `make panel`")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = require_tool("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(chromium.path), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(built_panel: None, browser: Browser) -> AsyncIterator[Page]:
    """A page whose scripts may not fail, nor break the policy under which they run."""
    page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="en-GB")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield page
    assert faults == []
