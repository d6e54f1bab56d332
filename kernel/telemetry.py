"""Logs and metrics: structlog to standard error, Prometheus to whoever asks."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry

REGISTRY = CollectorRegistry()
"""Every metric of the product. Each package defines its own beside the code that counts."""

SECRET_KEYS = frozenset({"password", "secret", "token", "authorization", "cookie", "session", "amisecret"})
HIDDEN = "***"


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that blanks the value of every key that names a secret, at any depth of mappings."""
    for key, value in event.items():
        if key.lower() in SECRET_KEYS:
            event[key] = HIDDEN
        elif isinstance(value, dict):
            event[key] = hide_secrets(logger, method, dict(value))
    return event


def configure_logging(level: str = "INFO", *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send our own and the libraries' logs to `stream` (standard error), to read or (`as_json`) for a collector."""
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    final = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        # Plain: the default shows local variables, secrets among them.
        else [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells of every plugin and dialect; a migration that fails is told by its error.
    logging.getLogger("alembic").setLevel(max(logging.WARNING, root.level))
