"""What Asterisk is to be told, as checked values.

Every value that ends up in one of Asterisk's files is checked here: an account, a queue or a node is made of letters
that mean nothing in a dialplan, a number of digits, a name of one line. `render` relies on that and only escapes what
is free text (names, secrets).
"""

import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from dialplan.destinations import Leads, ToExtension, ToQueue
from dialplan.names import PARKING_EXTENSION, PARKING_SPACES, Account, SafeName

# Dialled by phones: an agent's state, the echo test, the parking place.
_SERVICE_CODES = frozenset({"*11", "*12", "*13", "*43", str(PARKING_EXTENSION), *map(str, PARKING_SPACES)})

_NUMBER = re.compile(r"\+?[0-9*#]{1,31}")
_PREFIX = re.compile(r"[a-z0-9_-]{0,24}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
# Characters that would end an argument, begin an expression or open a comment in extensions.conf.
_PATH_FORBIDDEN = re.compile(r"[,;()\"'\\$&|`\x00-\x1f\x7f]")
_LONGEST_TEXT = 256


def new_secret() -> str:
    """A fresh password of 192 bits, of letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(24)


def _number(value: str) -> str:
    if not _NUMBER.fullmatch(value):
        raise ValueError("use digits, '*' and '#', at most 31, and at most one '+', at the front")
    return value


def _line_of_text(value: str) -> str:
    if any(ord(character) < 32 or character == "\x7f" for character in value):
        raise ValueError("contains a control character (a line break, a tab or NUL)")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("contains half a surrogate pair, which is not text")
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"is longer than {_LONGEST_TEXT} characters")
    return value


def _display_name(value: str) -> str:
    _line_of_text(value)
    if value != value.strip():
        raise ValueError("begins or ends with a space")
    return value


def _secret(value: str) -> str:
    _line_of_text(value)
    if not value.isascii() or " " in value:
        raise ValueError("use ASCII without spaces")
    if len(value) < 8:
        raise ValueError("is shorter than 8 characters")
    return value


def _host(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if not _HOST.fullmatch(value):
            raise ValueError("is neither an IP address nor a host name") from None
    return value


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise ValueError("is not an IP address") from None
    return value


def _match(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return _host(value)
    return value


def _directory(value: Path) -> Path:
    if not value.is_absolute():
        raise ValueError("must be an absolute path")
    if found := _PATH_FORBIDDEN.search(str(value)):
        raise ValueError(f"contains {found.group()!r}, which Asterisk would not take as part of a path")
    return value


def _context_prefix(value: str) -> str:
    if not _PREFIX.fullmatch(value):
        raise ValueError("use at most 24 of a-z, digits, '_' and '-'")
    return value


Number = Annotated[str, AfterValidator(_number)]
DisplayName = Annotated[str, AfterValidator(_display_name)]
Secret = Annotated[str, AfterValidator(_secret), Field(repr=False)]
Host = Annotated[str, AfterValidator(_host)]
Address = Annotated[str, AfterValidator(_address)]
MatchAddress = Annotated[str, AfterValidator(_match)]
Directory = Annotated[Path, AfterValidator(_directory)]
ContextPrefix = Annotated[str, AfterValidator(_context_prefix)]
Port = Annotated[int, Field(ge=1, le=65535)]
Codec = Literal["ulaw", "alaw", "g722", "opus"]
Strategy = Literal["fewestcalls", "ringall", "leastrecent", "rrmemory", "random", "linear", "wrandom"]


class _Checked(BaseModel):
    # hide_input_in_errors: a refused value may be a password.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Phone(_Checked):
    """A SIP account that an agent's telephone registers with; colleagues dial its `account`."""

    account: Account
    secret: Secret
    name: DisplayName = ""
    browser: bool = False
    """The phone is the one in the panel (WebRTC over the websocket) and not a device on the desk."""


class Trunk(_Checked):
    """A way to the outside: a provider or a gateway."""

    name: Account
    match: Sequence[MatchAddress] = ()
    """Addresses, networks or host names that its calls come from. Empty: `host`."""
    host: Host | None = None
    """Where calls to the outside go. None: the trunk only takes calls."""
    port: Port = 5060
    username: str | None = None
    """Account at the provider: set, Asterisk registers there and signs its calls."""
    secret: Annotated[str, AfterValidator(_secret)] | None = Field(default=None, repr=False)
    from_user: SafeName | None = None
    """User part of the From header, where the provider wants another than the caller's number."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.match and self.host is None:
            raise ValueError("set match (where its calls come from), host (where calls go), or both")
        if (self.username is None) != (self.secret is None):
            raise ValueError("username and secret go together")
        if self.username is not None:
            if self.host is None:
                raise ValueError("username asks for a registration, which needs host")
            if not re.fullmatch(r"[A-Za-z0-9_.+@-]{1,64}", self.username):
                raise ValueError("username: use 1 to 64 letters, digits, '_', '.', '+', '@' or '-'")
        return self


class Queue(_Checked):
    """A queue as app_queue serves it when the router is away."""

    name: SafeName
    label: DisplayName = ""
    members: Sequence[Account] = ()
    """Accounts of phones, in the order in which `linear` rings them."""
    strategy: Strategy = "fewestcalls"
    ring_seconds: Annotated[int, Field(ge=1, le=300)] = 20
    wrap_up_seconds: Annotated[int, Field(ge=0, le=900)] = 15
    """After a call out of this queue its agent is left to their notes for so long; they may prolong or end it."""
    music: SafeName = "default"


class Outbound(_Checked):
    """What may be dialled to the outside. Closed as it comes: no prefix is permitted."""

    trunk: Account | None = None
    prefixes: Sequence[Number] = ()
    """A number may be dialled if it begins with one of these and has at least one digit more."""
    at_once: Annotated[int, Field(ge=0, le=10_000)] = 10
    """Calls to the outside at the same time, emergency calls not counted."""
    longest_seconds: Annotated[int, Field(ge=1, le=86_400)] = 4 * 3600
    emergency: Sequence[Number] = ("112", "911")
    """Numbers that pass every rule and cap."""


class Ports(_Checked):
    """Ports of one Asterisk; `rtp_first` to `rtp_last` is the UDP range for sound (two ports a leg)."""

    sip_udp: Port = 5060
    http: Port = 8088
    ami: Port = 5038
    agi: Port = 4573
    """Where Ringdesk's FastAGI listens, on this machine."""
    rtp_first: Annotated[int, Field(ge=1024, le=65534)] = 10000
    rtp_last: Annotated[int, Field(ge=1025, le=65535)] = 10999

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.rtp_last < self.rtp_first + 3:
            raise ValueError("rtp_last: the range needs at least 4 ports above rtp_first")
        if self.rtp_first <= self.sip_udp <= self.rtp_last:
            raise ValueError("sip_udp lies within the RTP range")
        tcp = [self.http, self.ami, self.agi]
        if len(set(tcp)) < len(tcp):
            raise ValueError("http, ami and agi must be different ports")
        return self


class PbxConfig(_Checked):
    """Everything that Ringdesk writes into one Asterisk's configuration.

    Raises pydantic.ValidationError (a ValueError) whose locations name the field; `complaints` puts it into words.
    """

    node: SafeName = "main"
    prefix: ContextPrefix = "ringdesk-"
    """Set before the name of every dialplan context."""
    ports: Ports = Field(default_factory=Ports)
    recordings: Directory = Path("/var/spool/asterisk/recordings")
    """Where MixMonitor writes; has to exist."""
    music: Mapping[SafeName, Directory] = Field(default_factory=dict)
    """More classes of music on hold; `default` is the one that comes with Asterisk."""

    sip_address: Address = "127.0.0.1"
    """Address that SIP listens on: `0.0.0.0` for phones elsewhere. On loopback the sound stays there, too."""
    external_address: Host | None = None
    """Address under which phones outside `local_networks` see this machine, behind NAT."""
    local_networks: Sequence[MatchAddress] = ()
    ice_host_candidates: Mapping[Address, Address] = Field(default_factory=dict)
    """Local address to the one told to browsers instead; on loopback Asterisk offers no candidate by itself."""

    ami_user: SafeName = "ringdesk"
    ami_secret: Secret = Field(default_factory=new_secret)

    phones: Sequence[Phone] = ()
    trunks: Sequence[Trunk] = ()
    queues: Sequence[Queue] = ()
    numbers: Mapping[Number, Leads] = Field(default_factory=dict)
    """Dialled number to where it leads; a mere name is that of a queue. A number with `+` is also taken without it."""
    default_queue: SafeName | None = None
    """Queue of a number that `numbers` lacks. None: the caller hears that the number is not in service."""
    early_media: frozenset[Number] = frozenset()
    """Numbers not answered before an agent answers (the caller hears ringing and pays nothing till then)."""
    codecs: Sequence[Codec] = ("ulaw", "alaw")
    outbound: Outbound = Field(default_factory=Outbound)
    absent_modules: frozenset[str] = frozenset()
    """Modules not to be loaded because this Asterisk was built without them; see `modules.absent`."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        accounts = [phone.account for phone in self.phones]
        _unique("phones: account", accounts)
        _unique("trunks: name", [*accounts, *(trunk.name for trunk in self.trunks)])
        queues = [queue.name for queue in self.queues]
        _unique("queues: name", queues)
        for queue in self.queues:
            for member in queue.members:
                if member not in accounts:
                    raise ValueError(f"queues: member {member!r} of {queue.name!r} is no phone's account")
            _unique(f"queues: member of {queue.name!r}", queue.members)
            if queue.name == "general":
                raise ValueError("queues: 'general' is a name that Asterisk keeps for itself")
            if queue.music not in {"default", *self.music}:
                raise ValueError(f"queues: music {queue.music!r} of {queue.name!r} is not in music")
        for number, destination in self.numbers.items():
            if isinstance(destination, ToQueue) and destination.queue not in queues:
                raise ValueError(f"numbers: {number} names the queue {destination.queue!r}, which is not in queues")
            if isinstance(destination, ToExtension) and destination.extension not in accounts:
                raise ValueError(f"numbers: {number} names the phone {destination.extension!r}, which is not in phones")
            if number in accounts:
                raise ValueError(f"numbers: {number} is also a phone's account")
            if number in _SERVICE_CODES:
                raise ValueError(f"numbers: {number} is a code that phones dial for a service")
        if self.default_queue is not None and self.default_queue not in queues:
            raise ValueError(f"default_queue: {self.default_queue!r} is not in queues")
        if unknown := sorted(self.early_media - set(self.numbers)):
            raise ValueError(f"early_media: {unknown[0]} is not in numbers")
        if self.outbound.trunk is not None:
            carriers = [trunk.name for trunk in self.trunks if trunk.host is not None]
            if self.outbound.trunk not in carriers:
                raise ValueError(f"outbound.trunk: {self.outbound.trunk!r} is not a trunk with a host")
            for number in self.outbound.emergency:
                if number in {*accounts, *self.numbers}:
                    raise ValueError(f"outbound.emergency: {number} is also a phone's account or in numbers")
        elif self.outbound.prefixes:
            raise ValueError("outbound.prefixes: permitted prefixes need outbound.trunk")
        return self


def _unique(what: str, values: Sequence[str]) -> None:
    seen: set[str] = set()
    for value in values:
        # Asterisk compares the names of sections without regard to case.
        if value.lower() in seen:
            raise ValueError(f"{what} {value!r} is there twice")
        seen.add(value.lower())


def complaints(error: ValidationError) -> list[str]:
    """The errors in words: the field, then the reason. Refused values are not repeated, as one may be secret."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in problem["loc"])
        reason = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{field}: {reason}" if field else reason)
    return lines
