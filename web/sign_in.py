"""Who asks: the bearer token of a request or the cookie of a session, and the user whom it stands for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from accounts.audit import Author
from accounts.rights import Action, Actor, Owner, Thing, may
from accounts.roles import actor_for
from accounts.sessions import is_csrf_token_of, is_touch_due, session_of_secret, touch_session
from accounts.tokens import limits_of, token_of_secret
from web.api_docs import PATHS as DOCS
from web.problems import FieldProblem, Handler, ProblemError
from web.services import SERVICES, Services

API = "/api/"
PUBLIC = frozenset({"/api/v1/openapi.json", *DOCS})
PUBLIC_OPERATIONS = frozenset({("POST", "/api/v1/session")})
COOKIE = "ringdesk_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody shows to be let in: the secret of a token, or of a session's cookie."""

    secret: str
    is_cookie: bool = False

    def __repr__(self) -> str:
        return f"Credential(is_cookie={self.is_cookie})"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever asks: the user, and what they may do with what they showed."""

    id: int
    login: str
    name: str
    role: str
    actor: Actor
    session_id: int | None = None
    """The session, where it was a cookie that let them in."""

    @property
    def author(self) -> Author:
        """They as the audit log has them."""
        return Author(self.id)


USER = web.RequestKey("user", SignedIn)
CREDENTIAL = web.RequestKey("credential", Credential)


def actor_of(user: SignedIn) -> Actor:
    """The user as rights see them."""
    return user.actor


async def user_for(services: Services, secret: str) -> SignedIn | None:
    """Whose token that is, None when it is no good."""
    return await signed_in(services, Credential(secret))


async def signed_in(services: Services, credential: Credential) -> SignedIn | None:
    """Who shows that, None when it is no good. A session counts as used from now."""
    now = services.clock.now()
    touch = None
    async with services.database.reading() as session:
        if credential.is_cookie:
            of_session = await session_of_secret(session, credential.secret, now)
            if of_session is None:
                return None
            row, user = of_session
            actor, session_id = await actor_for(session, user), row.id
            touch = session_id if is_touch_due(row, now) else None
        else:
            of_token = await token_of_secret(session, credential.secret, now)
            if of_token is None:
                return None
            token, user = of_token
            actor, session_id = await actor_for(session, user, limits_of(token.scopes)), None
    if touch is not None:
        try:
            async with asyncio.timeout(TOUCH_SECONDS), services.database.transaction() as session:
                await touch_session(session, touch, now)
        except Exception:
            # Nobody is sent away because the database is busy: it is noted a minute later.
            log.warning("that a session is used could not be noted", session_id=touch, exc_info=True)
    return SignedIn(user.id, user.login, user.name, user.role, actor, session_id)


def bearer_token(request: web.Request) -> str | None:
    """The token in the Authorization header, None when there is none of that kind."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


def credential_of(request: web.Request) -> Credential | None:
    """What the request shows: its token, or else its cookie. An Authorization header of any kind hides the cookie."""
    if "Authorization" in request.headers:
        secret = bearer_token(request)
        return None if secret is None else Credential(secret)
    cookie = request.cookies.get(COOKIE)
    return Credential(cookie, is_cookie=True) if cookie else None


@web.middleware
async def sign_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets nobody into the API without a valid token or session, and no change by cookie without its CSRF token."""
    if (
        not request.path.startswith(API)
        or request.path in PUBLIC
        or (request.method, request.path) in PUBLIC_OPERATIONS
    ):
        return await handler(request)
    credential = credential_of(request)
    if credential is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "sign in first, or send a token: Authorization: Bearer …")
    user = await signed_in(request.app[SERVICES], credential)
    if user is None:
        what = "your session has ended: sign in again" if credential.is_cookie else _BAD_TOKEN
        raise ProblemError(HTTPStatus.UNAUTHORIZED, what)
    if credential.is_cookie and request.method not in SAFE:
        _check_csrf(request, credential)
    request[USER] = user
    request[CREDENTIAL] = credential
    return await handler(request)


_BAD_TOKEN = "the token is unknown, has expired, or was revoked"  # noqa: S105 - a sentence


def _check_csrf(request: web.Request, credential: Credential) -> None:
    token = request.headers.get(CSRF_HEADER, "")
    if not is_csrf_token_of(credential.secret, token):
        reason = "is missing" if not token else "is not the one of this session"
        problem = FieldProblem(field=CSRF_HEADER, reason=f"{reason}: GET /api/v1/session tells it", where="headers")
        raise ProblemError(HTTPStatus.FORBIDDEN, f"{CSRF_HEADER} {problem.reason}", [problem])


def require(user: SignedIn, action: Action, thing: Thing, owner: Owner | None = None) -> None:
    """`ProblemError` (403) unless the user may do that."""
    if not may(user.actor, action, thing, owner):
        is_limited = user.actor.limits is not None and (thing, action) not in user.actor.limits
        who = "the token" if is_limited else f"the role {user.role}"
        raise ProblemError(HTTPStatus.FORBIDDEN, f"{who} may not {action} this {thing}")


def is_own_page(request: web.Request) -> bool:
    """Whether the page that asks is ours or an allowed one. What is no browser sends no Origin, and may."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    services = request.app[SERVICES]
    is_ours = urlsplit(origin).netloc == services.proxies.host_of(request) and origin.startswith("http")
    return is_ours or origin in services.allowed_origins


def is_encrypted(request: web.Request) -> bool:
    """Whether whoever asks does so over TLS, here or at a proxy that we trust."""
    return request.app[SERVICES].proxies.is_encrypted(request)


def address_of(request: web.Request) -> str:
    """Where a request comes from, past the proxies that we trust."""
    return request.app[SERVICES].proxies.address_of(request)
