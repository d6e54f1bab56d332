"""Whoever was given a password makes one of their own."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.panel.pictures import picture
from tests.web.house import House

pytestmark = pytest.mark.browser

GIVEN = "given by the admin"
OWN = "nobody else has seen it"


async def test_a_password_is_changed_and_only_the_new_one_signs_in(house: House, page: Page) -> None:
    await house.add_person("anna", account="1001", password=GIVEN)
    await page.goto(str(house.client.make_url("/")))
    await page.get_by_label("Login").fill("anna")
    await page.get_by_label("Password", exact=True).fill(GIVEN)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="My account: Anna").click()
    await page.get_by_role("menuitem", name="Change my password").click()
    dialog = page.get_by_role("dialog", name="Change my password")
    await dialog.get_by_label("Password until now").fill("something else")
    await dialog.get_by_label("New password").fill("short")
    await expect(dialog.get_by_text("Use at least 10 characters")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Change it")).to_be_disabled()
    await dialog.get_by_label("New password").fill(OWN)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("This is not your password")).to_be_visible()
    await picture(page, "own-password")
    await dialog.get_by_label("Password until now").fill(GIVEN)
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Your password is changed")
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(dialog).to_have_count(0)
    for password, status in ((GIVEN, 401), (OWN, 201)):
        response = await house.client.post("/api/v1/session", json={"login": "anna", "password": password})
        assert response.status == status
