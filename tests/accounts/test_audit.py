from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.audit import COMMAND_LINE, LEFT_OUT, Author, audit_page, note, without_secrets
from accounts.users import Role, add_user
from kernel.database import Database

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


async def test_a_change_is_written_with_what_differs(database: Database) -> None:
    async with database.transaction() as session:
        user = await add_user(session, login="root", name="Root", role=Role.ADMIN, now=NOW)
        before, after = {"name": "สุดา", "role": "agent"}, {"name": "สุดา ว.", "role": "agent"}
        note(session, Author(user.id), "change", "user", 7, now=NOW, before=before, after=after)
        note(session, Author(user.id), "change", "user", 8, now=NOW, before=before, after=before)
        note(session, COMMAND_LINE, "create", "team", 1, now=NOW, after={"name": "Sales", "at": NOW})
    async with database.reading() as session:
        made, changed = await audit_page(session)
    assert (changed.user_id, changed.action, changed.thing, changed.thing_id) == (user.id, "change", "user", "7")
    assert (changed.before, changed.after) == ({"name": "สุดา"}, {"name": "สุดา ว."})
    assert (made.user_id, made.via, made.before) == (None, "command line", None)
    assert changed.at == NOW


async def test_what_is_rolled_back_leaves_no_entry(database: Database) -> None:
    async def change_and_fail() -> None:
        async with database.transaction() as session:
            note(session, COMMAND_LINE, "create", "team", 1, now=NOW, after={})
            await session.flush()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await change_and_fail()
    async with database.reading() as session:
        assert await audit_page(session) == []


@pytest.mark.parametrize(
    "value",
    [
        {"password": "hunter2"},
        {"password_hash": "hunter2"},
        {"new": {"Secret": "hunter2"}},
        {"phones": [{"account": "1001", "secret": "hunter2"}]},
        {"api_token": ["hunter2"]},
    ],
)
def test_secrets_are_left_out_at_any_depth(value: dict[str, Any]) -> None:
    cleaned = str(without_secrets(value))
    assert "hunter2" not in cleaned
    assert LEFT_OUT in cleaned


async def test_pages_and_filters(database: Database) -> None:
    async with database.transaction() as session:
        anna = await add_user(session, login="anna", name="Anna", role=Role.ADMIN, now=NOW)
        for index in range(6):
            author = Author(anna.id) if index % 2 else COMMAND_LINE
            note(session, author, "create", "user" if index < 4 else "team", index, now=NOW + timedelta(seconds=index))
            await session.flush()
    async with database.reading() as session:
        first = await audit_page(session, limit=4)
        rest = await audit_page(session, limit=4, before_id=first[-1].id)
        assert [entry.thing_id for entry in (*first, *rest)] == ["5", "4", "3", "2", "1", "0"]
        assert [entry.thing_id for entry in await audit_page(session, user_id=anna.id)] == ["5", "3", "1"]
        assert [entry.thing_id for entry in await audit_page(session, thing="team")] == ["5", "4"]
        assert [entry.thing_id for entry in await audit_page(session, thing="user", thing_id="3")] == ["3"]
