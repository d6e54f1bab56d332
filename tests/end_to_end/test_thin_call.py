"""One call through the whole house, on the real parts; and the calls that are not so plain."""

from __future__ import annotations

import asyncio
import itertools
import json
import time

import pytest
from rich.console import Console
from sqlalchemy import func, select

from crm_core.timeline import Activity
from pbx.journal_tables import CallFactRow, CallRow
from queue_router.agents import MISSED_CALL
from ringdesk.asterisk.ports import free_ports
from ringdesk.demo.check import lines, run_check
from ringdesk.demo.company import QUEUE, SALES_NUMBER, customers
from ringdesk.demo.softphone import Answer, PhoneEventKind
from ringdesk.demo.speech import wav_seconds, word_error_rate
from tests.end_to_end.house import House, established, library
from tests.end_to_end.waiting import eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

Kind = PhoneEventKind
RINGING_TO_SCREEN_SECONDS = 0.5
"""How much later than the ring the record may come, where every process shares two busy cores."""
TALK_SECONDS = 7.0
"""Of a shorter talk, one word misheard is a high rate."""
SOMCHAI, ARUNEE, *_ = customers(4)


def kinds(facts: list[CallFactRow]) -> list[str]:
    return [fact.kind for fact in facts]


async def test_one_call_goes_through_the_whole_house() -> None:
    async with House(engine="whisper") as house:
        speech = library()
        said = {
            "caller": speech.talk(house.state / "caller.wav", seconds=TALK_SECONDS, seed=1),
            "agent": speech.talk(house.state / "agent.wav", seconds=TALK_SECONDS, seed=2),
        }
        async with (
            house.ready_agent("1001", speaks=said["agent"].path) as agent,
            house.screen("1001") as screen,
            house.caller(SOMCHAI.number, name="S. JAIDEE", speaks=said["caller"].path) as caller,
        ):
            await caller.dial(SALES_NUMBER)
            offer = await screen.change("call_offered")
            ringing = await agent.wait_for(Kind.INCOMING, timeout=20)
            assert ringing.peer == SOMCHAI.number
            assert offer.monotonic <= ringing.monotonic + RINGING_TO_SCREEN_SECONDS
            assert [contact["name"] for contact in offer.data["contacts"]] == [SOMCHAI.name]
            assert offer.data["contacts"][0]["company"] == SOMCHAI.company
            assert (offer.data["queue"], offer.data["dialed"]) == (QUEUE, SALES_NUMBER)
            assert (offer.data["caller_number"], offer.data["caller_name"]) == (SOMCHAI.number, "S. JAIDEE")

            await established(agent)
            answer = await screen.change("call_answered")
            assert answer.data["call_id"] == offer.data["call_id"]
            await house.reached("1001", "talking")
            talk = max(wav_seconds(each.path) for each in said.values()) + 0.3
            begun = time.monotonic()
            await asyncio.sleep(talk)  # both say what they have to say
            await caller.hangup()
            talk = time.monotonic() - begun
            await agent.wait_for(Kind.CLOSED, timeout=20)
            ended = await screen.change("call_ended")
            assert ended.data["phase"] == "ended"
            await house.reached("1001", "ready")

        call_id = offer.data["call_id"]
        call = await house.ended_call_from(SOMCHAI.number)
        assert call.call_id == call_id == f"main-{call.linkedid}"
        assert (call.direction, call.dialed, call.queue) == ("inbound", SALES_NUMBER, QUEUE)
        assert (call.rang, call.answered_by) == (["1001"], ["1001"])
        assert (call.outcome, call.hangup_by, call.recorded) == ("answered", "caller", True)
        assert call.answered_at is not None
        assert call.ended_at is not None
        assert (call.ended_at - call.answered_at).total_seconds() == pytest.approx(talk, abs=2.0)

        facts = await house.facts(call_id)
        story = [kind for kind in kinds(facts) if kind not in ("RecordingStarted", "CallRouted", "CallQueued")]
        assert story == ["CallStarted", "PartyRang", "PartyAnswered", "PartyLeft", "CallEnded"]
        assert kinds(facts).count("CallQueued") == kinds(facts).count("RecordingStarted") == 1
        assert kinds(facts).index("RecordingStarted") < kinds(facts).index("PartyAnswered")
        assert [fact.problem for fact in facts] == [None] * len(facts)

        async def transcribed() -> dict[str, object] | None:
            status, document = await house.get(f"/api/v1/calls/{call_id}")
            assert status == 200
            return document if document["transcript"] else None

        document = await eventually(transcribed, "the transcript", timeout=60)
        assert document is not None
        recording, transcript = document["recording"], document["transcript"]
        assert (recording["state"], recording["problem"]) == ("transcribed", None)
        assert recording["seconds"] == pytest.approx(talk, abs=2.0)
        files = sorted(path.name for path in house.pbx.recordings.iterdir())
        assert files == [f"{call_id}.agent.sln", f"{call_id}.caller.sln"]
        assert max(path.stat().st_size for path in house.pbx.recordings.iterdir()) / 16_000 == pytest.approx(
            recording["seconds"], abs=0.01
        )
        for side, spoken in said.items():
            assert word_error_rate(spoken.text, transcript["text"][side]) < 0.25
        assert {turn["speaker"] for turn in transcript["turns"]} == {"caller", "agent"}

        [offered] = document["offers"]
        assert (offered["account"], offered["queue"], offered["source"]) == ("1001", QUEUE, "router")
        assert offered["outcome"] == "answered"
        assert offered["why"]["queue"] == QUEUE
        assert len(offered["why"]) > 1

        [contact] = await house.service.contacts.lookup(SOMCHAI.number)
        status, timeline = await house.get(f"/api/v1/contacts/{contact.id}/timeline")
        assert status == 200
        [activity] = timeline["items"]
        assert (activity["call_id"], activity["kind"]) == (call_id, "call")
        assert (activity["data"]["outcome"], activity["data"]["answered_by"]) == ("answered", ["1001"])


async def test_the_pulse_finds_a_whole_call_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with House(with_asterisk=False, with_service=False) as house:  # for what it needs, and a short directory
        reports, totals = await run_check(house.state / "check", calls=1, at_once=1, console=Console(quiet=True))
    [report] = reports
    assert report.problems == []
    assert report.is_whole
    assert report.websocket_ms is not None
    assert report.agent_invite_ms is not None
    assert report.websocket_ms < report.agent_invite_ms + 1000 * RINGING_TO_SCREEN_SECONDS
    call, summary = (json.loads(line) for line in lines(reports, totals))
    assert call["contact"] == SOMCHAI.name
    assert set(call["transcript"]) == {"caller", "agent"}
    assert summary["summary"]["whole"] == 1


async def test_a_caller_whom_nobody_knows_is_shown_as_such() -> None:
    stranger = "+66999999999"
    async with (
        House() as house,
        house.ready_agent() as agent,
        house.screen("1001") as screen,
        house.caller(stranger) as caller,
    ):
        await caller.dial(SALES_NUMBER)
        offer = await screen.change("call_offered")
        assert (offer.data["caller_number"], offer.data["contacts"]) == (stranger, [])
        await established(agent)
        await caller.hangup()
        call = await house.ended_call_from(stranger)
        assert (call.outcome, call.answered_by) == ("answered", ["1001"])
        async with house.database() as database, database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Activity)) == 0


async def test_a_caller_who_shows_no_number_is_put_through() -> None:
    async with House() as house, house.ready_agent() as agent, house.screen("1001") as screen:
        async with house.odd_caller("calls_without_number", seconds=1.0) as caller:
            offer = await screen.change("call_offered")
            assert (offer.data["caller_number"], offer.data["contacts"]) == (None, [])
            assert offer.data["queue"] == QUEUE
            await established(agent)
            result = await caller.finished()
            assert (result.succeeded, result.failed) == (1, 0), result.errors
        await screen.change("call_ended")

        async def ended() -> list[CallRow]:
            return [call for call in await house.calls() if call.ended_at]

        [call] = await eventually(ended, "the call's end")
        assert (call.caller_number, call.outcome, call.answered_by) == (None, "answered", ["1001"])
        assert call.dialed == SALES_NUMBER


async def test_an_anonymous_caller_is_nobody_of_the_contacts() -> None:
    async with (
        House() as house,
        house.ready_agent() as agent,
        house.screen("1001") as screen,
        house.caller("anonymous", name="Anonymous") as caller,
    ):
        await caller.dial(SALES_NUMBER)
        offer = await screen.change("call_offered")
        assert offer.data["contacts"] == []
        await established(agent)
        await caller.hangup()
        assert (await house.ended_call_from("anonymous")).outcome == "answered"


@pytest.mark.parametrize(
    "name",
    ["สมหญิง ใจงาม", "<script>alert('😀')</script> & $(reboot)?", 'Anna "Ann" Petrova \\o/'],
    ids=["thai", "markup and shell", "quotes"],
)
async def test_a_callers_name_arrives_as_it_was_sent(name: str) -> None:
    async with (
        House() as house,
        house.ready_agent() as agent,
        house.screen("1001") as screen,
        house.caller(ARUNEE.number, name=name) as caller,
    ):
        await caller.dial(SALES_NUMBER)
        offer = await screen.change("call_offered")
        assert offer.data["caller_name"] == name
        assert [contact["name"] for contact in offer.data["contacts"]] == [ARUNEE.name]
        await established(agent)
        await caller.hangup()
        assert (await house.ended_call_from(ARUNEE.number)).caller_name == name


async def test_where_the_router_is_not_reached_asterisk_serves_and_the_record_still_opens() -> None:
    async with House(with_service=False) as house:
        # It lives, and Asterisk asks at another door.
        house.service_pbx = lambda pbx: pbx.model_copy(
            update={"ports": pbx.ports.model_copy(update={"agi": free_ports(1)[0]})}
        )
        await house.start_service()
        await _served_by_asterisk(house)


async def _served_by_asterisk(house: House) -> None:
    async with house.ready_agent("1001") as agent, house.screen("1001") as screen:
        async with house.caller(SOMCHAI.number) as caller:
            await caller.dial(SALES_NUMBER)
            offer = await screen.change("call_offered")
            ringing = await agent.wait_for(Kind.INCOMING, timeout=20)
            assert offer.monotonic <= ringing.monotonic + RINGING_TO_SCREEN_SECONDS
            assert [contact["name"] for contact in offer.data["contacts"]] == [SOMCHAI.name]
            assert (offer.data["queue"], offer.data["why"]) == (QUEUE, None)
            await established(agent)
            await screen.change("call_answered")
            await house.reached("1001", "talking")
            await caller.hangup()
            await screen.change("call_ended")
        call = await house.ended_call_from(SOMCHAI.number)
        assert (call.outcome, call.queue, call.answered_by) == ("answered", QUEUE, ["1001"])
        status, document = await house.get(f"/api/v1/calls/{call.call_id}")
        assert status == 200
        [offered] = document["offers"]
        assert (offered["source"], offered["outcome"], offered["why"]) == ("pbx", "answered", None)


async def test_with_nobody_ready_the_caller_waits_and_no_phone_rings() -> None:
    async with House() as house, house.phone("1001") as agent, house.caller(SOMCHAI.number) as caller:
        await house.reached("1001", "not_ready")
        await caller.dial(SALES_NUMBER)

        async def waits() -> bool:
            return len(house.service.dispatcher.waiting) == 1

        await eventually(waits, "a caller who waits")
        assert not [event for event in agent.events if event.kind is Kind.INCOMING]
        # Nobody becomes available by accident: what the agent asked for stands.
        await house.reached("1001", "not_ready")
        await house.want("1001", "ready")
        await established(agent)
        await caller.hangup()
        call = await house.ended_call_from(SOMCHAI.number)
        assert (call.outcome, call.queue, call.answered_by) == ("answered", QUEUE, ["1001"])


async def test_who_does_not_answer_is_not_ready_and_the_next_one_gets_the_call() -> None:
    async with (
        House(ring_seconds=2) as house,
        house.ready_agent("1001", answer=Answer.never()) as first,
        house.ready_agent("1002") as second,
        house.screen("1001") as first_screen,
        house.screen("1002") as second_screen,
        house.caller(SOMCHAI.number) as caller,
    ):
        await caller.dial(SALES_NUMBER)
        offer = await first_screen.change("call_offered")
        await first.wait_for(Kind.INCOMING, timeout=20)
        gone = await first_screen.change("call_gone")
        assert gone.data["end_reason"] == "no_answer"
        # Ended by itself, and not by the test's patience: the phone stopped, too.
        await first.wait_for(Kind.CLOSED, timeout=20)
        await house.reached("1001", "not_ready")
        agent = house.service.agents.at_phone("1001")
        assert agent is not None
        assert agent.wanted_reason == MISSED_CALL

        second_offer = await second_screen.change("call_offered")
        assert second_offer.data["call_id"] == offer.data["call_id"]
        await established(second)
        await caller.hangup()
        call = await house.ended_call_from(SOMCHAI.number)
        assert (call.rang, call.answered_by, call.outcome) == (["1001", "1002"], ["1002"], "answered")
        _, document = await house.get(f"/api/v1/calls/{call.call_id}")
        assert [(each["account"], each["outcome"]) for each in document["offers"]] == [
            ("1001", "no_answer"),
            ("1002", "answered"),
        ]

        # Kept: also a service that starts anew doesn't ring them.
        await house.stop_service()
        await house.start_service()
        await house.reached("1001", "not_ready")
        await house.reached("1002", "ready")


async def test_a_talk_outlives_the_service_and_the_next_one_finishes_its_story() -> None:
    async with (
        House() as house,
        house.ready_agent() as agent,
        house.caller(SOMCHAI.number) as caller,
    ):
        await caller.dial(SALES_NUMBER)
        ring = await agent.wait_for(Kind.INCOMING, timeout=20)
        await established(agent, call=ring.call)
        await house.reached("1001", "talking")
        before = await house.call_from(SOMCHAI.number)
        assert before is not None

        marks = (caller.mark(), agent.mark())
        await house.stop_service()
        await house.start_service()
        await house.reached("1001", "talking")  # known again, from the channels alone
        since = itertools.chain(caller.events[marks[0] :], agent.events[marks[1] :])
        assert [event for event in since if event.kind is Kind.CLOSED] == []

        async with house.screen("1001") as screen:
            [call] = screen.heard[0].data["calls"]
            assert (call["call_id"], call["phase"]) == (before.call_id, "answered")
            assert [contact["name"] for contact in call["contacts"]] == [SOMCHAI.name]
            assert before.answered_at is not None
            assert call["answered_at"] == before.answered_at.isoformat()  # the timer goes on
            await caller.hangup()
            await screen.change("call_ended")
        [after] = await house.calls()
        ended = await house.ended_call_from(SOMCHAI.number)
        assert after.call_id == ended.call_id == before.call_id
        assert (ended.outcome, ended.answered_by, ended.hangup_by) == ("answered", ["1001"], "caller")
        facts = await house.facts(ended.call_id)
        assert kinds(facts).count("CallStarted") == kinds(facts).count("PartyAnswered") == 1
        assert kinds(facts)[-1] == "CallEnded"
        assert facts[-1].data["inferred"] is False
        await house.reached("1001", "ready")
        # One story on the contact's timeline, too.
        [contact] = await house.service.contacts.lookup(SOMCHAI.number)
        _, timeline = await house.get(f"/api/v1/contacts/{contact.id}/timeline")
        assert [item["data"]["outcome"] for item in timeline["items"]] == ["answered"]


async def test_two_callers_at_once_get_an_agent_each() -> None:
    async with (
        House() as house,
        house.ready_agent("1001") as one,
        house.ready_agent("1002") as two,
        house.screen("1001") as screen_one,
        house.screen("1002") as screen_two,
        house.caller(SOMCHAI.number) as somchai,
        house.caller(ARUNEE.number) as arunee,
    ):
        await asyncio.gather(somchai.dial(SALES_NUMBER), arunee.dial(SALES_NUMBER))
        rings = {phone.account: await phone.wait_for(Kind.INCOMING, timeout=20) for phone in (one, two)}
        assert {ring.peer for ring in rings.values()} == {SOMCHAI.number, ARUNEE.number}
        for phone, screen in ((one, screen_one), (two, screen_two)):
            offer = await screen.change("call_offered")
            assert offer.data["caller_number"] == rings[phone.account].peer
            await established(phone)
            assert [heard.kind for heard in screen.heard].count("call_offered") == 1
        await asyncio.gather(somchai.hangup(), arunee.hangup())
        for phone in (one, two):
            number = rings[phone.account].peer
            assert number is not None
            call = await house.ended_call_from(number)
            assert (call.rang, call.answered_by) == ([phone.account], [phone.account])
        assert len(await house.calls()) == 2


async def test_words_come_although_the_service_stopped_while_it_recognised_them() -> None:
    async with House(engine="whisper") as house:
        said = library().talk(house.state / "caller.wav", seconds=TALK_SECONDS, seed=1)
        async with house.ready_agent() as agent, house.caller(SOMCHAI.number, speaks=said.path) as caller:
            await caller.dial(SALES_NUMBER)
            ring = await agent.wait_for(Kind.INCOMING, timeout=20)
            await established(agent, call=ring.call)
            await asyncio.sleep(said.seconds + 0.3)  # the caller says it
            await caller.hangup()
        call = await house.ended_call_from(SOMCHAI.number)

        async def document() -> dict[str, object]:
            status, found = await house.get(f"/api/v1/calls/{call.call_id}")
            assert status == 200
            return dict(found)

        async def is_recognising() -> bool:
            recording = (await document())["recording"]
            assert isinstance(recording, dict)
            return bool(recording["state"] == "transcribing")

        await eventually(is_recognising, "the recognition begins", timeout=30)
        await house.stop_service()
        await house.start_service()

        async def transcript() -> object:
            return (await document())["transcript"]

        words = await eventually(transcript, "the transcript", timeout=60)
        assert isinstance(words, dict)
        assert word_error_rate(said.text, words["text"]["caller"]) < 0.25
