from datetime import UTC, datetime

import pytest

from accounts.errors import BadInput
from crm_core.contacts import ContactDirectory, ContactPosition
from kernel.database import Database

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def directory(database: Database) -> ContactDirectory:
    return ContactDirectory(database, "TH")


async def add(
    database: Database, directory: ContactDirectory, name: str, *numbers: str, company: str | None = None
) -> int:
    async with database.transaction() as session:
        contact = await directory.create(session, name=name, numbers=numbers, company=company, now=NOW)
        return contact.id


async def names(database: Database, directory: ContactDirectory, query: str) -> list[str]:
    async with database.reading() as session:
        return [contact.name for contact in (await directory.page(session, query=query)).contacts]


async def test_a_caller_is_found_however_the_number_was_typed(database: Database, directory: ContactDirectory) -> None:
    somchai = await add(database, directory, "Somchai", "02 123 4567", "081-234-5678", company="Siam Foods")

    for number in ("+6621234567", "021234567", "6621234567", "sip:0812345678@h"):
        matches = await directory.lookup(number)
        assert [(match.id, match.name, match.company) for match in matches] == [(somchai, "Somchai", "Siam Foods")]


async def test_several_people_on_one_number_are_all_given(database: Database, directory: ContactDirectory) -> None:
    await add(database, directory, "Wichai", "021234567")
    await add(database, directory, "Anong", "+66 2 123 4567", "02-123-4567")
    await add(database, directory, "Other", "029999999")

    assert [match.name for match in await directory.lookup("02 123 4567")] == ["Anong", "Wichai"]


@pytest.mark.parametrize("number", [None, "", "anonymous", "1001", "garbage", "+66 2 999 0000"])
async def test_who_shows_no_known_number_is_nobody(
    database: Database, directory: ContactDirectory, number: str | None
) -> None:
    await add(database, directory, "Reception", "1001", "02 123 4567")
    assert await directory.lookup(number) == []


async def test_what_was_typed_is_kept_beside_the_number(database: Database, directory: ContactDirectory) -> None:
    contact_id = await add(database, directory, "Somchai", " 02-123 4567 ", "1001")
    async with database.reading() as session:
        contact = await directory.get(session, contact_id)
        assert contact is not None
        assert [(number.typed, number.e164) for number in contact.numbers] == [
            ("02-123 4567", "+6621234567"),
            ("1001", None),
        ]
        assert await directory.get(session, contact_id + 1) is None


@pytest.mark.parametrize(
    ("name", "company", "numbers", "field"),
    [
        ("", None, [], "name"),
        ("A\nB", None, [], "name"),
        ("A", "C\x00", [], "company"),
        ("A", None, ["02 123 4567", "what?"], "numbers[1]"),
        ("A", None, ["anonymous"], "numbers[0]"),
        ("A", None, [""], "numbers[0]"),
        ("A", None, ["021234567"] * 21, "numbers"),
    ],
)
async def test_bad_input_names_the_field(
    database: Database, directory: ContactDirectory, name: str, company: str | None, numbers: list[str], field: str
) -> None:
    async with database.transaction() as session:
        with pytest.raises(BadInput) as caught:
            await directory.create(session, name=name, company=company, numbers=numbers, now=NOW)
        assert caught.value.field == field


async def test_a_search_takes_any_case_script_and_part(database: Database, directory: ContactDirectory) -> None:
    await add(database, directory, "Борис Ёлкин", "+7 495 123-45-67", company="Вектор")
    await add(database, directory, "อนงค์ ศรีสุข", "02 123 4567", company="Siam Foods")
    await add(database, directory, "100%_Sure", "02 765 4321")

    assert await names(database, directory, "борис") == ["Борис Ёлкин"]
    assert await names(database, directory, "ВЕКТОР ёлк") == ["Борис Ёлкин"]
    assert await names(database, directory, "อนงค์") == ["อนงค์ ศรีสุข"]
    assert await names(database, directory, "siam") == ["อนงค์ ศรีสุข"]
    assert await names(database, directory, "021234567") == ["อนงค์ ศรีสุข"]
    assert await names(database, directory, "%") == ["100%_Sure"]
    assert await names(database, directory, "_sure") == ["100%_Sure"]
    assert await names(database, directory, "nobody") == []


async def test_pages_give_everybody_once_in_order_of_name(database: Database, directory: ContactDirectory) -> None:
    for name in ("beta", "Alpha", "alpha", "Gamma", "delta"):
        await add(database, directory, name)
    seen: list[str] = []
    after: ContactPosition | None = None
    async with database.reading() as session:
        while True:
            page = await directory.page(session, after=after, limit=2)
            seen += [contact.name for contact in page.contacts]
            after = page.next
            if after is None:
                break
    assert seen == ["Alpha", "alpha", "beta", "delta", "Gamma"]
