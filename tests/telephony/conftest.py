"""Real phones on a real Asterisk: one Asterisk a session, one phone whenever a test asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from ringdesk.asterisk.packages import ASTERISK_SET, PHONES_SET, UnpackedSet, unpack
from ringdesk.demo.softphone import Program, SoftPhone
from ringdesk.demo.speech import PromptLibrary
from tests.telephony.ami import Ami
from tests.telephony.pbx import SECRET, RealPbx
from tests.telephony.sipp import Sipp


@pytest.fixture(scope="session")
def asterisk_set() -> UnpackedSet:
    return unpack(ASTERISK_SET)


@pytest.fixture(scope="session")
def phones_set() -> UnpackedSet:
    return unpack(PHONES_SET)


@pytest.fixture(scope="session")
def prompts(asterisk_set: UnpackedSet) -> PromptLibrary:
    return PromptLibrary.under(asterisk_set.root)


@pytest.fixture(scope="session")
def pbx(asterisk_set: UnpackedSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    with RealPbx(asterisk_set, tmp_path_factory.mktemp("pbx")) as running:
        yield running


class MakePhone(Protocol):
    """Starts a phone that ends with the test: the account of an agent, or any number where `register` is false."""

    async def __call__(self, account: str, **options: Any) -> SoftPhone: ...


@pytest.fixture
async def phones(pbx: RealPbx, phones_set: UnpackedSet) -> AsyncIterator[MakePhone]:
    program = Program.within(phones_set)
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
def sipp(phones_set: UnpackedSet, pbx: RealPbx, tmp_path: Path) -> Callable[..., Sipp]:
    """Makes a sipp that plays one of the odd phones: `sipp("3001", "busy_486")`."""

    def make(account: str, scenario: str, **options: Any) -> Sipp:
        return Sipp(phones_set, pbx, account, scenario, tmp_path, **options)

    return make
