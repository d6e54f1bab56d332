"""What Asterisk complains of in its log, taken apart: which file, which line, in which words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

_ENTRY = re.compile(
    r"\[[^\]]*\] (?P<level>[A-Z]+)\[\d+\](?P<call>\[C-[0-9a-f]+\])? "
    r"(?P<source>[\w./-]+?)(?::\d+)?(?: \w+)?: (?P<text>.*)"
)
_LINE = re.compile(r"(?:at|in) line (?P<line>\d+)(?: of (?P<file>\S*))?")
_FILE = re.compile(r"'?(?P<file>[\w./-]+\.conf)'?")
# What happens on the wire while the configuration is read is not the configuration's doing.
_TRAFFIC = (
    "res_pjsip_registrar",
    "res_pjsip_session",
    "res_pjsip_outbound_registration",
    "res_pjsip/pjsip_distributor",
    "res_pjsip/pjsip_options",
    "res_rtp_asterisk",
    "res_http_websocket",
    "res_agi",
    "res_srtp",
    "chan_pjsip",
    "chan_websocket",
    "channel.c",
    "manager.c",
    "http.c",
    "iostream",
    "tcptls",
    "taskprocessor",
)
# Who reads which file: not every reader says its name.
_READERS = {
    "config_options": "pjsip.conf",
    "res_sorcery": "pjsip.conf",
    "res_pjsip": "pjsip.conf",
    "format_cap": "pjsip.conf",
    "app_queue": "queues.conf",
    "pbx_config": "extensions.conf",
    "pbx.c": "extensions.conf",
    "res_musiconhold": "musiconhold.conf",
    "res_parking": "res_parking.conf",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that Asterisk, or our own check, finds wrong. `file` and `line` where they are told."""

    text: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.file and self.line else self.file
        return f"{place}: {self.text}" if place else self.text

    @property
    def gist(self) -> str:
        """What is complained of, wherever it stands: numbers are left out."""
        return re.sub(r"\d+", "#", f"{self.file}: {self.text}")


def complaints(lines: Iterable[str]) -> list[Complaint]:
    """The warnings and errors in a piece of the log, without those that calls and the network made."""
    found: list[Complaint] = []
    for line in lines:
        entry = _ENTRY.match(line)
        if entry is None or entry["level"] not in ("WARNING", "ERROR") or entry["call"]:
            continue
        if entry["source"].startswith(_TRAFFIC):
            continue
        found.append(_complaint(entry["source"], entry["text"]))
    return found


def _complaint(source: str, text: str) -> Complaint:
    place, named = _LINE.search(text), _FILE.search(text)
    file = (place and place["file"]) or (named and named["file"]) or None
    if file is None:
        file = next((known for start, known in _READERS.items() if source.startswith(start)), None)
    return Complaint(text.strip(), PurePath(file).name if file else None, int(place["line"]) if place else None)
