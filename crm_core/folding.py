"""Texts as they are compared and sorted: without regard to case, width or composition, in any script."""

from __future__ import annotations

import unicodedata

from accounts.users import NAME_LIMIT

SORT_LIMIT = 3 * NAME_LIMIT


def fold(text: str) -> str:
    """`text` in the form in which texts are compared: without regard to case, width or composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def sort_key(name: str) -> str:
    """A name as lists stand in its order: folded, and no longer than its column. Folding may lengthen a text."""
    return fold(name)[:SORT_LIMIT]
