"""The table of rights: role × kind of thing × action → how far it reaches, as rows.

The rows decide. At every start those that the product knows and the table lacks are added; none that is there is
changed, so what an installation took away (scope `none`) stays away, also after an upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.rights import PRODUCT_RIGHTS, Action, Actor, Rights, Scope, Thing
from accounts.teams import colleagues_of, team_names_of
from accounts.users import ROLE_LIMIT, Role, User, clean_name
from kernel.database import Base
from kernel.errors import Complaint

ROLE_PATTERN = re.compile(r"[a-z][a-z0-9_-]{0,15}")
DESCRIPTION_LIMIT = 200

_DESCRIPTIONS = {
    Role.AGENT: "Takes calls",
    Role.SUPERVISOR: "Looks after a team of agents",
    Role.MANAGER: "Looks at everything, and answers for it",
    Role.ADMIN: "Sets everything up",
}


class RoleInUse(Complaint):
    """The role can't be removed; the message says why."""


class RoleRow(Base):
    """A role."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(String(ROLE_LIMIT), primary_key=True)
    description: Mapped[str] = mapped_column(String(200))


class RightRow(Base):
    """What a role may do to one kind of thing, and how far. Words, not numbers: a person may read the table."""

    __tablename__ = "rights"

    role: Mapped[str] = mapped_column(ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True)
    thing: Mapped[str] = mapped_column(String(32), primary_key=True)
    action: Mapped[str] = mapped_column(String(16), primary_key=True)
    scope: Mapped[str] = mapped_column(String(8))


async def seed_roles(session: AsyncSession) -> None:
    """Add the product's roles and rights that the table lacks."""
    roles = set(await session.scalars(select(RoleRow.name)))
    session.add_all(RoleRow(name=role, description=_DESCRIPTIONS[role]) for role in Role if role not in roles)
    await session.flush()
    rows = await session.execute(select(RightRow.role, RightRow.thing, RightRow.action))
    known = {(role, thing, action) for role, thing, action in rows}
    session.add_all(
        RightRow(role=role, thing=thing, action=action, scope=scope.name.lower())
        for role, rights in PRODUCT_RIGHTS.items()
        for (thing, action), scope in rights.items()
        if (role.value, thing.value, action.value) not in known
    )
    await session.flush()


async def rights_of(session: AsyncSession, role: str) -> Rights:
    """What the table says that `role` may do. A row that this version does not understand allows nothing."""
    rows = await session.execute(
        select(RightRow.thing, RightRow.action, RightRow.scope).where(RightRow.role == str(role))
    )
    rights: dict[tuple[Thing, Action], Scope] = {}
    for thing, action, scope in rows:
        if thing in _THINGS and action in _ACTIONS and scope in _SCOPES:
            rights[_THINGS[thing], _ACTIONS[action]] = _SCOPES[scope]
    return MappingProxyType(rights)


_THINGS: Mapping[str, Thing] = {thing.value: thing for thing in Thing}
_ACTIONS: Mapping[str, Action] = {action.value: action for action in Action}
_SCOPES: Mapping[str, Scope] = {scope.name.lower(): scope for scope in Scope}


async def actor_for(session: AsyncSession, user: User, limits: frozenset[tuple[Thing, Action]] | None = None) -> Actor:
    """`user` as rights see them now, with the `limits` of the token that stands for them."""
    rights = await rights_of(session, user.role)
    if Scope.TEAM not in rights.values():  # no right of theirs asks for their team
        return Actor(user.id, user.role, rights=rights, limits=limits)
    return Actor(
        user.id,
        user.role,
        teams=await team_names_of(session, user.id),
        colleagues=await colleagues_of(session, user.id),
        rights=rights,
        limits=limits,
    )


async def checked_role(session: AsyncSession, name: str) -> str:
    """`name`, if it is a role's. `BadInput` if not."""
    if await session.get(RoleRow, str(name)) is None:
        raise BadInput("role", f"there is no role {str(name)!r}")
    return str(name)


async def add_role(session: AsyncSession, *, name: str, description: str) -> RoleRow:
    """Add a role, which may do nothing yet. `BadInput` when the name is taken, or cannot be one."""
    if not ROLE_PATTERN.fullmatch(name):
        raise BadInput("name", "must be 1 to 16 of a-z, 0-9, dash, underscore, and begin with a letter")
    if await session.get(RoleRow, name) is not None:
        raise BadInput("name", f"{name!r} is taken")
    role = RoleRow(name=name, description=clean_name(description, "description", DESCRIPTION_LIMIT))
    session.add(role)
    await session.flush()
    return role


async def set_rights(session: AsyncSession, role: RoleRow, rights: Rights) -> None:
    """Give a role each of `rights`, or with the scope `NONE` take it away; what is not in them stays.

    `BadInput` for the role of the admins: somebody must always be able to put things right.
    """
    if role.name == Role.ADMIN and rights:
        raise BadInput("rights", "the role admin may do everything, always")
    for (thing, action), scope in rights.items():
        await session.merge(RightRow(role=role.name, thing=thing.value, action=action.value, scope=scope.name.lower()))
    await session.flush()


async def remove_role(session: AsyncSession, role: RoleRow) -> None:
    """Remove a role that nobody has. `RoleInUse` for one that somebody has, or that the product comes with."""
    if role.name in set(Role):
        raise RoleInUse(f"the role {role.name} is part of the product; take its rights away instead")
    holders = (await users_of_roles(session, [role.name])).get(role.name, 0)
    if holders:
        raise RoleInUse(f"{holders} user(s) have the role {role.name}: give them another first")
    await session.delete(role)
    await session.flush()


async def users_of_roles(session: AsyncSession, roles: Iterable[str]) -> Mapping[str, int]:
    """How many users, active or not, have each of these roles; roles that nobody has are left out."""
    rows = await session.execute(select(User.role, func.count()).where(User.role.in_(list(roles))).group_by(User.role))
    return {role: count for role, count in rows}  # noqa: C416 - a row is no pair to mypy
