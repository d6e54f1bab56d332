"""What can go wrong between us and Asterisk's manager interface."""

from __future__ import annotations

from kernel.errors import Complaint


class AmiError(Complaint):
    """Base of all of them."""


class InvalidHeader(AmiError, ValueError):
    """An action that must not be sent: a header's name or value holds what would change its meaning."""


class LinkDown(AmiError):
    """There is no link, or it went away before the answer came: whether the action was carried out is not known.

    It is not sent again. What is so is in the next `Snapshot`.
    """


class ActionTimeout(AmiError):
    """Asterisk did not answer in time. Whether the action was carried out is not known."""


class ActionRefused(AmiError):
    """Asterisk answered that it does not do it. `message` is its reason."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(f"Asterisk refused {action}: {message}")
        self.action = action
        self.message = message


class CommandFailed(AmiError):
    """Asterisk refused a command, or something happened that shows that it did not work. The text says which."""


class CommandTimeout(AmiError):
    """Nothing proved in time that the command was carried out. It may have been, or still be."""
