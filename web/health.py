"""For machines that look after us: `/healthz` (we run), `/readyz` (calls can be served), `/metrics`."""

from __future__ import annotations

import asyncio
import ipaddress
from http import HTTPStatus

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from accounts.rights import Action, Thing, may
from kernel.telemetry import REGISTRY
from web.problems import ProblemError
from web.services import SERVICES, ReadinessCheck, Services
from web.sign_in import actor_of, bearer_token, user_for

CHECK_SECONDS = 2.0
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


async def healthz(request: web.Request) -> web.Response:
    """We run and answer."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Whether everything that a call needs is there; 503 and what is not otherwise."""
    services = request.app[SERVICES]

    async def database() -> str | None:
        return await _database(services)

    checks: dict[str, ReadinessCheck] = {"database": database, **services.readiness}
    results = await asyncio.gather(*(_run(check) for check in checks.values()))
    problems = {name: problem for name, problem in zip(checks, results, strict=True) if problem is not None}
    status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
    return web.json_response(
        {"status": "not ready" if problems else "ready", "checks": {name: problems.get(name, "ok") for name in checks}},
        status=status,
    )


async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus: for this machine itself, else with a token that may read them."""
    if not is_from_this_machine(request):
        secret = bearer_token(request)
        user = await user_for(request.app[SERVICES], secret) if secret else None
        if user is None:
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "figures are for this machine, or with a token")
        if not may(actor_of(user), Action.READ, Thing.METRICS):
            raise ProblemError(HTTPStatus.FORBIDDEN, f"the role {user.role} may not read metrics")
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


def is_from_this_machine(request: web.Request) -> bool:
    """Whether whoever asks is on this machine. What a proxy here passes on is not, wherever it connects from."""
    if any(header in request.headers for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


async def _database(services: Services) -> str | None:
    async with services.database.reading() as session:
        await session.execute(text("SELECT 1"))
    return None


async def _run(check: ReadinessCheck) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception as error:
        return f"failed: {type(error).__name__}"
