"""The Asterisk of these tests."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from dialplan.render import render, write
from ringdesk.asterisk.packages import ASTERISK_SET, PHONES_SET, unpacked
from tests.dialplan.real_pbx import RealPbx, real_config


@pytest.fixture(scope="module")
def real_pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    asterisk, phones = unpacked(ASTERISK_SET), unpacked(PHONES_SET)
    if asterisk is None or phones is None:
        pytest.skip("no Asterisk and phones are unpacked: run `make setup`")
    state = tmp_path_factory.mktemp("pbx")
    for name in ("etc", "run", "log/cel-custom", "spool", "recordings", "db", "keys", "lib"):
        (state / name).mkdir(parents=True)
    config = real_config(state)
    write(render(config), state / "etc")
    modules = asterisk.root / "usr/lib" / asterisk.architecture.triplet / "asterisk/modules"
    (state / "etc/asterisk.conf").write_text(
        f"[directories]\nastetcdir => {state}/etc\nastmoddir => {modules}\nastvarlibdir => {state}/lib\n"
        f"astdbdir => {state}/db\nastkeydir => {state}/keys\nastdatadir => {asterisk.root}/usr/share/asterisk\n"
        f"astspooldir => {state}/spool\nastrundir => {state}/run\nastlogdir => {state}/log\n"
    )
    pbx = RealPbx(config, state, asterisk, phones)
    with (state / "stdout").open("w") as said:
        process = subprocess.Popen(pbx.command("-f"), stdout=said, stderr=said, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while "fully booted" not in pbx.console("core waitfullybooted"):
            assert process.poll() is None, (state / "stdout").read_text()
            assert time.monotonic() < deadline, "Asterisk did not boot within 30 s"
            time.sleep(0.1)
        yield pbx
    finally:
        process.terminate()
        process.wait(10)
