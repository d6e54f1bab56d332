"""Signing in with login and password, and changing a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import Author, note
from accounts.errors import BadInput
from accounts.passwords import Passwords, checked
from accounts.sessions import StartedSession, end_sessions_of, start_session
from accounts.tries import Tries
from accounts.users import User, find_user
from kernel.clock import Clock
from kernel.database import Database


class SignInRefused(Exception):
    """Login and password do not fit. Which of the two is wrong, or whether there is such a user, is not told."""


class SignIn:
    """The door. `TooManyTries` comes before anything is looked up, the same for those who exist and those who don't."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords | None = None) -> None:
        self._database = database
        self._clock = clock
        self.passwords = passwords or Passwords()
        self.tries = Tries(clock)

    async def sign_in(self, login: str, password: str, address: str) -> tuple[User, StartedSession]:
        """Start a session. `SignInRefused`, or `TooManyTries`."""
        with self.tries.one(login, address) as this:
            async with self._database.reading() as session:
                user = await find_user(session, login)
            # No transaction is open meanwhile: hashing takes its time, and others write.
            kept = user.password_hash if user is not None and user.active else None
            verdict = await self.passwords.verdict(kept, password)
            if user is None or not verdict.is_right:
                raise SignInRefused
            now = self._clock.now()
            async with self._database.transaction() as session:
                user = await session.get(User, user.id)
                if user is None or not user.active or user.password_hash != kept:
                    raise SignInRefused  # changed at this very moment
                if verdict.better_hash is not None:
                    user.password_hash = verdict.better_hash
                started = await start_session(session, user.id, address=address, now=now)
                note(session, Author(user.id), "sign_in", "user", user.id, now=now, after={"address": address})
            this.was_right = True
            return user, started

    async def change_password(
        self, user_id: int, current: str, new: str, *, address: str, kept_session: int | None
    ) -> None:
        """Change one's own password; every other session of the user ends.

        `BadInput` when `current` is not it, or `new` may not be one; `TooManyTries` for guessing.
        """
        async with self._database.reading() as session:
            user = await session.get(User, user_id)
        if user is None:
            raise SignInRefused
        with self.tries.one(user.login, address) as this:
            verdict = await self.passwords.verdict(user.password_hash, current)
            if not verdict.is_right:
                raise BadInput("current", "is not your password")
            this.was_right = True
        hashed = await self.passwords.hash(checked(new, user.login, "new"))
        async with self._database.transaction() as session:
            user = await session.get(User, user_id)
            if user is None:
                raise SignInRefused
            await keep_password(
                session, user, hashed, Author(user.id), now=self._clock.now(), kept_session=kept_session
            )


async def keep_password(
    session: AsyncSession, user: User, hashed: str, author: Author, *, now: datetime, kept_session: int | None = None
) -> None:
    """Make `hashed` (of `Passwords`) the user's password, and end their sessions but `kept_session`."""
    user.password_hash = hashed
    await end_sessions_of(session, user.id, now, but=kept_session)
    note(session, author, "change_password", "user", user.id, now=now)
