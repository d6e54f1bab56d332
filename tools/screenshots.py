"""Pictures of every page of the panel, taken from the demo's company with real calls: `make screenshots`.

They go to docs/images, and docs/screens.md shows them. Open them and look before a change to a page is called done.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import av
from playwright.async_api import Browser, Page, async_playwright

from ringdesk.asterisk import tools
from ringdesk.demo.company import PASSWORD, SALES_NUMBER, SUPPORT_NUMBER, SUPPORT_QUEUE, Customer, stranger
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from ringdesk.demo.stage import Stage
from web.page_files import is_built

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SCREENS = ROOT / "docs" / "screens.md"
DESK, PHONE = (1366, 768), (390, 844)
LOCALES = {"en": "en-GB", "th": "th-TH", "ru": "ru-RU"}
STAFF, CALLERS, DAYS = 6, 40, 3
WRAP_UP_SECONDS = 300
COLOURS = 128
LOOK_SECONDS = 30.0
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

TITLES = {
    "sign-in": "Sign-in",
    "desk-idle": "The desk, waiting for a call",
    "desk-ringing": "A call rings: the caller's record is there before the phone has rung once",
    "desk-talking": "Talking: notes, outcome and follow-up beside the call",
    "desk-wrap-up": "Wrap-up after the call",
    "desk-unknown": "An unknown caller becomes a contact",
    "desk-choice": "Several people with one number are a choice",
    "board": "The board",
    "calls": "Calls",
    "call": "One call: its story, and what was said",
    "contacts": "Contacts",
    "contact": "One contact, changed where it stands",
    "admin-users": "Administration: people",
    "admin-teams": "Administration: teams",
    "admin-phones": "Administration: phones",
    "admin-numbers": "Administration: numbers",
    "admin-queues": "Administration: queues",
}
"""Every picture, in the order in which docs/screens.md shows them."""


@dataclass
class Camera:
    """Somebody's panel in each language."""

    pages: dict[str, Page] = field(default_factory=dict)

    async def go(self, path: str) -> None:
        for page in self.pages.values():
            await page.goto(f"{page.url.partition('//')[0]}//{page.url.split('/')[2]}{path}")

    async def see(self, selector: str, text: str = "") -> None:
        """Wait until each page shows it."""
        for page in self.pages.values():
            await page.locator(selector).filter(has_text=text).first.wait_for(timeout=LOOK_SECONDS * 1000)

    async def take(self, name: str, *, dark: bool = False, russian: bool = False) -> None:
        """Pictures of what is there now: both sizes, English and Thai; where asked, also dark and Russian."""
        if name not in TITLES:
            raise ValueError(f"{name} has no title")
        for language, page in self.pages.items():
            if language == "ru" and not russian:
                continue
            await page.evaluate("document.fonts.ready")
            for size in (DESK, PHONE):
                await page.set_viewport_size({"width": size[0], "height": size[1]})
                await _shoot(page, f"{name}-{language}-{size[0]}")
            await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
            if dark and language == "en":
                await page.emulate_media(color_scheme="dark")
                await _shoot(page, f"{name}-{language}-{DESK[0]}-dark")
                await page.emulate_media(color_scheme="light")


async def _shoot(page: Page, name: str) -> None:
    await page.locator(".skeleton-row").first.wait_for(state="detached", timeout=LOOK_SECONDS * 1000)
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        print(f"! {name} is {overflow} px wider than the screen", file=sys.stderr)
    picture = smaller(await page.screenshot(animations="disabled"))
    (IMAGES / f"{name}.png").write_bytes(picture)
    print(f"{name}: {len(picture) // 1024} KB", file=sys.stderr)


def smaller(png: bytes) -> bytes:
    """The picture with a palette of its own, where that is smaller."""
    with av.open(BytesIO(png)) as source:
        frame = next(source.decode(video=0))
    graph = av.filter.Graph()
    buffer = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format.name, time_base="1/1")
    split, palette = graph.add("split"), graph.add("palettegen", f"max_colors={COLOURS}:reserve_transparent=0")
    use, sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
    buffer.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    frame.pts, frame.time_base = 0, 1
    buffer.push(frame)
    buffer.push(None)
    reduced = sink.pull()
    codec = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = frame.width, frame.height, "pal8", 1
    codec.options = {"compression_level": "9", "pred": "none"}
    written = b"".join(bytes(packet) for packet in [*codec.encode(reduced), *codec.encode(None)])
    return min(png, written, key=len)


async def main() -> None:
    """Set the stage, call, and take a picture of everything."""
    if not is_built():
        sys.exit("The panel is not built: make panel")
    IMAGES.mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringdesk-")))
        stage = await stack.enter_async_context(
            Stage(
                state,
                staff=STAFF,
                callers=CALLERS,
                wrap_up_seconds=WRAP_UP_SECONDS,
                with_company=True,
                history_days=DAYS,
            )
        )
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(tools.find("chromium").path), args=CHROMIUM)
        stack.push_async_callback(browser.close)
        for old in IMAGES.glob("*.png"):
            old.unlink()
        await _photograph(browser, stage)
    SCREENS.write_text(_document(), encoding="utf-8")


async def _photograph(browser: Browser, stage: Stage) -> None:
    anna = stage.colleagues()[0]
    for account, panel in stage.panels.items():
        if account != anna.account:
            await panel.want("not_ready", "meeting")
    agent = await _signed_in(browser, stage, anna.login, sign_in_picture=True)
    await agent.see(".state-button")
    await agent.take("desk-idle", dark=True, russian=True)
    known = stage.customers()[0]
    async with _ringing(stage, anna.account, known) as (caller, phone):
        await agent.see("#caller", known.name)
        await agent.see(".person-facts")
        await agent.see(".side", known.name)
        await agent.take("desk-ringing", dark=True, russian=True)
        await phone.answer()
        await agent.see(".hang-up")
        english = agent.pages["en"]
        await english.locator("#call-note").fill("Asks for the price list of the freezers. Delivery before Friday.")
        await english.locator(".keeping select").select_option("order")
        async with english.expect_response(
            lambda answer: answer.request.method == "PUT" and answer.request.post_data_json["follow_up_at"] is not None
        ):
            await english.locator(".follow-up [type=checkbox]").check()
        for language in ("th", "ru"):
            await agent.pages[language].reload()
        await agent.see(".follow-up [type=date]")
        await agent.take("desk-talking", dark=True, russian=True)
        await caller.hangup()
        await agent.see(".call[data-phase=ended]")
        await agent.take("desk-wrap-up", russian=True)
    await _ready_again(agent, stage, anna.account)
    async with _ringing(stage, anna.account, Customer("", None, stranger(900))):
        await agent.see(".new-caller")
        await agent.take("desk-unknown")
    await _ready_again(agent, stage, anna.account)
    twins = Customer("Front desk", None, stranger(901))
    for name in ("Araya Chantara", "Narin Chantara"):
        async with stage.service.database.transaction() as session:
            await stage.service.contacts.create(
                session, name=name, numbers=[twins.number], company="Chantara Hotel", now=stage.service.clock.now()
            )
    async with _ringing(stage, anna.account, twins):
        await agent.see(".choices")
        await agent.take("desk-choice")

    admin = await _signed_in(browser, stage, "admin")
    async with AsyncExitStack() as stack:
        for customer in stage.customers()[3:6]:
            phone = await stack.enter_async_context(stage.caller_phone(customer))
            await phone.dial(SUPPORT_NUMBER)
        await admin.go("/board")
        await admin.see(f"[data-queue={SUPPORT_QUEUE}]", "3")
        await admin.take("board", dark=True, russian=True)
    await admin.go("/calls")
    await admin.see("tbody tr")
    await admin.take("calls", dark=True, russian=True)
    for page in admin.pages.values():
        await page.locator("tbody tr", has_text=known.name).first.click()
    await admin.see(".story li")
    await admin.take("call")
    await admin.go("/contacts")
    await admin.see("tbody tr")
    await admin.take("contacts")
    async with stage.service.database.reading() as session:
        [match, *_] = (await stage.service.contacts.lookup_everybody_in(session, known.number)).contacts
    await admin.go(f"/contacts/{match.id}")
    await admin.see(".timeline li")
    await admin.take("contact", dark=True, russian=True)
    for name in ("users", "teams", "phones", "numbers", "queues"):
        await admin.go(f"/admin/{name}")
        await admin.see("tbody tr")
        await admin.take(f"admin-{name}")


async def _signed_in(browser: Browser, stage: Stage, login: str, *, sign_in_picture: bool = False) -> Camera:
    camera = Camera()
    for language, locale in LOCALES.items():
        width, height = DESK
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="light", locale=locale
        )
        camera.pages[language] = page = await context.new_page()
        await page.goto(stage.address)
    await camera.see("form")
    if sign_in_picture:
        await camera.take("sign-in", russian=True)
    for page in camera.pages.values():
        await page.locator("form input").nth(0).fill(login)
        await page.locator("form input[type=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
    await camera.see(".frame")
    return camera


@asynccontextmanager
async def _ringing(stage: Stage, account: str, customer: Customer) -> AsyncIterator[tuple[SoftPhone, SoftPhone]]:
    """Their call while it rings at that phone: the caller's phone and the agent's."""
    phone = stage.phones[account]
    phone.answers = Answer.never()
    since = phone.mark()
    async with stage.caller_phone(customer) as caller:
        await caller.dial(SALES_NUMBER)
        await phone.wait_for(PhoneEventKind.INCOMING, timeout=LOOK_SECONDS, since=since)
        yield caller, phone


async def _ready_again(camera: Camera, stage: Stage, account: str) -> None:
    agents = stage.service.agents
    agent = agents.at_phone(account)
    if agent is None:
        raise LookupError(account)
    for page in camera.pages.values():
        await page.locator(".hang-up").wait_for(state="detached", timeout=LOOK_SECONDS * 1000)
    if agent.wrap_up_ends is not None:
        await agents.end_wrap_up(agent.user_id)
    await stage.panels[account].want("ready")
    await camera.see(".state-button[data-state=ready]")


def _document() -> str:
    lines = [
        "# What it looks like",
        "",
        "Every page of the panel, taken by `make screenshots` from the demo's company while real calls came in. All",
        "people are made up. At a desk's width and a phone's, in English and Thai, some in Russian and in the dark.",
    ]
    for name, title in TITLES.items():
        lines += ["", f"## {title}", ""]
        found = sorted(path.name for path in IMAGES.glob(f"{name}-??-*.png"))
        lines += [f"![{title}: {_said(each, name)}](images/{each})" for each in _in_order(found)]
    return "\n".join(lines) + "\n"


def _in_order(files: Sequence[str]) -> list[str]:
    def place(file: str) -> tuple[bool, bool, int]:
        language = next(index for index, each in enumerate(LOCALES) if f"-{each}-" in file)
        return ("-390" in file, "dark" in file, language)

    return sorted(files, key=place)


def _said(file: str, name: str) -> str:
    language, width, *colour = file.removeprefix(f"{name}-").removesuffix(".png").split("-")
    spoken = {"en": "English", "th": "Thai", "ru": "Russian"}[language]
    return ", ".join([spoken, f"{width} px", *colour])


if __name__ == "__main__":
    asyncio.run(main())
