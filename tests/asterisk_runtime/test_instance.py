"""A real Asterisk, started and ended in every way that happens."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialplan.config import PbxConfig
from dialplan.render import render
from ringdesk.asterisk.instance import AsteriskFailed, AsteriskInstance, ConsoleFailed, NotRunning
from ringdesk.asterisk.ports import LOOPBACK, PortTaken
from ringdesk.asterisk.process import ProcessRecord, record_of
from tests.pbx_instance import installed_way, running_asterisk, small_config

pytestmark = pytest.mark.asterisk


class Place:
    """A configuration, and the instance for it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.config: PbxConfig = small_config(state)
        self.instance = self.another_view()

    def another_view(self) -> AsteriskInstance:
        """The same Asterisk as another process would see it."""
        return AsteriskInstance(self.state / "asterisk", ports=self.config.ports, via=installed_way())

    def up(self) -> int:
        pid = self.instance.up(render(self.config)).pid
        assert pid is not None
        return pid


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.instance.down()


def processes_of(state: Path) -> list[int]:
    """Every process that names this state directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if os.fsencode(state) in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def test_up_boots_answers_and_down_leaves_nothing(place: Place) -> None:
    pid = place.up()

    status = place.another_view().status()
    assert status.running is not None
    assert status.running.pid == pid
    assert status.answers
    assert "uptime" in status.uptime.lower()
    assert status.calls == "0 active calls"
    assert "1001" in place.instance.console("pjsip show endpoints")
    assert processes_of(place.state) == [pid]
    assert os.getsid(pid) == pid, "it must survive the terminal that it was started from"

    assert place.another_view().down() is True
    assert processes_of(place.state) == []
    assert place.instance.status().running is None
    assert place.instance.down() is False


def test_up_twice_leaves_the_running_one_alone(place: Place) -> None:
    pid = place.up()
    configuration = (place.instance.directories.etc / "extensions.conf").stat().st_mtime_ns
    assert place.up() == pid
    assert (place.instance.directories.etc / "extensions.conf").stat().st_mtime_ns == configuration


def test_two_starts_at_once_give_one_asterisk(place: Place) -> None:
    pids: list[int | None] = []
    files = render(place.config)
    starts = [threading.Thread(target=lambda: pids.append(place.another_view().up(files).pid)) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(60)
    assert len(pids) == 2
    assert set(pids) == set(processes_of(place.state))


async def test_two_instances_side_by_side_end_apart() -> None:
    async with running_asterisk() as first:
        async with running_asterisk() as second:
            assert first.ports.sip_udp != second.ports.sip_udp
            assert "fully booted" in second.console("core waitfullybooted")
            second_state = second.directories.state
        assert processes_of(second_state) == []
        assert first.status().answers


def test_it_outlives_the_process_that_started_it(place: Place) -> None:
    script = (
        "import sys; from pathlib import Path; from dialplan.config import PbxConfig; "
        "from dialplan.render import render; from ringdesk.asterisk.instance import AsteriskInstance; "
        "c = PbxConfig.model_validate_json(sys.stdin.read()); "
        "AsteriskInstance(Path(sys.argv[1]), ports=c.ports).up(render(c))"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(place.state / "asterisk")],
        input=place.config.model_dump_json(),
        text=True,
        check=True,
        timeout=60,
    )
    assert place.instance.status().answers
    assert place.instance.down() is True
    assert processes_of(place.state) == []


def test_after_kill_9_it_starts_again(place: Place) -> None:
    pid = place.up()
    died = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(died)

    assert place.instance.status().running is None
    with pytest.raises(NotRunning):
        place.instance.console("core show uptime")
    assert place.instance.directories.control_socket.exists(), "the stale socket is what this is about"
    assert place.up() != pid
    assert place.instance.status().answers


def test_down_never_ends_a_stranger_who_got_the_same_number(place: Place) -> None:
    place.up()
    record = place.instance.directories.state / "instance.json"
    written = record.read_text()
    assert place.instance.down()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        record.write_text(json.dumps(json.loads(written) | {"subject": _with_pid(written, stranger.pid)}))
        assert place.instance.status().running is None
        assert place.instance.down() is False
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n", timeout=30)
    assert stranger.returncode == 0


def _with_pid(record: str, pid: int) -> object:
    return json.loads(record)["subject"] | {"pid": pid}


def test_a_process_of_another_boot_is_not_ours() -> None:
    me = record_of(os.getpid())
    assert me.is_alive()
    assert not replace(me, boot="another").is_alive()
    assert not replace(me, start_ticks=me.start_ticks - 1).is_alive()


def test_a_process_that_ignores_the_request_is_made_to_end() -> None:
    stubborn = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"],
        stdout=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    record: ProcessRecord = record_of(stubborn.pid)
    assert record.end(patience=0.1) is True
    assert not record.is_alive()
    stubborn.stdout.close()


def test_a_taken_port_is_told_before_anything_starts(place: Place) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, place.config.ports.sip_udp))
        with pytest.raises(PortTaken, match=str(place.config.ports.sip_udp)):
            place.up()
    assert processes_of(place.state) == []
    place.up()


def test_an_asterisk_that_does_not_come_up_shows_its_log_and_is_gone(place: Place) -> None:
    files = render(place.config)
    # Without this module, that every other one of SIP needs and that is required, it refuses to run.
    files["modules.conf"] = "[modules]\nautoload = no\nrequire = no_such_module.so\n"
    with pytest.raises(AsteriskFailed, match="no_such_module"):
        place.instance.up(files)
    assert processes_of(place.state) == []
    assert place.instance.status().running is None


def test_a_file_no_longer_wanted_goes_an_admins_own_stays_and_secrets_are_private(place: Place) -> None:
    place.instance.up({**render(place.config), "agents.conf": "; nothing\n"})
    etc = place.instance.directories.etc
    assert (etc / "agents.conf").exists()
    (etc / "extensions_custom.conf").write_text("[mine]\nexten => 1,1,NoOp()\n")
    assert place.instance.directories.state.stat().st_mode & 0o077 == 0
    place.instance.down()
    place.up()
    assert not (etc / "agents.conf").exists()
    assert "'mine'" in place.instance.console("dialplan show mine")


def test_a_deep_state_directory_gets_a_shorter_place_for_its_socket(tmp_path: Path) -> None:
    deep = Place(tmp_path / ("d" * 60) / ("e" * 60))
    try:
        deep.up()
        assert deep.another_view().status().answers
        assert not deep.instance.directories.run.is_relative_to(tmp_path)
    finally:
        deep.instance.down()
        deep.instance.directories.run.joinpath("asterisk.pid").unlink(missing_ok=True)
        deep.instance.directories.run.rmdir()


def test_a_second_line_never_reaches_the_console(place: Place) -> None:
    place.up()
    with pytest.raises(ValueError, match="one line"):
        place.instance.console("core show uptime\ncore stop now")
    assert place.instance.status().answers


def test_a_stopped_asterisk_is_told_apart_from_a_dead_one(place: Place) -> None:
    pid = place.up()
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(ConsoleFailed, match="did not answer"):
            place.instance.console("core show uptime", timeout=0.5)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert place.instance.status().answers
