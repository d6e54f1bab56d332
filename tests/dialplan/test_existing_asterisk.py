"""Debian's own configuration of Asterisk, with the lines that docs/existing-asterisk.md says, and a call through it."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialplan.config import PbxConfig, Phone, Queue, Trunk
from dialplan.included import INCLUDED, render_included
from dialplan.publish import Publisher, PublishRefused
from dialplan.publish_check import check
from dialplan.render import render, write
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.asterisk.tools import prompts
from ringdesk.demo.softphone import PhoneEventKind
from tests.dialplan.real_pbx import SECRET, Agi, RealPbx, real_config
from tests.pbx_instance import installed_way
from tests.tools import require_tool

PAGE = Path(__file__).parents[2] / "docs/existing-asterisk.md"
INTO = "ringdesk"


def lines_to_add() -> list[tuple[str, str | None, str]]:
    """(file, section, lines) of every step of the page's second chapter; without a section they go to the end."""
    steps = re.findall(
        r"To `/etc/asterisk/([\w.]+)`, (?:at its end|in its section `(\[\w+\])`).*?:\n\n```ini\n(.*?)```",
        PAGE.read_text(),
        re.DOTALL,
    )
    return [(file, section or None, lines) for file, section, lines in steps]


def with_lines(stock: dict[str, str]) -> dict[str, str]:
    """The stock configuration after what the page says was done."""
    files = dict(stock)
    for file, section, lines in lines_to_add():
        if section is None:
            files[file] = f"{files[file]}\n{lines}"
        else:
            before, found, after = files[file].partition(f"\n{section}\n")
            assert found, f"{file} has no {section}"
            files[file] = f"{before}{found}{lines}{after}"
    return files


def test_the_page_names_every_file_that_is_included() -> None:
    included = re.findall(r'#include "ringdesk/(.*)"', PAGE.read_text())
    assert sorted(included) == sorted(f"ringdesk-{file}" for file in INCLUDED)


def test_the_page_says_of_events_and_variables_what_our_own_files_say() -> None:
    ours = render(PbxConfig(ami_secret=SECRET))
    for file, section, lines in lines_to_add():
        if section is not None:
            assert [line for line in lines.splitlines() if line not in ours[file].splitlines()] == []


def test_nothing_global_is_in_the_files_and_the_prefix_keeps_names_apart() -> None:
    config = PbxConfig(
        ami_secret=SECRET,
        prefix="acme-",
        phones=[Phone(account="1001", secret=SECRET)],
        trunks=[Trunk(name="carrier", match=["192.0.2.1"])],
        queues=[Queue(name="sales", members=["1001"])],
        numbers={"600": "sales"},
    )
    files = render_included(config)
    assert check(files) == []
    assert set(files) == {f"acme-{file}" for file in INCLUDED}
    sections = {name: re.findall(r"(?m)^\[(.*)\]", text) for name, text in files.items()}
    assert set(sections["acme-pjsip.conf"]) == {"1001", "carrier"}
    assert sections["acme-queues.conf"] == ["sales"]
    assert sections["acme-manager.conf"] == ["ringdesk"]
    assert all(name.startswith("acme-") for name in sections["acme-extensions.conf"])
    assert "RD_NODE" not in files["acme-extensions.conf"]
    assert f"{config.recordings}/" in files["acme-extensions.conf"]


@pytest.fixture(scope="module")
def existing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    """The stock Asterisk with our lines; of its own it has a transport, and a number that it sends to us."""
    tool = require_tool("asterisk")
    stock = {path.name: path.read_text(errors="replace") for path in (tool.root / "etc/asterisk").glob("*.conf")}
    if "extensions.conf" not in stock:
        pytest.skip("needs the configuration that Debian's package comes with")
    stock.pop("asterisk.conf", None)  # the directories of this test
    state = Path(tempfile.mkdtemp(prefix="rd-"))
    config = real_config(state, free_asterisk_ports())
    config = config.model_copy(update={"recordings": state / "recordings"})
    config.recordings.mkdir(exist_ok=True)
    ports = config.ports
    stock["pjsip.conf"] += (
        "\n[global]\ntype = global\nendpoint_identifier_order = username,ip\n"
        f"\n[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:{ports.sip_udp}\n"
        "\n[theirs]\ntype = endpoint\ncontext = theirs\ndisallow = all\nallow = ulaw\naors = theirs\nidentify_by = ip\n"
        "\n[theirs]\ntype = aor\n"
    )
    stock["extensions.conf"] += "\n[theirs]\nexten => 900,1,Goto(ringdesk-from-trunk,600,1)\n"
    stock["manager.conf"] = stock["manager.conf"].replace("port = 5038", f"port = {ports.ami}")
    stock["rtp.conf"] = f"[general]\nrtpstart = {ports.rtp_first}\nrtpend = {ports.rtp_last}\n"
    instance = AsteriskInstance(state / "asterisk", ports=ports, via=installed_way())
    instance.directories.create()
    # The package has it, with a file that says what it is for.
    shutil.copytree(tool.root / "etc/asterisk/manager.d", instance.directories.etc / "manager.d")
    write(render_included(config), instance.directories.etc / INTO)
    pbx = RealPbx(config, instance, require_tool("baresip"), prompts())
    try:
        instance.up(with_lines(stock))
        yield pbx
    finally:
        instance.down()
        shutil.rmtree(state, ignore_errors=True)


def publisher(pbx: RealPbx) -> Publisher:
    return Publisher(pbx.instance.directories.etc / INTO, pbx.instance)


@pytest.mark.asterisk
def test_it_has_our_contexts_endpoints_and_manager_user_and_keeps_its_own(existing: RealPbx) -> None:
    contexts = existing.console("dialplan show")
    for context in ("ringdesk-from-trunk", "ringdesk-entry", "ringdesk-offer", "theirs", "default"):
        assert f"[ Context '{context}' created by 'pbx_config' ]" in contexts
    assert "Endpoint:  1001/1001" in existing.console("pjsip show endpoints")
    assert "sales-de has 0 calls" in existing.console("queue show")
    assert "write perm: call,agent,reporting,originate" in existing.console("manager show user ringdesk")
    ours = [line for line in existing.complaints() if re.search(r"ringdesk|sales-de|1001|RD_", line)]
    assert ours == []


@pytest.mark.asterisk
async def test_without_a_router_a_call_reaches_app_queue_and_an_agent(existing: RealPbx) -> None:
    existing.beat(0)
    async with existing.agent() as agent, existing.caller() as caller, existing.link() as link:
        with link.expect(["BridgeEnter"]) as talking:
            await caller.dial("600")
            await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
            entered = await talking.wait(20)
        assert f"RD_CALL=main-{entered['Linkedid']}" in str(entered["ChanVariable"])
        base = existing.config.recordings / f"main-{entered['Linkedid']}"
        async with asyncio.timeout(30):
            while not base.with_name(f"{base.name}.agent.sln").exists():  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.05)
        cel = existing.instance.directories.log / "cel-custom/ringdesk.csv"
        assert str(entered["Linkedid"]) in cel.read_text()


@pytest.mark.asterisk
async def test_a_call_of_their_own_dialplan_reaches_the_router(existing: RealPbx) -> None:
    asked: list[str] = []

    async def conversation(agi: Agi) -> None:
        asked.append(await agi.variable("RD_QUEUE"))
        await agi.say("SET VARIABLE RD_HANDLED 1")
        await agi.say("EXEC Goto ringdesk-offer,1002,1")

    async with existing.agent("1002") as agent, existing.router(conversation):
        existing.console("channel originate Local/900@theirs application Wait 5")
        await agent.wait_for(PhoneEventKind.ESTABLISHED, timeout=20)
    assert asked == ["sales-de"]


@pytest.mark.asterisk
async def test_a_change_is_published_into_it_and_a_wrong_one_is_put_back(existing: RealPbx) -> None:
    more = [*existing.config.phones, Phone(account="1070", secret=SECRET)]
    config = PbxConfig.model_validate(existing.config.model_dump() | {"phones": more})
    files = render_included(config)
    done = await asyncio.to_thread(publisher(existing).publish, files)
    assert done.files == ("ringdesk-extensions.conf", "ringdesk-pjsip.conf")
    assert "Endpoint:  1070/1070" in existing.console("pjsip show endpoints")
    broken = files["ringdesk-pjsip.conf"].replace("[1070]\ntype = aor\n", "[1070]\ntype = aor\nmax_contacts = many\n")
    with pytest.raises(PublishRefused) as refused:
        await asyncio.to_thread(publisher(existing).publish, files | {"ringdesk-pjsip.conf": broken})
    assert "max_contacts" in str(refused.value)
    assert publisher(existing).differing(files) == []
    assert "Aor:  1070" in existing.console("pjsip show aors")
