"""What can come of a call for the business (wants an offer, say): a short list, kept as data."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from kernel.database import Base

KEY_LIMIT = 40


class CallOutcome(Base):
    """One of them. Notes of calls keep the key; the panel has words of its own for the keys below, else the name."""

    __tablename__ = "call_outcomes"

    key: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(Integer)


FIRST = {
    "resolved": "Resolved",
    "order": "Order or offer",
    "information": "Information given",
    "complaint": "Complaint",
    "call_back": "To be called back",
    "wrong_number": "Wrong number",
    "other": "Something else",
}
"""What a new installation begins with, in this order."""


async def seed_outcomes(session: AsyncSession) -> None:
    """Give a database that has none the first ones."""
    if await session.scalar(select(CallOutcome.key).limit(1)) is None:
        session.add_all(CallOutcome(key=key, name=name, position=at) for at, (key, name) in enumerate(FIRST.items()))
        await session.flush()


async def outcomes(session: AsyncSession) -> Sequence[CallOutcome]:
    """All, in the order in which they are offered."""
    found = await session.scalars(select(CallOutcome).order_by(CallOutcome.position, CallOutcome.key))
    return found.all()


async def check_outcome(session: AsyncSession, key: str | None) -> None:
    """`BadInput` for a key that there is not."""
    if key is not None and await session.get(CallOutcome, key) is None:
        raise BadInput("outcome", f"there is no outcome {key!r}")
