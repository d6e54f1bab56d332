"""The panel in a real Chromium, against the real web and database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from accounts.users import Role, User
from queue_router.states import Wanted
from tests.panel.pictures import SIZES, picture
from tests.web.house import House, Person, call_facts, desk_call

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture
async def anna(house: House) -> Person:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    return anna


async def sign_in(house: House, page: Page) -> None:
    await page.goto(str(house.client.make_url("/")))
    await page.get_by_label("Login").fill("anna")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".state-button")).to_contain_text("Ready")


async def test_signing_in_and_out(house: House, page: Page, anna: Person) -> None:
    await page.goto(str(house.client.make_url("/")))
    await page.get_by_label("Login").fill("anna")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not fit")
    await picture(page, "sign-in-refused")
    await sign_in(house, page)
    await expect(page.get_by_role("heading", name="Waiting for a call")).to_be_visible()
    await picture(page, "idle-empty")
    await page.reload()
    await expect(page.locator(".state-button")).to_contain_text("Ready")
    await page.get_by_role("button", name="My account: Anna").click()
    await page.get_by_role("menuitem", name="Sign out", exact=True).click()
    await expect(page.get_by_label("Login")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Login")).to_be_visible()


async def test_a_token_signs_in(house: House, page: Page, anna: Person) -> None:
    await page.goto(str(house.client.make_url("/")))
    await page.get_by_role("button", name="Use a token instead").click()
    await page.get_by_label("Token", exact=True).fill(anna.token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".state-button")).to_contain_text("Ready")


async def test_my_state_with_reasons(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page)
    await page.locator(".state-button").click()
    await picture(page, "state-menu", SIZES[:1])
    await page.get_by_role("menuitem", name="Lunch").click()
    await expect(page.locator(".state-button")).to_contain_text("Lunch")
    agent = house.services.agents.find(anna.id)
    assert agent is not None
    assert (agent.wanted, agent.wanted_reason) == (Wanted.NOT_READY, "lunch")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await page.keyboard.press("s")
    await page.get_by_role("menuitem", name="Ready", exact=True).click()
    await expect(page.locator(".state-button")).to_contain_text("Ready")
    house.services.agents.phone_is("1001", reachable=False)
    await expect(page.get_by_role("status").filter(has_text="not registered")).to_be_visible()
    await expect(page.get_by_role("menu")).to_have_count(0)
    await picture(page, "no-phone")


async def test_the_record_is_there_while_it_rings(house: House, page: Page, anna: Person) -> None:
    now = house.services.clock.now()
    contact = await house.add_contact("สมชาย ใจดี (Somchai)", "02 123 4567", company="Siam Foods Co.")
    for index in range(14):
        await house.record(*call_facts(f"{index}.1", at=now - timedelta(days=2 * index + 1, minutes=17 * index)))
    await sign_in(house, page)
    house.services.desks.offer(anna.id, desk_call(now, (contact, "สมชาย ใจดี (Somchai)", "Siam Foods Co.")))
    await expect(page.locator("#caller")).to_have_text("สมชาย ใจดี (Somchai)")
    stage = page.locator(".stage")
    for text in ("Ringing", "021234567", "Siam Foods Co.", "sales", "waited 0:", "dialled 029990000"):
        await expect(stage).to_contain_text(text)
    await expect(stage.locator(".timeline li")).to_have_count(12)
    await expect(page).to_have_title("☎ สมชาย ใจดี (Somchai)")
    await picture(page, "ringing")
    assert await rows_in_sight(page, ".timeline li") >= 10

    # On any other page it shows at the top.
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page).to_have_url(re.compile(r"/calls$"))
    await expect(page.locator(".bar.ringing")).to_contain_text("สมชาย ใจดี (Somchai)")
    await picture(page, "ringing-elsewhere")
    await page.locator(".bar.ringing").click()

    house.services.desks.answer(anna.id, "main-1764.9", house.services.clock.now())
    await expect(stage).to_contain_text("Talking")
    await expect(page).to_have_title("Ringdesk")
    await picture(page, "talking")
    # It goes on at the top of any other page, and can be hung up there; here no phone talks, which is said.
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page.locator(".bar.talking")).to_contain_text("สมชาย ใจดี (Somchai)")
    await page.keyboard.press("h")
    await expect(page.locator(".bar.talking").get_by_role("alert")).to_contain_text("not talking at your phone")
    await picture(page, "talking-elsewhere")
    await page.locator(".bar.talking .bar-link").click()
    house.services.desks.end(anna.id, "main-1764.9", house.services.clock.now() + timedelta(seconds=94))
    await expect(stage).to_contain_text("talked 1:3")
    await picture(page, "ended")
    await page.keyboard.press("Escape")
    await expect(stage).to_contain_text("Waiting for a call")


async def test_several_with_one_number_are_a_choice(house: House, page: Page, anna: Person) -> None:
    now = house.services.clock.now()
    people = ("Arun", "Malee")
    ids = [await house.add_contact(name, "021234567") for name in people]
    await sign_in(house, page)
    callers = [(id, name, "Siam Foods Co.") for id, name in zip(ids, people, strict=True)]
    house.services.desks.offer(anna.id, desk_call(now, *callers))
    await expect(page.locator(".choices")).to_contain_text("2 people have this number")
    await picture(page, "choice")
    await page.get_by_label("Malee").check()
    await expect(page.locator("#caller")).to_have_text("Malee")


async def test_an_unknown_caller_becomes_a_contact(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now(), number="+6629998877"))
    await page.get_by_label("Name of the caller").fill("<b>Nok</b>")
    await picture(page, "unknown")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#caller")).to_have_text("<b>Nok</b>")
    assert await page.locator("#caller b").count() == 0


async def test_lists_and_their_pages(house: House, page: Page, anna: Person) -> None:
    now = house.services.clock.now()
    contact = await house.add_contact("Somchai Jaidee", "02 123 4567", company="Siam Foods Co.")
    for index in range(30):
        await house.record(*call_facts(f"{index}.1", at=now - timedelta(hours=5 * index + 1)))
        await house.add_contact(f"Person {index:02}", f"+668{index:08}", company="Somewhere Ltd")
    async with house.database.transaction() as session:
        (await session.get_one(User, anna.id)).role = Role.MANAGER
    await sign_in(house, page)
    await page.get_by_role("link", name="Calls").click()
    await expect(page.locator("tbody tr")).to_have_count(30)
    await picture(page, "calls")
    assert await rows_in_sight(page, "tbody tr") >= 15
    await page.get_by_role("button", name="Missed").click()
    await expect(page.locator(".note")).to_contain_text("No call fits")
    await picture(page, "calls-none")
    await page.get_by_role("button", name="Show all calls").click()
    await page.get_by_label("Day").fill((now - timedelta(hours=1)).astimezone().strftime("%Y-%m-%d"))
    await expect(page).to_have_url(re.compile("day="))
    await expect(page.locator("tbody tr").first).to_be_visible()
    await page.get_by_role("button", name="Mine").click()
    await expect(page.get_by_role("button", name="Mine")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Mine").click()
    await page.get_by_label("Day").fill("")
    await expect(page.locator("tbody tr")).to_have_count(30)
    await page.locator("tbody tr").nth(3).click()
    await expect(page.locator(".story li").first).to_contain_text("021234567 dialled 029990000")
    await expect(page.locator(".story li").last).to_contain_text("Answered")
    await picture(page, "call")

    await page.get_by_role("link", name="Contacts", exact=True).click()
    await expect(page.locator("tbody tr")).to_have_count(31)
    await picture(page, "contacts")
    await page.keyboard.press("/")
    await page.keyboard.type("jaidee")
    await expect(page.get_by_role("option")).to_have_count(1)
    await picture(page, "search")
    await page.keyboard.press("Enter")
    await expect(page.locator("#contact-name")).to_have_text("Somchai Jaidee")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Somchai Jaidee")
    await expect(page).to_have_url(re.compile(rf"/contacts/{contact}$"))
    await expect(page.locator(".timeline li")).to_have_count(30)
    await picture(page, "contact")
    assert await rows_in_sight(page, ".timeline li") >= 10


async def test_a_contact_is_changed_where_it_stands(house: House, page: Page, anna: Person) -> None:
    contact = await house.add_contact("Somchai", "02 123 4567", company="Siam Foods Co.")
    async with house.database.transaction() as session:
        await house.services.crm.tasks.create(
            session,
            title="Send the price list",
            now=house.services.clock.now(),
            due_at=house.services.clock.now() + timedelta(days=1),
            contact_id=contact,
            creator_id=anna.id,
            assignee_id=anna.id,
        )
    await sign_in(house, page)
    await page.goto(str(house.client.make_url(f"/contacts/{contact}")))
    for label, text in (
        ("Name", "Somchai <b>Jaidee</b>"),
        ("Company", "Siam Foods Ltd"),
        ("E-mail", "somchai@siam.example"),
        ("Tags", "VIP, Thai"),
    ):
        field = page.get_by_label(label, exact=True)
        await field.fill(text)
        await field.press("Tab")
    await expect(page.locator("#contact-name")).to_have_text("Somchai <b>Jaidee</b>")
    numbers = page.get_by_label("Numbers", exact=True)
    await numbers.fill("02 123 4567\nnone at all")
    await numbers.press("Control+Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Not saved")
    await expect(numbers).to_have_value("02 123 4567\nnone at all")
    await numbers.fill("02 123 4567\n081 234 5678")
    await numbers.press("Control+Enter")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.get_by_placeholder("Write a note").fill("Prefers mornings")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.locator(".timeline li").first).to_contain_text("Prefers mornings")
    await page.get_by_label("Done: Send the price list").click()
    await expect(page.get_by_label("Done: Send the price list")).to_be_checked()
    await expect(page.get_by_label("Done: Send the price list")).to_be_enabled()
    await picture(page, "contact-changed")
    await page.reload()
    await expect(page.get_by_label("Tags", exact=True)).to_have_value("VIP, Thai")
    await expect(page.get_by_label("E-mail", exact=True)).to_have_value("somchai@siam.example")
    await expect(page.get_by_label("Company", exact=True)).to_have_value("Siam Foods Ltd")
    await expect(numbers).to_have_value("02 123 4567\n081 234 5678")
    await expect(page.locator(".tasks")).to_have_count(0)
    await page.get_by_role("button", name="Notes", exact=True).click()
    await expect(page.locator(".timeline li")).to_have_count(1)


async def test_a_company_that_calls_is_shown_as_that_company(house: House, page: Page, anna: Person) -> None:
    async with house.database.transaction() as session:
        await house.services.crm.companies.create(
            session, name="Siam Foods Co.", numbers=["02 999 8877"], now=house.services.clock.now()
        )
    await sign_in(house, page)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now(), number="+6629998877"))
    await expect(page.locator("#caller")).to_have_text("Siam Foods Co.")
    await expect(page.get_by_label("Company", exact=True).first).to_have_value("Siam Foods Co.")
    await picture(page, "company")
    await page.get_by_label("Name of the caller").fill("Nok")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#caller")).to_have_text("Nok")
    await expect(page.locator(".person")).to_contain_text("Siam Foods Co.")


@pytest.mark.parametrize(("language", "waiting"), [("ไทย", "รอสาย"), ("Русский", "Ждём звонка")])
async def test_other_languages(house: House, page: Page, anna: Person, language: str, waiting: str) -> None:
    await sign_in(house, page)
    await page.get_by_role("button", name="My account: Anna").click()
    await page.get_by_role("menuitem", name=language).click()
    await picture(page, f"menu-{language}", SIZES[:1])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name=waiting)).to_be_visible()
    contact = await house.add_contact("Ольга Смирнова", "02 123 4567", company="ООО «Вектор»")
    await house.record(*call_facts("1.1", at=house.services.clock.now() - timedelta(hours=30)))
    house.services.desks.offer(
        anna.id, desk_call(house.services.clock.now(), (contact, "Ольга Смирнова", "ООО «Вектор»"))
    )
    await expect(page.locator("#caller")).to_be_visible()
    await picture(page, f"ringing-{language}")
    await page.locator('.rail-link[href="/calls"]').click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await picture(page, f"calls-{language}")
    await page.locator("tbody tr").first.click()
    await expect(page.locator(".story li").first).to_be_visible()
    await picture(page, f"call-{language}")
    await page.reload()  # the choice is kept
    await expect(page.locator("html")).to_have_attribute("lang", re.compile("th|ru"))


async def test_the_keyboard_is_explained(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("My state")
    await picture(page, "keys")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def rows_in_sight(page: Page, selector: str) -> int:
    """How many of them are wholly on the screen."""
    script = """selector => [...document.querySelectorAll(selector)]
        .filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"""
    return int(await page.evaluate(script, selector))
