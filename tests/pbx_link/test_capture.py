"""`ringdesk capture`: what it writes can be read whatever ends it."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pbx.capture import GAP, CaptureFailed, TraceFile, capture
from pbx.link import AmiLink
from tests.pbx_link.conftest import PATIENCE, running, settings, until
from tests.pbx_link.fake_ami import FakeAmi, frame
from tests.pbx_link.small_asterisk import SECRET, USER, SmallAsterisk


async def test_events_are_written_one_a_line_with_gaps_marked(tmp_path: Path) -> None:
    trace, stop = TraceFile(tmp_path / "trace.json"), asyncio.Event()
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, first_retry=0.01))) as link:
        capturing = asyncio.create_task(capture(link, trace, stop))
        await link.wait_connected(PATIENCE)
        fake.say(frame(Event="Newchannel", Name='สมชาย "x" </script> 👋', Timestamp="12.5"))
        fake.say(b"Event: Varied\r\nV: 1\r\nV: 2\r\n\r\n")
        await until(lambda: trace.events == 2)
        fake.hang_up()
        await until(lambda: trace.events == 3)
        stop.set()
        captured = await capturing
    assert (captured.events, captured.gaps) == (3, 1)
    written = trace.path.read_text()
    first, second, gap = json.loads(written)
    assert first == {"Event": "Newchannel", "Name": 'สมชาย "x" </script> 👋', "Timestamp": "12.5"}
    assert second["V"] == ["1", "2"]
    assert float(second["Timestamp"]) == pytest.approx(time.time(), abs=60)
    assert (gap["Event"], gap["Reason"]) == (GAP, "Asterisk closed the connection")
    assert "สมชาย" in written
    assert len(written.splitlines()) == 5
    assert trace.path.stat().st_mode & 0o777 == 0o600


def test_a_trace_is_valid_after_every_write(tmp_path: Path) -> None:
    trace = TraceFile(tmp_path / "trace.json")
    expected: list[dict[str, str]] = []
    for number in range(5):
        assert json.loads(trace.path.read_text()) == expected
        new = [{"Event": "X", "Number": f"{number}.{i}"} for i in range(number)]
        trace.append(new)
        expected += new
    assert json.loads(trace.path.read_text()) == expected


def test_a_file_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_text("precious")
    with pytest.raises(CaptureFailed, match="is there already: give another name"):
        TraceFile(path)
    assert path.read_text() == "precious"
    TraceFile(path, overwrite=True)
    assert json.loads(path.read_text()) == []
    with pytest.raises(CaptureFailed, match="cannot be written: No such file or directory"):
        TraceFile(tmp_path / "no" / "trace.json")


def test_a_disk_that_is_full_leaves_a_valid_trace(tmp_path: Path) -> None:
    trace = TraceFile(tmp_path / "trace.json")
    trace.append([{"Event": "Kept"}])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(CaptureFailed, match="It holds 1 events and can be replayed"):
            trace.append([{"Event": "Big", "Value": "x" * 5000}])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert json.loads(trace.path.read_text()) == [{"Event": "Kept"}]


@pytest.mark.asterisk
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_whatever_ends_it_the_trace_is_valid(
    asterisk: SmallAsterisk, link: AmiLink, tmp_path: Path, ending: signal.Signals
) -> None:
    path = tmp_path / "trace.json"
    program = f"""
        import asyncio
        from pathlib import Path
        from pbx.capture import capture_until_stopped
        from pbx.link import AmiSettings
        settings = AmiSettings(port={asterisk.ami_port}, username={USER!r}, secret={SECRET!r})
        print(asyncio.run(capture_until_stopped(settings, Path({str(path)!r}), tell=print)))
        """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    try:
        await until(lambda: path.exists() and "FullyBooted" in path.read_text())
        await link.action(
            {"Action": "Originate", "Channel": "Local/wait@t/n", "Context": "t", "Exten": "flood", "Priority": "1"}
            | {"Async": "true"}
        )
        await until(lambda: path.stat().st_size > 200_000)  # Shot in the middle of writing.
    finally:
        os.kill(process.pid, ending)
    output, _ = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
    events = json.loads(path.read_text())
    assert {event["Event"] for event in events} >= {"Newchannel", "UserEvent"}
    floods = [int(event["Number"]) for event in events if event.get("UserEvent") == "Flood"]
    assert floods == list(range(1, len(floods) + 1))
    if ending is not signal.SIGKILL:
        assert process.returncode == 0
        assert f"Captured(events={len(events)}, gaps=0)" in output
