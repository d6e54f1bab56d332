import asyncio
from datetime import datetime

import pytest
from sqlalchemy import select

from kernel.clock import SystemClock
from pbx.facts import CallRouted
from queue_router import callers
from queue_router.agents import MISSED_CALL, Agents
from queue_router.offers import CallOffer
from queue_router.states import AgentState, Wanted
from tests.queue_router.house import Asterisk, House, Person, next_change


async def offers(house: House) -> list[tuple[str, str, str]]:
    await house.entry.drain()
    async with house.database.reading() as session:
        rows = await session.scalars(select(CallOffer).order_by(CallOffer.id))
        return [(row.call_id, row.account, row.outcome.value) for row in rows]


async def test_the_desk_knows_the_caller_before_the_phone_is_dialled(house: House) -> None:
    user_id = await house.add_agent("1001")
    house.directory.people = {"021234567": [Person(7, "Somchai Jaidee", "Siam Foods"), Person(9, "Anong")]}
    desk = house.watch(user_id)
    asterisk = Asterisk()

    async def dial(account: str) -> str:
        change = await next_change(desk, "call_offered", timeout=0.001)
        assert change.topic == f"desk:{user_id}"
        assert change.data["call_id"] == "main-1764.1"
        assert change.data["node"] == "main"
        assert change.data["queue"] == "sales"
        assert (change.data["caller_number"], change.data["caller_name"]) == ("021234567", "Somchai")
        assert change.data["dialed"] == "029990000"
        assert change.data["contacts"] == [
            {"id": 7, "name": "Somchai Jaidee", "company": "Siam Foods"},
            {"id": 9, "name": "Anong", "company": None},
        ]
        assert change.data["why"]["members"][0]["verdict"] == "chosen"
        ringing = datetime.fromisoformat(change.data["ring_until"]) - datetime.fromisoformat(change.data["offered_at"])
        assert ringing.total_seconds() == 5
        agent = house.agents.find(user_id)
        assert agent is not None
        assert agent.state is AgentState.RESERVED
        assert asterisk.variables["RD_AGENT"] == "1001"
        assert asterisk.variables["RD_HANDLED"] == "1"
        assert asterisk.variables["TIMEOUT(absolute)"] == "0"
        return "ANSWER"

    asterisk.on_dial = dial
    variables = await asterisk.run(house.port)
    assert (variables["RD_HANDLED"], variables["DIALSTATUS"]) == ("1", "ANSWER")
    assert asterisk.dialed == ["PJSIP/1001/sip:1001@127.0.0.1:5060;transport=udp,5,tk"]
    assert await offers(house) == [("main-1764.1", "1001", "answered")]


async def test_without_a_ready_agent_the_call_is_not_taken(house: House) -> None:
    await house.add_agent("1001", Wanted.NOT_READY)
    asterisk = Asterisk()
    variables = await asterisk.run(house.port)
    assert "RD_HANDLED" not in variables
    assert asterisk.dialed == []


@pytest.mark.parametrize("dialed", ["", "020000000"])
async def test_a_number_of_no_queue_is_not_taken(house: House, dialed: str) -> None:
    await house.add_agent("1001")
    asterisk = Asterisk(dialed=dialed)
    assert "RD_HANDLED" not in await asterisk.run(house.port)


async def test_the_dialplan_may_name_the_queue(house: House) -> None:
    await house.add_agent("1001")
    asterisk = Asterisk(dialed="")
    asterisk.variables["RD_QUEUE"] = "sales"
    assert (await asterisk.run(house.port))["DIALSTATUS"] == "ANSWER"


@pytest.mark.parametrize(
    ("dialed", "context", "told"),
    [
        ("029990001", "ringdesk-extension,s,1", {"RD_TO": "extension", "RD_EXTENSION": "1003", "RD_RING": "9"}),
        ("029990002", "ringdesk-announcement,s,1", {"RD_TO": "announcement", "RD_SOUND": "digits/1"}),
    ],
)
async def test_a_call_that_is_for_no_queue_is_sent_where_its_number_leads(
    house: House, dialed: str, context: str, told: dict[str, str]
) -> None:
    await house.add_agent("1003")
    asterisk = Asterisk(dialed=dialed)
    asterisk.variables["RD_QUEUE"] = "sales"
    variables = await asterisk.run(house.port)
    assert asterisk.gone_to == context
    assert variables.items() >= {**told, "RD_QUEUE": "", "TIMEOUT(absolute)": "0"}.items()
    assert "RD_HANDLED" not in variables
    assert asterisk.dialed == []


async def test_why_a_call_goes_where_is_written_down(house: House) -> None:
    for index, (dialed, queue) in enumerate([("029990001", ""), ("+029990000", ""), ("1", "sales"), ("1", "")]):
        asterisk = Asterisk(call=f"1764.{index}", dialed=dialed)
        asterisk.variables["RD_QUEUE"] = queue
        await asterisk.run(house.port)
    routed = [fact for fact in house.recorded if isinstance(fact, CallRouted)]
    sales = {"kind": "queue", "queue": "sales"}
    assert [(fact.dialed, fact.basis, fact.rule, fact.destination) for fact in routed] == [
        ("029990001", "number", "029990001", {"kind": "extension", "extension": "1003", "ring_seconds": 9}),
        ("+029990000", "number", "029990000", sales),
        ("1", "channel", None, sales),
        ("1", "nothing", None, None),
    ]
    assert [fact.call_id for fact in routed] == [f"main-1764.{index}" for index in range(4)]


async def test_a_call_that_the_dialplan_meant_for_elsewhere_is_answered_for_its_queue(house: House) -> None:
    await house.add_agent("1001")
    asterisk = Asterisk()
    asterisk.variables["RD_TO"] = "announcement"
    variables = await asterisk.run(house.port)
    assert "ANSWER" in asterisk.commands
    assert (variables["RD_TO"], variables["DIALSTATUS"]) == ("queue", "ANSWER")


async def test_no_answer_goes_to_the_next_and_the_first_is_not_ready(house: House) -> None:
    first = await house.add_agent("1001")
    second = await house.add_agent("1002")
    desk = house.watch(first, second)
    asterisk = Asterisk()

    async def dial(account: str) -> str:
        return "NOANSWER" if account == "1001" else "ANSWER"

    asterisk.on_dial = dial
    await asterisk.run(house.port)
    assert [target.split("/")[1] for target in asterisk.dialed] == ["1001", "1002"]
    gone = await next_change(desk, "call_gone")
    assert (gone.topic, gone.data["end_reason"]) == (f"desk:{first}", "no_answer")
    assert await offers(house) == [("main-1764.1", "1001", "no_answer"), ("main-1764.1", "1002", "answered")]
    # As it is after a restart.
    house.agents = Agents(house.database, house.hub, SystemClock())
    await house.agents.load()
    agent = house.agents.find(first)
    assert agent is not None
    assert (agent.wanted, agent.wanted_reason, agent.state) == (Wanted.NOT_READY, MISSED_CALL, AgentState.NOT_READY)


async def test_when_nobody_answers_the_call_is_given_back(house: House) -> None:
    for account in ("1001", "1002"):
        await house.add_agent(account)
    asterisk = Asterisk()

    async def dial(account: str) -> str:
        return "BUSY"

    asterisk.on_dial = dial
    variables = await asterisk.run(house.port)
    assert variables["DIALSTATUS"] == "BUSY"
    assert len(asterisk.dialed) == 2
    # Who declines a call goes on getting others.
    assert {agent.state for agent in house.agents.all()} == {AgentState.READY}


async def test_an_unregistered_phone_is_not_dialled_nor_offered_again_at_once(house: House) -> None:
    user_id = await house.add_agent("1001")
    desk = house.watch(user_id)
    asterisk = Asterisk()
    asterisk.contacts["1001"] = ""
    assert "RD_HANDLED" not in await asterisk.run(house.port)
    assert (await next_change(desk, "call_gone")).data["end_reason"] == "unreachable"
    again = Asterisk("1764.2")
    await again.run(house.port)
    assert not any("PJSIP_DIAL_CONTACTS" in command for command in again.commands)
    agent = house.agents.find(user_id)
    assert agent is not None
    assert agent.state is AgentState.NO_PHONE
    house.agents.phone_is("1001", reachable=True)
    assert agent.state is AgentState.READY


@pytest.mark.parametrize(
    "contact",
    [
        "PJSIP/1001/sip:a,1,U(evil)@127.0.0.1",
        'PJSIP/1001/sip:"a@127.0.0.1',
        "Local/1@evil",
        "PJSIP/1001/sip:a@h|x",
        "PJSIP/1001/sip:${EVIL}@h",
    ],
)
async def test_a_phone_cannot_smuggle_options_into_the_dial(house: House, contact: str) -> None:
    await house.add_agent("1001")
    asterisk = Asterisk()
    asterisk.contacts["1001"] = contact
    await asterisk.run(house.port)
    assert asterisk.dialed == ["PJSIP/1001,5,tk"]


async def test_all_phones_of_an_agent_ring(house: House) -> None:
    await house.add_agent("1001")
    asterisk = Asterisk()
    asterisk.contacts["1001"] = "PJSIP/1001/sip:a@127.0.0.1:1&PJSIP/1001/sip:a@[::1]:2;transport=ws"
    await asterisk.run(house.port)
    assert asterisk.dialed == [f"{asterisk.contacts['1001']},5,tk"]


async def test_two_calls_at_once_never_ring_the_same_agent(house: House) -> None:
    for account in ("1001", "1002"):
        await house.add_agent(account)
    all_ring = asyncio.Event()
    ringing: list[str] = []

    async def dial(account: str) -> str:
        ringing.append(account)
        if len(ringing) == 2:
            all_ring.set()
        await all_ring.wait()
        return "ANSWER"

    calls = [Asterisk(f"1764.{index}") for index in range(5)]
    for call in calls:
        call.on_dial = dial
    await asyncio.gather(*(call.run(house.port) for call in calls))
    assert sorted(ringing) == ["1001", "1002"]
    assert sum("RD_HANDLED" in call.variables for call in calls) == 2


async def test_the_hold_ends_with_the_conversation(house: House) -> None:
    user_id = await house.add_agent("1001")

    async def hang_up(account: str) -> None:
        return None

    asterisk = Asterisk()
    asterisk.on_dial = hang_up
    desk = house.watch(user_id)
    await asterisk.run(house.port)
    while (await next_change(desk, "agent_state")).data["state"] != "ready":
        pass
    # Whether it had been answered only the facts can tell: the offer is not settled by us.
    assert await offers(house) == [("main-1764.1", "1001", "ringing")]


async def test_a_directory_that_fails_costs_the_name_and_not_the_call(house: House) -> None:
    user_id = await house.add_agent("1001")
    desk = house.watch(user_id)

    async def fail() -> None:
        raise RuntimeError("no database")

    house.directory.before = fail
    assert (await Asterisk().run(house.port))["DIALSTATUS"] == "ANSWER"
    assert (await next_change(desk, "call_offered")).data["contacts"] == []


async def test_a_directory_that_hangs_holds_up_the_call_only_so_long(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.add_agent("1001")
    monkeypatch.setattr(callers, "LOOKUP_SECONDS", 0.05)
    house.directory.before = asyncio.Event().wait  # type: ignore[assignment]
    assert (await Asterisk().run(house.port, timeout=30))["DIALSTATUS"] == "ANSWER"


async def test_a_caller_without_number_and_name_is_offered_all_the_same(house: House) -> None:
    user_id = await house.add_agent("1001")
    desk = house.watch(user_id)
    asterisk = Asterisk(caller="unknown")
    asterisk.headers["agi_calleridname"] = "unknown"
    await asterisk.run(house.port)
    offered = (await next_change(desk, "call_offered")).data
    assert (offered["caller_number"], offered["caller_name"]) == (None, None)


async def test_a_name_of_any_kind_never_reaches_a_command(house: House) -> None:
    user_id = await house.add_agent("1001")
    desk = house.watch(user_id)
    name = '"; EXEC System "rm -rf /" <script>${SHELL(x)} สมชาย 😀'
    asterisk = Asterisk()
    asterisk.headers["agi_calleridname"] = name
    await asterisk.run(house.port)
    assert (await next_change(desk, "call_offered")).data["caller_name"] == name
    assert not any("System" in command or "สม" in command for command in asterisk.commands)


async def test_a_locked_database_does_not_hold_up_the_call(house: House) -> None:
    await house.add_agent("1001")
    await house.add_agent("1002")
    asterisk = Asterisk()

    async def dial(account: str) -> str:
        return "NOANSWER" if account == "1001" else "ANSWER"

    asterisk.on_dial = dial
    async with house.database.transaction():
        variables = await asterisk.run(house.port)
    assert variables["DIALSTATUS"] == "ANSWER"
    assert await offers(house) == [("main-1764.1", "1001", "no_answer"), ("main-1764.1", "1002", "answered")]
