"""Every program that tests stand on really starts here."""

import gzip
import subprocess

import pytest

from ringdesk.asterisk.tools import SETUP_COMMAND, ToolMissing, baresip_modules, find, prompts
from tests.tools import missing, require_tool


@pytest.mark.parametrize(
    ("name", "argument", "says"),
    [
        ("asterisk", "-V", "Asterisk "),
        ("sipp", "-v", "SIPp v3"),
        ("baresip", "-h", "Usage: baresip"),
        ("chromium", "--version", "Chrom"),
        ("postgres", "--version", "postgres (PostgreSQL)"),
        ("initdb", "--version", "initdb (PostgreSQL)"),
    ],
)
def test_it_starts(name: str, argument: str, says: str) -> None:
    tool = require_tool(name)
    done = subprocess.run(tool.command(argument), env=tool.environ(), capture_output=True, text=True, timeout=30)
    assert says in done.stdout + done.stderr


def test_baresip_brings_the_modules_that_our_phones_load() -> None:
    modules = baresip_modules(require_tool("baresip"))
    for name in ("account", "aubridge", "aufile", "ctrl_tcp", "g711"):
        assert (modules / f"{name}.so").exists()


def test_prompts_come_with_what_they_say() -> None:
    try:
        found = prompts()
    except ToolMissing as error:
        missing(error)
    assert (found.directory / "vm-goodbye.wav").exists()
    assert "vm-goodbye" in gzip.decompress(found.transcripts.read_bytes()).decode()


def test_a_missing_one_names_the_command_that_helps(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ToolMissing) as told:
        find("sipp")
    assert told.value.name == "sipp"
    assert SETUP_COMMAND in told.value.remedy


def test_in_ci_a_missing_one_fails_the_test_elsewhere_it_skips_it(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ToolMissing("sipp", "not here.", "Run: this")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"sipp: not here\. Run: this"):
        missing(error)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match=r"sipp: not here\. Run: this"):
        missing(error)
