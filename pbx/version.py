"""The version of an Asterisk: read from what it says of itself, and held against what Ringdesk needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

MINIMUM_ASTERISK_VERSION = (22, 6)
"""Older ones lose a Redirect now and then (asterisk#1273, asterisk#1315), and with it an offer to an agent."""

_RELEASE = re.compile(r"(?<![\w.])(?:certified[/-])?(\d+)\.(\d+)(?:\.(\d+))?")
_DEVELOPMENT = re.compile(r"GIT-(master|\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class AsteriskVersion:
    """A release such as 22.10.1. A build from Git has no release numbers below its branch: `development` is set."""

    major: int
    minor: int
    patch: int = 0
    development: bool = False

    @property
    def is_supported(self) -> bool:
        """Whether Ringdesk works with it. Of a development build only the branch is known: it gets the benefit."""
        if self.development:
            return self.major >= MINIMUM_ASTERISK_VERSION[0]
        return (self.major, self.minor) >= MINIMUM_ASTERISK_VERSION

    def __str__(self) -> str:
        return f"{self.major} (development)" if self.development else f"{self.major}.{self.minor}.{self.patch}"


class UnknownAsteriskVersion(ValueError):
    """A text that should tell an Asterisk's version does not."""


def parse_asterisk_version(text: str) -> AsteriskVersion:
    """Read the version out of `asterisk -V`, of AMI's `AsteriskVersion` or of `core show version`.

    The banner of AMI (`Asterisk Call Manager/11.0.0`) holds the protocol's version, not Asterisk's: it is refused.
    Raises UnknownAsteriskVersion.
    """
    if "call manager" in text.lower():
        raise UnknownAsteriskVersion(f"AMI's banner tells the protocol's version, not Asterisk's: {text[:80]!r}")
    if development := _DEVELOPMENT.search(text):
        branch = development[1]
        major = 10_000 if branch.lower() == "master" else int(branch)
        return AsteriskVersion(major, 0, development=True)
    if release := _RELEASE.search(text.replace("Asterisk/", "Asterisk ")):
        return AsteriskVersion(int(release[1]), int(release[2]), int(release[3] or 0))
    raise UnknownAsteriskVersion(f"no Asterisk version in {text[:80]!r}")


def too_old_message(version: AsteriskVersion) -> str:
    """What to tell who runs an Asterisk that is too old."""
    needed = ".".join(str(part) for part in MINIMUM_ASTERISK_VERSION)
    return (
        f"Asterisk {version} is too old: Ringdesk needs {needed} or newer. "
        "`ringdesk asterisk up --via unpacked` brings its own, apart from the one on this machine."
    )
