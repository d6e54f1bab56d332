"""A long stream of AMI events, as bytes: recorded calls, over and over, each time as calls of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TRACES = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "traces"
CHUNK = 16 * 1024
GREETING = b"Asterisk Call Manager/11.0.0\r\n"

_UNIQUEID = re.compile(r"\b(1\d{9})\.(\d+)\b")
_CHANNEL = re.compile(r"-([0-9a-f]{8})\b(?!-)")
_BRIDGE = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")

Trace = list[dict[str, Any]]


def traces() -> list[Trace]:
    """Every recorded trace, in order of name."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(TRACES.glob("*.json"))]


def events(number: int) -> Iterator[dict[str, Any]]:
    """At least `number` events; no call of one round is a call of another."""
    recorded = traces()
    if not recorded:
        return
    count = round_ = 0
    while count < number:
        for trace in recorded:
            text = _as_calls_of_their_own(json.dumps(trace), round_)
            again: Trace = json.loads(text)
            count += len(again)
            yield from again
        round_ += 1


def _as_calls_of_their_own(trace: str, round_: int) -> str:
    """The trace with ids of channels, calls and bridges that no other round has."""

    def uniqueid(match: re.Match[str]) -> str:
        return f"{match[1]}.{int(match[2]) + 1000 * round_}"

    def channel(match: re.Match[str]) -> str:
        return f"-{(int(match[1], 16) + 4096 * round_) & 0xFFFFFFFF:08x}"

    def bridge(match: re.Match[str]) -> str:
        return f"{(int(match[0][:8], 16) + round_) & 0xFFFFFFFF:08x}{match[1]}"

    return _BRIDGE.sub(bridge, _CHANNEL.sub(channel, _UNIQUEID.sub(uniqueid, trace)))


def as_bytes(stream: Iterator[dict[str, Any]]) -> bytes:
    """The events as Asterisk writes them."""
    parts = [GREETING]
    for event in stream:
        # Asterisk says what kind of event it is first.
        ordered = {"Event": event.get("Event", ""), **event}
        for header, value in ordered.items():
            for each in value if isinstance(value, list) else [value]:
                parts.append(f"{header}: {each}\r\n".encode())
        parts.append(b"\r\n")
    return b"".join(parts)


def chunks(data: bytes) -> list[bytes]:
    """The bytes as a socket hands them over."""
    return [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
