"""The stories of contacts and timelines that depend on the database, once more on PostgreSQL."""

import asyncio

import pytest

from crm_core.contacts import ContactDirectory
from crm_core.errors import StaleRecord
from crm_core.timeline import Timeline
from kernel.database import Database
from tests.crm_core import test_call_notes, test_contacts, test_missed_calls, test_timeline
from tests.crm_core.calls import NOW, Story

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    "story",
    [
        test_contacts.test_a_caller_is_found_however_the_number_was_typed,
        test_contacts.test_several_people_on_one_number_are_all_given,
        test_contacts.test_what_was_typed_is_kept_beside_the_number,
        test_contacts.test_a_search_takes_any_case_script_and_part,
        test_contacts.test_pages_give_everybody_once_in_order_of_name,
    ],
)
async def test_contacts_are_the_same(postgresql: Database, story) -> None:  # type: ignore[no-untyped-def]
    await story(postgresql, ContactDirectory(postgresql, "TH"))


@pytest.mark.parametrize(
    "story",
    [
        test_timeline.test_a_call_is_on_the_timeline_of_everybody_with_that_number,
        test_timeline.test_the_same_facts_twice_are_one_activity,
        test_timeline.test_what_is_rolled_back_is_on_no_timeline,
        test_timeline.test_pages_go_back_in_time_also_where_moments_are_equal,
    ],
)
async def test_timelines_are_the_same(postgresql: Database, story) -> None:  # type: ignore[no-untyped-def]
    directory = ContactDirectory(postgresql, "TH")
    await story(postgresql, directory, Timeline(directory))


MISSED = (
    test_missed_calls.test_a_missed_call_of_somebody_known_is_a_task_of_their_owner,
    test_missed_calls.test_a_missed_call_of_nobody_known_is_a_lead_of_the_queue,
    test_missed_calls.test_the_same_missed_call_told_twice_is_followed_up_once,
    test_missed_calls.test_a_call_whose_beginning_is_told_after_its_end_is_followed_up,
    test_missed_calls.test_a_second_missed_call_adds_to_the_open_lead_and_a_third_after_its_end_makes_another,
    test_missed_calls.test_a_second_missed_call_adds_to_the_open_task_and_a_third_after_it_is_done_makes_another,
    test_missed_calls.test_a_call_of_a_company_and_its_people_is_on_all_their_timelines,
    test_call_notes.test_what_is_written_while_talking_is_on_the_timeline_at_the_end,
    test_call_notes.test_of_several_people_the_chosen_one_gets_the_note,
    test_call_notes.test_whoever_is_added_during_or_after_the_call_gets_the_call_and_the_note,
)


@pytest.mark.parametrize("story", MISSED)
async def test_what_follows_calls_is_the_same(postgresql: Database, story) -> None:  # type: ignore[no-untyped-def]
    await story(Story(postgresql))


async def test_of_two_who_change_a_contact_at_once_one_is_told(postgresql: Database) -> None:
    directory = ContactDirectory(postgresql, "TH")
    async with postgresql.transaction() as session:
        contact_id = (await directory.create(session, name="Somchai", numbers=[], now=NOW)).id
    both_have_read = asyncio.Barrier(2)

    async def rename(name: str) -> None:
        async with postgresql.transaction() as session:
            seen = await directory.get(session, contact_id)
            assert seen is not None
            await both_have_read.wait()
            # What the session holds already (`seen`) must be read again, or its version is the old one.
            assert await directory.change(session, contact_id, 1, {"name": name}, NOW) is seen

    async with asyncio.timeout(20):
        told = await asyncio.gather(rename("Anong"), rename("Boris"), return_exceptions=True)
    [problem] = [each for each in told if each is not None]
    assert isinstance(problem, StaleRecord)
    async with postgresql.reading() as session:
        contact = await directory.get(session, contact_id)
        assert contact is not None
        assert (contact.version, contact.name in {"Anong", "Boris"}) == (2, True)
