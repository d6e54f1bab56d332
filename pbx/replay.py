"""`python -m pbx.replay FILE.json`: the calls in a captured trace, one JSON object per line, in order of start.

The trace is a JSON array of AMI events, each an object of header to value; a repeated header is a list. A number or a
truth value is read as its text, null as if the header were not there. A capture that was cut off is read up to where it
is whole.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pbx import story
from pbx.events import AmiEvent
from pbx.tracker import Tracker

EVERYTHING = 10**9


class BadTrace(Exception):
    """The file is no trace. The message says where and why."""


def read(text: str, on_cut_off: Callable[[int], None] = lambda line: None) -> Iterator[dict[str, Any]]:
    """The events of a trace.

    A trace whose end is missing (the capture was killed) is read up to its last whole event; `on_cut_off` is told the
    line from which on nothing was read. Raises `BadTrace` where something else than events stands there, with the line.
    """
    position = _skip(text, 0)
    if position == len(text):
        raise BadTrace("the file is empty: an array of events is expected")
    if text[position] != "[":
        raise BadTrace(f"line {_line(text, position)}: an array of events is expected, but there is {text[position]!r}")
    decoder = json.JSONDecoder()
    position = _skip(text, position + 1)
    while position < len(text) and text[position] != "]":
        start = position
        try:
            event, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            if _cut_off(text, error.pos):
                on_cut_off(_line(text, start))
                return
            raise BadTrace(f"line {error.lineno}: {error.msg}") from error
        except ValueError as error:  # a number of thousands of digits
            raise BadTrace(f"line {_line(text, start)}: {error}") from error
        except RecursionError:
            raise BadTrace(f"line {_line(text, start)}: too deeply nested") from None
        if not isinstance(event, dict):
            raise BadTrace(f"line {_line(text, start)}: an event is an object of header to value, not {_short(event)}")
        yield _as_ami_tells(event, start, text)
        position = _skip(text, position)
        if position < len(text) and text[position] == ",":
            position = _skip(text, position + 1)
        elif position < len(text) and text[position] != "]":
            raise BadTrace(f"line {_line(text, position)}: ',' or ']' is expected after an event")
    if position >= len(text):
        on_cut_off(_line(text, position))
    rest = _skip(text, position + 1)
    if rest < len(text):
        raise BadTrace(f"line {_line(text, rest)}: something follows after the array")


def _as_ami_tells(event: dict[str, Any], position: int, text: str) -> dict[str, str | list[str]]:
    """The event with every value as text. Other tools write numbers where AMI has digits; null says nothing."""
    headers: dict[str, str | list[str]] = {}
    for header, value in event.items():
        if type(value) is str:
            headers[header] = value
        elif isinstance(value, list):
            headers[header] = [_text_of(item, header, value, position, text) for item in value if item is not None]
        elif value is not None:
            headers[header] = _text_of(value, header, value, position, text)
    return headers


def _text_of(item: Any, header: str, value: Any, position: int, text: str) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, int | float):  # a bool is an int
        return json.dumps(item)
    line = _line(text, position)
    raise BadTrace(f"line {line}: the value of {header} is neither text nor a list of texts: {_short(value)}")


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\ufeff":
        position += 1
    return position


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _cut_off(text: str, position: int) -> bool:
    """Whether what the decoder stumbled on is only that the text ends there."""
    rest = text[position:]
    # An unfinished string is reported at its opening quote: cut off if no line is complete after it.
    return not rest.strip() or (rest.startswith('"') and '"' not in rest[1:].replace('\\"', ""))


def replay(events: Iterable[AmiEvent], node: str = "main") -> list[story.CallStory]:
    """The calls in `events`, in order of start."""
    tracker = Tracker(node, ended_kept=EVERYTHING, overdue_after=float("inf"), live_kept=EVERYTHING)
    for event in events:
        tracker.feed(event)
    return [story.story(call) for call in tracker.calls if not call.picked_up]


def main(arguments: list[str] | None = None) -> int:
    """Print the calls of a trace. Exit status 2 and a message where it cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m pbx.replay", description="Print the calls in a captured trace.")
    parser.add_argument("file", type=Path, help="a JSON array of AMI events; - reads the standard input")
    file: Path = parser.parse_args(arguments).file
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names may be of any script, whatever the terminal's; what is no character is written as its escape.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        events = list(
            read(data.decode("utf-8"), lambda line: _say(f"{file}: cut off at line {line}, read up to there"))
        )
    except OSError as error:
        return _fail(f"{file}: {error.strerror}")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _fail(f"{file}: line {line}: not UTF-8 text ({error.reason})")
    except BadTrace as error:
        return _fail(f"{file}: {error}")
    if _is_too_old(events):
        return _fail(f"{file}: the events have no Linkedid: Asterisk 11 and older are not understood, 13 and newer are")
    return _print(json.dumps(told.as_json(), ensure_ascii=False) for told in replay(events))


def _print(lines: Iterable[str]) -> int:
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads (`| head`) has enough. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _is_too_old(events: list[dict[str, Any]]) -> bool:
    """Whether the events are of Asterisk 11 or older, which does not tell what channels belong together."""
    told = [event for event in events if event.get("Event") == "Newchannel"]
    return bool(told) and not any("Linkedid" in event for event in told)


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def _fail(message: str) -> int:
    _say(message)
    return 2


if __name__ == "__main__":
    sys.exit(main())
