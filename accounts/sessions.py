"""Sessions: somebody signed in with a password, in a browser, until they sign out or the session expires.

Only a hash of the cookie's secret is kept. A session ends when it was not used for `IDLE`, and at the latest after
`ABSOLUTE`, which is longer than any shift. An open panel uses it all the time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, ForeignKey, String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.users import User
from kernel.database import Base, UTCDateTime

IDLE = timedelta(hours=4)
ABSOLUTE = timedelta(hours=16)
TOUCH = timedelta(minutes=1)
"""Its use is noted this often at most: a write for each request would be too dear."""
KEPT = timedelta(days=30)
"""How long a session that is over can still be looked at."""
SECRET_BYTES = 32
SECRET_LIMIT = 128


class UserSession(Base):
    """A session. One that ended is kept for a while, to be looked at."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime())
    used_at: Mapped[datetime] = mapped_column(UTCDateTime())
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime())


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A new session. `secret` is for the cookie; `csrf_token` for the page."""

    id: int
    secret: str
    expires_at: datetime

    @property
    def csrf_token(self) -> str:
        return csrf_token_of(self.secret)

    def __repr__(self) -> str:
        return f"StartedSession(id={self.id})"


async def start_session(session: AsyncSession, user_id: int, *, address: str, now: datetime) -> StartedSession:
    """Start a session of `user_id`, who has just proven who they are."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = UserSession(
        user_id=user_id,
        digest=_digest(secret),
        address=address[:64],
        started_at=now,
        used_at=now,
        expires_at=now + ABSOLUTE,
        ended_at=None,
    )
    session.add(row)
    await session.flush()
    return StartedSession(row.id, secret, row.expires_at)


async def session_of_secret(session: AsyncSession, secret: str, now: datetime) -> tuple[UserSession, User] | None:
    """The session with that secret and whose it is. None: unknown, ended, expired, or the user is not active."""
    if not secret or len(secret) > SECRET_LIMIT or not secret.isascii():
        return None
    rows = await session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.digest == _digest(secret),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            UserSession.used_at > now - IDLE,
            User.active.is_(True),
        )
    )
    found = rows.first()
    return None if found is None else (found[0], found[1])


def is_touch_due(row: UserSession, now: datetime) -> bool:
    """Whether that the session is used should be noted again."""
    return now - row.used_at >= TOUCH


async def touch_session(session: AsyncSession, session_id: int, now: datetime) -> None:
    """Note that the session is used."""
    # Never back: two requests may come to this in either order.
    await session.execute(
        update(UserSession).where(UserSession.id == session_id, UserSession.used_at < now).values(used_at=now)
    )


async def end_session(session: AsyncSession, session_id: int, now: datetime) -> bool:
    """End a session now. False when it had ended before."""
    done = await session.execute(
        update(UserSession).where(UserSession.id == session_id, UserSession.ended_at.is_(None)).values(ended_at=now)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - what an UPDATE gives
    return bool(done.rowcount)


async def end_sessions_of(session: AsyncSession, user_id: int, now: datetime, *, but: int | None = None) -> None:
    """End every session of a user, `but` one."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    await session.execute(statement.values(ended_at=now))


async def forget_old_sessions(session: AsyncSession, now: datetime) -> None:
    """Delete the sessions that were over long ago."""
    await session.execute(delete(UserSession).where(UserSession.expires_at < now - KEPT))


def csrf_token_of(secret: str) -> str:
    """What a page must send along with every change.

    It follows from the cookie's secret, so all tabs have the same, and nothing needs to be kept. A page of another
    site makes the browser send the cookie, but can read neither.
    """
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_token_of(secret: str, token: str) -> bool:
    """Whether `token` is the one of the session with that secret."""
    return hmac.compare_digest(csrf_token_of(secret).encode(), token.encode("utf-8", "replace"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
