"""The bare page at `/`: its files, and the headers under which a browser runs nothing but them."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

from web.problems import Handler

FILES = {
    "/": ("index.html", "text/html"),
    "/page/desk.css": ("desk.css", "text/css"),
    "/page/desk.js": ("desk.js", "text/javascript"),
    "/page/live.js": ("live.js", "text/javascript"),
    "/page/strings.js": ("strings.js", "text/javascript"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add_page(app: web.Application) -> None:
    """Serve the page's files; there are no others."""
    directory = resources.files("web") / "page"
    for path, (name, content_type) in FILES.items():
        app.router.add_get(path, _serve((directory / name).read_bytes(), content_type))


def _serve(content: bytes, content_type: str) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=content, content_type=content_type, charset="utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response

    return serve


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer, and keep what the API says out of caches."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
