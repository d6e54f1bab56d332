"""Unpacking, with the machine's real apt and a small real package."""

import io
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from ringdesk.asterisk import packages
from ringdesk.asterisk.debian import NotProvidable, archive_keyring, require_packaging_tools
from ringdesk.asterisk.packages import ASTERISK_SET, PackageSet, UnpackFailed, discard_archives, unpack, unpacked
from ringdesk.asterisk.tools import ToolMissing
from tests.tools import missing

SMALL = PackageSet("small", ("hello-traditional",), suite=None)


@pytest.fixture(scope="module", autouse=True)
def _apt_is_here() -> None:
    try:
        require_packaging_tools()
        archive_keyring()
    except NotProvidable as error:
        missing(ToolMissing("apt", error.reason, error.remedy))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.slow
def test_two_at_once_get_the_same_whole_set_and_later_ones_touch_nothing(cache: Path) -> None:
    assert unpacked(SMALL, cache) is None

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: unpack(SMALL, cache=cache), range(2))

    assert first == second
    assert (first.root / "usr/bin").is_dir()
    assert first.version in first.root.name
    assert "libc6" not in os.listdir(first.root / "usr/share/doc"), "a native set must leave the C library out"
    assert not [path for path in (cache / "packages").iterdir() if path.name.startswith(".")]

    before = first.root.stat().st_mtime_ns
    again = unpack(SMALL, cache=cache)
    assert again == first
    assert first.root.stat().st_mtime_ns == before

    manifest = json.loads((first.root / "ringdesk-packages.json").read_text())
    assert manifest["packages"]["hello-traditional"] == first.version
    archives = list(cache.glob("apt/*/cache/archives/*.deb"))
    assert archives
    discard_archives(cache)
    assert not any(archive.exists() for archive in archives)
    assert unpacked(SMALL, cache) == first


@pytest.mark.slow
def test_a_killed_run_leaves_nothing_that_looks_ready(cache: Path) -> None:
    torn = PackageSet("torn", ("hello-traditional",), suite=None)
    left = cache / "packages/.unpacking-dead"
    left.mkdir(parents=True)
    (left / "half").write_text("")
    assert unpacked(torn, cache) is None
    assert unpack(torn, cache=cache).root.is_dir()
    assert not left.exists()


@pytest.mark.slow
def test_an_unknown_package_fails_with_apts_own_words(cache: Path) -> None:
    with pytest.raises(UnpackFailed, match="ringdesk-has-no-such-package"):
        unpack(PackageSet("none", ("ringdesk-has-no-such-package",), suite=None), cache=cache)


def test_what_package_scripts_would_link_is_linked() -> None:
    package_set = unpacked(ASTERISK_SET)
    if package_set is None:
        missing(ToolMissing("asterisk", "not unpacked.", "Run: ringdesk setup"))
    assert (package_set.root / "usr/share/asterisk/sounds/en/vm-goodbye.wav").stat().st_size > 1000
    links = (
        Path(folder, name)
        for folder, folders, files in os.walk(package_set.root)
        for name in (*folders, *files)
        if os.path.islink(os.path.join(folder, name))
    )
    absolute = [os.readlink(link)[1:] for link in links if os.readlink(link).startswith("/")]
    outside = [target for target in absolute if (package_set.root / target).exists()]
    assert outside == []


@pytest.mark.slow
def test_an_archive_signed_by_unknown_keys_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Real keys, but long withdrawn ones: nothing that is published today is signed by them.
    withdrawn = archive_keyring().with_name("debian-archive-removed-keys.gpg")
    monkeypatch.setattr(packages, "archive_keyring", lambda: withdrawn)
    with pytest.raises(UnpackFailed, match="is not signed"):
        unpack(SMALL, cache=tmp_path)
    assert unpacked(SMALL, tmp_path) is None


# What apt-get 2.6 says of a snapshot; the real one is asked again when the date may be passed over.
EXPIRED = """#!/bin/sh
case "$*" in
*Check-Valid-Until=false*|*install*) exec {apt_get} "$@" ;;
*) echo "E: Release file for http://m/InRelease is expired (invalid since 17d 23h 23min 10s)." >&2; exit 100 ;;
esac
"""


@pytest.mark.slow
def test_an_archive_past_its_date_is_taken_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "apt-get").write_text(EXPIRED.format(apt_get=shutil.which("apt-get")))
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    told = Console(file=io.StringIO(), width=500)
    assert unpack(SMALL, cache=tmp_path / "cache", console=told).version
    assert isinstance(told.file, io.StringIO)
    assert "past its date" in told.file.getvalue()
