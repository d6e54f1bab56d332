"""What goes wrong with records, apart from a field's bad value (`accounts.errors.BadInput`)."""

from __future__ import annotations


class StaleRecord(Exception):
    """Somebody else changed the record since whoever wants to change it read it. `version` is the one it has now."""

    def __init__(self, what: str, version: int) -> None:
        super().__init__(f"somebody else has changed this {what} meanwhile (version {version} now): read it again")
        self.what = what
        self.version = version


class NoSuchRecord(LookupError):
    """The record is not there. `what` is its kind."""

    def __init__(self, what: str) -> None:
        super().__init__(f"there is no such {what}")
        self.what = what


def check_version(what: str, current: int, expected: int) -> None:
    """`StaleRecord` unless the record still has the version that was read."""
    if current != expected:
        raise StaleRecord(what, current)
