"""`/api/v1/roles`: what each role may do, as rows that an admin edits. A change counts from the next request on."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aiohttp import web
from aiohttp_pydantic.oas.typing import r200, r201, r204
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import note
from accounts.errors import BadInput
from accounts.rights import Action, Rights, Scope, Thing, covers
from accounts.roles import (
    RoleInUse,
    RoleRow,
    add_role,
    remove_role,
    rights_of,
    set_rights,
    users_of_roles,
)
from accounts.users import ROLE_LIMIT, Role, clean_name
from web.live import LIVE
from web.paging import Cursor, Limit, decode_cursor, encode_cursor
from web.problems import ProblemError, not_found
from web.views import View, answer

RoleName = Annotated[str, Field(min_length=1, max_length=ROLE_LIMIT, pattern="^[a-z][a-z0-9_-]*$")]


class RoleRight(BaseModel, extra="forbid"):
    """What a role may do to one kind of thing, and how far: to one's own, the team's, all; `none` takes it away."""

    thing: Thing
    action: Action
    scope: Literal["none", "own", "team", "all"]


class RoleView(BaseModel):
    """A role. `built_in`: the product comes with it, so it can't be removed. `users` is how many have it.

    What is not in `rights` it may not do. The rights of `admin` can't be changed.
    """

    name: str
    description: str
    built_in: bool
    users: int
    rights: list[RoleRight]


class RoleList(BaseModel):
    """A page of roles, in order of name."""

    items: list[RoleView]
    next_cursor: str | None


class NewRole(BaseModel, extra="forbid"):
    """A role to add. It may do what `rights` say and nothing else."""

    name: RoleName
    description: str = Field(max_length=1000)
    rights: list[RoleRight] = Field([], max_length=200)


class RoleChange(BaseModel, extra="forbid"):
    """What shall be different about a role: each of `rights` is set; those left out stay as they are."""

    description: str | None = Field(None, max_length=1000)
    rights: list[RoleRight] = Field([], max_length=200)


class Roles(View):
    async def get(self, limit: Limit = 50, cursor: Cursor = "") -> r200[RoleList]:
        """Roles in order of name, with their rights.

        Tags: roles
        """
        self.require(Action.READ, Thing.ROLE)
        statement = select(RoleRow).order_by(RoleRow.name).limit(limit + 1)
        if cursor:
            statement = statement.where(RoleRow.name > decode_cursor(cursor, str)[0])
        async with self.services.database.reading() as session:
            rows = list(await session.scalars(statement))
            views = await _views(session, rows[:limit])
        return answer(
            RoleList(items=views, next_cursor=encode_cursor(rows[limit - 1].name) if len(rows) > limit else None)
        )

    async def post(self, role: NewRole) -> r201[RoleView]:
        """Add a role. Nobody can give it what they may not do themselves.

        Tags: roles
        """
        self.require(Action.CREATE, Thing.ROLE)
        rights = _rights(self, role.rights)
        async with self.services.database.transaction() as session:
            added = await add_role(session, name=role.name, description=role.description)
            await set_rights(session, added, rights)
            (view,) = await _views(session, [added])
            _note(self, session, "create", after=view)
        self.tag(_state(view))
        return answer(view, 201, {"Location": f"/api/v1/roles/{view.name}"})


class OneRole(View):
    async def get(self, role: RoleName, /) -> r200[RoleView]:
        """A role, with its rights.

        Tags: roles
        """
        self.require(Action.READ, Thing.ROLE)
        async with self.services.database.reading() as session:
            (view,) = await _views(session, [await _role(session, role)])
        self.tag(_state(view))
        return answer(view)

    async def patch(self, role: RoleName, /, change: RoleChange) -> r200[RoleView]:
        """Change a role's description, or what it may do. It counts at once, also for who is signed in.

        Tags: roles
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.ROLE)
        rights = _rights(self, change.rights)
        async with self.services.database.transaction() as session:
            row = await _role(session, role, lock=True)
            (before,) = await _views(session, [row])
            self.require_unchanged(_state(before))
            if change.description is not None:
                row.description = clean_name(change.description, "description", 200)
            await set_rights(session, row, rights)
            (view,) = await _views(session, [row])
            _note(self, session, "change", after=view, before=before)
        self.request.app[LIVE].look_again_at_role(role)
        self.tag(_state(view))
        return answer(view)

    async def delete(self, role: RoleName, /) -> r204:
        """Remove a role that nobody has any more, and that is none of the product's.

        Tags: roles
        Status Codes:
            409: Somebody has it, or the product comes with it
            412: `If-Match` names another state than it is in
        """
        self.require(Action.DELETE, Thing.ROLE)
        async with self.services.database.transaction() as session:
            row = await _role(session, role, lock=True)
            (before,) = await _views(session, [row])
            self.require_unchanged(_state(before))
            try:
                await remove_role(session, row)
            except RoleInUse as error:
                raise ProblemError(HTTPStatus.CONFLICT, str(error)) from error
            _note(self, session, "delete", before=before)
        return web.Response(status=HTTPStatus.NO_CONTENT)


async def _role(session: AsyncSession, name: str, *, lock: bool = False) -> RoleRow:
    row = await session.get(RoleRow, name, with_for_update=lock)
    if row is None:
        raise not_found("role")
    return row


def _rights(view: View, given: Sequence[RoleRight]) -> Rights:
    """`given` as rights. `BadInput` names the first that is there twice, or that whoever asks may not give."""
    rights: dict[tuple[Thing, Action], Scope] = {}
    for index, each in enumerate(given):
        right, scope = (each.thing, each.action), Scope[each.scope.upper()]
        if right in rights:
            raise BadInput(f"rights[{index}]", f"{each.action} {each.thing} stands there twice")
        if not covers(view.user.actor, {right: scope}):
            raise BadInput(f"rights[{index}]", "you can't give what you may not do yourself")
        rights[right] = scope
    return rights


async def _views(session: AsyncSession, rows: Sequence[RoleRow]) -> list[RoleView]:
    users = await users_of_roles(session, [row.name for row in rows])
    return [
        RoleView(
            name=row.name,
            description=row.description,
            built_in=row.name in set(Role),
            users=users.get(row.name, 0),
            rights=_shown(await rights_of(session, row.name)),
        )
        for row in rows
    ]


def _state(role: RoleView) -> dict[str, Any]:
    """How many users it has is no state of a role."""
    return role.model_dump(mode="json", exclude={"users"})


def _shown(rights: Rights) -> list[RoleRight]:
    return [
        RoleRight.model_validate({"thing": thing, "action": action, "scope": scope.name.lower()})
        for thing in Thing
        for action in Action
        if (scope := rights.get((thing, action), Scope.NONE)) is not Scope.NONE
    ]


def _note(
    view: View, session: AsyncSession, action: str, *, before: RoleView | None = None, after: RoleView | None = None
) -> None:
    """In the audit log stand the rights that differ, as somebody would say them: `read call: team`."""
    named = after or before
    assert named is not None  # noqa: S101 - one of the two is there
    had, has = _words(before), _words(after)
    note(
        session,
        view.user.author,
        action,
        "role",
        named.name,
        now=view.services.clock.now(),
        before=None if before is None else {"description": before.description, "rights": sorted(had - has)},
        after=None if after is None else {"description": after.description, "rights": sorted(has - had)},
    )


def _words(role: RoleView | None) -> set[str]:
    return set() if role is None else {f"{each.action} {each.thing}: {each.scope}" for each in role.rights}
