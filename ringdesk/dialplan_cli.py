"""`ringdesk dialplan …`: what Asterisk is told, from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from dialplan.render import render, write
from ringdesk.settings import load_settings
from ringdesk.told import told

app = typer.Typer(help="Asterisk's configuration.", no_args_is_help=True)


@app.callback()
def dialplan() -> None:
    """Asterisk's configuration."""


@app.command("render")
def render_command(
    out: Annotated[Path, typer.Option("--out", help="Directory for the files; made if it is not there.")],
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings; else ringdesk.toml, if it is here.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that Ringdesk did not write, too.")] = False,
) -> None:
    """Write Asterisk's configuration files, all but asterisk.conf (its directories)."""
    with told():
        files = render(load_settings(config).the_pbx())
        write(files, out, force=force)
    typer.echo(f"{len(files)} files written to {out}")
