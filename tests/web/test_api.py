from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from accounts.rights import Action, Thing
from accounts.tokens import revoke_token
from accounts.users import Role
from tests.web.house import NOW, House, call_facts

API = "/api/v1"


async def problem(response: ClientResponse, status: int) -> dict[str, Any]:
    """The problem that the response tells of."""
    assert response.status == status, await response.text()
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = await response.json(content_type=None)
    assert body["status"] == status
    return body


async def test_nobody_gets_in_without_a_token(house: House) -> None:
    for path in ("contacts", "contacts/1", "contacts/1/timeline", "calls", "calls/main-1.1", "agents/me", "nothing"):
        response = await house.client.get(f"{API}/{path}")
        await problem(response, 401)
        assert response.headers["WWW-Authenticate"] == "Bearer"
    await problem(await house.client.post(f"{API}/agents/me/state", json={"wanted": "ready"}), 401)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer  ", "Bearer rdk_wrong", "Basic YTpi", "Bearer " + "x" * 5000, "Bearer rdk_é"]
)
async def test_what_is_no_token_gets_nobody_in(house: House, header: str) -> None:
    await house.add_person("anna")
    await problem(await house.client.get(f"{API}/contacts", headers={"Authorization": header}), 401)


async def test_a_revoked_token_gets_nobody_in(house: House) -> None:
    anna = await house.add_person("anna")
    assert (await house.client.get(f"{API}/contacts", headers=anna.headers)).status == 200
    async with house.database.transaction() as session:
        await revoke_token(session, 1, NOW)
    await problem(await house.client.get(f"{API}/contacts", headers=anna.headers), 401)


async def test_a_contact_is_added_and_found(house: House) -> None:
    anna = await house.add_person("anna")
    new = {"name": "Somchai <b>Jaidee</b>", "company": "Siam Foods", "numbers": ["02 123 4567", "1001"]}
    response = await house.client.post(f"{API}/contacts", json=new, headers=anna.headers)
    assert response.status == 201
    contact = await response.json()
    assert response.headers["Location"] == f"{API}/contacts/{contact['id']}"
    assert contact["owner_id"] == anna.id
    assert contact["numbers"] == [
        {"typed": "02 123 4567", "e164": "+6621234567", "kind": "other"},
        {"typed": "1001", "e164": None, "kind": "other"},
    ]

    for path in (response.headers["Location"],):
        assert await (await house.client.get(path, headers=anna.headers)).json() == contact
    for query in ("somchai", "siam foods", "+66 2 123 4567", "<b>", ""):
        found = await (await house.client.get(f"{API}/contacts", params={"q": query}, headers=anna.headers)).json()
        assert found == {"items": [contact], "next_cursor": None}, query
    found = await (await house.client.get(f"{API}/contacts", params={"q": "nobody"}, headers=anna.headers)).json()
    assert found["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a", "numbers": ["02 123 4567", "call me"]}, "numbers[1]"),
        ({"name": "a", "numbers": [["x"]]}, "numbers[0]"),
        ({"name": "a", "numbers": "021234567"}, "numbers"),
        ({"name": "a", "colour": "red"}, "colour"),
        ({"name": "a", "company": "\x00"}, "company"),
    ],
)
async def test_bad_input_names_the_field_and_the_reason(house: House, body: Any, field: str) -> None:
    anna = await house.add_person("anna")
    told = await problem(await house.client.post(f"{API}/contacts", json=body, headers=anna.headers), 422)
    assert told["errors"][0]["field"] == field
    assert told["errors"][0]["reason"]
    assert field in told["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000, rb'{"name": "\ud800"}']
)
async def test_a_body_that_is_no_object_is_a_bad_request(house: House, body: bytes) -> None:
    anna = await house.add_person("anna")
    headers = {**anna.headers, "Content-Type": "application/json"}
    await problem(await house.client.post(f"{API}/contacts", data=body, headers=headers), 400)


async def test_a_body_too_large_is_refused(house: House) -> None:
    anna = await house.add_person("anna")
    response = await house.client.post(f"{API}/contacts", json={"name": "x" * 2_000_000}, headers=anna.headers)
    await problem(response, 413)


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("contacts?limit=0", 422, "limit"),
        ("contacts?limit=201", 422, "limit"),
        ("contacts?limit=x", 422, "limit"),
        ("contacts?cursor=x", 422, "cursor"),
        ("contacts?cursor=WyIiLCIiXQ", 422, "cursor"),
        ("contacts?q=%00", 422, "q"),
        ("contacts?q=" + "x" * 201, 422, "q"),
        ("contacts/0", 422, "contact_id"),
        ("contacts/x", 422, "contact_id"),
        ("contacts/99999999999999999999", 422, "contact_id"),
        ("contacts/1", 404, None),
        ("contacts/1/timeline", 404, None),
        ("calls?cursor=WzEsMl0", 422, "cursor"),
        ("calls?cursor=WzQ2MTE2ODYwMTg0MjczODc5MDQsIngiXQ", 422, "cursor"),
        ("calls/main-1.1", 404, None),
        ("calls/%E0%B8%81", 422, "call_id"),
        ("agents/me", 404, None),
        ("nothing", 404, None),
    ],
)
async def test_a_request_that_cannot_be_met_says_why(house: House, path: str, status: int, field: str | None) -> None:
    anna = await house.add_person("anna")
    told = await problem(await house.client.get(f"{API}/{path}", headers=anna.headers), status)
    if field is not None:
        assert told["errors"][0]["field"] == field


async def test_a_method_that_is_not_there_says_which_are(house: House) -> None:
    anna = await house.add_person("anna")
    response = await house.client.delete(f"{API}/contacts", headers=anna.headers)
    await problem(response, 405)
    assert set(response.headers["Allow"].split(",")) == {"GET", "POST"}


async def test_a_fault_of_ours_tells_nothing_of_our_insides(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = await house.add_person("anna")

    async def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(type(house.services.contacts), "page", fail)
    told = await problem(await house.client.get(f"{API}/contacts", headers=anna.headers), 500)
    assert "hunter2" not in str(told)


async def test_pages_of_contacts(house: House) -> None:
    anna = await house.add_person("anna")
    for name in ("Boris", "anong", "Ёлкин", "สมชาย", "Carla"):
        await house.add_contact(name)
    seen, cursor = [], ""
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = await (await house.client.get(f"{API}/contacts", params=query, headers=anna.headers)).json()
        seen += [contact["name"] for contact in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["anong", "Boris", "Carla", "Ёлкин", "สมชาย"]


async def test_a_call_is_on_the_timeline_and_in_the_list(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    contact = await house.add_contact("Somchai", "02 123 4567")
    await house.record(*call_facts())

    timeline = await (await house.client.get(f"{API}/contacts/{contact}/timeline", headers=anna.headers)).json()
    (activity,) = timeline["items"]
    assert (activity["kind"], activity["call_id"]) == ("call", "main-1764.1")
    assert activity["data"]["answered_by"] == ["1001"]
    assert activity["data"]["outcome"] == "answered"

    (call,) = (await (await house.client.get(f"{API}/calls", headers=anna.headers)).json())["items"]
    assert (call["call_id"], call["caller_number"], call["queue"]) == ("main-1764.1", "021234567", "sales")
    assert (call["outcome"], call["answered_by"]) == ("answered", ["1001"])

    details = await (await house.client.get(f"{API}/calls/main-1764.1", headers=anna.headers)).json()
    assert details["call"] == call
    assert [fact["kind"] for fact in details["facts"]] == [
        "CallStarted",
        "CallQueued",
        "PartyRang",
        "PartyAnswered",
        "CallEnded",
    ]
    assert [(offer["account"], offer["outcome"]) for offer in details["offers"]] == [("1001", "answered")]
    assert details["recording"] is None
    assert details["transcript"] is None


async def test_an_agent_sees_their_own_calls_and_a_supervisor_all(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    boris = await house.add_person("boris", account="1002")
    sup = await house.add_person("sup", Role.SUPERVISOR)
    await house.record(*call_facts("1.1", party="1001"))
    await house.record(*call_facts("2.1", party="1002", at=NOW + timedelta(hours=1)))

    async def calls(headers: dict[str, str]) -> list[str]:
        body = await (await house.client.get(f"{API}/calls", headers=headers)).json()
        return [call["call_id"] for call in body["items"]]

    assert await calls(anna.headers) == ["main-1.1"]
    assert await calls(boris.headers) == ["main-2.1"]
    assert await calls(sup.headers) == ["main-2.1", "main-1.1"]
    await problem(await house.client.get(f"{API}/calls/main-2.1", headers=anna.headers), 404)
    assert (await house.client.get(f"{API}/calls/main-2.1", headers=sup.headers)).status == 200


async def test_pages_of_calls_and_of_a_timeline_give_each_once(house: House) -> None:
    sup = await house.add_person("sup", Role.SUPERVISOR)
    contact = await house.add_contact("Somchai", "02 123 4567")
    for index in range(5):
        await house.record(*call_facts(f"{index}.1", at=NOW + timedelta(microseconds=index // 2)))
    for path, key in ((f"{API}/calls", "call_id"), (f"{API}/contacts/{contact}/timeline", "call_id")):
        seen: list[str] = []
        cursor = None
        while True:
            query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
            page = await (await house.client.get(path, params=query, headers=sup.headers)).json()
            seen += [item[key] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [f"main-{index}.1" for index in (4, 3, 2, 1, 0)]


async def test_an_agent_asks_for_calls_and_for_none(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    me = await (await house.client.get(f"{API}/agents/me", headers=anna.headers)).json()
    assert (me["account"], me["state"], me["wanted"]) == ("1001", "not_ready", "not_ready")

    async def ask(**body: Any) -> ClientResponse:
        return await house.client.post(f"{API}/agents/me/state", json=body, headers=anna.headers)

    assert (await (await ask(wanted="ready")).json())["state"] == "ready"
    away = await (await ask(wanted="not_ready", reason="อาหารกลางวัน")).json()
    assert (away["state"], away["reason"]) == ("not_ready", "อาหารกลางวัน")
    assert (await problem(await ask(wanted="asleep"), 422))["errors"][0]["field"] == "wanted"
    assert (await problem(await ask(wanted="not_ready", reason="a\nb"), 422))["errors"][0]["field"] == "reason"


async def test_a_user_without_a_phone_takes_no_calls(house: House) -> None:
    sup = await house.add_person("sup", Role.SUPERVISOR)
    response = await house.client.post(f"{API}/agents/me/state", json={"wanted": "ready"}, headers=sup.headers)
    await problem(response, 404)


async def test_every_endpoint_asks_for_the_right(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = await house.add_person("anna", account="1001")
    contact = await house.add_contact("Somchai")
    asked: list[tuple[Action, Thing]] = []
    monkeypatch.setattr("web.sign_in.may", lambda actor, action, thing, owner=None: asked.append((action, thing)))
    for method, path, body in (
        ("GET", "contacts", None),
        ("POST", "contacts", {"name": "x"}),
        ("GET", f"contacts/{contact}", None),
        ("GET", f"contacts/{contact}/timeline", None),
        ("GET", "agents/me", None),
        ("POST", "agents/me/state", {"wanted": "ready"}),
    ):
        await problem(await house.client.request(method, f"{API}/{path}", json=body, headers=anna.headers), 403)
    assert asked == [
        (Action.READ, Thing.CONTACT),
        (Action.CREATE, Thing.CONTACT),
        (Action.READ, Thing.CONTACT),
        (Action.READ, Thing.CONTACT),
        (Action.READ, Thing.AGENT_STATE),
        (Action.CHANGE, Thing.AGENT_STATE),
    ]


async def test_the_document_describes_every_path(house: House) -> None:
    spec = await (await house.client.get(f"{API}/openapi.json")).json()
    assert spec["openapi"].startswith("3.0")
    served = {resource.canonical for resource in house.app.router.resources()}
    assert set(spec["paths"]) == {path for path in served if path.startswith(API)} - {f"{API}/openapi.json"}
    listing = spec["paths"][f"{API}/contacts"]["get"]
    assert {each["name"] for each in listing["parameters"]} == {
        *("q", "tag", "owner_id", "company_id"),
        *("limit", "cursor"),
    }
    assert listing["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/ContactList")
    assert "application/problem+json" in listing["responses"]["422"]["content"]
    assert {"ContactList", "CallDetails", "TranscriptView", "Problem", "FieldProblem"} <= set(
        spec["components"]["schemas"]
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "owner_id": "1"}, "owner_id"),
        ({"name": 1}, "name"),
        ({"name": "x", "tags": "x"}, "tags"),
        ({"name": "x", "nmae": "x"}, "nmae"),
    ],
)
async def test_a_body_is_taken_as_the_document_says_or_not_at_all(
    house: House, body: dict[str, Any], field: str
) -> None:
    anna = await house.add_person("anna")
    told = await problem(await house.client.post(f"{API}/contacts", json=body, headers=anna.headers), 422)
    assert [(error["field"], error["where"]) for error in told["errors"]] == [(field, "body")]


@pytest.mark.parametrize("path", ["contacts?nmae=x", "agents/me?nmae=x"])
async def test_a_filter_that_there_is_not_is_told_not_ignored(house: House, path: str) -> None:
    anna = await house.add_person("anna", account="1001")
    told = await problem(await house.client.get(f"{API}/{path}", headers=anna.headers), 422)
    assert [(error["field"], error["where"]) for error in told["errors"]] == [("nmae", "query string")]
