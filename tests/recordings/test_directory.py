"""Nothing from outside leads out of the directory of the recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings.dialogue import Speaker
from recordings.directory import PathRefused, RecordingsDirectory, file_of_side


def test_the_files_are_named_as_the_dialplan_names_them(tmp_path: Path) -> None:
    assert file_of_side("main-1764000000.17", Speaker.CALLER) == "main-1764000000.17.caller.sln"
    assert file_of_side("main-1764000000.17", Speaker.AGENT) == "main-1764000000.17.agent.sln"
    assert RecordingsDirectory(tmp_path).resolve("a.caller.sln") == tmp_path / "a.caller.sln"


@pytest.mark.parametrize(
    "call_id", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b", "a\nb", "a b", "ä", "x" * 121]
)
def test_a_call_id_that_could_be_a_path_is_refused(call_id: str) -> None:
    with pytest.raises(PathRefused, match="call_id"):
        file_of_side(call_id, Speaker.CALLER)


@pytest.mark.parametrize("path", ["", ".", "..", "../outside.sln", "a/../../outside.sln", "/etc/passwd", "a\0.sln"])
def test_a_path_out_of_the_directory_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "recordings"
    root.mkdir()
    (tmp_path / "outside.sln").write_bytes(b"xx")
    with pytest.raises(PathRefused):
        RecordingsDirectory(root).resolve(path)


def test_a_symbolic_link_out_of_the_directory_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "recordings"
    root.mkdir()
    (tmp_path / "outside.sln").write_bytes(b"xx")
    (root / "link.sln").symlink_to("../outside.sln")
    with pytest.raises(PathRefused, match="not inside"):
        RecordingsDirectory(root).resolve("link.sln")


def test_a_directory_that_is_itself_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "recordings").symlink_to("disk")
    assert RecordingsDirectory(tmp_path / "recordings").resolve("a.sln") == tmp_path / "disk" / "a.sln"
