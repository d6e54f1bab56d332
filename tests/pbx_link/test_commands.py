"""Commands against a real Asterisk: each is done when it is proved, and fails with a reason otherwise."""

from __future__ import annotations

import asyncio

import pytest

from kernel.messages import CommandBus
from pbx.commands import (
    Bridge,
    Hangup,
    Mute,
    MuteDirection,
    Originate,
    Originated,
    PauseQueueMember,
    PbxCommands,
    Play,
    Proof,
    Redirect,
    SendDtmf,
    SetGlobal,
    SetVariable,
)
from pbx.errors import AmiError, CommandFailed, CommandTimeout, InvalidHeader, LinkDown
from pbx.events import text
from pbx.link import AmiLink
from tests.pbx_link.conftest import PATIENCE, Heard, running, settings
from tests.pbx_link.proxy import Proxy
from tests.pbx_link.small_asterisk import POWERFUL, SmallAsterisk

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def commands(link: AmiLink) -> PbxCommands:
    return PbxCommands(link)


@pytest.fixture
async def channel(commands: PbxCommands) -> Originated:
    """A channel that runs Wait, and at whose other end music plays."""
    return await commands.originate(Originate(channel="Local/music@t/n", context="t", exten="wait"))


async def variable(link: AmiLink, channel: str | None, name: str) -> str:
    about = {"Channel": channel} if channel else {}
    return (await link.action({"Action": "Getvar", "Variable": name, **about}))["Value"]


async def test_originate_is_done_when_it_is_answered(commands: PbxCommands, link: AmiLink) -> None:
    hard = 'a,b"c"\\d(e[f]){g} สมชาย $[1] ${EPOCH};x'
    made = await commands.originate(
        Originate(
            channel="Local/wait@t/n",
            context="t",
            exten="wait",
            caller_id='"Ann" <100>',
            variables={"HARD": hard, "__RD_CALL": "main-1"},
            channel_id="own-id-1",
        )
    )
    assert made.uniqueid == "own-id-1"
    assert await variable(link, made.channel, "HARD") == hard
    assert await variable(link, made.channel, "RD_CALL") == "main-1"
    assert await variable(link, made.channel, "CALLERID(num)") == "100"


async def test_originate_to_a_busy_phone_fails_with_the_reason(commands: PbxCommands) -> None:
    with pytest.raises(CommandFailed, match=r"Originate of Local/busy@t/n: busy"):
        await commands.originate(Originate(channel="Local/busy@t/n", context="t", exten="wait"))


async def test_originate_without_an_answer_fails_after_its_ringing(commands: PbxCommands) -> None:
    with pytest.raises(CommandFailed, match="no answer"):
        await commands.originate(Originate(channel="Local/ring@t/n", context="t", exten="wait", ring_seconds=0.3))


async def test_originate_to_nowhere_fails(commands: PbxCommands) -> None:
    with pytest.raises(CommandFailed, match="nothing registered"):
        await commands.originate(Originate(channel="PJSIP/nobody", context="t", exten="wait"))


async def test_redirect_is_done_when_its_proof_arrives(commands: PbxCommands, channel: Originated) -> None:
    proof = Proof(frozenset({"DialBegin"}), {"Uniqueid": channel.uniqueid})
    event = await commands.redirect(Redirect(channel=channel.channel, context="t", exten="offer", proof=proof))
    assert text(event, "Event") == "DialBegin"
    assert text(event, "Exten") == "offer"


async def test_redirect_without_a_proof_finds_one(commands: PbxCommands, channel: Originated, link: AmiLink) -> None:
    # Wait to Echo: with the events that our user hears, only the channel's own status tells.
    event = await commands.redirect(Redirect(channel=channel.channel, context="t", exten="echo"))
    assert (text(event, "Event"), text(event, "Application")) == ("Status", "Echo")
    # Out of a bridge: an event tells.
    with link.expect(["BridgeEnter"], lambda e: text(e, "Uniqueid") == channel.uniqueid) as bridged:
        await commands.redirect(Redirect(channel=channel.channel, context="t", exten="offer"))
        await bridged.wait(PATIENCE)
    event = await commands.redirect(Redirect(channel=channel.uniqueid, context="t", exten="music"))
    assert text(event, "Exten") == "music"


async def test_redirect_to_where_nothing_shows_fails_and_does_not_pretend(
    commands: PbxCommands, channel: Originated
) -> None:
    never = Proof(frozenset({"DialBegin"}), {"Uniqueid": channel.uniqueid})
    with pytest.raises(CommandTimeout, match=r"Redirect: Asterisk took it on, but nothing showed within 0\.3 s"):
        await commands.redirect(Redirect(channel=channel.channel, context="t", exten="echo", proof=never, timeout=0.3))


async def test_redirect_to_an_extension_that_is_not_there_says_that_it_hung_up(
    commands: PbxCommands, channel: Originated
) -> None:
    with pytest.raises(CommandFailed, match=r"to t,nowhere,1: it hung up instead .* no such extension"):
        await commands.redirect(Redirect(channel=channel.channel, context="t", exten="nowhere"))


async def test_redirect_of_no_channel_fails_at_once(commands: PbxCommands) -> None:
    proof = Proof(frozenset({"DialBegin"}))
    with pytest.raises(CommandFailed, match="Redirect: Channel does not exist"):
        await commands.redirect(Redirect(channel="PJSIP/none-1", context="t", exten="echo", proof=proof))


async def test_hangup_is_done_when_the_channel_is_gone(commands: PbxCommands, channel: Originated) -> None:
    event = await commands.hangup(Hangup(channel=channel.uniqueid, cause=17))
    assert text(event, "Channel") == channel.channel
    assert text(event, "Cause") == "17"
    with pytest.raises(CommandFailed, match="Hangup: No such channel"):
        await commands.hangup(Hangup(channel=channel.channel))


async def test_hangup_takes_no_pattern(commands: PbxCommands, channel: Originated, link: AmiLink) -> None:
    with pytest.raises(InvalidHeader, match=r"Hangup: channel: '/\.\*/' is a pattern"):
        await commands.hangup(Hangup(channel="/.*/"))
    assert await variable(link, channel.channel, "CHANNEL(state)") == "Up"


async def test_variables_of_a_channel_and_of_all(commands: PbxCommands, channel: Originated, link: AmiLink) -> None:
    await commands.set_variable(SetVariable(channel=channel.channel, variable="RD_QUEUE", value="ขาย, ${EPOCH}"))
    assert await variable(link, channel.channel, "RD_QUEUE") == "ขาย, ${EPOCH}"
    await commands.set_variable(SetVariable(channel=channel.channel, variable="CALLERID(name)", value="Ann"))
    assert await variable(link, channel.channel, "CALLERID(name)") == "Ann"
    await commands.set_global(SetGlobal(variable="RD_HEARTBEAT", value="123"))
    assert await variable(link, None, "RD_HEARTBEAT") == "123"
    with pytest.raises(InvalidHeader, match="SetVariable: channel: the name or Uniqueid of a channel is needed"):
        await commands.set_variable(SetVariable(channel="", variable="X", value="1"))
    with pytest.raises(InvalidHeader, match="variable: 'SHELL\\(rm -rf\\)'"):
        await commands.set_variable(SetVariable(channel=channel.channel, variable="SHELL(rm -rf)", value="1"))
    with pytest.raises(CommandFailed, match="SetVariable: No such channel"):
        await commands.set_variable(SetVariable(channel="PJSIP/none-1", variable="X", value="1"))
    with pytest.raises(InvalidHeader, match="header 'Value': its value holds LF"):
        await commands.set_variable(SetVariable(channel=channel.channel, variable="X", value="1\n2"))


async def test_mute_with_the_least_privilege(commands: PbxCommands, channel: Originated) -> None:
    await commands.mute(Mute(channel=channel.channel, direction=MuteDirection.BOTH))
    await commands.mute(Mute(channel=channel.channel, direction=MuteDirection.BOTH, on=False))
    with pytest.raises(CommandFailed, match="No such channel"):
        await commands.mute(Mute(channel="PJSIP/none-1"))


async def test_dtmf_arrives_at_the_other_end(
    asterisk: SmallAsterisk, commands: PbxCommands, channel: Originated
) -> None:
    async with running(AmiLink(settings(asterisk.ami_port, username=POWERFUL))) as listening:
        await listening.wait_connected(PATIENCE)
        heard = Heard(listening)
        await commands.send_dtmf(SendDtmf(channel=channel.channel, digits="4#", milliseconds=80))
        digits = [text(await heard.event("DTMFEnd"), "Digit") for _ in range(2)]
    assert digits == ["4", "#"]
    with pytest.raises(InvalidHeader, match="digits: 'x' is no digit"):
        await commands.send_dtmf(SendDtmf(channel=channel.channel, digits="1x"))
    with pytest.raises(CommandFailed, match="Channel not found"):
        await commands.send_dtmf(SendDtmf(channel="PJSIP/none-1", digits="1"))


async def test_play_whispers_to_the_channel_and_ends_by_itself(
    asterisk: SmallAsterisk, commands: PbxCommands, channel: Originated, link: AmiLink
) -> None:
    with link.expect(["ChanSpyStop"], lambda e: text(e, "SpyeeUniqueid") == channel.uniqueid) as stopped:
        playing = await commands.play(Play(channel=channel.channel, sound=str(asterisk.sounds / "hello")))
        assert "ringdesk-play" in playing.channel
        await stopped.wait(PATIENCE)
    # What the channel did goes on.
    assert await variable(link, channel.channel, "CHANNEL(state)") == "Up"
    by_uniqueid = await commands.play(Play(channel=channel.uniqueid, sound=str(asterisk.sounds / "demo-congrats")))
    await commands.hangup(Hangup(channel=by_uniqueid.channel))
    with pytest.raises(InvalidHeader, match=r"Play: sound: '\.\./secret' is no name"):
        await commands.play(Play(channel=channel.channel, sound="../secret"))


async def test_play_without_its_context_fails_with_what_is_missing(link: AmiLink, channel: Originated) -> None:
    with pytest.raises(CommandFailed, match="is there a context 'nowhere'"):
        await PbxCommands(link, play_context="nowhere").play(Play(channel=channel.channel, sound="hello"))


async def test_bridge_is_done_when_both_are_in_it(commands: PbxCommands, channel: Originated, link: AmiLink) -> None:
    other = await commands.originate(Originate(channel="Local/music@t/n", context="t", exten="wait"))
    bridge = await commands.bridge(Bridge(channel=channel.channel, other=other.uniqueid))
    answer = await link.action({"Action": "BridgeInfo", "BridgeUniqueid": bridge})
    assert {text(item, "Uniqueid") for item in answer.items} == {channel.uniqueid, other.uniqueid}
    with pytest.raises(CommandFailed, match="Bridge: Channel2 does not exist"):
        await commands.bridge(Bridge(channel=channel.channel, other="PJSIP/none-1"))


async def test_pause_a_queue_member(commands: PbxCommands, link: AmiLink) -> None:
    async def paused() -> list[str]:
        members = (await link.action({"Action": "QueueStatus", "Queue": "sales"})).items
        return [text(item, "PausedReason") for item in members if text(item, "Paused") == "1"]

    await commands.pause_queue_member(PauseQueueMember(interface="Local/wait@t/n", queue="sales", reason="lunch"))
    assert await paused() == ["lunch"]
    await commands.pause_queue_member(PauseQueueMember(interface="Local/wait@t/n", paused=False))
    assert await paused() == []
    with pytest.raises(CommandFailed, match="Interface not found"):
        await commands.pause_queue_member(PauseQueueMember(interface="PJSIP/none"))


async def test_a_command_travels_over_the_command_bus(commands: PbxCommands, link: AmiLink) -> None:
    bus = CommandBus()
    for kind in commands.kinds:
        bus.own(kind, commands.run)
    await bus.send(SetGlobal(variable="BY_BUS", value="yes"))
    assert await variable(link, None, "BY_BUS") == "yes"


async def test_a_command_whose_link_goes_away_fails_and_is_not_sent_again(asterisk: SmallAsterisk) -> None:
    async with Proxy(asterisk.ami_port) as proxy:
        link = AmiLink(settings(proxy.port, first_retry=0.01))
        async with running(link):
            await link.wait_connected(PATIENCE)
            pending = asyncio.create_task(
                PbxCommands(link).originate(Originate(channel="Local/ring@t/n", context="t", exten="wait"))
            )
            with link.expect(["DialBegin"]) as began:
                await began.wait(PATIENCE)
            proxy.cut()
            with pytest.raises(LinkDown):
                await pending
            await Heard(link).snapshot()
            await link.wait_connected(PATIENCE)
            assert proxy.sent("Originate") == 1
            asterisk.console("channel request hangup all")


async def test_commands_of_a_link_that_is_down_fail_at_once() -> None:
    commands = PbxCommands(AmiLink(settings(1)))
    for command in (Hangup(channel="x"), SetGlobal(variable="X", value="1"), PauseQueueMember(interface="x")):
        with pytest.raises(AmiError, match="was not sent, the link is connecting: not started"):
            await commands.run(command)
