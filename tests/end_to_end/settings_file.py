"""A settings file of a house, for the command line."""

from __future__ import annotations

import json
from pathlib import Path

from dialplan.destinations import ToQueue
from tests.end_to_end.house import House


def write_settings(house: House, path: Path, *, http_port: int = 0) -> Path:
    """Write `ringdesk.toml` for the house's Asterisk and state, as an administrator would."""
    pbx = house.pbx
    # A JSON string or array of strings is one of TOML, too.
    lines = [
        f"state = {json.dumps(str(house.state))}",
        f"http = {{ port = {http_port} }}",
        'speech = { engine = "vosk" }',
        "[pbx.main]",
        f"ami_secret = {json.dumps(pbx.ami_secret)}",
        "ports = { " + ", ".join(f"{name} = {port}" for name, port in pbx.ports.model_dump().items()) + " }",
        "numbers = { "
        + ", ".join(
            f"{json.dumps(number)} = {json.dumps(to.queue)}"
            for number, to in pbx.numbers.items()
            if isinstance(to, ToQueue)
        )
        + " }",
    ]
    for phone in pbx.phones:
        lines += [
            "[[pbx.main.phones]]",
            f"account = {json.dumps(phone.account)}",
            f"secret = {json.dumps(phone.secret)}",
        ]
    for queue in pbx.queues:
        lines += [
            "[[pbx.main.queues]]",
            f"name = {json.dumps(queue.name)}",
            f"members = {json.dumps(list(queue.members))}",
            f"ring_seconds = {queue.ring_seconds}",
            f"wrap_up_seconds = {queue.wrap_up_seconds}",
        ]
    for trunk in pbx.trunks:
        lines += ["[[pbx.main.trunks]]", f"name = {json.dumps(trunk.name)}", f"match = {json.dumps(list(trunk.match))}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
