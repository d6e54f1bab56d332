"""`ringdesk dialplan …`: what Asterisk is told, from the command line."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dialplan.included import render_included
from dialplan.render import render, write
from ringdesk.options import ConfigOption
from ringdesk.settings import load_settings
from ringdesk.told import fail, told

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
    with told():
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

    with told():
        outcome = asyncio.run(publish_once(load_settings(config), dry_run=dry_run))
    if outcome.problem is not None:
        fail(outcome.problem, 1)
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
