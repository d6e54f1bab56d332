"""`ringdesk dialplan …`: what Asterisk is told, from the command line."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dialplan.render import ForeignFile, render, write
from ringdesk.settings import SettingsError, load_settings

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
    errors = Console(stderr=True)
    try:
        files = render(load_settings(config).the_pbx())
        write(files, out, force=force)
    except (SettingsError, ForeignFile) as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    except OSError as error:
        errors.print(f"{error.filename or out}: {error.strerror}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    typer.echo(f"{len(files)} files written to {out}")
