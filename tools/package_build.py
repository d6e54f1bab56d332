"""How pip builds Ringdesk: setuptools, after the panel was built. Named in pyproject.toml as the build's backend.

A wheel without a panel is not made, except with RINGDESK_WITHOUT_PANEL=1. An editable install leaves the panel to
`make panel`, which `make setup` runs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (  # noqa: F401 - what pip asks a backend for
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_panel  # type: ignore[import-not-found]


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_node()]


def get_requires_for_build_sdist(config_settings: Any = None) -> list[str]:
    return [*build_meta.get_requires_for_build_sdist(config_settings), *_node()]


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    _build()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    _build()
    return build_meta.build_sdist(sdist_directory, config_settings)


def _node() -> list[str]:
    """Node for this build alone, where the machine has none and the panel must be built."""
    needed = not _without() and not build_panel.is_built() and build_panel.machine_npm() is None
    return [build_panel.WHEEL] if needed else []


def _build() -> None:
    if _without():
        return
    try:
        build_panel.build()
    except build_panel.NotBuilt as error:
        raise SystemExit(f"The browser panel was not built: {error}\nWithout it: RINGDESK_WITHOUT_PANEL=1") from error


def _without() -> bool:
    return os.environ.get("RINGDESK_WITHOUT_PANEL") == "1"
