"""The dialogue made of both sides' words."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from recordings.dialogue import Speaker, SpokenWord, interleave


def said(speaker: Speaker, *words: tuple[str, float, float]) -> list[SpokenWord]:
    return [SpokenWord(speaker, text, start, end, 0.9) for text, start, end in words]


def lines(caller: list[SpokenWord], agent: list[SpokenWord]) -> list[tuple[str, str]]:
    return [(turn.speaker.value, turn.text) for turn in interleave(caller, agent)]


def test_question_and_answer_alternate() -> None:
    caller = said(Speaker.CALLER, ("Hello?", 1.0, 1.4), ("A", 5.0, 5.1), ("bill.", 5.1, 5.5))
    agent = said(Speaker.AGENT, ("How", 2.0, 2.2), ("can", 2.2, 2.4), ("I", 2.4, 2.5), ("help?", 2.5, 3.0))
    assert lines(caller, agent) == [("caller", "Hello?"), ("agent", "How can I help?"), ("caller", "A bill.")]


def test_who_is_interrupted_keeps_the_sentence_in_one_piece() -> None:
    agent = said(Speaker.AGENT, ("your", 0.0, 0.3), ("new", 0.3, 0.6), ("number", 0.6, 1.0), ("is", 1.0, 1.2))
    assert lines(said(Speaker.CALLER, ("yes", 0.5, 0.7)), agent) == [("agent", "your new number is"), ("caller", "yes")]


def test_a_pause_in_which_nobody_else_speaks_ends_no_turn() -> None:
    assert lines(said(Speaker.CALLER, ("well", 0, 1), ("no", 9, 10)), []) == [("caller", "well no")]


def test_a_call_without_words_has_no_turns() -> None:
    assert interleave([], []) == []


def side(speaker: Speaker) -> Callable[[list[tuple[float, float]]], list[SpokenWord]]:
    def build(times: list[tuple[float, float]]) -> list[SpokenWord]:
        return [
            SpokenWord(speaker, f"{speaker.value}{number}", start, start + length, 1.0)
            for number, (start, length) in enumerate(sorted(times))
        ]

    return build


TIMES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 3)), max_size=30)


@given(TIMES.map(side(Speaker.CALLER)), TIMES.map(side(Speaker.AGENT)))
def test_every_word_is_there_once_in_order_and_the_speakers_alternate(
    caller: list[SpokenWord], agent: list[SpokenWord]
) -> None:
    turns = interleave(caller, agent)
    for speaker, words in ((Speaker.CALLER, caller), (Speaker.AGENT, agent)):
        assert [word for turn in turns if turn.speaker is speaker for word in turn.words] == words
    assert all(word.speaker is turn.speaker for turn in turns for word in turn.words)
    assert all(first.speaker is not second.speaker for first, second in pairwise(turns))
    assert [turn.start for turn in turns] == sorted(turn.start for turn in turns)
    assert all(turn.end == max(word.end for word in turn.words) >= turn.start for turn in turns)
