"""The process that recognises speech: `python -m recordings.recogniser_process`, apart from the one that runs calls.

It gives way to everything else on the machine, keeps its model loaded, and speaks JSON lines with its parent
(`recordings.recogniser_client`): one request a line on standard input, one answer a line on standard output. Before
the first answer comes one line that says whether the model is loaded:

    < {"ready": true, "engine": "whisper", "model": "…"}      or {"error": "…", "kind": "model_missing"}, and it ends
    > {"id": 1, "path": "/…/call.caller.sln", "rate": 8000}
    < {"id": 1, "seconds": 3.2, "words": [["Hello", 0.31, 0.62, 0.98]]}    or {"id": 1, "error": "…", "kind": "…"}

Pieces of live sound will be another kind of request. It ends when its standard input does, so it never outlives the
parent, however that dies.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from recordings.recogniser import ModelMissing, Recogniser, Samples, SoundUnreadable, Word
from recordings.sound import at_recogniser_rate, is_silent, pieces, read_sln
from recordings.speech_models import Engine, SpeechModel, find_directory, load

MODEL_MISSING = "model_missing"
SOUND_UNREADABLE = "sound_unreadable"
FAILED = "failed"
"""The kinds of error, as the protocol names them."""


def main() -> None:
    """Load the model that the command line names, then answer until standard input ends."""
    arguments = _arguments()
    # Libraries may print what they like: it goes to the log and can't garble the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(arguments.niceness)
    _be_first_to_go_when_memory_is_short()
    requests: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()

    model = SpeechModel(Engine(arguments.engine), arguments.model, arguments.language)
    try:
        directory = find_directory(model)
        recogniser = load(model, threads=arguments.threads)
    except ModelMissing as error:
        _answer(answers, {"error": str(error), "kind": MODEL_MISSING})
        return
    name = "/".join(directory.parts[-2:])
    _answer(answers, {"ready": True, "engine": model.engine.value, "model": name})
    while True:
        _answer(answers, answer_to(requests.get(), recogniser))


def answer_to(line: str, recogniser: Recogniser) -> dict[str, Any]:
    """The answer to one request. Whatever goes wrong with it is an answer too."""
    number: Any = None
    try:
        request = json.loads(line)
        number = request["id"]
        rate = int(request["rate"])
        samples = read_sln(Path(request["path"]))
        words = words_of(samples, rate, recogniser)
    except SoundUnreadable as error:
        return {"id": number, "error": str(error), "kind": SOUND_UNREADABLE}
    except Exception as error:
        return {"id": number, "error": f"{type(error).__name__}: {error}", "kind": FAILED}
    return {
        "id": number,
        "seconds": samples.size / rate,
        "words": [[word.text, word.start, word.end, word.confidence] for word in words],
    }


def words_of(samples: Samples, rate: int, recogniser: Recogniser) -> list[Word]:
    """The words of the whole sound. A long one is recognised in pieces, which bounds the memory that it takes."""
    words: list[Word] = []
    for begin, end in pieces(samples, rate):
        if not is_silent(samples[begin:end]):
            shift = begin / rate
            words += [
                Word(word.text, word.start + shift, word.end + shift, word.confidence)
                for word in recogniser.recognise(at_recogniser_rate(samples[begin:end], rate))
            ]
    return words


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m recordings.recogniser_process", description=__doc__)
    parser.add_argument("--engine", required=True, choices=[engine.value for engine in Engine])
    parser.add_argument("--model", type=Path, help="directory of the model; default: that of an installed package")
    parser.add_argument("--language", default="en")
    parser.add_argument("--threads", type=int, default=1, help="cores to use at most")
    parser.add_argument("--niceness", type=int, default=10)
    return parser.parse_args()


def _read_requests(requests: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    # The parent is gone, or wants us gone. Recognition may be in the middle of a long file: nobody waits for it.
    os._exit(0)


def _answer(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
    answers.flush()


def _be_first_to_go_when_memory_is_short() -> None:
    # Where it is not Linux, or not allowed, we go on without.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    main()
