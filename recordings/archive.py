"""Reading recordings and transcripts: what the API and the pages are given, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recordings.dialogue import Speaker, SpokenWord, Turn, interleave
from recordings.recording import Recording, RecordingState
from recordings.transcript import TranscriptSide, TranscriptWord


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """The recording of one call. `seconds` is the length of its sound, None until that is known."""

    id: int
    node: str
    call_id: str
    state: RecordingState
    problem: str | None
    started_at: datetime
    ended_at: datetime | None
    transcribed_at: datetime | None
    seconds: float | None
    paths: Mapping[Speaker, str]
    """Each side's file, relative to the directory of the recordings."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a call: by side, word for word, and as a dialogue."""

    recording_id: int
    text: Mapping[Speaker, str]
    """All that a side said. A side that could not be heard at all (its file is missing) is not in it."""
    words: Mapping[Speaker, tuple[SpokenWord, ...]]
    turns: tuple[Turn, ...]


async def recording_of_call(session: AsyncSession, node: str, call_id: str) -> RecordedCall | None:
    """The recording of this call; None if it was not recorded."""
    found = await recordings_of_calls(session, node, [call_id])
    return found.get(call_id)


async def recordings_of_calls(session: AsyncSession, node: str, call_ids: Collection[str]) -> dict[str, RecordedCall]:
    """The recordings of these calls of one PBX, by call id. A call that was not recorded is not in it."""
    rows = await session.scalars(select(Recording).where(Recording.node == node, Recording.call_id.in_(list(call_ids))))
    return {
        row.call_id: RecordedCall(
            id=row.id,
            node=row.node,
            call_id=row.call_id,
            state=row.state,
            problem=row.problem,
            started_at=row.started_at,
            ended_at=row.ended_at,
            transcribed_at=row.transcribed_at,
            seconds=row.seconds,
            paths={speaker: row.path_of(speaker) for speaker in Speaker},
        )
        for row in rows
    }


async def transcript_of_call(session: AsyncSession, node: str, call_id: str) -> Transcript | None:
    """What was said in this call; None until it is transcribed (see the recording's state for why)."""
    recording = await recording_of_call(session, node, call_id)
    if recording is None:
        return None
    return await transcript_of_recording(session, recording.id)


async def transcript_of_recording(session: AsyncSession, recording_id: int) -> Transcript | None:
    """What was said in this recording; None until it is transcribed."""
    rate = await session.scalar(select(Recording.sample_rate).where(Recording.id == recording_id))
    sides = (await session.scalars(select(TranscriptSide).where(TranscriptSide.recording_id == recording_id))).all()
    if rate is None or not sides:
        return None
    words: dict[Speaker, list[SpokenWord]] = {speaker: [] for speaker in Speaker}
    for row in await session.scalars(
        select(TranscriptWord).where(TranscriptWord.recording_id == recording_id).order_by(TranscriptWord.position)
    ):
        words[row.speaker].append(
            SpokenWord(row.speaker, row.text, row.start_sample / rate, row.end_sample / rate, row.confidence)
        )
    return Transcript(
        recording_id=recording_id,
        text={side.speaker: side.text for side in sides},
        words={speaker: tuple(spoken) for speaker, spoken in words.items()},
        turns=tuple(interleave(words[Speaker.CALLER], words[Speaker.AGENT])),
    )
