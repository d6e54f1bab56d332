"""The board and the command palette in a real Chromium, against the real web and database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import update

from accounts.roles import RightRow
from accounts.users import Role
from pbx.facts import CallEnded, CallQueued, CallStarted, Direction, Outcome
from queue_router.entered import EnteredCall
from queue_router.numbers import Queue
from queue_router.states import Wanted
from queue_router.waiting import WaitingCall
from tests.panel.pictures import picture
from tests.web.house import House, Person, call_facts, desk_call

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


async def open_panel(house: House, page: Page, person: str, path: str = "/") -> None:
    await page.goto(str(house.client.make_url(path)))
    await page.get_by_label("Login").fill(person)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def figure(page: Page, queue: str, name: str) -> Locator:
    return page.locator(f"[data-queue={queue}] [data-figure={name}]")


def wait_in(
    house: House, queue: str, channel: str, seconds: float, name: str | None, *contacts: tuple[int, str]
) -> None:
    """A caller has waited for so long, as the dispatcher would say."""
    since = house.services.clock.now() - timedelta(seconds=seconds)
    call = EnteredCall(
        node="main",
        call_id=f"main-{channel}",
        channel=channel,
        dialed=None,
        caller_number=f"+6621234{channel[-3:].replace('.', '')}",
        caller_name=name,
        queue=Queue(queue, ("1001",)),
        since=since,
        queued_at=since,
        contacts=[KnownPerson(*contact) for contact in contacts],
    )
    house.room.waiting.add(WaitingCall(key=f"main-{channel}", call=call))
    house.services.board.look()


class KnownPerson:
    company: str | None = None

    def __init__(self, id: int, name: str) -> None:
        self.id, self.name = id, name


async def staff(house: House) -> dict[str, Person]:
    """Eight agents, one in each state that can be had without a phone."""
    people = {}
    for number, name in enumerate(("anna", "boris", "chai", "dmitri", "eva", "fah", "gleb", "hanna")):
        people[name] = await house.add_person(name, account=str(1001 + number), password=PASSWORD)
    agents = house.services.agents
    for name in ("anna", "boris", "chai", "dmitri", "eva"):
        await agents.set_wanted(people[name].id, Wanted.READY)
    await agents.set_wanted(people["fah"].id, Wanted.NOT_READY, "lunch")
    await agents.set_wanted(people["hanna"].id, Wanted.SIGNED_OUT)
    agents.phone_is("1004", reachable=False)
    talking = agents.at_phone("1002")
    wrapping = agents.at_phone("1003")
    assert talking is not None
    assert wrapping is not None
    agents.leg_talks(talking, "1.1", "main-1.0", is_offered=True)
    agents.leg_talks(wrapping, "2.1", "main-2.0", is_offered=True)
    async with house.database.transaction() as session:
        await agents.leg_is_gone(session, wrapping, "2.1", house.services.clock.now(), wrap_up_seconds=600)
    return people


async def test_the_board_lives(house: House, page: Page) -> None:
    people = await staff(house)
    await house.add_person("max", Role.MANAGER, password=PASSWORD)
    await open_panel(house, page, "max", "/board")
    await expect(page.get_by_role("heading", name="Board", exact=True)).to_be_visible()
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    await picture(page, "board-calm")
    await expect(page.locator(".board-agents tbody tr")).to_have_count(8)
    await expect(page.locator("[data-agent='1002']")).to_contain_text("Talking")
    await expect(page.locator("[data-agent='1006']")).to_contain_text("Lunch")
    # Sorted by state: who is ready first, who is signed out last.
    shown = page.locator(".board-agents tbody tr")
    await expect(shown.first).to_have_attribute("data-state", "ready")
    await expect(shown.last).to_have_attribute("data-state", "offline")
    for state, count in (("ready", "1"), ("talking", "1"), ("wrap_up", "0")):
        await expect(figure(page, "sales", state)).to_have_text(count)
    await expect(figure(page, "support", "wrap_up")).to_have_text("1")

    # Callers come, in their order, each with why they wait.
    contact = await house.add_contact("สมชาย ใจดี (Somchai)", "02 123 4567")
    wait_in(house, "sales", "1764.102", 61, None, (contact, "สมชาย ใจดี (Somchai)"))
    wait_in(house, "support", "1764.103", 40, "Иванова Мария")
    wait_in(house, "sales", "1764.101", 184, "A caller with a name that is far too long for any column of any board")
    callers = page.locator(".board-callers tbody tr")
    await expect(callers).to_have_count(3)
    await expect(callers.nth(0)).to_contain_text("A caller with")
    await expect(callers.nth(1)).to_contain_text("others have waited longer")
    await expect(callers.nth(2)).to_contain_text("everybody is busy")
    await expect(figure(page, "sales", "waiting")).to_have_text("2")
    longest = figure(page, "sales", "longest")
    await expect(longest).to_have_text(re.compile(r"^3:\d\d$"))
    was = await longest.inner_text()
    await expect(longest).not_to_have_text(was)  # it ticks

    # One of them is offered.
    house.services.desks.offer(people["anna"].id, desk_call(house.services.clock.now(), call="1764.101"))
    house.services.agents.reserve(people["anna"].id, "main-1764.101", 60)
    await expect(callers.nth(0)).to_contain_text("rings at Anna")
    await expect(page.locator("[data-agent='1001']")).to_contain_text("Offered")
    await picture(page, "board")
    await page.evaluate("localStorage.setItem('ringdesk.language', 'ru')")
    await page.reload()
    await expect(page.get_by_role("heading", name="Табло")).to_be_visible()
    await expect(callers.nth(0)).to_contain_text("звонит: Anna")
    await picture(page, "board-ru")
    await page.evaluate("localStorage.setItem('ringdesk.language', 'th')")
    await page.reload()
    await expect(callers.nth(0)).to_contain_text("กำลังดังที่ Anna")
    await picture(page, "board-th")
    await page.evaluate("localStorage.setItem('ringdesk.language', 'en')")
    await page.reload()
    await expect(callers.nth(0)).to_contain_text("rings at Anna")

    # The journal's calls of today.
    now = house.services.clock.now()
    await house.record(*call_facts("1764.201", at=now))
    common = {"node": "main", "call_id": "main-1764.202", "at": now}
    await house.record(
        CallStarted(
            **common,
            key="started",
            linkedid="1764.202",
            channel="1764.202",
            direction=Direction.INBOUND,
            caller_number=None,
            caller_name=None,
            dialed=None,
        ),
        CallQueued(**common, key="queued", queue="sales"),
        CallEnded(**common, key="ended", outcome=Outcome.CANCELLED, hangup_by=None, cause=16),
    )
    await expect(figure(page, "sales", "answered")).to_have_text("1")
    await expect(figure(page, "sales", "abandoned")).to_have_text("1")

    # Nothing moves under the pointer.
    await page.locator("[data-agent='1001']").hover()
    await house.services.agents.set_wanted(people["eva"].id, Wanted.SIGNED_OUT)
    eva = page.locator("[data-agent='1005']")
    await expect(eva).to_have_attribute("data-state", "offline")
    order = await shown.evaluate_all("rows => rows.map(row => row.dataset.agent)")
    assert order.index("1005") < order.index("1002")
    await page.mouse.move(5, 5)
    await expect(shown.last).to_have_attribute("data-agent", "1005")


async def test_who_may_see_no_board_has_none_in_the_rail(house: House, page: Page) -> None:
    await house.add_person("anna", account="1001", password=PASSWORD)
    async with house.database.transaction() as session:
        right = update(RightRow).where(RightRow.role == "agent", RightRow.thing == "board")
        await session.execute(right.values(scope="none"))
    await open_panel(house, page, "anna", "/board")
    await expect(page.get_by_text("You have no right to see this")).to_be_visible()
    await expect(page.get_by_role("link", name="Calls")).to_be_visible()
    await expect(page.get_by_role("link", name="Board")).to_have_count(0)


async def test_the_palette_finds_pages_people_and_actions_without_a_mouse(house: House, page: Page) -> None:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    await house.add_contact("Boonsri Boonmee", "02 555 0101", company="Siam Foods Co.")
    await open_panel(house, page, "anna")
    box = page.get_by_role("combobox", name="Pages, people, actions")

    # A page, also while one types elsewhere.
    await page.keyboard.press("/")
    await page.keyboard.press("Control+k")
    await expect(box).to_be_focused()
    await picture(page, "palette")
    await page.keyboard.type("boa")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Board")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/board$"))
    await expect(box).to_have_count(0)

    # A person, behind the page that fits, too.
    await page.keyboard.press("Meta+k")
    await page.keyboard.type("boo")
    await expect(page.get_by_role("option", name="Boonsri Boonmee")).to_be_visible()
    await picture(page, "palette-person")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/contacts/\d+$"))

    # My state, with its reason.
    await page.keyboard.press("Control+k")
    await page.keyboard.type("lunch")
    await page.keyboard.press("Enter")
    await expect(page.locator(".state-button")).to_contain_text("Lunch")
    await expect(box).to_have_count(0)
    agent = house.services.agents.find(anna.id)
    assert agent is not None
    assert (agent.wanted, agent.wanted_reason) == (Wanted.NOT_READY, "lunch")

    # Nothing fits; Escape closes it, and the keys mean what they did before.
    await page.keyboard.press("Control+k")
    await page.keyboard.type("zzzz")
    await expect(page.get_by_text("Nothing fits “zzzz”")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await expect(page).to_have_url(re.compile(r"/board$"))

    # Look, language, and out.
    await page.keyboard.press("Control+k")
    await page.keyboard.type("dark")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("рус")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Табло")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.press("ArrowUp")  # the last
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Логин")).to_be_visible()
