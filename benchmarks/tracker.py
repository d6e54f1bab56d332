"""From AMI's bytes to the facts of calls, against panoramisk alone on the same stream; and memory of many calls."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from benchmarks.figures import Figure, compared, seconds_in_turn, skipped
from benchmarks.stream import as_bytes, chunks, events, traces
from kernel.clock import SystemClock
from pbx.events import AmiFrame
from pbx.protocol import LinkProtocol
from pbx.tracker import Tracker

EVENTS = 40_000
CALLS = 10_000


class _Nowhere(asyncio.Transport):
    def write(self, data: bytes | bytearray | memoryview) -> None:
        """To nobody."""

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        raise AssertionError("the protocol gave the stream up")


def figures() -> list[Figure]:
    """Speed and memory of the way from bytes to facts."""
    if not traces():
        return [skipped("tracker: AMI bytes to facts", "no recorded traces")]
    return [_speed(), _memory()]


def _speed() -> Figure:
    stream = list(events(EVENTS))
    pieces = chunks(as_bytes(iter(stream)))
    ours, panoramisk = seconds_in_turn(
        lambda: asyncio.run(_to_facts(pieces)), lambda: asyncio.run(_panoramisk_alone(pieces))
    )
    return compared(
        "tracker: AMI bytes to facts of calls",
        len(stream) / ours,
        "events/s",
        "panoramisk alone, to one empty callback",
        len(stream) / panoramisk,
        at_least=0.6,
    )


async def _to_facts(pieces: Sequence[bytes]) -> None:
    tracker = Tracker("main")
    facts = 0

    def heard(frames: list[AmiFrame], at: datetime, monotonic: float) -> None:
        nonlocal facts
        for frame in frames:
            facts += len(tracker.feed(frame, at))

    protocol = LinkProtocol(heard, SystemClock())
    protocol.connection_made(_Nowhere())
    for piece in pieces:
        protocol.data_received(piece)
    assert facts, "the stream holds calls"


async def _panoramisk_alone(pieces: Sequence[bytes]) -> None:
    heard = 0

    def callback(manager: Manager, event: Any) -> None:
        nonlocal heard
        heard += 1

    manager = Manager(loop=asyncio.get_running_loop(), encoding="utf8")  # type: ignore[no-untyped-call]
    manager.register_event("*", callback)  # type: ignore[no-untyped-call]
    protocol: Any = AMIProtocol()
    protocol.connection_made(_Nowhere())
    protocol.factory = manager
    protocol.encoding = "utf8"
    for piece in pieces:
        protocol.data_received(piece)
    assert heard, "the stream holds events"


def _memory() -> Figure:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    stream = [event for number in range(CALLS) for event in _call_in_talk(number)]
    tracker = Tracker("main")
    gc.collect()
    tracemalloc.start()
    for event in stream:
        tracker.feed(dict(event), at)
    gc.collect()
    ours = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(tracker.live_calls) == CALLS
    tracemalloc.start()
    kept = [dict(event) for event in stream]
    bare = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept
    return compared(
        f"tracker: memory of {CALLS:,} calls in talk",
        ours / 2**20,
        "MiB",
        "their events, kept as they came",
        bare / 2**20,
        note=f"{ours / CALLS / 1024:.1f} KiB a call",
    )


def _call_in_talk(number: int) -> list[dict[str, str]]:
    """The events of a call up to where two people talk."""
    caller, agent = f"1764000000.{2 * number}", f"1764000000.{2 * number + 1}"
    bridge = f"bridge-{number}"

    def channel(uniqueid: str, account: str, prefix: str = "") -> dict[str, str]:
        return {
            f"{prefix}Channel": f"PJSIP/{account}-{number:08x}",
            f"{prefix}ChannelState": "6",
            f"{prefix}ChannelStateDesc": "Up",
            f"{prefix}CallerIDNum": f"+668{number:08}",
            f"{prefix}CallerIDName": f"Caller {number}",
            f"{prefix}ConnectedLineNum": account,
            f"{prefix}ConnectedLineName": "<unknown>",
            f"{prefix}Language": "en",
            f"{prefix}Context": "ringdesk-from-trunk",
            f"{prefix}Exten": "+6621234567",
            f"{prefix}Priority": "1",
            f"{prefix}Uniqueid": uniqueid,
            f"{prefix}Linkedid": caller,
        }

    return [
        {"Event": "Newchannel", **channel(caller, "carrier")},
        {"Event": "Newstate", **channel(caller, "carrier")},
        {"Event": "Newchannel", **channel(agent, "1001")},
        {"Event": "DialBegin", **channel(caller, "carrier"), **channel(agent, "1001", "Dest"), "DialString": "1001"},
        {"Event": "Newstate", **channel(agent, "1001"), "ChannelState": "5", "ChannelStateDesc": "Ringing"},
        {"Event": "DialEnd", **channel(caller, "carrier"), **channel(agent, "1001", "Dest"), "DialStatus": "ANSWER"},
        {"Event": "BridgeCreate", "BridgeUniqueid": bridge, "BridgeType": "basic", "BridgeNumChannels": "0"},
        {"Event": "BridgeEnter", "BridgeUniqueid": bridge, "BridgeNumChannels": "1", **channel(agent, "1001")},
        {"Event": "BridgeEnter", "BridgeUniqueid": bridge, "BridgeNumChannels": "2", **channel(caller, "carrier")},
    ]
