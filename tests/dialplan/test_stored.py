"""The stored settings: taken over once, changed in ways that hold together, told as sentences."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from accounts.audit import COMMAND_LINE, AuditEntry
from accounts.errors import BadInput
from dialplan.config import Outbound, PbxConfig, Phone, Queue, Trunk
from dialplan.publish_changes import changes, without_secrets
from dialplan.stored import StoredPbx, by_key, page
from dialplan.stored_tables import NumberRow, PhoneRow, QueueRow, TrunkRow
from kernel.database import Database
from ringdesk.schema import METADATA

SECRET = "a-good-secret"
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def file_config() -> PbxConfig:
    return PbxConfig(
        ami_secret=SECRET,
        phones=[Phone(account="1001", secret=SECRET, name="Ann"), Phone(account="1002", secret=SECRET)],
        trunks=[Trunk(name="out", match=["192.0.2.1"], host="sip.example.net", username="me", secret="trunk;secret")],
        queues=[Queue(name="help", members=[]), Queue(name="sales", members=["1002", "1001"], ring_seconds=15)],
        numbers={"+4930123": "sales", "600": "help"},
        early_media=frozenset({"+4930123"}),
        default_queue="help",
        outbound=Outbound(trunk="out", prefixes=["+49"]),
    )


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield database
    await database.close()


@pytest.fixture
async def stored(database: Database) -> StoredPbx:
    stored = StoredPbx(file_config())
    async with database.transaction() as session:
        assert await stored.take_over(session, NOW)
    return stored


async def test_what_was_taken_over_is_what_the_file_says(database: Database, stored: StoredPbx) -> None:
    async with database.reading() as session:
        assert without_secrets(await stored.config(session)) == without_secrets(file_config())
        assert (await stored.config(session)).phones[0].secret == SECRET


async def test_the_file_is_taken_over_once_and_the_database_rules_afterwards(
    database: Database, stored: StoredPbx
) -> None:
    changed_file = file_config().model_copy(update={"phones": [Phone(account="1001", secret=SECRET, name="Other")]})
    later = StoredPbx(changed_file)
    async with database.transaction() as session:
        assert not await later.take_over(session, NOW)
        assert [phone.name for phone in (await later.config(session)).phones] == ["Ann", ""]
        assert await later.take_over(session, NOW, again=True)
        assert [phone.name for phone in (await later.config(session)).phones] == ["Other", ""]
        # Who was made a member of a queue since then, stays one.
        queue = (await stored.config(session)).queues[1]
        row = await by_key(session, QueueRow, queue.name)
        assert row is not None
        await stored.add(session, PhoneRow, {"account": "1099"}, COMMAND_LINE, NOW)
        await stored.set_members(session, row, [*queue.members, "1099"])
        await later.take_over(session, NOW, again=True)
        assert list((await later.config(session)).queues[1].members) == [*queue.members, "1099"]


async def test_without_anything_stored_the_file_rules(database: Database) -> None:
    async with database.reading() as session:
        assert await StoredPbx(file_config()).config(session) == file_config()


async def refused(database: Database, stored: StoredPbx, kind: Any, **values: Any) -> tuple[str, str]:
    """Field and reason of what can't be added."""
    with pytest.raises(BadInput) as error:
        async with database.transaction() as session:
            await stored.add(session, kind, values, COMMAND_LINE, NOW)
    return error.value.field, error.value.reason


async def test_what_does_not_fit_is_refused_by_field(database: Database, stored: StoredPbx) -> None:
    assert await refused(database, stored, PhoneRow, account="1001") == ("account", "'1001' is there already")
    assert (await refused(database, stored, PhoneRow, account="10 01"))[0] == "account"
    assert (await refused(database, stored, PhoneRow, account="1003", name="a\nb"))[0] == "name"
    assert (await refused(database, stored, PhoneRow, account="600"))[0] == "account"
    assert (await refused(database, stored, QueueRow, name="q", members=["1001", "9"]))[0] == "members[1]"
    assert (await refused(database, stored, QueueRow, name="q", members=["1001", "1001"]))[0] == "members[1]"
    assert (await refused(database, stored, QueueRow, name="q", ring_seconds=0))[0] == "ring_seconds"
    assert (await refused(database, stored, QueueRow, name="q", music="nosuch"))[0] == "name"
    assert (await refused(database, stored, QueueRow, name="general"))[0] == "name"
    assert (await refused(database, stored, NumberRow, number="12x", destination={"kind": "queue", "queue": "sales"}))[
        0
    ] == "number"
    assert (await refused(database, stored, NumberRow, number="12", destination={"kind": "queue", "queue": "no"}))[
        0
    ] == ("destination.queue")
    assert (await refused(database, stored, NumberRow, number="1001", destination={"kind": "queue", "queue": "sales"}))[
        0
    ] == "number"
    assert (await refused(database, stored, TrunkRow, name="1001", host="h.example"))[0] == "name"
    assert (await refused(database, stored, TrunkRow, name="tr"))[1].startswith("set match")
    async with database.reading() as session:
        assert without_secrets(await stored.config(session)) == without_secrets(file_config())


async def test_what_something_leads_to_is_not_removed(database: Database, stored: StoredPbx) -> None:
    for kind, key, reason in ((QueueRow, "sales", "+4930123"), (TrunkRow, "out", "outbound")):
        async with database.reading() as session:
            row = await by_key(session, kind, key)
            assert row is not None
            with pytest.raises(BadInput, match=reason.replace("+", "[+]")):
                await stored.remove(session, row, COMMAND_LINE, NOW)


async def test_a_phone_that_is_removed_leaves_its_queues(database: Database, stored: StoredPbx) -> None:
    async with database.transaction() as session:
        phone = await by_key(session, PhoneRow, "1002")
        assert phone is not None
        await stored.remove(session, phone, COMMAND_LINE, NOW)
    async with database.reading() as session:
        config = await stored.config(session)
    assert [queue.members for queue in config.queues] == [[], ["1001"]]
    said = [change.text for change in changes(without_secrets(file_config()), without_secrets(config))]
    assert said == ["Phone 1002 is removed.", "Queue sales: 1002 leaves."]


async def test_every_change_is_said_and_none_tells_a_secret(database: Database, stored: StoredPbx) -> None:
    async with database.transaction() as session:
        phone = await stored.add(session, PhoneRow, {"account": "1003", "name": "Bo"}, COMMAND_LINE, NOW)
        assert len(phone.secret) >= 24
        ann = (await page(session, PhoneRow, query="1001")).rows[0]
        help_, sales = (await page(session, QueueRow)).rows
        number = (await page(session, NumberRow, query="600")).rows[0]
        await stored.change(session, ann, {"secret": "another-secret", "name": "Anna"}, COMMAND_LINE, NOW)
        members = ["1001", "1003"]
        await stored.change(session, sales, {"members": members, "ring_seconds": 9}, COMMAND_LINE, NOW)
        await stored.change(
            session,
            number,
            {"destination": {"kind": "queue", "queue": "sales"}, "early_media": True},
            COMMAND_LINE,
            NOW,
        )
        await stored.change(session, help_, {"name": "support"}, COMMAND_LINE, NOW)
        await stored.add(
            session,
            NumberRow,
            {"number": "601", "destination": {"kind": "queue", "queue": "support"}},
            COMMAND_LINE,
            NOW,
        )
    async with database.reading() as session:
        config = await stored.config(session)
        audited = list(await session.scalars(select(AuditEntry)))
    found = changes(without_secrets(file_config()), without_secrets(config))
    assert [change.text for change in found] == [
        "Phone 1001: name is Anna, was Ann.",
        "Phone 1001 has a new password.",
        "Phone 1003 (Bo) is new.",
        "Queue help is removed.",
        "Queue sales: 1003 joins, 1002 leaves.",
        "Queue sales: ring seconds is 9, was 15.",
        "Queue support is new.",
        "Number 600 leads to the queue sales instead of the queue help.",
        "Number 600: early media is yes, was no.",
        "Number 601 is new and leads to the queue support.",
        "Setting default_queue: value is support, was help.",
    ]
    told = repr([change.as_data() for change in found]) + repr([(each.before, each.after) for each in audited])
    for secret in (SECRET, "another-secret", "trunk;secret", phone.secret):
        assert secret not in told
    assert len(audited) == 7


async def test_pages_follow_one_another_and_a_search_finds_account_and_name(
    database: Database, stored: StoredPbx
) -> None:
    async with database.transaction() as session:
        for number in range(3, 8):
            await stored.add(session, PhoneRow, {"account": f"100{number}"}, COMMAND_LINE, NOW)
    async with database.reading() as session:
        seen: list[str] = []
        after: str | None = None
        while True:
            found = await page(session, PhoneRow, after=after, limit=3)
            seen += [row.account for row in found.rows]
            if (after := found.next) is None:
                break
        assert seen == [f"100{number}" for number in range(1, 8)]
        assert [row.account for row in (await page(session, PhoneRow, query="ann")).rows] == ["1001"]
        assert [row.account for row in (await page(session, PhoneRow, query="005")).rows] == ["1005"]
        assert (await page(session, PhoneRow, query="%")).rows == []


async def test_nothing_has_changed_against_itself() -> None:
    assert changes(without_secrets(file_config()), without_secrets(file_config())) == []


@pytest.mark.postgresql
async def test_postgresql_keeps_it_the_same_way(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    stored = StoredPbx(file_config())
    async with database.transaction() as session:
        await stored.take_over(session, NOW)
        queue = await stored.add(session, QueueRow, {"name": "q", "members": ["1002", "1001"]}, COMMAND_LINE, NOW)
        await stored.change(session, queue, {"members": ["1001"], "label": "ใหม่"}, COMMAND_LINE, NOW)
    async with database.reading() as session:
        config = await stored.config(session)
        assert [each.members for each in config.queues if each.name == "q"] == [["1001"]]
        assert [row.name for row in (await page(session, QueueRow, query="ใหม่")).rows] == ["q"]
        assert without_secrets(config) != without_secrets(file_config())
    assert await refused(database, stored, QueueRow, name="q") == ("name", "'q' is there already")
    await database.close()
