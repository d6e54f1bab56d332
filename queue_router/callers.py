"""Looking a caller up without ever letting a call wait for it, or fail of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from prometheus_client import Counter

from kernel.telemetry import REGISTRY
from queue_router.desks import CallerDirectory, KnownCaller

LOOKUP_SECONDS = 0.5

FAILED = Counter("ringdesk_caller_lookups_failed_total", "Callers not looked up in time, or at all", registry=REGISTRY)

log = structlog.get_logger(__name__)


async def look_up(directory: CallerDirectory, number: str | None, call_id: str) -> Sequence[KnownCaller]:
    """Who has that number; nobody when the directory fails or takes too long."""
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            return await directory.lookup(number)
    except Exception as error:
        FAILED.inc()
        log.warning("the caller was not looked up", call_id=call_id, error=repr(error))
        return ()
