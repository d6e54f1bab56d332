"""The same contexts, endpoints and queues, as files that an Asterisk which was there before includes.

Nothing global is in them: no [general], no transport, no module list. What an installation has to set of that stands
in docs/existing-asterisk.md.
"""

from __future__ import annotations

from dialplan.config import PbxConfig
from dialplan.publish_check import Line, read
from dialplan.render import CEL_FILE, MARK, render

INCLUDED = ("extensions.conf", "pjsip.conf", "queues.conf", "manager.conf", "musiconhold.conf", "cel_custom.conf")
"""Files of ours that have a part for such an Asterisk."""
_GLOBAL_SECTIONS = frozenset({"general", "globals", "default"})
_GLOBAL_TYPES = frozenset({"global", "system", "transport"})
_HEAD = f"{MARK}, to be included; changes are lost.\n"


def included_name(config: PbxConfig, file: str) -> str:
    """The name of the part of `file`: it begins as our contexts do."""
    return f"{config.prefix or 'ringdesk-'}{file}"


def render_included(config: PbxConfig) -> dict[str, str]:
    """File name to text, the same text for the same configuration."""
    whole = render(config)
    return {included_name(config, file): _HEAD + _part(config, file, whole[file]) for file in INCLUDED}


def _part(config: PbxConfig, file: str, text: str) -> str:
    if file == "cel_custom.conf":
        # Included within [mappings].
        return "".join(f"{line}\n" for line in text.splitlines() if line.startswith(CEL_FILE))
    lines = [line for line in read(text) if isinstance(line, Line)]
    left_out = {line.section for line in lines if line.key == "type" and line.value in _GLOBAL_TYPES}
    left_out |= _GLOBAL_SECTIONS
    kept: list[str] = []
    section = "general"
    for line in text.splitlines():
        if line.startswith("["):
            section = line[1 : line.index("]")]
        if section in left_out or line.startswith((";", "#", " ;")):
            continue
        kept.append(line)
    result = "\n".join(kept).strip("\n") + "\n"
    if file == "extensions.conf":
        # Global variables belong to whoever runs this Asterisk.
        result = result.replace("${RD_NODE}", config.node).replace("${RD_RECORDINGS}", str(config.recordings))
    return result
