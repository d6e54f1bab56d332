"""Vosk: the engine that understands while somebody speaks. A whole file is a stream fed at once."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from recordings.recogniser import RATE, Heard, ModelMissing, Samples, Word

MODEL_FILES = ("am/final.mdl", "final.mdl")
"""A model's directory has its acoustic model at one of these places."""

PIECE_BYTES = 2 * RATE // 10
"""The decoder is always fed this much at a time, however the sound arrives: what it hears depends on where it is cut
(tried: pieces of 20, 100 and 200 ms differ in some words), and a stream should give the words of the whole file.
Equal to the last word they are only where the model's `conf/mfcc.conf` says `--dither=0`: by default Kaldi adds a
little random noise to all sound, and two runs over one file differ where it was unsure."""


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
        return [*stream.feed(samples.astype("<i2").tobytes()).final, *stream.finish().final]


class VoskStream:
    """One side of a call, being understood."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._waiting = b""
        self._partial = ""

    def feed(self, pcm: bytes) -> Heard:
        sound = self._waiting + pcm
        whole = len(sound) // PIECE_BYTES * PIECE_BYTES
        self._waiting = sound[whole:]
        final: list[Word] = []
        for begin in range(0, whole, PIECE_BYTES):
            if self._decoder.AcceptWaveform(sound[begin : begin + PIECE_BYTES]):
                final += _words(self._decoder.Result())
        if whole:
            self._partial = json.loads(self._decoder.PartialResult()).get("partial", "")
        return Heard(tuple(final), self._partial)

    def finish(self) -> Heard:
        final: list[Word] = []
        if self._waiting and self._decoder.AcceptWaveform(self._waiting):
            final += _words(self._decoder.Result())
        self._waiting = b""
        return Heard((*final, *_words(self._decoder.FinalResult())))


def _words(result: str) -> tuple[Word, ...]:
    found = json.loads(result).get("result", [])
    return tuple(
        Word(word["word"], float(word["start"]), float(word["end"]), min(max(float(word["conf"]), 0.0), 1.0))
        for word in found
    )
