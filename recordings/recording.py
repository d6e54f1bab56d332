"""A recording: one per call, with a file for each side, and how far its words have come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Enum, Float, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UTCDateTime
from recordings.dialogue import Speaker

SAMPLE_RATE = 8000
"""Samples a second of the files that Asterisk writes: raw, mono, 16-bit little-endian."""


class RecordingState(StrEnum):
    """How far a recording has come."""

    RECORDING = "recording"
    RECORDED = "recorded"
    TRANSCRIBING = "transcribing"
    TRANSCRIBED = "transcribed"
    EMPTY = "empty"
    """Asterisk was ready to record, but nobody was connected, or nobody sent any sound."""
    FAILED = "failed"
    WAITING_FOR_MODEL = "waiting_for_model"


NEXT_STATES: dict[RecordingState, frozenset[RecordingState]] = {
    RecordingState.RECORDING: frozenset({RecordingState.RECORDED}),
    RecordingState.RECORDED: frozenset({RecordingState.TRANSCRIBING}),
    # To itself: the process was killed in the middle and the job goes on.
    RecordingState.TRANSCRIBING: frozenset(
        {
            RecordingState.TRANSCRIBING,
            RecordingState.TRANSCRIBED,
            RecordingState.EMPTY,
            RecordingState.FAILED,
            RecordingState.WAITING_FOR_MODEL,
        }
    ),
    # Back to recorded: somebody asks for the words again.
    RecordingState.TRANSCRIBED: frozenset({RecordingState.RECORDED}),
    RecordingState.EMPTY: frozenset({RecordingState.RECORDED}),
    RecordingState.FAILED: frozenset({RecordingState.RECORDED}),
    RecordingState.WAITING_FOR_MODEL: frozenset({RecordingState.RECORDED}),
}


class IllegalTransition(RuntimeError):
    """A recording was to go to a state that does not follow its own."""


class Recording(Base):
    """The recording of one call. Paths are relative to the directory of the recordings."""

    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("node", "call_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    node: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str] = mapped_column(String(128), index=True)
    channel: Mapped[str] = mapped_column(String(64))
    """Uniqueid of the leg that is recorded."""
    state: Mapped[RecordingState] = mapped_column(
        Enum(
            RecordingState, native_enum=False, length=32, values_callable=lambda kind: [state.value for state in kind]
        ),
        index=True,
    )
    problem: Mapped[str | None] = mapped_column(Text)
    """What went wrong, to be read by a person: why it failed, or what a transcript that was made lacks."""
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    transcribed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    caller_path: Mapped[str] = mapped_column(String(255))
    agent_path: Mapped[str] = mapped_column(String(255))
    sample_rate: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float | None] = mapped_column(Float)
    """Length of the longer side's file: less than the call's, because where nobody sends sound nothing is written."""

    def path_of(self, speaker: Speaker) -> str:
        return self.caller_path if speaker is Speaker.CALLER else self.agent_path

    def move_to(self, state: RecordingState, problem: str | None = None) -> None:
        """Go on to `state`, with the problem that goes with it. `IllegalTransition` where it doesn't follow."""
        if state not in NEXT_STATES[self.state]:
            raise IllegalTransition(f"recording {self.id} is {self.state.value}: it can't become {state.value}")
        self.state = state
        self.problem = problem
