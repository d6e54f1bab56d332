"""What people write is text on every page of the panel, whatever it looks like; and a panel that slept finds back."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from accounts.teams import add_team
from accounts.users import Role, User
from pbx.facts import CallStarted
from queue_router.states import Wanted
from tests.panel.test_panel import sign_in
from tests.web.house import House, Person, call_facts, desk_call
from web.live import LIVE

pytestmark = pytest.mark.browser

MARKUP = '<img src="x" onerror="window.harmed = 1"><b>Bold</b>'
PASSWORD = "correct horse battery"


@pytest.fixture
async def anna(house: House) -> Person:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    return anna


async def unharmed(page: Page) -> None:
    assert await page.locator('img[src="x"]').count() == 0
    assert await page.evaluate("window.harmed") is None


async def test_markup_is_text_on_every_page(house: House, page: Page, anna: Person) -> None:
    now = house.services.clock.now()
    contact = await house.add_contact(MARKUP, "02 123 4567", company=MARKUP)
    for fact in call_facts("1.1", at=now - timedelta(hours=1)):
        named = dataclasses.replace(fact, caller_name=MARKUP) if isinstance(fact, CallStarted) else fact
        await house.record(named)
    async with house.database.transaction() as session:
        user = await session.get_one(User, anna.id)
        user.name, user.role = MARKUP, Role.ADMIN
        await add_team(session, name=MARKUP, now=now)
    headers = anna.headers
    for path, body in (
        (f"contacts/{contact}/notes", {"text": MARKUP}),
        ("tasks", {"title": MARKUP, "due_at": now.isoformat(), "contact_id": contact}),
        ("phones", {"account": "1055", "name": MARKUP}),
    ):
        answer = await house.client.post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status == 201, await answer.text()
    await sign_in(house, page)

    call = desk_call(now, (contact, MARKUP, MARKUP))
    call.caller_name = MARKUP
    house.services.desks.offer(anna.id, call)
    await expect(page.locator("#caller")).to_have_text(MARKUP)
    await unharmed(page)
    shown = {
        "contacts": True,
        f"contacts/{contact}": True,
        "calls": True,
        "calls/main-1.1": True,
        "board": True,
        "admin/users": True,
        "admin/teams": True,
        "admin/phones": True,
        "admin/queues": False,
        "admin/numbers": False,
        "admin/publications": False,
    }
    for path, has_text in shown.items():
        await page.goto(str(house.client.make_url(f"/{path}")))
        await expect(page.locator("h1").first).to_be_visible()
        if has_text:
            await expect(page.get_by_text("<b>Bold</b>").first).to_be_visible()
        await unharmed(page)


async def test_a_panel_that_slept_shows_what_is_now_when_it_wakes(house: House, page: Page, anna: Person) -> None:
    await sign_in(house, page)
    now = house.services.clock.now()
    house.services.desks.offer(anna.id, desk_call(now))
    await expect(page.locator(".phase")).to_have_text("Ringing")

    # Asleep: nothing reaches it, and the service has let go of its connection.
    await page.context.set_offline(True)
    await asyncio.gather(*(screen.go_away() for screen in house.app[LIVE].open))
    house.services.desks.answer(anna.id, "main-1764.9", now + timedelta(seconds=2))
    house.services.desks.end(anna.id, "main-1764.9", now + timedelta(seconds=90))
    contact = await house.add_contact("Olga Smirnova", "+6629998877")
    later = desk_call(now + timedelta(hours=1), (contact, "Olga Smirnova", None), call="1765.1", number="+6629998877")
    house.services.desks.offer(anna.id, later)
    house.services.desks.answer(anna.id, "main-1765.1", now + timedelta(hours=1, seconds=4))

    await page.context.set_offline(False)
    await expect(page.locator("#caller")).to_have_text("Olga Smirnova")
    await expect(page.locator(".phase")).to_have_text("Talking")
