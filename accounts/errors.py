"""What is wrong with something that somebody typed, told so that it can be put right."""

from __future__ import annotations

from kernel.errors import Complaint


class BadInput(Complaint, ValueError):
    """`field` has a value that cannot be taken, for `reason`. Both are shown to whoever sent it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
