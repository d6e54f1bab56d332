"""Who works here: one row a person, with the role that says what they may do."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from kernel.database import Base, UTCDateTime

NAME_LIMIT = 200
ROLE_LIMIT = 16
LOGIN_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class Role(StrEnum):
    """The roles of the product; an installation may add its own. What each allows stands in `accounts.roles`."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMIN = "admin"


class User(Base):
    """A person who may sign in. One who left is not deleted but no longer `active`: their calls keep their name."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    role: Mapped[str] = mapped_column(String(ROLE_LIMIT))
    """The name of a role: one of `Role`, or one of the installation's own."""
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    """Argon2's own form of it. None: nobody can sign in as this user with a password."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())


def clean_name(name: str, field: str = "name", limit: int = NAME_LIMIT) -> str:
    """`name` as it is stored: composed (NFC), without blanks around it. `BadInput` when empty, too long or unprintable.

    Any script is welcome, and so are the joiners that emoji and Thai, Persian or Hindi text need.
    """
    cleaned = unicodedata.normalize("NFC", name).strip()
    if not cleaned:
        raise BadInput(field, "must not be empty")
    if len(cleaned) > limit:
        raise BadInput(field, f"must have at most {limit} characters, has {len(cleaned)}")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in cleaned):
        raise BadInput(field, "must not hold line breaks or control characters")
    return cleaned


async def add_user(session: AsyncSession, *, login: str, name: str, role: str, now: datetime) -> User:
    """Add an active user. `BadInput` when the login is taken or malformed, or the name is."""
    login = login.strip().lower()
    if not LOGIN_PATTERN.fullmatch(login):
        raise BadInput("login", "must be 1 to 63 of a-z, 0-9, dot, dash, underscore, and begin with a letter or digit")
    if await find_user(session, login) is not None:
        raise BadInput("login", f"{login!r} is taken")
    user = User(login=login, name=clean_name(name), role=str(role), active=True, created_at=now)
    session.add(user)
    await session.flush()
    return user


async def find_user(session: AsyncSession, login: str) -> User | None:
    """The user who signs in as `login`, active or not."""
    found: User | None = await session.scalar(select(User).where(User.login == login.strip().lower()))
    return found


async def change_user(
    session: AsyncSession,
    user: User,
    *,
    name: str | None = None,
    role: str | None = None,
    active: bool | None = None,
) -> None:
    """Change what is given. `BadInput` when a name cannot be one, or nobody would be left to set things up."""
    if name is not None:
        user.name = clean_name(name)
    is_admin_after = (role or user.role) == Role.ADMIN and active is not False
    if user.role == Role.ADMIN and user.active and not is_admin_after:
        # Locked, so that two admins who take each other's role away at the same moment don't both succeed.
        admins = await session.scalars(
            select(User.id).where(User.role == Role.ADMIN.value, User.active.is_(True)).with_for_update()
        )
        if set(admins) <= {user.id}:
            field = "active" if active is False else "role"
            raise BadInput(field, f"{user.login!r} is the last active admin")
    user.role = user.role if role is None else str(role)
    user.active = user.active if active is None else active
    await session.flush()
