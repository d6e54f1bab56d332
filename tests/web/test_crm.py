"""Companies, leads, tasks, callers and notes of calls, as the API serves them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.teams import add_team, set_members
from accounts.users import Role
from pbx.facts import CallEnded, CallFact, CallQueued, CallStarted, Outcome
from tests.web.house import House, Person, call_facts

API = "/api/v1"
BOLD = '<b onclick="x()">\'; DROP TABLE</b> สมชาย'


async def send(house: House, person: Person, method: str, path: str, status: int, /, **body: Any) -> dict[str, Any]:
    """The answer to a request, which has that status."""
    response = await house.client.request(
        method, f"{API}/{path}", json=body if method != "GET" else None, headers=person.headers
    )
    assert response.status == status, await response.text()
    answer: dict[str, Any] = await response.json(content_type=None)
    return answer


async def get(house: House, person: Person, path: str, status: int = 200) -> dict[str, Any]:
    return await send(house, person, "GET", path, status)


def missed(call: str = "1.1", caller: str = "021234567", queue: str = "sales") -> list[CallFact]:
    """A call that nobody takes."""
    started, queued, *_, ended = call_facts(call, caller)
    assert isinstance(started, CallStarted)
    assert isinstance(queued, CallQueued)
    assert isinstance(ended, CallEnded)
    return [
        started,
        CallQueued(node="main", call_id=f"main-{call}", key="queued", at=queued.at, queue=queue),
        CallEnded(
            node="main",
            call_id=f"main-{call}",
            key="ended",
            at=ended.at,
            outcome=Outcome.CANCELLED,
            hangup_by=None,
            cause=16,
        ),
    ]


async def test_a_company_is_added_found_changed_and_its_name_follows_to_its_people(house: House) -> None:
    anna = await house.add_person("anna")
    company = await send(
        house,
        anna,
        "POST",
        "companies",
        201,
        name=BOLD,
        numbers=[{"typed": "02 123 4567", "kind": "work"}],
        emails=["Info@Siam.example"],
        tags=["VIP", "vip", "ลูกค้า"],
        notes="line 1\nline 2 <i>",
    )
    assert (company["name"], company["owner_name"], company["version"]) == (BOLD, "Anna", 1)
    assert company["numbers"] == [{"typed": "02 123 4567", "e164": "+6621234567", "kind": "work"}]
    assert company["emails"] == [{"typed": "Info@Siam.example", "address": "info@siam.example", "kind": "other"}]
    assert company["tags"] == ["vip", "ลูกค้า"]
    person = await send(house, anna, "POST", "contacts", 201, name="Anong", company_id=company["id"])
    assert person["company"] == BOLD

    changed = await send(house, anna, "PATCH", f"companies/{company['id']}", 200, version=1, name="Siam Foods", tags=[])
    assert (changed["version"], changed["tags"], changed["notes"]) == (2, [], "line 1\nline 2 <i>")
    assert (await get(house, anna, f"contacts/{person['id']}"))["company"] == "Siam Foods"
    for query in ("q=siam", "q=info@SIAM.example", "q=021234567", f"owner_id={anna.id}"):
        assert [each["id"] for each in (await get(house, anna, f"companies?{query}"))["items"]] == [company["id"]], (
            query
        )
    assert [each["name"] for each in (await get(house, anna, "contacts?q=siam foods"))["items"]] == ["Anong"]
    assert [each["name"] for each in (await get(house, anna, f"contacts?company_id={company['id']}"))["items"]] == [
        "Anong"
    ]
    assert (await get(house, anna, "companies?tag=vip"))["items"] == []


async def test_a_contact_is_changed_and_what_is_left_out_stays(house: House) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris")
    contact = await send(
        house, anna, "POST", "contacts", 201, name="Somchai", company="Siam", numbers=["021234567"], tags=["a"]
    )
    path = f"contacts/{contact['id']}"
    changed = await send(house, anna, "PATCH", path, 200, version=1, name="Сомчай", owner_id=boris.id)
    assert (changed["name"], changed["owner_name"], changed["company"], changed["tags"], changed["version"]) == (
        "Сомчай",
        "Boris",
        "Siam",
        ["a"],
        2,
    )
    assert changed["numbers"] == contact["numbers"]
    alone = await send(
        house, anna, "PATCH", path, 200, version=2, company_id=None, numbers=[{"typed": "0812345678", "kind": "mobile"}]
    )
    assert (alone["company"], alone["company_id"]) == (None, None)
    assert [each["e164"] for each in alone["numbers"]] == ["+66812345678"]
    assert (await get(house, anna, "contacts?q=СОМ"))["items"] == [alone]
    assert (await get(house, anna, "contacts?tag=A"))["items"] == [alone]
    assert (await get(house, anna, "contacts?q=siam"))["items"] == []


@pytest.mark.parametrize(
    ("kind", "body", "change"),
    [
        ("contacts", {"name": "a"}, {"name": "b"}),
        ("companies", {"name": "a"}, {"name": "b"}),
        ("leads", {"name": "a"}, {"status": "working"}),
        ("tasks", {"title": "a"}, {"done": True}),
    ],
)
async def test_nobody_overwrites_what_somebody_else_changed_meanwhile(
    house: House, kind: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris")
    record = await send(house, anna, "POST", kind, 201, **body)
    path = f"{kind}/{record['id']}"
    changed = await send(house, boris, "PATCH", path, 200, version=1, **change)
    told = await send(house, anna, "PATCH", path, 409, version=1, **change)
    assert told["errors"] == [{"field": "version", "reason": "is 2 now", "where": "body"}]
    assert "somebody else has changed" in told["detail"]
    assert await get(house, anna, path) == changed
    assert (await send(house, anna, "PATCH", path, 422, **change))["errors"][0]["field"] == "version"
    await send(house, anna, "PATCH", f"{kind}/99", 404, version=1, **change)


LONG = "x" * 300


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("contacts", {"name": LONG}, "name"),
        ("contacts", {"name": "a", "numbers": ["021234567"] * 21}, "numbers"),
        ("contacts", {"name": "a", "numbers": [{"typed": "021234567", "kind": "pager"}]}, "numbers[0].kind"),
        ("contacts", {"name": "a", "emails": ["a@b.example"] * 21}, "emails"),
        ("contacts", {"name": "a", "emails": ["a@b.example", "nonsense"]}, "emails[1]"),
        ("contacts", {"name": "a", "tags": [str(number) for number in range(21)]}, "tags"),
        ("contacts", {"name": "a", "tags": ["ok", "x" * 51]}, "tags[1]"),
        ("contacts", {"name": "a", "tags": [" "]}, "tags[0]"),
        ("contacts", {"name": "a", "notes": "x" * 20_001}, "notes"),
        ("contacts", {"name": "a", "notes": "\x00"}, "notes"),
        ("contacts", {"name": "a", "company": LONG}, "company"),
        ("contacts", {"name": "a", "company_id": 99}, "company_id"),
        ("contacts", {"name": "a", "owner_id": 99}, "owner_id"),
        ("companies", {"name": LONG}, "name"),
        ("companies", {"name": None}, "name"),
        ("companies", {"name": "a", "numbers": ["call me"]}, "numbers[0]"),
        ("companies", {"name": "a", "emails": [{"typed": "@"}]}, "emails[0]"),
        ("leads", {}, "name"),
        ("leads", {"name": LONG}, "name"),
        ("leads", {"name": "a", "number": "anonymous"}, "number"),
        ("leads", {"name": "a", "source": LONG[:60]}, "source"),
        ("leads", {"name": "a", "status": "asleep"}, "status"),
        ("leads", {"name": "a", "assignee_id": 99}, "assignee_id"),
        ("leads", {"name": "a", "contact_id": 99}, "contact_id"),
        ("leads", {"name": "a", "queue": LONG[:70]}, "queue"),
        ("tasks", {"title": ""}, "title"),
        ("tasks", {"title": LONG + "x"}, "title"),
        ("tasks", {"title": "a", "due_at": "tomorrow"}, "due_at"),
        ("tasks", {"title": "a", "due_at": "2026-11-24T12:00:00"}, "due_at"),
        ("tasks", {"title": "a", "due_at": "0001-01-01T00:00:00+14:00"}, "due_at"),
        ("tasks", {"title": "a", "lead_id": 99}, "lead_id"),
    ],
)
async def test_a_value_beyond_the_limits_names_the_field(
    house: House, kind: str, body: dict[str, Any], field: str
) -> None:
    anna = await house.add_person("anna")
    told = await send(house, anna, "POST", kind, 422, **body)
    assert told["errors"][0]["field"] == field
    assert told["errors"][0]["reason"]


async def test_a_missed_call_of_a_stranger_is_a_lead_that_the_queues_team_works(house: House) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris")
    manager = await house.add_person("nadia", Role.MANAGER)
    async with house.database.transaction() as session:
        for name, person in (("sales", anna), ("support", boris)):
            team = await add_team(session, name=name, now=house.services.clock.now())
            await set_members(session, team.id, [person.id])
    await house.record(*missed("1.1"), *missed("2.1"))

    [lead] = (await get(house, anna, "leads?status=open"))["items"]
    assert (lead["source"], lead["e164"], lead["queue"], lead["missed_calls"]) == (
        "missed_call",
        "+6621234567",
        "sales",
        2,
    )
    path = f"leads/{lead['id']}"
    assert (await get(house, boris, "leads"))["items"] == []
    assert (await get(house, manager, "leads"))["items"] == [lead]
    await get(house, boris, path, 404)
    await get(house, boris, f"{path}/timeline", 404)
    await send(house, boris, "POST", f"{path}/notes", 404, text="x")
    await send(house, boris, "PATCH", path, 404, version=lead["version"], status="lost")
    await send(house, boris, "POST", "leads", 403, name="x", queue="sales")

    working = await send(
        house, anna, "PATCH", path, 200, version=lead["version"], status="working", assignee_id=anna.id
    )
    assert (working["status"], working["assignee_name"]) == ("working", "Anna")
    await send(house, anna, "POST", f"{path}/notes", 201, text="Called back <b>twice</b>")
    activities = (await get(house, anna, f"{path}/timeline"))["items"]
    assert [(each["kind"], each["text"], each["author_name"]) for each in activities] == [
        ("note", "Called back <b>twice</b>", "Anna"),
        ("call", None, None),
        ("call", None, None),
    ]
    told = await send(house, anna, "POST", "leads", 422, number="02 123 4567", queue="sales")
    assert told["errors"][0]["field"] == "number"
    won = await send(house, anna, "PATCH", path, 200, version=working["version"], status="won")
    assert (await get(house, anna, "leads?status=open"))["items"] == []
    assert (await get(house, anna, "leads?q=+66 2 123 4567&status=won".replace("+", "%2B")))["items"] == [won]


async def test_a_queues_people_work_its_leads_without_a_team_of_its_name(house: House) -> None:
    anna, boris = await house.add_person("anna"), await house.add_person("boris")
    async with house.database.transaction() as session:
        team = await add_team(session, name="Everyone in the north", now=house.services.clock.now())
        await set_members(session, team.id, [anna.id])
        team = await add_team(session, name="Everyone in the south", now=house.services.clock.now())
        await set_members(session, team.id, [boris.id])
    house.queues[anna.id] = frozenset({"sales"})
    await house.record(*missed())
    assert len((await get(house, anna, "leads"))["items"]) == 1
    assert (await get(house, boris, "leads"))["items"] == []


async def test_a_missed_call_of_a_contact_is_a_task_of_the_owner(house: House) -> None:
    anna = await house.add_person("anna")
    contact = await send(house, anna, "POST", "contacts", 201, name="Somchai", numbers=["021234567"])
    await house.record(*missed())
    [task] = (await get(house, anna, "tasks?done=false"))["items"]
    assert (task["kind"], task["title"], task["number"]) == ("call_back", "Call back Somchai", "+6621234567")
    assert (task["assignee_name"], task["contact_id"]) == ("Anna", contact["id"])
    assert (await get(house, anna, "leads"))["items"] == []

    done = await send(house, anna, "PATCH", f"tasks/{task['id']}", 200, version=task["version"], done=True)
    assert done["done"]
    assert done["done_at"]
    assert (await get(house, anna, "tasks?done=false"))["items"] == []
    assert (await get(house, anna, f"tasks?done=true&contact_id={contact['id']}"))["items"] == [done]
    [shown] = (await get(house, anna, f"contacts/{contact['id']}/timeline?kind=task"))["items"]
    assert shown["data"]["done"] is True


async def test_tasks_come_in_the_order_in_which_they_are_due(house: House) -> None:
    anna = await house.add_person("anna")
    for title, due_at in (
        ("whenever", None),
        ("later", "2026-12-01T00:00:00+07:00"),
        ("soon", "2026-11-24T10:00:00Z"),
        ("some day", None),
    ):
        await send(house, anna, "POST", "tasks", 201, title=title, due_at=due_at)
    titles: list[str] = []
    cursor = ""
    while True:
        page = await get(house, anna, f"tasks?limit=1&cursor={cursor}")
        titles += [each["title"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert titles == ["soon", "later", "whenever", "some day"]
    due = await get(house, anna, "tasks?due_before=2026-11-30T00:00:00Z")
    assert [each["title"] for each in due["items"]] == ["soon"]


async def test_a_task_is_about_one_record(house: House) -> None:
    anna = await house.add_person("anna")
    contact = await send(house, anna, "POST", "contacts", 201, name="Somchai", company="Siam")
    told = await send(
        house,
        anna,
        "POST",
        "tasks",
        422,
        title="x",
        contact_id=contact["id"],
        company_id=contact["company_id"],
    )
    assert told["errors"][0]["field"] == "company_id"


async def test_a_caller_is_shown_with_all_that_is_known(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    contact = await send(house, anna, "POST", "contacts", 201, name="Somchai", company="Siam", numbers=["021234567"])
    other = await send(house, anna, "POST", "contacts", 201, name="Anong", numbers=["02-123-4567"])
    company = await send(house, anna, "POST", "companies", 201, name="Switchboard", numbers=["02 123 4567"])
    await send(house, anna, "POST", "tasks", 201, title="Send the offer", contact_id=contact["id"])
    await house.record(*call_facts())

    caller = await get(house, anna, "callers?number=%2B6621234567")
    assert (caller["e164"], caller["problem"], caller["lead"]) == ("+6621234567", None, None)
    assert [each["contact"] for each in caller["contacts"]] == [other, contact]
    assert [each["company"] for each in caller["companies"]] == [company]
    known = caller["contacts"][1]
    assert [task["title"] for task in known["tasks"]] == ["Send the offer"]
    assert [activity["call_id"] for activity in known["activities"]] == ["main-1764.1"]
    assert [activity["call_id"] for activity in caller["companies"][0]["activities"]] == ["main-1764.1"]


async def test_a_caller_whom_nobody_knows_is_shown_with_the_lead(house: House) -> None:
    anna = await house.add_person("anna")
    await house.record(*missed())
    caller = await get(house, anna, "callers?number=021234567")
    assert (caller["contacts"], caller["companies"]) == ([], [])
    assert caller["lead"]["source"] == "missed_call"
    for number, problem in (("anonymous", "withheld"), ("", "missing"), ("1001", "extension"), ("x", "not_a_number")):
        caller = await get(house, anna, f"callers?number={number}")
        assert (caller["e164"], caller["problem"]) == (None, problem)


async def test_a_contact_added_after_the_call_has_the_call_and_what_was_written(house: House) -> None:
    anna, boris = await house.add_person("anna", account="1001"), await house.add_person("boris", account="1002")
    now = house.services.clock.now()
    await house.record(*call_facts("5.1", at=now - timedelta(minutes=5)))
    path = "calls/main-5.1/note"
    assert (await get(house, anna, path))["text"] == ""
    saved = await send(house, anna, "PUT", path, 200, text=BOLD)
    assert (saved["text"], saved["contact_id"]) == (BOLD, None)
    assert (await get(house, anna, path)) == saved
    await get(house, boris, path, 404)
    await send(house, boris, "PUT", path, 404, text="x")
    await send(house, anna, "PUT", "calls/main-0.0/note", 404, text="x")
    told = await send(house, anna, "PUT", path, 422, text="x" * 20_001)
    assert told["errors"][0]["field"] == "text"

    contact = await send(house, anna, "POST", "contacts", 201, name="Somchai", numbers=["021234567"])
    activities = (await get(house, anna, f"contacts/{contact['id']}/timeline"))["items"]
    assert {(each["kind"], each["call_id"], each["text"]) for each in activities} == {
        ("call", "main-5.1", None),
        ("note", "main-5.1", BOLD),
    }


async def test_a_note_on_a_contact_and_a_company(house: House) -> None:
    anna = await house.add_person("anna")
    contact = await send(house, anna, "POST", "contacts", 201, name="Somchai", company="Siam")
    for path in (f"contacts/{contact['id']}", f"companies/{contact['company_id']}"):
        note = await send(house, anna, "POST", f"{path}/notes", 201, text=f" {BOLD}\n")
        assert (note["text"], note["author_name"], note["kind"]) == (BOLD, "Anna", "note")
        assert (await get(house, anna, f"{path}/timeline?kind=note"))["items"] == [note]
        assert (await get(house, anna, f"{path}/timeline?kind=call"))["items"] == []
        assert (await send(house, anna, "POST", f"{path}/notes", 422, text=" "))["errors"][0]["field"] == "text"
    for kind in ("contacts", "companies", "leads"):
        await send(house, anna, "POST", f"{kind}/99/notes", 404, text="x")
        await get(house, anna, f"{kind}/99/timeline", 404)


async def test_pages_of_companies_and_leads_give_each_once(house: House) -> None:
    anna = await house.add_person("anna")
    for name in ("Boris & Co", "anong", "Ёлка", "สยาม", "Carla"):
        await send(house, anna, "POST", "companies", 201, name=name)
        await send(house, anna, "POST", "leads", 201, name=name)

    async def all_of(kind: str) -> list[str]:
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = await get(house, anna, f"{kind}?limit=2&cursor={cursor}")
            seen += [each["name"] for each in page["items"]]
            cursor = page["next_cursor"]
        return seen

    assert await all_of("companies") == ["anong", "Boris & Co", "Carla", "Ёлка", "สยาม"]
    assert await all_of("leads") == ["Carla", "สยาม", "Ёлка", "anong", "Boris & Co"]


@pytest.mark.parametrize("kind", ["companies", "leads", "tasks"])
async def test_a_query_that_is_no_good_says_why(house: House, kind: str) -> None:
    anna = await house.add_person("anna")
    for query in ("limit=0", "cursor=x", "cursor=WyIiLCIiXQ"):
        told = await get(house, anna, f"{kind}?{query}", 422)
        assert told["errors"][0]["field"] == query.partition("=")[0]


async def test_the_audit_log_says_who_changed_what(house: House) -> None:
    anna, admin = await house.add_person("anna"), await house.add_person("root", Role.ADMIN)
    for kind, body, change, field in (
        ("contacts", {"name": "a"}, {"name": "b"}, "name"),
        ("companies", {"name": "a"}, {"name": "b"}, "name"),
        ("leads", {"name": "a"}, {"name": "b"}, "name"),
        ("tasks", {"title": "a"}, {"title": "b"}, "title"),
    ):
        record = await send(house, anna, "POST", kind, 201, **body)
        await send(house, anna, "PATCH", f"{kind}/{record['id']}", 200, version=1, **change)
        changed, created = (await get(house, admin, "audit"))["items"][:2]
        assert (changed["user_id"], changed["action"], created["action"]) == (anna.id, "change", "create"), kind
        assert (changed["before"][field], changed["after"][field]) == ("a", "b")
        assert created["after"][field] == "a"


async def test_an_open_lead_names_the_contact_who_gets_its_number(house: House) -> None:
    anna = await house.add_person("anna")
    await house.record(*missed())
    contact = await send(house, anna, "POST", "contacts", 201, name="Somchai", company="Siam", numbers=["021234567"])
    [lead] = (await get(house, anna, "leads"))["items"]
    assert (lead["contact_id"], lead["company_id"], lead["status"]) == (contact["id"], contact["company_id"], "new")


@pytest.mark.parametrize("moment", ["0.5", "1764000000", "1e9"])
async def test_a_filter_by_time_is_no_bare_number(house: House, moment: str) -> None:
    anna = await house.add_person("anna")
    response = await house.client.get(f"{API}/tasks?due_before={moment}", headers=anna.headers)
    assert response.status == 422
    assert (await response.json())["errors"][0]["field"] == "due_before"
