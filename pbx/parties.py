"""Who a channel stands for: from Asterisk's names and headers to a number or an endpoint's account.

Calls are told apart by Uniqueid and Linkedid alone, never by names. A name is read for one purpose only: to call a
party by it. Asterisk makes channel names as `TECHNOLOGY/account-serial`, and that is the one place where it says which
endpoint a channel belongs to: a dialled channel's CallerIDNum is often the number that was dialled instead (the
queue's, the ring group's).
"""

from __future__ import annotations

import re

RELAYS = frozenset({"Local"})
"""Technologies whose channels only pass sound on to another channel."""

MACHINES = frozenset(
    {
        "Announcer",
        "AudioSocket",
        "Bridge",
        "CBAnn",
        "CBRec",
        "Message",
        "MulticastRTP",
        "Recorder",
        "Snoop",
        "Surrogate",
        "UnicastRTP",
        "WebSocket",
    }
)
"""Technologies whose channels are Asterisk's own or a program's: nobody is at the other end."""

_NOBODY = frozenset({"", "<unknown>", "<null>", "(null)", "s"})
_QUOTED = re.compile(r'\\(["\\])')
_ESCAPED = re.compile(r"\\(.)")


def known(value: str) -> str | None:
    """`value`, or None where Asterisk writes that it knows none."""
    return None if value in _NOBODY else value


def unquoted(name: str | None) -> str | None:
    """A caller's name as it was sent: Asterisk keeps the backslashes with which SIP writes a quote in it."""
    return None if name is None else _QUOTED.sub(r"\1", name)


def name_in_event(value: str) -> str | None:
    """A caller's name of an event, where it has the escapes of the language C besides; None where there is none."""
    name = known(value)
    if name is None or "\\" not in name:
        return name
    return unquoted(_ESCAPED.sub(lambda found: " " if found[1] in "abfnrtv0" else found[1], name))


def technology(channel: str) -> str:
    """`PJSIP` of `PJSIP/1001-0000002a`."""
    return channel.partition("/")[0]


def is_relay(channel: str) -> bool:
    """Whether the channel is half of a Local channel."""
    return technology(channel) in RELAYS


def is_person(channel: str) -> bool:
    """Whether there is a phone (or the line to one) at the channel's other end."""
    kind, slash, _ = channel.partition("/")
    return bool(slash) and kind not in RELAYS and kind not in MACHINES


def account(channel: str) -> str:
    """The user part of the endpoint's account: `1001` of `PJSIP/1001-0000002a` and of `SIP/1001@pbx-0000002a`."""
    name = channel.partition("/")[2] or channel
    name = name.partition("<")[0]  # a masquerade appends <MASQ> or <ZOMBIE>
    return name.rpartition("-")[0].partition("@")[0] or name.partition("@")[0]


def local_name(channel: str) -> tuple[str, str] | None:
    """(common name, half) of half of a Local channel: `Local/x@y-1;2` is half `2` of `Local/x@y-1`."""
    if not channel.startswith("Local/"):
        return None
    common, semicolon, half = channel.rpartition(";")
    return (common, half[:1]) if semicolon and half[:1] in ("1", "2") else None


def dialled_party(channel: str, dial_string: str) -> str:
    """Whom a dialled channel stands for: the number dialled over a trunk, else the endpoint's account.

    The dial string tells which it is: `0612345678@carrier` (PJSIP) and `carrier/0612345678` (SIP) ask an endpoint for a
    number, `1001` is the endpoint itself, and `1001/sip:x@192.0.2.1` one of its phones.
    """
    endpoint = account(channel)
    asked = dial_string.partition("!!")[0]
    if asked.startswith(f"{technology(channel)}/"):  # app_queue writes the technology too
        asked = asked.partition("/")[2]
    if "/" in asked:
        number = asked.split("/")[1]
        number = number.removeprefix("sips:").removeprefix("sip:").partition("@")[0]
        # A contact's user part may be anything; what is asked of an account that is itself a number is that account.
        return number if is_number(number) and not is_number(endpoint) else endpoint
    number, at, _ = asked.partition("@")
    return number if at and number and not number.startswith("sip:") else endpoint


def is_number(text: str) -> bool:
    """Whether `text` could be dialled: digits, and what telephone numbers have besides."""
    return text.lstrip("+").replace("*", "").replace("#", "").isdigit()
