"""The admin's pages in a real Chromium, over the real web and database; the Asterisk of these tests does not run."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from accounts.users import Role, User
from dialplan.stored import members_of
from dialplan.stored_tables import PhoneRow, QueueRow
from tests.panel.pictures import SIZES, picture
from tests.web.house import House, Person

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture
async def root(house: House) -> Person:
    return await house.add_person("root", Role.ADMIN, password=PASSWORD)


async def open_at(house: House, page: Page, path: str, login: str = "root") -> None:
    await page.goto(str(house.client.make_url(path)))
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".rail")).to_be_visible()


async def api(house: House, person: Person, method: str, path: str, body: Any = None) -> Any:
    response = await house.client.request(method, f"/api/v1/{path}", json=body, headers=person.headers)
    assert response.status < 300, await response.text()
    return await response.json() if response.status != 204 else None


async def furnish(house: House, root: Person) -> None:
    """A small centre: phones, two queues, a number, people."""
    for account, name in (("1001", "Anna"), ("1002", "Boris"), ("1003", "Reception")):
        await api(house, root, "POST", "phones", {"account": account, "name": name})
    await api(house, root, "POST", "queues", {"name": "sales", "label": "Sales", "members": ["1001", "1002"]})
    await api(house, root, "POST", "queues", {"name": "support", "label": "ฝ่ายบริการลูกค้า", "members": ["1002"]})
    await api(
        house, root, "POST", "numbers", {"number": "+6621234567", "destination": {"kind": "queue", "queue": "sales"}}
    )
    await api(
        house,
        root,
        "POST",
        "numbers",
        {"number": "+6629876543", "destination": {"kind": "queue", "queue": "support"}, "early_media": True},
    )
    await api(house, root, "POST", "teams", {"name": "Inbound", "members": []})
    for login, name, role, phone in (
        ("anna", "Anna Petrova", "agent", "1001"),
        ("boris", "Boris Lindqvist", "agent", "1002"),
        ("pim", "Pim Charoen", "supervisor", None),
        ("nadia", "Nadia Haddad", "manager", None),
    ):
        await api(house, root, "POST", "users", {"login": login, "name": name, "role": role, "phone": phone})
    house.services.agents.phone_is("1001", reachable=True)
    house.services.agents.phone_is("1002", reachable=False)


async def go(page: Page, section: str) -> None:
    """To a section of the admin's pages; return when it is there, and the one before is not."""
    await page.get_by_role("link", name=section, exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(section)


def row(page: Page, text: str) -> Locator:
    return page.locator(".admin-table tbody tr").filter(has_text=text)


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label).click()
    await page.get_by_role("option", name=option).click()


async def test_a_new_centre_says_what_each_page_is_for_and_is_set_up_from_there(
    house: House, page: Page, root: Person
) -> None:
    await open_at(house, page, "/admin/phones")
    await expect(page.get_by_text("No phones yet")).to_be_visible()
    await picture(page, "admin-phones-empty", SIZES[:1])
    await page.get_by_role("button", name="Add a phone").click()
    await expect(page.get_by_label("Extension")).to_have_value("1001")
    await expect(page.get_by_label("Extension")).to_be_focused()
    await page.get_by_label("Name", exact=True).fill("Reception")
    await page.keyboard.press("Enter")
    told = page.locator(".admin-once")
    await expect(told).to_contain_text("Shown now and never again")
    async with house.database.reading() as session:
        secret = await session.scalar(select(PhoneRow.secret).where(PhoneRow.account == "1001"))
    assert secret is not None
    for text in ("127.0.0.1", "1001", secret):
        await expect(told).to_contain_text(text)
    await picture(page, "admin-phone-secret")
    await told.get_by_role("button", name="Done").click()
    assert secret not in await page.content()

    await go(page, "Queues")
    await page.get_by_role("button", name="Add a queue").click()
    await page.get_by_label("Name", exact=True).fill("Front Desk")
    await expect(page.get_by_label("Short name")).to_have_value("front-desk")
    await page.get_by_role("combobox", name="Members").click()
    await page.get_by_role("option", name="1001 · Reception").click()
    await page.get_by_label("Short name").press("Enter")
    await expect(row(page, "Front Desk")).to_contain_text("Reception")

    await go(page, "Numbers")
    await page.get_by_role("button", name="Add a number").click()
    await page.get_by_label("Number", exact=True).fill("+66 2 123 4567")
    await expect(page.get_by_role("combobox", name="Queue")).to_have_value("Front Desk")
    await page.keyboard.press("Enter")
    await expect(row(page, "+6621234567")).to_contain_text("Front Desk")

    bar = page.locator(".publish")
    await expect(bar).to_contain_text("3 changes")
    await bar.get_by_role("button", name="Review").click()
    for sentence in (
        "Phone 1001 (Reception) is new.",
        "Queue front-desk (Front Desk) is new.",
        "Number +6621234567 is new and leads to the queue front-desk.",
    ):
        await expect(bar.locator("li").filter(has_text=sentence)).to_be_visible()
    await picture(page, "admin-review")
    await bar.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("alert")).to_contain_text("Asterisk works as before")
    await expect(page.get_by_role("alert")).to_contain_text("no Asterisk runs")
    await expect(bar).to_contain_text("3 changes")
    await picture(page, "admin-publish-failed")
    # A change that waits can be taken back by itself, unless something stands on it.
    await bar.get_by_role("button", name="Take back: Queue front-desk").click()
    await expect(page.locator(".undo")).to_contain_text("These numbers lead to it: +6621234567")
    await bar.get_by_role("button", name="Take back: Number +6621234567").click()
    await expect(bar).to_contain_text("2 changes")
    await bar.get_by_role("button", name="Take back: Queue front-desk").click()
    await expect(bar).to_contain_text("1 change")
    await expect(page.get_by_text("No numbers yet")).to_be_visible()

    await go(page, "Published")
    await row(page, "Failed").click()
    await expect(page.locator(".admin-form")).to_contain_text("no Asterisk runs")
    await expect(page.locator(".history-changes li")).to_have_count(3)
    await picture(page, "admin-history")


async def test_what_is_removed_or_changed_comes_back_with_undo(house: House, page: Page, root: Person) -> None:
    await furnish(house, root)
    await open_at(house, page, "/admin/numbers")
    await row(page, "+6629876543").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(row(page, "+6629876543")).to_have_count(0)
    await page.locator(".undo").get_by_role("button", name="Undo").click()
    await expect(row(page, "+6629876543")).to_contain_text("ฝ่ายบริการลูกค้า")
    await expect(row(page, "+6629876543")).to_contain_text("Only when somebody answers")

    await go(page, "Queues")
    await row(page, "Sales").click()
    await page.get_by_label("Rings for").fill("7")
    await page.get_by_role("button", name="Save").click()
    await expect(row(page, "Sales")).to_contain_text("7 s")
    await picture(page, "admin-queue")
    await page.locator(".undo").get_by_role("button", name="Undo").click()
    await expect(row(page, "Sales")).to_contain_text("20 s")

    # A queue that numbers lead to stays, and it is said why.
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator(".undo")).to_contain_text("These numbers lead to it: +6621234567")
    await page.keyboard.press("Escape")
    await expect(page.locator(".admin-form")).to_have_count(0)

    # The keyboard alone: from the row into its form, and back.
    await expect(page.get_by_role("link", name="Sales")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".admin-form")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Sales")).to_be_focused()

    await go(page, "People")
    await row(page, "Boris").click()
    await page.get_by_role("button", name="Deactivate", exact=True).click()
    await expect(row(page, "Boris")).to_have_count(0)
    await page.locator(".undo").get_by_role("button", name="Undo").click()
    await expect(row(page, "Boris")).to_contain_text("Agent")

    # What can't be taken back asks, and says what is lost.
    await go(page, "Phones")
    await expect(row(page, "1001")).to_contain_text("Registered")
    await expect(row(page, "1002")).to_contain_text("Not registered")
    await row(page, "1002").click()
    await picture(page, "admin-phone")
    await page.get_by_role("button", name="Remove phone 1002").click()
    asks = page.get_by_role("alertdialog")
    for loss in ("secret can't be brought back", "ฝ่ายบริการลูกค้า", "Boris Lindqvist can take no more calls"):
        await expect(asks).to_contain_text(loss)
    await picture(page, "admin-phone-remove", SIZES[:1])
    await asks.get_by_role("button", name="Remove phone 1002").click()
    await expect(row(page, "1002")).to_have_count(0)
    await go(page, "People")
    await expect(row(page, "Boris")).to_contain_text("no such phone")


async def test_an_agent_with_a_new_phone_is_one_form(house: House, page: Page, root: Person) -> None:
    await furnish(house, root)
    await open_at(house, page, "/desk")
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await expect(row(page, "Anna Petrova")).to_contain_text("1001")
    await picture(page, "admin-users")
    await page.get_by_role("button", name="Add somebody").click()
    await page.get_by_label("Name", exact=True).fill("Zoë Müller")
    await expect(page.get_by_label("Login", exact=True)).to_have_value("zoe.muller")
    await page.get_by_label("Login", exact=True).fill("anna")
    await choose(page, "Phone", "A new phone")
    await expect(page.get_by_label("Extension")).to_have_value("1004")
    await page.get_by_label("Extension").fill("1002")
    await page.get_by_label("Sales").check()
    await picture(page, "admin-user-new")
    await page.get_by_role("button", name="Add", exact=True).click()

    # What is wrong is said at its field, and nothing that was typed is lost.
    login = page.get_by_label("Login", exact=True)
    await expect(page.locator(".admin-form").get_by_text("anna is taken")).to_be_visible()
    await expect(login).to_be_focused()
    await login.fill("zoe")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator(".admin-form").get_by_text("1002 is there already")).to_be_visible()
    await picture(page, "admin-user-error")
    await page.get_by_label("Extension").fill("1004")
    await page.get_by_role("button", name="Add", exact=True).click()
    told = page.locator(".admin-once")
    await expect(told).to_contain_text("To type into phone 1004")
    await picture(page, "admin-user-once")
    secrets = await told.locator("code").all_text_contents()
    await told.get_by_role("button", name="Done").click()
    await expect(row(page, "Zoë Müller")).to_contain_text("Sales")
    async with house.database.reading() as session:
        zoe = (await session.scalars(select(User).where(User.login == "zoe"))).one()
        sales = (await session.scalars(select(QueueRow).where(QueueRow.name == "sales"))).one()
        assert await members_of(session, sales.id) == ["1001", "1002", "1004"]
    agent = house.services.agents.find(zoe.id)
    assert agent is not None
    assert agent.account == "1004"

    # With what was shown she signs in.
    response = await house.client.post("/api/v1/session", json={"login": "zoe", "password": secrets[1]})
    assert response.status == 201, secrets

    # A new password, shown once, puts the old one out of use.
    await row(page, "Zoë Müller").click()
    await page.get_by_role("button", name="Make one").click()
    await expect(told).to_contain_text("zoe")
    again = (await told.locator("code").all_text_contents())[1]
    assert again != secrets[1]
    response = await house.client.post("/api/v1/session", json={"login": "zoe", "password": secrets[1]})
    assert response.status == 401
    await told.get_by_role("button", name="Done").click()

    # Another role, another team, no phone any more: and with it no queue.
    await choose(page, "Role", "Supervisor")
    await page.get_by_role("combobox", name="Teams").click()
    await page.get_by_role("option", name="Inbound").click()
    await page.keyboard.press("Escape")
    await choose(page, "Phone", "None")
    await picture(page, "admin-user")
    await page.get_by_role("button", name="Save").click()
    await expect(row(page, "Zoë Müller")).to_contain_text("Supervisor")
    await expect(row(page, "Zoë Müller")).not_to_contain_text("Sales")
    assert house.services.agents.find(zoe.id) is None
    async with house.database.reading() as session:
        assert await members_of(session, sales.id) == ["1001", "1002"]
    await page.locator(".undo").get_by_role("button", name="Undo").click()
    await expect(row(page, "Zoë Müller")).to_contain_text("Sales")


async def test_a_number_leads_to_a_phone_or_an_announcement(house: House, page: Page, root: Person) -> None:
    await furnish(house, root)
    await open_at(house, page, "/admin/numbers")
    await page.get_by_role("button", name="Add a number").click()
    await page.get_by_label("Number", exact=True).fill("1001")
    await page.get_by_text("Phone", exact=True).click()
    await page.get_by_role("button", name="Add", exact=True).click()
    form = page.locator(".admin-form")
    await expect(form.locator(".mantine-Select-error")).to_have_text("Choose a phone")
    await choose(page, "Phone", "1003 · Reception")
    await page.get_by_label("Rings for").fill("500")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(form.get_by_text("At most 300")).to_be_visible()
    await page.get_by_label("Rings for").fill("40")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(form.get_by_text("A phone has this number")).to_be_visible()
    await page.get_by_label("Number", exact=True).fill("+66 2 999 0001")
    await picture(page, "admin-number")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(row(page, "+6629990001")).to_contain_text("Phone 1003 · Reception")

    await row(page, "+6621234567").click()
    await page.get_by_text("Announcement", exact=True).click()
    await page.get_by_role("combobox", name="Sound").fill("../etc/passwd")
    await page.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Use letters a-z")).to_be_visible()
    await page.get_by_role("combobox", name="Sound").fill("office-closed")
    await page.get_by_role("button", name="Save").click()
    await expect(row(page, "+6621234567")).to_contain_text("Announcement office-closed")
    await page.locator(".publish").get_by_role("button", name="Review").click()
    said = page.locator(".publish-changes")
    await expect(said).to_contain_text("Number +6629990001 is new and leads to the phone 1003 for 40 s.")
    await expect(said).to_contain_text("Number +6621234567 is new and leads to the announcement office-closed.")
    # A phone that a number leads to stays.
    await go(page, "Phones")
    await row(page, "1003").click()
    await page.get_by_role("button", name="Remove phone 1003").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove phone 1003").click()
    await expect(page.locator(".undo")).to_contain_text("These numbers lead to it: +6629990001")


async def test_a_team_and_the_last_admin(house: House, page: Page, root: Person) -> None:
    await furnish(house, root)
    await open_at(house, page, "/admin/teams")
    await page.get_by_role("button", name="Add a team").click()
    await page.get_by_label("Name", exact=True).fill("Inbound")
    await page.keyboard.press("Enter")
    await expect(page.locator(".admin-form")).to_contain_text("Inbound is taken")
    await page.get_by_label("Name", exact=True).fill("Night <b>shift</b>")
    await page.get_by_role("combobox", name="Who is in it").click()
    await page.get_by_role("option", name="Anna Petrova").click()
    await page.get_by_label("Name", exact=True).press("Enter")
    await expect(row(page, "Night <b>shift</b>")).to_contain_text("Anna Petrova")
    await picture(page, "admin-teams")
    await go(page, "People")
    await expect(row(page, "Anna Petrova")).to_contain_text("Night <b>shift</b>")
    await row(page, "Root").click()
    await expect(page.locator(".admin-form")).to_contain_text("Role")
    await expect(page.get_by_label("New password")).to_have_count(0)  # one's own is changed elsewhere
    await expect(page.get_by_role("button", name="Deactivate", exact=True)).to_have_count(0)
    await choose(page, "Role", "Agent")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".admin-form").get_by_text("This is the last active admin")).to_be_visible()


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.MANAGER])
async def test_whoever_may_not_is_told_who_may(house: House, page: Page, role: Role) -> None:
    await house.add_person("anna", role, password=PASSWORD)
    await open_at(house, page, "/admin/phones", "anna")
    await expect(page.get_by_text("whoever has the role Admin")).to_be_visible()
    await expect(page.get_by_role("link", name="Admin")).to_have_count(0)
    await expect(page.locator(".publish")).to_have_count(0)
