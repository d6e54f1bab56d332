"""The Asterisk of these tests."""

from collections.abc import Iterator

import pytest

from dialplan.modules import absent
from dialplan.render import render
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.asterisk.tools import prompts
from ringdesk.asterisk.ways import Way
from tests.dialplan.real_pbx import CUSTOM_PJSIP, RealPbx, real_config
from tests.tools import require_tool


@pytest.fixture(scope="module")
def real_pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    state = tmp_path_factory.mktemp("pbx")
    config = real_config(state, free_asterisk_ports())
    instance = AsteriskInstance(state, ports=config.ports)

    def files(way: Way) -> dict[str, str]:
        fitting = config.model_copy(update={"absent_modules": absent(way.modules)})
        return {**render(fitting), "pjsip_custom.conf": CUSTOM_PJSIP}

    require_tool("asterisk")
    pbx = RealPbx(config, instance, require_tool("baresip"), prompts())
    instance.up(files)
    try:
        yield pbx
    finally:
        instance.down()
