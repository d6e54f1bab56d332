"""What the web serves: everything that it needs of the floors below, given by whoever wires the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from accounts.audit import Author
from crm_core.contacts import ContactDirectory
from crm_core.crm import Crm
from crm_core.timeline import Timeline
from dialplan.stored import StoredPbx
from dialplan.stored_publications import Outcome
from kernel.clock import Clock
from kernel.database import Database
from kernel.messages import LiveHub
from queue_router.agents import Agents
from queue_router.desks import Desks
from queue_router.live_board import LiveBoard
from web.proxies import Proxies

ReadinessCheck = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is not."""


class PublishingService(Protocol):
    """What is stored of the PBX, and the way from there into Asterisk."""

    stored: StoredPbx

    async def sounds(self, *, anew: bool = False) -> frozenset[str]:
        """The sounds that Asterisk has; `anew`: also those new since it began. PublishError when it can't be asked."""
        ...

    async def publish(self, author: Author, *, dry_run: bool = False) -> Outcome:
        """Bring what is stored into Asterisk; with `dry_run` only say what that would change."""
        ...


class LivePanels(Protocol):
    """Who wants to know of open panels."""

    def opened(self, user_id: int) -> None:
        """A panel of that user has signed in."""
        ...

    def closed(self, user_id: int) -> None:
        """It is gone."""
        ...


class Line(Protocol):
    """What the desk asks of the PBX. It may raise `AmiError` and `CommandNotAnswered`."""

    async def hang_up(self, channel: str) -> None:
        """End a channel, named by its Uniqueid. Returns when it is over."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers work with."""

    database: Database
    hub: LiveHub
    clock: Clock
    crm: Crm
    agents: Agents
    desks: Desks
    board: LiveBoard
    publishing: PublishingService | None = None
    """None: there is no PBX to set up."""
    panels: LivePanels | None = None
    """None: nobody wants to know."""
    line: Line | None = None
    """None: there is no PBX that could be asked."""
    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    """Checks by name, for `/readyz`. The database is checked anyway."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins (`https://desk.example.com`) whose pages may open `/live`, besides the page's own."""
    proxies: Proxies = Proxies()  # noqa: RUF009 - it never changes
    """Whose word counts on where a request comes from."""
    queues_of: Callable[[int], frozenset[str]] = lambda user_id: frozenset()
    """The queues whose calls a user takes: their leads and tasks are that user's team's."""

    @property
    def contacts(self) -> ContactDirectory:
        return self.crm.contacts

    @property
    def timeline(self) -> Timeline:
        return self.crm.timeline


SERVICES = web.AppKey("services", Services)
