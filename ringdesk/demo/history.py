"""What happened in the demo's company before the demo was started: contacts, a week of calls, notes, tasks, leads.

It goes the way that a call's story goes, as facts through the journal, so lists, board and timelines agree. Days that
have calls already are left alone: a demo that is started again next week has a history up to then.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.teams import Team, add_team, set_members
from accounts.users import User, find_user
from crm_core.call_notes import Kept
from crm_core.call_outcomes import seed_outcomes
from crm_core.crm import Crm
from crm_core.details import EmailKind, NumberKind, TypedEmail, TypedNumber
from crm_core.leads import Lead, LeadStatus
from crm_core.tasks import Task
from kernel.clock import Clock
from kernel.database import Database
from kernel.messages import FactBus
from pbx.journal import Journal
from pbx.journal_tables import CallRow
from ringdesk import schema
from ringdesk.demo.company import OFFICE, QUEUE, SUPPORT_QUEUE, Customer, Line, add_people, customers, lines, stranger
from ringdesk.demo.past_days import PastCall, calls_of, facts_of, offers_of
from ringdesk.settings import Settings

OLDEST_CONTACT = timedelta(days=120)
WRITE_SECONDS = 120.0
NOTED = 0.5
FOLLOWED_UP = 0.12
DONE_A_DAY_LATER = 0.8
SETTLED_AFTER = timedelta(hours=20)

TAGS = ("wholesale", "VIP", "newsletter", "export", "new", "invoice by e-mail")

NOTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sales": {
        "en": (
            "Wants a price for 200 units, delivery to the warehouse before the 15th.",
            "Asked for the new catalogue. Sent the link while we talked.",
            "Compares us with another supplier; decides after their meeting on Monday.",
            "Order confirmed, invoice goes to the accounting address from now on.",
            "Would take the larger pack if shipping is free. Check with Nadia.",
        ),
        "th": (
            "ขอใบเสนอราคา 200 ชิ้น ส่งที่คลังสินค้าก่อนวันที่ 15",
            "สอบถามแคตตาล็อกใหม่ ส่งลิงก์ให้แล้วระหว่างคุยสาย",
            "ยืนยันคำสั่งซื้อแล้ว ขอใบกำกับภาษีเต็มรูปแบบ",
            "จะตัดสินใจหลังประชุมวันจันทร์ ให้โทรกลับช่วงบ่าย",
        ),
        "ru": (
            "Просит счёт на 200 штук, доставка на склад до 15-го.",
            "Интересуется новым каталогом, ссылку отправили во время разговора.",
            "Сравнивает с другим поставщиком, решение после совещания в понедельник.",
            "Заказ подтверждён, документы отправлять в бухгалтерию.",
        ),
    },
    "support": {
        "en": (
            "The parcel arrived with one box missing. Replacement is on its way.",
            "Could not sign in to the shop; password reset, works again.",
            "Asks when the repaired unit comes back. Promised an answer by tomorrow noon.",
            "The label on the carton was wrong, the content right. No action needed.",
        ),
        "th": (
            "สินค้าขาดไปหนึ่งกล่อง กำลังส่งชดเชยให้",
            "เข้าสู่ระบบร้านค้าไม่ได้ รีเซ็ตรหัสผ่านแล้ว ใช้งานได้ปกติ",
            "สอบถามว่าเครื่องซ่อมเสร็จเมื่อไร รับปากจะแจ้งก่อนเที่ยงพรุ่งนี้",
        ),
        "ru": (
            "В посылке не хватило одной коробки, замену отправили.",
            "Не мог войти в магазин: пароль сброшен, всё работает.",
            "Спрашивает, когда вернётся прибор из ремонта. Обещали ответить до завтрашнего полудня.",
        ),
    },
}
TASKS: Mapping[str, tuple[str, ...]] = {
    "sales": ("Send the offer", "Ask about the decision", "Check the free shipping with Nadia"),
    "support": ("Tell when the repair is done", "Check that the replacement arrived"),
}
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "sales": ("order", "order", "information", "call_back"),
    "support": ("resolved", "resolved", "information", "complaint"),
}
"""What comes of calls, as `crm_core.call_outcomes` names it."""
LEADS = (
    ("Olivia Bergström", "trade fair", QUEUE, "Took three samples, asked for prices in euro."),
    ("ศิริพร แสนสุข", "web form", QUEUE, "สนใจสินค้าสำหรับร้านใหม่ที่ขอนแก่น"),
    ("Виктор Соловьёв", "web form", QUEUE, "Просит прислать условия для оптовых заказов."),
    ("Thanakorn Meechai", "recommendation", SUPPORT_QUEUE, "Sent by Siam Foods: wants the same service contract."),
    ("Chloé Martin", "trade fair", QUEUE, ""),
)


@dataclass(slots=True)
class _Furnishing:
    """The company's database, while it is filled."""

    crm: Crm
    users: Mapping[str, User]
    of_company: list[Line]
    now: datetime

    @property
    def user_ids(self) -> Mapping[str, int]:
        return {account: user.id for account, user in self.users.items()}

    async def teams(self, session: AsyncSession) -> None:
        """A team for each line. Who leads them is in both."""
        supervisor = await find_user(session, OFFICE[0][0])
        assert supervisor is not None  # noqa: S101 - added with everybody
        for line in self.of_company:
            if await session.scalar(select(Team.id).where(Team.name == line.label)) is None:
                team = await add_team(session, name=line.label, now=self.now)
                await set_members(session, team.id, [supervisor.id, *(self.user_ids[each] for each in line.members)])

    async def contacts(self, session: AsyncSession, known: Iterable[Customer]) -> None:
        """Everybody's record, older than their first call here."""
        owners = list(self.user_ids.values())
        for index, customer in enumerate(known):
            if await self.crm.contacts.lookup_in(session, customer.number):
                continue
            chance = random.Random(index)
            numbers = [TypedNumber(customer.number, NumberKind.MOBILE)]
            if index % 4 == 0:
                numbers.append(TypedNumber(f"02 555 {1000 + index:04}", NumberKind.WORK))
            await self.crm.contacts.create(
                session,
                name=customer.name,
                company=customer.company,
                numbers=numbers,
                emails=[TypedEmail(f"customer{index + 1}@example.com", EmailKind.WORK)] if index % 3 else (),
                tags=chance.sample(TAGS, chance.choice((0, 1, 1, 2))),
                owner_id=chance.choice([*owners, None]),
                now=self.now - OLDEST_CONTACT * chance.uniform(0.1, 1.0),
            )

    async def after_call(self, session: AsyncSession, call: PastCall) -> None:
        """What the agent wrote down, and what they meant to do."""
        session.add_all(offers_of(call, self.user_ids))
        account = call.answered_by
        row = await session.get(CallRow, call.call_id)
        if account is None or row is None or call.customer is None:
            return
        chance = random.Random(call.call_id)
        kind = "sales" if call.line.queue == QUEUE else "support"
        user_id, at = self.user_ids[account], call.ended_at + timedelta(seconds=8)
        if chance.random() < NOTED:
            text = chance.choice(NOTES[kind][call.customer.language])
            await self.crm.notes.save(session, row, user_id, Kept(text, outcome=chance.choice(OUTCOMES[kind])), at)
        if chance.random() < FOLLOWED_UP:
            matches = await self.crm.contacts.lookup_in(session, call.number)
            await self.crm.tasks.create(
                session,
                title=f"{chance.choice(TASKS[kind])}: {call.customer.name}",
                due_at=at + timedelta(days=chance.choice((1, 2, 4))),
                assignee_id=user_id,
                creator_id=user_id,
                queue=call.line.queue,
                contact_id=matches[0].id if matches else None,
                now=at,
            )

    async def leads(self, session: AsyncSession) -> None:
        """Who may become a customer and did not call: each once, new or being worked on."""
        for index, (name, source, queue, notes) in enumerate(LEADS):
            if await session.scalar(select(Lead.id).where(Lead.name == name)) is None:
                await self.crm.leads.create(
                    session,
                    name=name,
                    number=stranger(1000 + index),
                    source=source,
                    queue=queue,
                    status=LeadStatus.WORKING if index % 2 else LeadStatus.NEW,
                    notes=notes,
                    now=self.now - timedelta(hours=7 * (index + 1)),
                )

    async def settle(self, session: AsyncSession) -> None:
        """Most of what has waited for a day was done meanwhile."""
        before = self.now - SETTLED_AFTER
        for task in (await session.scalars(select(Task).where(Task.created_at < before))).all():
            chance = random.Random(f"task {task.id}")
            if task.done_at is None and chance.random() < DONE_A_DAY_LATER:
                done_at = task.created_at + SETTLED_AFTER * chance.uniform(0.1, 1.0)
                await self.crm.tasks.change(session, task.id, task.version, {"done": True}, done_at)
        people = list(self.user_ids.values())
        for lead in (await session.scalars(select(Lead).where(Lead.created_at < before))).all():
            chance = random.Random(f"lead {lead.id}")
            if lead.status is LeadStatus.NEW:
                status = chance.choice((LeadStatus.WORKING, LeadStatus.WORKING, LeadStatus.WON, LeadStatus.LOST))
                changes = {"status": status, "assignee_id": chance.choice(people)}
                await self.crm.leads.change(session, lead.id, lead.version, changes, lead.created_at + SETTLED_AFTER)


async def furnish(settings: Settings, *, staff: int, callers: int, clock: Clock, days: int) -> int:
    """Put the company's people, contacts and history into the database; how many calls were added.

    `days` is how many before today have calls, as today then has; with 0 there are none at all.

    Before the service starts: what it counts of today, it counts then.
    """
    database = Database(settings.effective_database_url)
    try:
        await schema.upgrade(database)
        crm, facts = Crm(database, settings.default_region), FactBus()
        crm.subscribe(facts)
        now = clock.now()
        of_company = lines(staff, are_two=True)
        known = customers(callers)
        async with database.transaction() as session:
            await seed_outcomes(session)
            users = await add_people(session, staff, now)
            furnishing = _Furnishing(crm, users, of_company, now)
            await furnishing.teams(session)
            await furnishing.contacts(session, known)
        calls = [
            call
            for day in (await _days_without_calls(database, now, days) if days else ())
            for call in calls_of(day, of_company, known, furnishing.user_ids, until=now)
        ]
        await _write(Journal(database, facts, clock=clock), calls)
        async with database.transaction() as session:
            for call in calls:
                await furnishing.after_call(session, call)
            if calls:
                await furnishing.settle(session)
            await furnishing.leads(session)
        return len(calls)
    finally:
        await database.close()


async def _days_without_calls(database: Database, now: datetime, days: int) -> list[date]:
    today = now.astimezone().date()
    found = []
    async with database.reading() as session:
        for day in (today - timedelta(days=back) for back in range(days, -1, -1)):
            start, end = (datetime.combine(each, time()).astimezone(UTC) for each in (day, day + timedelta(days=1)))
            within = select(CallRow.call_id).where(CallRow.started_at >= start, CallRow.started_at < end).limit(1)
            if await session.scalar(within) is None:
                found.append(day)
    return found


async def _write(journal: Journal, calls: Iterable[PastCall]) -> None:
    writing = asyncio.create_task(journal.run(), name="history")
    try:
        journal.record(fact for call in calls for fact in facts_of(call))
        await journal.flush(WRITE_SECONDS)
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
