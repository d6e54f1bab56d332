from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from accounts.users import Role, User, add_user
from crm_core.activities import Activity, Record, RecordKind
from crm_core.leads import Lead, LeadStatus
from crm_core.lookup import CompanyMatch, ContactMatch, NumberMatches
from crm_core.missed_calls import call_backs, end_of_day
from crm_core.tasks import Task
from kernel.database import Database
from pbx.facts import INFERRED_END, CallEnded, CallFact, CallRouted, Direction, Outcome, PartyAnswered
from tests.crm_core.calls import NOW, SOMCHAI, Story, call


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


async def owner(story: Story, login: str = "anna") -> int:
    async with story.database.transaction() as session:
        return (await add_user(session, login=login, name=login.title(), role=Role.AGENT, now=NOW)).id


async def tasks(story: Story) -> list[Task]:
    async with story.database.reading() as session:
        return list(await session.scalars(select(Task).order_by(Task.id)))


async def leads(story: Story) -> list[Lead]:
    async with story.database.reading() as session:
        return list(await session.scalars(select(Lead).order_by(Lead.id)))


async def timeline(story: Story, kind: RecordKind, id: int) -> Sequence[Activity]:
    async with story.database.reading() as session:
        return (await story.crm.timeline.page(session, Record(kind, id))).activities


async def test_a_missed_call_of_somebody_known_is_a_task_of_their_owner(story: Story) -> None:
    anna = await owner(story)
    contact = await story.contact("Somchai", SOMCHAI, owner_id=anna)
    await story.tell(*call())

    [task] = await tasks(story)
    assert (task.title, task.assignee_id, task.queue, task.number) == ("Call back Somchai", anna, "sales", SOMCHAI)
    assert (task.contact_id, task.company_id, task.lead_id, task.missed_calls) == (contact, None, None, 1)
    assert task.due_at == datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)
    assert await leads(story) == []
    kinds = {activity.kind: activity for activity in await timeline(story, RecordKind.CONTACT, contact)}
    assert set(kinds) == {"call", "task"}
    assert kinds["task"].data["task_id"] == task.id
    assert kinds["call"].data["outcome"] == "cancelled"


@pytest.mark.parametrize("known_at_last", [False, True])
async def test_who_only_called_to_hear_an_announcement_is_not_called_back(story: Story, known_at_last: bool) -> None:
    routed = CallRouted(
        node="main",
        call_id="main-1.1",
        key="routed",
        at=NOW,
        dialed="029990000",
        basis="number",
        rule="029990000",
        destination={"kind": "announcement", "sound": "hello"},
    )
    facts = call(queue=None)
    await story.tell(*([*facts, routed] if known_at_last else [facts[0], routed, *facts[1:]]))
    assert (await tasks(story), await leads(story)) == ([], [])

    await story.tell(*call("1.2"))
    assert len(await leads(story)) == 1


async def test_a_missed_call_of_nobody_known_is_a_lead_of_the_queue(story: Story) -> None:
    await story.tell(*call(name="Кофи <b>"))
    [lead] = await leads(story)
    assert (lead.name, lead.number, lead.e164) == ("Кофи <b>", SOMCHAI, SOMCHAI)
    assert (lead.source, lead.queue, lead.status, lead.missed_calls) == ("missed_call", "sales", LeadStatus.NEW, 1)
    assert lead.assignee_id is None
    assert lead.last_call_at == NOW
    assert await tasks(story) == []
    [activity] = await timeline(story, RecordKind.LEAD, lead.id)
    assert (activity.kind, activity.call_id, activity.data["outcome"]) == ("call", "main-1.1", "cancelled")


async def test_the_same_missed_call_told_twice_is_followed_up_once(story: Story) -> None:
    await story.tell(*call())
    # A journal that forgot what it wrote tells everything again, in another order.
    async with story.database.transaction() as session:
        for fact in reversed(call()):
            await story.journal._bus.publish(session, fact)
    [lead] = await leads(story)
    assert lead.missed_calls == 1
    assert len(await timeline(story, RecordKind.LEAD, lead.id)) == 1


async def test_a_call_whose_beginning_is_told_after_its_end_is_followed_up(story: Story) -> None:
    contact = await story.contact("Somchai", SOMCHAI)
    started, *rest = call()
    await story.tell(*rest)
    assert await tasks(story) == []
    await story.tell(started)
    [task] = await tasks(story)
    assert task.contact_id == contact
    activity = (await timeline(story, RecordKind.CONTACT, contact))[-1]
    assert (activity.ended_at, activity.data["outcome"]) == (NOW + timedelta(seconds=30), "cancelled")


async def test_a_second_missed_call_adds_to_the_open_lead_and_a_third_after_its_end_makes_another(
    story: Story,
) -> None:
    await story.tell(*call("1.1"))
    await story.tell(*call("2.1", at=NOW + timedelta(hours=1), queue="support"))
    [lead] = await leads(story)
    assert (lead.missed_calls, lead.queue, lead.last_call_at) == (2, "sales", NOW + timedelta(hours=1))
    assert [each.call_id for each in await timeline(story, RecordKind.LEAD, lead.id)] == ["main-2.1", "main-1.1"]

    async with story.database.transaction() as session:
        await story.crm.leads.change(session, lead.id, lead.version, {"status": LeadStatus.LOST}, NOW)
    await story.tell(*call("3.1", at=NOW + timedelta(hours=2)))
    assert [(each.status, each.missed_calls) for each in await leads(story)] == [("lost", 2), ("new", 1)]


async def test_a_second_missed_call_adds_to_the_open_task_and_a_third_after_it_is_done_makes_another(
    story: Story,
) -> None:
    anna = await owner(story)
    await story.contact("Somchai", SOMCHAI, owner_id=anna)
    await story.tell(*call("1.1"))
    await story.tell(*call("2.1", at=NOW + timedelta(days=1)))
    [task] = await tasks(story)
    assert (task.missed_calls, task.due_at) == (2, datetime(2026, 11, 3, 23, 59, 59, tzinfo=UTC))

    async with story.database.transaction() as session:
        await story.crm.tasks.change(session, task.id, task.version, {"done": True}, NOW)
    await story.tell(*call("3.1", at=NOW + timedelta(days=2)))
    assert [(each.done_at is not None, each.missed_calls) for each in await tasks(story)] == [(True, 2), (False, 1)]


@pytest.mark.parametrize(
    "facts",
    [
        call(answered_by="1001"),
        call(direction=Direction.OUTBOUND),
        call(direction=Direction.INTERNAL),
        call(merged_into="main-9.1"),
        call(caller="anonymous"),
        call(caller=None),
        call(caller="1001"),
        call(caller="sip:nobody@example"),
    ],
    ids=["answered", "outbound", "internal", "merged", "withheld", "no number", "extension", "no phone number"],
)
async def test_what_nobody_missed_or_nobody_can_call_back_is_no_lead_and_no_task(
    story: Story, facts: list[object]
) -> None:
    await story.tell(*facts)  # type: ignore[arg-type]
    assert await leads(story) == []
    assert await tasks(story) == []


async def test_a_call_of_a_number_with_an_open_lead_is_on_the_leads_timeline(story: Story) -> None:
    await story.tell(*call("1.1"))
    await story.tell(*call("2.1", at=NOW + timedelta(hours=1), answered_by="1001"))
    [lead] = await leads(story)
    assert lead.missed_calls == 1
    assert [each.data["outcome"] for each in await timeline(story, RecordKind.LEAD, lead.id)] == [
        "answered",
        "cancelled",
    ]


async def test_a_missed_call_of_an_owner_who_left_is_the_teams(story: Story) -> None:
    anna = await owner(story)
    await story.contact("Somchai", SOMCHAI, owner_id=anna)
    async with story.database.transaction() as session:
        (await session.get_one(User, anna)).active = False
    await story.tell(*call())
    [task] = await tasks(story)
    assert (task.assignee_id, task.queue) == (None, "sales")


async def test_a_call_of_a_company_and_its_people_is_on_all_their_timelines(story: Story) -> None:
    anong = await story.contact("Anong", SOMCHAI, company="Siam Foods")
    async with story.database.transaction() as session:
        other = await story.crm.companies.create(session, name="Switchboard Ltd", numbers=["02 123 4567"], now=NOW)
        siam = await story.crm.companies.of_name(session, "siam foods", NOW)
    await story.tell(*call(answered_by="1001"))
    for kind, id in ((RecordKind.CONTACT, anong), (RecordKind.COMPANY, other.id), (RecordKind.COMPANY, siam.id)):
        [activity] = await timeline(story, kind, id)
        assert (activity.call_id, activity.data["answered_by"], activity.data["outcome"]) == (
            "main-1.1",
            ["1001"],
            "answered",
        )


def answered_late(of: str = "1.1") -> PartyAnswered:
    """Somebody talked, as Asterisk's files tell afterwards."""
    common = {"node": "main", "call_id": f"main-{of}", "key": "answered:late", "channel": f"{of}2"}
    return PartyAnswered(**common, at=NOW + timedelta(seconds=5), party="1001", backfilled=True)


def with_concluded_end(facts: list[CallFact]) -> list[CallFact]:
    return [replace(fact, key=INFERRED_END, inferred=True) if isinstance(fact, CallEnded) else fact for fact in facts]


async def test_a_call_that_was_answered_after_all_asks_for_nothing(story: Story) -> None:
    anna = await owner(story)
    contact = await story.contact("Somchai", SOMCHAI, owner_id=anna)
    await story.tell(*with_concluded_end(call()))
    assert [task.missed_calls for task in await tasks(story)] == [1]
    for _ in range(2):
        await story.tell(answered_late())
        assert await tasks(story) == []
        [activity] = await timeline(story, RecordKind.CONTACT, contact)
        assert (activity.kind, activity.data["outcome"], activity.data["answered_by"]) == ("call", "answered", ["1001"])


async def test_of_several_missed_calls_only_the_one_that_was_answered_is_withdrawn(story: Story) -> None:
    anna = await owner(story)
    await story.contact("Somchai", SOMCHAI, owner_id=anna)
    await story.tell(*with_concluded_end(call()))
    await story.tell(*call("1.2", at=NOW + timedelta(minutes=5)))
    await story.tell(answered_late())
    [task] = await tasks(story)
    assert (task.missed_calls, task.done_at) == (1, None)
    assert task.open_key is not None


async def test_a_task_with_notes_of_a_person_is_done_and_not_taken_away(story: Story) -> None:
    anna = await owner(story)
    await story.contact("Somchai", SOMCHAI, owner_id=anna)
    await story.tell(*with_concluded_end(call()))
    [task] = await tasks(story)
    async with story.database.transaction() as session:
        await story.crm.tasks.change(session, task.id, task.version, {"notes": "asks for a price"}, NOW)
    await story.tell(answered_late())
    [task] = await tasks(story)
    assert task.done_at is not None
    assert (task.missed_calls, task.open_key) == (0, None)


@pytest.mark.parametrize("worked_on", [False, True])
async def test_a_lead_of_a_call_that_was_answered_after_all_goes_unless_somebody_works_on_it(
    story: Story, worked_on: bool
) -> None:
    await story.tell(*with_concluded_end(call()))
    [lead] = await leads(story)
    if worked_on:
        async with story.database.transaction() as session:
            await story.crm.leads.change(session, lead.id, lead.version, {"status": LeadStatus.WORKING}, NOW)
    await story.tell(answered_late())
    assert [(each.status, each.missed_calls) for each in await leads(story)] == (
        [(LeadStatus.WORKING, 0)] if worked_on else []
    )


async def test_a_concluded_end_does_not_stand_over_one_that_was_seen(story: Story) -> None:
    contact = await story.contact("Somchai", SOMCHAI)
    facts = call(answered_by="1001")
    await story.tell(*facts)
    seen = facts[-1]
    assert isinstance(seen, CallEnded)
    concluded = replace(
        seen, key=INFERRED_END, inferred=True, at=seen.at + timedelta(minutes=1), outcome=Outcome.FAILED
    )
    await story.tell(concluded)
    [activity] = await timeline(story, RecordKind.CONTACT, contact)
    assert (activity.ended_at, activity.data["outcome"]) == (seen.at, "answered")

    # The other way round the true one stands over it.
    others = call("1.2", at=NOW + timedelta(hours=1))
    await story.tell(*with_concluded_end(others))
    true = replace(others[-1], at=others[-1].at - timedelta(seconds=3))
    await story.tell(true)
    ends = [each.ended_at for each in await timeline(story, RecordKind.CONTACT, contact) if each.kind == "call"]
    assert ends == [true.at, seen.at]


def _matches(*owners: int | None) -> NumberMatches:
    return NumberMatches(
        SOMCHAI,
        [ContactMatch(id + 1, f"Person {id + 1}", None, SOMCHAI, None, owner) for id, owner in enumerate(owners)],
        [CompanyMatch(9, "Company", SOMCHAI, 5)],
    )


def test_every_owner_calls_back_once() -> None:
    wanted = call_backs(_matches(1, 2, 1, None), frozenset({1, 2, 5}))
    assert [(each.owner_id, each.record.id, each.names) for each in wanted] == [
        (1, 1, ("Person 1", "Person 3")),
        (2, 2, ("Person 2",)),
    ]


def test_where_nobody_owns_any_the_team_calls_back_once() -> None:
    [wanted] = call_backs(_matches(None, 7), frozenset())
    assert (wanted.owner_id, wanted.record, wanted.names) == (
        None,
        Record(RecordKind.CONTACT, 1),
        ("Person 1", "Person 2"),
    )


def test_where_only_a_company_is_known_its_owner_calls_back() -> None:
    [wanted] = call_backs(_matches(), frozenset({5}))
    assert (wanted.owner_id, wanted.record) == (5, Record(RecordKind.COMPANY, 9))
    assert call_backs(NumberMatches(SOMCHAI, [], []), frozenset({5})) == []


def test_a_day_ends_where_the_people_are() -> None:
    bangkok = timezone(timedelta(hours=7))
    assert end_of_day(datetime(2026, 11, 2, 16, 59, tzinfo=UTC), bangkok) == datetime(
        2026, 11, 2, 16, 59, 59, tzinfo=UTC
    )
    assert end_of_day(datetime(2026, 11, 2, 17, 0, tzinfo=UTC), bangkok) == datetime(
        2026, 11, 3, 16, 59, 59, tzinfo=UTC
    )
