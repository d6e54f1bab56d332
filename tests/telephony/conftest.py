"""Real phones on a real Asterisk: one Asterisk a session, one phone whenever a test asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from ringdesk.asterisk.debian import NotProvidable
from ringdesk.asterisk.packages import ASTERISK_SET, UnpackFailed, unpack
from ringdesk.asterisk.tools import Tool, ToolMissing, provide
from ringdesk.demo.softphone import Program, SoftPhone
from ringdesk.demo.speech import PromptLibrary
from tests.telephony.ami import Ami
from tests.telephony.pbx import SECRET, RealPbx
from tests.telephony.sipp import Sipp
from tests.tools import missing


def tool(name: str) -> Tool:
    """The program, got where it is missing; else the test is skipped saying what would help (in CI: it fails)."""
    try:
        return provide(name)
    except ToolMissing as error:
        missing(error)


@pytest.fixture(scope="session")
def prompts() -> PromptLibrary:
    unpack_for_prompts()
    return PromptLibrary.found()


def unpack_for_prompts() -> None:
    """The prompts come with the unpacked Asterisk, also where another one runs."""
    try:
        unpack(ASTERISK_SET)
    except (NotProvidable, UnpackFailed) as error:
        missing(error)


@pytest.fixture(scope="session")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    tool("asterisk")
    with RealPbx(tmp_path_factory.mktemp("pbx")) as running:
        yield running


@pytest.fixture(scope="session")
def program() -> Program:
    return Program.of(tool("baresip"))


class MakePhone(Protocol):
    """Starts a phone that ends with the test: the account of an agent, or any number where `register` is false."""

    async def __call__(self, account: str, **options: Any) -> SoftPhone: ...


@pytest.fixture
async def phones(pbx: RealPbx, program: Program) -> AsyncIterator[MakePhone]:
    async with AsyncExitStack() as stack:

        async def make(account: str, **options: Any) -> SoftPhone:
            secret = SECRET if options.get("register", True) else None
            return await stack.enter_async_context(
                SoftPhone(account, secret, pbx.registrar, program=program, **options)
            )

        yield make


@pytest.fixture
async def ami(pbx: RealPbx) -> AsyncIterator[Ami]:
    """A connection that hears everything, from now on."""
    async with pbx.full_ami() as connection:
        yield connection


@pytest.fixture
def sipp(pbx: RealPbx, tmp_path: Path) -> Callable[..., Sipp]:
    """Makes a sipp that plays one of the odd phones: `sipp("3001", "busy_486")`."""

    found = tool("sipp")

    def make(account: str, scenario: str, **options: Any) -> Sipp:
        return Sipp(found, pbx, account, scenario, tmp_path, **options)

    return make
