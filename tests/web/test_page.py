"""The bare page in a real Chromium, against the real web and database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from accounts.sessions import end_sessions_of
from queue_router.states import Wanted
from tests.tools import require_tool
from tests.web.house import House, Person, call_facts, desk_call
from web.live import LIVE

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=30_000)
PASSWORD = "correct horse battery"
PICTURES = os.environ.get("RINGDESK_SCREENSHOTS")
"""Where pictures of the page are kept, to be looked at. None are made without it."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = require_tool("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(chromium.path), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield page
    assert faults == []


@pytest.fixture
async def anna(house: House) -> Person:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    return anna


async def picture(page: Page, name: str) -> None:
    if PICTURES is None:
        return
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width, height in ((1366, 768), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}-{width}.png")
    await page.set_viewport_size({"width": 1366, "height": 768})


async def sign_in(house: House, page: Page, person: Person) -> None:
    await page.goto(str(house.client.make_url("/bare")))
    await page.get_by_label("Token").fill(person.token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("#connection")).to_have_attribute("data-connection", "live")


async def test_signing_in(house: House, page: Page, anna: Person) -> None:
    await page.goto(str(house.client.make_url("/bare")))
    await picture(page, "sign-in")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("Type your login and password first.")
    await page.get_by_label("Token").fill("rdk_wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("not valid")
    await picture(page, "sign-in-refused")
    await page.get_by_label("Token").fill(anna.token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("#me")).to_have_text("Anna")
    await expect(page.locator("#state-word")).to_have_text("Ready")
    await expect(page.get_by_text("Calls that rang at your phone are listed here.")).to_be_visible()
    await picture(page, "idle")
    await page.reload()
    await expect(page.locator("#state-word")).to_have_text("Ready")
    await page.get_by_role("button", name="Sign out").click()
    await page.reload()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def by_password(page: Page, login: str, password: str) -> None:
    await page.get_by_label("Login", exact=True).fill(login)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_signing_in_with_login_and_password(house: House, page: Page, anna: Person) -> None:
    address = str(house.client.make_url("/bare"))
    await page.goto(address)
    await by_password(page, "anna", "wrong password")
    await expect(page.get_by_role("alert")).to_have_text("login and password do not fit")
    await picture(page, "password-refused")
    await by_password(page, "anna", PASSWORD)
    await expect(page.locator("#me")).to_have_text("Anna")
    # A change by session, with its CSRF token; after a reload as well.
    for name, word in (("Pause calls", "Not ready"), ("Take calls", "Ready")):
        await page.get_by_role("button", name=name).click()
        await expect(page.locator("#state-word")).to_have_text(word)
        await page.reload()
        await expect(page.locator("#state-word")).to_have_text(word)
    # No script can read what a thief would need.
    assert await page.evaluate("document.cookie") == ""
    assert await page.evaluate("JSON.stringify([sessionStorage, localStorage])") == "[{},{}]"

    other = await page.context.new_page()
    await other.goto(address)
    await expect(other.locator("#me")).to_have_text("Anna")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Login", exact=True)).to_be_visible()
    await expect(other.get_by_role("alert")).to_contain_text("Your session has ended")
    await other.reload()
    await expect(other.get_by_label("Login", exact=True)).to_be_visible()


async def test_a_session_that_ends_in_the_middle_of_a_call(house: House, page: Page, anna: Person) -> None:
    await page.goto(str(house.client.make_url("/bare")))
    await by_password(page, "anna", PASSWORD)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now()))
    house.services.desks.answer(anna.id, "main-1764.9", house.services.clock.now())
    await expect(page.locator("#stage")).to_contain_text("Talking")
    async with house.database.transaction() as session:
        await end_sessions_of(session, anna.id, house.services.clock.now())
    house.app[LIVE].look_again(anna.id)
    await expect(page.get_by_role("alert")).to_contain_text("a call that goes on is still there")
    await by_password(page, "anna", PASSWORD)
    await expect(page.locator("#stage")).to_contain_text("Talking")


async def test_my_state(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page, anna)
    await page.get_by_role("button", name="Pause calls").click()
    await expect(page.locator("#state-word")).to_have_text("Not ready")
    await picture(page, "not-ready")
    agent = house.services.agents.find(anna.id)
    assert agent is not None
    assert agent.wanted is Wanted.NOT_READY
    await page.get_by_role("button", name="Take calls").click()
    await expect(page.locator("#state-word")).to_have_text("Ready")
    house.services.agents.phone_is("1001", reachable=False)
    await expect(page.locator("#notice")).to_contain_text("not registered")
    await picture(page, "no-phone")


async def test_the_callers_record_is_on_the_page_as_the_phone_rings(house: House, page: Page, anna: Person) -> None:
    now = house.services.clock.now()
    contact = await house.add_contact("สมชาย ใจดี (Somchai)", "02 123 4567", company="Siam Foods Co.")
    for index in range(14):
        await house.record(*call_facts(f"{index}.1", at=now - timedelta(days=2 * index + 1, minutes=17 * index)))
    await sign_in(house, page, anna)
    await expect(page.locator("#calls > li")).to_have_count(14)

    house.services.desks.offer(anna.id, desk_call(now, (contact, "สมชาย ใจดี (Somchai)", "Siam Foods Co.")))
    await expect(page.locator("#caller")).to_have_text("สมชาย ใจดี (Somchai)")
    stage = page.locator("#stage")
    for text in ("Ringing", "021234567", "Siam Foods Co.", "sales", "waited 0:0", "dialled 029990000"):
        await expect(stage).to_contain_text(text)
    await expect(page.locator(".history .rows > li")).to_have_count(10)
    await expect(page).to_have_title("☎ สมชาย ใจดี (Somchai)")
    await picture(page, "ringing")

    house.services.desks.answer(anna.id, "main-1764.9", house.services.clock.now())
    await expect(stage).to_contain_text("Talking")
    await expect(page).to_have_title("Ringdesk")
    await picture(page, "talking")
    house.services.desks.end(anna.id, "main-1764.9", house.services.clock.now() + timedelta(seconds=94))
    await expect(stage).to_contain_text("talked 1:3")
    await picture(page, "ended")
    await page.keyboard.press("Escape")
    await expect(stage).to_contain_text("Waiting for a call")


async def test_several_people_on_a_number_are_a_choice(house: House, page: Page, anna: Person) -> None:
    people = [
        (await house.add_contact(name, "02 123 4567", company=company), name, company)
        for name, company in (("Anong <b>Srisuk</b>", "Siam Foods Co."), ("Wichai", None), ("Борис Ёлкин", "Вектор"))
    ]
    await house.record(*call_facts())
    await sign_in(house, page, anna)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now(), *people))
    await expect(page.get_by_role("radio")).to_have_count(3)
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await expect(page.get_by_text("Choose who is calling")).to_be_visible()
    # Markup in a name is text.
    await expect(page.get_by_text("Anong <b>Srisuk</b>")).to_be_visible()
    await picture(page, "several")
    await page.get_by_label("Борис Ёлкин").check()
    await expect(page.locator("#caller")).to_have_text("Борис Ёлкин")
    await expect(page.locator(".history .rows > li")).to_have_count(1)
    await picture(page, "several-chosen")


async def test_callers_whom_nobody_knows(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page, anna)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now()))
    await expect(page.locator("#caller")).to_have_text("Somchai")
    await expect(page.get_by_text("Nobody among the contacts has this number.")).to_be_visible()
    await picture(page, "unknown")
    withheld = desk_call(house.services.clock.now(), call="1764.10", number=None)
    withheld.caller_name = None
    house.services.desks.offer(anna.id, withheld)
    await expect(page.locator("#caller")).to_have_text("Number withheld")


async def test_a_popup_ends_by_itself(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page, anna)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now()))
    await expect(page.locator("#stage")).to_contain_text("Ringing")
    house.services.desks.stop_ringing(anna.id, "main-1764.9", "answered_elsewhere", house.services.clock.now())
    await expect(page.locator("#stage")).to_contain_text("somebody else answered")
    await picture(page, "gone")
    await expect(page.locator("#stage")).to_contain_text("Waiting for a call", timeout=30_000)

    # Also where nobody tells of its end: it rang until ten seconds ago, and so it can't ring any more.
    call = desk_call(house.services.clock.now() - timedelta(seconds=27), call="1764.10")
    house.services.desks.offer(anna.id, call)
    await expect(page.locator("#stage")).to_contain_text("its end was not heard")


async def test_the_page_says_that_it_is_offline_and_comes_back(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page, anna)
    await page.context.set_offline(True)
    await asyncio.gather(*(screen.go_away() for screen in house.app[LIVE].open))
    await expect(page.locator("#offline")).to_be_visible()
    await expect(page.locator("#offline")).to_contain_text("No connection to the service since")
    await expect(page.get_by_role("button", name="Pause calls")).to_be_disabled()
    await picture(page, "offline")
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now()))
    await page.context.set_offline(False)
    await expect(page.locator("#stage")).to_contain_text("Ringing", timeout=30_000)
    await expect(page.locator("#offline")).to_be_hidden()
