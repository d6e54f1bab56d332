"""What comes along for running Ringdesk for real: the unit of systemd and the files of Docker Compose.

No Docker engine is needed (nor asked): what is held is that the files are whole and speak of what there is.
"""

from __future__ import annotations

import configparser
import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from ringdesk.cli import app

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "packaging" / "ringdesk.service"
DOCKER = ROOT / "docker"


def unit() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(UNIT.read_text(encoding="utf-8"))
    return parsed


def compose() -> dict[str, Any]:
    yaml: Any = importlib.import_module("yaml")
    document: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return document


def assert_is_a_command(words: list[str]) -> None:
    """`ringdesk …` with these words is understood (and not carried out)."""
    command: Any = typer.main.get_command(app)
    parent = None
    while isinstance(command, click.Group) or hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, f"there is no command {name!r}"
        parent = click.Context(command, parent=parent, info_name=name)
        command = command.commands[name]
    command.make_context("ringdesk", list(words), parent=parent, resilient_parsing=False)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    file = tmp_path / UNIT.name
    # The program is not installed here, and where it is looked for is not what is tested.
    file.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", text, flags=re.MULTILINE))
    told = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, timeout=60)
    about_it = [line for line in (told.stdout + told.stderr).splitlines() if UNIT.name in line]
    assert (told.returncode, about_it) == (0, [])


def test_the_unit_starts_what_there_is_and_lets_it_do_little() -> None:
    service = unit()["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert Path(program).name == "ringdesk"
    assert_is_a_command(words)
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["ProtectHome"]) == ("yes", "strict", "yes")
    assert service["Environment"] == f"RINGDESK_STATE=/var/lib/{service['StateDirectory']}"
    # Wrong settings end it with 2: starting again and again would not help.
    assert service["RestartPreventExitStatus"] == "2"


def test_the_commands_of_the_compose_file_are_there() -> None:
    services = compose()["services"]
    assert_is_a_command(services["ringdesk"]["command"][1:])
    for words in re.findall(r"ringdesk (asterisk [^>&;]+)", services["asterisk"]["command"][2]):
        assert_is_a_command(shlex.split(words))


def test_the_services_of_the_compose_file_fit_together() -> None:
    document = compose()
    services, volumes = document["services"], set(document["volumes"])
    assert set(services) == {"postgres", "asterisk", "ringdesk"}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        named = {volume.split(":")[0] for volume in service["volumes"] if not volume.startswith((".", "/"))}
        assert named <= volumes
        if "build" in service:
            assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    # The service has to see the very process that `asterisk up` wrote down, and its files.
    assert services["ringdesk"]["pid"] == "service:asterisk"
    assert services["ringdesk"]["volumes"] == services["asterisk"]["volumes"]
    assert services["ringdesk"]["environment"] == services["asterisk"]["environment"]


def test_the_image_installs_extras_that_there_are() -> None:
    tomllib = importlib.import_module("tomllib")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = re.search(r"ringdesk\[([a-z,]+)\]", (DOCKER / "Dockerfile").read_text(encoding="utf-8"))
    assert named is not None
    assert set(named[1].split(",")) <= set(extras)
