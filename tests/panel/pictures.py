"""Pictures of the panel, to be looked at, and what must hold of each."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Page

DIRECTORY = os.environ.get("RINGDESK_SCREENSHOTS")
"""Where pictures are kept. None are made without it."""
SIZES = ((1366, 768), (390, 844))


async def picture(page: Page, name: str, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """Nothing may be cut at the side, at a desk's width or a phone's."""
    for width, height in sizes:
        await page.set_viewport_size({"width": width, "height": height})
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is {overflow} px wider than a screen of {width}"
        for scheme in ("light", "dark") if DIRECTORY else ():
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            path = Path(DIRECTORY or "") / f"panel-{name}-{scheme}-{width}.png"
            await page.screenshot(path=path, animations="disabled")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1366, "height": 768})
