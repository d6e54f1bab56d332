"""Settings: a TOML file, over it the environment (`RINGDESK_…`), checked when the service starts."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dialplan.config import PbxConfig, complaints, new_secret
from kernel.errors import Complaint

DEFAULT_STATE = Path(".ringdesk")
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
SETTINGS_FILE = "ringdesk.toml"

Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsError(Complaint):
    """The settings can't be used. The message names each field and what is wrong with it."""


class HttpSettings(BaseModel):
    """Where the panel and the API listen, and over what. Port 0 takes a free one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: Port = 8080
    certificate: Path | None = None
    """PEM file of the certificate, and of those between it and its root: https and wss. None: plain HTTP."""
    key: Path | None = None
    """PEM file of the certificate's key, without a password."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1")
    """Addresses or networks of the reverse proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f"{each!r} is neither an address nor a network such as 10.0.0.0/8") from error
        return value

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            missing = "certificate" if self.certificate is None else "key"
            raise ValueError(f"{missing} is missing: certificate and key go together")
        return self

    @property
    def scheme(self) -> str:
        return "http" if self.certificate is None else "https"


class SpeechSettings(BaseModel):
    """Which engine turns speech into words, and its model. No model: recordings wait for one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["whisper", "vosk"] = "whisper"
    model: Path | None = None
    language: str = "en"
    threads: Annotated[int, Field(ge=1, le=64)] = 2


class PublishSettings(BaseModel):
    """Where an Asterisk is that Ringdesk did not start: see docs/existing-asterisk.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    into: Path | None = None
    """Directory of the files that it includes. None: publish to the Asterisk that `ringdesk asterisk up` started."""
    console: Annotated[tuple[str, ...], Field(min_length=1)] = ("asterisk",)
    """The program, and its arguments, that `-rx COMMAND` is added to."""


class JournalSettings(BaseModel):
    """From which files of the PBX the journal completes what it missed, and how long these are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asterisk_logs: Path | None = None
    """Asterisk's log directory as this service sees it; without one, that of the Asterisk that we run."""
    rotate_mib: Annotated[int, Field(ge=1, le=4096)] = 64
    """A file that has become this large is put aside."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    keep_mib: Annotated[int, Field(ge=1, le=1_048_576)] = 1024
    """So much of what was put aside is kept, of each file."""


class Settings(BaseSettings):
    """Everything that an installation can set."""

    model_config = SettingsConfigDict(env_prefix="RINGDESK_", env_nested_delimiter="__", frozen=True, extra="forbid")

    state: Path = DEFAULT_STATE
    """Directory of all state: database, recordings, secrets, the Asterisk that we run."""
    database_url: str | None = None
    """SQLAlchemy URL; without one, an SQLite file in `state`."""
    default_region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "TH"
    """Country (ISO 3166) whose national numbers are meant where a number has no +."""
    time_zone: str | None = None
    """Name (IANA, `Asia/Bangkok`) of the time zone in which a day begins and ends; without one, the machine's."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_json: bool = False
    http: HttpSettings = HttpSettings()
    speech: SpeechSettings = SpeechSettings()
    journal: JournalSettings = JournalSettings()
    publish: PublishSettings = PublishSettings()
    pbx: dict[str, PbxConfig] = Field(default_factory=dict)
    """One section a PBX, by its node name. This version takes one."""

    @field_validator("pbx")
    @classmethod
    def _one_pbx(cls, value: dict[str, PbxConfig]) -> dict[str, PbxConfig]:
        if len(value) > 1:
            raise ValueError("this version takes one [pbx.NAME] section")
        return value

    @field_validator("default_region")
    @classmethod
    def _known_region(cls, value: str) -> str:
        if value not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{value!r} is no country with telephone numbers (ISO 3166, two capital letters)")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(f"{value!r} is no time zone that this machine knows, like Asia/Bangkok") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            driver = make_url(value).drivername
        except ArgumentError:
            driver = None
        if driver not in DRIVERS:
            # Not repeated: it may hold a password.
            raise ValueError(f"must begin with one of {', '.join(f'{each}://' for each in DRIVERS)}")
        return value

    @property
    def zone(self) -> ZoneInfo | None:
        """Where a day begins and ends; None: where the machine is."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.state.resolve() / 'ringdesk.db'}"

    @property
    def recordings(self) -> Path:
        """Where recordings are written when the PBX section doesn't say."""
        return self.state.resolve() / "recordings"

    @property
    def asterisk_logs(self) -> Path:
        """Where Asterisk writes CEL and queue_log."""
        return self.journal.asterisk_logs or self.state.resolve() / "asterisk" / "log"

    def the_pbx(self) -> PbxConfig:
        """The PBX that this installation serves: its section, or one with nothing but defaults."""
        return next(iter(self.pbx.values()))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The file comes in as keyword arguments; the environment stands over it.
        return env_settings, init_settings


def load_settings(file: Path | None = None, *, state: Path | None = None) -> Settings:
    """Read settings from `file` (by default `ringdesk.toml` here, if there is one) and the environment.

    Secrets that the file does not give are made once and kept under the state directory. Raises `SettingsError`.
    """
    path = file or Path(SETTINGS_FILE)
    values: dict[str, Any] = {}
    if file is not None or path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not TOML: {error}") from error
    if state is not None:
        values["state"] = state
    return settings_from(values, source=str(path))


def settings_from(values: dict[str, Any], *, source: str = "settings") -> Settings:
    """Settings of `values` as the file would give them. Raises `SettingsError`, naming `source`."""
    state = Path(os.environ.get("RINGDESK_STATE") or values.get("state") or DEFAULT_STATE).resolve()
    sections = values.get("pbx") or {"main": {}}
    if isinstance(sections, dict):
        values = {**values, "pbx": {name: _completed(name, section, state) for name, section in sections.items()}}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(f"{source}: " + "; ".join(complaints(error))) from error


def _completed(node: str, section: Any, state: Path) -> Any:
    """A PBX section with what an installation need not write: its node, its secret, its recordings' place."""
    if not isinstance(section, dict):
        return section
    return {
        "node": node,
        "recordings": state / "recordings",
        "ami_secret": section.get("ami_secret") or kept_secret(state, f"ami-{node}"),
        **section,
    }


def make_private(state: Path) -> None:
    """Make the state directory, for its owner only: it holds what customers said, and their names and numbers."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if state.stat().st_uid == os.geteuid():
        state.chmod(0o700)


def kept_secret(state: Path, name: str) -> str:
    """The secret `name`, made at its first use and kept in a file that only its owner reads."""
    directory = state / "secrets"
    path = directory / "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(new_secret())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret stands
            os.link(unfinished, path)
        unfinished.unlink()
    return path.read_text()
