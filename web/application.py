"""The web application: API, live websocket, page and what machines ask, on one port."""

from __future__ import annotations

import ssl

from aiohttp import web

from accounts.sign_in import SignIn
from web import (
    agents,
    api_docs,
    board,
    calls,
    desk,
    health,
    live,
    openapi,
    page_files,
    roles,
    sessions,
    telephony,
    users,
)
from web.crm import add_crm
from web.problems import problems
from web.services import SERVICES, Services
from web.sign_in import sign_in

BODY_LIMIT = 1024 * 1024
SHUTDOWN_SECONDS = 5.0


def create_app(services: Services) -> web.Application:
    """The application, with everything that it works with."""
    app = web.Application(middlewares=[problems, sign_in], client_max_size=BODY_LIMIT)
    app[SERVICES] = services
    app[live.LIVE] = live.LiveConnections(services.clock)
    app[sessions.DOOR] = SignIn(services.database, services.clock)
    router = app.router
    router.add_view("/api/v1/session", sessions.Session)
    router.add_view("/api/v1/me", sessions.OwnAccount)
    router.add_view("/api/v1/me/password", sessions.OwnPassword)
    router.add_view("/api/v1/users", users.Users)
    router.add_view("/api/v1/users/{user_id}", users.OneUser)
    router.add_view("/api/v1/users/{user_id}/password", users.UserPassword)
    router.add_view("/api/v1/users/{user_id}/tokens", users.UserTokens)
    router.add_view("/api/v1/users/{user_id}/tokens/{token_id}", users.OneToken)
    router.add_view("/api/v1/roles", roles.Roles)
    router.add_view("/api/v1/roles/{role}", roles.OneRole)
    router.add_view("/api/v1/teams", users.Teams)
    router.add_view("/api/v1/teams/{team_id}", users.OneTeam)
    router.add_view("/api/v1/audit", users.Audit)
    add_crm(app)
    router.add_view("/api/v1/calls", calls.Calls)
    router.add_view("/api/v1/calls/{call_id}", calls.OneCall)
    router.add_view("/api/v1/board", board.Board)
    router.add_view("/api/v1/agents/me", agents.Me)
    router.add_view("/api/v1/agents/me/state", agents.MyState)
    router.add_view("/api/v1/agents/me/wrap-up", agents.MyWrapUp)
    router.add_view("/api/v1/agents/{user_id}/states", agents.States)
    router.add_view("/api/v1/desk/hang-up", desk.HangUp)
    telephony.add_telephony(app)
    router.add_get("/live", live.live)
    router.add_get("/healthz", health.healthz)
    router.add_get("/readyz", health.readyz)
    router.add_get("/metrics", health.metrics)
    page_files.add_page(app)
    openapi.add_document(app)
    api_docs.add_docs(app)
    app.on_response_prepare.append(page_files.harden)
    app.on_shutdown.append(app[live.LIVE].close)
    return app


async def start(
    app: web.Application, host: str, port: int, tls: ssl.SSLContext | None = None
) -> tuple[web.AppRunner, int]:
    """Serve `app`, over TLS where `tls` is given: the runner (its `cleanup` ends it) and the port (0 takes a free one).

    `OSError` when the port is taken.
    """
    # No access log: requests are counted by the proxy or not at all, and a log must not fill with a panel's polling.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=tls)
    try:
        await site.start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner, runner.addresses[0][1]
