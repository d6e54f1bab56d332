"""Rotation: put aside when large, deleted when old or too much, and nothing lost; on the real Asterisk, too."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from pbx import cel
from pbx.cel_rotation import Limits, LogRotation, put_aside
from pbx.queue_log import QueueLogReader
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer
from tests.end_to_end.house import House, established
from tests.end_to_end.waiting import eventually

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SMALL = Limits(rotate_bytes=100, keep=timedelta(days=2), keep_bytes=1000)


def rotation(directory: Path, limits: Limits = SMALL) -> LogRotation:
    (directory / "cel-custom").mkdir(exist_ok=True)
    return LogRotation(directory, limits, SystemClock())


def test_a_large_file_is_put_aside_whole_and_a_small_one_stays(tmp_path: Path) -> None:
    rotating = rotation(tmp_path)
    cel_file, queue_log = tmp_path / "cel-custom/ringdesk.csv", tmp_path / "queue_log"
    cel_file.write_bytes(b"x" * 100)
    queue_log.write_bytes(b"y" * 99)
    assert rotating.look(NOW) is None
    assert not cel_file.exists()
    assert queue_log.read_bytes() == b"y" * 99
    [(moment, aside)] = put_aside(cel_file)
    assert (moment, aside.read_bytes()) == (NOW, b"x" * 100)

    cel_file.write_bytes(b"z" * 200)
    queue_log.write_bytes(b"y" * 150)
    assert rotating.look(NOW) is None
    assert sorted(file.read_bytes()[:1] for _, file in put_aside(cel_file)) == [b"x", b"z"]
    assert queue_log.read_bytes() == b""
    assert [file.read_bytes() for _, file in put_aside(queue_log)] == [b"y" * 150]


def test_what_is_old_or_too_much_is_deleted_and_nothing_of_others(tmp_path: Path) -> None:
    rotating = rotation(tmp_path)
    cel_file, foreign = tmp_path / "cel-custom/ringdesk.csv", tmp_path / "cel-custom/ringdesk.csv.1"
    foreign.write_bytes(b"f" * 5000)
    for hours in range(20):
        cel_file.write_bytes(b"x" * 150)
        rotating.look(NOW + timedelta(hours=hours))
    kept = sorted(moment for moment, _ in put_aside(cel_file))
    assert kept == [NOW + timedelta(hours=hours) for hours in range(14, 20)]
    rotating.look(NOW + timedelta(days=3))
    assert put_aside(cel_file) == []
    assert foreign.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_may_not_be_written_is_said(tmp_path: Path) -> None:
    rotating = rotation(tmp_path)
    (tmp_path / "cel-custom/ringdesk.csv").write_bytes(b"x" * 200)
    (tmp_path / "cel-custom").chmod(0o500)
    try:
        assert "Permission denied" in str(rotating.look(NOW))
    finally:
        (tmp_path / "cel-custom").chmod(0o700)


def test_nothing_to_rotate_is_no_problem(tmp_path: Path) -> None:
    assert rotation(tmp_path).look(NOW) is None


@pytest.mark.asterisk
@pytest.mark.slow
async def test_asterisk_writes_on_and_no_row_is_lost() -> None:
    async with House(with_service=False) as house:
        logs = house.state / "asterisk/log"
        cel_file, queue_log = logs / "cel-custom/ringdesk.csv", logs / "queue_log"
        rotating = LogRotation(logs, Limits(1, timedelta(days=1), 10**9), SystemClock())
        for turn in range(3):
            async with house.caller(f"+6691000000{turn}", answer=Answer.never()) as caller:
                await caller.dial(SALES_NUMBER)
                await established(caller)
                assert await asyncio.to_thread(rotating.look, datetime.now(UTC)) is None  # in the middle of a call
                await caller.hangup()

            async def over(wanted: int = turn + 1) -> bool:
                rows = [row for file in all_of(cel_file) for row in cel.rows(file.read_bytes())]
                return len([row for row in rows if row.event == "LINKEDID_END"]) == wanted

            await eventually(over, "Asterisk has written the end")
        rows = [row for file in all_of(cel_file) for row in cel.rows(file.read_bytes())]
        for event in ("CHAN_START", "APP_START", "HANGUP", "LINKEDID_END"):
            assert len({row.linkedid for row in rows if row.event == event}) == 3, event
        waits = [row.event for file in all_of(queue_log) for row in QueueLogReader().feed(file.read_bytes())]
        assert (waits.count("ENTERQUEUE"), waits.count("ABANDON")) == (3, 3)
        assert len(put_aside(queue_log)) >= 2


def all_of(path: Path) -> list[Path]:
    """The file and what was put aside of it, oldest first."""
    return [*(file for _, file in sorted(put_aside(path))), *([path] if path.exists() else [])]
