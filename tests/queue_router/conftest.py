from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from kernel.database import Base, Database
from kernel.messages import LiveHub
from pbx.facts import CallFact
from queue_router.agents import Agents
from queue_router.agi import AgiServer
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.desks import Desks
from queue_router.entry import Entry
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable, Queue
from queue_router.rules import ToAnnouncement, ToExtension
from tests.queue_router.house import Directory, House


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    clock, hub = SystemClock(), LiveHub()
    agents = Agents(database, hub, clock)
    desks, calls, directory = Desks(hub, agents), LiveCalls(), Directory()
    numbers = NumberTable(
        [Queue("sales", ("1001", "1002", "1003"), ring_seconds=5)],
        {
            "029990000": "sales",
            "029990001": ToExtension(extension="1003", ring_seconds=9),
            "029990002": ToAnnouncement(sound="digits/1"),
        },
    )
    recorded: list[CallFact] = []
    entry = Entry(
        node="main",
        numbers=numbers,
        agents=agents,
        desks=desks,
        calls=calls,
        directory=directory,
        database=database,
        clock=clock,
        record=recorded.extend,
    )
    facts = CallsOfAgents(agents, desks, calls, directory)
    house = House(database, hub, agents, desks, calls, directory, entry, facts, recorded)
    server = AgiServer()
    server.add_script("entry", entry.serve)
    house.port = await server.start("127.0.0.1", 0)
    yield house
    await server.stop()
    await entry.drain()
