"""What the phone writes and reads, apart from any phone."""

from __future__ import annotations

import asyncio
import time
import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ringdesk.demo.softphone import (
    PhoneEventKind,
    account_line,
    encode_netstring,
    parse_event,
    read_netstring,
    speech_frames,
)


def test_an_account_line_carries_a_name_in_any_script_and_with_quotes() -> None:
    line = account_line("1001", "127.0.0.1:5060", secret="s3cret", display_name='สมชาย "Boss" \\')
    assert line.startswith('"สมชาย \\"Boss\\" \\\\" <sip:1001@127.0.0.1:5060;transport=udp>;')
    assert ";auth_pass=s3cret;" in line
    assert "regint=600" in line


def test_a_phone_that_does_not_register_has_no_secret_and_no_interval() -> None:
    line = account_line("+66812345678", "127.0.0.1:5060", register=False)
    assert line.startswith("<sip:+66812345678@127.0.0.1:5060;transport=udp>;")
    assert "regint=0" in line
    assert "auth_" not in line


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("account", {"account": "a b"}),
        ("account", {"account": 'x"><sip:evil@example.org'}),
        ("registrar", {"registrar": "127.0.0.1;x=y"}),
        ("secret", {"secret": "a;b"}),
        ("display_name", {"display_name": "a\r\nb"}),
    ],
)
def test_what_would_change_the_line_is_refused_by_name(field: str, bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        account_line(**{"account": "1001", "registrar": "127.0.0.1:5060", **bad})


async def test_netstrings_are_read_back_whatever_the_pieces() -> None:
    reader = asyncio.StreamReader()
    messages = [b"", b"a:b,", "Борис".encode()]
    for byte in b"".join(map(encode_netstring, messages)):
        reader.feed_data(bytes([byte]))
    assert [await read_netstring(reader) for _ in messages] == messages


@pytest.mark.parametrize("wire", [b"x:abc,", b"3:abcd", b"-1:,", b"99999999:x,"])
async def test_bad_framing_is_an_error(wire: bytes) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(wire)
    with pytest.raises(ValueError, match="netstring"):
        await read_netstring(reader)


def test_an_event_of_the_phone_is_read_with_its_peer_and_name() -> None:
    at, monotonic = datetime.now(UTC), time.monotonic()
    message = {
        "type": "CALL_INCOMING",
        "direction": "incoming",
        "peeruri": "sip:+66812345678@127.0.0.1",
        "peerdisplayname": 'สมชาย \\"x\\"',
        "id": "7",
        "param": "p",
    }
    event = parse_event(message, at, monotonic)
    assert (event.kind, event.call, event.peer, event.peer_name) == (
        PhoneEventKind.INCOMING,
        "7",
        "+66812345678",
        'สมชาย "x"',
    )
    assert (event.at, event.monotonic, event.outgoing) == (at, monotonic, False)
    assert parse_event({"type": "NEW_KIND"}, at, monotonic).kind is PhoneEventKind.OTHER


def test_speech_of_another_format_is_refused_saying_which(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "wide.wav"), "wb") as target:
        target.setnchannels(2)
        target.setsampwidth(2)
        target.setframerate(16000)
        target.writeframes(bytes(64))
    with pytest.raises(ValueError, match=r"speaks: .* is 16000 Hz, 2 channels, 16 bit"):
        speech_frames(tmp_path / "wide.wav")
