"""The directory of the recordings: which file belongs to which side of which call, and nothing outside of it."""

from __future__ import annotations

import re
from pathlib import Path

from recordings.dialogue import Speaker

CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
"""What a call id may look like: a node's name and Asterisk's Linkedid. No separator of paths, no leading dot."""


class PathRefused(ValueError):
    """A call id or path that could lead out of the directory of the recordings."""


def file_of_side(call_id: str, speaker: Speaker) -> str:
    """The name of the file that the dialplan records this side of this call in. `PathRefused` if the id is odd."""
    if not CALL_ID.fullmatch(call_id):
        raise PathRefused(f"call_id {call_id!r}: only letters, digits, '.', '_' and '-', at most 120 of them")
    return f"{call_id}.{speaker.value}.sln"


class RecordingsDirectory:
    """Where Asterisk records to, as this machine sees it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def resolve(self, relative: str) -> Path:
        """The file at `relative`; `PathRefused` if that is not inside, also by a symbolic link. It needn't exist."""
        if not relative or "\0" in relative:
            raise PathRefused(f"path {relative!r}: empty, or with a null character")
        root = self.root.resolve()
        path = (root / relative).resolve()
        if path == root or not path.is_relative_to(root):
            raise PathRefused(f"path {relative!r}: not inside the directory of the recordings")
        return path
