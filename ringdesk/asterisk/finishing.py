"""What package scripts would have done and an unpacked set still needs."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ringdesk.asterisk.debian import Architecture

WRAPPERS = "ringdesk-bin"
"""The folder, below an unpacked root, of the scripts that start its native programs with their libraries."""


_FONT_RULES = "ringdesk-fonts"
# Which font stands for which family and language. Of the rest some contradict each other, one forgets all folders.
_CHOSEN_FONT_RULES = r"(30|45|49|60|64|65|69|89|90)-"


def finish(root: Path, arch: Architecture) -> None:
    """Make an unpacked `root` usable where it lies: links, fonts, starters. Nothing may hold root's own path."""
    _keep_links_inside(root)
    _name_english_prompts(root)
    _choose_alternatives(root, arch)
    _write_chromium_starter(root, arch)


def _keep_links_inside(root: Path) -> None:
    """A link to `/usr/…` would lead out of the tree, to whatever the machine has there, or to nothing."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if not path.is_symlink():
                continue
            target = os.readlink(path)
            if target.startswith("/") and (root / target[1:]).exists():
                path.unlink()
                path.symlink_to(os.path.relpath(root / target[1:], folder))


def _name_english_prompts(root: Path) -> None:
    """The prompts lie in a folder named after the voice; the package's script makes the link that Asterisk asks for."""
    sounds = root / "usr/share/asterisk/sounds"
    voice = sounds / "en_US_f_Allison"
    if voice.is_dir() and not (sounds / "en").exists():
        (sounds / "en").symlink_to(voice.name)


def _choose_alternatives(root: Path, arch: Architecture) -> None:
    """BLAS and LAPACK lie in a folder of their own, and `update-alternatives` would link them."""
    libraries = root / "usr/lib" / arch.triplet
    for name, folder in (("libblas.so.3", "blas"), ("liblapack.so.3", "lapack")):
        if (libraries / folder / name).exists() and not (libraries / name).exists():
            (libraries / name).symlink_to(f"{folder}/{name}")


def _write_chromium_starter(root: Path, arch: Architecture) -> None:
    program = root / "usr/lib/chromium/chromium"
    if not program.exists():
        return
    starter = root / WRAPPERS / "chromium"
    starter.parent.mkdir(exist_ok=True)
    rules = root / _FONT_RULES
    rules.mkdir(exist_ok=True)
    for rule in (root / "usr/share/fontconfig/conf.avail").glob("*.conf"):
        if re.match(_CHOSEN_FONT_RULES, rule.name):
            (rules / rule.name).symlink_to(os.path.relpath(rule, rules))
    # It starts itself again for each page, by its own path, so its libraries must come by the environment.
    starter.write_text(_CHROMIUM_STARTER.format(triplet=arch.triplet))
    starter.chmod(0o755)


_CHROMIUM_STARTER = """\
#!/bin/sh
# Starts the unpacked Chromium with the libraries and fonts that were unpacked with it.
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
fonts="${{XDG_CACHE_HOME:-$HOME/.cache}}/ringdesk/fontconfig"
mkdir -p "$fonts" || exit 1
file="$fonts/$(basename "$root").conf"
cat > "$file.$$" <<CONF && mv "$file.$$" "$file"
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <include ignore_missing="yes">$root/ringdesk-fonts</include>
  <cachedir>$fonts/cache</cachedir>
</fontconfig>
CONF
export FONTCONFIG_FILE="$file"
libraries="$root/usr/lib/{triplet}"
export LD_LIBRARY_PATH="$libraries:$libraries/nss:$libraries/pulseaudio${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
exec "$root/usr/lib/chromium/chromium" "$@"
"""
