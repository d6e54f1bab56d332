"""Whether a phone is there, as events tell it."""

from __future__ import annotations

from collections.abc import Iterator

from pbx.events import AmiEvent, name, text
from pbx.snapshot import Snapshot

_AWAY = frozenset({"UNAVAILABLE", "INVALID"})


def reachable_change(event: AmiEvent) -> tuple[str, bool] | None:
    """The account of a phone and whether it is reachable now; None where the event does not tell.

    Asterisk's state of a PJSIP device is `UNAVAILABLE` while no phone is registered for it.
    """
    if name(event) != "DeviceStateChange":
        return None
    technology, slash, account = text(event, "Device").partition("/")
    state = text(event, "State")
    if technology != "PJSIP" or not slash or not account or state == "UNKNOWN":
        return None
    return account, state not in _AWAY


def reachable_in(snapshot: Snapshot) -> Iterator[tuple[str, bool]]:
    """The same of every endpoint in a snapshot."""
    for account, endpoint in snapshot.endpoints.items():
        yield account, endpoint.is_reachable
