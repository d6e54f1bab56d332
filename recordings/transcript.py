"""The transcript of a recording as it is kept: each word with its speaker and its place in the file."""

from __future__ import annotations

from sqlalchemy import Enum, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from recordings.dialogue import Speaker


def _speaker_column() -> Enum:
    return Enum(Speaker, native_enum=False, length=16, values_callable=lambda kind: [side.value for side in kind])


class TranscriptSide(Base):
    """All that one side said, as one text, and which model heard it. A silent side has an empty text."""

    __tablename__ = "transcript_sides"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    speaker: Mapped[Speaker] = mapped_column(_speaker_column(), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(128))
    language: Mapped[str] = mapped_column(String(16))


class TranscriptWord(Base):
    """One word. `start_sample` and `end_sample` count from the beginning of the side's file."""

    __tablename__ = "transcript_words"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    speaker: Mapped[Speaker] = mapped_column(_speaker_column(), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    """The word's place among the words of its side, from 0."""
    text: Mapped[str] = mapped_column(Text)
    start_sample: Mapped[int] = mapped_column(Integer)
    end_sample: Mapped[int] = mapped_column(Integer)
    confidence: Mapped[float] = mapped_column(Float)
