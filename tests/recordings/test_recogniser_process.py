"""The recogniser's process: gives way, breaks down cleanly, comes back, and never outlives its parent.

A named pipe stands for a file that takes long: who reads it is in the middle of a request, for as long as we like.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.recogniser import ModelMissing, RecogniserFailed, SoundUnreadable
from recordings.recogniser_client import Patience, RecogniserProcess
from recordings.recogniser_process import answer_to
from recordings.speech_models import Engine, SpeechModel
from tests.recordings.conftest import RATE, silence

Spoken = Callable[[str], tuple[bytes, str]]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.sln"
    os.mkfifo(path)
    return path


async def opened_by_reader(pipe: Path) -> int:
    """Wait until somebody reads the pipe; a descriptor to write to."""
    async with asyncio.timeout(60):
        while True:
            try:
                return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads yet
                await asyncio.sleep(0.02)


async def gone(pid: int) -> None:
    async with asyncio.timeout(30):
        while Path(f"/proc/{pid}").exists():  # noqa: ASYNC110  (not our child: nothing to wait on)
            await asyncio.sleep(0.02)


def heard(words: tuple[object, ...]) -> str:
    return " ".join(word.text for word in words)  # type: ignore[attr-defined]


@pytest.fixture
def goodbye(tmp_path: Path, spoken: Spoken) -> Path:
    path = tmp_path / "goodbye.sln"
    path.write_bytes(spoken("auth-thankyou")[0])
    return path


async def test_killed_in_the_middle_of_a_request_it_says_so_and_comes_back(
    recogniser: RecogniserProcess, pipe: Path, goodbye: Path
) -> None:
    request = asyncio.create_task(recogniser.recognise(pipe, rate=RATE))
    writer = await opened_by_reader(pipe)
    first = recogniser.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(RecogniserFailed, match=r"was killed by signal 9 with work to recognise pipe\.sln"):
        await request
    os.close(writer)
    result = await recogniser.recognise(goodbye, rate=RATE)
    assert "thank you" in heard(result.words).lower()
    assert recogniser.pid not in (None, first)


async def test_killed_between_requests_it_is_started_again(recogniser: RecogniserProcess, goodbye: Path) -> None:
    await recogniser.recognise(goodbye, rate=RATE)
    first = recogniser.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await gone(first)
    # Whether we know yet that it is gone or learn it by asking: the second try works at the latest.
    try:
        await recogniser.recognise(goodbye, rate=RATE)
    except RecogniserFailed:
        await recogniser.recognise(goodbye, rate=RATE)
    assert recogniser.pid not in (None, first)


async def test_one_that_hangs_is_ended_after_its_time(whisper_model: SpeechModel, pipe: Path, goodbye: Path) -> None:
    recogniser = RecogniserProcess(whisper_model, patience=Patience(base=0.5, per_second=30))
    try:
        request = asyncio.create_task(recogniser.recognise(pipe, rate=RATE))
        writer = await opened_by_reader(pipe)
        hung = recogniser.pid
        assert hung is not None
        with pytest.raises(RecogniserFailed, match=r"took longer than 0\.5 s to recognise pipe\.sln"):
            await request
        await gone(hung)
        os.close(writer)
        assert (await recogniser.recognise(goodbye, rate=RATE)).words
    finally:
        await recogniser.close()


async def test_a_cancelled_request_does_not_answer_the_next(
    recogniser: RecogniserProcess, pipe: Path, goodbye: Path
) -> None:
    request = asyncio.create_task(recogniser.recognise(pipe, rate=RATE))
    writer = await opened_by_reader(pipe)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    os.close(writer)
    assert "thank you" in heard((await recogniser.recognise(goodbye, rate=RATE)).words).lower()


async def test_requests_at_once_are_answered_one_after_the_other(
    recogniser: RecogniserProcess, tmp_path: Path, goodbye: Path
) -> None:
    quiet = tmp_path / "quiet.sln"
    quiet.write_bytes(silence(3))
    results = await asyncio.gather(*(recogniser.recognise(path, rate=RATE) for path in (goodbye, quiet, goodbye)))
    assert [bool(result.words) for result in results] == [True, False, True]
    assert results[1].seconds == 3
    assert results[0] == results[2]
    assert (results[0].engine, results[0].language) == ("whisper", "en")


async def test_closed_in_the_middle_of_a_request_it_ends_at_once(recogniser: RecogniserProcess, pipe: Path) -> None:
    request = asyncio.create_task(recogniser.recognise(pipe, rate=RATE))
    writer = await opened_by_reader(pipe)
    pid = recogniser.pid
    assert pid is not None
    await recogniser.close()
    with pytest.raises(RecogniserFailed):
        await request
    await gone(pid)
    os.close(writer)


async def test_it_gives_way_and_has_no_connection_of_ours(
    recogniser: RecogniserProcess, goodbye: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGDESK_AMI_SECRET", "hidden")
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    _, ours = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        await recogniser.recognise(goodbye, rate=RATE)
        pid = recogniser.pid
        assert pid is not None
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
        held = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
        assert not [target for target in held if target.startswith("socket:")]
        assert b"RINGDESK_" not in Path(f"/proc/{pid}/environ").read_bytes()
    finally:
        ours.close()
        server.close()


async def test_it_ends_when_its_parent_is_killed(whisper_model: SpeechModel, pipe: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(pipe)], stdout=subprocess.PIPE, text=True)
    try:
        writer = await opened_by_reader(pipe)
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        assert len(children) == 1
        parent.kill()
        parent.wait()
        await gone(int(children[0]))
        os.close(writer)
    finally:
        parent.kill()
        parent.wait()


PARENT = """
import asyncio, sys
from pathlib import Path
from recordings.recogniser_client import RecogniserProcess
from recordings.speech_models import SpeechModel

asyncio.run(RecogniserProcess(SpeechModel()).recognise(Path(sys.argv[1]), rate=8000))
"""


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (SpeechModel(directory=Path("/nonexistent/model")), "/nonexistent/model does not exist"),
        (SpeechModel(directory=Path("/usr")), r"/usr is no whisper model.*no model\.bin"),
        (SpeechModel(language="th"), "no whisper model for the language 'th'"),
        (SpeechModel(Engine.VOSK), "no vosk model for the language 'en': name its directory"),
        (SpeechModel(Engine.VOSK, Path("/usr")), "/usr is no vosk model"),
    ],
    ids=["no directory", "no model in it", "no model for the language", "vosk unnamed", "no vosk model in it"],
)
async def test_without_a_model_it_says_what_is_missing(model: SpeechModel, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.sln").write_bytes(silence(1))
    recogniser = RecogniserProcess(model)
    for _ in range(2):
        with pytest.raises(ModelMissing, match=message):
            await recogniser.recognise(tmp_path / "x.sln", rate=RATE)
    assert recogniser.pid is None


async def test_a_broken_model_is_told_from_a_missing_one(tmp_path: Path, whisper_model: SpeechModel) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(ModelMissing, match="can't be loaded"):
        await RecogniserProcess(SpeechModel(directory=tmp_path)).recognise(tmp_path / "x.sln", rate=RATE)


async def test_a_file_that_is_not_there_harms_nobody(
    recogniser: RecogniserProcess, tmp_path: Path, goodbye: Path
) -> None:
    with pytest.raises(SoundUnreadable, match=r"gone\.sln"):
        await recogniser.recognise(tmp_path / "gone.sln", rate=RATE)
    pid = recogniser.pid
    assert (await recogniser.recognise(goodbye, rate=RATE)).words
    assert recogniser.pid == pid


@pytest.mark.parametrize("line", ["", "x", "[]", "{}", '{"id": 1}', '{"id": 1, "path": 5, "rate": 8000}'])
def test_an_odd_request_is_answered_with_an_error(line: str) -> None:
    answer = answer_to(line, recogniser=None)  # type: ignore[arg-type]
    assert answer["kind"] == "failed"
    assert answer["error"]


@pytest.mark.parametrize(("option", "value"), [("threads", 0), ("niceness", -5), ("niceness", 20)])
def test_settings_out_of_range_are_refused_by_name(option: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{option}: {value}"):
        RecogniserProcess(SpeechModel(), **{option: value})
