"""Who said what when: the words of both sides of a call, and the dialogue that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

PAUSE_SECONDS = 0.8
"""A speaker silent for longer than this has ended an utterance: the other's words may come between."""


class Speaker(StrEnum):
    """Whose voice a side of a recording holds."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of `speaker`, from `start` to `end` in seconds of the recording; `confidence` is 0 to 1."""

    speaker: Speaker
    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the other's turn begins. Never empty."""

    speaker: Speaker
    words: tuple[SpokenWord, ...]

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return max(word.end for word in self.words)

    @property
    def text(self) -> str:
        return text_of(self.words)


def text_of(words: Iterable[SpokenWord]) -> str:
    """The words as one line."""
    return " ".join(word.text for word in words)


def interleave(caller: Sequence[SpokenWord], agent: Sequence[SpokenWord], pause: float = PAUSE_SECONDS) -> list[Turn]:
    """The dialogue of both sides, ordered by time; speakers alternate and every word is in it once.

    Each side is cut into utterances where it is silent for more than `pause` seconds. Utterances are kept whole, so
    that two who speak at once give two lines to read and not a mixture of words.
    """
    utterances = [*_utterances(caller, pause), *_utterances(agent, pause)]
    utterances.sort(key=lambda utterance: utterance[0].start)  # stable: of two at once the caller's is first
    return [
        Turn(speaker, tuple(word for utterance in group for word in utterance))
        for speaker, group in groupby(utterances, key=lambda utterance: utterance[0].speaker)
    ]


def _utterances(words: Sequence[SpokenWord], pause: float) -> list[list[SpokenWord]]:
    utterances: list[list[SpokenWord]] = []
    silent_since = 0.0
    for word in sorted(words, key=lambda word: word.start):
        if not utterances or word.start - silent_since > pause:
            utterances.append([])
            silent_since = word.end
        utterances[-1].append(word)
        silent_since = max(silent_since, word.end)
    return utterances
