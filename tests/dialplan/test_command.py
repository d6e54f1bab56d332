"""`ringdesk dialplan render` and `publish`."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from accounts.audit import COMMAND_LINE
from dialplan.render import render as dialplan_render
from dialplan.stored import StoredPbx
from dialplan.stored_tables import PhoneRow
from kernel.clock import SystemClock
from kernel.database import Database
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.dialplan_cli import app
from ringdesk.publishing import stored_config
from ringdesk.settings import Settings, load_settings
from tests.pbx_instance import installed_way
from tests.tools import require_tool

SETTINGS = """
[pbx.main]
phones = [{account = "1001", secret = "a-good-secret", name = "Ann"}]
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RINGDESK_STATE", str(tmp_path / "state"))
    file = tmp_path / "ringdesk.toml"
    file.write_text(SETTINGS)
    return file


def render(settings: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["render", "--config", str(settings), *more])
    return done.exit_code, done.output


def test_it_writes_the_files_of_the_settings(settings: Path, tmp_path: Path) -> None:
    code, said = render(settings, "--out", str(tmp_path / "etc"))
    assert code == 0, said
    assert '"Ann" <1001>' in (tmp_path / "etc/pjsip.conf").read_text()


def test_it_names_the_field_that_is_wrong_and_writes_nothing(settings: Path, tmp_path: Path) -> None:
    settings.write_text(SETTINGS.replace("1001", "10 01"))
    code, said = render(settings, "--out", str(tmp_path / "etc"))
    assert code == 2
    assert "phones.0.account: use 1 to 32 letters" in said
    assert not (tmp_path / "etc").exists()


def test_it_does_not_replace_what_it_did_not_write(settings: Path, tmp_path: Path) -> None:
    (tmp_path / "http.conf").write_text("[general]\n")
    code, said = render(settings, "--out", str(tmp_path))
    assert code == 1
    assert "http.conf was not written by Ringdesk" in said
    assert render(settings, "--out", str(tmp_path), "--force")[0] == 0


def test_a_directory_that_cannot_be_made_is_named(settings: Path) -> None:
    code, said = render(settings, "--out", str(settings / "etc"))
    assert code == 1
    assert str(settings) in said


def test_the_files_to_include_are_written_apart(settings: Path, tmp_path: Path) -> None:
    code, said = render(settings, "--into", str(tmp_path / "ringdesk"))
    assert code == 0, said
    assert '"Ann" <1001>' in (tmp_path / "ringdesk/ringdesk-pjsip.conf").read_text()
    assert "6 files written" in said
    for both_or_neither in ((), ("--into", str(tmp_path / "a"), "--out", str(tmp_path / "b"))):
        assert render(settings, *both_or_neither)[0] == 2


def test_what_is_stored_is_written_and_not_what_the_file_says_since(settings: Path, tmp_path: Path) -> None:
    asyncio.run(stored_config(load_settings(settings)))
    settings.write_text(SETTINGS.replace("Ann", "Somebody else"))
    assert render(settings, "--out", str(tmp_path / "etc"))[0] == 0
    assert '"Ann" <1001>' in (tmp_path / "etc/pjsip.conf").read_text()


def test_to_render_makes_no_database(settings: Path, tmp_path: Path) -> None:
    assert render(settings, "--out", str(tmp_path / "etc"))[0] == 0
    assert not (tmp_path / "state/ringdesk.db").exists()


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_to_publish_without_an_asterisk_says_so(settings: Path, more: list[str]) -> None:
    done = CliRunner().invoke(app, ["publish", "--config", str(settings), *more])
    assert done.exit_code == 1
    assert "no Asterisk runs" in done.output


@pytest.mark.asterisk
def test_to_publish_says_what_changes(settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_tool("asterisk")
    state = Path(tempfile.mkdtemp(prefix="rd-"))  # short: a socket's path has 107 bytes
    monkeypatch.setenv("RINGDESK_STATE", str(state))
    ports = free_asterisk_ports()
    settings.write_text(
        f"{SETTINGS}\n[pbx.main.ports]\n" + "\n".join(f"{k} = {v}" for k, v in ports.model_dump().items())
    )
    loaded = load_settings(settings)
    instance = AsteriskInstance(state / "asterisk", ports=ports, via=installed_way())
    loaded.the_pbx().recordings.mkdir()
    try:
        instance.up(dialplan_render(loaded.the_pbx()))
        assert "Nothing to publish" in CliRunner().invoke(app, ["publish", "--config", str(settings)]).output
        asyncio.run(add_phone(loaded))
        for more, said in ((["--dry-run"], "1 change would be published."), ([], "1 change published.")):
            done = CliRunner().invoke(app, ["publish", "--config", str(settings), *more])
            assert done.exit_code == 0, done.output
            assert "- Phone 1002 (Bo) is new.\n" in done.output
            assert said in done.output
        assert "Nothing to publish" in CliRunner().invoke(app, ["publish", "--config", str(settings)]).output
        assert "1002/1002" in instance.console("pjsip show endpoints")
    finally:
        instance.down()
        shutil.rmtree(state)


async def add_phone(settings: Settings) -> None:
    database = Database(settings.effective_database_url)
    async with database.transaction() as session:
        values = {"account": "1002", "name": "Bo"}
        stored = StoredPbx(settings.the_pbx())
        await stored.add(session, PhoneRow, values, COMMAND_LINE, SystemClock().now())
    await database.close()
