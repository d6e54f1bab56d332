"""What the web serves: everything that it needs of the floors below, given by whoever wires the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web
from pydantic import BaseModel

from crm_core.contacts import ContactDirectory
from crm_core.timeline import Timeline
from kernel.clock import Clock
from kernel.database import Database
from kernel.messages import LiveHub
from queue_router.agents import Agents
from queue_router.desks import Desks


class RecordingView(BaseModel):
    """A recording of a call. `seconds` is None while it is being made."""

    id: int
    state: str
    seconds: float | None
    channels: list[str]


class TranscriptWord(BaseModel):
    """A word, by whom (`caller`, `agent`), and when in the recording, in seconds."""

    speaker: str
    text: str
    start: float
    end: float


class TranscriptView(BaseModel):
    """What was said. `state` tells how far it has come; the words are in order of time."""

    state: str
    words: list[TranscriptWord]


class CallRecords(Protocol):
    """Recordings and transcripts of calls."""

    async def recordings_of(self, call_id: str) -> Sequence[RecordingView]: ...

    async def transcript_of(self, call_id: str) -> TranscriptView | None: ...


class NoRecords:
    """Nothing was recorded: what stands where recording is off."""

    async def recordings_of(self, call_id: str) -> Sequence[RecordingView]:
        return ()

    async def transcript_of(self, call_id: str) -> TranscriptView | None:
        return None


ReadinessCheck = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers work with."""

    database: Database
    hub: LiveHub
    clock: Clock
    contacts: ContactDirectory
    timeline: Timeline
    agents: Agents
    desks: Desks
    records: CallRecords = field(default_factory=NoRecords)
    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    """Checks by name, for `/readyz`. The database is checked anyway."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins (`https://desk.example.com`) whose pages may open `/live`, besides the page's own."""


SERVICES = web.AppKey("services", Services)
