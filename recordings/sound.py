"""Raw sound as Asterisk writes it: reading, measuring, and bringing it to the recognisers' rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from recordings.recogniser import RATE, Samples, SoundUnreadable

SILENCE_PEAK = 64
"""Where no sample is louder than this (-54 dB of full scale) nobody speaks: it is the noise of an idle line."""

PIECE_SECONDS = 300.0
"""A recogniser is given at most this much at once: whisper takes about 1 MB of memory for each second of it."""


def read_sln(path: Path) -> Samples:
    """The samples of a raw 16-bit little-endian file, without a halved one at its end. `SoundUnreadable` if absent."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SoundUnreadable(f"{path.name}: {error.strerror or error}") from error
    return np.frombuffer(content, dtype="<i2", count=len(content) // 2).astype(np.int16, copy=False)


def is_silent(samples: Samples) -> bool:
    """Whether there is nothing to hear at all: a recogniser made to listen to that tends to invent words."""
    return samples.size == 0 or max(int(samples.max()), -int(samples.min())) <= SILENCE_PEAK


def at_recogniser_rate(samples: Samples, rate: int) -> Samples:
    """The same sound at `RATE`, by linear interpolation (which recognisers tell from a better filter by nothing)."""
    if rate <= 0:
        raise ValueError(f"rate: {rate} samples a second")
    if rate == RATE or samples.size == 0:
        return samples
    length = round(samples.size * RATE / rate)
    places = np.arange(length, dtype=np.float64) * (rate / RATE)
    return np.interp(places, np.arange(samples.size), samples).round().astype(np.int16)


def pieces(samples: Samples, rate: int, longest: float = PIECE_SECONDS) -> Iterator[tuple[int, int]]:
    """Where to cut a long sound: (begin, end) of pieces of at most `longest` seconds that make up the whole.

    It is cut at the quietest tenth of a second of the last quarter minute before the limit, so as not to halve a word.
    """
    most, search, window = int(longest * rate), int(min(15.0, longest / 2) * rate), max(rate // 10, 1)
    begin = 0
    while samples.size - begin > most:
        tail = samples[begin + most - search : begin + most]
        windows = tail[: tail.size // window * window].reshape(-1, window)
        quietest = int(np.abs(windows.astype(np.int32)).sum(axis=1).argmin())
        end = begin + most - search + quietest * window + window // 2
        yield begin, end
        begin = end
    yield begin, samples.size
