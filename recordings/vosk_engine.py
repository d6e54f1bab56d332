"""Vosk: the engine that understands while somebody speaks. A whole file is a stream fed at once."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from recordings.recogniser import RATE, Heard, ModelMissing, Samples, Word

MODEL_FILES = ("am/final.mdl", "final.mdl")
"""A model's directory has its acoustic model at one of these places."""

PIECE_SAMPLES = RATE // 5
"""How much a whole file is fed at a time: the decoder finds the ends of utterances only between pieces."""


class VoskRecogniser:
    """A loaded model. `ModelMissing` says what to install where there is none."""

    def __init__(self, directory: Path) -> None:
        if not any((directory / name).is_file() for name in MODEL_FILES):
            raise ModelMissing(f"{directory} is no vosk model: no {' or '.join(MODEL_FILES)} in it")
        try:
            self._vosk: Any = import_module("vosk")
        except ImportError as error:
            raise ModelMissing(f"the engine vosk is not installed ({error}): pip install vosk") from error
        self._vosk.SetLogLevel(-1)
        try:
            self._model: Any = self._vosk.Model(model_path=str(directory))
        except Exception as error:  # vosk raises bare Exception
            raise ModelMissing(f"the vosk model in {directory} can't be loaded: {error}") from error

    def stream(self) -> VoskStream:
        decoder = self._vosk.KaldiRecognizer(self._model, RATE)
        decoder.SetWords(True)
        return VoskStream(decoder)

    def recognise(self, samples: Samples) -> list[Word]:
        stream = self.stream()
        words: list[Word] = []
        for begin in range(0, samples.size, PIECE_SAMPLES):
            words += stream.feed(samples[begin : begin + PIECE_SAMPLES].astype("<i2").tobytes()).final
        return [*words, *stream.finish().final]


class VoskStream:
    """One side of a call, being understood."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder

    def feed(self, pcm: bytes) -> Heard:
        if self._decoder.AcceptWaveform(pcm):
            return Heard(_words(self._decoder.Result()))
        return Heard(partial=json.loads(self._decoder.PartialResult()).get("partial", ""))

    def finish(self) -> Heard:
        return Heard(_words(self._decoder.FinalResult()))


def _words(result: str) -> tuple[Word, ...]:
    found = json.loads(result).get("result", [])
    return tuple(
        Word(word["word"], float(word["start"]), float(word["end"]), min(max(float(word["conf"]), 0.0), 1.0))
        for word in found
    )
