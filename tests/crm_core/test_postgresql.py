"""The stories of contacts and timelines that depend on the database, once more on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from crm_core.contacts import ContactDirectory
from crm_core.timeline import Timeline
from kernel.database import Base, Database
from tests.crm_core import test_contacts, test_timeline

pytestmark = pytest.mark.postgresql


@pytest.fixture
async def postgresql(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


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
