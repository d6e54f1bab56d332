"""Which Asterisk is taken."""

import os
from pathlib import Path

import pytest

from dialplan.render import render
from ringdesk.asterisk import ways
from ringdesk.asterisk.containers import run_arguments
from ringdesk.asterisk.directories import Directories, UnusableState
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.packages import ASTERISK_SET, unpacked
from ringdesk.asterisk.tools import ToolMissing
from ringdesk.asterisk.ways import NoAsterisk, Via, choose
from tests.pbx_instance import small_config
from tests.tools import missing


def put_on_path(directory: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("echo Asterisk 20.19.0", "20.19.0 is too old: Ringdesk needs 22.6"),
        ("echo nothing of use", "does not tell its version"),
        ("exit 1", "does not tell its version"),
    ],
)
def test_a_machines_asterisk_that_will_not_do_says_why(
    said: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path / "bin", "asterisk", said, monkeypatch)
    with pytest.raises(NoAsterisk, match=told):
        choose(Via.MACHINE)


@pytest.mark.parametrize("answer", ["echo; exit 0", "echo 'Cannot connect to the Docker daemon' >&2; exit 1"])
def test_a_docker_without_engine_is_passed_over(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if unpacked(ASTERISK_SET) is None:
        missing(ToolMissing("asterisk", "not unpacked.", "Run: ringdesk setup"))
    put_on_path(tmp_path / "bin", "docker", answer, monkeypatch)
    assert ways.docker_trouble() is not None
    assert choose(Via.AUTO).via is not Via.DOCKER
    with pytest.raises(NoAsterisk, match="no Docker engine answers"):
        choose(Via.DOCKER)


@pytest.mark.asterisk
def test_the_machines_own_asterisk_runs_in_our_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package_set = unpacked(ASTERISK_SET)
    if package_set is None:
        missing(ToolMissing("asterisk", "not unpacked.", "Run: ringdesk setup"))
    # As if somebody had installed it: a program on PATH, its modules and data in folders of the system.
    command = " ".join(f"'{part}'" for part in package_set.command("usr/sbin/asterisk"))
    put_on_path(tmp_path / "bin", "asterisk", f'exec {command} "$@"', monkeypatch)
    root = package_set.root
    monkeypatch.setattr(ways, "_MODULE_FOLDERS", ("/nowhere", f"{root}/usr/lib/{{triplet}}/asterisk/modules"))
    monkeypatch.setattr(ways, "_DATA_FOLDERS", ("/nowhere", f"{root}/usr/share/asterisk"))
    config = small_config(tmp_path)
    instance = AsteriskInstance(tmp_path / "asterisk", ports=config.ports, via=Via.MACHINE)
    try:
        assert instance.up(render(config)).via is Via.MACHINE
        assert str(tmp_path / "asterisk/etc") in instance.console("core show settings")
        assert "1002" in instance.console("pjsip show endpoints")
    finally:
        assert instance.down() is True


def test_a_container_sees_the_same_paths_as_we_do(tmp_path: Path) -> None:
    directories = Directories.below(tmp_path / "state")
    arguments = run_arguments(["asterisk", "-f"], directories)
    assert arguments[:2] == ["run", "--detach"]
    assert arguments[-3:] == [ways.IMAGE, "asterisk", "-f"]
    assert f"{tmp_path}/state:{tmp_path}/state" in arguments
    assert arguments[arguments.index("--user") + 1] == f"{os.geteuid()}:{os.getegid()}"

    deep = Directories.below(tmp_path / ("d" * 100))
    assert f"{deep.run}:{deep.run}" in run_arguments(["asterisk"], deep)


def test_a_state_that_belongs_to_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(UnusableState, match="state"):
        Directories.below(tmp_path / "state").create()


def test_a_link_in_place_of_the_run_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "state/run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnusableState, match="belongs to somebody else"):
        Directories.below(tmp_path / "state").create()
