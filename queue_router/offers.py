"""Offers: which agent was offered which call, why, and what came of it. Kept with the call."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, String, Text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UTCDateTime


class OfferOutcome(StrEnum):
    """What came of an offer."""

    RINGING = "ringing"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    """The caller gave up, or somebody else answered."""
    FAILED = "failed"


class OfferSource(StrEnum):
    """Who decided that the agent's phone rings."""

    ROUTER = "router"
    PBX = "pbx"
    """Asterisk: its own queue in place of ours, or a call straight to the agent's phone."""


class CallOffer(Base):
    """One offer of one call to one agent."""

    __tablename__ = "call_offers"

    id: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    account: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[OfferSource] = mapped_column(
        Enum(OfferSource, native_enum=False, length=16, values_callable=lambda kind: [each.value for each in kind])
    )
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime())
    outcome: Mapped[OfferOutcome] = mapped_column(
        Enum(OfferOutcome, native_enum=False, length=16, values_callable=lambda kind: [each.value for each in kind])
    )
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime())
    """When the outcome was known."""
    why: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (Index(None, "call_id"), Index(None, "user_id", "offered_at"))


async def settle_offer(session: AsyncSession, call_id: str, user_id: int, outcome: OfferOutcome, at: datetime) -> None:
    """Note what came of the offer of that call to that agent, unless that is known already."""
    await session.execute(
        update(CallOffer)
        .where(CallOffer.call_id == call_id, CallOffer.user_id == user_id, CallOffer.outcome == OfferOutcome.RINGING)
        .values(outcome=outcome, settled_at=at)
    )
