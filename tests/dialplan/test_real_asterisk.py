"""The rendered files in a real Asterisk: it takes them without a complaint, and calls go where they should."""

import asyncio
import csv
import socket
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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


# Why Ringdesk needs each class: an action that belongs to it, and what Asterisk says when it may.
NEEDED = [
    ({"Action": "CoreShowChannels"}, None),
    ({"Action": "Status", "Variables": "RD_CALL"}, None),
    ({"Action": "BridgeList"}, None),
    ({"Action": "DeviceStateList"}, None),
    ({"Action": "QueueStatus"}, None),
    ({"Action": "Setvar", "Variable": "RD_PROBE", "Value": "1"}, None),
    ({"Action": "QueuePause", "Interface": "PJSIP/1001", "Paused": "false"}, None),
    ({"Action": "Redirect", "Channel": "x", "Context": "y", "Exten": "s", "Priority": "1"}, "Channel does not exist"),
    ({"Action": "Hangup", "Channel": "x"}, "No such channel"),
    ({"Action": "PlayDTMF", "Channel": "x", "Digit": "1"}, "Channel not found"),
    ({"Action": "Bridge", "Channel1": "x", "Channel2": "y"}, "Channel1 does not exist"),
    ({"Action": "MixMonitorMute", "Channel": "x", "Direction": "both", "State": "1"}, "No such channel"),
    ({"Action": "Originate", "Channel": "PJSIP/nobody", "Application": "Echo"}, "Originate failed"),
]
# What an AMI user that was taken over must not do: run programs, rewrite Asterisk.
REFUSED = [
    {"Action": "Command", "Command": "core show uptime"},
    {"Action": "Originate", "Channel": "Local/*43@ringdesk-from-phones", "Application": "System", "Data": "true"},
    {"Action": "Setvar", "Variable": "SHELL(true)", "Value": "1"},
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
            assert "ermission denied" in refused.value.message or "forbidden" in refused.value.message, action


async def two_seconds_recorded(directory: Path, call: str) -> None:
    """Return when both files have been written to for the first time: Asterisk's buffer holds two seconds."""
    async with asyncio.timeout(10):
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
    """How well the beginning of the prompt is found in the recording, at any place: 1 is the same, 0 nothing of it."""
    sound, wanted = samples(recorded), samples(prompt)[: 8000 * 2]
    size = 1 << (len(sound) + len(wanted)).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size)))
    best = int(product[: len(sound)].argmax())
    part = sound[best : best + len(wanted)]
    return float(product[best] / np.sqrt((part**2).sum() * (wanted**2).sum()))


async def test_without_a_router_app_queue_rings_the_agent_and_each_side_is_recorded(real_pbx: RealPbx) -> None:
    real_pbx.beat(0)
    async with real_pbx.agent() as agent, real_pbx.caller() as caller, real_pbx.link() as link:
        with link.expect(["Hangup"]) as over, link.expect(["BridgeEnter"]) as talking:
            await caller.dial("+49301234")
            await agent.wait_for(PhoneEventKind.INCOMING, timeout=5)
            entered = await talking.wait(5)
            await two_seconds_recorded(real_pbx.config.recordings, str(entered["Linkedid"]))
            await caller.hangup()
            await over.wait(5)
    call = str(entered["Linkedid"])
    recordings = real_pbx.config.recordings
    caller_file, agent_file = (recordings / f"main-{call}.{side}.sln" for side in ("caller", "agent"))
    assert likeness(caller_file, real_pbx.prompt("demo-echotest")) > 0.9
    assert likeness(agent_file, real_pbx.prompt("agent-alreadyon")) > 0.9
    assert likeness(agent_file, real_pbx.prompt("demo-echotest")) < 0.5
    rows = list(csv.DictReader((real_pbx.state / "log/cel-custom" / CEL_FILE).open(newline=""), fieldnames=CEL_COLUMNS))
    story = [row["event"] for row in rows if row["linkedid"] == call]
    assert {"CHAN_START", "ANSWER", "BRIDGE_ENTER", "BRIDGE_EXIT", "HANGUP", "LINKEDID_END"} <= set(story)


async def test_a_router_that_hangs_holds_nobody_longer_than_four_seconds(real_pbx: RealPbx) -> None:
    async with real_pbx.agent() as agent, real_pbx.caller() as caller, real_pbx.router(None) as heard:
        call = await caller.dial("+49301234")
        established = await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=2, call=call)
        ringing = await agent.wait_for(PhoneEventKind.INCOMING, timeout=6)
        assert len(heard) == 1
        assert 2.5 < ringing.monotonic - established.monotonic < 4
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=2)
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
        established = await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=2)
        ringing = await agent.wait_for(PhoneEventKind.INCOMING, timeout=2)
        assert ringing.monotonic - established.monotonic < 1
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=2)
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
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=5)
        shown = caller_channel(real_pbx)
        await agent.hangup()
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=2)
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
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=5)
        await agent.hangup()
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=2)


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
        await caller.wait_for(PhoneEventKind.ESTABLISHED, timeout=2)
        # `linear`: the first member rings twenty seconds before the second, so it is sent away.
        real_pbx.console("queue pause member PJSIP/1001")
        try:
            await other.wait_for(PhoneEventKind.INCOMING, timeout=5)
            assert "RD_FALLBACK=router-failed" in caller_channel(real_pbx)
        finally:
            real_pbx.console("queue unpause member PJSIP/1001")


@pytest.mark.parametrize("dialled", ["0190012345", "+19001234", "+49", "1001&PJSIP", "s", "+4930,1&x", "+4930;x"])
async def test_what_is_not_permitted_is_refused_before_it_becomes_a_call(real_pbx: RealPbx, dialled: str) -> None:
    async with real_pbx.agent("1001") as phone:
        await phone.dial(f"sip:{dialled}@{phone.registrar}")
        closed = await phone.wait_for(PhoneEventKind.CLOSED, timeout=5)
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
            async with asyncio.timeout(5):
                request = await asyncio.get_running_loop().sock_recv(carrier, 65536)
    assert request.startswith(f"INVITE sip:{sent}@127.0.0.1:{port} SIP/2.0\r\n".encode())


async def test_a_colleague_is_dialled_by_account(real_pbx: RealPbx) -> None:
    async with real_pbx.agent("1001") as one, real_pbx.agent("1002") as two:
        await one.dial("1002")
        ringing = await two.wait_for(PhoneEventKind.INCOMING, timeout=3)
        assert ringing.peer == "1001"
        await two.wait_for(PhoneEventKind.ESTABLISHED, timeout=3)


def test_none_of_it_made_asterisk_complain(real_pbx: RealPbx) -> None:
    # The router that was not there, on purpose.
    expected = ("FastAGI failed", "connect to", "Connection refused")
    assert [line for line in real_pbx.complaints() if not any(words in line for words in expected)] == []
