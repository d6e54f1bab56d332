"""How commands tell what went wrong: a message and an exit code, never a traceback for what a user can mend."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from dialplan.config import complaints
from kernel.database import describe_trouble
from kernel.errors import Complaint
from ringdesk.settings import SettingsError

WRONG_SETTINGS = 2


@contextmanager
def told() -> Iterator[None]:
    """Exit with 2 for wrong settings, with 1 for everything else that is somebody's to mend, telling what it is."""
    try:
        yield
    except SettingsError as error:
        fail(str(error), WRONG_SETTINGS, error)
    except ValidationError as error:
        fail("; ".join(complaints(error)), WRONG_SETTINGS, error)
    except Complaint as error:
        fail(str(error), 1, error)
    except SQLAlchemyError as error:
        fail(f"The database can't be used: {describe_trouble(error)}", 1, error)
    except OSError as error:
        # The driver of PostgreSQL lets the socket's own errors through.
        fail(describe_trouble(error), 1, error)
    except subprocess.SubprocessError as error:
        fail(str(error), 1, error)


def fail(text: str, code: int, error: Exception | None = None) -> None:
    """Show `text` and exit with `code`."""
    Console(stderr=True).print(text, style="red", markup=False, soft_wrap=True, highlight=False)
    raise typer.Exit(code) from error
