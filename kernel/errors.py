"""The errors that are somebody's to mend: their message says what is wrong and what to do."""

from __future__ import annotations


class Complaint(Exception):
    """Base of what a command shows as its message alone, without a traceback."""
