"""Publishing into a real Asterisk: what is new works at once, what is wrong is put back, calls go on."""

import asyncio
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialplan.config import PbxConfig, Phone, Queue
from dialplan.publish import PublishBusy, Published, Publisher, PublishRefused
from dialplan.render import ForeignFile, render
from ringdesk.asterisk.instance import AsteriskInstance, ConsoleFailed
from ringdesk.demo.softphone import PhoneEventKind
from tests.dialplan.real_pbx import SECRET, RealPbx

pytestmark = pytest.mark.asterisk

Change = Callable[..., dict[str, str]]


def changed(pbx: RealPbx, **values: object) -> dict[str, str]:
    """The files of the configuration with other values."""
    return render(PbxConfig.model_validate(pbx.config.model_dump() | values))


def with_phone(pbx: RealPbx, account: str) -> dict[str, str]:
    return changed(pbx, phones=[*pbx.config.phones, Phone(account=account, secret=SECRET)])


@pytest.fixture
def publisher(real_pbx: RealPbx) -> Iterator[Publisher]:
    """A publisher; afterwards Asterisk is as it was."""
    directory = real_pbx.instance.directories.etc
    before = {path.name: path.read_text() for path in directory.glob("*.conf")}
    publisher = Publisher(directory, real_pbx.instance)
    yield publisher
    before.pop("asterisk.conf")
    publisher.publish({name: text for name, text in before.items() if not name.endswith("_custom.conf")})


async def publish(publisher: Publisher, files: dict[str, str]) -> Published:
    return await asyncio.to_thread(publisher.publish, files)


async def test_a_new_phone_registers_and_is_called_and_a_new_number_leads_to_a_new_queue(
    real_pbx: RealPbx, publisher: Publisher
) -> None:
    files = changed(
        real_pbx,
        phones=[*real_pbx.config.phones, Phone(account="1050", secret=SECRET)],
        queues=[*real_pbx.config.queues, Queue(name="support", members=["1050"])],
        numbers={**real_pbx.config.numbers, "777": "support"},
    )
    done = await publish(publisher, files)
    assert done == Published(("extensions.conf", "pjsip.conf", "queues.conf"))
    assert real_pbx.complaints() == []
    real_pbx.beat(0)
    async with real_pbx.agent("1050") as agent, real_pbx.caller() as caller:
        await caller.dial("777")
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)


async def test_a_phone_and_a_queue_that_are_gone_are_gone_in_asterisk(real_pbx: RealPbx, publisher: Publisher) -> None:
    await publish(publisher, with_phone(real_pbx, "1051"))
    assert "1051/1051" in real_pbx.console("pjsip show endpoints")
    await publish(publisher, changed(real_pbx))
    assert "1051" not in real_pbx.console("pjsip show endpoints")
    assert "1051" not in real_pbx.console("dialplan show ringdesk-offer")


async def test_what_is_as_it_should_be_is_left_alone(real_pbx: RealPbx, publisher: Publisher) -> None:
    files = with_phone(real_pbx, "1052")
    assert publisher.differing(files) == ["extensions.conf", "pjsip.conf"]
    await publish(publisher, files)
    file = real_pbx.instance.directories.etc / "pjsip.conf"
    written = file.stat().st_mtime_ns
    assert await publish(publisher, files) == Published(())
    assert file.stat().st_mtime_ns == written
    assert file.stat().st_mode & 0o777 == 0o600


async def test_parked_calls_can_still_be_fetched(real_pbx: RealPbx, publisher: Publisher) -> None:
    await publish(publisher, with_phone(real_pbx, "1053"))
    assert "'700' =>" in real_pbx.console("dialplan show ringdesk-parked")


async def test_a_call_goes_on_and_is_heard_while_it_is_published(real_pbx: RealPbx, publisher: Publisher) -> None:
    real_pbx.beat(0)
    async with real_pbx.agent("1001") as agent, real_pbx.caller() as caller, real_pbx.caller() as waiting:
        await caller.dial("600")
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        await waiting.dial("600")
        await waiting.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        before = sound_counted(real_pbx)
        # The queue loses the very member who talks, and everything is read anew.
        files = changed(real_pbx, queues=[Queue(name="sales-de", members=["1002"], ring_seconds=7)])
        for account in ("1060", "1061", "1062"):
            files |= {"pjsip.conf": with_phone(real_pbx, account)["pjsip.conf"]}
            await publish(publisher, files)
        await more_sound(real_pbx, before)
        for phone in (agent, caller, waiting):
            assert PhoneEventKind.CLOSED not in {event.kind for event in phone.events}
        async with real_pbx.agent("1002") as other:
            await other.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
        await caller.hangup()
        await agent.wait_for(PhoneEventKind.CLOSED, timeout=20)


def sound_counted(pbx: RealPbx) -> dict[tuple[str, str], int]:
    """Packets of sound that Asterisk has had from each channel, and sent to it."""
    shown = pbx.console("pjsip show channelstats")
    stats = re.findall(r"([\w-]+) +\d\d:\d\d:\d\d \w+ +(\d+) +\d+ +\d+ +[\d.]+ +(\d+) ", shown)
    return {
        (channel, way): int(count)
        for channel, *counts in stats
        for way, count in zip(("from", "to"), counts, strict=True)
    }


async def more_sound(pbx: RealPbx, before: dict[tuple[str, str], int]) -> None:
    """Return when a second more of sound has gone each way on each channel than `before`."""
    assert len(before) == 6, before
    async with asyncio.timeout(30):
        while True:
            now = await asyncio.to_thread(sound_counted, pbx)
            if all(now.get(way, 0) >= count + 50 for way, count in before.items()):
                return
            await asyncio.sleep(0.1)


BAD_EXTENSION = "\n[ringdesk-bad]\nexten => s,1,NoOp(\n"


async def test_what_asterisk_complains_of_is_put_back_and_named(real_pbx: RealPbx, publisher: Publisher) -> None:
    files = with_phone(real_pbx, "1054")
    before = (real_pbx.instance.directories.etc / "extensions.conf").read_text()
    broken = files | {"extensions.conf": files["extensions.conf"] + BAD_EXTENSION}
    with pytest.raises(PublishRefused) as refused:
        await publish(publisher, broken)
    (complaint,) = refused.value.complaints  # and none of what calls did meanwhile
    assert (complaint.file, complaint.line) == ("extensions.conf", broken["extensions.conf"].count("\n"))
    assert "No closing parenthesis found" in complaint.text
    assert refused.value.is_restored
    assert (real_pbx.instance.directories.etc / "extensions.conf").read_text() == before
    assert "1054" not in real_pbx.console("pjsip show endpoints")
    assert "no existence of 'ringdesk-bad'" in real_pbx.console("dialplan show ringdesk-bad")


async def test_an_endpoint_that_asterisk_did_not_take_is_named(real_pbx: RealPbx, publisher: Publisher) -> None:
    files = with_phone(real_pbx, "1055")
    broken = files["pjsip.conf"].replace("[1055]\ntype = endpoint\n", "[1055]\ntype = endpoint\nallow = nocodec\n")
    assert broken != files["pjsip.conf"]
    with pytest.raises(PublishRefused) as refused:
        await publish(publisher, files | {"pjsip.conf": broken})
    told = str(refused.value)
    assert "pjsip.conf, line" in told
    assert "Asterisk did not take the endpoint '1055'" in told
    assert SECRET not in told


async def test_what_does_not_hang_together_never_reaches_asterisk(real_pbx: RealPbx, publisher: Publisher) -> None:
    files = with_phone(real_pbx, "1056")
    broken = files["extensions.conf"].replace("Goto(ringdesk-entry,s,1)", "Goto(ringdesk-entri,s,1)")
    with pytest.raises(PublishRefused, match="leads to the context 'ringdesk-entri', which is not there"):
        await publish(publisher, files | {"extensions.conf": broken})
    assert publisher.differing(changed(real_pbx)) == []


async def test_what_an_admins_own_file_is_complained_of_for_does_not_stand_in_the_way(
    real_pbx: RealPbx, publisher: Publisher
) -> None:
    own = real_pbx.instance.directories.etc / "extensions_custom.conf"
    own.write_text("[mine]\nexten => s,1,NoOp(\n")
    try:
        done = await publish(publisher, with_phone(real_pbx, "1057"))
        assert done.files == ("extensions.conf", "pjsip.conf")
        assert [warning.file for warning in done.warnings] == ["extensions_custom.conf"]
        assert "1057/1057" in real_pbx.console("pjsip show endpoints")
    finally:
        own.unlink()


async def test_a_file_of_somebody_else_is_not_replaced(real_pbx: RealPbx, publisher: Publisher) -> None:
    theirs = real_pbx.instance.directories.etc / "sorcery.conf"
    theirs.write_text("[general]\n")
    try:
        with pytest.raises(ForeignFile):
            await publish(publisher, changed(real_pbx) | {"sorcery.conf": "; Written by Ringdesk\n"})
        assert theirs.read_text() == "[general]\n"
    finally:
        theirs.unlink()


class FailingConsole:
    """Asterisk's console, that fails on one command."""

    def __init__(self, instance: AsteriskInstance, command: str) -> None:
        self._instance = instance
        self._command = command

    def console(self, command: str) -> str:
        if command.startswith(self._command):
            raise ConsoleFailed("no answer")
        return self._instance.console(command)


async def test_a_console_that_fails_leaves_what_was_there(real_pbx: RealPbx, publisher: Publisher) -> None:
    etc = real_pbx.instance.directories.etc
    failing = Publisher(etc, FailingConsole(real_pbx.instance, "dialplan show"))
    with pytest.raises(ConsoleFailed):
        await publish(failing, with_phone(real_pbx, "1058"))
    assert publisher.differing(changed(real_pbx)) == []
    assert "1058" not in real_pbx.console("pjsip show endpoints")


# Publishes one queue more and is killed when Asterisk has read it, before it is known whether it complains.
KILLED = """
import os, signal, sys
from pathlib import Path
from dialplan.publish import Publisher
from ringdesk.asterisk.instance import AsteriskInstance

class Console:
    def console(self, command):
        said = instance.console(command)
        if command == "queue reload all":
            os.kill(os.getpid(), signal.SIGKILL)
        return said

instance = AsteriskInstance(Path(sys.argv[1]))
etc = instance.directories.etc
files = {path.name: path.read_text() for path in etc.glob("*.conf") if not path.name.endswith("_custom.conf")}
files.pop("asterisk.conf")
files["queues.conf"] += "\\n[half]\\nstrategy = linear\\n"
Publisher(etc, Console()).publish(files)
"""


async def test_what_a_killed_publication_left_is_put_right_by_the_next(real_pbx: RealPbx, publisher: Publisher) -> None:
    etc = real_pbx.instance.directories.etc
    before = (etc / "queues.conf").read_text()
    state = str(real_pbx.instance.directories.state)
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, state)
    assert await killed.wait() == -signal.SIGKILL
    assert "half has" in real_pbx.console("queue show")
    assert (etc / "queues.conf").read_text() != before
    # Nothing new, and yet there is something to do: Asterisk goes back to what was there.
    await publish(publisher, changed(real_pbx))
    assert (etc / "queues.conf").read_text() == before
    assert "half has" not in real_pbx.console("queue show")


async def test_two_cannot_publish_at_once(real_pbx: RealPbx, publisher: Publisher, tmp_path: Path) -> None:
    etc = real_pbx.instance.directories.etc
    with publisher._locked(), pytest.raises(PublishBusy, match="another publication goes on"):
        await publish(Publisher(etc, real_pbx.instance, lock_seconds=0.1), with_phone(real_pbx, "1059"))


async def test_what_only_a_restart_takes_is_said(real_pbx: RealPbx, publisher: Publisher) -> None:
    done = await publish(publisher, changed(real_pbx, local_networks=["10.0.0.0/8"]))
    assert done.files == ("pjsip.conf",)
    assert done.needs_restart == ("pjsip.conf",)
