"""Checks of rendered files: whether they hang together, and whether Asterisk has what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dialplan.publish_log import Complaint

_EXTENSIONS = re.compile(r"(.*-)?extensions\.conf")
_TARGET = re.compile(r"[(?:]([\w-]+),(?:\w+|\$\{\w+\}),\w+[)(:]")
_RESTART = {"global", "system", "transport"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one of Asterisk's files: in which section, and what it says. `key` is empty where a section begins."""

    number: int
    section: str
    key: str = ""
    value: str = ""


def read(text: str) -> Iterator[Line | Complaint]:
    """The lines of a file as Asterisk reads them; one that it could not read is a complaint without its file."""
    section = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = re.sub(r"(?<!\\);.*", "", raw).strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name, bracket, _ = line[1:].partition("]")
            if not bracket:
                yield Complaint("a section's name without its closing bracket", line=number)
                continue
            section = name
            yield Line(number, section)
        elif "=" in line:
            key, _, value = line.partition("=")
            yield Line(number, section, key.strip(), value.removeprefix(">").strip())
        else:
            yield Complaint("a line without '='", line=number)


def check(files: Mapping[str, str]) -> list[Complaint]:
    """What is wrong with the files by themselves, before Asterisk sees them."""
    found: list[Complaint] = []
    for name, text in files.items():
        lines = list(read(text))
        found += [Complaint(each.text, name, each.line) for each in lines if isinstance(each, Complaint)]
        if _EXTENSIONS.fullmatch(name):
            found += _loose_ends(name, [each for each in lines if isinstance(each, Line)])
    return found


def _loose_ends(file: str, lines: list[Line]) -> Iterator[Complaint]:
    """Jumps and includes that lead to no context of the file."""
    contexts = {line.section for line in lines} - {"general", "globals"}
    # What begins as all our contexts do is meant as one; anything else may be a function's arguments.
    prefix = _common_start(contexts)
    for line in lines:
        targets = [line.value] if line.key == "include" else []
        if line.key in ("exten", "same") and "Go" in line.value:
            targets = _TARGET.findall(line.value)
        for target in targets:
            if prefix and target.startswith(prefix) and target not in contexts:
                yield Complaint(f"leads to the context {target!r}, which is not there", file, line.number)


def _common_start(names: set[str]) -> str:
    """What all the names begin with."""
    if not names:
        return ""
    first, last = min(names), max(names)
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:same]


@dataclass(frozen=True, slots=True)
class Expected:
    """What Asterisk must have once it has read the files."""

    contexts: Mapping[str, frozenset[str]]
    """Of each context, the extensions that are no patterns."""
    endpoints: frozenset[str]
    queues: frozenset[str]


def expected(files: Mapping[str, str]) -> Expected:
    """What `files` say."""
    contexts: dict[str, set[str]] = {}
    endpoints: set[str] = set()
    queues: set[str] = set()
    for name, text in files.items():
        lines = [line for line in read(text) if isinstance(line, Line)]
        if _EXTENSIONS.fullmatch(name):
            for line in lines:
                if line.section not in ("general", "globals"):
                    known = contexts.setdefault(line.section, set())
                    if line.key == "exten" and not line.value.startswith("_"):
                        known.add(line.value.split(",")[0])
        elif name.endswith("pjsip.conf"):
            endpoints |= {line.section for line in lines if (line.key, line.value) == ("type", "endpoint")}
        elif name.endswith("queues.conf"):
            queues |= {line.section for line in lines if line.section != "general"}
    return Expected(
        {name: frozenset(known) for name, known in contexts.items()}, frozenset(endpoints), frozenset(queues)
    )


def missing(wanted: Expected, *, dialplan: str, endpoints: str, queues: str) -> list[Complaint]:
    """What Asterisk lacks, by what it shows: `dialplan show`, `pjsip show endpoints`, `queue show`."""
    found: list[Complaint] = []
    shown = _shown_contexts(dialplan)
    for context, extensions in wanted.contexts.items():
        if context not in shown:
            found.append(Complaint(f"Asterisk did not take the context {context!r}", "extensions.conf"))
            continue
        for extension in sorted(extensions - shown[context]):
            found.append(
                Complaint(f"Asterisk did not take the extension {extension!r} of {context!r}", "extensions.conf")
            )
    has = set(re.findall(r"(?m)^ Endpoint: +([^/\s<]+)", endpoints))
    found += [
        Complaint(f"Asterisk did not take the endpoint {each!r}", "pjsip.conf")
        for each in sorted(wanted.endpoints - has)
    ]
    has = set(re.findall(r"(?m)^(\S+) +has \d+ calls", queues))
    found += [
        Complaint(f"Asterisk did not take the queue {each!r}", "queues.conf") for each in sorted(wanted.queues - has)
    ]
    return found


def _shown_contexts(shown: str) -> dict[str, set[str]]:
    contexts: dict[str, set[str]] = {}
    here: set[str] = set()
    for line in shown.splitlines():
        if head := re.match(r"\[ Context '([^']+)'", line):
            here = contexts.setdefault(head[1], set())
        elif extension := re.match(r"\s+'([^']*)' =>", line):
            here.add(extension[1])
    return contexts


def needs_restart(name: str, before: str, after: str) -> bool:
    """Whether a change of that file is only wholly taken by a restart of Asterisk (a reload leaves it as it was)."""
    if name in ("modules.conf", "stasis.conf", "pjproject.conf"):
        return True
    return name.endswith("pjsip.conf") and _fixed_part(before) != _fixed_part(after)


def _fixed_part(text: str) -> list[tuple[str, str, str]]:
    lines = [line for line in read(text) if isinstance(line, Line)]
    fixed = {line.section for line in lines if line.key == "type" and line.value in _RESTART}
    return [(line.section, line.key, line.value) for line in lines if line.section in fixed]
