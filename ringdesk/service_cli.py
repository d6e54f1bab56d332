"""`ringdesk serve`: the service, for real use."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import structlog
import typer

from kernel.telemetry import configure_logging
from ringdesk.options import ConfigOption
from ringdesk.settings import Settings, load_settings
from ringdesk.told import told
from web.tls import CertificateError

if TYPE_CHECKING:
    from ringdesk.app import Ringdesk

log = structlog.get_logger(__name__)


def serve(config: ConfigOption = None) -> None:
    """Connect to Asterisk, route and record its calls, and serve the page and the API, until stopped."""
    with told():
        settings = load_settings(config)
        configure_logging(settings.log_level, as_json=settings.log_json)
        failure = asyncio.run(_serve(settings))
    if failure is not None:
        typer.echo(f"A part of the service died: {failure}", err=True)
        raise typer.Exit(1)


async def _serve(settings: Settings) -> str | None:
    """Run until a signal (None), or until a part dies (which, and why)."""
    from ringdesk.app import Ringdesk  # slow to import: every other command would wait

    async with Ringdesk(settings) as service:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        # A terminal that is closed sends SIGHUP, too: then nobody wants a certificate to be read again.
        is_reload = service.certificate is not None and not sys.stdin.isatty()
        loop.add_signal_handler(signal.SIGHUP, _reload if is_reload else lambda _: stop.set(), service)
        typer.echo(f"Ringdesk is at {settings.http.scheme}://{settings.http.host}:{service.http_port}", err=True)
        if service.first_password is not None:
            _tell_first_password(service.first_password, settings)
        stopping = asyncio.create_task(stop.wait())
        ends: set[asyncio.Future[Any]] = {stopping, service.failure}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        return service.failure.result() if service.failure.done() else None


def _reload(service: Ringdesk) -> None:
    """Take the certificate that now lies in its file."""
    if service.certificate is None:
        return
    try:
        service.certificate.reload()
    except CertificateError as error:
        log.error("the certificate stays what it was", reason=str(error))
    else:
        log.info("the certificate was read again", file=str(service.certificate.certificate))


def _tell_first_password(password: str, settings: Settings) -> None:
    """Show the password of the first admin this once: on a terminal, or where there is none, in a file of ours."""
    if sys.stderr.isatty():
        typer.echo(f"\nSign in as admin with the password {password}\nIt is not shown again.\n", err=True)
        return
    # What is written here ends in somebody's log.
    directory = settings.state / "secrets"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / "first-admin-password"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(password + "\n")
    typer.echo(f"The user admin was made; their password is in {path}. Change it and delete that file.", err=True)
