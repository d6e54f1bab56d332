"""An admin changes what Asterisk is told while the service runs: no restart, and the next call knows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from accounts.tokens import create_token
from accounts.users import Role, add_user
from kernel.clock import SystemClock
from queue_router.agents import add_agent
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneEventKind, SoftPhone
from ringdesk.publishing import publish_once
from tests.end_to_end.house import House, established
from tests.end_to_end.waiting import eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

NUMBER = "+6629990000"
SUPPORT = {"kind": "queue", "queue": "support"}


class Admin:
    """An admin at the API."""

    def __init__(self, house: House, token: str) -> None:
        self._house = house
        self._headers = {"Authorization": f"Bearer {token}"}

    async def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        url = f"{self._house.address}/api/v1/{path}"
        async with self._house.http.request(method, url, headers=self._headers, json=body) as response:
            assert response.status == status, await response.text()
            return await response.json() if status != 204 else None


async def people(house: House) -> tuple[Admin, str]:
    """An admin, and the token of a new agent at the phone 1050."""
    now = SystemClock().now()
    async with house.service.database.transaction() as session:
        admin = await add_user(session, login="root", name="Root", role=Role.ADMIN, now=now)
        agent = await add_user(session, login="suda", name="Suda", role=Role.AGENT, now=now)
        await add_agent(session, agent.id, "1050", now)
        tokens = [(await create_token(session, user.id, label="test", now=now)).secret for user in (admin, agent)]
    return Admin(house, tokens[0]), tokens[1]


async def test_a_new_phone_queue_and_number_work_without_a_restart_while_a_call_goes_on() -> None:
    async with House(staff=1, callers=2) as house:
        admin, token = await people(house)
        async with house.ready_agent("1001") as talking, house.caller("+66811111111") as first:
            await first.dial(SALES_NUMBER)
            await established(talking)

            unheard_of = {"kind": "announcement", "sound": "no-such-sound"}
            refused = await admin("POST", "numbers", {"number": "+6620000", "destination": unheard_of}, status=422)
            assert refused["errors"][0]["field"] == "destination.sound"
            sounds = await admin("GET", "sounds?q=digits/1&limit=2")
            assert (sounds["items"], sounds["problem"]) == (["digits/1", "digits/10"], None)
            assert (await admin("GET", f"sounds?q=digits/1&cursor={sounds['next_cursor']}"))["items"][0] == "digits/11"

            phone = await admin("POST", "phones", {"account": "1050", "name": "Suda"}, status=201)
            await admin("POST", "queues", {"name": "support", "members": ["1050"], "ring_seconds": 9}, status=201)
            await admin("POST", "numbers", {"number": NUMBER, "destination": SUPPORT}, status=201)
            would = await admin("POST", "publications", {"dry_run": True})
            said = [change["text"] for change in would["changes"]]
            assert said == [
                "Phone 1050 (Suda) is new.",
                "Queue support is new.",
                f"Number {NUMBER} is new and leads to the queue support.",
            ]
            assert would["id"] is None
            done = await admin("POST", "publications", {})
            assert (done["result"], done["changes"]) == ("published", would["changes"])
            assert done["files"] == ["extensions.conf", "pjsip.conf", "queues.conf"]
            assert (await admin("POST", "publications", {}))["result"] == "unchanged"

            at_once = Answer.after(0.2)
            program = house.caller("x")._program
            async with SoftPhone("1050", phone["secret"], house.registrar, program=program, answer=at_once) as new:
                await house.reached("1050", "not_ready")
                headers = {"Authorization": f"Bearer {token}"}
                url = f"{house.address}/api/v1/agents/me/state"
                async with house.http.post(url, headers=headers, json={"wanted": "ready"}) as response:
                    assert response.status == 200
                await house.reached("1050", "ready")
                async with house.caller("+66822222222") as second:
                    await second.dial(NUMBER)
                    await established(new)
                    await house.reached("1050", "talking")
                    await second.hangup()
                    await new.wait_for(PhoneEventKind.CLOSED, timeout=20)
            assert PhoneEventKind.CLOSED not in {event.kind for event in first.events}
            await first.hangup()
        call = await house.ended_call_from("+66822222222")
        assert (call.queue, call.answered_by) == ("support", ["1050"])
        assert (await house.ended_call_from("+66811111111")).outcome == "answered"


async def test_who_waits_is_offered_to_an_agent_who_joins_the_queue_and_a_member_who_wants_no_calls_is_paused() -> None:
    async with House(staff=2, callers=1) as house:
        admin, _ = await people(house)
        queue = await admin("POST", "queues", {"name": "support"}, status=201)
        await admin("POST", "numbers", {"number": NUMBER, "destination": SUPPORT}, status=201)
        await admin("POST", "publications", {})
        async with house.ready_agent("1001") as agent, house.phone("1002"), house.caller("+66811111111") as caller:
            await caller.dial(NUMBER)
            await established(caller)
            await admin("PATCH", f"queues/{queue['id']}", {"members": ["1001", "1002"]})
            await admin("POST", "publications", {})
            await established(agent)

            async def paused() -> bool:
                shown = await asyncio.to_thread(house.asterisk.console, "queue show support")
                (line,) = [line for line in shown.splitlines() if "PJSIP/1002" in line]
                return "(paused" in line

            await eventually(paused, "1002, who has not asked for calls, is paused", timeout=40)
            await caller.hangup()
            await agent.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_what_the_command_line_publishes_reaches_the_running_service() -> None:
    async with House(staff=1, callers=1) as house:
        admin, _ = await people(house)
        await admin("POST", "queues", {"name": "support", "members": ["1001"]}, status=201)
        await admin("POST", "numbers", {"number": NUMBER, "destination": SUPPORT}, status=201)
        assert house.service.numbers.queue_of(NUMBER) is None
        outcome = await publish_once(house.settings)
        assert [change.name for change in outcome.changes] == ["support", NUMBER]

        async def look() -> bool:
            return house.service.numbers.queue_of(NUMBER) is not None

        await eventually(look, "the service leads the new number", timeout=40)
        shown = await asyncio.to_thread(house.asterisk.console, "queue show support")
        assert "PJSIP/1001" in shown
        listed = (await admin("GET", "publications"))["items"]
        assert [(each["user_id"], each["result"]) for each in listed] == [(None, "published")]
