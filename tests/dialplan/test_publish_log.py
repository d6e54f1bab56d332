"""Asterisk's own lines, as it wrote them while it read files, and what is made of them."""

import pytest

from dialplan.publish_check import check
from dialplan.publish_log import Complaint, complaints

AT = "[2026-11-24 08:31:18.699]"


@pytest.mark.parametrize(
    ("line", "file", "number"),
    [
        (
            "WARNING[3722] pbx_config.c: No closing parenthesis found? 'NoSuch(' at line 209 of extensions.conf",
            "extensions.conf",
            209,
        ),
        (
            "WARNING[3722] config.c: No '=' (equal sign) in line 211 of /srv/etc/extensions.conf",
            "extensions.conf",
            211,
        ),
        ("ERROR[3693] config_options.c: Error parsing allow=nocodec at line 100 of ", "pjsip.conf", 100),
        (
            "ERROR[3693] res_sorcery_config.c: Could not create an object of type 'endpoint' with id '1003' from "
            "configuration file 'pjsip.conf'",
            "pjsip.conf",
            None,
        ),
        (
            "WARNING[3726] app_queue.c: 'foo' isn't a valid strategy for queue 'qq', using ringall instead",
            "queues.conf",
            None,
        ),
    ],
)
def test_a_complaint_names_file_and_line(line: str, file: str, number: int | None) -> None:
    (complaint,) = complaints([f"{AT} {line}"])
    assert (complaint.file, complaint.line) == (file, number)
    assert str(complaint).startswith(f"{file}, line {number}: " if number else f"{file}: ")


@pytest.mark.parametrize(
    "line",
    [
        "VERBOSE[3720] pbx_variables.c: Setting global variable 'RD_PUBLISHED' to 'mark1'",
        "NOTICE[3693] sorcery.c: Type 'system' is not reloadable, maintaining previous values",
        "WARNING[3722][C-00000001] app_dial.c: Unable to create channel of type 'PJSIP'",
        "ERROR[3722] res_pjsip_registrar.c: Registration attempt from endpoint '1001' failed",
        "",
        "no line of a log",
    ],
)
def test_what_calls_and_the_network_make_is_no_complaint_of_the_files(line: str) -> None:
    assert complaints([f"{AT} {line}", line]) == []


def test_the_same_complaint_elsewhere_in_the_file_has_the_same_gist() -> None:
    one, other = (Complaint(f"Unknown keyword at line {line}", "queues.conf", line) for line in (7, 13))
    assert one.gist == other.gist


def test_a_line_that_asterisk_could_not_read_is_found_before_it_sees_it() -> None:
    files = {"queues.conf": "[sales]\nstrategy = linear\nnonsense\n[half\n"}
    assert [str(found) for found in check(files)] == [
        "queues.conf, line 3: a line without '='",
        "queues.conf, line 4: a section's name without its closing bracket",
    ]


def test_a_jump_to_nowhere_is_found_and_a_functions_arguments_are_none() -> None:
    lines = "exten => s,1,Goto(rd-b,s,1)\n same => n,GotoIf($[${CUT(X,-,2)} = 1]?rd-c,s,1:rd-a,s,1)\n"
    files = {"extensions.conf": f"[general]\nstatic = yes\n[rd-a]\n{lines}include => rd-d\n[rd-b]\n"}
    assert [(found.line, found.text.split("'")[1]) for found in check(files)] == [(5, "rd-c"), (6, "rd-d")]
