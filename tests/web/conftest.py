from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from accounts.passwords import Passwords
from accounts.roles import seed_roles
from accounts.sign_in import SignIn
from crm_core.call_outcomes import seed_outcomes
from crm_core.crm import Crm
from dialplan.config import PbxConfig
from dialplan.stored import StoredPbx
from kernel.clock import Clock, SystemClock, VirtualClock
from kernel.database import Base, Database
from kernel.messages import FactBus, LiveHub
from pbx.journal import Journal
from queue_router.agents import Agents
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.desks import Desks
from queue_router.live_board import EmptyRoom, LiveBoard
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable, Queue
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.publishing import OwnAsterisk, Publishing
from tests.web.house import QUICK, House
from web.application import create_app
from web.services import Services
from web.sessions import DOOR


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
        await seed_outcomes(session)
    hub, bus = LiveHub(), FactBus()
    crm = Crm(database, "TH")
    agents = Agents(database, hub, clock)
    desks = Desks(hub, agents)
    crm.subscribe(bus)
    calls, room = LiveCalls(), EmptyRoom()
    CallsOfAgents(agents, desks, calls, crm.contacts).subscribe(bus)
    board = LiveBoard(
        numbers=NumberTable([Queue("sales", ("1001", "1002")), Queue("support", ("1002", "1003"))], {}),
        agents=agents,
        desks=desks,
        calls=calls,
        room=room,
        database=database,
        hub=hub,
        clock=clock,
        zone=UTC,
    )
    await board.load()
    journal = Journal(database, bus)
    journal.watch(board.written)
    working = [asyncio.create_task(journal.run()), asyncio.create_task(board.run())]
    stored = StoredPbx(PbxConfig(ami_secret="a-good-secret"))
    async with database.transaction() as session:
        await stored.take_over(session, clock.now())
    asterisk = OwnAsterisk(AsteriskInstance(tmp_path / "asterisk"))
    queues: dict[int, frozenset[str]] = {}
    services = Services(
        publishing=Publishing(database, stored, asterisk, clock),
        database=database,
        hub=hub,
        clock=clock,
        crm=crm,
        agents=agents,
        desks=desks,
        board=board,
        allowed_origins=frozenset({"https://desk.example.com"}),
        queues_of=lambda user_id: queues.get(user_id, frozenset()),
    )
    app = create_app(services)
    app[DOOR] = SignIn(database, clock, Passwords(QUICK))
    client = TestClient(TestServer(app))
    await client.start_server()
    yield House(services, journal, client, queues=queues, room=room)
    await client.close()
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    await database.close()
