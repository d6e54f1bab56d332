"""Passwords: what is taken as one, and Argon2id hashes of them.

A hash carries its own parameters. When ours are raised, a password is hashed anew at the next sign-in.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.errors import BadInput

SHORTEST = 10
LONGEST = 200
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core: more at once would let strangers starve the calls."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right, and where its hash is of weaker parameters than ours, a `better_hash` to keep."""

    is_right: bool
    better_hash: str | None = None


class Passwords:
    """Hashes passwords in threads of their own, a few at a time: the event loop goes on meanwhile."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to keep of `password` (see `checked`)."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, normalised(password))

    async def verdict(self, kept: str | None, password: str) -> Verdict:
        """Whether `password` is the one of the hash `kept`. None (nobody, or no password) is as slow, and wrong."""
        async with self._turns:
            return await asyncio.to_thread(self._verdict, kept, password)

    def _verdict(self, kept: str | None, password: str) -> Verdict:
        if self._decoy is None:
            self._decoy = self._hasher.hash(secrets.token_urlsafe(16))
        password = normalised(password)
        try:
            self._hasher.verify(kept or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        if kept is None:
            return Verdict(False)
        better = self._hasher.hash(password) if self._hasher.check_needs_rehash(kept) else None
        return Verdict(True, better)


def normalised(password: str) -> str:
    """The password in one form of Unicode: keyboards of two machines may write the same letter differently."""
    return unicodedata.normalize("NFKC", password)


def checked(password: str, login: str, field: str = "password") -> str:
    """`password`, if it may be one. `BadInput` when it is too short, too long, unprintable, or just the login."""
    if len(normalised(password)) < SHORTEST:
        raise BadInput(field, f"must have at least {SHORTEST} characters")
    if len(normalised(password)) > LONGEST:
        raise BadInput(field, f"must have at most {LONGEST} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise BadInput(field, "must not hold control characters")
    if normalised(password).lower() == login.lower():
        raise BadInput(field, "must not be the login")
    if len(set(password)) < SHORTEST // 2:
        raise BadInput(field, f"must have at least {SHORTEST // 2} different characters")
    return password


def generated_password() -> str:
    """A new password that can be read out loud: 20 letters and digits, about 115 bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(20))
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))
