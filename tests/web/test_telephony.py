"""Phones, queues, numbers, trunks and publications over the API; the Asterisk of these tests does not run."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.users import Role
from tests.web.house import House, Person
from tests.web.test_api import API, problem


@pytest.fixture
async def admin(house: House) -> Person:
    return await house.add_person("root", Role.ADMIN)


async def send(house: House, person: Person, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    response = await house.client.request(method, f"{API}/{path}", json=body, headers=person.headers)
    assert response.status == status, await response.text()
    return await response.json() if status != 204 else None


async def refusal(house: House, person: Person, method: str, path: str, body: Any = None, status: int = 422) -> Any:
    response = await house.client.request(method, f"{API}/{path}", json=body, headers=person.headers)
    return await problem(response, status)


async def test_a_phone_is_added_changed_and_removed_and_tells_its_password_once(house: House, admin: Person) -> None:
    made = await send(house, admin, "POST", "phones", {"account": "1007", "name": "สุดา <b>"}, 201)
    assert len(made["secret"]) >= 24
    path = f"phones/{made['id']}"
    shown = await send(house, admin, "GET", path)
    assert shown == {"id": made["id"], "account": "1007", "name": "สุดา <b>", "browser": False, "reachable": None}
    assert (await send(house, admin, "PATCH", path, {"name": "Suda", "browser": True}))["name"] == "Suda"
    again = await send(house, admin, "POST", f"{path}/secret")
    assert again["secret"] != made["secret"]
    listed = await send(house, admin, "GET", "phones?q=suda")
    assert [each["account"] for each in listed["items"]] == ["1007"]
    assert "secret" not in str(listed)
    await send(house, admin, "DELETE", path, status=204)
    await refusal(house, admin, "GET", path, status=404)


async def test_the_pbx_says_where_phones_register_and_which_of_them_have(house: House, admin: Person) -> None:
    pbx = await send(house, admin, "GET", "pbx")
    assert (pbx["sip_host"], pbx["sip_port"], pbx["music"]) == ("127.0.0.1", 5060, ["default"])
    phone = await send(house, admin, "POST", "phones", {"account": "1007"}, 201)
    house.services.agents.phone_is("1007", reachable=True)
    assert (await send(house, admin, "GET", f"phones/{phone['id']}"))["reachable"] is True
    # Somebody who is given a phone that is there already need not wait for its next word.
    suda = await house.add_person("suda", account="1007")
    agent = house.services.agents.find(suda.id)
    assert agent is not None
    assert agent.reachable is True


async def test_a_queue_with_members_and_a_number_that_leads_to_it(house: House, admin: Person) -> None:
    for account in ("1001", "1002"):
        await send(house, admin, "POST", "phones", {"account": account}, 201)
    queue = await send(house, admin, "POST", "queues", {"name": "support", "members": ["1002", "1001"]}, 201)
    assert queue["members"] == ["1002", "1001"]
    number = await send(
        house, admin, "POST", "numbers", {"number": "+66299", "destination": {"kind": "queue", "queue": "support"}}, 201
    )
    refused = await refusal(house, admin, "DELETE", f"queues/{queue['id']}")
    assert refused["errors"][0]["reason"] == "numbers lead to it: +66299"
    renamed = await send(house, admin, "PATCH", f"queues/{queue['id']}", {"name": "help", "members": ["1001"]})
    assert (renamed["name"], renamed["members"]) == ("help", ["1001"])
    assert (await send(house, admin, "GET", f"numbers/{number['id']}"))["destination"] == {
        "kind": "queue",
        "queue": "help",
    }
    await send(house, admin, "DELETE", f"numbers/{number['id']}", status=204)
    await send(house, admin, "DELETE", f"queues/{queue['id']}", status=204)


async def test_a_number_leads_to_a_phone_or_an_announcement_and_elsewhere_later(house: House, admin: Person) -> None:
    phone = await send(house, admin, "POST", "phones", {"account": "1001"}, 201)
    to_phone = {"kind": "extension", "extension": "1001", "ring_seconds": 40}
    number = await send(house, admin, "POST", "numbers", {"number": "+66298", "destination": to_phone}, 201)
    assert number["destination"] == to_phone
    refused = await refusal(house, admin, "DELETE", f"phones/{phone['id']}")
    assert refused["errors"][0]["reason"] == "numbers lead to it: +66298"
    await send(house, admin, "PATCH", f"phones/{phone['id']}", {"account": "1002"})
    path = f"numbers/{number['id']}"
    assert (await send(house, admin, "GET", path))["destination"] == {**to_phone, "extension": "1002"}
    announced = {"kind": "announcement", "sound": "digits/1"}
    assert (await send(house, admin, "PATCH", path, {"destination": announced}))["destination"] == announced
    assert (await send(house, admin, "PATCH", path, {"early_media": True}))["destination"] == announced
    await send(house, admin, "DELETE", f"phones/{phone['id']}", status=204)


async def test_of_an_asterisk_that_can_not_be_asked_no_sounds_are_known(house: House, admin: Person) -> None:
    told = await send(house, admin, "GET", "sounds")
    assert (told["items"], told["next_cursor"]) == ([], None)
    assert "Asterisk" in told["problem"]


async def test_a_trunk_never_tells_its_password(house: House, admin: Person) -> None:
    body = {"name": "out", "host": "sip.example.net", "username": "me", "secret": "a-good-secret"}
    trunk = await send(house, admin, "POST", "trunks", body, 201)
    assert trunk["has_secret"]
    assert "a-good-secret" not in str(await send(house, admin, "GET", "trunks"))
    path = f"trunks/{trunk['id']}"
    open_ = await send(house, admin, "PATCH", path, {"username": None, "secret": None, "port": None})
    assert (open_["has_secret"], open_["username"], open_["port"]) == (False, None, 5060)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("phones", {"account": "10 01"}, "account"),
        ("phones", {"account": "s"}, "account"),
        ("phones", {"account": "1009", "name": "a\nb"}, "name"),
        ("phones", {"account": "1009", "extra": 1}, "extra"),
        ("queues", {"name": "q", "members": ["9999"]}, "members[0]"),
        ("queues", {"name": "q", "ring_seconds": 0}, "ring_seconds"),
        ("queues", {"name": "q", "strategy": "mine"}, "strategy"),
        ("numbers", {"number": "12", "destination": {"kind": "queue", "queue": "nosuch"}}, "destination.queue"),
        ("numbers", {"number": "1;2", "destination": {"kind": "queue", "queue": "nosuch"}}, "number"),
        ("numbers", {"number": "12", "destination": {"kind": "queue", "queue": "a\0b"}}, "destination.queue"),
        ("numbers", {"number": "12", "destination": {"kind": "extension", "extension": "9"}}, "destination.extension"),
        ("numbers", {"number": "12", "destination": {"kind": "extension"}}, "destination.extension"),
        ("numbers", {"number": "12", "destination": {"kind": "announcement", "sound": "a/../b"}}, "destination.sound"),
        ("numbers", {"number": "12", "destination": {"kind": "announcement", "sound": "/etc/x"}}, "destination.sound"),
        ("numbers", {"number": "12", "destination": {"kind": "announcement", "sound": "a&b"}}, "destination.sound"),
        ("numbers", {"number": "12", "destination": {"kind": "elsewhere"}}, "destination"),
        ("numbers", {"number": "12", "destination": "sales"}, "destination"),
        ("numbers", {"number": "12"}, "destination"),
        ("phones", {"account": "1009", "name": "x" * 300}, "name"),
        ("queues", {"name": "q", "ring_seconds": 301}, "ring_seconds"),
        ("trunks", {"name": "tr"}, "name"),
        ("trunks", {"name": "tr", "host": "a b"}, "host"),
        ("trunks", {"name": "tr", "match": ["300.1.1.1/99"]}, "match[0]"),
    ],
)
async def test_a_bad_value_is_refused_by_field(
    house: House, admin: Person, path: str, body: dict[str, Any], field: str
) -> None:
    refused = await refusal(house, admin, "POST", path, body)
    assert refused["errors"][0]["field"] == field


async def test_only_an_admin_may_and_an_agent_may_read_queues(house: House) -> None:
    agent = await house.add_person("anna", account="1001")
    await send(house, agent, "GET", "queues")
    for method, path, body in (
        ("GET", "pbx", None),
        ("GET", "phones", None),
        ("POST", "phones", {"account": "1007"}),
        ("GET", "phones/1", None),
        ("PATCH", "phones/1", {}),
        ("DELETE", "phones/1", None),
        ("POST", "phones/1/secret", None),
        ("POST", "queues", {"name": "q"}),
        ("PATCH", "queues/1", {}),
        ("DELETE", "queues/1", None),
        ("GET", "numbers", None),
        ("POST", "numbers", {"number": "1", "destination": {"kind": "queue", "queue": "q"}}),
        ("PATCH", "numbers/1", {}),
        ("DELETE", "numbers/1", None),
        ("GET", "sounds", None),
        ("GET", "trunks", None),
        ("POST", "trunks", {"name": "tr"}),
        ("PATCH", "trunks/1", {}),
        ("DELETE", "trunks/1", None),
        ("GET", "publications", None),
        ("POST", "publications", {}),
        ("GET", "publications/1", None),
    ):
        await refusal(house, agent, method, path, body, 403)


async def test_pages_are_as_everywhere(house: House, admin: Person) -> None:
    for account in ("1001", "1002", "1003"):
        await send(house, admin, "POST", "phones", {"account": account}, 201)
    first = await send(house, admin, "GET", "phones?limit=2")
    rest = await send(house, admin, "GET", f"phones?limit=2&cursor={first['next_cursor']}")
    assert [each["account"] for each in first["items"] + rest["items"]] == ["1001", "1002", "1003"]
    assert rest["next_cursor"] is None
    await refusal(house, admin, "GET", "phones?cursor=nonsense")


async def test_an_asterisk_that_does_not_run_is_said_and_written_down(house: House, admin: Person) -> None:
    await send(house, admin, "POST", "phones", {"account": "1007", "name": "Suda"}, 201)
    would = await send(house, admin, "POST", "publications", {"dry_run": True})
    assert (would["result"], [each["name"] for each in would["changes"]]) == ("failed", ["1007"])
    assert "no Asterisk runs" in would["problem"]
    assert would["changes"][0]["after"] == {"account": "1007", "name": "Suda", "browser": False}
    refused = await refusal(house, admin, "POST", "publications", {}, 503)
    assert "no Asterisk runs" in refused["detail"]
    listed = (await send(house, admin, "GET", "publications"))["items"]
    assert [(each["result"], each["user_id"]) for each in listed] == [("failed", admin.id)]
    assert listed[0]["changes"][0]["text"] == "Phone 1007 (Suda) is new."
    one = await send(house, admin, "GET", f"publications/{listed[0]['id']}")
    assert one == listed[0]
