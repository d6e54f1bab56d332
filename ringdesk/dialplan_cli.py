"""`ringdesk dialplan …`: what Asterisk is told, from the command line."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from accounts.errors import BadInput
from dialplan.included import render_included
from dialplan.render import ForeignFile, render, write
from ringdesk.options import ConfigOption
from ringdesk.settings import SettingsError, load_settings

app = typer.Typer(help="Asterisk's configuration.", no_args_is_help=True)


@app.callback()
def dialplan() -> None:
    """Asterisk's configuration."""


@app.command("render")
def render_command(
    out: Annotated[Path | None, typer.Option("--out", help="Directory for all files; made if it is not there.")] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="Directory for the files that an Asterisk of your own includes, instead."),
    ] = None,
    config: ConfigOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that Ringdesk did not write, too.")] = False,
) -> None:
    """Write Asterisk's configuration files, all but asterisk.conf (its directories)."""
    from ringdesk.publishing import known_config  # slow to import: every other command would wait

    if (directory := out or into) is None or (out is not None and into is not None):
        raise typer.BadParameter("name either --out DIR (all files) or --into DIR (files to include)")
    with _told(directory):
        pbx = asyncio.run(known_config(load_settings(config)))
        files = render(pbx) if into is None else render_included(pbx)
        write(files, directory, force=force)
    typer.echo(f"{len(files)} files written to {directory}")


@app.command("publish")
def publish_command(
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Bring what is stored into the running Asterisk. No call is disturbed; what it complains of is put back."""
    from dialplan.stored_publications import Result
    from ringdesk.publishing import publish_once

    with _told(Path()):
        outcome = asyncio.run(publish_once(load_settings(config), dry_run=dry_run))
    if outcome.problem is not None:
        _fail(outcome.problem, 1)
    if outcome.result is Result.UNCHANGED:
        typer.echo("Nothing to publish: Asterisk works by what is stored.")
        return
    for change in outcome.changes:
        typer.echo(f"- {change.text}")
    if not outcome.changes:
        typer.echo(f"- Files as this version writes them: {', '.join(outcome.files)}.")
    number = len(outcome.changes)
    typer.echo(f"{number} change{'' if number == 1 else 's'} {'would be ' if dry_run else ''}published.")
    for warning in outcome.warnings:
        typer.echo(f"Asterisk complains, as before: {warning}", err=True)
    if outcome.needs_restart:
        typer.echo(f"Taken wholly only when Asterisk is started anew: {', '.join(outcome.needs_restart)}", err=True)


@contextmanager
def _told(directory: Path) -> Iterator[None]:
    """Turn what can go wrong into a message and an exit code, without a traceback."""
    try:
        yield
    except (SettingsError, ForeignFile, BadInput) as error:
        _fail(str(error), 2, error)
    except OSError as error:
        _fail(f"{error.filename or directory}: {error.strerror}", 1, error)


def _fail(text: str, code: int, error: Exception | None = None) -> None:
    Console(stderr=True).print(text, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code) from error
