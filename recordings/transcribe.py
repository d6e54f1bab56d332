"""The durable job after a call: both sides of its recording become words, each with its speaker and time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from prometheus_client import Counter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.clock import Clock, SystemClock
from kernel.database import Database
from kernel.jobs import Job, Retries, request_job
from kernel.messages import LiveChange
from kernel.telemetry import REGISTRY
from recordings.dialogue import Speaker
from recordings.directory import PathRefused, RecordingsDirectory
from recordings.recogniser import ModelMissing, SoundUnreadable
from recordings.recogniser_client import Recognition
from recordings.recording import Recording, RecordingState
from recordings.transcript import TranscriptSide, TranscriptWord

JOB = "transcribe"

LIVE_TOPIC = "recordings"

TRANSCRIPTIONS = Counter(
    "ringdesk_transcriptions_total", "Recordings transcribed, by result", ["result"], registry=REGISTRY
)

BUFFER_BYTES = 32 * 1024
"""Asterisk writes a recording in pieces of this size, and the rest when it closes the file."""

SETTLE_STEP_SECONDS = 0.1
SETTLE_SECONDS = 2.0
"""Longest wait for Asterisk to close the files: the call's end is told before that is done."""

log = structlog.get_logger(__name__)


class FileRecogniser(Protocol):
    """Who knows the words in a file: `recordings.recogniser_client.RecogniserProcess` in the product."""

    async def recognise(self, path: Path, *, rate: int) -> Recognition: ...


@dataclass(frozen=True, slots=True)
class SideFile:
    """What verifying one side's file found: its sound, and what is wrong with it, if anything."""

    speaker: Speaker
    path: Path | None
    """The file, where there is sound in it."""
    samples: int
    problem: str | None
    empty: bool = False


def verify_side(directory: RecordingsDirectory, relative: str, speaker: Speaker) -> SideFile:
    """Look at one side's file. A defect is told, never raised: the other side's words are worth having."""
    try:
        path = directory.resolve(relative)
        size = path.stat().st_size
        if not path.is_file():
            return SideFile(speaker, None, 0, f"{speaker.value} side: {relative} is no file")
    except PathRefused as error:
        return SideFile(speaker, None, 0, f"{speaker.value} side: {error}")
    except OSError as error:
        return SideFile(speaker, None, 0, f"{speaker.value} side: {relative}: {error.strerror or error}")
    if size == 0:
        return SideFile(speaker, None, 0, f"{speaker.value} side: {relative} is empty", empty=True)
    cut = f"{speaker.value} side: {relative} ends in the middle of a sample" if size % 2 else None
    return SideFile(speaker, path, size // 2, cut)


def looks_closed(sizes: Sequence[int | None]) -> bool:
    """Whether files of these sizes (None: not there) can be whole: no full buffers only, where a rest must come."""
    return all(size is not None and size % BUFFER_BYTES != 0 for size in sizes)


async def ask_again(session: AsyncSession, recording: Recording, clock: Clock) -> None:
    """Ask for the words of a recording once more, whatever came of it before. `IllegalTransition` while in work."""
    recording.move_to(RecordingState.RECORDED)
    attempt = clock.now().isoformat(timespec="microseconds")
    await request_job(session, JOB, {"recording_id": recording.id}, key=job_key(recording.id, attempt), clock=clock)


async def ask_for_waiting(session: AsyncSession, clock: Clock) -> int:
    """Ask for the words of every recording that waits for a model: there may be one now. How many those are."""
    waiting = (
        await session.scalars(select(Recording).where(Recording.state == RecordingState.WAITING_FOR_MODEL))
    ).all()
    for recording in waiting:
        await ask_again(session, recording, clock)
    return len(waiting)


def job_key(recording_id: int, attempt: str = "") -> str:
    """The key of the job that transcribes this recording: the one after its call, or that of a later `attempt`."""
    return f"{JOB}:{recording_id}" + (f":{attempt}" if attempt else "")


class Transcription:
    """Makes transcripts. `perform` is the durable job's function, under the name `JOB`."""

    def __init__(
        self,
        database: Database,
        directory: RecordingsDirectory,
        recogniser: FileRecogniser,
        *,
        clock: Clock | None = None,
        announce: Callable[[LiveChange], None] | None = None,
        retries: Retries | None = None,
    ) -> None:
        self._database = database
        self._directory = directory
        self._recogniser = recogniser
        self._clock = clock or SystemClock()
        self._announce = announce
        self._retries = retries or Retries()

    async def perform(self, job: Job) -> None:
        """Transcribe the recording of the job's payload; when that fails for good, say so on the recording."""
        recording_id = int(job.payload["recording_id"])
        try:
            await job.step("transcribe", self.transcribe, recording_id, retries=self._retries)
        except Exception as error:
            await job.step("give up", self.give_up, recording_id, str(error))
            raise

    async def transcribe(self, recording_id: int) -> str:
        """Make and keep the words of both sides; doing it again replaces them. The recording's state afterwards.

        What trying again can't help ends in a state with its reason. Raises `RecogniserFailed` where it may help, and
        `LookupError` where there is no such recording.
        """
        async with self._database.transaction() as session:
            recording = await _get(session, recording_id)
            if recording.state not in (RecordingState.RECORDED, RecordingState.TRANSCRIBING):
                return recording.state.value  # killed after this step's work and before it was noted as done
            recording.move_to(RecordingState.TRANSCRIBING)
        self._tell(recording)
        await self._let_files_settle(recording)
        sides = [verify_side(self._directory, recording.path_of(speaker), speaker) for speaker in Speaker]
        problems = [side.problem for side in sides if side.problem]
        heard: dict[Speaker, Recognition] = {}
        state = RecordingState.TRANSCRIBED
        try:
            for side in sides:
                if side.path is not None:
                    heard[side.speaker] = await self._recogniser.recognise(side.path, rate=recording.sample_rate)
            if all(side.empty for side in sides):
                # Both files are made when Asterisk gets ready, and grow together once somebody is connected.
                state, problems = RecordingState.EMPTY, []
            elif not heard:
                state = RecordingState.FAILED
        except ModelMissing as error:
            state = RecordingState.WAITING_FOR_MODEL
            problems = [str(error)]
        except SoundUnreadable as error:
            state = RecordingState.FAILED
            problems.append(str(error))
        async with self._database.transaction() as session:
            recording = await _get(session, recording_id)
            recording.seconds = max(side.samples for side in sides) / recording.sample_rate
            recording.move_to(state, "; ".join(problems) or None)
            if state is RecordingState.TRANSCRIBED:
                recording.transcribed_at = self._clock.now()
                await _replace_transcript(session, recording, heard)
        TRANSCRIPTIONS.labels(state.value).inc()
        self._tell(recording)
        return state.value

    async def give_up(self, recording_id: int, problem: str) -> None:
        """The last try failed: the recording stays, without words, and says why."""
        async with self._database.transaction() as session:
            recording = await session.get(Recording, recording_id)
            if recording is None or recording.state is not RecordingState.TRANSCRIBING:
                return
            recording.move_to(RecordingState.FAILED, problem)
        TRANSCRIPTIONS.labels(RecordingState.FAILED.value).inc()
        self._tell(recording)

    async def _let_files_settle(self, recording: Recording) -> None:
        """Wait until Asterisk has closed the files, as far as that can be seen, but not for long."""
        before: list[int | None] | None = None
        ended_at = recording.ended_at or self._clock.now()
        left = SETTLE_SECONDS - (self._clock.now() - ended_at).total_seconds()
        # The call's end is by the PBX's clock, which may differ from ours.
        deadline = self._clock.monotonic() + min(max(left, 0.0), SETTLE_SECONDS)
        while True:
            sizes = [self._size(recording.path_of(speaker)) for speaker in Speaker]
            if sizes == before and looks_closed(sizes):
                return
            if self._clock.monotonic() >= deadline:
                return
            before = sizes
            await self._clock.sleep(SETTLE_STEP_SECONDS)

    def _size(self, relative: str) -> int | None:
        try:
            return self._directory.resolve(relative).stat().st_size
        except (PathRefused, OSError):
            return None

    def _tell(self, recording: Recording) -> None:
        if self._announce is not None:
            data = {
                "recording_id": recording.id,
                "node": recording.node,
                "call_id": recording.call_id,
                "state": recording.state.value,
                "problem": recording.problem,
            }
            self._announce(LiveChange(LIVE_TOPIC, "recording_changed", data))


async def _get(session: AsyncSession, recording_id: int) -> Recording:
    recording = await session.get(Recording, recording_id)
    if recording is None:
        raise LookupError(f"there is no recording {recording_id}")
    return recording


async def _replace_transcript(session: AsyncSession, recording: Recording, heard: dict[Speaker, Recognition]) -> None:
    for table in (TranscriptWord, TranscriptSide):
        await session.execute(delete(table).where(table.recording_id == recording.id))
    for speaker, recognition in heard.items():
        session.add(
            TranscriptSide(
                recording_id=recording.id,
                speaker=speaker,
                text=" ".join(word.text for word in recognition.words),
                engine=recognition.engine,
                model=recognition.model,
                language=recognition.language,
            )
        )
        session.add_all(
            TranscriptWord(
                recording_id=recording.id,
                speaker=speaker,
                position=position,
                text=word.text,
                start_sample=round(word.start * recording.sample_rate),
                end_sample=round(word.end * recording.sample_rate),
                confidence=word.confidence,
            )
            for position, word in enumerate(recognition.words)
        )
