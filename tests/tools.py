"""Programs that tests need. Missing ones skip the test by name; in CI, where nothing may be missing, they fail it."""

import os
from typing import NoReturn

import pytest

from ringdesk.asterisk.tools import Tool, ToolMissing, find


def require_tool(name: str) -> Tool:
    """The program (`ringdesk.asterisk.tools.TOOLS`), or an end of the test that says what would help."""
    try:
        return find(name)
    except ToolMissing as error:
        missing(error)


def missing(what: object) -> NoReturn:
    """End the test for want of `what`, which says what would help."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needs {what}", pytrace=False)
    pytest.skip(f"needs {what}")
