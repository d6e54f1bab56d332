"""How the panel's files are served, whatever is in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from web.page_files import add_page, harden


async def get(panel: Path, path: str) -> tuple[int, str, dict[str, str]]:
    app = web.Application()
    add_page(app, panel)
    app.on_response_prepare.append(harden)
    async with TestClient(TestServer(app)) as client, client.get(path) as response:
        return response.status, await response.text(), dict(response.headers)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__"><title>Panel</title>')
    (tmp_path / "assets" / "index-1a2b.js").write_text("// " + "long " * 500)
    return tmp_path


@pytest.mark.parametrize(
    "path", ["/", "/desk", "/calls", "/calls/main-1764.1", "/contacts/7?from=desk", "/admin", "/admin/users"]
)
async def test_each_page_of_the_panel_can_be_opened_at_its_address(panel: Path, path: str) -> None:
    status, text, headers = await get(panel, path)
    assert status == 200
    assert "<title>Panel</title>" in text
    assert headers["Cache-Control"] == "no-store"
    assert "script-src 'self';" in headers["Content-Security-Policy"]


async def test_styles_have_a_nonce_of_their_own_each_time(panel: Path) -> None:
    nonces = set()
    for _ in range(2):
        _, text, headers = await get(panel, "/")
        found = re.search(r'content="([^"]{16,})"', text)
        assert found is not None
        assert f"style-src 'self' 'nonce-{found[1]}'" in headers["Content-Security-Policy"]
        nonces.add(found[1])
    assert len(nonces) == 2


async def test_files_named_by_their_content_are_kept_and_packed(panel: Path) -> None:
    status, text, headers = await get(panel, "/assets/index-1a2b.js")
    assert (status, text.startswith("// long")) == (200, True)
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/assets/other.js", "/assets/../index.html", "/settings", "/calls/1/2"])
async def test_there_is_nothing_else(panel: Path, path: str) -> None:
    status, _, _ = await get(panel, path)
    assert status == 404


async def test_without_a_panel_the_bare_page_is_there(tmp_path: Path) -> None:
    _, at_home, headers = await get(tmp_path, "/")
    _, bare, _ = await get(tmp_path, "/bare")
    assert at_home == bare
    assert "/page/desk.js" in bare
    assert "nonce" not in headers["Content-Security-Policy"]
