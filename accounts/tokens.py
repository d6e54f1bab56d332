"""API tokens: a secret that stands for its user until it is revoked or expires.

Only a hash is kept. The secret has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess that a slow
hash would protect. Its first characters are stored in clear to find the row; they are no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.users import User, clean_name
from kernel.database import Base, UTCDateTime

MARK = "rdk_"
"""How every token begins, so that people and secret scanners recognise one."""
SECRET_BYTES = 32
PREFIX_LENGTH = len(MARK) + 8
TOKEN_LIMIT = 128


class ApiToken(Base):
    """A token that was given out."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime())


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. `secret` can be shown now and never again."""

    id: int
    secret: str

    def __repr__(self) -> str:
        # A log line that prints the object must not print the secret.
        return f"IssuedToken(id={self.id})"


async def create_token(
    session: AsyncSession, user_id: int, *, label: str, now: datetime, expires_at: datetime | None = None
) -> IssuedToken:
    """Give `user_id` a new token, valid until `expires_at` (None: until revoked)."""
    if expires_at is not None and expires_at <= now:
        raise BadInput("expires_at", "must be in the future")
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken(
        user_id=user_id,
        label=clean_name(label, "label", 100),
        prefix=secret[:PREFIX_LENGTH],
        digest=_digest(secret),
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    session.add(row)
    await session.flush()
    return IssuedToken(row.id, secret)


async def user_of_token(session: AsyncSession, secret: str, now: datetime) -> User | None:
    """Whose token `secret` is, or None when it is unknown, revoked, expired, or its user is no longer active."""
    if not secret.startswith(MARK) or len(secret) > TOKEN_LIMIT or not secret.isascii():
        return None
    digest = _digest(secret)
    rows = await session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.prefix == secret[:PREFIX_LENGTH], ApiToken.revoked_at.is_(None), User.active.is_(True))
    )
    found: User | None = None
    for token, user in rows:
        matches = hmac.compare_digest(token.digest, digest)
        if matches and (token.expires_at is None or token.expires_at > now):
            found = user
    return found


async def revoke_token(session: AsyncSession, token_id: int, now: datetime) -> bool:
    """End a token now. False when there is no such token or it had been revoked before."""
    token = await session.get(ApiToken, token_id)
    if token is None or token.revoked_at is not None:
        return False
    token.revoked_at = now
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
