"""`/api/v1/session` and `/api/v1/me`: signing in and out, and what somebody may know and change of themselves."""

from __future__ import annotations

import math
from datetime import datetime
from http import HTTPStatus

from aiohttp import web
from aiohttp_pydantic.oas.typing import r200, r201, r204
from pydantic import BaseModel, Field

from accounts.audit import note
from accounts.passwords import LONGEST
from accounts.rights import Action, Actor, Scope, Thing, scope_of
from accounts.sessions import ABSOLUTE, UserSession, csrf_token_of, end_session
from accounts.sign_in import SignIn, SignInRefused
from accounts.teams import teams_of
from accounts.tries import TooManyTries
from web.live import LIVE
from web.problems import ProblemError
from web.sign_in import COOKIE, CREDENTIAL, Credential, SignedIn, address_of, is_encrypted, is_own_page, signed_in
from web.views import View, answer

DOOR = web.AppKey("door", SignIn)


class Credentials(BaseModel, extra="forbid"):
    """What somebody signs in with."""

    login: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=4 * LONGEST)


class RightView(BaseModel):
    """What one may do to a kind of thing, and how far: `own`, `team` or `all`."""

    thing: str
    action: str
    scope: str


class TeamOfMe(BaseModel):
    """A team that one is in."""

    id: int
    name: str


class MeView(BaseModel):
    """Whoever asks: who they are, and what they may do with what they showed (session or token)."""

    id: int
    login: str
    name: str
    role: str
    teams: list[TeamOfMe]
    rights: list[RightView]


class SessionView(BaseModel):
    """A session. `csrf_token` must come along as `X-CSRF-Token` with every request that changes something."""

    user: MeView
    csrf_token: str
    expires_at: datetime


class NewOwnPassword(BaseModel, extra="forbid"):
    """A new password for oneself; the `current` one proves that it is really them."""

    current: str = Field(min_length=1, max_length=4 * LONGEST)
    new: str = Field(max_length=4 * LONGEST)


class Session(View):
    async def post(self, credentials: Credentials) -> r201[SessionView]:
        """Sign in. The session's cookie comes with the answer.

        Tags: sign-in
        Status Codes:
            401: Login and password do not fit
            429: Too many tries; Retry-After says when the next is possible
        """
        if not is_own_page(self.request):
            raise ProblemError(HTTPStatus.FORBIDDEN, "pages of other sites may not sign anybody in")
        try:
            _, started = await self.request.app[DOOR].sign_in(
                credentials.login, credentials.password, address_of(self.request)
            )
        except SignInRefused as error:
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "login and password do not fit") from error
        except TooManyTries as error:
            raise too_many(error) from error
        me = await signed_in(self.services, Credential(started.secret, is_cookie=True))
        if me is None:
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "login and password do not fit")
        view = SessionView(user=await _me(self, me), csrf_token=started.csrf_token, expires_at=started.expires_at)
        response = answer(view, 201)
        response.set_cookie(
            COOKIE,
            started.secret,
            max_age=int(ABSOLUTE.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=is_encrypted(self.request),
        )
        return response

    async def get(self) -> r200[SessionView]:
        """The session of the cookie, with its CSRF token: what a page asks for when it is loaded.

        Tags: sign-in
        Status Codes:
            404: Whoever asks showed a token, which has no session
        """
        session_id, credential = self._own()
        async with self.services.database.reading() as session:
            row = await session.get_one(UserSession, session_id)
        return answer(
            SessionView(
                user=await _me(self, self.user),
                csrf_token=csrf_token_of(credential.secret),
                expires_at=row.expires_at,
            )
        )

    async def delete(self) -> r204:
        """Sign out: the session ends, in every tab.

        Tags: sign-in
        Status Codes:
            404: Whoever asks showed a token, which has no session
        """
        session_id, _ = self._own()
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            if await end_session(session, session_id, now):
                note(session, self.user.author, "sign_out", "user", self.user.id, now=now)
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=is_encrypted(self.request))
        self.request.app[LIVE].look_again(self.user.id)
        return response

    def _own(self) -> tuple[int, Credential]:
        if self.user.session_id is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "a token has no session")
        return self.user.session_id, self.request[CREDENTIAL]


class OwnAccount(View):
    async def get(self) -> r200[MeView]:
        """Whoever asks.

        Tags: sign-in
        """
        return answer(await _me(self, self.user))


class OwnPassword(View):
    async def post(self, password: NewOwnPassword) -> r204:
        """Change one's own password. All other sessions end; tokens stay.

        Tags: sign-in
        Status Codes:
            429: Too many tries; Retry-After says when the next is possible
        """
        if self.user.actor.limits is not None:
            raise ProblemError(HTTPStatus.FORBIDDEN, "a token with scopes may not change the password")
        try:
            await self.request.app[DOOR].change_password(
                self.user.id,
                password.current,
                password.new,
                address=address_of(self.request),
                kept_session=self.user.session_id,
            )
        except TooManyTries as error:
            raise too_many(error) from error
        self.request.app[LIVE].look_again(self.user.id)
        return web.Response(status=HTTPStatus.NO_CONTENT)


def too_many(error: TooManyTries) -> ProblemError:
    """What somebody is told who tried too often."""
    seconds = math.ceil(error.retry_after)
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"too many tries: the next is possible in {seconds} s",
        headers={"Retry-After": str(seconds)},
    )


def rights_of(actor: Actor) -> list[RightView]:
    """All that somebody may do, for a page that shows only what they can use."""
    return [
        RightView(thing=thing, action=action, scope=scope.name.lower())
        for thing in Thing
        for action in Action
        if (scope := scope_of(actor, action, thing)) is not Scope.NONE
    ]


async def _me(view: View, user: SignedIn) -> MeView:
    async with view.services.database.reading() as session:
        teams = (await teams_of(session, [user.id]))[user.id]
    return MeView(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        teams=[TeamOfMe(id=team.id, name=team.name) for team in teams],
        rights=rights_of(user.actor),
    )
