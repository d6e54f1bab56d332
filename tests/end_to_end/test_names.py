"""Our packages have plain names: nothing installed may have the same, or Python takes one for the other."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def our_packages() -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["setuptools"]["packages"]
    return {name.partition(".")[0] for name in listed}


def test_no_installed_distribution_owns_a_module_named_like_ours() -> None:
    owners = importlib.metadata.packages_distributions()
    taken = {name: owners[name] for name in our_packages() if set(owners.get(name, ())) - {"ringdesk"}}
    assert taken == {}
    # The question is not asked in vain: what is installed is known by its modules.
    assert owners["aiohttp"] == ["aiohttp"]


def test_every_package_of_ours_is_listed() -> None:
    there = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert there == our_packages()
