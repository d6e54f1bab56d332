"""Settings: the file, the environment over it, secrets made once, and wrong values named with their reason."""

from __future__ import annotations

import logging
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import structlog
from pydantic import BaseModel
from typer.testing import CliRunner

from dialplan.destinations import ToQueue
from ringdesk.cli import app
from ringdesk.settings import Settings, SettingsError, load_settings, settings_from

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "ringdesk.example.toml"
FOUND_BY_ITSELF = {"pbx.node", "pbx.absent_modules"}
"""The name of the section, and what is seen of the Asterisk that runs: nothing to be set."""
OF_ONE_KIND = {"pbx.numbers"}
"""Tables of names that an installation chooses: looked into no further."""


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`serve` sends the logs to its own standard error, which is the runner's and closed afterwards.

    No logger may keep that: later tests read what it says.
    """
    configure = structlog.configure

    def configure_for_now(**options: Any) -> None:
        configure(**{**options, "cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", configure_for_now)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_installation_without_a_file_has_sensible_settings(tmp_path: Path) -> None:
    settings = settings_from({"state": tmp_path})
    assert settings.effective_database_url == f"sqlite+aiosqlite:///{tmp_path}/ringdesk.db"
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    pbx = settings.the_pbx()
    assert (pbx.node, pbx.recordings) == ("main", tmp_path / "recordings")


def test_the_secret_of_the_manager_interface_is_made_once_and_private(tmp_path: Path) -> None:
    first = settings_from({"state": tmp_path}).the_pbx().ami_secret
    assert settings_from({"state": tmp_path}).the_pbx().ami_secret == first
    [file] = (tmp_path / "secrets").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first not in repr(settings_from({"state": tmp_path}))


def test_the_environment_stands_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ringdesk.toml"
    file.write_text('default_region = "DE"\n[http]\nport = 1234\n')
    monkeypatch.setenv("RINGDESK_HTTP__PORT", "4321")
    settings = load_settings(file, state=tmp_path / "state")
    assert (settings.default_region, settings.http.port) == ("DE", 4321)


def test_the_environment_says_where_everything_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ringdesk.toml"
    file.write_text(f'state = "{tmp_path}/of-the-file"\n')
    monkeypatch.setenv("RINGDESK_STATE", str(tmp_path / "state"))
    settings = load_settings(file)
    assert settings.state == tmp_path / "state"
    assert settings.the_pbx().recordings == tmp_path / "state" / "recordings"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["state"]


def test_the_example_file_is_right(tmp_path: Path) -> None:
    settings = load_settings(EXAMPLE, state=tmp_path)
    assert settings.the_pbx().numbers == {"+6621234567": ToQueue(queue="sales")}


def test_the_example_file_shows_every_setting_and_no_other(tmp_path: Path) -> None:
    everything = re.sub(r"^#(?=\S)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file = tmp_path / "ringdesk.toml"
    file.write_text(everything, encoding="utf-8")
    settings = load_settings(file, state=tmp_path)  # and so there is none that does not exist
    assert settings.the_pbx().sip_address == "0.0.0.0"  # noqa: S104
    values = tomllib.loads(everything)
    values["pbx"] = values["pbx"]["main"]
    shown = set(_named(values))
    assert set(_settable(Settings)) - FOUND_BY_ITSELF - shown == set()


def _named(values: dict[str, Any], place: str = "") -> Iterator[str]:
    for name, value in values.items():
        here = f"{place}{name}"
        yield here
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and here not in OF_ONE_KIND:
                yield from _named(part, f"{here}.")


def _settable(model: type[BaseModel], place: str = "") -> Iterator[str]:
    """The names of all settings, as `_named` gives those of a file."""
    for name, field in model.model_fields.items():
        here = f"{place}{name}"
        yield here
        if here not in OF_ONE_KIND:
            for inner in _models_in(field.annotation):
                yield from _settable(inner, f"{here}.")


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ('[speech]\nengine = "bogus"', "speech.engine: Input should be 'whisper' or 'vosk'"),
        ('default_region = "ZZ"', "default_region: 'ZZ' is no country"),
        ('time_zone = "Mars/Base"', "time_zone: 'Mars/Base' is no time zone"),
        ('log_level = "LOUD"', "log_level: Input should be 'DEBUG', 'INFO'"),
        (
            'database_url = "nonsense"',
            "database_url: must begin with one of sqlite+aiosqlite://, postgresql+asyncpg://",
        ),
        ('database_url = "mysql://u:hidden@h/d"', "database_url: must begin with one of"),
        ("[http]\nport = 70000", "http.port: Input should be less than or equal to 65535"),
        ('[http]\nhots = "::"', "http.hots: Extra inputs are not permitted"),
        ('[http]\nkey = "k.pem"', "http: certificate is missing: certificate and key go together"),
        ('[http]\ntrusted_proxies = ["proxy"]', "http.trusted_proxies: 'proxy' is neither an address nor a network"),
        ("[pbx.a]\n[pbx.b]", "pbx: this version takes one [pbx.NAME] section"),
        ('[pbx.main.numbers]\n"+66" = "nowhere"', "pbx.main: numbers: +66 names the queue 'nowhere'"),
        ("pbx = 3", "pbx: Input should be a valid dictionary"),
        ("= broken", "ringdesk.toml is not TOML"),
    ],
)
def test_a_wrong_value_is_named_with_its_reason(tmp_path: Path, toml: str, complaint: str) -> None:
    file = tmp_path / "ringdesk.toml"
    file.write_text(toml)
    with pytest.raises(SettingsError) as told:
        load_settings(file, state=tmp_path)
    assert complaint in str(told.value)
    assert "hidden" not in str(told.value)
    answer = CliRunner().invoke(app, ["serve", "--config", str(file)], env={"RINGDESK_STATE": str(tmp_path)})
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        (
            'database_url = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"',
            "nothing answers there; is PostgreSQL running",
        ),
        ('database_url = "sqlite+aiosqlite:////proc/nope/ringdesk.db"', "/proc/nope"),
        ('[http]\ncertificate = "/nope/c.pem"\nkey = "/nope/k.pem"', "http.certificate: /nope/c.pem: No such file"),
        ('[http]\nhost = "192.0.2.250"', "http.port: 192.0.2.250 is no address of this machine"),
        ('[http]\nhost = "no such host"', "http.port: 'no such host' is no address of this machine"),
    ],
)
def test_what_only_the_start_finds_out_is_told_without_a_traceback(
    tmp_path: Path, toml: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ringdesk.toml"
    file.write_text(f"{toml}\n[pbx.main.ports]\nagi = {_free_port()}\n")
    monkeypatch.setenv("RINGDESK_STATE", str(tmp_path))
    answer = CliRunner().invoke(app, ["serve", "--config", str(file)])
    assert answer.exit_code == 1, answer.output
    assert complaint in answer.output.replace("\n", "")
    assert answer.exception is None or isinstance(answer.exception, SystemExit)


def _free_port() -> int:
    from ringdesk.asterisk.ports import free_ports

    [port] = free_ports(1)
    return port
