"""What the first version stored of contacts is there after an upgrade, and their companies have records."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from crm_core.contacts import ContactDirectory
from crm_core.timeline import Timeline
from kernel.database import Database
from ringdesk import schema

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
MOMENT = "2026-11-01 08:00:00.000000"


def _first_schema(connection: Connection) -> None:
    command.upgrade(schema._config(connection), "0001")


async def _with_contacts_of_the_first_version(database: Database) -> None:
    people = [(1, "Anong", "Siam Foods"), (2, "Wichai", "SIAM foods"), (3, "Kofi", None)]
    contact = text(
        "INSERT INTO contacts (id, name, company, sort_name, search_text, created_at)"
        " VALUES (:id, :name, :company, :name, :name, :at)"
    )
    number = text("INSERT INTO contact_numbers (contact_id, typed, e164) VALUES (1, '02 123 4567', '+6621234567')")
    activity = text(
        "INSERT INTO activities (contact_id, kind, at, title, node, call_id, data)"
        " VALUES (1, 'call', :at, 'Call from +6621234567', 'main', 'main-1.1', '{}')"
    )
    async with database.engine.begin() as connection:
        await connection.run_sync(_first_schema)
        for id, name, company in people:
            await connection.execute(contact, {"id": id, "name": name, "company": company, "at": MOMENT})
        await connection.execute(number)
        await connection.execute(activity, {"at": MOMENT})


async def test_contacts_of_the_first_version_survive_and_get_companies(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/r.db")
    await _with_contacts_of_the_first_version(database)
    await schema.upgrade(database)
    directory = ContactDirectory(database, "TH")

    async with database.transaction() as session:
        assert await directory.adopt_companies(session, NOW) == 2
    async with database.transaction() as session:
        assert await directory.adopt_companies(session, NOW) == 0

    [match] = await directory.lookup("021234567")
    assert (match.id, match.company) == (1, "Siam Foods")
    async with database.reading() as session:
        page = await directory.page(session)
        companies = {contact.name: contact.company_id for contact in page.contacts}
        assert companies["Anong"] == companies["Wichai"] == match.company_id is not None
        assert companies["Kofi"] is None
        [activity] = (await Timeline(directory).page(session, 1)).activities
        assert activity.call_id == "main-1.1"
        [company] = (await directory.companies.page(session)).companies
        assert company.name == "Siam Foods"
    await database.close()
