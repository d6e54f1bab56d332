"""Make the virtual environment that everything else runs in. Needs nothing but Python's standard library.

    python3 tools/bootstrap.py .venv

Installs what `pyproject.toml` names in the versions of `constraints.txt`, and writes `.installed` into the environment
when done: make compares that file's age.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent


def main(directory: Path) -> None:
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Ringdesk needs Python 3.11 or newer; {sys.executable} is {found}. Try: make setup PYTHON=python3.12")
    python = directory / "bin" / "python"
    if not python.exists():
        print(f"Making a virtual environment in {directory}")
        try:
            import ensurepip  # noqa: F401  (Debian ships it apart)
        except ImportError:
            sys.exit("Python's venv module is not whole. Install it: sudo apt-get install python3-venv")
        venv.create(directory, with_pip=True)
    print("Installing Ringdesk and its Python packages (the first time about 1 GB, one to three minutes)")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--upgrade", "pip>=25.1"])
    run([*pip, "--editable", f"{ROOT}[dev]", "--constraint", str(ROOT / "constraints.txt")])
    (directory / ".installed").touch()


def run(command: list[str]) -> None:
    # pip's warnings about package indexes of this machine's own configuration would drown its errors: show them last.
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"{done.stderr}\nThis failed: {' '.join(command)}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".venv"))
