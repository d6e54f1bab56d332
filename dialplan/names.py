"""Names that may stand in any of Asterisk's files and in a dialplan, where their letters mean nothing."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

# Extensions that Asterisk itself jumps to; an account of that name would be dialled when a call hangs up or times out.
RESERVED_EXTENSIONS = frozenset({"a", "e", "h", "i", "o", "s", "t", "T"})
PARKING_EXTENSION = 700
PARKING_SPACES = range(701, 721)

_SAFE_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


def _safe_name(value: str) -> str:
    if not _SAFE_NAME.fullmatch(value):
        raise ValueError("use 1 to 32 letters a-z, A-Z, digits, '_' or '-'")
    return value


def _account(value: str) -> str:
    _safe_name(value)
    if value in RESERVED_EXTENSIONS:
        raise ValueError(f"{value!r} is a name that Asterisk keeps for itself")
    if value.isdigit() and (int(value) == PARKING_EXTENSION or int(value) in PARKING_SPACES):
        raise ValueError(f"{value} is one of the parking extensions")
    return value


SafeName = Annotated[str, AfterValidator(_safe_name)]
Account = Annotated[str, AfterValidator(_account)]
