"""`ringdesk capture`: write down what the link to Asterisk hears, for support and for tests."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from pbx.capture import capture_until_stopped
from pbx.link import LinkState
from ringdesk.ami import ami_settings
from ringdesk.options import ConfigOption
from ringdesk.settings import DEFAULT_STATE, load_settings
from ringdesk.told import told


def capture(
    file: Annotated[Path, typer.Argument(help="The trace to write; replay it with: python -m pbx.replay FILE")],
    config: ConfigOption = None,
    state: Annotated[Path, typer.Option("--state", help="Directory of all state.")] = DEFAULT_STATE,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write all that Asterisk tells into FILE, as a JSON array, until Ctrl-C. It holds names and numbers of people."""

    def tell(link_state: LinkState, reason: str) -> None:
        typer.echo(f"{link_state}: {reason}", err=True)

    with told():
        settings = ami_settings(load_settings(config, state=state).the_pbx())
        captured = asyncio.run(capture_until_stopped(settings, file, overwrite=overwrite, tell=tell))
    gaps = f", with {captured.gaps} gaps" if captured.gaps else ""
    typer.echo(f"{captured.events} events in {file}{gaps}", err=True)
