"""The wheel holds what the product needs to run, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tests.tools import missing

ROOT = Path(__file__).parents[2]
BUILD_SECONDS = 280
"""Where the machine has no Node, the build fetches one."""
NOT_COPIED = ignore_patterns(
    ".*", "build", "dist", "*.egg-info", "__pycache__", "traces", "latest.json", "node_modules"
)


@pytest.mark.slow
@pytest.mark.timeout(BUILD_SECONDS + 20)
def test_the_wheel_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "source"
    copytree(ROOT, source, ignore=NOT_COPIED)
    # As a developer's tree looks; the panel is built anew, with the packages that are there.
    packages = ROOT / "web" / "panel" / "node_modules"
    if not (packages / ".installed-from").is_file():
        missing("the panel's packages: run `make panel`")
    (source / "web" / "panel" / "node_modules").symlink_to(packages)
    (source / "node_modules").mkdir()
    (source / "node_modules" / "index.js").write_text("")
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(tmp_path), str(source)],
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    code = {name for name in names if ".dist-info/" not in name}
    roots = {path.parent.name for path in source.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert {name.partition("/")[0] for name in code} == roots
    assert [name for name in code if "node_modules" in name or "test" in Path(name).name] == []

    panel = {name.removeprefix("web/panel/") for name in code if name.startswith("web/panel/")}
    assert {name for name in panel if not name.startswith("dist/")} == set()
    assert "dist/index.html" in panel
    assert {Path(name).suffix for name in panel if name.startswith("dist/assets/")} >= {".js", ".css"}

    needed = [
        *(source / "dialplan" / "templates").rglob("*.j2"),
        *(path for path in (source / "web" / "page").rglob("*") if path.is_file()),
        *(source / "ringdesk" / "migrations").rglob("*.py"),
        *(source / "ringdesk" / "migrations").rglob("*.mako"),
        *(path for root in roots for path in (source / root).rglob("*.py") if "node_modules" not in path.parts),
    ]
    assert len(needed) > 100
    assert {str(path.relative_to(source)) for path in needed} - names == set()
