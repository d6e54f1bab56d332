"""A real Asterisk for the length of a test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from dialplan.config import PbxConfig, Phone, Ports
from dialplan.render import render
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.asterisk.ways import Via
from tests.tools import require_tool


def small_config(state: Path, ports: Ports | None = None) -> PbxConfig:
    """Two desk phones and nothing else, on free ports."""
    recordings = state / "recordings"
    recordings.mkdir(parents=True, exist_ok=True)
    phones = [Phone(account=account, secret=f"secret-of-{account}") for account in ("1001", "1002")]
    return PbxConfig(ports=ports or free_asterisk_ports(), recordings=recordings, phones=phones)


def installed_way() -> Via:
    """How a test runs Asterisk: by what is here already, so that no test builds an image or unpacks anything."""
    return Via.MACHINE if require_tool("asterisk").root == Path("/") else Via.UNPACKED


@asynccontextmanager
async def running_asterisk(
    config: PbxConfig | None = None, *, extra_files: Mapping[str, str] | None = None, via: Via | None = None
) -> AsyncIterator[AsteriskInstance]:
    """An Asterisk that has booted with `config` (else `small_config`); it has ended when the block is left.

    `extra_files` are added to the rendered ones (`extensions_custom.conf` and the like are included by them), or
    replace them. The instance's `ports` are the configuration's; its log is printed, for the report, if the test fails.
    """
    via = via or installed_way()
    state = Path(tempfile.mkdtemp(prefix="rd-"))  # short: a socket's path has 107 bytes
    try:
        config = config or small_config(state)
        instance = AsteriskInstance(state / "asterisk", ports=config.ports, sip_address=config.sip_address, via=via)
        files = {**render(config), **(extra_files or {})}
        await asyncio.to_thread(instance.up, files)
        try:
            yield instance
        except BaseException:
            print(instance.log_tail(100))
            raise
        finally:
            await asyncio.to_thread(instance.down)
    finally:
        shutil.rmtree(state, ignore_errors=True)
