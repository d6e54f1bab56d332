"""`ringdesk dialplan render`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ringdesk.dialplan_cli import app

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
