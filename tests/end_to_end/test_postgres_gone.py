"""PostgreSQL goes away under a running service, and comes back: the calls go on, and nothing of them is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kernel.database import Database
from ringdesk.demo.company import SALES_NUMBER, customers
from ringdesk.demo.softphone import PhoneEventKind
from tests.end_to_end.house import House, established
from tests.end_to_end.test_faults import offers_of, one_call, ready_agents, ringing_at
from tests.end_to_end.waiting import eventually
from tests.postgres import PostgresServer, postgres_server

pytestmark = [pytest.mark.asterisk, pytest.mark.postgresql, pytest.mark.slow]

SOMCHAI, ARUNEE, OLGA, PRIYA = customers(4)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that the test may stop: nobody else uses it."""
    with postgres_server() as server:
        yield server


@contextmanager
def gone(server: PostgresServer, how: str) -> Iterator[None]:
    """Within the block the server is stopped, or is there and says nothing."""
    if how == "hangs":
        with server.hanging():
            yield
        return
    server.stop()
    try:
        yield
    finally:
        server.start()


@pytest.mark.parametrize("how", ["stopped", "hangs"])
async def test_calls_go_on_while_postgresql_is_gone_and_are_all_known_afterwards(
    own_postgres: PostgresServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Silence counts as absence sooner than in real life, which nobody should have to wait for.
    monkeypatch.setitem(Database.__init__.__kwdefaults__, "answer_timeout", 2)  # type: ignore[misc]
    async with House(staff=2, database_url=own_postgres.url()) as house, ready_agents(house, 2) as phones:
        marks = {phone.account: phone.mark() for phone in phones}
        async with house.caller(SOMCHAI.number) as first, house.screen("1001") as one, house.screen("1002") as two:
            await first.dial(SALES_NUMBER)
            talking, _ = await ringing_at(phones, SOMCHAI.number, marks)
            await house.reached(talking.account, "talking")

            with gone(own_postgres, how):
                # Who talks goes on talking; who calls now is offered by the router, and shown without a record.
                other = next(phone for phone in phones if phone is not talking)
                met = await one_call(house, [other], ARUNEE.number, 0.2)
                screen = one if other.account == "1001" else two
                offer = await screen.change("call_offered", lambda data: data["caller_number"] == ARUNEE.number)
                assert offer.data["why"] is not None

                async def alarmed() -> dict[str, str] | None:
                    status, ready = await house.get("/readyz")
                    told: dict[str, str] = ready["checks"]
                    return told if status == 503 and "facts wait" in told["journal"] else None

                told = await eventually(alarmed, "the alarm of the journal")
                assert told is not None
                assert told["database"] != "ok"
                status, problem = await house.get("/api/v1/contacts")
                assert (status, problem["status"]) == (503, 503)
                assert "database" in problem["detail"]

                # Also when the alarm stands.
                assert not [event for event in talking.events if event.kind is PhoneEventKind.CLOSED]
                await first.hangup()
                await house.reached(met.agent, "ready")
                again = await one_call(house, phones, OLGA.number, 0.2)

            async def well() -> bool:
                return (await house.get("/readyz"))[0] == 200

            await eventually(well, "ready again", timeout=60)
            ended = await house.ended_call_from(SOMCHAI.number, timeout=60)
            assert (ended.outcome, ended.answered_by, ended.hangup_by) == ("answered", [talking.account], "caller")
            for number, agent in ((ARUNEE.number, met.agent), (OLGA.number, again.agent)):
                call = await house.ended_call_from(number, timeout=60)
                assert (call.outcome, call.answered_by, call.recorded) == ("answered", [agent], True)

                async def settled(call: Any = call, agent: str = agent) -> bool:
                    offers = await offers_of(house, call)
                    return [(each.account, each.outcome, each.source) for each in offers] == [
                        (agent, "answered", "router")
                    ]

                await eventually(settled, "the record of the offer", timeout=60)
            assert await house.gaps() == []  # nothing was missed

            # And everything is as before.
            for phone in phones:
                await house.reached(phone.account, "ready")
            async with house.caller(PRIYA.number) as caller:
                marks = {phone.account: phone.mark() for phone in phones}
                await caller.dial(SALES_NUMBER)
                answered, _ = await ringing_at(phones, PRIYA.number, marks)
                screen = one if answered.account == "1001" else two
                offer = await screen.change("call_offered", lambda data: data["caller_number"] == PRIYA.number)
                assert [contact["name"] for contact in offer.data["contacts"]] == [PRIYA.name]
                await established(answered)
                await asyncio.sleep(0)
