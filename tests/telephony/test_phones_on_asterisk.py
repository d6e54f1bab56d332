"""The harness itself, on the real Asterisk: phones that call, talk, hold, press keys, refuse, transfer and die."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ringdesk.demo.softphone import Answer, PhoneError, PhoneEventKind, Program, SoftPhone
from ringdesk.demo.speech import PromptLibrary, wav_seconds
from tests.telephony.ami import Ami
from tests.telephony.conftest import MakePhone
from tests.telephony.pbx import SECRET, RealPbx
from tests.telephony.sipp import Sipp

pytestmark = pytest.mark.asterisk

Kind = PhoneEventKind


async def established(*phones: SoftPhone) -> None:
    for phone in phones:
        await phone.wait_for(Kind.ESTABLISHED, timeout=20)


async def written(recording: Path, pbx: RealPbx) -> None:
    """Until Asterisk has closed the file, which no event tells."""
    if pbx.pid is None:
        pytest.skip("Asterisk is in a container: its open files are not to be seen from here")
    async with asyncio.timeout(30):
        open_files = Path(f"/proc/{pbx.pid}/fd")
        while any(os.path.realpath(link) == str(recording) for link in open_files.iterdir()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_two_phones_talk_hold_resume_press_keys_and_hang_up(phones: MakePhone, ami: Ami) -> None:
    ann = await phones("1001", display_name="Ann")
    boris = await phones("1002", answer=Answer.after(0.2))
    call = await ann.dial("1002")
    incoming = await boris.wait_for(Kind.INCOMING, timeout=20)
    assert incoming.peer == "1001"
    assert (await ann.wait_for(Kind.RINGING, timeout=20)).call == call
    answered = await boris.wait_for(Kind.ESTABLISHED, timeout=20)
    assert answered.monotonic - incoming.monotonic >= 0.2
    await established(ann)

    await ann.hold()
    await ami.wait_for("Hold")
    await ann.resume()
    await ami.wait_for("Unhold")
    assert [event.kind for event in ann.events if event.kind in (Kind.HELD, Kind.RESUMED)] == [Kind.HELD, Kind.RESUMED]

    await boris.send_dtmf("5#")
    digits = [(await ann.wait_for(Kind.DTMF, timeout=20)).detail for _ in range(2)]
    assert digits == ["5", "#"]

    await boris.hangup()
    assert (await ann.wait_for(Kind.CLOSED, timeout=20)).call == call


async def test_names_in_other_scripts_and_with_quotes_reach_the_other_phone(phones: MakePhone) -> None:
    boris = await phones("1002", answer=Answer.at_once())
    caller = await phones("1004")
    await caller.dial("1002")
    assert (await boris.wait_for(Kind.INCOMING, timeout=20)).peer_name == 'Dora "Dee" Quote'
    await caller.hangup()
    await boris.wait_for(Kind.CLOSED, timeout=20)
    other = await phones("1003")
    await other.dial("1002")
    assert (await boris.wait_for(Kind.INCOMING, timeout=20)).peer_name == "สมชาย ใจดี"


async def test_a_caller_from_outside_is_known_by_number_and_name(phones: MakePhone, ami: Ami) -> None:
    caller = await phones("+66812345678", register=False, display_name="สมชาย ใจดี")
    await phones("1001", answer=Answer.at_once())
    await caller.dial("+6621234567")
    await established(caller)
    first = await ami.wait_for("Newchannel", where=lambda event: event["Channel"].startswith("PJSIP/provider-"))
    assert (first["CallerIDNum"], first["CallerIDName"]) == ("+66812345678", "สมชาย ใจดี")
    assert first["Exten"] == "+6621234567"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Answer.reject(0.1), "486"), (Answer.never(), "480")],
    ids=["rejects", "never_answers"],
)
async def test_a_phone_that_refuses_or_is_left_ringing(phones: MakePhone, answer: Answer, reason: str) -> None:
    ann = await phones("1001")
    boris = await phones("1002", answer=answer)
    await ann.dial("1002" if answer.action == "reject" else "5008")
    await boris.wait_for(Kind.INCOMING, timeout=20)
    assert reason in (await ann.wait_for(Kind.CLOSED, timeout=20)).detail
    await boris.wait_for(Kind.CLOSED, timeout=20)


async def test_a_caller_who_gives_up_stops_the_ringing(phones: MakePhone) -> None:
    ann, boris = await phones("1001"), await phones("1002")
    await ann.dial("1002")
    await boris.wait_for(Kind.INCOMING, timeout=20)
    await ann.hangup()
    await boris.wait_for(Kind.CLOSED, timeout=20)
    assert not [event for event in boris.events if event.kind is Kind.ESTABLISHED]


async def test_blind_transfer_moves_the_caller_and_frees_the_phone(phones: MakePhone, ami: Ami) -> None:
    ann = await phones("1001")
    boris, somchai = await phones("1002", answer=Answer.at_once()), await phones("1003", answer=Answer.at_once())
    await ann.dial("1002")
    await established(ann, boris)
    await boris.blind_transfer("1003")
    assert (await somchai.wait_for(Kind.INCOMING, timeout=20)).peer == "1001"
    await boris.wait_for(Kind.CLOSED, timeout=20)
    await established(somchai)
    transfer = await ami.wait_for("BlindTransfer")
    assert (transfer["Result"], transfer["Extension"]) == ("Success", "1003")
    await ann.hangup()
    await somchai.wait_for(Kind.CLOSED, timeout=20)


async def test_attended_transfer_with_the_feature_code(phones: MakePhone, ami: Ami) -> None:
    ann = await phones("1001")
    boris, somchai = await phones("1002", answer=Answer.at_once()), await phones("1003", answer=Answer.at_once())
    await ann.dial("1002")
    await established(ann, boris)
    await boris.send_dtmf("*2")
    await ami.wait_for("MusicOnHoldStart")
    await boris.send_dtmf("1003")
    await established(somchai)
    await boris.hangup()
    transfer = await ami.wait_for("AttendedTransfer")
    assert transfer["Result"] == "Success"
    await ann.hangup()
    await somchai.wait_for(Kind.CLOSED, timeout=20)


async def test_attended_transfer_by_the_phone_with_replaces(
    phones: MakePhone, sipp: Callable[..., Sipp], ami: Ami
) -> None:
    ann, somchai = await phones("1001"), await phones("1003", answer=Answer.at_once())
    async with sipp("3001", "answers_and_transfers_attended", keys={"target": "1003"}) as odd:
        await ann.dial("3001")
        await established(ann, somchai)
        transfer = await ami.wait_for("AttendedTransfer")
        assert transfer["Result"] == "Success"
        result = await odd.finished()
        assert result.code == 0, result.errors
    await ann.hangup()
    await somchai.wait_for(Kind.CLOSED, timeout=20)


@pytest.mark.parametrize(
    ("scenario", "code", "cause", "told"), [("busy_486", "486", "17", "486"), ("decline_603", "603", "21", "403")]
)
async def test_a_refusal_reaches_the_caller_by_its_cause(
    phones: MakePhone, sipp: Callable[..., Sipp], ami: Ami, scenario: str, code: str, cause: str, told: str
) -> None:
    ann = await phones("1001")
    async with sipp("3001", scenario) as odd:
        await ann.dial("3001")
        hangup = await ami.wait_for("HangupRequest", where=lambda event: event["Channel"].startswith("PJSIP/3001-"))
        assert (hangup["TechCause"], hangup["Cause"]) == (code, cause)
        assert told in (await ann.wait_for(Kind.CLOSED, timeout=20)).detail
        assert (await odd.finished()).code == 0


async def test_a_phone_that_forwards_with_302_sends_the_caller_on(phones: MakePhone, sipp: Callable[..., Sipp]) -> None:
    ann, somchai = await phones("1001"), await phones("1003", answer=Answer.at_once())
    async with sipp("3001", "redirect_302", keys={"target": "1003"}) as odd:
        await ann.dial("3001")
        await established(ann, somchai)
        assert (await odd.finished()).code == 0


async def test_callers_of_sipp_are_a_load(sipp: Callable[..., Sipp]) -> None:
    async with sipp("3002", "calls_and_hangs_up", calls=20, rate=20, keys={"target": "*43"}) as odd:
        result = await odd.finished()
    assert (result.code, result.calls, result.succeeded) == (0, 20, 20), result.errors


@pytest.mark.parametrize("begins", ["at_the_answer", "on_command"])
async def test_speech_is_heard_from_its_beginning_to_its_end(
    phones: MakePhone, pbx: RealPbx, prompts: PromptLibrary, ami: Ami, begins: str
) -> None:
    said = prompts.prompt("vm-rec-name")
    agent = await phones("1001", answer=Answer.at_once(), speaks=said.path if begins == "at_the_answer" else None)
    caller = await phones("+66812345678", register=False)
    await caller.dial("+6621234567")
    await established(caller, agent)
    if begins == "on_command":
        await agent.speak(said.path)
    first = await ami.wait_for("Newchannel", where=lambda event: event["Channel"].startswith("PJSIP/provider-"))
    # The person hangs up when they have said what they had to say.
    await asyncio.sleep(said.seconds + 1.0)
    await agent.hangup()
    await ami.wait_for("Hangup", Uniqueid=first["Uniqueid"])
    recording = pbx.config.recordings / f"main-{first['Uniqueid']}.agent.sln"
    await written(recording, pbx)
    heard = np.frombuffer(recording.read_bytes(), "<i2").astype(float)
    wanted = np.frombuffer(said.path.read_bytes()[44:], "<i2").astype(float)
    # Where in what was heard the speech begins, by the peak of their correlation.
    begin = int(np.argmax(np.correlate(heard, wanted[:16_000], "valid")))
    assert begin < 0.3 * 8000
    size = min(len(heard) - begin, len(wanted))
    assert size >= len(wanted) - 400
    assert np.corrcoef(heard[begin : begin + size], wanted[:size])[0, 1] > 0.95


async def test_a_phone_whose_speech_has_ended_hangs_up(phones: MakePhone, prompts: PromptLibrary) -> None:
    said = prompts.prompt("auth-thankyou").path
    ann = await phones("1001", speaks=said, silence_after=0.2)
    boris = await phones("1002", answer=Answer.at_once())
    await ann.dial("1002")
    await established(ann, boris)
    closed = await ann.wait_for(Kind.CLOSED, timeout=20)
    begun = next(event for event in ann.events if event.kind is Kind.ESTABLISHED)
    assert closed.monotonic - begun.monotonic == pytest.approx(wav_seconds(said) + 0.2, abs=2.0)
    assert [event.kind for event in ann.events if event.kind is Kind.SPEECH_ENDED]
    await boris.wait_for(Kind.CLOSED, timeout=20)


async def test_a_wrong_secret_is_told(pbx: RealPbx, program: Program) -> None:
    with pytest.raises(PhoneError, match=r"1001: not registered .*401"):
        async with SoftPhone("1001", SECRET + "x", pbx.registrar, program=program):
            pass


async def test_waiting_in_vain_says_what_came_instead(phones: MakePhone) -> None:
    ann, boris = await phones("1001"), await phones("1002")
    await ann.dial("1002")
    await boris.wait_for(Kind.INCOMING, timeout=20)
    await ann.wait_for(Kind.RINGING, timeout=20)
    with pytest.raises(PhoneError, match=r"1001: no established within 0.1 s, but .*ringing"):
        await ann.wait_for(Kind.ESTABLISHED, timeout=0.1, since=0)


async def test_a_killed_phone_is_noticed_and_leaves_no_zombie(phones: MakePhone) -> None:
    # Not the account of a queue: its contact stays at Asterisk and would be rung.
    emil = await phones("1005")
    pid = emil.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(PhoneError, match="1005: the phone has ended by itself"):
        await emil.wait_for(Kind.CLOSED, timeout=20)
    await emil.close()
    assert not Path(f"/proc/{pid}").exists()


async def test_phones_die_with_the_process_that_started_them(pbx: RealPbx, program: Program) -> None:
    script = f"""
        import asyncio
        from pathlib import Path
        from ringdesk.demo.softphone import Program, SoftPhone

        async def main():
            program = Program({program.argv!r}, Path({str(program.modules)!r}))
            async with SoftPhone("1005", {SECRET!r}, {pbx.registrar!r}, program=program) as phone:
                print(phone.pid, flush=True)
                await asyncio.Event().wait()

        asyncio.run(main())
    """
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", textwrap.dedent(script), stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    watched = os.pidfd_open(pid)
    ended = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_reader(watched, lambda: None if ended.done() else ended.set_result(None))
    parent.kill()
    await parent.wait()
    try:
        async with asyncio.timeout(30):
            await ended
    finally:
        asyncio.get_running_loop().remove_reader(watched)
        os.close(watched)
