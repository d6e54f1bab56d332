"""axe-core finds nothing serious on any page of the panel, in the light and in the dark."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from accounts.users import Role
from queue_router.states import Wanted
from tests.panel.test_board import open_panel, staff, wait_in
from tests.tools import missing
from tests.web.house import House, call_facts, desk_call

pytestmark = pytest.mark.browser

AXE = Path("web/panel/node_modules/axe-core/axe.min.js").resolve()
PASSWORD = "correct horse battery"
LOOK = """async rules => {
    const ends = each => each.effect.getComputedTiming().iterations !== Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map(each => each.finished));
    const only = rules && {runOnly: {type: 'rule', values: rules}};
    const {violations} = await axe.run(document, {resultTypes: ['violations'], ...only});
    return violations.filter(each => ['serious', 'critical'].includes(each.impact)).flatMap(each =>
        each.nodes.map(node => `${each.id}: ${each.help}\\n    ${node.target} ${node.html.slice(0, 200)}`
            + `\\n    ${node.failureSummary.split('\\n').slice(1, 2)}`));
}"""


class Eyes:
    """Looks at a page as axe-core does, and remembers what it found."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.findings: list[str] = []

    async def look(self, what: str) -> None:
        """At what is on the page once all fading is over: in the middle of it anything has any contrast."""
        for scheme, rules in (("light", None), ("dark", ["color-contrast"])):
            await self._page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            await expect(self._page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
            found: list[str] = await self._page.evaluate(LOOK, rules)
            self.findings += [f"{what}, {scheme}: {each}" for each in found]
        await self._page.emulate_media(color_scheme="light")

    def must_have_found_nothing(self) -> None:
        assert not self.findings, "\n".join(["", *self.findings])


@pytest.fixture
async def eyes(page: Page) -> Eyes:
    if not AXE.exists():
        missing("axe-core: run `make panel`, which installs it")
    await page.emulate_media(reduced_motion="reduce")
    await page.add_init_script(path=AXE)
    return Eyes(page)


async def test_signing_in(house: House, page: Page, eyes: Eyes) -> None:
    await page.goto(str(house.client.make_url("/")))
    await page.get_by_label("Login").fill("nobody")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await eyes.look("sign-in")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await eyes.look("sign-in refused")
    eyes.must_have_found_nothing()


async def test_an_agents_pages(house: House, page: Page, eyes: Eyes) -> None:
    people = await staff(house)
    anna = people["anna"]
    now = house.services.clock.now()
    somchai = await house.add_contact("สมชาย ใจดี (Somchai)", "02 123 4567", company="Siam Foods Co.")
    await house.add_contact("Malee", "02 123 4567")
    for index in range(4):
        await house.record(*call_facts(f"{index}.1", at=now - timedelta(days=index, minutes=5)))
    desks = house.services.desks
    await open_panel(house, page, "anna")
    await expect(page.locator(".phase")).to_have_text("Ended")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Waiting for a call")).to_be_visible()
    await eyes.look("desk, idle")
    await page.locator(".state-button").click()
    await expect(page.get_by_role("menuitem", name="Lunch")).to_be_visible()
    await eyes.look("my state")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await page.get_by_role("button", name="My account").click()
    await expect(page.get_by_role("menuitem", name="Dark")).to_be_visible()
    await eyes.look("my account")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)

    desks.offer(anna.id, desk_call(now, (somchai, "สมชาย ใจดี (Somchai)", "Siam Foods Co.")))
    await expect(page.locator(".stage .timeline li").first).to_be_visible()
    await eyes.look("desk, ringing")
    desks.answer(anna.id, "main-1764.9", now)
    await expect(page.locator(".phase")).to_have_text("Talking")
    await eyes.look("desk, talking")
    desks.end(anna.id, "main-1764.9", house.services.clock.now())
    await expect(page.locator(".phase")).to_have_text("Ended")
    await eyes.look("desk, ended")
    desks.offer(anna.id, desk_call(now, call="1764.10", number="+6629998877"))
    await expect(page.get_by_label("Name of the caller")).to_be_visible()
    await eyes.look("desk, unknown caller")
    desks.offer(anna.id, desk_call(now, (1, "Somchai", None), (2, "Malee", None), call="1764.11"))
    await expect(page.locator(".choices")).to_be_visible()
    await eyes.look("desk, several callers")

    await page.goto(str(house.client.make_url("/calls")))
    await expect(page.locator(".calls-table tbody tr")).not_to_have_count(0)
    await eyes.look("calls")
    await page.goto(str(house.client.make_url("/calls/main-0.1")))
    await expect(page.locator(".story li").last).to_be_visible()
    await eyes.look("call")
    await page.goto(str(house.client.make_url("/contacts")))
    await expect(page.locator(".contacts-table tbody tr")).to_have_count(2)
    await eyes.look("contacts")
    await page.goto(str(house.client.make_url(f"/contacts/{somchai}")))
    await expect(page.locator(".timeline li").first).to_be_visible()
    await eyes.look("contact")

    wait_in(house, "sales", "1764.102", 61, "Somchai")
    wait_in(house, "support", "1764.103", 61, None, (somchai, "สมชาย ใจดี (Somchai)"))
    await page.goto(str(house.client.make_url("/board")))
    await expect(page.locator(".board-callers tbody tr")).to_have_count(4)  # two ring
    await eyes.look("board")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await eyes.look("keyboard")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("ma")
    await expect(page.get_by_role("option", name="Malee")).to_be_visible()
    await eyes.look("palette")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(str(house.client.make_url("/board")))
    await expect(page.locator(".board-callers tbody tr")).to_have_count(4)
    await eyes.look("board on a phone")
    eyes.must_have_found_nothing()


async def test_an_admins_pages(house: House, page: Page, eyes: Eyes) -> None:
    root = await house.add_person("root", Role.ADMIN, password=PASSWORD)

    async def add(collection: str, body: dict[str, Any]) -> None:
        async with house.client.post(f"/api/v1/{collection}", json=body, headers=root.headers) as response:
            assert response.status == 201, await response.text()

    await add("phones", {"account": "1001", "name": "Anna"})
    await add("queues", {"name": "sales", "label": "Sales", "members": ["1001"]})
    await add("numbers", {"number": "+6621234567", "destination": {"kind": "queue", "queue": "sales"}})
    await add("teams", {"name": "Inbound", "members": [root.id]})
    await open_panel(house, page, "root", "/admin")
    for name in ("users", "teams", "phones", "numbers", "queues"):
        await page.goto(str(house.client.make_url(f"/admin/{name}")))
        await expect(page.locator(".admin-table tbody tr").first).to_be_visible()
        await eyes.look(f"admin, {name}")
        await page.locator(".admin-table tbody tr a").first.click()
        await expect(page.get_by_role("button", name="Save")).to_be_visible()
        await eyes.look(f"admin, one of {name}")
    eyes.must_have_found_nothing()


async def test_a_desk_without_calls_and_without_a_connection(house: House, page: Page, eyes: Eyes) -> None:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    house.services.agents.phone_is("1001", reachable=False)
    await open_panel(house, page, "anna")
    await expect(page.get_by_role("status").filter(has_text="not registered")).to_be_visible()
    await eyes.look("desk, no phone")
    await page.goto(str(house.client.make_url("/nowhere")))
    await page.goto(str(house.client.make_url("/contacts/999")))
    await expect(page.get_by_role("alert")).to_be_visible()
    await eyes.look("nothing there")
    await house.client.close()
    await expect(page.locator("#offline")).to_be_visible()
    await eyes.look("offline")
    eyes.must_have_found_nothing()
