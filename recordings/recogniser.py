"""What a speech recogniser is: sound in, words with their times out; whole or while it is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second of the sound that recognisers are given: mono, signed 16 bit."""

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word, as written. `start` and `end` are seconds from the sound's beginning, `confidence` 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stream has understood since the last time.

    `final` words come once and stay. `partial` is how the sound after them reads for now: the next one replaces it.
    """

    final: tuple[Word, ...] = ()
    partial: str = ""


class Recogniser(Protocol):
    """An engine with its model loaded. Used by one thread at a time."""

    def recognise(self, samples: Samples) -> list[Word]:
        """The words of the whole sound, in order of time. Silence, noise and music have none."""
        ...


class RecognitionStream(Protocol):
    """One side of a call while it is spoken. Word times count from the stream's beginning."""

    def feed(self, pcm: bytes) -> Heard:
        """Take the next piece of sound (`RATE`, mono, s16le; any length of whole samples)."""
        ...

    def finish(self) -> Heard:
        """End the stream: whatever was partial becomes final."""
        ...


class StreamingRecogniser(Recogniser, Protocol):
    """An engine that gives words while they are spoken. Its streams are independent of each other."""

    def stream(self) -> RecognitionStream:
        """Begin to listen to one side of a call."""
        ...


class RecogniserError(Exception):
    """No words could be had. The message is for the user to read."""


class ModelMissing(RecogniserError):
    """There is no engine, or no usable model for it, on this machine. Trying again does not help; installing does."""


class SoundUnreadable(RecogniserError):
    """The file is not there or is not sound. Trying again does not help."""


class RecogniserFailed(RecogniserError):
    """The recogniser broke down, was killed or took too long. Trying again may help."""
