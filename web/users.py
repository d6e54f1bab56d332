"""`/api/v1/users`, `/api/v1/teams`, `/api/v1/audit`: who works here, with whom, and who changed what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web
from aiohttp_pydantic.oas.typing import r200, r201, r204
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import AuditEntry, audit_page, note
from accounts.errors import BadInput
from accounts.passwords import LONGEST, checked
from accounts.rights import Action, Owner, Thing, covers
from accounts.roles import actor_for, checked_role, rights_of
from accounts.sessions import end_sessions_of
from accounts.sign_in import keep_password
from accounts.teams import Team, add_team, members_of, remove_team, rename_team, set_members, set_teams, teams_of
from accounts.tokens import ApiToken, checked_scopes, create_token, revoke_token
from accounts.users import User, add_user, change_user
from queue_router.agents import AgentRow, add_agent
from web.live import LIVE
from web.paging import Cursor, Limit, decode_cursor, encode_cursor
from web.problems import FieldProblem, ProblemError, not_found
from web.roles import RoleName
from web.sessions import DOOR, TeamOfMe
from web.views import View, answer, search_words

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Password = Annotated[str, Field(max_length=4 * LONGEST)]


class UserView(BaseModel):
    """A user. One who is not `active` can't sign in; their calls and notes keep their name."""

    id: int
    login: str
    name: str
    role: str
    active: bool
    has_password: bool
    phone: str | None
    """The account of the phone at which they take calls; None: they take none."""
    teams: list[TeamOfMe]
    created_at: datetime


class UserList(BaseModel):
    """A page of users, in order of login."""

    items: list[UserView]
    next_cursor: str | None


class NewUser(BaseModel, extra="forbid"):
    """A user to add. Without `password` they sign in with tokens only, without `phone` they take no calls."""

    login: str = Field(max_length=1000)
    name: str = Field(max_length=1000)
    role: RoleName
    password: Password | None = None
    phone: str | None = Field(None, max_length=1000)
    team_ids: list[Id] = Field([], max_length=100)


class UserChange(BaseModel, extra="forbid"):
    """What shall be different about a user; what is left out stays. `phone` null: they take no calls any more."""

    name: str | None = Field(None, max_length=1000)
    role: RoleName | None = None
    active: bool | None = None
    phone: str | None = Field(None, max_length=1000)
    team_ids: list[Id] | None = Field(None, max_length=100)


class NewPassword(BaseModel, extra="forbid"):
    """A password that somebody is given."""

    password: Password


class TokenView(BaseModel):
    """A token that was given out. `scopes` None: all that its user may do."""

    id: int
    label: str
    prefix: str
    scopes: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class TokenList(BaseModel):
    """A page of the tokens of a user, newest first."""

    items: list[TokenView]
    next_cursor: str | None


class NewToken(BaseModel, extra="forbid"):
    """A token to make: for `scopes` such as `read:contact` or `write:task`, or for all that its user may do."""

    label: str = Field(max_length=1000)
    scopes: list[Annotated[str, Field(max_length=100)]] | None = Field(None, max_length=100)
    expires_at: AwareDatetime | None = None


class IssuedTokenView(BaseModel):
    """A new token. Its `secret` is told now and never again."""

    id: int
    secret: str


class TeamView(BaseModel):
    """A team and the ids of the users in it."""

    id: int
    name: str
    members: list[int]
    created_at: datetime


class TeamList(BaseModel):
    """A page of teams, in order of name."""

    items: list[TeamView]
    next_cursor: str | None


class NewTeam(BaseModel, extra="forbid"):
    """A team to add."""

    name: str = Field(max_length=1000)
    members: list[Id] = Field([], max_length=1000)


class TeamChange(BaseModel, extra="forbid"):
    """What shall be different about a team; what is left out stays."""

    name: str | None = Field(None, max_length=1000)
    members: list[Id] | None = Field(None, max_length=1000)


class AuditView(BaseModel):
    """A change: who made it (None: nobody signed in, see `via`), to what, and what differs. Secrets are left out."""

    id: int
    at: datetime
    user_id: int | None
    via: str
    action: str
    thing: str
    thing_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditList(BaseModel):
    """A page of the audit log, newest first."""

    items: list[AuditView]
    next_cursor: str | None


class Users(View):
    async def get(
        self,
        q: Annotated[str, Field(max_length=200)] = "",
        active: bool | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[UserList]:
        """Users in order of login; with `q`, those in whose login or name it stands.

        Tags: users
        """
        self.require(Action.READ, Thing.USER)
        statement = select(User).order_by(User.login).limit(limit + 1)
        if words := search_words(q):
            part = words.lower()
            statement = statement.where(
                or_(User.login.contains(part, autoescape=True), func.lower(User.name).contains(part, autoescape=True))
            )
        if active is not None:
            statement = statement.where(User.active.is_(active))
        if cursor:
            statement = statement.where(User.login > decode_cursor(cursor, str)[0])
        async with self.services.database.reading() as session:
            rows = list(await session.scalars(statement))
            views = await _users(session, rows[:limit])
        return answer(
            UserList(items=views, next_cursor=encode_cursor(rows[limit - 1].login) if len(rows) > limit else None)
        )

    async def post(self, user: NewUser) -> r201[UserView]:
        """Add a user.

        Tags: users
        """
        self.require(Action.CREATE, Thing.USER)
        hashed = None
        if user.password is not None:
            hashed = await self.request.app[DOOR].passwords.hash(checked(user.password, user.login))
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            await _require_above(self, session, await checked_role(session, user.role), "role")
            added = await add_user(session, login=user.login, name=user.name, role=user.role, now=now)
            added.password_hash = hashed
            await set_teams(session, added.id, user.team_ids)
            await _set_phone(session, added.id, user.phone, now)
            (view,) = await _users(session, [added])
            note(session, self.user.author, "create", "user", added.id, now=now, after=view.model_dump(mode="json"))
        await self.services.agents.load()
        self.request.app[LIVE].look_again_at_all()
        self.tag(view)
        return answer(view, 201, {"Location": f"/api/v1/users/{view.id}"})


class OneUser(View):
    async def get(self, user_id: Id, /) -> r200[UserView]:
        """A user.

        Tags: users
        """
        self.require(Action.READ, Thing.USER, Owner.user(user_id))
        async with self.services.database.reading() as session:
            (view,) = await _users(session, [await _user(session, user_id)])
        self.tag(view)
        return answer(view)

    async def patch(self, user_id: Id, /, change: UserChange) -> r200[UserView]:
        """Change a user. Whoever is no longer active is signed out at once, everywhere.

        Nobody can give a role, or change somebody of a role, that may do more than they may themselves.

        Tags: users
        Status Codes:
            412: `If-Match` names another state than they are in
        """
        self.require(Action.CHANGE, Thing.USER)
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            user = await _user(session, user_id, lock=True)
            (before,) = await _users(session, [user])
            self.require_unchanged(before)
            await _require_above(self, session, user.role)
            if change.role is not None:
                await _require_above(self, session, await checked_role(session, change.role), "role")
            await change_user(session, user, name=change.name, role=change.role, active=change.active)
            if change.team_ids is not None:
                await set_teams(session, user.id, change.team_ids)
            if "phone" in change.model_fields_set:
                await _set_phone(session, user.id, change.phone, now)
            if not user.active:
                await end_sessions_of(session, user.id, now)
            (after,) = await _users(session, [user])
            note(
                session,
                self.user.author,
                "change",
                "user",
                user.id,
                now=now,
                before=before.model_dump(mode="json"),
                after=after.model_dump(mode="json"),
            )
        await self.services.agents.load()
        if before.teams != after.teams:
            self.request.app[LIVE].look_again_at_all()
        self.request.app[LIVE].look_again(user_id)
        self.tag(after)
        return answer(after)


class UserPassword(View):
    async def post(self, user_id: Id, /, password: NewPassword) -> r204:
        """Give a user a new password. All their sessions end; their tokens stay.

        Tags: users
        """
        self.require(Action.CHANGE, Thing.USER)
        async with self.services.database.reading() as session:
            known = await _user(session, user_id)
            login = known.login
            await _require_above(self, session, known.role)
        hashed = await self.request.app[DOOR].passwords.hash(checked(password.password, login))
        async with self.services.database.transaction() as session:
            user = await _user(session, user_id)
            await keep_password(session, user, hashed, self.user.author, now=self.services.clock.now())
        self.request.app[LIVE].look_again(user_id)
        return web.Response(status=HTTPStatus.NO_CONTENT)


class UserTokens(View):
    async def get(self, user_id: Id, /, limit: Limit = 50, cursor: Cursor = "") -> r200[TokenList]:
        """The tokens of a user, without their secrets.

        Tags: users
        """
        self.require(Action.READ, Thing.TOKEN, Owner.user(user_id))
        statement = select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc()).limit(limit + 1)
        if cursor:
            statement = statement.where(ApiToken.id < decode_cursor(cursor, int)[0])
        async with self.services.database.reading() as session:
            await _user(session, user_id)
            rows = list(await session.scalars(statement))
        return answer(
            TokenList(
                items=[_token(row) for row in rows[:limit]],
                next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
            )
        )

    async def post(self, user_id: Id, /, token: NewToken) -> r201[IssuedTokenView]:
        """Make a token that stands for a user: for all that they may do, or for `scopes`.

        Tags: users
        """
        self.require(Action.CREATE, Thing.TOKEN, Owner.user(user_id))
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            user = await _user(session, user_id)
            await _require_above(self, session, user.role)
            scopes = token.scopes
            if scopes is None and self.user.actor.limits is not None:
                raise BadInput("scopes", "must be given: your own token is limited")
            if scopes is not None:
                # Within what the user may do and, where somebody's own token is limited, within that.
                scopes = checked_scopes(scopes, await actor_for(session, user), self.user.actor)
            issued = await create_token(
                session, user.id, label=token.label, now=now, expires_at=token.expires_at, scopes=scopes
            )
            after = {"user_id": user.id, "label": token.label, "scopes": scopes, "expires_at": token.expires_at}
            note(session, self.user.author, "create", "token", issued.id, now=now, after=after)
        return answer(IssuedTokenView(id=issued.id, secret=issued.secret), 201)


class OneToken(View):
    async def delete(self, user_id: Id, token_id: Id, /) -> r204:
        """Revoke a token: it is no good from now on.

        Tags: users
        """
        self.require(Action.DELETE, Thing.TOKEN, Owner.user(user_id))
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            row = await session.get(ApiToken, token_id)
            if row is None or row.user_id != user_id:
                raise not_found("token")
            if await revoke_token(session, token_id, now):
                note(session, self.user.author, "revoke", "token", token_id, now=now, after={"user_id": user_id})
        self.request.app[LIVE].look_again(user_id)
        return web.Response(status=HTTPStatus.NO_CONTENT)


class Teams(View):
    async def get(self, limit: Limit = 50, cursor: Cursor = "") -> r200[TeamList]:
        """Teams in order of name.

        Tags: teams
        """
        self.require(Action.READ, Thing.TEAM)
        statement = select(Team).order_by(Team.name).limit(limit + 1)
        if cursor:
            statement = statement.where(Team.name > decode_cursor(cursor, str)[0])
        async with self.services.database.reading() as session:
            rows = list(await session.scalars(statement))
            views = await _teams(session, rows[:limit])
        return answer(
            TeamList(items=views, next_cursor=encode_cursor(rows[limit - 1].name) if len(rows) > limit else None)
        )

    async def post(self, team: NewTeam) -> r201[TeamView]:
        """Add a team.

        Tags: teams
        """
        self.require(Action.CREATE, Thing.TEAM)
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            added = await add_team(session, name=team.name, now=now)
            await set_members(session, added.id, team.members)
            (view,) = await _teams(session, [added])
            after = {"name": view.name, "members": view.members}
            note(session, self.user.author, "create", "team", added.id, now=now, after=after)
        self.request.app[LIVE].look_again_at_all()
        self.tag(view)
        return answer(view, 201, {"Location": f"/api/v1/teams/{view.id}"})


class OneTeam(View):
    async def get(self, team_id: Id, /) -> r200[TeamView]:
        """A team.

        Tags: teams
        """
        self.require(Action.READ, Thing.TEAM)
        async with self.services.database.reading() as session:
            (view,) = await _teams(session, [await _team(session, team_id)])
        self.tag(view)
        return answer(view)

    async def patch(self, team_id: Id, /, change: TeamChange) -> r200[TeamView]:
        """Change a team's name, or who is in it.

        Tags: teams
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.TEAM)
        now = self.services.clock.now()
        async with self.services.database.transaction() as session:
            team = await _team(session, team_id, lock=True)
            (before,) = await _teams(session, [team])
            self.require_unchanged(before)
            if change.name is not None:
                await rename_team(session, team, change.name)
            if change.members is not None:
                await set_members(session, team.id, change.members)
            (after,) = await _teams(session, [team])
            note(
                session,
                self.user.author,
                "change",
                "team",
                team.id,
                now=now,
                before=before.model_dump(mode="json"),
                after=after.model_dump(mode="json"),
            )
        self.request.app[LIVE].look_again_at_all()
        self.tag(after)
        return answer(after)

    async def delete(self, team_id: Id, /, move_members_to: Id | None = None) -> r204:
        """Remove a team. Its people go into the team `move_members_to`; without one, it must be empty.

        Tags: teams
        Status Codes:
            409: Somebody is in it, and `move_members_to` names no other team
            412: `If-Match` names another state than it is in
        """
        self.require(Action.DELETE, Thing.TEAM)
        async with self.services.database.transaction() as session:
            team = await _team(session, team_id, lock=True)
            (before,) = await _teams(session, [team])
            self.require_unchanged(before)
            if move_members_to == team_id:
                raise _bad_target("is the team that is to be removed")
            if move_members_to is not None and await session.get(Team, move_members_to) is None:
                raise _bad_target(f"there is no team {move_members_to}")
            if before.members and move_members_to is None:
                who = f"{len(before.members)} user(s) are in it: move them, or name their new team in move_members_to"
                raise ProblemError(HTTPStatus.CONFLICT, who)
            await remove_team(session, team, move_members_to)
            shown = {"name": before.name, "members": before.members, "move_members_to": move_members_to}
            now = self.services.clock.now()
            note(session, self.user.author, "delete", "team", team_id, now=now, before=shown)
        self.request.app[LIVE].look_again_at_all()
        return web.Response(status=HTTPStatus.NO_CONTENT)


class Audit(View):
    async def get(
        self,
        user_id: Id | None = None,
        thing: Annotated[str, Field(max_length=32)] = "",
        thing_id: Annotated[str, Field(max_length=128)] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[AuditList]:
        """Who changed what, newest first: all of it, or of one user (who made the change), kind of thing, or thing.

        Tags: audit
        """
        self.require(Action.READ, Thing.AUDIT)
        async with self.services.database.reading() as session:
            rows = await audit_page(
                session,
                before_id=decode_cursor(cursor, int)[0] if cursor else None,
                limit=limit + 1,
                user_id=user_id,
                thing=search_words(thing, "thing") or None,
                thing_id=search_words(thing_id, "thing_id") or None,
            )
        return answer(
            AuditList(
                items=[_entry(row) for row in rows[:limit]],
                next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
            )
        )


def _bad_target(reason: str) -> ProblemError:
    problem = FieldProblem(field="move_members_to", reason=reason, where="query string")
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"move_members_to: {reason}", [problem])


async def _require_above(view: View, session: AsyncSession, role: str, field: str | None = None) -> None:
    """`ProblemError` (403) unless whoever asks may themselves do all that `role` may; `BadInput` for a `field`."""
    if covers(view.user.actor, await rights_of(session, role)):
        return
    reason = f"the role {role} may do more than you"
    raise BadInput(field, reason) if field else ProblemError(HTTPStatus.FORBIDDEN, reason)


async def _user(session: AsyncSession, user_id: int, *, lock: bool = False) -> User:
    user = await session.get(User, user_id, with_for_update=lock)
    if user is None:
        raise not_found("user")
    return user


async def _team(session: AsyncSession, team_id: int, *, lock: bool = False) -> Team:
    team = await session.get(Team, team_id, with_for_update=lock)
    if team is None:
        raise not_found("team")
    return team


async def _users(session: AsyncSession, rows: Sequence[User]) -> list[UserView]:
    ids = [row.id for row in rows]
    teams = await teams_of(session, ids)
    agents = await session.scalars(select(AgentRow).where(AgentRow.user_id.in_(ids)))
    phones = {agent.user_id: agent.account for agent in agents}
    return [
        UserView(
            id=row.id,
            login=row.login,
            name=row.name,
            role=row.role,
            active=row.active,
            has_password=row.password_hash is not None,
            phone=phones.get(row.id),
            teams=[TeamOfMe(id=team.id, name=team.name) for team in teams[row.id]],
            created_at=row.created_at,
        )
        for row in rows
    ]


async def _teams(session: AsyncSession, rows: Sequence[Team]) -> list[TeamView]:
    members = await members_of(session, [row.id for row in rows])
    return [TeamView(id=row.id, name=row.name, members=members[row.id], created_at=row.created_at) for row in rows]


async def _set_phone(session: AsyncSession, user_id: int, account: str | None, now: datetime) -> None:
    """Let a user take calls at that phone, or at none. Whoever gets another phone is not ready until they ask."""
    row = await session.get(AgentRow, user_id)
    if (row.account if row is not None else None) == account:
        return
    if row is not None:
        await session.delete(row)
        await session.flush()
    if account is not None:
        try:
            await add_agent(session, user_id, account, now)
        except BadInput as error:
            raise BadInput("phone", error.reason) from error


def _token(row: ApiToken) -> TokenView:
    return TokenView(
        id=row.id,
        label=row.label,
        prefix=row.prefix,
        scopes=row.scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _entry(row: AuditEntry) -> AuditView:
    return AuditView(
        id=row.id,
        at=row.at,
        user_id=row.user_id,
        via=row.via,
        action=row.action,
        thing=row.thing,
        thing_id=row.thing_id,
        before=row.before,
        after=row.after,
    )
