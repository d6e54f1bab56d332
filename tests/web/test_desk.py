"""Hanging up over the API, and what is kept of a call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from accounts.users import Role
from kernel.messages import CommandNotAnswered
from pbx.errors import CommandFailed, LinkDown
from tests.web.house import House, Person, call_facts
from web.application import create_app

PATH = "/api/v1/desk/hang-up"


@dataclass
class Line:
    """A PBX that notes what it is asked, and can fail."""

    ended: list[str] = field(default_factory=list)
    failure: Exception | None = None

    async def hang_up(self, channel: str) -> None:
        self.ended.append(channel)
        if self.failure is not None:
            raise self.failure


async def hang_up(house: House, who: Person, line: Line, call_id: str = "main-1.1") -> int:
    app = create_app(replace(house.services, line=line))
    async with (
        TestClient(TestServer(app)) as client,
        client.post(PATH, headers=who.headers, json={"call_id": call_id}) as answer,
    ):
        return answer.status


async def test_one_hangs_up_ones_own_phone_and_nobody_elses(house: House) -> None:
    anna, boris = await house.add_person("anna", account="1001"), await house.add_person("boris", account="1002")
    agents, line = house.services.agents, Line()
    for account, channel in (("1001", "1.2"), ("1002", "1.3")):
        agent = agents.at_phone(account)
        assert agent is not None
        agents.leg_rings(agent, channel, "main-1.1", is_offered=True)
    assert await hang_up(house, anna, line) == 409  # it only rings
    agent = agents.at_phone("1001")
    assert agent is not None
    agents.leg_talks(agent, "1.2", "main-1.1", is_offered=True)
    assert await hang_up(house, anna, line, "main-7.7") == 409
    assert await hang_up(house, boris, line) == 409
    assert line.ended == []
    assert await hang_up(house, anna, line) == 204
    assert line.ended == ["1.2"]


@pytest.mark.parametrize("failure", [LinkDown("no link"), CommandNotAnswered("late"), CommandFailed("no")])
async def test_a_pbx_that_does_not_do_it_is_named(house: House, failure: Exception) -> None:
    anna = await house.add_person("anna", account="1001")
    agent = house.services.agents.at_phone("1001")
    assert agent is not None
    house.services.agents.leg_talks(agent, "1.2", "main-1.1", is_offered=True)
    assert await hang_up(house, anna, Line(failure=failure)) == 503
    agent.legs.clear()
    assert await hang_up(house, anna, Line()) == 409


async def test_outcome_and_follow_up_are_kept_with_the_note(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    contact = await house.add_contact("Somchai", "02 123 4567")
    await house.record(*call_facts())
    client, path = house.client, "/api/v1/calls/main-1764.1/note"
    kept = {"text": "Send the list", "outcome": "order", "follow_up_at": "2026-11-27T09:00:00Z", "contact_id": contact}
    saved = await (await client.put(path, headers=anna.headers, json=kept)).json()
    assert (saved["outcome"], saved["follow_up_at"]) == ("order", "2026-11-27T09:00:00Z")
    tasks = await (await client.get(f"/api/v1/tasks?contact_id={contact}", headers=anna.headers)).json()
    assert [(task["id"], task["assignee_id"]) for task in tasks["items"]] == [(saved["follow_up_task_id"], anna.id)]
    wrong = await client.put(path, headers=anna.headers, json={"text": "", "outcome": "party"})
    assert wrong.status == 422
    assert (await wrong.json())["errors"][0]["field"] == "outcome"
    outcomes = await (await client.get("/api/v1/outcomes", headers=anna.headers)).json()
    assert "order" in [each["key"] for each in outcomes["items"]]


async def test_calls_by_agent_queue_and_day(house: House) -> None:
    anna, boris = await house.add_person("anna", account="1001"), await house.add_person("boris", account="1002")
    await house.record(*call_facts("1.1", party="1001"))
    await house.record(*call_facts("2.1", party="1002"))
    boss = await house.add_person("boss", role=Role.MANAGER)

    async def found(query: str) -> list[str]:
        answer = await house.client.get(f"/api/v1/calls?{query}", headers=boss.headers)
        return sorted(call["call_id"] for call in (await answer.json())["items"])

    both = ["main-1.1", "main-2.1"]
    assert await found(f"user_id={anna.id}") == ["main-1.1"]
    assert await found(f"user_id={boris.id}") == ["main-2.1"]
    assert await found("queue=sales") == both
    assert await found("queue=sale") == []
    assert await found("since=2026-11-02T00:00:00Z&until=2026-11-03T00:00:00Z") == both
    assert await found("until=2026-11-02T00:00:00Z") == []
    assert await found("since=2026-11-03T00:00:00Z") == []
