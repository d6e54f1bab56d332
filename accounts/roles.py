"""The table of rights: role × kind of thing × action → how far it reaches, as rows.

The rows decide. At every start those that the product knows and the table lacks are added; none that is there is
changed, so what an installation took away (scope `none`) stays away, also after an upgrade.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.rights import PRODUCT_RIGHTS, Action, Actor, Rights, Scope, Thing
from accounts.teams import colleagues_of, team_names_of
from accounts.users import Role, User
from kernel.database import Base

_DESCRIPTIONS = {
    Role.AGENT: "Takes calls",
    Role.SUPERVISOR: "Looks after a team of agents",
    Role.MANAGER: "Looks at everything, and answers for it",
    Role.ADMIN: "Sets everything up",
}


class RoleRow(Base):
    """A role."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
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


async def rights_of(session: AsyncSession, role: Role) -> Rights:
    """What the table says that `role` may do. A row that this version does not understand allows nothing."""
    rows = await session.execute(
        select(RightRow.thing, RightRow.action, RightRow.scope).where(RightRow.role == role.value)
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
