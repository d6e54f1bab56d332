"""The link against a real Asterisk."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pbx.errors import ActionRefused, InvalidHeader, LinkDown
from pbx.events import LinkLost, LinkRestored, ReceivedEvent, text
from pbx.link import AmiLink, LinkState
from pbx.snapshot import Snapshot
from tests.pbx_link.conftest import PATIENCE, Heard, running, settings, until
from tests.pbx_link.proxy import Proxy
from tests.pbx_link.small_asterisk import POWERFUL, POWERLESS, SmallAsterisk

pytestmark = pytest.mark.asterisk


async def start_call(link: AmiLink, exten: str, **variables: str) -> None:
    await link.action(
        {
            "Action": "Originate",
            "Channel": f"Local/{exten}@t/n",
            "Context": "t",
            "Exten": "wait",
            "Priority": "1",
            "Async": "true",
            "Variable": [f"__{name}={value}" for name, value in variables.items()],
        }
    )


async def test_the_stream_begins_with_restored_then_a_snapshot_then_events(link: AmiLink) -> None:
    heard = Heard(link)
    await start_call(link, "wait")
    await heard.event("OriginateResponse")
    first, second, *events = heard.items
    assert isinstance(first, LinkRestored)
    assert first.lost_at is None
    assert isinstance(second, Snapshot)
    assert all(isinstance(item, ReceivedEvent) for item in events)
    names = [text(item.event, "Event") for item in events if isinstance(item, ReceivedEvent)]
    assert "Newchannel" in names
    assert link.asterisk_version is not None
    assert link.asterisk_version.startswith("22.")


async def test_events_are_stamped_when_read(link: AmiLink) -> None:
    heard = Heard(link)
    before = datetime.now(UTC)
    await start_call(link, "wait")
    item = await heard.until(lambda i: isinstance(i, ReceivedEvent) and i.event["Event"] == "Newchannel")
    assert isinstance(item, ReceivedEvent)
    assert before <= item.at <= datetime.now(UTC)
    assert item.at.tzinfo is UTC


async def test_a_snapshot_tells_channels_variables_bridges_and_endpoints(asterisk: SmallAsterisk) -> None:
    async with running(AmiLink(settings(asterisk.ami_port, username=POWERFUL))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        try:
            await start_call(link, "pair", RD_CALL="main-7", RD_QUEUE="ขาย")
            await heard.event("BridgeEnter", BridgeNumChannels="2")
            link.request_snapshot()
            snapshot = await heard.snapshot()
        finally:
            asterisk.console("channel request hangup all")
    assert snapshot.missing == {}
    assert len(snapshot.channels) == 4
    assert {channel.variables["RD_CALL"] for channel in snapshot.channels.values()} == {"main-7"}
    assert {channel.variables["RD_QUEUE"] for channel in snapshot.channels.values()} == {"ขาย"}
    assert not any("RD_AGENT" in channel.variables for channel in snapshot.channels.values())
    (bridge,) = snapshot.bridges.values()
    assert len(bridge.members) == 2
    assert set(bridge.members) == {c.uniqueid for c in snapshot.channels.values() if c.bridge == bridge.uniqueid}
    assert snapshot.endpoints["1001"].contacts is not None
    assert snapshot.endpoints["1001"].active_channels == 0
    assert snapshot.began <= snapshot.ended


async def test_a_snapshot_with_the_least_privilege_has_channels_and_bridges(link: AmiLink) -> None:
    heard = Heard(link)
    await heard.snapshot()
    await start_call(link, "pair", RD_CALL="main-8")
    await heard.event("BridgeEnter", BridgeNumChannels="2")
    link.request_snapshot()
    snapshot = await heard.snapshot()
    assert snapshot.missing == {}
    assert snapshot.endpoints["1001"].contacts is None
    assert not snapshot.endpoints["1001"].is_reachable
    assert {channel.variables.get("RD_CALL") for channel in snapshot.channels.values()} == {"main-8"}
    assert [len(bridge.members) for bridge in snapshot.bridges.values()] == [2]


async def test_a_thai_name_survives_a_network_that_cuts_everywhere(asterisk: SmallAsterisk) -> None:
    async with Proxy(asterisk.ami_port, chunk=1) as proxy, running(AmiLink(settings(proxy.port))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        try:
            await link.action(
                {"Action": "Originate", "Channel": "Local/wait@t/n", "Context": "t", "Exten": "thai", "Priority": "1"}
                | {"Async": "true"}
            )
            event = await heard.event("UserEvent", UserEvent="Greeting")
        finally:
            asterisk.console("channel request hangup all")
    assert text(event, "Name") == "สวัสดีชาวโลก"


async def test_a_wrong_password_says_what_to_check_and_is_not_hammered(asterisk: SmallAsterisk) -> None:
    async with Proxy(asterisk.ami_port) as proxy:
        link = AmiLink(settings(proxy.port, secret="wrong-secret", first_retry=0.01, longest_retry=0.02))
        async with running(link):
            await link.wait_state(LinkState.REFUSED, PATIENCE)
            for word in ("Authentication failed", "`username`", "`secret`", "[ringdesk]", "manager.conf", "'main'"):
                assert word in link.reason
            assert "wrong-secret" not in link.reason
            with pytest.raises(LinkDown, match="refused"):
                await link.action({"Action": "Ping"})
            # Twenty quick retries' time: the slow one has not come.
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.4):
                    await link.events.get()
            assert proxy.sent("Login") == 1


async def test_a_user_without_rights_is_told_which_ones(asterisk: SmallAsterisk) -> None:
    async with running(AmiLink(settings(asterisk.ami_port, username=POWERLESS))) as link:
        await link.wait_state(LinkState.REFUSED, PATIENCE)
        assert "Permission denied" in link.reason
        assert "`write` of the section [powerless] in manager.conf hold `call` and `reporting`" in link.reason


async def test_asterisk_down_is_said_and_its_start_is_noticed(asterisk: SmallAsterisk, short_state: Path) -> None:
    own = SmallAsterisk(short_state)
    link = AmiLink(settings(own.ami_port, first_retry=0.05, longest_retry=0.1))
    async with running(link):
        await link.wait_state(LinkState.DOWN, PATIENCE)
        assert f"nothing listens at 127.0.0.1:{own.ami_port}: Asterisk is down" in link.reason
        heard = Heard(link)
        with own:
            await link.wait_connected(PATIENCE)
            first = await heard.restored()
            snapshot = await heard.snapshot()
            while "1001" not in snapshot.endpoints:  # We may have come while it was still loading.
                snapshot = await heard.snapshot()
        lost = await heard.until(lambda item: isinstance(item, LinkLost))
        assert isinstance(lost, LinkLost)
        assert lost.at >= first.at
        await link.wait_state(LinkState.DOWN, PATIENCE)
        with own:  # It is started again: the state comes from a new snapshot, and the gap is told.
            restored = await heard.restored()
            assert restored.lost_at == lost.at
            assert (await heard.snapshot()).channels == {}


async def test_twenty_cuts_while_calls_go_on(asterisk: SmallAsterisk) -> None:
    async with Proxy(asterisk.ami_port) as proxy:
        link = AmiLink(settings(proxy.port, first_retry=0.01, longest_retry=0.05))
        async with running(link):
            await link.wait_connected(PATIENCE)
            heard = Heard(link)
            outcomes: list[BaseException | None] = []

            async def ask(number: int) -> None:
                try:
                    await link.action({"Action": "Setvar", "Variable": f"N{number}", "Value": "1"}, 300)
                    outcomes.append(None)
                except Exception as error:
                    outcomes.append(error)

            await start_call(link, "wait", RD_CALL="main-survivor")
            await heard.event("OriginateResponse")
            asked = 0
            for _ in range(20):
                await start_call(link, "thai")
                # The proxy holds Asterisk's answers back, so these are pending when the link is cut.
                proxy.swallows_answers = True
                asking = [asyncio.create_task(ask(asked + n)) for n in range(5)]
                asked += 5
                await until(lambda asked=asked: proxy.sent("Setvar") >= asked)
                proxy.cut()
                async with asyncio.timeout(30):  # At once, not after their five minutes.
                    await asyncio.gather(*asking)
                proxy.swallows_answers = False
                await heard.until(lambda item: isinstance(item, LinkLost))
                restored = await heard.restored()
                assert restored.lost_at is not None
                snapshot = await heard.snapshot()
                assert "main-survivor" in {channel.variables.get("RD_CALL") for channel in snapshot.channels.values()}
                await link.wait_connected(PATIENCE)
            asterisk.console("channel request hangup all")
            assert proxy.connections == 21
            assert len(outcomes) == 100
            assert all(isinstance(outcome, LinkDown) for outcome in outcomes)
            assert "Setvar got no answer: " in str(outcomes[0])
            assert {str(outcome) for outcome in outcomes} == {str(outcomes[0])}
            # Everything was sent once, and nothing again after a reconnect.
            assert proxy.sent("Setvar") == 100
            assert proxy.sent("Originate") == 21


async def test_a_call_that_came_and_went_during_the_gap_is_not_in_the_snapshot(asterisk: SmallAsterisk) -> None:
    async with Proxy(asterisk.ami_port) as proxy:
        link = AmiLink(settings(proxy.port, first_retry=0.01, longest_retry=0.05))
        async with running(link):
            await link.wait_connected(PATIENCE)
            heard = Heard(link)
            await start_call(link, "wait", RD_CALL="main-gone")
            await heard.event("OriginateResponse")
            proxy.refuses = True
            proxy.cut()
            await heard.until(lambda item: isinstance(item, LinkLost))
            await asyncio.to_thread(asterisk.console, "channel request hangup all")
            await until(lambda: "0 active channels" in asterisk.console("core show channels"))
            proxy.refuses = False
            assert (await heard.snapshot()).channels == {}


async def test_a_consumer_that_is_too_slow_makes_a_gap_and_never_blocks_the_reader(asterisk: SmallAsterisk) -> None:
    link = AmiLink(settings(asterisk.ami_port, queue_limit=200))
    async with running(link):
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        await heard.snapshot()
        await link.action(
            {"Action": "Originate", "Channel": "Local/wait@t/n", "Context": "t", "Exten": "flood", "Priority": "1"}
            | {"Async": "true"}
        )
        await until(lambda: link.dropped > 0)  # Nobody consumes.
        assert len(link.events) <= 203
        # The reader reads on: an answer comes through in between.
        assert (await link.action({"Action": "Ping"})).success
        await asyncio.to_thread(asterisk.console, "channel request hangup all")
        lost = await heard.until(lambda item: isinstance(item, LinkLost))
        assert isinstance(lost, LinkLost)
        assert "too slow: 200 events wait" in lost.reason
        restored = await heard.restored()
        assert restored.lost_at == lost.at
        await heard.snapshot()
        assert link.state is LinkState.CONNECTED


async def test_an_exception_in_an_expectation_is_its_own(link: AmiLink) -> None:
    heard = Heard(link)
    with link.expect(["Newchannel"], lambda event: 1 / 0 > 0) as expectation:
        await start_call(link, "wait")
        with pytest.raises(ZeroDivisionError):
            await expectation.wait(PATIENCE)
    await heard.event("OriginateResponse")
    assert link.state is LinkState.CONNECTED


async def test_a_watcher_that_raises_harms_nothing(asterisk: SmallAsterisk) -> None:
    link = AmiLink(settings(asterisk.ami_port))
    states: list[LinkState] = []
    link.watch(lambda state, reason: 1 / 0)  # type: ignore[arg-type,return-value]
    link.watch(lambda state, reason: states.append(state))
    async with running(link):
        await link.wait_connected(PATIENCE)
    assert states == [LinkState.CONNECTING, LinkState.CONNECTED, LinkState.DOWN]


async def test_an_unknown_action_is_refused_with_asterisks_reason(link: AmiLink) -> None:
    with pytest.raises(ActionRefused, match="Asterisk refused Nonsense: Invalid/unknown command"):
        await link.action({"Action": "Nonsense"})


@pytest.mark.parametrize(
    ("headers", "complaint"),
    [
        ({"Action": "Setvar", "Value": "a\r\nAction: Hangup"}, "header 'Value': its value holds CR at position 1"),
        ({"Action": "Setvar", "Value": "a\nb"}, "header 'Value': its value holds LF"),
        ({"Action": "Setvar", "Value": "a\0b"}, "header 'Value': its value holds NUL"),
        ({"Action": "Setvar", "Variable": ["ok", "not\rok"]}, "header 'Variable': its value holds CR"),
        ({"Action": "Setvar", "Value\r\nX": "a"}, "a header's name is letters"),
        ({"Action": "Setvar", "Value": "\ud800"}, "header 'Value': its value is not valid Unicode"),
        ({"Action": "Setvar", "Value": "ก" * 400}, "header 'Value': 1207 bytes are too long"),
        ({"Action": "Setvar", "ActionID": "1"}, "'ActionID' is set by the link"),
        ({"Action": "Setvar", "value": "1", "Value": "2"}, "'Value' is there twice"),
        ({"Value": "2"}, "'Action' is missing"),
        ({"Action": "Originate", "Variable": ["A=1"] * 120}, "Originate: 121 lines are too many"),
    ],
)
async def test_what_would_change_an_action_is_refused_at_the_door(
    link: AmiLink, headers: dict[str, str | list[str]], complaint: str
) -> None:
    with pytest.raises(InvalidHeader, match=complaint):
        await link.action(headers)


async def test_the_longest_value_that_goes_through_the_door_reaches_asterisk(link: AmiLink) -> None:
    value = "x" * (1022 - len("Value: "))
    await link.action({"Action": "Setvar", "Variable": "LONG", "Value": value})
    assert (await link.action({"Action": "Getvar", "Variable": "LONG"}))["Value"] == value


async def test_the_secret_is_in_no_text_of_the_settings(asterisk: SmallAsterisk) -> None:
    assert "right-secret" not in repr(settings(asterisk.ami_port))
