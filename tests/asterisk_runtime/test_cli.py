"""`ringdesk asterisk …` and `ringdesk setup` as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringdesk.asterisk.ports import free_ports
from tests.pbx_instance import installed_way

ONE_PHONE = '[[pbx.main.phones]]\naccount = "1001"\nsecret = "change-me-1001"\n'


def ringdesk(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from ringdesk.cli import main; main()", *arguments]
    # Where the project lies must not depend on where the command is run.
    project = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, (project, os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"PYTHONPATH": paths, "COLUMNS": "200"} | environment,
    )


@pytest.mark.asterisk
@pytest.mark.slow
def test_a_life_from_up_to_down(tmp_path: Path) -> None:
    way = installed_way()
    (tmp_path / "ringdesk.toml").write_text('state = "my state"\n')
    sip, http, ami = map(str, free_ports(3))
    ports = ("--sip-port", sip, "--http-port", http, "--ami-port", ami)

    before = ringdesk("asterisk", "status", cwd=tmp_path)
    assert (before.returncode, before.stdout) == (3, "Asterisk is not running.\n")

    up = ringdesk("asterisk", "up", "--via", way, *ports, cwd=tmp_path)
    try:
        assert up.returncode == 0, up.stderr
        assert f"is up ({way}), SIP on 127.0.0.1:{sip}" in up.stdout
        assert (tmp_path / "my state/asterisk/etc/asterisk.conf").exists()

        other = ringdesk("asterisk", "up", "--state", "other", "--via", way, *ports, cwd=tmp_path)
        assert other.returncode == 1
        assert f"UDP port {sip} on 127.0.0.1 is taken" in other.stderr
        assert "--sip-port" in other.stderr

        again = ringdesk("asterisk", "up", "--via", way, cwd=tmp_path)
        assert again.returncode == 0
        assert f"runs already ({way}), SIP on 127.0.0.1:{sip}" in again.stdout
        assert "have changed" not in again.stderr
        assert f"sip_udp {sip}, not 5060" in again.stderr

        (tmp_path / "ringdesk.toml").write_text(f'state = "my state"\n{ONE_PHONE}')
        changed = ringdesk("asterisk", "up", "--via", way, cwd=tmp_path)
        assert changed.returncode == 0
        assert "the settings have changed since it was told of them" in changed.stderr
        assert "pjsip.conf" in changed.stderr
        assert "change-me" not in changed.stderr

        status = ringdesk("asterisk", "status", cwd=tmp_path)
        assert status.returncode == 0
        assert f"SIP {sip}/udp, HTTP {http}, AMI {ami}" in status.stdout
        assert "0 active calls" in status.stdout

        console = ringdesk("asterisk", "console", "core", "show", "version", cwd=tmp_path)
        assert console.stdout.startswith("Asterisk 2")
        logs = ringdesk("asterisk", "logs", "-n", "2", cwd=tmp_path)
        assert len(logs.stdout.splitlines()) == 2
    finally:
        down = ringdesk("asterisk", "down", cwd=tmp_path)
    assert (down.returncode, down.stdout) == (0, "Asterisk is down.\n")
    assert ringdesk("asterisk", "down", cwd=tmp_path).stdout == "Asterisk was not running.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("asterisk", "up", "--sip-port", "10500"), 2, "sip_udp lies within the RTP range"),
        (("asterisk", "up", "--sip-port", "70000"), 2, "'--sip-port'"),
        (("asterisk", "up", "--via", "magic"), 2, "'magic' is not one of"),
        (("asterisk", "up", "--state", "a[b"), 1, "holds '['"),
        (("asterisk", "console", "core show uptime\ncore stop now"), 2, "one line"),
        (("asterisk", "console", "core show uptime"), 1, "ringdesk asterisk up"),
        (("asterisk", "logs"), 1, "There is no log yet"),
    ],
)
def test_wrong_use_is_told_in_a_line(tmp_path: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = ringdesk(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_setup_that_can_get_nothing_says_what_would_help_and_fails_in_ci(tmp_path: Path) -> None:
    # A PATH without apt, dpkg, Docker or Asterisk, and an empty cache: a machine that has nothing.
    poor = {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    alone = ringdesk("setup", cwd=tmp_path, CI="", **poor)
    assert alone.returncode == 1
    assert "Install the packages apt and dpkg" in alone.stderr

    with_tests = ringdesk("setup", "--with", "tests", cwd=tmp_path, CI="", **poor)
    assert with_tests.returncode == 0
    assert "✗ sipp: apt-get and dpkg-deb missing" in with_tests.stderr
    assert "will be skipped" in with_tests.stderr

    assert ringdesk("setup", "--with", "tests", cwd=tmp_path, CI="true", **poor).returncode == 1
