"""Waiting for what comes: as soon as it is there, and not for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.05


async def eventually(look: Callable[[], Awaitable[T]], what: str, *, timeout: float = 30.0) -> T:
    """The first true thing that `look` sees. AssertionError, naming `what`, after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (seen := await look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout:g} s; last seen: {seen!r}")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return seen
