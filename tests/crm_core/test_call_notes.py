from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from accounts.errors import BadInput
from accounts.users import Role, add_user
from crm_core.activities import Activity, Record, RecordKind
from crm_core.call_notes import CallNote, Kept
from crm_core.call_outcomes import outcomes, seed_outcomes
from crm_core.details import TEXT_LIMIT
from kernel.database import Database
from pbx.journal_tables import CallRow
from tests.crm_core.calls import NOW, SOMCHAI, Story, call


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


async def anna(story: Story) -> int:
    async with story.database.transaction() as session:
        return (await add_user(session, login="anna", name="Anna", role=Role.AGENT, now=NOW)).id


async def write(
    story: Story, user_id: int, text: str, contact_id: int | None = None, call_id: str = "main-1.1"
) -> None:
    async with story.database.transaction() as session:
        row = await session.get_one(CallRow, call_id)
        await story.crm.notes.save(session, row, user_id, Kept(text, contact_id), NOW)


async def notes(story: Story, contact_id: int, kind: RecordKind = RecordKind.CONTACT) -> Sequence[str | None]:
    async with story.database.reading() as session:
        page = await story.crm.timeline.page(session, Record(kind, contact_id))
        return [activity.text for activity in page.activities if activity.kind == "note"]


async def test_what_is_written_while_talking_is_on_the_timeline_at_the_end(story: Story) -> None:
    user, contact = await anna(story), await story.contact("Somchai", SOMCHAI, company="Siam Foods")
    *talking, ended = call(answered_by="1001")
    await story.tell(*talking)
    await write(story, user, "Wants")
    await write(story, user, "Wants <b>20</b> boxes\r\nby Friday ")
    assert await notes(story, contact) == []

    await story.tell(ended)
    assert await notes(story, contact) == ["Wants <b>20</b> boxes\nby Friday"]
    assert await notes(story, 1, RecordKind.COMPANY) == ["Wants <b>20</b> boxes\nby Friday"]


async def test_what_is_changed_during_wrap_up_is_changed_on_the_timeline(story: Story) -> None:
    user, contact = await anna(story), await story.contact("Somchai", SOMCHAI)
    await story.tell(*call(answered_by="1001"))
    await write(story, user, "สั่งกาแฟ")
    await write(story, user, "สั่งกาแฟ 20 กล่อง")
    assert await notes(story, contact) == ["สั่งกาแฟ 20 กล่อง"]
    await write(story, user, "  ")
    assert await notes(story, contact) == []


async def test_of_several_people_the_chosen_one_gets_the_note(story: Story) -> None:
    user = await anna(story)
    anong, wichai = await story.contact("Anong", SOMCHAI), await story.contact("Wichai", SOMCHAI)
    *talking, ended = call(answered_by="1001")
    await story.tell(*talking)
    await write(story, user, "For both")
    await story.tell(ended)
    assert (await notes(story, anong), await notes(story, wichai)) == (["For both"], ["For both"])
    await write(story, user, "For one", wichai)
    assert (await notes(story, anong), await notes(story, wichai)) == ([], ["For one"])


async def test_whoever_is_added_during_or_after_the_call_gets_the_call_and_the_note(story: Story) -> None:
    user = await anna(story)
    old = call("0.1", at=NOW - timedelta(days=2), answered_by="1001")
    await story.tell(*old)
    await story.tell(*call("1.1", at=NOW - timedelta(hours=3), answered_by="1001"))
    *talking, ended = call("2.1", answered_by="1001")
    await story.tell(*talking)
    await write(story, user, "Is new here", call_id="main-2.1")
    contact = await story.contact("Somchai", "02 123 4567", company="Siam Foods")
    async with story.database.transaction() as session:
        assert await story.crm.notes.adopt_calls(session, Record(RecordKind.CONTACT, contact), NOW) == 2
    await story.tell(ended)

    async with story.database.reading() as session:
        activities = (await story.crm.timeline.page(session, contact)).activities
        company = (await story.crm.timeline.page(session, Record(RecordKind.COMPANY, 1))).activities

    def told(rows: Sequence[Activity]) -> list[tuple[str, str | None]]:
        return sorted((row.kind, row.call_id or row.data["call_id"]) for row in rows)

    assert told(activities) == [("call", "main-1.1"), ("call", "main-2.1"), ("note", "main-2.1")]
    assert told(company) == told(activities)
    by_call = {row.call_id: row for row in activities if row.kind == "call"}
    assert by_call["main-1.1"].data["outcome"] == by_call["main-2.1"].data["outcome"] == "answered"
    assert by_call["main-2.1"].ended_at == NOW + timedelta(seconds=30)


async def test_a_note_of_a_call_that_is_over_is_adopted_with_it(story: Story) -> None:
    user = await anna(story)
    await story.tell(*call(answered_by="1001"))
    await write(story, user, "Call her tomorrow")
    contact = await story.contact("Somchai", SOMCHAI)
    async with story.database.transaction() as session:
        await story.crm.notes.adopt_calls(session, Record(RecordKind.CONTACT, contact), NOW)
        await story.crm.notes.adopt_calls(session, Record(RecordKind.CONTACT, contact), NOW)
    assert await notes(story, contact) == ["Call her tomorrow"]


@pytest.mark.parametrize(("text", "contact"), [("x" * (TEXT_LIMIT + 1), None), ("a\x00b", None), ("x", 99)])
async def test_what_cannot_be_kept_is_refused(story: Story, text: str, contact: int | None) -> None:
    user = await anna(story)
    await story.tell(*call(answered_by="1001"))
    with pytest.raises(BadInput, match="contact_id" if contact else "text"):
        await write(story, user, text, contact)


async def keep(story: Story, user_id: int, kept: Kept) -> CallNote:
    async with story.database.transaction() as session:
        row = await session.get_one(CallRow, "main-1.1")
        return await story.crm.notes.save(session, row, user_id, kept, NOW)


async def follow_ups(story: Story) -> list[tuple[str, datetime | None, int | None, int | None]]:
    async with story.database.reading() as session:
        page = await story.crm.tasks.page(session, done=False)
        return [(task.title, task.due_at, task.contact_id, task.company_id) for task in page.tasks]


async def test_the_outcome_is_on_the_timeline_also_without_a_word(story: Story) -> None:
    user, contact = await anna(story), await story.contact("Somchai", SOMCHAI)
    async with story.database.transaction() as session:
        await seed_outcomes(session)
        await seed_outcomes(session)
        assert [each.key for each in await outcomes(session)][:2] == ["resolved", "order"]
    await story.tell(*call(answered_by="1001"))
    await keep(story, user, Kept("", contact, outcome="order"))
    async with story.database.reading() as session:
        page = await story.crm.timeline.page(session, Record(RecordKind.CONTACT, contact))
        [note] = [activity for activity in page.activities if activity.kind == "note"]
    assert (note.text, note.data) == ("", {"call_id": "main-1.1", "outcome": "order"})
    with pytest.raises(BadInput, match="outcome"):
        await keep(story, user, Kept("", contact, outcome="party"))


async def test_a_follow_up_is_one_task_that_follows_the_note(story: Story) -> None:
    user, contact = await anna(story), await story.contact("Somchai", SOMCHAI)
    due = NOW + timedelta(days=3)
    await story.tell(*call(answered_by="1001"))
    await keep(story, user, Kept("", contact, follow_up_at=due))
    await keep(story, user, Kept("Send the price list\nby mail", contact, follow_up_at=due + timedelta(days=1)))
    assert await follow_ups(story) == [("Follow up: Send the price list", due + timedelta(days=1), contact, None)]
    await keep(story, user, Kept("Send the price list", contact))
    assert await follow_ups(story) == []
    async with story.database.reading() as session:
        page = await story.crm.timeline.page(session, Record(RecordKind.CONTACT, contact))
        assert [activity.kind for activity in page.activities if activity.kind == "task"] == []


async def test_a_follow_up_that_was_done_stays(story: Story) -> None:
    user, contact = await anna(story), await story.contact("Somchai", SOMCHAI)
    await story.tell(*call(answered_by="1001"))
    note = await keep(story, user, Kept("", follow_up_at=NOW + timedelta(days=1)))
    [(_, _, about, _)] = await follow_ups(story)
    assert about == contact  # the only one with the number
    async with story.database.transaction() as session:
        assert note.follow_up_task_id is not None
        await story.crm.tasks.change(session, note.follow_up_task_id, 1, {"done": True}, NOW)
    await keep(story, user, Kept(""))
    async with story.database.reading() as session:
        assert len((await story.crm.tasks.page(session, done=True)).tasks) == 1
