"""Human speech with its text: Asterisk's own English prompts, longer talks made of them, and how well words were heard.

Debian's `asterisk-core-sounds-en` ships telephone-quality recordings of a person and a transcript of every one, so a
call in a test or in the demo can say something real, and its transcription can be measured.
"""

from __future__ import annotations

import gzip
import random
import warnings
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ringdesk.asterisk.tools import prompts

SAMPLE_RATE = 8000
PAUSE_SECONDS = 0.5
FRAME_SAMPLES = 160
_FRAME_BYTES = 2 * FRAME_SAMPLES
VOICED_LOUDNESS = 200.0
"""Root mean square of a frame above which it counts as voice: above what is left of silence after coding."""

# Prompts of 4 to 12 seconds of which whisper's tiny.en heard every word at 8 kHz, wherever in a talk they stand: what
# is lost in a call is then the call's fault and not the model's.
CLEAR_PROMPTS = (
    "agent-alreadyon",
    "agent-incorrect",
    "agent-user",
    "auth-incorrect",
    "confbridge-lock-extended",
    "confbridge-pin",
    "confbridge-pin-bad",
    "confbridge-rest-list-vol-out",
    "demo-thanks",
    "dictate/play_help",
    "dictate/record_help",
    "followme/status",
    "priv-introsaved",
    "privacy-unident",
    "queue-youarenext",
    "ss-noservice",
    "tt-allbusy",
    "vm-forward",
    "vm-invalid-password",
    "vm-newuser",
    "vm-nobox",
    "vm-opts-full",
    "vm-rec-busy",
    "vm-rec-name",
    "vm-rec-temp",
    "vm-saveoper",
    "vm-tempgreeting2",
    "vm-tmpexists",
)

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """A WAV file (8 kHz, mono, 16 bit) with the words that are said in it and its length in seconds."""

    path: Path
    text: str
    seconds: float


def parse_transcripts(text: str) -> dict[str, str]:
    """Prompt name to what is said in it, from the text of `core-sounds-en.txt`.

    A line is `name: words`; `;` begins a comment. Tones and silences, described in brackets, are left out.
    """
    transcripts: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, words = (part.strip() for part in line.partition(":"))
        if colon and words and not name.startswith(";") and words[0] not in "[(":
            transcripts[name] = words
    return transcripts


def wav_seconds(path: Path) -> float:
    """How long a WAV file plays, in seconds."""
    with wave.open(str(path), "rb") as source:
        return source.getnframes() / source.getframerate()


class PromptLibrary:
    """The English prompts of an Asterisk: `sounds` holds the WAV files, `transcript` is their text, gzipped or not."""

    def __init__(self, sounds: Path, transcript: Path) -> None:
        if not transcript.is_file():
            raise FileNotFoundError(f"{transcript}: no transcript; it is in Debian's asterisk-core-sounds-en")
        self._sounds = sounds
        content = transcript.read_bytes()
        text = (gzip.decompress(content) if transcript.suffix == ".gz" else content).decode()
        self._transcripts: Mapping[str, str] = parse_transcripts(text)

    @classmethod
    def under(cls, root: Path) -> PromptLibrary:
        """The library of the packages unpacked at `root` (or installed, with `/`)."""
        return cls(
            root / "usr/share/asterisk/sounds/en_US_f_Allison",
            root / "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz",
        )

    @classmethod
    def found(cls) -> PromptLibrary:
        """The prompts that came with the unpacked Asterisk. Raises ToolMissing, which names the command that helps."""
        there = prompts()
        return cls(there.directory, there.transcripts)

    def prompt(self, name: str) -> Speech:
        """One prompt, by its name without `.wav`. Raises KeyError where the library has no speech of that name."""
        path = self._sounds / f"{name}.wav"
        if name not in self._transcripts or not path.is_file():
            raise KeyError(f"{name}: no such prompt with words in {self._sounds}")
        return Speech(path, self._transcripts[name], wav_seconds(path))

    @cached_property
    def clear(self) -> tuple[Speech, ...]:
        """The prompts that a small model understands completely, in alphabetical order."""
        return tuple(self.prompt(name) for name in CLEAR_PROMPTS)

    def talk(self, target: Path, *, seconds: float, seed: int) -> Speech:
        """Write a talk of at least `seconds` to `target`: clear prompts, drawn by `seed`, with pauses between them."""
        drawn = random.Random(seed).sample(self.clear, len(self.clear))
        chosen: list[Speech] = []
        while sum(speech.seconds + PAUSE_SECONDS for speech in chosen) < seconds + PAUSE_SECONDS:
            if not drawn:
                raise ValueError(f"seconds: {seconds:g} is more than all prompts together")
            chosen.append(drawn.pop())
        return join(chosen, target)


def voiced_seconds(samples: bytes) -> float:
    """How long somebody is heard in `samples` (8 kHz, mono, 16 bit), in seconds: pauses are not counted."""
    sound = np.frombuffer(samples[: len(samples) // _FRAME_BYTES * _FRAME_BYTES], dtype="<i2").astype(np.float64)
    loudness = np.sqrt(np.mean(sound.reshape(-1, FRAME_SAMPLES) ** 2, axis=1))
    return float(np.count_nonzero(loudness > VOICED_LOUDNESS) * FRAME_SAMPLES / SAMPLE_RATE)


def join(parts: Iterable[Speech], target: Path, *, pause: float = PAUSE_SECONDS) -> Speech:
    """Write the parts one after the other to `target`, `pause` seconds of silence between two."""
    with warnings.catch_warnings():
        # It warns that there is no ffmpeg, which it needs for other formats than WAV, and of its own need of audioop.
        warnings.simplefilter("ignore")
        from pydub.audio_segment import AudioSegment
    segment: Any = AudioSegment
    sound = segment.empty()
    words: list[str] = []
    for part in parts:
        if words:
            sound += segment.silent(duration=int(1000 * pause), frame_rate=SAMPLE_RATE)
        sound += segment.from_wav(str(part.path))
        words.append(part.text)
    if not words:
        raise ValueError("parts: there is nothing to say")
    sound.set_frame_rate(SAMPLE_RATE).set_channels(1).set_sample_width(2).export(str(target), format="wav").close()
    return Speech(target, " ".join(words), wav_seconds(target))


@lru_cache(maxsize=1)
def _normaliser() -> Any:
    import jiwer

    numbers = {rf"\b{word}\b": str(value) for value, word in enumerate(_NUMBER_WORDS.split())}
    return jiwer.Compose(
        [
            jiwer.ToLowerCase(),
            jiwer.SubstituteRegexes({r"’": "'"}),
            jiwer.ExpandCommonEnglishContractions(),
            jiwer.SubstituteRegexes({r"\*": " star ", "#": " pound ", r"'": "", r"[^\w\s]|_": " ", **numbers}),
            jiwer.RemoveMultipleSpaces(),
            jiwer.Strip(),
        ]
    )


def normalise(text: str) -> str:
    """`text` as two transcripts are compared: lower case, digits for small numbers, no punctuation, no contractions."""
    return str(_normaliser()(text))


def word_error_rate(reference: str, heard: str) -> float:
    """Wrong, missing and additional words of `heard` by the words of `reference`: 0 is perfect, above 1 is possible.

    Case, punctuation and the writing of small numbers do not count. Raises ValueError where `reference` has no words.
    """
    import jiwer

    said = normalise(reference)
    if not said:
        raise ValueError("reference: holds no words")
    return float(jiwer.wer(said, normalise(heard)))
