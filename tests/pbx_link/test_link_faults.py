"""Faults that a real Asterisk cannot be made to show, against a fake; the back-off, on a clock that stands still."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

import pytest

from kernel.clock import VirtualClock
from kernel.telemetry import REGISTRY
from pbx.backoff import BackOff
from pbx.errors import ActionTimeout, LinkDown
from pbx.events import LinkLost, text
from pbx.link import AmiLink, LinkState
from tests.pbx_link.conftest import PATIENCE, Heard, running, settings, until
from tests.pbx_link.fake_ami import FakeAmi, frame


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_thai_name_cut_between_two_chunks() -> None:
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        told = frame(Event="Newchannel", CallerIDName="สมชาย")
        for cut in range(len(told) - 22, len(told) - 4):
            await fake.say_and_flush(told[:cut])
            fake.say(told[cut:])
            assert text(await heard.event("Newchannel"), "CallerIDName") == "สมชาย"


async def test_a_ping_that_is_never_answered_drops_the_link() -> None:
    async with FakeAmi({"Ping": lambda action: None}) as fake:
        link = AmiLink(settings(fake.port, ping_interval=0.05, pong_deadline=0.1, first_retry=0.01))
        async with running(link):
            await link.wait_connected(PATIENCE)
            heard = Heard(link)
            lost = await heard.until(lambda item: isinstance(item, LinkLost))
            assert isinstance(lost, LinkLost)
            assert lost.reason == "no answer to a ping within 0.1 s"
            # The gap begins with the last that was heard, not when the silence was noticed.
            assert (datetime.now(UTC) - lost.at).total_seconds() >= 0.15
            await heard.restored()
            assert fake.connections >= 2


async def test_a_late_answer_to_a_ping_is_no_fault_while_events_come() -> None:
    clock = VirtualClock()
    async with FakeAmi({"Ping": lambda action: None}) as fake:
        link = AmiLink(settings(fake.port, ping_interval=1, pong_deadline=10), clock)
        async with running(link):
            await link.wait_connected(PATIENCE)
            heard = Heard(link)
            for _ in range(25):  # More than two deadlines.
                fake.say(frame(Event="Busy"))
                await heard.event("Busy")
                await clock.advance(1)
            assert not any(isinstance(item, LinkLost) for item in heard.items)
            await clock.advance(10)
            await heard.until(lambda item: isinstance(item, LinkLost))


async def test_answered_pings_keep_the_link() -> None:
    async with (
        FakeAmi() as fake,
        running(AmiLink(settings(fake.port, ping_interval=0.01, pong_deadline=PATIENCE))) as link,
    ):
        await link.wait_connected(PATIENCE)
        await until(lambda: sum(action["Action"] == "Ping" for action in fake.heard) >= 5)
        assert link.state is LinkState.CONNECTED
        assert fake.connections == 1


async def test_ten_megabytes_of_garbage_are_bounded_and_the_link_comes_back() -> None:
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, first_retry=0.01))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        fake.say(b"\xff" * 10_000_000)
        lost = await heard.until(lambda item: isinstance(item, LinkLost))
        assert isinstance(lost, LinkLost)
        assert "without the end of a frame (limit 4194304)" in lost.reason
        assert int(lost.reason.split()[0]) < 4_194_304 + 1_000_000
        await heard.restored()
        fake.say(frame(Event="Newchannel"))
        await heard.event("Newchannel")


async def test_an_event_cut_off_by_the_end_is_discarded_and_counted() -> None:
    before = metric("ringdesk_ami_truncated_total")
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, first_retry=0.01))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        fake.say(frame(Event="Newchannel", Uniqueid="1.1") + b"Event: Hangup\r\nUniqueid: 1.1\r\n")
        fake.hang_up()
        await heard.event("Newchannel")
        lost = await heard.until(lambda item: True)
        assert isinstance(lost, LinkLost)
        assert lost.reason == "Asterisk closed the connection"
        await heard.restored()
    assert metric("ringdesk_ami_truncated_total") == before + 1


async def test_an_event_without_uniqueid_or_with_nonsense_in_it_goes_through() -> None:
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        fake.say(
            b"Event: A\r\n\r\nEvent: B\r\nEvent: C\r\nno header\r\n\r\nSomething: else\r\n\r\n" + frame(Event="Last")
        )
        await heard.event("Last")
        events = [item.event for item in heard.items if hasattr(item, "event")]
        assert events[-3:] == [{"Event": "A"}, {"Event": ["B", "C"]}, {"Event": "Last"}]


async def test_asterisk_that_shuts_down_is_named_as_the_reason() -> None:
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, first_retry=0.01))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        fake.say(frame(Event="Shutdown", Shutdown="Cleanly", Restart="True"))
        fake.hang_up()
        lost = await heard.until(lambda item: isinstance(item, LinkLost))
        assert isinstance(lost, LinkLost)
        assert lost.reason == "Asterisk is restarting"


async def test_an_asterisk_that_is_too_old_is_refused_with_what_to_do() -> None:
    def old(action: dict[str, str]) -> bytes:
        return frame(Response="Success", ActionID=action["ActionID"], AsteriskVersion="20.9.3")

    async with (
        FakeAmi({"CoreSettings": old}) as fake,
        running(AmiLink(settings(fake.port, first_retry=0.01))) as link,
    ):
        await link.wait_state(LinkState.TOO_OLD, PATIENCE)
        assert "Asterisk 20.9.3 is too old: Ringdesk needs 22.6 or newer" in link.reason
        with pytest.raises(LinkDown, match=r"is not connected after 0\.3 s: too_old, Asterisk 20\.9\.3 is too old"):
            await link.wait_connected(0.3)
        assert fake.connections == 1  # Only a person can mend it: no hammering.
        assert len(link.events) == 0


async def test_something_else_than_asterisk_is_named() -> None:
    async with FakeAmi(greeting=b"SSH-2.0-OpenSSH_9.2\r\n") as fake, running(AmiLink(settings(fake.port))) as link:
        await link.wait_state(LinkState.DOWN, PATIENCE)
        assert "the greeting is not Asterisk's: 'SSH-2.0-OpenSSH_9.2'" in link.reason
        assert "Check host and port" in link.reason


async def test_a_port_that_accepts_and_says_nothing_is_given_up() -> None:
    async with FakeAmi(greeting=b"") as fake, running(AmiLink(settings(fake.port, connect_timeout=1))) as link:
        await link.wait_state(LinkState.DOWN, PATIENCE)
        assert "did not answer in time" in link.reason


async def test_a_login_without_an_answer_is_given_up() -> None:
    async with (
        FakeAmi({"Login": lambda action: None}) as fake,
        running(AmiLink(settings(fake.port, connect_timeout=1))) as link,
    ):
        await link.wait_state(LinkState.DOWN, PATIENCE)
        assert link.reason == "Login got no answer within 1 s"


async def test_a_response_without_an_actionid_answers_nobody() -> None:
    before = metric("ringdesk_ami_unmatched_total")
    async with (
        FakeAmi({"Getvar": lambda action: frame(Response="Error", Message="Which one?")}) as fake,
        running(AmiLink(settings(fake.port))) as link,
    ):
        await link.wait_connected(PATIENCE)
        with pytest.raises(ActionTimeout, match=r"Getvar got no answer within 0.1 s"):
            await link.action({"Action": "Getvar", "Variable": "X"}, 0.1)
        assert (await link.action({"Action": "Ping"})).success
    assert metric("ringdesk_ami_unmatched_total") == before + 1


async def test_a_list_that_comes_after_its_deadline_does_not_pass_for_events() -> None:
    late: list[str] = []
    async with (
        FakeAmi({"QueueStatus": lambda action: late.append(action["ActionID"])}) as fake,
        running(AmiLink(settings(fake.port))) as link,
    ):
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        with pytest.raises(ActionTimeout):
            await link.action({"Action": "QueueStatus"}, 0.05)
        await until(lambda: bool(late))
        fake.say(frame(Response="Success", ActionID=late[0], EventList="start"))
        fake.say(frame(Event="QueueParams", ActionID=late[0], Queue="sales"))
        fake.say(frame(Event="QueueStatusComplete", ActionID=late[0], EventList="Complete"))
        fake.say(frame(Event="Last"))
        await heard.event("Last")
        events = [item.event["Event"] for item in heard.items if hasattr(item, "event")]
        assert events == ["Last"]


async def test_an_event_that_names_an_action_is_no_part_of_its_answer() -> None:
    def answer(action: dict[str, str]) -> bytes:
        told = {"ActionID": action["ActionID"]}
        return frame(Event="OriginateResponse", **told, Response="Failure") + frame(Response="Success", **told)

    async with FakeAmi({"Originate": answer}) as fake, running(AmiLink(settings(fake.port))) as link:
        await link.wait_connected(PATIENCE)
        heard = Heard(link)
        assert (await link.action({"Action": "Originate"}, PATIENCE)).success
        await heard.event("OriginateResponse", Response="Failure")


async def test_an_asterisk_that_finishes_its_start_while_we_look_is_looked_at_again() -> None:
    def booting(action: dict[str, str]) -> bytes:
        return frame(Response="Success", ActionID=action["ActionID"], EventList="start") + (
            frame(Event="FullyBooted")
            + frame(Event="StatusComplete", ActionID=action["ActionID"], EventList="Complete")
        )

    async with FakeAmi({"Status": booting}) as fake, running(AmiLink(settings(fake.port))) as link:
        heard = Heard(link)
        await heard.snapshot()
        await heard.snapshot()
        assert not any(isinstance(item, LinkLost) for item in heard.items)


async def test_a_fault_of_our_own_is_said_and_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeAmi({"BridgeList": lambda action: frame(Response="Success", ActionID=action["ActionID"])}) as fake:
        link = AmiLink(settings(fake.port, first_retry=0.01))
        monkeypatch.setattr(link, "_check_version", lambda protocol: 1 / 0)
        async with running(link):
            await link.wait_state(LinkState.DOWN, PATIENCE)
            assert link.reason == "fault in Ringdesk: ZeroDivisionError('division by zero')"
            monkeypatch.undo()
            await link.wait_connected(PATIENCE)


async def test_an_expectation_ends_with_the_link() -> None:
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port))) as link:
        await link.wait_connected(PATIENCE)
        with link.expect(["Never"]) as expectation:
            fake.hang_up()
            with pytest.raises(LinkDown, match="Asterisk closed the connection"):
                await expectation.wait(PATIENCE)


async def test_events_during_the_snapshot_come_behind_it_in_their_order() -> None:
    def answer(action: dict[str, str]) -> bytes:
        told = {"ActionID": action["ActionID"]}
        events = b"".join(frame(Event="During", Number=str(number)) for number in range(5))
        return (
            events[:20]
            + events[20:]
            + frame(Response="Success", **told, EventList="start")
            + frame(Event="During", Number="5")
            + frame(Event="CoreShowChannelsComplete", **told, EventList="Complete")
        )

    async with FakeAmi({"CoreShowChannels": answer}) as fake, running(AmiLink(settings(fake.port))) as link:
        heard = Heard(link)
        await link.wait_connected(PATIENCE)
        fake.say(frame(Event="During", Number="6"))
        await heard.event("During", Number="6")
        kinds = [type(item).__name__ for item in heard.items]
        assert kinds == ["LinkRestored", "Snapshot"] + ["ReceivedEvent"] * 7
        assert [item.event["Number"] for item in heard.items[2:] if hasattr(item, "event")] == list("0123456")


async def test_the_lag_from_the_socket_to_the_consumer_is_measured() -> None:
    async with FakeAmi() as fake, running(AmiLink(settings(fake.port, node="lagging"))) as link:
        await link.wait_connected(PATIENCE)
        await Heard(link).snapshot()
        fake.say(frame(Event="Slow"))
        await until(lambda: len(link.events) > 0)
        await asyncio.sleep(0.03)
        await Heard(link).event("Slow")
    assert metric("ringdesk_ami_lag_seconds_count", node="lagging") == 1
    assert metric("ringdesk_ami_lag_seconds_sum", node="lagging") >= 0.03


async def test_retries_back_off_with_jitter_and_start_again_after_a_stable_connection() -> None:
    clock = VirtualClock()
    chances = random.Random(7)
    async with FakeAmi(greeting=b"no\r\n") as fake:
        link = AmiLink(settings(fake.port, first_retry=1, longest_retry=8), clock, fraction=chances.random)
        async with running(link):
            expected = random.Random(7)
            for attempt, whole in enumerate([1, 2, 4, 8, 8], start=1):
                await until(lambda attempt=attempt: fake.connections >= attempt and len(clock._sleepers) > 0)
                delay = whole * (1 - expected.random() / 2)
                assert clock._sleepers[0][0] - clock.monotonic() == pytest.approx(delay)
                await clock.advance(delay)
    assert fake.connections == 6


def test_delays_double_to_the_longest_within_their_jitter() -> None:
    back_off = BackOff(0.5, 15, lambda: 0.0)
    assert [back_off.next() for _ in range(7)] == [0.5, 1, 2, 4, 8, 15, 15]
    back_off.reset()
    assert back_off.next() == 0.5
    assert BackOff(2, 15, lambda: 0.999999).next() == pytest.approx(1, abs=1e-5)
    with pytest.raises(ValueError, match="the first must be positive"):
        BackOff(0, 15)
    tireless = BackOff(0.5, 15)
    assert all(7.5 <= delay <= 15 for delay in [tireless.next() for _ in range(3000)][5:])
