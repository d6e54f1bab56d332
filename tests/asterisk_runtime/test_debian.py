from pathlib import Path

import pytest

from ringdesk.asterisk import debian
from ringdesk.asterisk.debian import DEFAULT_MIRROR, NotProvidable, architecture, mirror, native_suite
from ringdesk.asterisk.packages import simulated_installs

DEBIAN = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
UBUNTU = {"ID": "ubuntu", "VERSION_CODENAME": "noble"}


def etc_apt(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def test_mirror_is_the_machines_own_from_one_line_sources(tmp_path: Path) -> None:
    apt = etc_apt(
        tmp_path,
        {
            "sources.list": "# deb http://old/debian bookworm main\n"
            "deb http://security.example/debian-security bookworm-security main\n"
            "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib # ours\n"
        },
    )
    assert mirror(apt, DEBIAN) == "http://mirror.example/debian"


def test_mirror_is_the_machines_own_from_deb822_sources(tmp_path: Path) -> None:
    apt = etc_apt(
        tmp_path,
        {
            "sources.list.d/a.sources": "Types: deb\nURIs: http://off.example/debian\nSuites: bookworm\n"
            "Components: main\nEnabled: no\n",
            "sources.list.d/b.sources": "Types: deb deb-src\n# a comment\nURIs: http://on.example/debian\n"
            "Suites:\n bookworm\n bookworm-updates\nComponents: main\n",
            "sources.list.d/c.list": "deb http://later.example/debian bookworm main\n",
        },
    )
    assert mirror(apt, DEBIAN) == "http://on.example/debian"


@pytest.mark.parametrize(
    "line",
    [
        "deb http://archive.ubuntu.com/ubuntu noble main\n",
        "deb https://packages.example/tool stable main\n",
        "",
    ],
)
def test_a_machine_without_debians_archive_takes_the_default(tmp_path: Path, line: str) -> None:
    assert mirror(etc_apt(tmp_path, {"sources.list": line}), UBUNTU) == DEFAULT_MIRROR


@pytest.mark.parametrize(
    ("release", "libc", "suite"),
    [
        (DEBIAN, (2, 36), "bookworm"),
        (UBUNTU, (2, 39), "bookworm"),
        ({"ID": "fedora"}, (2, 42), "trixie"),
        ({"ID": "debian"}, (2, 43), "sid"),
    ],
)
def test_native_suite_never_asks_for_a_newer_c_library(
    release: dict[str, str], libc: tuple[int, int], suite: str
) -> None:
    assert native_suite(release, libc) == suite


def test_a_machine_without_glibc_is_told_so() -> None:
    with pytest.raises(NotProvidable, match="C library"):
        native_suite({"ID": "alpine"}, (0, 0))


def test_arm_has_its_own_loader_and_folder() -> None:
    arm = architecture("aarch64")
    assert (arm.name, arm.triplet, arm.loader) == ("arm64", "aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1")


def test_other_architectures_are_refused_by_name() -> None:
    with pytest.raises(NotProvidable, match="riscv64"):
        architecture("riscv64")


def test_missing_keys_name_the_package_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "KEYRINGS", (tmp_path / "none.gpg",))
    with pytest.raises(NotProvidable, match="apt-get install debian-archive-keyring"):
        debian.archive_keyring()


def test_missing_apt_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotProvidable, match="apt-get and dpkg-deb missing"):
        debian.require_packaging_tools()


def test_apts_plan_is_read_with_epochs_and_other_lines_around() -> None:
    plan = [
        "Reading package lists...",
        "Inst gcc-16-base (16-1 Debian:testing [amd64])",
        "Inst asterisk-config (1:22.10.1-1 Debian:testing [all]) []",
        "Inst libc6:amd64 (2.42-1 Debian:testing, Debian-Security:testing [amd64])",
        "Conf asterisk-config (1:22.10.1-1 Debian:testing [all])",
    ]
    assert list(simulated_installs(plan)) == [
        ("gcc-16-base", "16-1", "amd64"),
        ("asterisk-config", "1:22.10.1-1", "all"),
        ("libc6", "2.42-1", "amd64"),
    ]
