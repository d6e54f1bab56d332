"""The demo's past: made as calls are made, so that lists, timelines and figures agree, and made once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from accounts.passwords import Passwords
from accounts.users import Role, User, add_user, find_user
from crm_core.activities import Activity, ActivityKind
from crm_core.contact_tables import Contact
from crm_core.leads import Lead
from dialplan.config import Ports
from kernel.clock import VirtualClock
from kernel.database import Database
from pbx.facts import CallEnded, CallStarted, Outcome
from pbx.journal_tables import CallFactRow, CallRow
from queue_router.offers import CallOffer, OfferOutcome
from ringdesk.demo.company import PASSWORD, SALES_NUMBER, SUPPORT_NUMBER, customers, lines, settings
from ringdesk.demo.history import furnish
from ringdesk.demo.past_days import CLOSES, PastCall, calls_of, facts_of

STAFF, CALLERS, DAYS = 3, 12, 1
USER_IDS = {"1001": 1, "1002": 2, "1003": 3}
MONDAY = date(2026, 11, 23)


def calls(until: datetime | None = None) -> list[PastCall]:
    return calls_of(MONDAY, lines(STAFF, are_two=True), customers(CALLERS), USER_IDS, until=until)


def test_a_day_is_the_same_however_often_it_is_made() -> None:
    assert calls() == calls()
    assert len(calls()) >= 20
    assert {call.line.number for call in calls()} == {SALES_NUMBER, SUPPORT_NUMBER}


def test_nobody_talks_twice_at_once() -> None:
    free_from: dict[str, datetime] = {}
    for call in calls():
        account = call.answered_by
        if account is not None:
            assert call.called_by is not None or account in call.line.members
            begins = call.started_at if call.called_by else call.offers[-1].at
            assert free_from.get(account, begins) <= begins
            free_from[account] = call.ended_at


def test_a_day_that_goes_on_has_calls_up_to_now() -> None:
    noon = datetime.combine(MONDAY, CLOSES).astimezone(UTC) - timedelta(hours=5)
    so_far = calls(until=noon)
    assert 0 < len(so_far) < len(calls())
    assert all(call.ended_at <= noon for call in so_far)


def test_a_call_is_told_from_its_beginning_to_its_end() -> None:
    for call in calls():
        facts = facts_of(call)
        assert isinstance(facts[0], CallStarted)
        assert isinstance(facts[-1], CallEnded)
        assert (facts[-1].outcome is Outcome.ANSWERED) == (call.answered_by is not None)
        assert len({fact.key for fact in facts}) == len(facts)
        assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)


@pytest.mark.slow
async def test_the_history_is_written_once_and_agrees(tmp_path: Path) -> None:
    of_company = settings(tmp_path, STAFF, Ports().model_dump(), 0, two_queues=True)
    clock = VirtualClock(datetime.combine(MONDAY, CLOSES).astimezone(UTC))
    added = await furnish(of_company, staff=STAFF, callers=CALLERS, clock=clock, days=DAYS)
    assert added >= 20
    assert await furnish(of_company, staff=STAFF, callers=CALLERS, clock=clock, days=DAYS) == 0
    database = Database(of_company.effective_database_url)
    try:
        async with database.reading() as session:
            rows = list(await session.scalars(select(CallRow)))
            assert len(rows) == added
            assert all(row.ended_at is not None for row in rows)
            assert {row.queue for row in rows} >= {"sales", "support"}
            assert await session.scalar(select(func.count()).where(CallFactRow.problem.is_not(None))) == 0
            people = list(await session.scalars(select(Contact)))
            assert len(people) == CALLERS
            # What was answered out of a queue was offered, and to whom it was offered has answered.
            answered = {row.call_id: row.answered_by for row in rows if row.queue and row.answered_by}
            offers = await session.scalars(select(CallOffer).where(CallOffer.outcome == OfferOutcome.ANSWERED))
            assert {offer.call_id: [offer.account] for offer in offers} == answered
            kinds = set(await session.scalars(select(Activity.kind).distinct()))
            assert kinds >= {ActivityKind.CALL, ActivityKind.NOTE}
            assert await session.scalar(select(func.count()).select_from(Lead)) >= 5
            on_timelines = set(
                await session.scalars(select(Activity.call_id).where(Activity.kind == ActivityKind.CALL))
            )
            assert on_timelines <= {row.call_id for row in rows}
            roles = set(await session.scalars(select(User.role)))
            assert roles == {Role.AGENT, Role.SUPERVISOR, Role.MANAGER}
    finally:
        await database.close()


@pytest.mark.slow
async def test_what_a_visitor_made_of_the_people_is_put_right(tmp_path: Path) -> None:
    of_company = settings(tmp_path, STAFF, Ports().model_dump(), 0, two_queues=True)
    clock = VirtualClock()

    async def furnished() -> None:
        assert await furnish(of_company, staff=STAFF, callers=1, clock=clock, days=0) == 0

    await furnished()
    database = Database(of_company.effective_database_url)
    try:
        async with database.transaction() as session:
            for login in ("agent1", "manager"):
                user = await find_user(session, login)
                assert user is not None
                user.active, user.password_hash = False, "another"
            guest = await add_user(session, login="guest", name="A Guest", role=Role.AGENT, now=clock.now())
            guest.password_hash = "theirs"
        await furnished()
        async with database.reading() as session:
            users = {user.login: user for user in await session.scalars(select(User))}
            for login in ("agent1", "manager"):
                assert users[login].active
                assert (await Passwords().verdict(users[login].password_hash, PASSWORD)).is_right
            assert users["guest"].password_hash == "theirs"
            assert await session.scalar(select(func.count()).select_from(CallRow)) == 0
    finally:
        await database.close()
