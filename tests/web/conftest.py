from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from accounts.roles import seed_roles
from crm_core.contacts import ContactDirectory
from crm_core.timeline import Timeline
from kernel.clock import Clock, SystemClock, VirtualClock
from kernel.database import Base, Database
from kernel.messages import FactBus, LiveHub
from pbx.journal import Journal
from queue_router.agents import Agents
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.desks import Desks
from queue_router.live_calls import LiveCalls
from tests.web.house import House
from web.application import create_app
from web.services import Services


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with standing_house(tmp_path, SystemClock()) as house:
        yield house


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def timeless_house(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[House]:
    """A house whose clock stands still until a test turns it."""
    async with standing_house(tmp_path, clock) as house:
        yield house


@asynccontextmanager
async def standing_house(tmp_path: Path, clock: Clock) -> AsyncIterator[House]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with database.transaction() as session:
        await seed_roles(session)
    hub, bus = LiveHub(), FactBus()
    contacts = ContactDirectory(database, "TH")
    timeline = Timeline(contacts)
    agents = Agents(database, hub, clock)
    desks = Desks(hub, agents)
    timeline.subscribe(bus)
    CallsOfAgents(agents, desks, LiveCalls(), contacts).subscribe(bus)
    journal = Journal(database, bus)
    writing = asyncio.create_task(journal.run())
    services = Services(
        database=database,
        hub=hub,
        clock=clock,
        contacts=contacts,
        timeline=timeline,
        agents=agents,
        desks=desks,
        allowed_origins=frozenset({"https://desk.example.com"}),
    )
    client = TestClient(TestServer(create_app(services)))
    await client.start_server()
    yield House(services, journal, client)
    await client.close()
    writing.cancel()
    await database.close()
