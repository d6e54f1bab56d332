"""Prompts, their text, and the measure of what was understood."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from ringdesk.demo.softphone import speech_frames
from ringdesk.demo.speech import PromptLibrary, join, normalise, parse_transcripts, voiced_seconds, word_error_rate


def test_a_transcript_is_a_name_and_words_without_comments_tones_and_silences() -> None:
    text = "; a comment: with a colon\n\nhello-world: Hello, world: all of it.\nbeep: [a tone]\nsilence/1: (one)\nodd\n"
    assert parse_transcripts(text) == {"hello-world": "Hello, world: all of it."}


@pytest.mark.parametrize(
    ("said", "heard", "rate"),
    [
        ("Press one, then the # key.", "press 1 then the pound key", 0.0),
        ("I'm sorry; that's not valid.", "I am sorry, that is not valid", 0.0),
        ("one two three four", "one two three five", 0.25),
        ("one two three four", "", 1.0),
        ("one two", "one two three", 0.5),
    ],
)
def test_only_words_count_as_errors(said: str, heard: str, rate: float) -> None:
    assert word_error_rate(said, heard) == rate


def test_a_reference_without_words_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="reference"):
        word_error_rate(" ... ", "hello")


def test_every_clear_prompt_is_there_and_says_something(prompts: PromptLibrary) -> None:
    assert len(prompts.clear) >= 20
    for prompt in prompts.clear:
        assert len(normalise(prompt.text).split()) >= 8
        assert 4 <= prompt.seconds <= 12


def test_a_talk_is_as_long_as_asked_and_the_same_for_the_same_seed(prompts: PromptLibrary, tmp_path: Path) -> None:
    first = prompts.talk(tmp_path / "first.wav", seconds=12, seed=5)
    again = prompts.talk(tmp_path / "again.wav", seconds=12, seed=5)
    other = prompts.talk(tmp_path / "other.wav", seconds=12, seed=6)
    assert first.text == again.text
    assert first.path.read_bytes() == again.path.read_bytes()
    assert other.text != first.text
    assert 12 <= first.seconds < 12 + 12
    with wave.open(str(first.path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        assert sound.getnframes() == round(8000 * first.seconds)


def test_joined_parts_keep_their_words_and_lengths(prompts: PromptLibrary, tmp_path: Path) -> None:
    parts = prompts.clear[:3]
    joined = join(parts, tmp_path / "joined.wav", pause=0.25)
    assert joined.seconds == pytest.approx(sum(part.seconds for part in parts) + 0.5, abs=0.01)
    assert normalise(joined.text) == normalise(" ".join(part.text for part in parts))


def test_pauses_are_not_voice_and_what_is_cut_off_is_missed(prompts: PromptLibrary, tmp_path: Path) -> None:
    close, apart = (join(prompts.clear[:3], tmp_path / f"{pause}.wav", pause=pause) for pause in (0.0, 2.0))
    assert apart.seconds - close.seconds == pytest.approx(4.0, abs=0.01)
    heard = voiced_seconds(speech_frames(close.path))
    assert 1.0 < heard < close.seconds
    assert voiced_seconds(speech_frames(apart.path)) == pytest.approx(heard, abs=0.1)
    half = speech_frames(close.path)[: 2 * int(8000 * close.seconds / 2)]
    assert voiced_seconds(half) < 0.7 * heard
    assert voiced_seconds(bytes(16_000)) == 0.0


def test_a_prompt_that_is_not_there_is_named(prompts: PromptLibrary) -> None:
    with pytest.raises(KeyError, match="no-such-prompt"):
        prompts.prompt("no-such-prompt")


def test_nothing_to_say_and_too_much_to_say_are_refused(prompts: PromptLibrary, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="parts"):
        join([], tmp_path / "none.wav")
    with pytest.raises(ValueError, match="seconds"):
        prompts.talk(tmp_path / "long.wav", seconds=3600, seed=1)
