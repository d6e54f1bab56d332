"""Raw sound: read, measured, cut and brought to another rate."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.recogniser import RATE, SoundUnreadable
from recordings.sound import at_recogniser_rate, is_silent, pieces, read_sln
from tests.recordings.conftest import noise, silence


def test_a_file_cut_in_the_middle_of_a_sample_loses_that_sample_only(tmp_path: Path) -> None:
    path = tmp_path / "x.sln"
    path.write_bytes(b"\x01\x00\xff\xff\x05")
    assert read_sln(path).tolist() == [1, -1]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SoundUnreadable, match=r"gone\.sln: No such file"):
        read_sln(tmp_path / "gone.sln")


@pytest.mark.parametrize(
    ("sound", "silent"),
    [(b"", True), (silence(1), True), (noise(1, 10), True), (noise(1, 100), False), (b"\x00\x80", False)],
    ids=["nothing", "zeros", "idle line", "noise", "lowest value"],
)
def test_only_what_can_be_heard_is_not_silent(sound: bytes, silent: bool) -> None:
    assert is_silent(np.frombuffer(sound, "<i2")) is silent


def test_a_tone_keeps_its_pitch_and_length_at_the_recognisers_rate() -> None:
    tone = (10_000 * np.sin(2 * np.pi * 400 * np.arange(8000) / 8000)).astype(np.int16)
    sound = at_recogniser_rate(tone, 8000)
    assert sound.size == RATE
    assert sound.dtype == np.int16
    assert int(np.abs(np.fft.rfft(sound)).argmax()) == 400


def test_what_has_the_rate_already_is_left_alone() -> None:
    tone = np.arange(50, dtype=np.int16)
    assert at_recogniser_rate(tone, RATE) is tone


@given(st.integers(0, 5000), st.integers(1, 40), st.integers(0, 2**31))
def test_pieces_make_up_the_whole_and_none_is_too_long(size: int, longest: int, seed: int) -> None:
    samples = np.random.default_rng(seed).integers(-1000, 1000, size).astype(np.int16)
    cuts = list(pieces(samples, 10, longest))
    assert cuts[0][0] == 0
    assert cuts[-1][1] == size
    assert all(before[1] == after[0] for before, after in pairwise(cuts))
    assert all(0 < end - begin <= longest * 10 for begin, end in cuts) or size == 0


def test_a_long_sound_is_cut_where_it_is_quiet() -> None:
    samples = np.full(8000 * 30, 5000, np.int16)
    samples[8000 * 17 : 8000 * 18] = 0
    (_, cut), _ = pieces(samples, 8000, longest=20)
    assert 17 * 8000 <= cut <= 18 * 8000
