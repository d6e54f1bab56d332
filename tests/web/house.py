"""The web over a real database and the real domains, with people who sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient
from argon2 import PasswordHasher

from accounts.tokens import create_token
from accounts.users import Role, User, add_user, change_user
from crm_core.contacts import ContactMatch
from kernel.database import Database
from pbx.facts import CallEnded, CallFact, CallQueued, CallStarted, Direction, Outcome, PartyAnswered, PartyRang
from pbx.journal import Journal
from queue_router.agents import add_agent
from queue_router.desks import DeskCall
from queue_router.live_board import EmptyRoom
from web.services import Services

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes that cost nothing. Real ones are tried where passwords are."""
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass
class Person:
    """A user with a token."""

    id: int
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class House:
    """Everything behind the web."""

    services: Services
    journal: Journal
    client: TestClient[Any, Any]
    people: dict[str, Person] = field(default_factory=dict)
    queues: dict[int, frozenset[str]] = field(default_factory=dict)
    """The queues whose calls each user takes."""
    room: EmptyRoom = field(default_factory=EmptyRoom)
    """Where callers wait, as the board sees it. There is no dispatcher: tests put them there."""

    @property
    def app(self) -> web.Application:
        app = self.client.app
        assert app is not None
        return app

    @property
    def database(self) -> Database:
        return self.services.database

    async def add_person(
        self, login: str, role: Role = Role.AGENT, account: str | None = None, password: str | None = None
    ) -> Person:
        async with self.database.transaction() as session:
            now = self.services.clock.now()
            user = await add_user(session, login=login, name=login.title(), role=role, now=now)
            user.password_hash = QUICK.hash(password) if password else None
            token = await create_token(session, user.id, label="test", now=now)
            if account:
                await add_agent(session, user.id, account, now)
        await self.services.agents.load()
        person = self.people[login] = Person(user.id, token.secret)
        return person

    async def deactivate(self, person: Person) -> None:
        async with self.database.transaction() as session:
            await change_user(session, await session.get_one(User, person.id), active=False)

    async def add_contact(self, name: str, *numbers: str, company: str | None = None) -> int:
        async with self.database.transaction() as session:
            contact = await self.services.contacts.create(session, name=name, numbers=numbers, company=company, now=NOW)
            return contact.id

    async def record(self, *facts: CallFact) -> None:
        self.journal.record(facts)
        await self.journal.flush()

    async def sign_in(self, person: Person) -> ClientWebSocketResponse:
        """A screen of that person, signed in; its next message is the snapshot of their desk."""
        screen = await self.client.ws_connect("/live")
        await screen.send_json({"type": "sign_in", "token": person.token})
        assert (await screen.receive_json(timeout=30))["type"] == "signed_in"
        return screen


def call_facts(
    call: str = "1764.1", caller: str = "021234567", party: str = "1001", at: datetime = NOW
) -> list[CallFact]:
    """A call of `caller`, out of the queue sales, that `party` answers."""
    common: dict[str, Any] = {"node": "main", "call_id": f"main-{call}"}
    after = timedelta(seconds=1)
    return [
        CallStarted(
            **common,
            key="started",
            at=at,
            linkedid=call,
            channel=call,
            direction=Direction.INBOUND,
            caller_number=caller,
            caller_name="Somchai",
            dialed="029990000",
        ),
        CallQueued(**common, key="queued", at=at + after, queue="sales"),
        PartyRang(**common, key="rang", at=at + 2 * after, party=party, channel=f"{call}2"),
        PartyAnswered(**common, key="answered", at=at + 5 * after, party=party, channel=f"{call}2"),
        CallEnded(**common, key="ended", at=at + 95 * after, outcome=Outcome.ANSWERED, hangup_by=None, cause=16),
    ]


def desk_call(
    now: datetime, *contacts: tuple[int, str, str | None], call: str = "1764.9", number: str | None = "021234567"
) -> DeskCall:
    """A call that begins to ring."""
    return DeskCall(
        node="main",
        call_id=f"main-{call}",
        queue="sales",
        caller_number=number,
        caller_name="Somchai",
        contacts=[ContactMatch(id, name, company, "+6621234567") for id, name, company in contacts],
        dialed="029990000",
        waiting_since=now - timedelta(seconds=7),
        offered_at=now,
        ring_until=now + timedelta(seconds=15),
        why={"rule": "longest_idle"},
    )
