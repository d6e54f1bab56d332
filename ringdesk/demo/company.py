"""The company of the demo: who works there, who calls, and what they dial. All of it is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
from queue_router.agents import AgentRow, Agents, add_agent
from ringdesk.settings import Settings, kept_secret, settings_from

SALES_NUMBER = "+6621234567"
SUPPORT_NUMBER = "+6621234568"
QUEUE = "sales"
SUPPORT_QUEUE = "support"
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
    language: str = "en"


AGENT_NAMES = ("Anna Petrova", "สุดา วงศ์ไทย", "Boris Lindqvist", "Malee Srisuk", "Tomás Ruiz", "Иван Соколов")

_CUSTOMERS = (
    ("Somchai Jaidee", "Siam Foods Co.", "en"),
    ("อรุณี แสงทอง", "บริษัท แสงทอง จำกัด", "th"),
    ("Ольга Смирнова", "ООО «Вектор»", "ru"),
    ("Priya Raman", "Chennai Textiles", "en"),
    ("Niran Chaiyasit", None, "en"),
    ("Kofi Mensah", "Accra Freight", "en"),
    ("Дмитрий Волков", None, "ru"),
    ("Lena Brandt", "Brandt & Söhne", "en"),
    ("กิตติ พงษ์ไพร", "Chiang Mai Coffee", "th"),
    ("Marta Nowak", "Nowak Meble", "en"),
    ("Tan Wei Ming", "Straits Supply", "en"),
    ("Yui Kobayashi", "Kobayashi Foods", "en"),
    ("ธนา วัฒนกิจ", "บริษัท แสงทอง จำกัด", "th"),
    ("Екатерина Орлова", "ООО «Вектор»", "ru"),
    ("Grace Okafor", "Lagos Solar", "en"),
    ("Wichai Saelim", "Siam Foods Co.", "en"),
    ("พิมพ์ชนก ศรีวิไล", "ร้านดอกไม้ศรีวิไล", "th"),
    ("Hugo Marchetti", "Marchetti Ceramiche", "en"),
    ("Павел Зайцев", "Зайцев и сыновья", "ru"),
    ("Amina Yusuf", None, "en"),
    ("ณัฐพล ใจกว้าง", None, "th"),
    ("Erik Halvorsen", "Fjord Marine", "en"),
    ("Татьяна Морозова", "Аптека «Ромашка»", "ru"),
    ("Sunisa Boonmee", "Andaman Dive Centre", "en"),
    ("Carlos Ibáñez", "Ibáñez Hermanos", "en"),
    ("วรรณา ทองดี", "สหกรณ์ทองดี", "th"),
    ("Mei Lin Chua", "Straits Supply", "en"),
    ("Алексей Кузнецов", None, "ru"),
    ("Farid Rahimi", "Rahimi Carpets", "en"),
    ("Ploy Suwannarat", "Chiang Mai Coffee", "en"),
    ("สมหญิง รักดี", None, "th"),
    ("Daniel Osei", "Accra Freight", "en"),
    ("Ирина Белова", "Студия «Линия»", "ru"),
    ("Anong Thepsut", "Isan Silk", "en"),
    ("Piotr Zieliński", "Nowak Meble", "en"),
    ("ชัยวัฒน์ มั่นคง", "มั่นคงก่อสร้าง", "th"),
    ("Sofia Lindgren", "Fjord Marine", "en"),
    ("Сергей Попов", "ТК «Север»", "ru"),
    ("Ravi Menon", "Chennai Textiles", "en"),
    ("Kanya Phromma", "Phuket Yacht Care", "en"),
    ("ปรีชา เลิศล้ำ", "โรงพิมพ์เลิศล้ำ", "th"),
    ("Helena Castro", None, "en"),
    ("Наталья Фёдорова", "ТК «Север»", "ru"),
    ("Ben Wiriyakul", "Phuket Yacht Care", "en"),
    ("สุภาพร แก้วใส", "คลินิกแก้วใส", "th"),
    ("Julia Hartmann", "Brandt & Söhne", "en"),
    ("Михаил Лебедев", None, "ru"),
    ("Arthit Kongdee", "Isan Silk", "en"),
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
            language,
        )
        for index in range(number)
        for round_, (name, company, language) in [(index // len(_CUSTOMERS), _CUSTOMERS[index % len(_CUSTOMERS)])]
    ]


def stranger(index: int) -> str:
    """The number of somebody of whom there is no record."""
    return f"+669{20000000 + index:08}"


@dataclass(frozen=True, slots=True)
class Line:
    """A number that people call, and the queue behind it."""

    number: str
    queue: str
    label: str
    members: tuple[str, ...]
    """Accounts of the phones of those who take its calls."""


def lines(staff: int, *, are_two: bool) -> list[Line]:
    """One line, whose calls everybody takes; or two: the first agent works for both, the others by turns for one."""
    accounts = [each.account for each in colleagues(staff)]
    if not are_two:
        return [Line(SALES_NUMBER, QUEUE, "Sales", tuple(accounts))]
    first, *others = accounts
    return [
        Line(SALES_NUMBER, QUEUE, "Sales", (first, *others[0::2])),
        Line(SUPPORT_NUMBER, SUPPORT_QUEUE, "Support", (first, *others[1::2])),
    ]


def settings(
    state: Path,
    agents: int,
    ports: Mapping[str, int],
    http_port: int,
    *,
    wrap_up_seconds: int = 0,
    two_queues: bool = False,
) -> Settings:
    """Settings of the demo: its lines, `agents` desk phones, and a carrier on this machine."""
    staff, of_company = colleagues(agents), lines(agents, are_two=two_queues)
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
                        "name": line.queue,
                        "label": line.label,
                        "members": list(line.members),
                        "strategy": "leastrecent",
                        "wrap_up_seconds": wrap_up_seconds,
                    }
                    for line in of_company
                ],
                "numbers": {line.number: line.queue for line in of_company},
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
    async with database.transaction() as session:
        users = await add_people(session, staff, now)
        for account, user in users.items():
            tokens[account] = (await create_token(session, user.id, label="demo", now=now)).secret
        manager = await find_user(session, "manager")
        assert manager is not None  # noqa: S101 - just added
        manager_token = (await create_token(session, manager.id, label="demo", now=now)).secret
        for customer in customers(callers):
            if not await contacts.lookup_in(session, customer.number):
                await contacts.create(
                    session, name=customer.name, company=customer.company, numbers=[customer.number], now=now
                )
    await agents.load()
    return SignIns(tokens, {account: user.id for account, user in users.items()}, manager_token)


async def add_people(session: AsyncSession, staff: int, now: datetime) -> dict[str, User]:
    """Have everybody who works there as the demo has them, whatever a visitor made of them; agents by their account."""
    agents: dict[str, User] = {}
    for colleague in colleagues(staff):
        user = await find_user(session, colleague.login)
        if user is None:
            user = await add_user(session, login=colleague.login, name=colleague.name, role=Role.AGENT, now=now)
        if await session.get(AgentRow, user.id) is None:
            await add_agent(session, user.id, colleague.account, now)
        agents[colleague.account] = user
    office = []
    for login, name, role in OFFICE:
        office.append(
            await find_user(session, login) or await add_user(session, login=login, name=name, role=role, now=now)
        )
    # One hash for all: a demo's start shall not take a second for each.
    hashed = await Passwords().hash(PASSWORD)
    for user in await session.scalars(select(User)):
        is_ours = user in office or user in agents.values()
        if is_ours:
            user.active = True
        # Nobody saw the password that was made for the admin.
        if is_ours or user.password_hash is None or user.login == ADMIN:
            user.password_hash = hashed
    return agents
