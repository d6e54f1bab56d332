"""The job after a call, with the real recogniser on real speech, and with files as bad as they come."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kernel.clock import SystemClock, VirtualClock
from kernel.database import Database
from kernel.jobs import JobRequest, JobRunner, Retries
from kernel.messages import FactBus, LiveChange
from pbx.facts import CallEnded, Outcome, RecordingStarted
from recordings.archive import RecordedCall, Transcript, recording_of_call, transcript_of_call
from recordings.capture import subscribe
from recordings.dialogue import Speaker
from recordings.directory import RecordingsDirectory
from recordings.recogniser import ModelMissing, RecogniserFailed, Word
from recordings.recogniser_client import RecogniserProcess, Recognition
from recordings.recording import IllegalTransition, Recording, RecordingState
from recordings.speech_models import SpeechModel
from recordings.transcribe import BUFFER_BYTES, JOB, Transcription, ask_again, ask_for_waiting, looks_closed
from recordings.transcript import TranscriptWord
from ringdesk.demo.speech import word_error_rate
from tests.recordings.conftest import RATE, noise, silence

CALL = "main-1764000000.17"
START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
END = START + timedelta(seconds=60)
Spoken = Callable[[str], tuple[bytes, str]]


class Parrot:
    """A recogniser that hears one word at the beginning of every file, or raises what it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.files: list[str] = []

    async def recognise(self, path: Path, *, rate: int) -> Recognition:
        self.files.append(path.name)
        if self.errors:
            raise self.errors.pop(0)
        seconds = path.stat().st_size / 2 / rate
        return Recognition((Word("hello", 0.0, min(0.5, seconds), 0.9),), seconds, "parrot", "grey", "en")


@dataclass
class House:
    """A directory of recordings with one call in it, and its row."""

    database: Database
    directory: Path

    def record(self, caller: bytes | None, agent: bytes | None) -> None:
        for speaker, sound in ((Speaker.CALLER, caller), (Speaker.AGENT, agent)):
            if sound is not None:
                (self.directory / f"{CALL}.{speaker.value}.sln").write_bytes(sound)

    async def end_call(self) -> int:
        bus = FactBus()
        subscribe(bus)
        async with self.database.transaction() as session:
            await bus.publish(
                session, RecordingStarted(node="main", call_id=CALL, key="r", at=START, channel="1764000000.17")
            )
            await bus.publish(
                session,
                CallEnded(
                    node="main", call_id=CALL, key="e", at=END, outcome=Outcome.ANSWERED, hangup_by=None, cause=16
                ),
            )
        return (await self.recording()).id

    async def recording(self) -> RecordedCall:
        async with self.database.reading() as session:
            call = await recording_of_call(session, "main", CALL)
        assert call is not None
        return call

    async def transcript(self) -> Transcript | None:
        async with self.database.reading() as session:
            return await transcript_of_call(session, "main", CALL)

    def transcription(self, recogniser: object, **options: object) -> Transcription:
        return Transcription(self.database, RecordingsDirectory(self.directory), recogniser, **options)  # type: ignore[arg-type]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    directory = tmp_path / "recordings"
    directory.mkdir()
    return House(database, directory)


async def test_both_sides_of_a_call_become_a_dialogue(
    house: House, recogniser: RecogniserProcess, spoken: Spoken
) -> None:
    question, asked = spoken("vm-nobox")
    answer, answered = spoken("agent-alreadyon")
    house.record(question + silence(len(answer) / 2 / RATE + 3), silence(len(question) / 2 / RATE + 1.5) + answer)
    changes: list[LiveChange] = []
    recording_id = await house.end_call()
    job = await done_by_job(house, house.transcription(recogniser, announce=changes.append), recording_id)
    assert job.problem is None

    call, transcript = await house.recording(), await house.transcript()
    assert (call.state, call.problem) == (RecordingState.TRANSCRIBED, None)
    assert call.seconds == pytest.approx((len(question) + len(answer)) / 2 / RATE + 3, abs=0.001)
    assert call.transcribed_at is not None
    assert transcript is not None
    assert word_error_rate(asked, transcript.text[Speaker.CALLER]) < 0.1
    assert word_error_rate(answered, transcript.text[Speaker.AGENT]) < 0.1
    assert [turn.speaker for turn in transcript.turns] == [Speaker.CALLER, Speaker.AGENT]
    assert [turn.text for turn in transcript.turns] == [transcript.text[speaker] for speaker in Speaker]
    begin = len(question) / 2 / RATE
    assert all(word.end <= begin for word in transcript.words[Speaker.CALLER])
    assert all(word.start >= begin + 1 for word in transcript.words[Speaker.AGENT])
    assert all(0 < word.confidence <= 1 for turn in transcript.turns for word in turn.words)
    assert [(change.data["call_id"], change.data["state"]) for change in changes] == [
        (CALL, "transcribing"),
        (CALL, "transcribed"),
    ]


async def test_the_recogniser_killed_under_the_job_costs_no_words(
    house: House, recogniser: RecogniserProcess, spoken: Spoken
) -> None:
    sound, words = spoken("vm-nobox")
    house.record(sound, silence(len(sound) / 2 / RATE))
    recording_id = await house.end_call()
    killed: list[int] = []

    async def kill_the_first() -> None:
        while recogniser.pid is None:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        killed.append(recogniser.pid)
        os.kill(recogniser.pid, signal.SIGKILL)

    killing = asyncio.create_task(kill_the_first())
    job = await done_by_job(house, house.transcription(recogniser), recording_id)
    await killing
    assert job.problem is None
    assert recogniser.pid not in (None, *killed)
    transcript = await house.transcript()
    assert transcript is not None
    assert word_error_rate(words, transcript.text[Speaker.CALLER]) < 0.1


async def test_a_recogniser_that_never_works_leaves_the_reason_on_the_recording(house: House) -> None:
    house.record(noise(1, 500), noise(1, 500))
    recording_id = await house.end_call()
    parrot = Parrot(*[RecogniserFailed("the speech recogniser was killed by signal 9")] * 20)
    job = await done_by_job(
        house, house.transcription(parrot, retries=Retries(attempts=3, first_wait=0.01)), recording_id
    )
    assert job.problem is not None
    assert len(parrot.files) == 3
    call = await house.recording()
    assert call.state is RecordingState.FAILED
    assert call.problem == "the speech recogniser was killed by signal 9"


async def done_by_job(house: House, transcription: Transcription, recording_id: int) -> JobRequest:
    """Run the jobs until that of this recording is finished, well or badly."""
    runner = JobRunner(house.database, {JOB: transcription.perform}, concurrency=1)
    await runner.start()
    try:
        async with asyncio.timeout(60):
            while True:
                async with house.database.reading() as session:
                    job = await session.get(JobRequest, f"{JOB}:{recording_id}")
                if job is not None and job.finished_at is not None:
                    return job
                await asyncio.sleep(0.05)
    finally:
        await runner.close()


@pytest.mark.slow
async def test_a_small_model_understands_telephone_speech(
    recogniser: RecogniserProcess, spoken: Spoken, tmp_path: Path
) -> None:
    names = ("basic-pbx-ivr-main", "conf-adminmenu-menu8", "queue-youarenext", "ss-noservice", "vm-rec-unv")
    sounds, texts = zip(*(spoken(name) for name in names), strict=True)
    (tmp_path / "talk.sln").write_bytes(silence(2).join(sounds))
    heard = await recogniser.recognise(tmp_path / "talk.sln", rate=RATE)
    assert word_error_rate(" ".join(texts), " ".join(word.text for word in heard.words)) < 0.1
    assert [word.start for word in heard.words] == sorted(word.start for word in heard.words)


@pytest.mark.parametrize(
    "sound",
    [silence(20), noise(20, 10), noise(20, 300), silence(0.0002)],
    ids=["zeros", "idle line", "hiss", "one sample"],
)
async def test_where_nobody_speaks_no_words_are_invented(
    house: House, recogniser: RecogniserProcess, sound: bytes
) -> None:
    house.record(sound, sound)
    recording_id = await house.end_call()
    assert await house.transcription(recogniser).transcribe(recording_id) == "transcribed"
    transcript = await house.transcript()
    assert transcript is not None
    assert transcript.text == {Speaker.CALLER: "", Speaker.AGENT: ""}
    assert transcript.turns == ()


async def test_music_on_hold_is_not_speech(recogniser: RecogniserProcess, tmp_path: Path, music: bytes) -> None:
    (tmp_path / "music.sln").write_bytes(music)
    assert (await recogniser.recognise(tmp_path / "music.sln", rate=RATE)).words == ()


async def test_a_lost_halved_sample_is_told_and_the_words_are_kept(house: House) -> None:
    house.record(noise(1, 500) + b"x", noise(2, 500))
    recording_id = await house.end_call()
    assert await house.transcription(Parrot()).transcribe(recording_id) == "transcribed"
    call, transcript = await house.recording(), await house.transcript()
    assert call.problem == f"caller side: {CALL}.caller.sln ends in the middle of a sample"
    assert call.seconds == 2.0
    assert transcript is not None
    assert transcript.text == {Speaker.CALLER: "hello", Speaker.AGENT: "hello"}


@pytest.mark.parametrize(
    ("caller", "problem"),
    [(None, "No such file or directory"), (b"", "is empty"), (b"x", "ends in the middle of a sample")],
)
async def test_one_side_lost_is_told_and_the_others_words_are_kept(
    house: House, caller: bytes | None, problem: str
) -> None:
    house.record(caller, noise(1, 500))
    parrot = Parrot()
    recording_id = await house.end_call()
    assert await house.transcription(parrot, clock=turning_clock()).transcribe(recording_id) == "transcribed"
    call, transcript = await house.recording(), await house.transcript()
    assert call.problem is not None
    assert "caller side" in call.problem
    assert problem in call.problem
    assert transcript is not None
    assert transcript.text[Speaker.AGENT] == "hello"
    assert f"{CALL}.agent.sln" in parrot.files


async def test_a_call_in_which_nobody_was_connected_is_no_failure(house: House) -> None:
    house.record(b"", b"")
    recording_id = await house.end_call()
    parrot = Parrot()
    assert await house.transcription(parrot, clock=turning_clock()).transcribe(recording_id) == "empty"
    call = await house.recording()
    assert (call.state, call.problem, call.seconds) == (RecordingState.EMPTY, None, 0.0)
    assert parrot.files == []


async def test_both_sides_lost_is_a_failure_with_its_reason(house: House) -> None:
    recording_id = await house.end_call()
    parrot = Parrot()
    assert await house.transcription(parrot, clock=turning_clock()).transcribe(recording_id) == "failed"
    call = await house.recording()
    assert call.state is RecordingState.FAILED
    assert call.problem is not None
    assert "caller.sln: No such file" in call.problem
    assert "agent.sln: No such file" in call.problem
    assert await house.transcript() is None
    assert parrot.files == []


async def test_a_path_out_of_the_directory_is_not_read(house: House) -> None:
    house.record(None, noise(1, 500))
    (house.directory.parent / "secret.sln").write_bytes(noise(1, 500))
    recording_id = await house.end_call()
    async with house.database.transaction() as session:
        recording = await session.get(Recording, recording_id)
        assert recording is not None
        recording.caller_path = "../secret.sln"
    parrot = Parrot()
    await house.transcription(parrot, clock=turning_clock()).transcribe(recording_id)
    call = await house.recording()
    assert call.problem is not None
    assert "not inside the directory of the recordings" in call.problem
    assert parrot.files == [f"{CALL}.agent.sln"]


async def test_without_a_model_the_recording_waits_and_gets_its_words_when_there_is_one(house: House) -> None:
    house.record(noise(1, 500), noise(1, 500))
    recording_id = await house.end_call()
    missing = RecogniserProcess(SpeechModel(directory=Path("/nonexistent")))
    assert await house.transcription(missing).transcribe(recording_id) == "waiting_for_model"
    call = await house.recording()
    assert (call.state, call.seconds) == (RecordingState.WAITING_FOR_MODEL, 1.0)
    assert call.problem is not None
    assert "/nonexistent does not exist" in call.problem

    async with house.database.transaction() as session:
        assert await ask_for_waiting(session, SystemClock()) == 1
    async with house.database.transaction() as session:
        assert await ask_for_waiting(session, SystemClock()) == 0
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(JobRequest)) == 2
    assert await house.transcription(Parrot()).transcribe(recording_id) == "transcribed"
    call = await house.recording()
    assert (call.state, call.problem) == (RecordingState.TRANSCRIBED, None)


async def test_done_again_it_replaces_the_words(house: House) -> None:
    house.record(noise(1, 500), noise(1, 500))
    recording_id = await house.end_call()
    parrot = Parrot()
    for _ in range(2):
        assert await house.transcription(parrot).transcribe(recording_id) == "transcribed"
    assert len(parrot.files) == 2  # the second time there was nothing to do
    async with house.database.transaction() as session:
        recording = await session.get(Recording, recording_id)
        assert recording is not None
        await ask_again(session, recording, SystemClock())
    assert await house.transcription(parrot).transcribe(recording_id) == "transcribed"
    assert len(parrot.files) == 4
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(TranscriptWord)) == 2


async def test_killed_in_the_middle_it_is_done_once_more(house: House) -> None:
    house.record(noise(1, 500), noise(1, 500))
    recording_id = await house.end_call()
    with pytest.raises(RecogniserFailed):
        await house.transcription(Parrot(RecogniserFailed("killed"))).transcribe(recording_id)
    call = await house.recording()
    assert call.state is RecordingState.TRANSCRIBING
    async with house.database.transaction() as session:
        recording = await session.get(Recording, recording_id)
        assert recording is not None
        with pytest.raises(IllegalTransition):
            await ask_again(session, recording, SystemClock())
    assert await house.transcription(Parrot()).transcribe(recording_id) == "transcribed"


async def test_given_up_it_says_why_and_a_late_giving_up_spoils_nothing(house: House) -> None:
    house.record(noise(1, 500), noise(1, 500))
    recording_id = await house.end_call()
    transcription = house.transcription(Parrot(RecogniserFailed("killed")))
    with pytest.raises(RecogniserFailed):
        await transcription.transcribe(recording_id)
    await transcription.give_up(recording_id, "the speech recogniser was killed by signal 9")
    call = await house.recording()
    assert (call.state, call.problem) == (RecordingState.FAILED, "the speech recogniser was killed by signal 9")
    async with house.database.transaction() as session:
        recording = await session.get(Recording, recording_id)
        assert recording is not None
        await ask_again(session, recording, SystemClock())
    assert await transcription.transcribe(recording_id) == "transcribed"
    await transcription.give_up(recording_id, "too late")
    assert (await house.recording()).state is RecordingState.TRANSCRIBED


async def test_a_model_lost_between_the_sides_keeps_no_half_transcript(house: House) -> None:
    house.record(noise(1, 500), noise(1, 500))
    recording_id = await house.end_call()

    class Forgetful(Parrot):
        async def recognise(self, path: Path, *, rate: int) -> Recognition:
            if self.files:
                raise ModelMissing("the model is gone")
            return await super().recognise(path, rate=rate)

    assert await house.transcription(Forgetful()).transcribe(recording_id) == "waiting_for_model"
    assert await house.transcript() is None


async def test_a_recording_that_is_not_there_is_an_error(house: House) -> None:
    with pytest.raises(LookupError, match="no recording 4711"):
        await house.transcription(Parrot()).transcribe(4711)


async def test_it_waits_until_asterisk_has_closed_the_files(house: House) -> None:
    full = noise(4.096, 500)
    assert len(full) == 2 * BUFFER_BYTES
    house.record(full, full)
    clock = VirtualClock(END)
    parrot = Parrot()
    recording_id = await house.end_call()
    task = asyncio.create_task(house.transcription(parrot, clock=clock).transcribe(recording_id))
    for _ in range(3):
        await turn(clock, task)
    assert parrot.files == []
    house.record(full + noise(0.5, 500), full + noise(0.5, 500))
    while not task.done():
        await turn(clock, task)
    assert (await house.recording()).seconds == pytest.approx(4.596)


async def test_long_after_the_call_it_does_not_wait(house: House) -> None:
    house.record(noise(4.096, 500), noise(4.096, 500))
    recording_id = await house.end_call()
    clock = VirtualClock(END + timedelta(hours=1))  # it stands still: a wait would never end
    async with asyncio.timeout(30):
        assert await house.transcription(Parrot(), clock=clock).transcribe(recording_id) == "transcribed"


@pytest.mark.parametrize(
    ("sizes", "closed"),
    [((10, 10), True), ((BUFFER_BYTES, 10), False), ((0, 10), False), ((None, 10), False), ((40_000, 33_000), True)],
)
def test_full_buffers_only_may_not_be_all(sizes: tuple[int | None, ...], closed: bool) -> None:
    assert looks_closed(sizes) is closed


async def turn(clock: VirtualClock, task: asyncio.Task[str]) -> None:
    """Let the task come to its next wait on the clock (its database works in a thread), then turn the clock."""
    async with asyncio.timeout(30):
        while not clock._sleepers and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    await clock.advance(0.1)


def turning_clock() -> VirtualClock:
    """A clock on which every wait is over at once."""

    class Turning(VirtualClock):
        async def sleep(self, seconds: float) -> None:
            await self.advance(seconds)

    return Turning(END)
