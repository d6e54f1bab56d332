"""What the tracker remembers of calls: legs, the bridges they were in, transfers.

These are evidence, not conclusions: each field says what some event said, and only grows. So it does not matter in
which order the events of different channels came, or whether one came twice; `pbx.story` draws the conclusions.

A *leg* is one channel. A *stay* is one leg's time in one bridge. A *call* is what Asterisk gives one Linkedid: its
first channel and all that came of it. A leg belongs to the call in which it was made for good, also when a transfer
later joins it to another: Asterisk then changes its Linkedid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pbx.facts import CallFact, Direction, TransferKind
from pbx.parties import account, dialled_party, is_number, is_person, is_relay
from pbx.stamps import Series, goes_back, is_repeated, with_stamp

Birth = tuple[int, int]


def birth(uniqueid: str) -> Birth:
    """When a channel was made: serial number and epoch second, the two integers in its Uniqueid.

    Asterisk counts channels up, so this orders the channels of a call whatever the order of their events and wherever
    the clock was set meanwhile; only a restart begins to count anew, and no call outlives that. A system's name may
    stand in front (`pbx1-1442239323.24`). What has not this form comes first.
    """
    epoch, dot, serial = uniqueid.rpartition("-")[2].partition(".")
    if dot and epoch.isdecimal() and serial.isdecimal() and len(epoch) < 12 and len(serial) < 20:
        return int(serial), int(epoch)
    return 0, 0


def moment(seconds: float | None) -> datetime | None:
    """Epoch seconds as an aware UTC time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@dataclass(eq=False, slots=True)
class Bridge:
    """Where channels are mixed. In a holding bridge (parking) they hear music and not one another."""

    id: str
    holding: bool = False
    stays: dict[str, Stay] = field(default_factory=dict)
    crowd: int = 0
    """The most channels that were in it when one entered. So many are known or will be, as each leaves once.

    Only of a basic bridge: in others (conferences) Asterisk counts channels of its own that it tells nothing of.
    """
    clock_set_back: bool = False
    """While channels were in it: their stamps cannot be compared (see `pbx.stamps`)."""


@dataclass(eq=False, slots=True)
class Stay:
    """One leg's time in one bridge, from first entering to last leaving."""

    leg: Leg
    bridge: Bridge
    name: str
    """The channel's name when it was there: a masquerade may change it later."""
    entries: Series = ()
    leavings: Series = ()
    remaining: int | None = None
    """How many channels were in the bridge after this one left it."""
    replaced: str = ""
    """The Uniqueid of the channel whose place it took."""

    def enter(self, at: float | None) -> None:
        """The leg entered at `at` (epoch seconds, None where that is not known)."""
        if at is None or is_repeated(at, self.entries):
            return
        if self.leavings:  # Only with time stamps another visit can be told from an event that comes twice.
            stays = self.leg.stays
            stays[self.bridge.id] = stays.pop(self.bridge.id)
        self.entries = with_stamp(self.entries, at)
        self.leg.was_at(at)

    def leave(self, at: float | None, remaining: int | None) -> None:
        """The leg left at `at`, and `remaining` channels stayed, as far as that is known."""
        if is_repeated(at, self.leavings[:-1]):
            return
        if remaining is not None:
            self.remaining = remaining
        if at is None or is_repeated(at, self.leavings):
            return
        self.leavings = with_stamp(self.leavings, at)
        self.leg.was_at(at)

    @property
    def relay(self) -> bool:
        return is_relay(self.name)

    @property
    def person(self) -> bool:
        return is_person(self.name)

    def met(self, other: Stay) -> bool:
        """Whether both were in the bridge at a time. Yes, unless something shows that they were not.

        Who takes another's place in a bridge does not meet it. Otherwise only time stamps can tell.
        """
        if self.replaced == other.leg.uniqueid or other.replaced == self.leg.uniqueid:
            return False
        return not (_before(self, other) or _before(other, self))


def _before(stay: Stay, other: Stay) -> bool:
    """Whether the stay was over for good before the other began."""
    if not stay.leavings or not other.entries or stay.bridge.clock_set_back:
        return False
    return stay.leavings[-1] < other.entries[0]


@dataclass(eq=False, slots=True)
class Leg:
    """One channel, by its Uniqueid."""

    uniqueid: str
    call: Call
    name: str = ""
    """The channel's name now."""
    first_name: str = ""
    heard: bool = False
    """An event of the channel itself was heard, not only of another channel that names it."""
    born: bool = False
    """Its Newchannel was heard: what it began with is known."""
    awaited: bool = False
    """It is known to live, so its end is to come."""

    first_number: str | None = None
    first_caller_name: str | None = None
    """Its caller id at birth."""
    number: str | None = None
    caller_name: str | None = None
    settled: bool = False
    """It has dialled or talked: what its caller id becomes now says nothing about who called."""
    exten: str | None = None
    """What its Newchannel says was dialled on it."""
    sent_to: str | None = None
    """The extension in which it first dialled or queued."""
    context: str = ""

    calling: bool = False
    """Its phone called in."""
    was_dialled: bool = False
    dialled_by: Leg | None = None
    dial_string: str = ""
    dial_status: str = ""
    dials: list[Leg] = field(default_factory=list)
    other_half: Leg | None = None
    """Of half of a Local channel: the other half."""

    ringing: bool = False
    up: bool = False
    stays: dict[str, Stay] = field(default_factory=dict)
    """By bridge id, the one entered last at the end."""
    holding: bool = False
    holds: int = 0
    hold_changes: Series = ()
    hangup_requested: bool = False
    """Its own side asked for the hangup."""
    lost: bool = False
    """Its phone did not answer Asterisk any more."""
    gave_up: bool = False
    """It left a queue by hanging up."""
    ended: bool = False
    cause: int | None = None
    began_at: float | None = None

    latest: float | None = None
    """The stamp of its latest event of those that come once: its birth and end, its visits to bridges, its transfer."""

    told: set[str] = field(default_factory=set)
    """Facts of this leg that have been told."""
    talked_in: list[Call] = field(default_factory=list)
    """Calls of which it was told that this leg talked with their caller's side."""

    def was_at(self, at: float) -> None:
        """An event of its own that is not heard a second time has this stamp."""
        if goes_back(self.latest, at):
            self.call.clock_set_back = True
            for stay in self.stays.values():
                stay.bridge.clock_set_back = True
        self.latest = at

    @property
    def birth(self) -> Birth:
        return birth(self.uniqueid)

    @property
    def relay(self) -> bool:
        return is_relay(self.first_name)

    @property
    def is_first_half(self) -> bool:
        """Of half of a Local channel: whether it is the half that faces whoever made it."""
        return self.first_name.endswith(";1")

    @property
    def person(self) -> bool:
        return is_person(self.first_name)

    @property
    def dialled(self) -> bool:
        """Asterisk called out on it. Who picks a call up is told as dialled, too, but had called in."""
        return self.was_dialled and not (self.calling and self.person)

    @property
    def originated(self) -> bool:
        return self.dialled and self.dialled_by is None

    def party(self, name: str = "") -> str:
        """Who is at its other end: a number or an account. `name` is the channel's name at the time in question."""
        name = name or self.first_name
        if name != self.first_name:  # another channel took this one over
            return account(name)
        if self.dialled:
            return dialled_party(name, self.dial_string)
        own = account(name)
        if self.call.root is not self and is_number(own):
            return own  # made for a call, though its dialling was not heard: its caller id may be what was dialled
        return self.number or own

    def calling_party(self) -> str | None:
        """Who it is, of a leg on which somebody made a call.

        Of a phone that Asterisk rang first (click to dial), the number that it was rung by, unless `Originate` set the
        caller id: then it shows whom the phone is to be connected with.
        """
        if not self.first_name:
            return None
        own = account(self.first_name)
        if not self.dialled:
            # Without a number: a trunk's caller who hides it, else a phone whose account is its number.
            return self.number or (own if is_number(own) else None)
        party = dialled_party(self.first_name, self.dial_string)
        if party != own:
            return party
        return (self.first_number if self.originated else self.number) or own

    def calling_name(self) -> str | None:
        """The name of who it is, of a leg on which somebody made a call."""
        return self.first_caller_name if self.dialled else self.caller_name


@dataclass(eq=False, slots=True)
class Transfer:
    """What Asterisk said of one transfer. `second` is the transferer's other leg, of an attended one."""

    kind: TransferKind
    first: Leg
    second: Leg | None
    transferee: Leg | None
    exten: str | None
    into_queue: bool
    """The transferer was waiting in a queue, and the other took that place."""
    at: float | None
    number: int = 0
    """Transfers are counted as they are heard."""


@dataclass(eq=False, slots=True)
class Call:
    """One call. `pbx.story` tells what happened in it."""

    node: str
    linkedid: str
    own_id: str | None = None
    """RD_CALL, as the dialplan set it."""
    id_told: str | None = None
    """The id under which facts were told: it stays, whatever comes later."""
    legs: list[Leg] = field(default_factory=list)
    root: Leg | None = None
    direction: Direction | None = None
    dialled: str | None = None
    """RD_DIALED, as the dialplan set it."""
    queue: str | None = None
    queue_of_dialplan: str | None = None
    transfers: list[Transfer] = field(default_factory=list)
    joined: list[Call] = field(default_factory=list)
    """Calls that went on as part of this one."""
    merged_into: Call | None = None
    picked_up: bool = False
    """It was only made to pick another call up."""
    clock_set_back: bool = False
    """While it went on: the stamps of its different channels cannot be compared (see `pbx.stamps`)."""
    relinked: bool = False
    """Its first channel was given the Linkedid of another call."""
    snapshot: bool = False
    """A snapshot told that it was there: its start was not heard, but it is real."""
    inferred_end: bool = False
    parked_at: str | None = None
    parkings: set[tuple[str, str]] = field(default_factory=set)
    """(who parked it, as `PJSIP/1001`; slot)."""
    parking_changes: Series = ()

    started: bool = False
    ended: bool = False
    overdue: bool = False
    told: set[str] = field(default_factory=set)
    """Keys of the facts of the call that have been told."""
    untold: list[tuple[type[CallFact], str, datetime, dict[str, Any]]] = field(default_factory=list)
    """Facts (kind, key, time, the rest) that wait until it can be told that the call began."""
    told_from: datetime | None = None
    """When it began, by what was told."""
    told_until: datetime | None = None
    """The latest time that was told of it."""
    heard_at: float | None = None
    """When it was first heard of, in epoch seconds: by our clock, else by the first event's stamp."""

    def goes_on_in(self, leg: Leg) -> Call:
        """The call of which `leg`, of this one, tells: all but the caller tell of the call that this was joined to."""
        return self if self.merged_into is None or leg is self.root else self.merged_into

    @property
    def call_id(self) -> str:
        """Our own id of the call: RD_CALL, else the node and the Linkedid."""
        return self.id_told or self.own_id or f"{self.node}-{self.linkedid}"
