"""The rendered files in a real Asterisk: it takes them without a complaint, and calls go where they should."""

import asyncio
import csv
import socket
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import websockets

from dialplan.render import CEL_COLUMNS, CEL_FILE
from pbx.errors import ActionRefused
from ringdesk.demo.softphone import Answer, PhoneEventKind
from tests.dialplan.real_pbx import Agi, RealPbx

pytestmark = pytest.mark.asterisk


def test_it_starts_without_a_complaint_and_knows_what_was_configured(real_pbx: RealPbx) -> None:
    assert real_pbx.complaints() == []
    endpoints = real_pbx.console("pjsip show endpoints")
    for account in ("1001/1001", "1002/1002", "web1/web1", "carrier"):
        assert f"Endpoint:  {account}" in endpoints
    user = real_pbx.console("manager show user ringdesk")
    assert "read perm: system,call,agent,user" in user
    assert "write perm: call,agent,reporting,originate" in user
    for context in ("from-trunk", "entry", "offer", "waiting", "fallback", "from-phones", "parked"):
        assert f"Context 'ringdesk-{context}'" in real_pbx.console(f"dialplan show ringdesk-{context}")
    assert "100%" not in real_pbx.console("dialplan show s@ringdesk-nowhere")


ECHO = "Local/*43@ringdesk-from-phones/n"
# Why Ringdesk needs each class: an action that belongs to it, and what Asterisk says when it may.
NEEDED = [
    ({"Action": "CoreShowChannels"}, None),
    ({"Action": "Status", "Variables": "RD_CALL"}, None),
    ({"Action": "BridgeList"}, None),
    ({"Action": "DeviceStateList"}, None),
    ({"Action": "QueueStatus"}, None),
    ({"Action": "Setvar", "Variable": "RD_PROBE", "Value": "1"}, None),
    ({"Action": "QueuePause", "Interface": "PJSIP/1001", "Paused": "false"}, None),
    ({"Action": "Originate", "Channel": ECHO, "Application": "ChanSpy", "Data": "x", "Async": "true"}, None),
    ({"Action": "Redirect", "Channel": "x", "Context": "y", "Exten": "s", "Priority": "1"}, "Channel does not exist"),
    ({"Action": "Hangup", "Channel": "x"}, "No such channel"),
    ({"Action": "PlayDTMF", "Channel": "x", "Digit": "1"}, "Channel not found"),
    ({"Action": "Bridge", "Channel1": "x", "Channel2": "y"}, "Channel1 does not exist"),
    ({"Action": "MixMonitorMute", "Channel": "x", "Direction": "both", "State": "1"}, "No such channel"),
]
# What an AMI user that was taken over must not do: run programs, rewrite Asterisk.
REFUSED = [
    {"Action": "Command", "Command": "core show uptime"},
    {"Action": "Originate", "Channel": ECHO, "Application": "System", "Data": "true"},
    {"Action": "Reload"},
    {"Action": "GetConfig", "Filename": "manager.conf"},
    {"Action": "DBPut", "Family": "a", "Key": "b", "Val": "c"},
    {"Action": "MixMonitor", "Channel": "x", "File": "y"},
]


async def test_the_ami_user_may_do_what_ringdesk_does_and_nothing_that_runs_programs(real_pbx: RealPbx) -> None:
    async with real_pbx.link() as link:
        for action, reason in NEEDED:
            if reason is None:
                assert (await link.action(action)).success
                continue
            with pytest.raises(ActionRefused) as refused:
                await link.action(action)
            assert reason in refused.value.message
        for action in REFUSED:
            with pytest.raises(ActionRefused) as refused:
                await link.action(action)
            assert any(words in refused.value.message for words in ("Permission denied", "Forbidden")), action


async def two_seconds_recorded(directory: Path, call: str) -> None:
    """Return when both files have been written to for the first time: Asterisk's buffer holds two seconds."""
    async with asyncio.timeout(30):
        for side in ("caller", "agent"):
            file = directory / f"main-{call}.{side}.sln"
            while not file.exists() or not file.stat().st_size:  # noqa: ASYNC110 - a file tells nobody that it grew
                await asyncio.sleep(0.05)


def samples(path: Path) -> np.ndarray[Any, Any]:
    if path.suffix == ".wav":
        with wave.open(str(path), "rb") as sound:
            return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    return np.fromfile(path, "<i2").astype(float)


def likeness(recorded: Path, prompt: Path) -> float:
    """How well pieces of half a second of what was recorded are found in the prompt: 1 is the same, 0 nothing of it.

    The middle one of all pieces counts: a busy machine loses a packet here and there, which shifts what follows.
    """
    sound, spoken = samples(recorded), samples(prompt)
    return float(np.median([found(sound[at : at + 4000], spoken) for at in range(0, len(sound) - 4000, 2000)]))


def found(piece: np.ndarray[Any, Any], spoken: np.ndarray[Any, Any]) -> float:
    """The correlation of the piece with the place of the prompt that is most like it."""
    size = 1 << (len(piece) + len(spoken)).bit_length()
    product = np.fft.irfft(np.fft.rfft(spoken, size) * np.conj(np.fft.rfft(piece, size)))[: len(spoken) - len(piece)]
    until = np.concatenate([[0.0], np.cumsum(spoken**2)])
    energy = (until[len(piece) :] - until[: -len(piece)])[: len(product)]
    return float((product / np.sqrt(energy * (piece**2).sum() + 1)).max())


async def test_without_a_router_app_queue_rings_the_agent_and_each_side_is_recorded(real_pbx: RealPbx) -> None:
    real_pbx.beat(0)
    async with real_pbx.agent() as agent, real_pbx.caller() as caller, real_pbx.link() as link:
        with link.expect(["Hangup"]) as over, link.expect(["BridgeEnter"]) as talking:
            await caller.dial("+49301234")
            await agent.wait_for(PhoneEventKind.INCOMING, timeout=20)
            entered = await talking.wait(20)
            await two_seconds_recorded(real_pbx.config.recordings, str(entered["Linkedid"]))
            await caller.hangup()
            await over.wait(20)
    call = str(entered["Linkedid"])
    recordings = real_pbx.config.recordings
    caller_file, agent_file = (recordings / f"main-{call}.{side}.sln" for side in ("caller", "agent"))
    assert likeness(caller_file, real_pbx.prompt("demo-echotest")) > 0.9
    assert likeness(agent_file, real_pbx.prompt("agent-alreadyon")) > 0.9
    assert likeness(agent_file, real_pbx.prompt("demo-echotest")) < 0.6
    cel = (real_pbx.instance.directories.log / "cel-custom" / CEL_FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(cel.splitlines(), fieldnames=CEL_COLUMNS)
    story = [row["event"] for row in rows if row["linkedid"] == call]
    assert {"CHAN_START", "ANSWER", "BRIDGE_ENTER", "BRIDGE_EXIT", "HANGUP", "LINKEDID_END"} <= set(story)


async def test_a_router_that_hangs_holds_nobody_longer_than_four_seconds(real_pbx: RealPbx) -> None:
    async with real_pbx.agent() as agent, real_pbx.caller() as caller, real_pbx.router(None) as heard:
        call = await caller.dial("+49301234")
        established = await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20, call=call)
        ringing = await agent.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert len(heard) == 1
        # Three seconds by Asterisk's clock, and what a busy machine adds to them.
        assert 2.5 < ringing.monotonic - established.monotonic < 10
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        assert "RD_FALLBACK=router-hung" in caller_channel(real_pbx)


def caller_channel(pbx: RealPbx) -> str:
    """What Asterisk tells of the channel over the trunk, its variables among it."""
    lines = pbx.console("core show channels concise").splitlines()
    (name,) = [line.split("!")[0] for line in lines if line.startswith("PJSIP/carrier")]
    return pbx.console(f"core show channel {name}")


async def test_a_router_that_is_not_there_costs_no_time_though_its_heartbeat_is_fresh(real_pbx: RealPbx) -> None:
    real_pbx.beat()
    async with real_pbx.agent() as agent, real_pbx.caller() as caller:
        await caller.dial("+49301234")
        established = await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        ringing = await agent.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert ringing.monotonic - established.monotonic < 2.9  # without the three seconds for one that hangs
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        assert "RD_FALLBACK=router-failed" in caller_channel(real_pbx)


async def test_the_router_offers_the_call_and_is_asked_again_when_nobody_answers(real_pbx: RealPbx) -> None:
    asked: list[tuple[str, ...]] = []

    async def conversation(agi: Agi) -> None:
        asked.append(tuple([await agi.variable(name) for name in ("RD_DIALED", "RD_QUEUE", "DIALSTATUS")]))
        await agi.say("SET VARIABLE RD_HANDLED 1")
        account = ("nobody", "web1", "1001", "1002")[len(asked) - 1]
        await agi.say(f"EXEC Goto ringdesk-offer,{account},1")

    async with (
        real_pbx.agent("1001", Answer.reject()),
        real_pbx.agent("1002") as agent,
        real_pbx.caller() as caller,
        real_pbx.router(conversation) as heard,
    ):
        await caller.dial("49301234")
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        shown = caller_channel(real_pbx)
        await agent.hangup()
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=20)
    assert asked == [
        ("49301234", "sales-de", ""),
        ("49301234", "sales-de", "CHANUNAVAIL"),
        ("49301234", "sales-de", "CHANUNAVAIL"),
        ("49301234", "sales-de", "BUSY"),
    ]
    assert "RD_AGENT=1002" in shown
    assert f"RD_CALL=main-{heard[0].environment['agi_uniqueid']}" in shown
    assert heard[0].environment["agi_network_script"] == "entry"


async def test_an_agi_that_dials_itself_ends_the_call_when_the_talk_ends(real_pbx: RealPbx) -> None:
    async def conversation(agi: Agi) -> None:
        await agi.say("SET VARIABLE RD_HANDLED 1")
        await agi.say("SET VARIABLE TIMEOUT(absolute) 0")
        await agi.say("EXEC Dial PJSIP/1001,20,tk")

    async with (
        real_pbx.agent() as agent,
        real_pbx.caller() as caller,
        real_pbx.router(conversation),
    ):
        await caller.dial("600")
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        await agent.hangup()
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_a_router_that_dies_while_it_dials_leaves_the_caller_to_app_queue(real_pbx: RealPbx) -> None:
    async def conversation(agi: Agi) -> None:
        await agi.say("SET VARIABLE RD_HANDLED 1")
        await agi.say("SET VARIABLE TIMEOUT(absolute) 0")
        await agi.die_after("EXEC Dial PJSIP/1001,1")

    async with (
        real_pbx.agent("1001", Answer.never()),
        real_pbx.agent("1002", Answer.never()) as other,
        real_pbx.caller() as caller,
        real_pbx.router(conversation),
    ):
        await caller.dial("600")
        await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        # `linear`: the first member rings twenty seconds before the second, so it is sent away.
        real_pbx.console("queue pause member PJSIP/1001")
        try:
            await other.wait_for(PhoneEventKind.INCOMING, timeout=20)
            assert "RD_FALLBACK=router-failed" in caller_channel(real_pbx)
        finally:
            real_pbx.console("queue unpause member PJSIP/1001")


@pytest.mark.parametrize("dialled", ["0190012345", "+19001234", "+49", "1001&PJSIP", "s", "+4930,1&x", "+4930;x"])
async def test_what_is_not_permitted_is_refused_before_it_becomes_a_call(real_pbx: RealPbx, dialled: str) -> None:
    async with real_pbx.agent("1001") as phone:
        await phone.dial(f"sip:{dialled}@{phone.registrar}")
        closed = await phone.wait_for(PhoneEventKind.CLOSED, timeout=20)
    # 484 where more digits, or fewer other characters, would make it a number that is permitted.
    assert closed.detail[:3] in ("404", "484"), closed.detail


@pytest.mark.parametrize(("dialled", "sent"), [("+4930-12 34", "+49301234"), ("112", "112")])
async def test_what_is_permitted_goes_over_the_trunk(real_pbx: RealPbx, dialled: str, sent: str) -> None:
    port = real_pbx.config.trunks[0].port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", port))
        carrier.setblocking(False)
        async with real_pbx.agent("1001") as phone:
            await phone.dial(f"sip:{dialled.replace(' ', '%20')}@{phone.registrar}")
            async with asyncio.timeout(30):
                request = await asyncio.get_running_loop().sock_recv(carrier, 65536)
    assert request.startswith(f"INVITE sip:{sent}@127.0.0.1:{port} SIP/2.0\r\n".encode())


async def test_no_more_calls_go_out_at_once_than_permitted(real_pbx: RealPbx) -> None:
    async with real_pbx.agent("1001") as one, real_pbx.agent("1002") as two, real_pbx.link() as link:
        with link.expect(["DialBegin"]) as dialling:
            await one.dial("+49301")
            await dialling.wait(20)
        await two.dial("+49302")
        refused = await two.wait_for(PhoneEventKind.CLOSED, timeout=20)
    assert refused.detail.startswith("503"), refused.detail


async def test_a_number_with_early_media_is_answered_by_the_agent_only(real_pbx: RealPbx) -> None:
    real_pbx.beat(0)
    async with real_pbx.agent("1001", Answer.never()) as agent, real_pbx.caller() as caller:
        await caller.dial("601")
        await agent.wait_for(PhoneEventKind.INCOMING, timeout=20)
        start = caller.mark()
        await caller.wait_for(PhoneEventKind.PROGRESS, timeout=20, since=0)
        assert PhoneEventKind.ESTABLISHED not in {event.kind for event in caller.events[:start]}
        await agent.answer()
        await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)


async def test_a_waiting_caller_hears_music_until_the_router_dies_and_then_app_queue_has_them(
    real_pbx: RealPbx,
) -> None:
    async def conversation(agi: Agi) -> None:
        await agi.say("SET VARIABLE RD_HANDLED 1")
        await agi.say("EXEC Goto ringdesk-waiting,s,1")

    async with (
        real_pbx.agent() as agent,
        real_pbx.caller() as caller,
        real_pbx.router(conversation),
        real_pbx.link() as link,
    ):
        with link.expect(["QueueCallerJoin"]) as joined:
            await caller.dial("600")
            await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
            real_pbx.beat(0)
            await joined.wait(20)
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        assert "RD_FALLBACK=no-router" in caller_channel(real_pbx)


async def test_a_call_that_is_transferred_keeps_its_id(real_pbx: RealPbx) -> None:
    real_pbx.beat(0)
    async with real_pbx.agent("1001") as one, real_pbx.caller() as caller:
        await caller.dial("600")
        await one.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        before = variable(caller_channel(real_pbx), "RD_CALL")
        async with real_pbx.agent("1002") as two:
            await one.blind_transfer("1002")
            await two.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
            assert variable(caller_channel(real_pbx), "RD_CALL") == before
            await two.blind_transfer("600")
            await one.wait_for(PhoneEventKind.INCOMING, timeout=20)
            await one.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
            after = caller_channel(real_pbx)
    assert variable(after, "RD_CALL") == before
    assert variable(after, "RD_DIRECTION") == "inbound"


def variable(shown: str, name: str) -> str:
    (value,) = [line.split("=", 1)[1] for line in shown.splitlines() if line.startswith(f"{name}=")]
    return value


async def test_a_call_that_rings_elsewhere_is_picked_up(real_pbx: RealPbx) -> None:
    real_pbx.beat(0)
    async with (
        real_pbx.agent("1001", Answer.never()) as rings,
        real_pbx.agent("1002") as picks,
        real_pbx.caller() as caller,
    ):
        await caller.dial("600")
        await rings.wait_for(PhoneEventKind.INCOMING, timeout=20)
        await picks.dial("*81001")
        await picks.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        await rings.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_a_contact_that_would_be_two_parties_is_not_dialled_as_it_is(real_pbx: RealPbx) -> None:
    async with real_pbx.agent("1001") as phone, real_pbx.link() as link:
        with link.expect(["DialBegin"]) as dialling:
            await phone.dial("1009")
            await dialling.wait(20)
        (line,) = [line for line in real_pbx.console("core show channels concise").splitlines() if "!Dial!" in line]
        assert line.split("!")[6] == "PJSIP/1009,25,tTkK"


async def test_a_colleague_is_dialled_by_account(real_pbx: RealPbx) -> None:
    async with real_pbx.agent("1001") as one, real_pbx.agent("1002") as two:
        await one.dial("1002")
        ringing = await two.wait_for(PhoneEventKind.INCOMING, timeout=20)
        assert ringing.peer == "1001"
        await two.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)


async def test_a_colleague_who_refuses_is_busy_for_the_caller(real_pbx: RealPbx) -> None:
    async with real_pbx.agent("1001") as one, real_pbx.agent("1002", Answer.reject()):
        await one.dial("1002")
        closed = await one.wait_for(PhoneEventKind.CLOSED, timeout=20)
    assert closed.detail.startswith("486"), closed.detail


async def test_a_browser_registers_over_the_websocket(real_pbx: RealPbx) -> None:
    register = (
        "REGISTER sip:127.0.0.1 SIP/2.0",
        "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1",
        "Max-Forwards: 70",
        "From: <sip:web1@127.0.0.1>;tag=1",
        "To: <sip:web1@127.0.0.1>",
        "Call-ID: 1",
        "CSeq: 1 REGISTER",
        "Contact: <sip:web1@x.invalid;transport=ws>",
        "Content-Length: 0",
    )
    address = f"ws://127.0.0.1:{real_pbx.config.ports.http}/ws"
    async with (
        asyncio.timeout(30),
        websockets.connect(address, subprotocols=[websockets.Subprotocol("sip")]) as socket_,
    ):
        await socket_.send("\r\n".join((*register, "", "")))
        answer = str(await socket_.recv())
    # Asked for its password: it was taken for the account, and not for the trunk that has the same address.
    assert answer.startswith("SIP/2.0 401 Unauthorized")


def test_none_of_it_made_asterisk_complain(real_pbx: RealPbx) -> None:
    # The router that was not there, on purpose.
    expected = ("FastAGI failed", "connect to", "Connection refused")
    assert [line for line in real_pbx.complaints() if not any(words in line for words in expected)] == []
