"""Configuration into Asterisk's files."""

import functools
import ipaddress
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import jinja2

from dialplan import modules
from dialplan.config import PbxConfig, Phone, Trunk
from dialplan.destinations import Destination
from dialplan.names import PARKING_EXTENSION, PARKING_SPACES
from kernel.errors import Complaint

# Begins every file that we write: what does not begin so is somebody else's and is not overwritten.
MARK = "; Written by Ringdesk"
_HEAD = f"{MARK}; changes are lost: additions go into *_custom.conf, where it is included at the end.\n"

SECRET_FILES = frozenset({"manager.conf", "pjsip.conf"})
CHANNEL_VARIABLES = ("RD_CALL", "RD_DIRECTION", "RD_DIALED", "RD_QUEUE", "RD_AGENT", "RD_HANDLED", "RD_FALLBACK")
HEARTBEAT_STALE_SECONDS = 5
ROUTER_SECONDS = 3
"""How long the router may hold a caller without an answer."""
MAX_ATTEMPTS = 20
WAITING_STEP_SECONDS = 2

# Events that the tracker and the router make nothing of.
UNHEARD_EVENTS = (
    "VarSet",
    "Newexten",
    "RTCPSent",
    "RTCPReceived",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "ExtensionStatus",
    "MessageWaiting",
    "QueueMemberStatus",
    "DTMFBegin",
    "Cdr",
    "CEL",
)

CEL_FILE = "ringdesk.csv"
"""Written by Asterisk into `cel-custom/` of its log directory, which has to exist: UTF-8, every field quoted."""
CEL_EVENTS = (
    "CHAN_START",
    "CHAN_END",
    "ANSWER",
    "HANGUP",
    "APP_START",
    "APP_END",
    "BRIDGE_ENTER",
    "BRIDGE_EXIT",
    "BLINDTRANSFER",
    "ATTENDEDTRANSFER",
    "PICKUP",
    "PARK_START",
    "PARK_END",
    "FORWARD",
    "LOCAL_OPTIMIZE",
    "LINKEDID_END",
    "USER_DEFINED",
)
_CEL_FIELDS = {
    "event": "eventtype",
    "time": "eventtime",
    "caller_name": "CALLERID(name)",
    "caller_number": "CALLERID(num)",
    "dnid": "CALLERID(dnid)",
    "exten": "CHANNEL(exten)",
    "context": "CHANNEL(context)",
    "channel": "CHANNEL(channame)",
    "app": "CHANNEL(appname)",
    "app_data": "CHANNEL(appdata)",
    "account_code": "CHANNEL(accountcode)",
    "uniqueid": "CHANNEL(uniqueid)",
    "linkedid": "CHANNEL(linkedid)",
    "peer": "BRIDGEPEER",
    "user_event": "userdeftype",
    "extra": "eventextra",
}
CEL_COLUMNS = tuple(_CEL_FIELDS)

# A display name that Asterisk's caller id has room for, in bytes of UTF-8.
_LONGEST_CALLER_NAME = 79


class ForeignFile(Complaint):
    """A file stands in the way that Ringdesk did not write."""


def escape(value: object) -> str:
    """A value as Asterisk's configuration reader gives it back: only `;` (a comment) means anything inside a line."""
    text = str(value)
    if "\n" in text or "\r" in text or "\x00" in text:
        raise ValueError("a line break or NUL in a configuration value")
    return text.replace(";", "\\;")


def shown_name(name: str) -> str:
    """The name as a phone's caller id carries it: cut, between characters, to what Asterisk has room for."""
    return name.encode()[:_LONGEST_CALLER_NAME].decode(errors="ignore").rstrip()


def _caller_id(phone: Phone) -> str:
    name = shown_name(phone.name or phone.account).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{phone.account}>'


def _sip_host(trunk: Trunk) -> str:
    assert trunk.host is not None  # noqa: S101 - the templates ask only for trunks that have one
    return _bracketed(trunk.host)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dialplan"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - not HTML; finalize escapes
        finalize=escape,
    )
    environment.filters["caller_id"] = _caller_id
    environment.filters["sip_host"] = _sip_host
    return environment


def render(config: PbxConfig) -> dict[str, str]:
    """File name to text, the same text for the same configuration. asterisk.conf (directories) is not among them."""
    environment = _environment()
    values = _values(config)
    files = {}
    for template in sorted(environment.list_templates(extensions=["j2"])):
        if template.startswith("_"):
            continue
        files[template.removesuffix(".j2")] = _HEAD + environment.get_template(template).render(values)
    return files


def _values(config: PbxConfig) -> dict[str, object]:
    queues = {queue.name: queue for queue in config.queues}
    default_queue = queues[config.default_queue] if config.default_queue is not None else None
    values: dict[str, object] = {name: getattr(config, name) for name in PbxConfig.model_fields}
    values.update(
        default_queue=default_queue,
        dialled=_dialled(config),
        queue_named=queues,
        early_media={variant for number in config.early_media for variant in (number, number.removeprefix("+"))},
        sip_bind=_bracketed(config.sip_address),
        on_loopback=ipaddress.ip_address(config.sip_address).is_loopback,
        parking={"extension": PARKING_EXTENSION, "first": PARKING_SPACES[0], "last": PARKING_SPACES[-1]},
        attempts=MAX_ATTEMPTS,
        waiting_step=WAITING_STEP_SECONDS,
        heartbeat_stale=HEARTBEAT_STALE_SECONDS,
        router_seconds=ROUTER_SECONDS,
        channel_variables=CHANNEL_VARIABLES,
        unheard_events=UNHEARD_EVENTS,
        cel_events=CEL_EVENTS,
        cel_columns=CEL_COLUMNS,
        cel_file=CEL_FILE,
        cel_line=",".join(f"${{CSV_QUOTE(${{{field}}})}}" for field in _CEL_FIELDS.values()),
        modules=modules.wanted(config.absent_modules),
    )
    return values


def _dialled(config: PbxConfig) -> dict[str, Destination]:
    """The static table; providers differ in whether they send the `+`, so a number is there both ways."""
    table: dict[str, Destination] = dict(config.numbers)
    taken = {*table, *(phone.account for phone in config.phones)}
    for number, destination in list(table.items()):
        plain = number.removeprefix("+")
        if plain not in taken:
            table[plain] = destination
    return table


def write(files: Mapping[str, str], directory: Path, *, force: bool = False) -> None:
    """Put the files of `render` into a directory (made if need be), each whole or not at all.

    Those with secrets are for their owner only. Raises OSError, and ForeignFile, before anything is written, if a file
    that would be replaced is not ours (unless `force`).
    """
    directory.mkdir(parents=True, exist_ok=True)
    if not force:
        for name in files:
            refuse_foreign(directory / name)
    for name, text in files.items():
        _replace(directory / name, text, 0o600 if name in SECRET_FILES else 0o644)


def refuse_foreign(file: Path) -> None:
    """ForeignFile if there is a file that Ringdesk did not write."""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            if stream.readline().startswith(MARK):
                return
    except FileNotFoundError:
        return
    raise ForeignFile(f"{file} was not written by Ringdesk; move it away, or use --force to replace it")


def _replace(file: Path, text: str, mode: int) -> None:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
