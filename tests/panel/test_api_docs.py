"""The API's documentation in a real browser: it shows every operation, and breaks no policy."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from accounts.users import Role
from tests.web.house import House

pytestmark = pytest.mark.browser
PASSWORD = "a long enough password"


@pytest.fixture
async def docs(house: House, browser: Browser) -> AsyncIterator[Page]:
    """The page, whose scripts may not fail, break the policy under which they run, or ask anybody else for anything."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    page = await context.new_page()
    faults: list[str] = []
    own = str(house.client.make_url("/"))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    page.on("request", lambda request: None if request.url.startswith((own, "data:")) else faults.append(request.url))
    yield page
    assert faults == []
    await context.close()


async def test_every_operation_is_shown(house: House, docs: Page) -> None:
    await docs.goto(str(house.client.make_url("/api/docs")))
    await expect(docs.get_by_role("status")).to_contain_text("Nobody is signed in")
    document = await (await house.client.get("/api/v1/openapi.json")).json()
    operations = [(path, method) for path, methods in document["paths"].items() for method in methods]
    for tag in document["tags"]:
        await docs.locator(f"#operations-tag-{tag['name']}").click()
    await expect(docs.locator(".opblock")).to_have_count(len(operations))


async def test_a_request_is_tried_with_the_session_of_the_browser(house: House, docs: Page) -> None:
    await house.add_person("boss", Role.ADMIN, password=PASSWORD)
    await docs.goto(str(house.client.make_url("/api/docs")))
    signed_in = await docs.evaluate(
        """async (password) => (await fetch("/api/v1/session", {
            method: "POST", body: JSON.stringify({ login: "boss", password }),
        })).status""",
        PASSWORD,
    )
    assert signed_in == 201
    await docs.goto(str(house.client.make_url("/api/docs#/teams/post_teams")))
    await docs.reload()
    await expect(docs.get_by_role("status")).to_contain_text("Signed in as boss (admin)")
    operation = docs.locator("#operations-teams-post_teams")
    await operation.get_by_role("button", name="Try it out").click()
    await operation.get_by_role("textbox").fill('{"name": "Night shift"}')
    await operation.get_by_role("button", name="Execute").click()
    await expect(operation.locator(".live-responses-table td.response-col_status").last).to_have_text("201")
    await expect(operation.locator(".live-responses-table")).to_contain_text("Night shift")
