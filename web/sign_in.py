"""Who asks: the bearer token of a request, and the user whom it stands for."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from accounts.rights import Action, Actor, Owner, Thing, may
from accounts.tokens import user_of_token
from accounts.users import User
from web.problems import Handler, ProblemError
from web.services import SERVICES, Services

API = "/api/"
PUBLIC = frozenset({"/api/v1/openapi.json"})
USER = web.RequestKey("user", User)


def actor_of(user: User) -> Actor:
    """The user as rights see them."""
    return Actor(user.id, user.role)


async def user_for(services: Services, secret: str) -> User | None:
    """Whose token that is, None when it is no good."""
    async with services.database.reading() as session:
        return await user_of_token(session, secret, services.clock.now())


def bearer_token(request: web.Request) -> str | None:
    """The token in the Authorization header, None when there is none of that kind."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


@web.middleware
async def sign_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets nobody without a valid token into the API."""
    if not request.path.startswith(API) or request.path in PUBLIC:
        return await handler(request)
    secret = bearer_token(request)
    if secret is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "a token is needed: Authorization: Bearer …")
    user = await user_for(request.app[SERVICES], secret)
    if user is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "the token is unknown, has expired, or was revoked")
    request[USER] = user
    return await handler(request)


def require(user: User, action: Action, thing: Thing, owner: Owner | None = None) -> None:
    """`ProblemError` (403) unless the user may do that."""
    if not may(actor_of(user), action, thing, owner):
        raise ProblemError(HTTPStatus.FORBIDDEN, f"the role {user.role} may not {action} this {thing}")
