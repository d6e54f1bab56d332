"""`/api/docs`: the API's document to be read and tried in a browser, with Swagger UI's own files and nobody else's."""

from __future__ import annotations

import asyncio
import gzip
from functools import cache
from importlib import resources

from aiohttp import web

from web.problems import Handler

PATH = "/api/docs"
PAGE = "docs.html"
FILES = {
    "": ("web", f"page/{PAGE}", "text/html"),
    "/start.js": ("web", "page/docs.js", "text/javascript"),
    "/docs.css": ("web", "page/docs.css", "text/css"),
    "/swagger-ui.js": ("swagger_ui", "static/swagger-ui-bundle.js", "text/javascript"),
    "/swagger-ui.css": ("swagger_ui", "static/swagger-ui.css", "text/css"),
}
"""What the page loads, by the rest of its path: package, file, kind."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The pages' own policy, and pictures that stand in Swagger UI's style sheet."""


@cache
def _packed(package: str, file: str) -> bytes:
    return gzip.compress((resources.files(package) / file).read_bytes(), mtime=0)


def _serve(package: str, file: str, content_type: str) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        # Large, seldom asked for: read and packed at the first request, beside the event loop.
        packed = await asyncio.to_thread(_packed, package, file)
        takes_packed = "gzip" in request.headers.get("Accept-Encoding", "")
        body = packed if takes_packed else await asyncio.to_thread(gzip.decompress, packed)
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY, "Vary": "Accept-Encoding"}
        if takes_packed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)

    return serve


def add_docs(app: web.Application) -> None:
    """Serve the page and its files."""
    for rest, (package, file, content_type) in FILES.items():
        app.router.add_get(f"{PATH}{rest}", _serve(package, file, content_type))


PATHS = frozenset(f"{PATH}{rest}" for rest in FILES)
"""They hold nothing that is anybody's: who has not signed in may read them, too."""
