"""What accounts need to be there before anybody comes: the roles, and somebody who can let others in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import START, note
from accounts.passwords import Passwords, generated_password
from accounts.roles import seed_roles
from accounts.sessions import forget_old_sessions
from accounts.users import Role, User, add_user, find_user

ADMIN = "admin"


async def prepare_accounts(session: AsyncSession, passwords: Passwords, now: datetime) -> str | None:
    """Add the roles that are missing, and the admin `admin` where there never was an admin.

    Returns that new admin's password, for the terminal and nothing else; None where there was an admin.
    """
    await seed_roles(session)
    await forget_old_sessions(session, now)
    if await session.scalar(select(User.id).where(User.role == Role.ADMIN.value).limit(1)) is not None:
        return None
    if await find_user(session, ADMIN) is not None:
        return None  # somebody of another role has that login: theirs is not ours to change
    password = generated_password()
    user = await add_user(session, login=ADMIN, name="Administrator", role=Role.ADMIN, now=now)
    user.password_hash = await passwords.hash(password)
    note(session, START, "create", "user", user.id, now=now, after={"login": user.login, "role": user.role})
    return password
