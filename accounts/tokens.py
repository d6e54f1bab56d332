"""API tokens: a secret that stands for its user until it is revoked or expires, for all that they may do or for a part.

Only a hash is kept. The secret has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess that a slow
hash would protect. Its first characters are stored in clear to find the row; they are no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.rights import Action, Actor, Scope, Thing, scope_of
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
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """`read:contact`, `write:contact`, …; None: all that its user may do."""
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


_VERBS = {"read": (Action.READ,), "write": (Action.CREATE, Action.CHANGE, Action.DELETE)}
_THINGS = {thing.value: thing for thing in Thing}


def limits_of(scopes: Sequence[str] | None) -> frozenset[tuple[Thing, Action]] | None:
    """What the `scopes` of a token allow at most; None for None. One that this version does not know allows nothing."""
    if scopes is None:
        return None
    limits: set[tuple[Thing, Action]] = set()
    for scope in scopes:
        verb, _, thing = scope.partition(":")
        if thing in _THINGS and verb in _VERBS:
            limits.update((_THINGS[thing], action) for action in _VERBS[verb])
    return frozenset(limits)


def checked_scopes(scopes: Sequence[str], *actors: Actor) -> list[str]:
    """`scopes`, if each is one and within what every one of `actors` may do. `BadInput` names the first that isn't."""
    if not scopes:
        raise BadInput("scopes", "must not be empty; leave it out for all that the user may do")
    for index, scope in enumerate(scopes):
        allowed = limits_of([scope]) or frozenset()
        if not allowed:
            raise BadInput(f"scopes[{index}]", f"must be read:THING or write:THING, THING one of {', '.join(Thing)}")
        for actor in actors:
            if all(scope_of(actor, action, thing) is Scope.NONE for thing, action in allowed):
                raise BadInput(f"scopes[{index}]", f"the role {actor.role} has no such right to give")
    return list(dict.fromkeys(scopes))


async def create_token(
    session: AsyncSession,
    user_id: int,
    *,
    label: str,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: Sequence[str] | None = None,
) -> IssuedToken:
    """Give `user_id` a new token, valid until `expires_at` (None: until revoked), for `scopes` (`checked_scopes`)."""
    if expires_at is not None and expires_at <= now:
        raise BadInput("expires_at", "must be in the future")
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken(
        user_id=user_id,
        label=clean_name(label, "label", 100),
        prefix=secret[:PREFIX_LENGTH],
        digest=_digest(secret),
        scopes=None if scopes is None else list(scopes),
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    session.add(row)
    await session.flush()
    return IssuedToken(row.id, secret)


async def user_of_token(session: AsyncSession, secret: str, now: datetime) -> User | None:
    """Whose token `secret` is, or None when it is unknown, revoked, expired, or its user is no longer active."""
    found = await token_of_secret(session, secret, now)
    return None if found is None else found[1]


async def token_of_secret(session: AsyncSession, secret: str, now: datetime) -> tuple[ApiToken, User] | None:
    """The token with that secret and its user, or None as `user_of_token` says."""
    if not secret.startswith(MARK) or len(secret) > TOKEN_LIMIT or not secret.isascii():
        return None
    digest = _digest(secret)
    rows = await session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.prefix == secret[:PREFIX_LENGTH], ApiToken.revoked_at.is_(None), User.active.is_(True))
    )
    found: tuple[ApiToken, User] | None = None
    for token, user in rows:
        matches = hmac.compare_digest(token.digest, digest)
        if matches and (token.expires_at is None or token.expires_at > now):
            found = token, user
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
