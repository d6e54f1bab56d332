"""`ringdesk asterisk …` and `ringdesk setup`."""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dialplan import modules
from dialplan.config import PbxConfig, Ports
from dialplan.render import render
from ringdesk.asterisk.debian import NotProvidable
from ringdesk.asterisk.instance import AsteriskInstance, NotRunning
from ringdesk.asterisk.packages import (
    ASTERISK_SET,
    PHONES_SET,
    PackageSet,
    UnpackFailed,
    discard_archives,
    unpack,
    unpacked,
)
from ringdesk.asterisk.tools import ToolMissing, find, provide
from ringdesk.asterisk.ways import NoAsterisk, Via, Way, choose
from ringdesk.settings import DEFAULT_STATE, SETTINGS_FILE, SettingsError, load_settings
from ringdesk.told import fail, told

asterisk_app = typer.Typer(help="The Asterisk that Ringdesk runs.", no_args_is_help=True)

_errors = Console(stderr=True)

TAKEN_OVER = ("phones", "trunks", "queues", "numbers", "default_queue")
"""What the first start takes over into the database."""

StateOption = Annotated[
    Path | None,
    typer.Option("--state", help="Directory of all state; else the settings' own.", envvar="RINGDESK_STATE"),
]


def _instance(state: Path | None) -> AsteriskInstance:
    return AsteriskInstance((state or _state_of_settings()) / "asterisk")


def _state_of_settings() -> Path:
    """The state directory as ringdesk.toml names it. The rest of the settings may be wrong: Asterisk can still end."""
    path = Path(SETTINGS_FILE)
    if not path.exists():
        return DEFAULT_STATE
    try:
        return Path(tomllib.loads(path.read_text(encoding="utf-8")).get("state") or DEFAULT_STATE)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}. Name the directory with --state.") from error


@asterisk_app.command()
def up(
    state: StateOption = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings; else ringdesk.toml, if it is here.")
    ] = None,
    via: Annotated[Via, typer.Option(help="How to run it; auto: the first of docker, machine, unpacked.")] = Via.AUTO,
    sip_port: Annotated[int | None, typer.Option(min=1, max=65535, help="UDP port of SIP.")] = None,
    http_port: Annotated[int | None, typer.Option(min=1, max=65535, help="TCP port of browser phones.")] = None,
    ami_port: Annotated[int | None, typer.Option(min=1, max=65535, help="TCP port of AMI.")] = None,
) -> None:
    """Start Asterisk with Ringdesk's configuration and return when it has booted."""
    with told():
        settings = load_settings(config, state=state)
        from ringdesk.publishing import known_config  # slow to import: every other command would wait

        stored = asyncio.run(known_config(settings))
        pbx = _with_ports(stored, sip_udp=sip_port, http=http_port, ami=ami_port)
        try:
            pbx.recordings.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(f"recordings: {pbx.recordings} can't be made: {error.strerror}", 1, error)
        instance = AsteriskInstance(settings.state / "asterisk", ports=pbx.ports, sip_address=pbx.sip_address, via=via)
        was_running = instance.status().running is not None
        running = instance.up(lambda way: _files(pbx, way))
        # Ports that the command line gave it at its start are not those of the settings, and are meant.
        as_it_runs = pbx.model_copy(update={"ports": running.ports})
        changed = instance.differing(_files(as_it_runs, choose(running.via))) if was_running else []
    verb = "runs already" if was_running else "is up"
    typer.echo(f"Asterisk {running.version} {verb} ({running.via}), SIP on {pbx.sip_address}:{running.ports.sip_udp}.")
    for remark in _remarks(settings.the_pbx(), pbx, running.ports, changed):
        typer.echo(remark, err=True)


def _remarks(of_file: PbxConfig, told: PbxConfig, running: Ports, changed: Sequence[str]) -> Iterator[str]:
    """What an admin may wonder about: the file says one thing and Asterisk does another.

    `told` is what Asterisk would be told now, `running` the ports that it has, `changed` the files that are otherwise.
    """
    if unread := [name for name in TAKEN_OVER if getattr(of_file, name) != getattr(told, name)]:
        yield (
            f"Note: {', '.join(unread)} of the settings file are not read any more, the database has others: "
            "change them in the panel."
        )
    if changed:
        yield (
            f"It was left as it is, but the settings have changed since it was told of them ({', '.join(changed)}). "
            "Phones, trunks, queues and numbers: ringdesk dialplan publish, during calls too. "
            "Addresses: ringdesk asterisk down, then up."
        )
    wanted, has = told.ports.model_dump(), running.model_dump()
    if others := [f"{name} {has[name]}, not {port}" for name, port in wanted.items() if has[name] != port]:
        yield f"It runs with other ports than asked for ({'; '.join(others)}): ringdesk asterisk down, then up."


def _files(pbx: PbxConfig, way: Way) -> Mapping[str, str]:
    # In a container the modules are those of the packages that we know; from here they can't be seen.
    absent = modules.absent(way.modules) if way.via is Via.MACHINE else frozenset[str]()
    return render(pbx.model_copy(update={"absent_modules": pbx.absent_modules | absent}))


def _with_ports(pbx: PbxConfig, **ports: int | None) -> PbxConfig:
    chosen = {name: port for name, port in ports.items() if port is not None}
    checked = type(pbx.ports).model_validate(pbx.ports.model_dump() | chosen)
    return pbx.model_copy(update={"ports": checked})


@asterisk_app.command()
def down(state: StateOption = None) -> None:
    """End the Asterisk that `up` started; its calls end with it."""
    with told():
        ended = _instance(state).down()
    typer.echo("Asterisk is down." if ended else "Asterisk was not running.")


@asterisk_app.command()
def status(state: StateOption = None) -> None:
    """Tell how it stands. Exit code 0: runs and answers; 3: does not run; 4: runs and does not answer."""
    with told():
        found = _instance(state).status()
    if found.running is None:
        typer.echo("Asterisk is not running.")
        raise typer.Exit(3)
    ports = found.running.ports
    place = f"process {found.running.pid}" if found.running.pid else "container"
    typer.echo(f"Asterisk {found.running.version} ({found.running.via}, {place})")
    typer.echo(f"SIP {ports.sip_udp}/udp, HTTP {ports.http}, AMI {ports.ami}, RTP {ports.rtp_first}-{ports.rtp_last}")
    if not found.answers:
        typer.echo("Its console does not answer.")
        raise typer.Exit(4)
    typer.echo(f"{found.uptime}; {found.calls}")


@asterisk_app.command()
def console(
    command: Annotated[list[str], typer.Argument(help="A command of Asterisk's console.")],
    state: StateOption = None,
) -> None:
    """Carry out a command on Asterisk's console: `ringdesk asterisk console core show channels`."""
    with told():
        try:
            answer = _instance(state).console(" ".join(command))
        except ValueError as error:
            fail(f"command: {error}", 2, error)
    typer.echo(answer, nl=False)


@asterisk_app.command()
def logs(
    state: StateOption = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=100_000, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with each new line.")] = False,
) -> None:
    """Show the end of Asterisk's log."""
    with told():
        instance = _instance(state)
        if not instance.log_file.exists():
            raise NotRunning(f"There is no log yet: {instance.log_file}")
        if not follow:
            typer.echo(instance.log_tail(lines))
            return
        try:
            for line in instance.follow_log(lines):
                typer.echo(line)
        except KeyboardInterrupt:
            return


class Extra(StrEnum):
    """What may be wanted besides Asterisk."""

    DEMO = "demo"
    TESTS = "tests"


def setup(
    extras: Annotated[
        list[Extra] | None,
        typer.Option("--with", help="demo: also phones and voices; tests: also sipp, Chromium and PostgreSQL."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Take the newest packages, not those kept.")] = False,
) -> None:
    """Get what Ringdesk needs beside Python: an Asterisk, and the programs that the demo and the tests drive.

    Quick where everything is there. With CI=true a program that can't be had for the tests is an error (exit code 1).
    """
    failures: list[str] = []
    sets: list[PackageSet] = []
    try:
        way = choose(Via.AUTO, console=_errors)
        _line("asterisk", f"{way.version} ({way.via}: {way.program[-1]})")
        if update and way.via is Via.UNPACKED:
            sets.append(ASTERISK_SET)
    except NoAsterisk as error:
        failures.append(f"asterisk: {error}")
    if extras:
        # The prompts are the voices of the callers, whichever Asterisk runs.
        sets += [ASTERISK_SET, PHONES_SET]
    for package_set in dict.fromkeys(sets):
        try:
            fresh = unpacked(package_set) is None or update
            _line(
                f"{package_set.name} packages",
                str(unpack(package_set, refresh=update, console=_errors).root),
                fresh=fresh,
            )
        except (NotProvidable, UnpackFailed) as error:
            failures.append(f"{package_set.name}: {error}")
    wanted: tuple[str, ...] = ()
    if extras:
        wanted = ("sipp", "baresip", "chromium", "postgres", "initdb") if Extra.TESTS in extras else ("baresip",)
    for name in wanted:
        try:
            try:
                tool, fresh = find(name), False
            except ToolMissing:
                tool, fresh = provide(name, console=_errors), True
            _line(name, str(tool.path), fresh=fresh)
        except ToolMissing as error:
            failures.append(str(error))
    discard_archives()
    for failure in dict.fromkeys(failures):
        _errors.print(f"✗ {failure}", style="red", markup=False, soft_wrap=True)
    if failures and (Extra.TESTS not in (extras or ()) or os.environ.get("CI") == "true"):
        raise typer.Exit(1)
    if failures:
        _errors.print("The tests that need these will be skipped, by name.", style="yellow")


def _line(name: str, where: str, *, fresh: bool = False) -> None:
    _errors.print(f"✓ {name}: {where}{' (new)' if fresh else ''}", style="green", markup=False, soft_wrap=True)
