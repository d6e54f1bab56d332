"""An admin on the panel, and a real Asterisk that is told of it: the new agent's phone registers and gets a call."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from accounts.start import ADMIN
from ringdesk.demo.company import PASSWORD, SALES_NUMBER, customers
from ringdesk.demo.softphone import Answer, PhoneEventKind, Program, SoftPhone
from tests.end_to_end.house import House, established
from tests.panel.pictures import SIZES, picture
from tests.tools import require_tool

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 30_000
"""For what real phones and Asterisk have a part in."""
BY_HAND = """[1003]
type=endpoint
context=default
"""
"""What somebody once wrote into Asterisk's own file: a name that a new phone may not take."""


async def sign_in(page: Page, address: str, login: str, password: str) -> None:
    await page.goto(address)
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".rail")).to_be_visible()


async def go(page: Page, section: str) -> None:
    """To a section of the admin's pages; return when it is there, and the one before is not."""
    await page.get_by_role("link", name=section, exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(section)


def row(page: Page, text: str) -> Locator:
    return page.locator(".admin-table tbody tr").filter(has_text=text)


async def told(page: Page) -> dict[str, str]:
    """What is shown once."""
    labels = await page.locator(".admin-once dt").all_text_contents()
    values = await page.locator(".admin-once code").all_text_contents()
    return dict(zip(labels, values, strict=True))


async def publish(page: Page) -> None:
    await page.locator(".publish").get_by_role("button", name="Publish").click()


async def test_an_admin_adds_an_agent_whose_phone_registers_and_gets_a_call(page: Page, browser: Browser) -> None:
    baresip = Program.of(require_tool("baresip"))
    [customer] = customers(1)
    async with House(staff=1, callers=1) as house:
        await sign_in(page, f"{house.address}/admin/users", ADMIN, PASSWORD)
        await expect(row(page, "agent1")).to_be_visible()
        await expect(page.locator(".publish")).to_have_count(0)
        await page.get_by_role("button", name="Add somebody").click()
        await page.get_by_label("Name", exact=True).fill("Suda Wongthai")
        await page.get_by_role("combobox", name="Phone").click()
        await page.get_by_role("option", name="A new phone").click()
        await expect(page.get_by_label("Extension")).to_have_value("1002")
        await page.get_by_label("Sales").check()
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.locator(".admin-once")).to_contain_text("Shown now and never again")
        secrets = await told(page)
        assert (secrets["Login"], secrets["Server"], secrets["User"]) == ("suda.wongthai", house.registrar, "1002")

        bar = page.locator(".publish")
        await bar.get_by_role("button", name="Review").click()
        await expect(bar.locator("li .grow")).to_have_text(
            ["Phone 1002 (Suda Wongthai) is new.", "Queue sales: 1002 joins."]
        )
        await publish(page)
        await expect(page.locator("#published")).to_contain_text("without a restart", timeout=PATIENCE_MS)
        await picture(page, "admin-published")

        phone = SoftPhone(secrets["User"], secrets["Secret"], secrets["Server"], program=baresip, answer=Answer.never())
        async with phone:
            await go(page, "Phones")
            await expect(row(page, "1002").locator("[data-state=ready]")).to_have_text(
                "Registered", timeout=PATIENCE_MS
            )
            await picture(page, "admin-registered", SIZES[:1])

            # The new agent signs in with what the admin was shown, and takes the next call.
            theirs = await browser.new_page(locale="en-GB")
            await sign_in(theirs, house.address, secrets["Login"], secrets["Password"])
            await theirs.locator(".state-button").click()
            await theirs.get_by_role("menuitem", name="Ready", exact=True).click()
            await house.reached("1002", "ready", timeout=30)
            async with house.caller(customer.number, name=customer.name) as caller:
                since = phone.mark()
                await caller.dial(SALES_NUMBER)
                await phone.wait_for(PhoneEventKind.INCOMING, timeout=30, since=since)
                await expect(theirs.locator("#caller")).to_have_text(customer.name, timeout=PATIENCE_MS)
                await phone.answer()
                await established(phone, timeout=30)
                await expect(theirs.locator(".phase")).to_have_text("Talking", timeout=PATIENCE_MS)

                await what_asterisk_refuses_is_said_and_changes_nothing(house, page)
                await what_was_changed_or_removed_is_taken_back(page)

                assert PhoneEventKind.CLOSED not in {event.kind for event in phone.events}
                await caller.hangup()
                await expect(theirs.locator(".phase")).to_have_text("Ended", timeout=PATIENCE_MS)
            await theirs.close()
        call = await house.ended_call_from(customer.number, timeout=30)
        assert (call.queue, call.answered_by, call.outcome) == ("sales", ["1002"], "answered")


async def what_was_changed_or_removed_is_taken_back(page: Page) -> None:
    """Line by line, until nothing waits."""
    await go(page, "Queues")
    await row(page, "Sales").click()
    await page.get_by_label("Rings for").fill("7")
    await page.get_by_role("button", name="Save").click()
    await expect(row(page, "Sales")).to_contain_text("7 s")
    await go(page, "Numbers")
    await row(page, SALES_NUMBER).click()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator("#publish-count")).to_have_text("2 changes")
    await page.locator(".publish").get_by_role("button", name="Review").click()
    await page.get_by_role("button", name=f"Take back: Number {SALES_NUMBER} is removed.").click()
    await expect(row(page, SALES_NUMBER)).to_contain_text("Queue Sales")
    await page.get_by_role("button", name="Take back: Queue sales: ringing").click()
    await expect(page.locator(".publish")).to_have_count(0)


async def what_asterisk_refuses_is_said_and_changes_nothing(house: House, page: Page) -> None:
    """While a call goes on: what was there before is there again, and the admin reads what Asterisk said."""
    (house.asterisk.directories.etc / "pjsip_custom.conf").write_text(BY_HAND)
    await page.get_by_role("button", name="Add a phone").click()
    await expect(page.get_by_label("Extension")).to_have_value("1003")
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.locator(".admin-once").get_by_role("button", name="Done").click()
    await publish(page)
    said = page.locator("#publish-error")
    await expect(said).to_contain_text("Asterisk did not take it. It works as before", timeout=PATIENCE_MS)
    await expect(said.locator("li").first).to_contain_text("pjsip.conf")
    await picture(page, "admin-refused")
    await expect(page.locator("#publish-count")).to_have_text("1 change")
    await expect(row(page, "1002").locator("[data-state=ready]")).to_have_text("Registered")
    await row(page, "1003").click()
    await page.get_by_role("button", name="Remove phone 1003").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove phone 1003").click()
    await expect(page.locator(".publish")).to_have_count(0)
