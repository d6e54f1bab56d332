"""The Asterisk of these tests."""

import os
from collections.abc import Iterator

import pytest

from dialplan.modules import absent
from dialplan.render import render
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports
from ringdesk.asterisk.tools import ToolMissing, find, prompts
from ringdesk.asterisk.ways import NoAsterisk, Way
from tests.dialplan.real_pbx import CUSTOM_PJSIP, RealPbx, real_config


@pytest.fixture(scope="module")
def real_pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPbx]:
    state = tmp_path_factory.mktemp("pbx")
    config = real_config(state, free_asterisk_ports())
    instance = AsteriskInstance(state, ports=config.ports)

    def files(way: Way) -> dict[str, str]:
        fitting = config.model_copy(update={"absent_modules": absent(way.modules)})
        return {**render(fitting), "pjsip_custom.conf": CUSTOM_PJSIP}

    try:
        pbx = RealPbx(config, instance, find("baresip"), prompts())
        instance.up(files)
    except (ToolMissing, NoAsterisk) as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    try:
        yield pbx
    finally:
        instance.down()
