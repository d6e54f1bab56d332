"""The company of the demo: who works there, who calls, and what they dial. All of it is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.passwords import Passwords
from accounts.start import ADMIN
from accounts.tokens import create_token
from accounts.users import Role, User, add_user, find_user
from crm_core.contacts import ContactDirectory
from kernel.clock import Clock
from kernel.database import Database
from queue_router.agents import Agents, add_agent
from ringdesk.settings import Settings, kept_secret, settings_from

SALES_NUMBER = "+6621234567"
QUEUE = "sales"
TRUNK = "carrier"
PASSWORD = "ringdesk-demo"  # noqa: S105 - the demo listens on this machine only
"""The password of everybody in the demo."""
OFFICE = (("supervisor", "Pim Charoen", Role.SUPERVISOR), ("manager", "Nadia Haddad", Role.MANAGER))
"""Who works there besides agents and the admin whom every installation has."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent: a user with a phone."""

    login: str
    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who calls, with the number that they call from."""

    name: str
    company: str | None
    number: str


AGENT_NAMES = ("Anna Petrova", "สุดา วงศ์ไทย", "Boris Lindqvist", "Malee Srisuk", "Tomás Ruiz", "Иван Соколов")

_CUSTOMERS = (
    ("Somchai Jaidee", "Siam Foods Co."),
    ("อรุณี แสงทอง", "บริษัท แสงทอง จำกัด"),
    ("Ольга Смирнова", "ООО «Вектор»"),
    ("Priya Raman", "Chennai Textiles"),
    ("Niran Chaiyasit", None),
    ("Kofi Mensah", "Accra Freight"),
    ("Дмитрий Волков", None),
    ("Lena Brandt", "Brandt & Söhne"),
    ("กิตติ พงษ์ไพร", "Chiang Mai Coffee"),
    ("Marta Nowak", "Nowak Meble"),
    ("Tan Wei Ming", "Straits Supply"),
    ("Yui Kobayashi", "Kobayashi Foods"),
)


def colleagues(number: int) -> list[Colleague]:
    """The first `number` agents, at the phones 1001, 1002, …"""
    return [
        Colleague(f"agent{index + 1}", AGENT_NAMES[index % len(AGENT_NAMES)], str(1001 + index))
        for index in range(number)
    ]


def customers(number: int) -> list[Customer]:
    """`number` people, each with a Thai mobile number of their own."""
    return [
        Customer(
            name if round_ == 0 else f"{name} {round_ + 1}",
            company,
            f"+668{10000000 + index:08}",
        )
        for index in range(number)
        for round_, (name, company) in [(index // len(_CUSTOMERS), _CUSTOMERS[index % len(_CUSTOMERS)])]
    ]


def settings(
    state: Path, agents: int, ports: Mapping[str, int], http_port: int, *, wrap_up_seconds: int = 0
) -> Settings:
    """Settings of the demo: one number, one queue, `agents` desk phones, and a carrier on this machine."""
    staff = colleagues(agents)
    values: dict[str, Any] = {
        "state": state,
        "default_region": "TH",
        "http": {"port": http_port},
        "pbx": {
            "main": {
                "ports": dict(ports),
                "phones": [
                    {"account": each.account, "name": each.name, "secret": kept_secret(state, f"phone-{each.account}")}
                    for each in staff
                ],
                "trunks": [{"name": TRUNK, "match": ["127.0.0.1"]}],
                "queues": [
                    {
                        "name": QUEUE,
                        "label": "Sales",
                        "members": [each.account for each in staff],
                        "strategy": "leastrecent",
                        "wrap_up_seconds": wrap_up_seconds,
                    }
                ],
                "numbers": {SALES_NUMBER: QUEUE},
            }
        },
    }
    return settings_from(values, source="the demo's settings")


@dataclass(frozen=True, slots=True)
class SignIns:
    """Fresh tokens: of each agent by account, and of the manager. With `PASSWORD`, everybody signs in by login."""

    agents: Mapping[str, str]
    user_ids: Mapping[str, int]
    manager: str


async def populate(
    database: Database, contacts: ContactDirectory, agents: Agents, clock: Clock, *, staff: int, callers: int
) -> SignIns:
    """Put people and contacts into the database, each once, however often the demo is started; fresh tokens for all."""
    now = clock.now()
    tokens: dict[str, str] = {}
    user_ids: dict[str, int] = {}
    async with database.transaction() as session:
        for colleague in colleagues(staff):
            user = await find_user(session, colleague.login)
            if user is None:
                user = await add_user(session, login=colleague.login, name=colleague.name, role=Role.AGENT, now=now)
                await add_agent(session, user.id, colleague.account, now)
            user_ids[colleague.account] = user.id
            tokens[colleague.account] = (await create_token(session, user.id, label="demo", now=now)).secret
        for login, name, role in OFFICE:
            if await find_user(session, login) is None:
                await add_user(session, login=login, name=name, role=role, now=now)
        await _set_passwords(session)
        manager = await find_user(session, "manager")
        assert manager is not None  # noqa: S101 - just added
        manager_token = (await create_token(session, manager.id, label="demo", now=now)).secret
        for customer in customers(callers):
            if not await contacts.lookup_in(session, customer.number):
                await contacts.create(
                    session, name=customer.name, company=customer.company, numbers=[customer.number], now=now
                )
    await agents.load()
    return SignIns(tokens, user_ids, manager_token)


async def _set_passwords(session: AsyncSession) -> None:
    """Give everybody who has none the demo's password, and the admin in any case: nobody saw the one made for them."""
    without = [
        user for user in await session.scalars(select(User)) if user.password_hash is None or user.login == ADMIN
    ]
    # One hash for all: a demo's start shall not take a second for each.
    hashed = await Passwords().hash(PASSWORD)
    for user in without:
        user.password_hash = hashed
