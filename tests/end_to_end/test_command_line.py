"""What an administrator types: the command itself, as a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import aiohttp
import pytest

from pbx.journal_tables import LinkMark
from pbx.listener import NOT_RUNNING
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import PhoneEventKind
from tests.end_to_end.house import House, established
from tests.end_to_end.settings_file import write_settings
from tests.end_to_end.waiting import eventually

RINGDESK = Path(sys.executable).with_name("ringdesk")
COMMANDS = (
    (),
    ("serve",),
    ("demo",),
    ("setup",),
    ("capture",),
    ("asterisk",),
    ("asterisk", "up"),
    ("asterisk", "down"),
    ("asterisk", "status"),
    ("asterisk", "console"),
    ("asterisk", "logs"),
    ("dialplan",),
    ("dialplan", "render"),
    ("user",),
    ("user", "add"),
    ("user", "passwd"),
    ("user", "deactivate"),
    ("user", "activate"),
    ("user", "token"),
    ("user", "list"),
    ("db",),
)
SECONDS = 90
STOP_SECONDS = 30


def ringdesk(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [RINGDESK, *words],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **environment},
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "ringdesk")
def test_each_command_explains_itself(command: tuple[str, ...]) -> None:
    told = ringdesk(*command, "--help")
    assert told.returncode == 0, told.stderr
    assert f"Usage: {' '.join(('ringdesk', *command))}" in told.stdout
    assert told.stderr == ""


def test_no_command_is_left_out_of_the_test_above() -> None:
    listed = {name for words in COMMANDS if len(words) == 1 for name in words}
    told = ringdesk("--help").stdout
    shown = re.findall(r"^\W*([a-z]+) {2,}\w", told[told.index("Commands") :], re.MULTILINE)
    assert set(shown) == listed


def test_the_version_is_told() -> None:
    told = ringdesk("--version")
    assert (told.returncode, told.stdout) == (0, f"ringdesk {metadata.version('ringdesk')}\n")


def test_people_are_added_listed_and_given_tokens(tmp_path: Path) -> None:
    def user(*words: str) -> subprocess.CompletedProcess[str]:
        return ringdesk("user", *words, cwd=tmp_path)

    (tmp_path / "ringdesk.toml").write_text('[[pbx.main.phones]]\naccount = "1001"\nsecret = "change-me-1001"\n')
    nobody = user("list")
    assert (nobody.returncode, nobody.stdout) == (0, "")
    assert "Nobody yet" in nobody.stderr

    without_phone = user("add", "anna", "--name", "Anna", "--phone", "1002")
    assert without_phone.returncode == 1
    assert "phone: there is no phone '1002' (there are 1001)" in without_phone.stderr
    assert user("list").stdout == ""

    added = user("add", "anna", "--name", "สุดา วงศ์ไทย", "--phone", "1001")
    assert added.returncode == 0, added.stderr
    assert "anna is added" in added.stdout
    again = user("add", "anna", "--name", "Anna")
    assert again.returncode == 1
    assert "login" in again.stderr
    assert "Traceback" not in again.stderr
    assert user("add", "boss", "--name", "The Boss", "--role", "manager").returncode == 0

    token = user("token", "anna")
    assert token.returncode == 0
    assert len(token.stdout.strip()) > 20
    assert len(token.stdout.splitlines()) == 1
    stranger = user("token", "nobody")
    assert stranger.returncode == 1
    assert "'nobody'" in stranger.stderr

    listed = user("list").stdout.splitlines()
    assert [line.split()[:3] for line in listed] == [["anna", "agent", "1001"], ["boss", "manager", "-"]]
    assert listed[0].endswith("สุดา วงศ์ไทย")


def test_people_are_let_go_and_let_in_again(tmp_path: Path) -> None:
    def user(*words: str) -> subprocess.CompletedProcess[str]:
        return ringdesk("user", *words, cwd=tmp_path)

    assert user("add", "anna", "--name", "Anna", "--role", "admin").returncode == 0
    assert user("add", "boris", "--name", "Boris").returncode == 0
    unknown = user("add", "carl", "--name", "Carl", "--role", "astronaut")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "role: there is no role 'astronaut'" in unknown.stderr
    assert "not active any more" in user("deactivate", "boris").stdout
    assert "(not active)" in user("list").stdout.splitlines()[1]
    assert user("activate", "boris").stdout == "boris is active.\n"
    assert "(not active)" not in user("list").stdout
    last = user("deactivate", "anna")
    assert (last.returncode, last.stdout) == (1, "")
    assert "'anna' is the last active admin" in last.stderr


def test_passwords_are_read_checked_and_generated(tmp_path: Path) -> None:
    def user(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [RINGDESK, "user", *words], input=typed, capture_output=True, text=True, timeout=SECONDS, cwd=tmp_path
        )

    assert user("add", "anna", "--name", "Anna").returncode == 0
    assert user("passwd", "anna", typed="correct horse battery\n").returncode == 0
    for login, typed, field in (("anna", "short\n", "password"), ("anna", "", "password"), ("nobody", "x\n", "login")):
        refused = user("passwd", login, typed=typed)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert field in refused.stderr
        assert "Traceback" not in refused.stderr
    made = user("passwd", "anna", "--generate")
    assert made.returncode == 0
    assert len(made.stdout.strip()) > 20
    scoped = user("token", "anna", "--scope", "read:contact", "--days", "30")
    assert scoped.stdout.startswith("rdk_")
    refused = user("token", "anna", "--scope", "read:user")
    assert refused.returncode == 1
    assert "scopes[0]" in refused.stderr
    kept = b"".join(path.read_bytes() for path in (tmp_path / ".ringdesk").glob("ringdesk.db*"))
    assert made.stdout.strip().encode() not in kept
    assert b"correct horse" not in kept


def test_bad_settings_name_the_field(tmp_path: Path) -> None:
    (tmp_path / "ringdesk.toml").write_text('[http]\nport = 70000\n[pbx.main]\nnumbers = { "12" = "nowhere" }\n')
    told = ringdesk("serve", cwd=tmp_path)
    assert told.returncode == 2
    assert "http.port" in told.stderr
    assert "Traceback" not in told.stderr


class Service:
    """`ringdesk serve` as a process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.address = ""
        self.said: list[str] = []
        self._reading = asyncio.create_task(self._read())
        self._is_up = asyncio.Event()

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            text = line.decode().rstrip()
            self.said.append(text)
            if found := re.search(r"Ringdesk is at (http://\S+)", text):
                self.address = found[1]
                self._is_up.set()

    async def up(self) -> None:
        await asyncio.wait_for(self._is_up.wait(), SECONDS)

    async def ended(self, seconds: float) -> int:
        """Its exit code, once it has ended by itself within that time."""
        code = await asyncio.wait_for(self.process.wait(), seconds)
        await self._reading
        return code


@asynccontextmanager
async def serving(settings: Path) -> AsyncIterator[Service]:
    process = await asyncio.create_subprocess_exec(
        RINGDESK,
        "serve",
        "--config",
        str(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    service = Service(process)
    try:
        yield service
    finally:
        if process.returncode is None:
            process.kill()
        await service.ended(STOP_SECONDS)
        print(*service.said, sep="\n")  # shown where the test fails


@pytest.mark.asterisk
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serve_starts_answers_and_ends_when_asked(number: signal.Signals) -> None:
    async with House(with_service=False) as house, serving(write_settings(house, house.state / "r.toml")) as service:
        await service.up()

        async def ready() -> bool:
            async with house.http.get(f"{service.address}/readyz") as response:
                return response.status == 200

        await eventually(ready, "readiness")
        async with house.http.get(f"{service.address}/healthz") as response:
            assert (response.status, await response.json()) == (200, {"status": "ok"})
        async with house.http.get(f"{service.address}/") as response:
            assert response.status == 200
            assert "<title>Ringdesk</title>" in await response.text()
        # Nobody sees what it says here, so the first password is where only the owner of the files reads it.
        kept = house.state / "secrets" / "first-admin-password"
        assert kept.stat().st_mode & 0o777 == 0o600
        password = kept.read_text().strip()
        assert any(str(kept) in line for line in service.said)
        assert password not in "\n".join(service.said)
        body = {"login": "admin", "password": password}
        async with house.http.post(f"{service.address}/api/v1/session", json=body) as response:
            assert (response.status, (await response.json())["user"]["role"]) == (201, "admin")
        # An open screen is no reason to stay.
        async with aiohttp.ClientSession() as screens, screens.ws_connect(f"{service.address}/live"):
            service.process.send_signal(number)
            assert await service.ended(STOP_SECONDS) == 0
        assert "Traceback" not in "\n".join(service.said)
        assert [line for line in service.said if "[error" in line or "[critical" in line] == []


async def marked_since(house: House, moment: datetime) -> bool:
    """Whether the service has noted after `moment` that it hears the PBX."""
    async with house.database() as database, database.reading() as session:
        mark = await session.get(LinkMark, "main")
        return mark is not None and mark.heard_at > moment


@pytest.mark.asterisk
@pytest.mark.slow
async def test_a_killed_service_goes_on_where_it_was() -> None:
    async with House(with_service=False) as house:
        settings = write_settings(house, house.state / "r.toml")
        assert (
            ringdesk("user", "add", "anna", "--name", "Anna", "--phone", "1001", "--config", str(settings)).returncode
            == 0
        )
        token = ringdesk("user", "token", "anna", "--config", str(settings)).stdout.strip()

        async def wanted_ready(service: Service) -> bool:
            headers = {"Authorization": f"Bearer {token}"}
            url = f"{service.address}/api/v1/agents/me/state"
            async with house.http.post(url, headers=headers, json={"wanted": "ready"}) as response:
                return response.status == 200 and (await response.json())["state"] == "ready"

        async def state(service: Service) -> str:
            headers = {"Authorization": f"Bearer {token}"}
            async with house.http.get(f"{service.address}/api/v1/agents/me", headers=headers) as response:
                return str((await response.json())["state"])

        async with house.phone("1001") as agent, house.caller("+66811111111") as caller:
            async with serving(settings) as service:
                await service.up()
                await eventually(lambda: wanted_ready(service), "anna is ready", timeout=40)
                await caller.dial(SALES_NUMBER)
                ring = await agent.wait_for(PhoneEventKind.INCOMING, timeout=20)
                await established(agent, call=ring.call)

                async def known() -> bool:
                    call = await house.call_from("+66811111111")
                    return call is not None and call.answered_at is not None

                await eventually(known, "the answer in the journal")
                answered_at = datetime.now(UTC)
                # It notes only now and then that it hears the PBX.
                await eventually(lambda: marked_since(house, answered_at), "its mark")
                killed_at = datetime.now(UTC)
                service.process.kill()
                await service.ended(STOP_SECONDS)
            async with serving(settings) as service:
                await service.up()

                async def talking() -> bool:
                    return await state(service) == "talking"

                await eventually(talking, "anna is known to talk", timeout=40)
                await caller.hangup()
                call = await house.ended_call_from("+66811111111")
                assert (call.outcome, call.answered_by, call.hangup_by) == ("answered", ["1001"], "caller")
        [gap] = await house.gaps()
        assert (gap.reason, gap.ended_at is not None) == (NOT_RUNNING, True)
        assert answered_at <= gap.started_at <= killed_at


@pytest.mark.asterisk
@pytest.mark.slow
async def test_serve_on_a_taken_port_says_which_setting_to_change() -> None:
    async with House(with_asterisk=False, with_service=False) as house:
        with closing(socket.socket()) as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            settings = write_settings(house, house.state / "r.toml", http_port=port)
            async with serving(settings) as service:
                assert await service.ended(SECONDS) == 1
            assert (
                service.said[-1]
                == f"can't listen on 127.0.0.1:{port} (Address already in use): free it or set http.port"
            )
            assert "Traceback" not in "\n".join(service.said)
