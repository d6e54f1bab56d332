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

Birth = tuple[int, int]


def birth(uniqueid: str) -> Birth:
    """When a channel was made: epoch second and serial number, the two integers in its Uniqueid.

    Asterisk counts channels up, so this orders the channels of one PBX whatever the order of their events. A system's
    name may stand in front (`pbx1-1442239323.24`). What has not this form comes first.
    """
    epoch, dot, serial = uniqueid.rpartition("-")[2].partition(".")
    if dot and epoch.isdecimal() and serial.isdecimal() and len(epoch) < 12 and len(serial) < 20:
        return int(epoch), int(serial)
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


@dataclass(eq=False, slots=True)
class Stay:
    """One leg's time in one bridge, from first entering to last leaving."""

    leg: Leg
    bridge: Bridge
    name: str
    """The channel's name when it was there: a masquerade may change it later."""
    entered: float | None = None
    left: float | None = None
    inside: bool = False
    remaining: int | None = None
    """How many channels were in the bridge after this one left it."""
    replaced: str = ""
    """The Uniqueid of the channel whose place it took."""

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
        return not (_before(self.left, other.entered) or _before(other.left, self.entered))


def _before(left: float | None, entered: float | None) -> bool:
    return left is not None and entered is not None and left < entered


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
    hold_changed_at: float | None = None
    hangup_requested: bool = False
    """Its own side asked for the hangup."""
    lost: bool = False
    """Its phone did not answer Asterisk any more."""
    gave_up: bool = False
    """It left a queue by hanging up."""
    ended: bool = False
    cause: int | None = None
    began_at: float | None = None
    ended_at: float | None = None

    told: set[str] = field(default_factory=set)
    """Facts of this leg that have been told."""
    talked_in: list[Call] = field(default_factory=list)
    """Calls of which it was told that this leg talked with their caller's side."""

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
    relinked: bool = False
    """Its first channel was given the Linkedid of another call."""
    snapshot: bool = False
    """A snapshot told that it was there: its start was not heard, but it is real."""
    inferred_end: bool = False
    parked_at: str | None = None
    parkings: set[tuple[str, str]] = field(default_factory=set)
    """(who parked it, as `PJSIP/1001`; slot)."""
    parking_changed_at: float | None = None

    started: bool = False
    ended: bool = False
    overdue: bool = False
    told: set[str] = field(default_factory=set)
    """Keys of the facts of the call that have been told."""
    untold: list[tuple[type[CallFact], dict[str, Any]]] = field(default_factory=list)
    """Facts that wait until it can be told that the call began."""
    heard_at: float | None = None

    def goes_on_in(self, leg: Leg) -> Call:
        """The call of which `leg`, of this one, tells: all but the caller tell of the call that this was joined to."""
        return self if self.merged_into is None or leg is self.root else self.merged_into

    @property
    def call_id(self) -> str:
        """Our own id of the call: RD_CALL, else the node and the Linkedid."""
        return self.id_told or self.own_id or f"{self.node}-{self.linkedid}"
