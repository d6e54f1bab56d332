"""The pages: the panel at `/` where it is built, the bare page always at `/bare`; and under which headers they run."""

from __future__ import annotations

import gzip
import mimetypes
import secrets
from importlib import resources
from pathlib import Path

from aiohttp import web

from web.problems import Handler
from web.services import SERVICES

BARE = "/bare"
FILES = {
    BARE: ("index.html", "text/html"),
    "/page/desk.css": ("desk.css", "text/css"),
    "/page/desk.js": ("desk.js", "text/javascript"),
    "/page/live.js": ("live.js", "text/javascript"),
    "/page/strings.js": ("strings.js", "text/javascript"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
}

PANEL = Path(str(resources.files("web"))) / "panel" / "dist"
PANEL_PAGES = ("/", "/{page:(?:desk|board|calls|contacts|admin)}", "/{page:(?:calls|contacts|admin)}/{id}")
"""What the panel's own router knows: a page that is opened or loaded again at its address."""
NONCE = b"__CSP_NONCE__"
"""Stands in the panel's page where its nonce goes: Mantine writes style elements, which only that lets through."""
KEPT = "public, max-age=31536000, immutable"
"""For files whose names hold a hash of their content."""
SMALLEST_PACKED = 1024

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY.format(nonce=""),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

HSTS = "max-age=31536000"
"""Whoever has come over TLS once never comes without again, for a year."""


def is_built(panel: Path = PANEL) -> bool:
    """Whether there is a panel to serve (`make panel` builds it)."""
    return (panel / "index.html").is_file()


def add_page(app: web.Application, panel: Path = PANEL) -> None:
    """Serve the pages' files; there are no others. A panel built later is there after a start."""
    directory = resources.files("web") / "page"
    for path, (name, content_type) in FILES.items():
        app.router.add_get(path, _serve((directory / name).read_bytes(), content_type))
    if not is_built(panel):
        app.router.add_get("/", _serve((directory / "index.html").read_bytes(), "text/html"))
        return
    page = _serve_panel((panel / "index.html").read_bytes())
    for path in PANEL_PAGES:
        app.router.add_get(path, page)
    for file in sorted((panel / "assets").iterdir()):
        content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        app.router.add_get(f"/assets/{file.name}", _serve(file.read_bytes(), content_type, KEPT))


def _serve(content: bytes, content_type: str, caching: str = "no-cache") -> Handler:
    is_text = content_type.startswith("text/")
    packed = gzip.compress(content, mtime=0) if is_text and len(content) >= SMALLEST_PACKED else None

    async def serve(request: web.Request) -> web.StreamResponse:
        takes_packed = packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
        response = web.Response(
            body=packed if takes_packed else content,
            content_type=content_type,
            charset="utf-8" if is_text else None,
        )
        response.headers["Cache-Control"] = caching
        if packed is not None:
            response.headers["Vary"] = "Accept-Encoding"
        if takes_packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    return serve


def _serve_panel(content: bytes) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        nonce = secrets.token_urlsafe(16)
        response = web.Response(body=content.replace(NONCE, nonce.encode()), content_type="text/html", charset="utf-8")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = _POLICY.format(nonce=f" 'nonce-{nonce}'")
        return response

    return serve


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer, and keep what the API says out of caches."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    services = request.app.get(SERVICES)
    if services is not None and services.proxies.is_encrypted(request):
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
