"""E-mail addresses: what was typed, and the one form under which it is found."""

from __future__ import annotations

import re
import unicodedata

from accounts.errors import BadInput

ADDRESS_LIMIT = 254
"""Characters of an address, as SMTP has it (RFC 5321)."""
LOCAL_LIMIT = 64

_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\]\\]+")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def normalise_email(typed: str, field: str = "email") -> str:
    """The address in small letters, its host in the form that DNS knows. `BadInput` when it is none.

    Looks at the form only, with letters of any script on both sides; whether anybody reads it, only a message tells.
    """
    text = unicodedata.normalize("NFKC", typed).strip().removeprefix("mailto:")
    if len(text) > ADDRESS_LIMIT:
        raise BadInput(field, f"must have at most {ADDRESS_LIMIT} characters, has {len(text)}")
    local, at, host = text.rpartition("@")
    is_local = _LOCAL.fullmatch(local) and not any(map(_is_unprintable, local)) and len(local) <= LOCAL_LIMIT
    if not at or not is_local or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadInput(field, f"{typed[:80]!r} is no e-mail address")
    try:
        host = host.rstrip(".").encode("idna").decode().lower()
    except UnicodeError as error:
        raise BadInput(field, f"{typed[:80]!r} is no e-mail address: its host is no name") from error
    labels = host.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or len(local) + 1 + len(host) > ADDRESS_LIMIT:
        raise BadInput(field, f"{typed[:80]!r} is no e-mail address: its host is no name")
    return f"{unicodedata.normalize('NFKC', local.casefold())}@{host}"


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
