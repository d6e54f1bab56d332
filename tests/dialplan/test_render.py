"""The files: the same for the same configuration, and each value read back as it was meant."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dialplan.config import Outbound, PbxConfig, Phone, Queue, Trunk
from dialplan.modules import absent
from dialplan.render import MARK, ForeignFile, render, shown_name, write

SECRET = "a-good-secret"


def full() -> PbxConfig:
    return PbxConfig(
        ami_secret=SECRET,
        phones=[Phone(account="1001", secret=SECRET, name="Ann"), Phone(account="web1", secret=SECRET, browser=True)],
        trunks=[Trunk(name="out", host="sip.example.net", username="me", secret="trunk;secret")],
        queues=[Queue(name="sales", members=["1001", "web1"], ring_seconds=15), Queue(name="help")],
        numbers={"+4930123": "sales", "600": "help"},
        early_media=frozenset({"+4930123"}),
        outbound=Outbound(trunk="out", prefixes=["+49"], at_once=2, longest_seconds=60),
    )


def read_conf(text: str) -> list[tuple[str, str, str]]:
    """(section, key, value) of each line, read by the rules of Asterisk's reader: `;` is a comment unless `\\;`."""
    found, section = [], ""
    for line in text.split("\n"):
        line = re.sub(r"(?<!\\);.*", "", line).replace("\\;", ";").strip()
        if line.startswith("["):
            section = line[1 : line.index("]")]
        elif line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.append((section, key.strip(), value.removeprefix(">").strip()))
    return found


def caller_id(value: str) -> tuple[str, str]:
    """Name and number of `"name" <number>`, where `\\` stands before a quote or another `\\`."""
    parts = re.fullmatch(r'"((?:[^"\\]|\\.)*)" <(.*)>', value)
    assert parts is not None, value
    return re.sub(r"\\(.)", r"\1", parts[1]), parts[2]


def values(text: str, key: str) -> list[str]:
    return [value for _, name, value in read_conf(text) if name == key]


names = st.one_of(
    st.text(max_size=60),
    # What could mean something to a reader of configuration, densely.
    st.text(alphabet='";\\[]=><#${}(),&|\'" \u0e01\u0301ж😀\u2028\x85', max_size=40),
)


@given(name=names)
def test_whatever_the_name_the_file_reads_back_to_it_and_has_no_further_line(name: str) -> None:
    plain = render(PbxConfig(ami_secret=SECRET, phones=[Phone(account="1001", secret=SECRET, name="x")]))["pjsip.conf"]
    try:
        phone = Phone(account="1001", secret=SECRET, name=name)
    except ValidationError:
        assert name != name.strip() or any(ord(character) < 32 or character == "\x7f" for character in name)
        return
    text = render(PbxConfig(ami_secret=SECRET, phones=[phone]))["pjsip.conf"]
    assert caller_id(values(text, "callerid")[0]) == (shown_name(name or "1001"), "1001")
    assert text.count("\n") == plain.count("\n")
    assert [(section, key) for section, key, _ in read_conf(text)] == [(s, k) for s, k, _ in read_conf(plain)]


@given(name=names)
def test_a_name_is_cut_only_where_asterisk_has_no_room_and_never_within_a_character(name: str) -> None:
    shown = shown_name(name)
    assert name.startswith(shown)
    assert len(shown.encode()) <= 79
    assert shown == name.rstrip() or len(name.encode()) > 79 or shown == name


@given(secret=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40))
def test_whatever_the_secret_the_file_reads_back_to_it(secret: str) -> None:
    text = render(PbxConfig(ami_secret=secret, phones=[Phone(account="1001", secret=secret)]))
    assert values(text["pjsip.conf"], "password") == [secret]
    assert values(text["manager.conf"], "secret") == [secret]


def test_the_same_configuration_gives_the_same_files() -> None:
    assert render(full()) == render(full())


def test_no_name_reaches_the_dialplan() -> None:
    named = PbxConfig(ami_secret=SECRET, phones=[Phone(account="1001", secret=SECRET, name="${SHELL(id)}")])
    assert "SHELL" not in render(named)["extensions.conf"]


def extensions(text: str, context: str) -> Iterator[str]:
    for section, key, value in read_conf(text):
        if section == context and key == "exten":
            yield value.split(",")[0]


def test_a_number_is_there_with_and_without_its_plus_from_outside_and_from_inside() -> None:
    text = render(full())["extensions.conf"]
    for context in ("ringdesk-from-trunk", "ringdesk-from-phones"):
        assert {"+4930123", "4930123", "600"} <= set(extensions(text, context))


def test_outbound_is_closed_unless_a_prefix_opens_it() -> None:
    closed = full().model_copy(update={"outbound": Outbound()})
    text = render(closed)["extensions.conf"]
    assert "@out" not in text
    patterns = {name for name in extensions(text, "ringdesk-from-phones") if name.startswith("_")}
    assert patterns == {"_*8.", "_8XXX"}
    opened = render(full())["extensions.conf"]
    assert "_+49[0-9*#]!" in set(extensions(opened, "ringdesk-from-phones"))
    assert "GROUP_COUNT(ringdesk-outbound)} > 2]" in opened
    assert "TKS(60)" in opened


def test_emergency_numbers_pass_without_prefix_or_cap() -> None:
    config = full().model_copy(update={"outbound": Outbound(trunk="out")})
    text = render(config)["extensions.conf"]
    assert {"112", "911"} <= set(extensions(text, "ringdesk-from-phones"))
    assert "Dial(PJSIP/112@out)" in text


def test_the_prefix_stands_before_every_context() -> None:
    text = render(full().model_copy(update={"prefix": "acme-"}))["extensions.conf"]
    sections = {section for section, _, _ in read_conf(text)} - {"general", "globals"}
    assert sections
    assert all(section.startswith("acme-") for section in sections)
    assert "ringdesk-" not in text


def test_nothing_is_loaded_that_runs_programs_or_reads_files_for_whoever_asks() -> None:
    loaded = {value for _, key, value in read_conf(render(full())["modules.conf"]) if key == "load"}
    assert not loaded & {
        f"{name}.so" for name in ("func_shell", "func_env", "func_curl", "app_system", "res_ari", "app_externalivr")
    }


def test_a_module_that_this_asterisk_lacks_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "chan_pjsip.so").touch()
    lacking = full().model_copy(update={"absent_modules": absent(tmp_path)})
    loaded = [value for _, key, value in read_conf(render(lacking)["modules.conf"]) if key == "load"]
    assert loaded == ["chan_pjsip.so"]


def test_writing_is_whole_and_keeps_secrets_to_the_owner(tmp_path: Path) -> None:
    write(render(full()), tmp_path / "etc")
    write(render(full()), tmp_path / "etc")
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "etc").iterdir()}
    assert set(modes) == set(render(full()))
    assert {name for name, mode in modes.items() if mode == 0o600} == {"manager.conf", "pjsip.conf"}
    for name in modes:
        assert SECRET not in (tmp_path / "etc" / name).read_text() or modes[name] == 0o600


def test_a_file_that_somebody_else_wrote_is_left_alone_unless_forced(tmp_path: Path) -> None:
    mine = tmp_path / "queues.conf"
    mine.write_text("[mine]\n")
    with pytest.raises(ForeignFile, match=r"queues\.conf was not written by Ringdesk"):
        write(render(full()), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["queues.conf"]
    write(render(full()), tmp_path, force=True)
    assert mine.read_text().startswith(MARK)
