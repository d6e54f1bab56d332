"""The stories of accounts that depend on the database, once more on PostgreSQL."""

import pytest

from kernel.database import Database
from tests.accounts import test_audit, test_sign_in, test_start, test_teams, test_tokens

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    "story",
    [
        test_audit.test_a_change_is_written_with_what_differs,
        test_audit.test_pages_and_filters,
        test_sign_in.test_a_session_stands_for_its_user_until_it_ends,
        test_sign_in.test_a_session_is_good_until_nobody_used_it_for_too_long,
        test_sign_in.test_a_changed_password_ends_the_other_sessions,
        test_start.test_the_first_start_makes_an_admin_and_tells_the_password_once,
        test_teams.test_a_right_that_was_taken_away_stays_away_and_one_that_is_missing_comes,
        test_teams.test_somebody_is_left_to_set_things_up,
        test_tokens.test_a_token_stands_for_its_user,
    ],
)
async def test_accounts_are_the_same(postgresql: Database, story) -> None:  # type: ignore[no-untyped-def]
    await story(postgresql)
