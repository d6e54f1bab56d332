"""Texts as they are compared and sorted: without regard to case, width or composition, in any script."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`text` in the form in which texts are compared: without regard to case, width or composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
