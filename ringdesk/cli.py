"""The command line: `ringdesk …`."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from ringdesk.asterisk.cli import asterisk_app, setup
from ringdesk.capture_cli import capture
from ringdesk.demo.cli import demo
from ringdesk.dialplan_cli import app as dialplan_app
from ringdesk.people_cli import user_app
from ringdesk.schema_cli import db_app
from ringdesk.service_cli import serve


def _tell_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"ringdesk {metadata.version('ringdesk')}")
        raise typer.Exit


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may hold secrets
)


@app.callback()
def ringdesk(
    version: Annotated[
        bool, typer.Option("--version", help="Tell the version.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Ringdesk: a telephony-first contact centre on Asterisk."""


app.command()(serve)
app.command()(demo)
app.command()(setup)
app.command()(capture)
app.add_typer(asterisk_app, name="asterisk")
app.add_typer(dialplan_app, name="dialplan")
app.add_typer(user_app, name="user")
app.add_typer(db_app, name="db")


def main() -> None:
    """Entry point of the `ringdesk` command."""
    app()
