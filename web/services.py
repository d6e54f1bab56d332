"""What the web serves: everything that it needs of the floors below, given by whoever wires the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from crm_core.contacts import ContactDirectory
from crm_core.timeline import Timeline
from kernel.clock import Clock
from kernel.database import Database
from kernel.messages import LiveHub
from queue_router.agents import Agents
from queue_router.desks import Desks

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
    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    """Checks by name, for `/readyz`. The database is checked anyway."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins (`https://desk.example.com`) whose pages may open `/live`, besides the page's own."""


SERVICES = web.AppKey("services", Services)
