"""A call through the router and the facts of another, on PostgreSQL."""

import pytest

from kernel.database import Database
from tests.queue_router import test_calls_of_agents, test_entry
from tests.queue_router.house import House

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database(postgresql: Database) -> Database:
    """In place of the SQLite that the fixture `house` would get."""
    return postgresql


@pytest.mark.parametrize(
    "story",
    [
        test_entry.test_no_answer_goes_to_the_next_and_the_first_is_not_ready,
        test_calls_of_agents.test_a_call_out_of_asterisks_own_queue_is_on_the_desk_too,
        test_calls_of_agents.test_facts_heard_twice_change_nothing,
        test_calls_of_agents.test_a_phone_that_asterisks_queue_rings_again_is_shown_again,
    ],
)
async def test_the_router_is_the_same(house: House, story) -> None:  # type: ignore[no-untyped-def]
    await story(house)
