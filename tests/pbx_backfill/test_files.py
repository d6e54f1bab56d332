"""Reading Asterisk's files: from the right place, across rotations, while they grow."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from pbx import cel
from pbx.backfill_files import LOOK, LogFile, Unreadable
from tests.pbx_backfill.test_cel import line

FIRST = 1795509008
ROWS = 4000


def row(second: int) -> bytes:
    """A row that happened so many seconds after the first."""
    return line(number=1).replace(b"1795509008.000001", f"{FIRST + second}.000001".encode())


def log_file(directory: Path) -> LogFile:
    return LogFile(directory / "ringdesk.csv", cel.first_time)


async def seconds(file: LogFile, since: float) -> list[int]:
    """When the rows read happened, up to where there is no more."""
    reader, found = cel.CelReader(), list[int]()
    async with aclosing(file.pieces(since)) as pieces:
        async for piece in pieces:
            if not piece:
                break
            found += [int(row.at) - FIRST for row in reader.feed(piece)]
    return found


@pytest.mark.parametrize("since", [-10, 0, 1, 1999, 3000, ROWS - 1, ROWS + 100])
async def test_a_large_file_is_read_from_about_where_the_time_is(tmp_path: Path, since: int) -> None:
    (tmp_path / "ringdesk.csv").write_bytes(b"".join(map(row, range(ROWS))))
    found = await seconds(log_file(tmp_path), FIRST + since)
    wanted = list(range(max(since, 0), ROWS))
    assert found[len(found) - len(wanted) :] == wanted
    assert len(found) - len(wanted) <= 2 * LOOK / len(row(0))


async def test_rotated_files_are_read_in_order_of_time_and_only_those_needed(tmp_path: Path) -> None:
    for name, begin in [("ringdesk.csv.9", 0), ("ringdesk.csv.1", 100), ("ringdesk.csv.20261124T090000Z", 200)]:
        (tmp_path / name).write_bytes(b"".join(map(row, range(begin, begin + 100))))
    (tmp_path / "ringdesk.csv").write_bytes(b"".join(map(row, range(300, 400))))
    (tmp_path / "ringdesk.csv.gz").write_bytes(b"\x1f\x8bnothing of ours")
    assert await seconds(log_file(tmp_path), FIRST + 150.0) == list(range(100, 400))
    assert await seconds(log_file(tmp_path), FIRST + 350.0) == list(range(300, 400))
    assert await seconds(log_file(tmp_path), FIRST - 5.0) == list(range(400))


async def test_a_file_that_grows_and_is_renamed_meanwhile_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "ringdesk.csv"
    path.write_bytes(row(0))
    reader, found = cel.CelReader(), list[int]()
    steps = iter(range(10))
    async with aclosing(log_file(tmp_path).pieces(FIRST)) as pieces:
        async for piece in pieces:
            found += [int(row.at) - FIRST for row in reader.feed(piece)]
            if piece:
                continue
            match next(steps):
                case 0:
                    with path.open("ab") as stream:
                        stream.write(row(1) + row(2)[:50])
                case 1:
                    with path.open("ab") as stream:
                        stream.write(row(2)[50:])
                    path.rename(tmp_path / "ringdesk.csv.old")
                case 2:
                    path.write_bytes(row(3))
                case 5:
                    break
    assert found == [0, 1, 2, 3]


async def test_a_file_that_is_not_there_yet_is_empty_and_a_directory_that_is_not_there_an_error(tmp_path: Path) -> None:
    assert await seconds(log_file(tmp_path), 0.0) == []
    missing = tmp_path / "nowhere"
    with pytest.raises(Unreadable, match=f"{missing}: no such directory"):
        await seconds(log_file(missing), 0.0)
    (tmp_path / "ringdesk.csv").mkdir()
    with pytest.raises(Unreadable, match="directory"):
        await seconds(log_file(tmp_path), 0.0)
