"""The call tracker: eats AMI events, gives the facts of calls. Pure: no I/O, no clock of its own.

AMI keeps order per channel only. So each event merely adds evidence to the legs, bridges and calls that it names
(`pbx.calls`), in a way that is the same whenever and however often it comes, and the conclusions are drawn from all the
evidence (`pbx.story`). A fact is told once, as soon as it is certain.

Where the tracker comes in the middle of a call, it tells of the call once enough is known of it (`story.visible`), with
what is known, and never of a call of which it only hears the end.

The cost of an event does not depend on how many calls there are. What has ended is kept for a while, so that late and
repeated events change nothing, and then forgotten; the Uniqueids of what was forgotten are kept longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pbx import story
from pbx.calls import Call, Leg, Stay, Transfer, birth
from pbx.events import AmiEvent, text, texts, variables
from pbx.facts import (
    CallFact,
    CallHeld,
    CallMerged,
    CallOverdue,
    CallParked,
    CallQueued,
    CallResumed,
    CallUnparked,
    Direction,
    RecordingStarted,
    TransferKind,
)
from pbx.headers import count, timestamp
from pbx.parties import known, name_in_event
from pbx.registry import Registry
from pbx.stamps import is_repeated, with_stamp
from pbx.teller import Teller

Facts = list[CallFact]
Handler = Callable[["Tracker", AmiEvent], None]

RING, RINGING, UP = "4", "5", "6"
REQUEST_TIMEOUT, REQUEST_TERMINATED = "408", "487"
"""What SIP says of the end of a channel (`TechCause`), where it does: its phone is lost, or withdrew the call."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What the tracker failed on: an event of this name, with this exception."""

    event: str
    error: Exception

    def __str__(self) -> str:
        return f"{type(self.error).__name__} at {self.event}: {self.error}"


class Tracker:
    """Turns the AMI events of one PBX into facts of calls.

    `node` is the PBX's name in our settings. `ended_kept` calls that ended are remembered, the oldest are forgotten
    first. A call heard of more than `overdue_after` seconds ago is reported once, and at most `overdue_kept` such calls
    are kept. `live_kept` bounds the calls tracked at a time; beyond it the oldest is dropped and counted in `dropped`.
    """

    def __init__(
        self,
        node: str = "main",
        *,
        ended_kept: int = 1000,
        overdue_after: float = 4 * 3600.0,
        overdue_kept: int = 1000,
        live_kept: int = 100_000,
    ) -> None:
        self.node = node
        self.faults = 0
        """Events that the tracker failed on. More than none is a defect of the tracker."""
        self.last_fault: Fault | None = None
        self._overdue_after = overdue_after
        self._known = Registry(node, ended_kept=ended_kept, overdue_kept=overdue_kept, live_kept=live_kept)
        self._teller = Teller(node, self._known)
        self._absent: set[str] = set()
        """Legs (Uniqueids) that were not in the last snapshot, though nobody told of their end."""
        self._received: float | None = None
        self._transfers_heard = 0

    @property
    def dropped(self) -> int:
        """Calls given up because too many were tracked."""
        return self._known.dropped

    @property
    def calls(self) -> list[Call]:
        """The calls of which something can be said, live and recently ended, in order of start."""
        return sorted((call for call in self._known.calls.values() if story.visible(call)), key=_by_start)

    @property
    def live_calls(self) -> list[Call]:
        """The calls that go on, in order of start."""
        return [call for call in self.calls if not call.ended]

    def call_of(self, uniqueid: str) -> Call | None:
        """The call to which the channel belongs, where it is known."""
        leg = self._known.legs.get(uniqueid)
        return leg.call if leg is not None else None

    def feed(self, event: AmiEvent, at: datetime | None = None) -> Facts:
        """Take one event in; the facts that are certain now and were not before.

        `at` is when the event was received; it stands for the event's own time where that has no Timestamp. Never
        raises, whatever the event holds.
        """
        try:
            handler = _HANDLERS.get(event["Event"])  # type: ignore[arg-type]
        except (KeyError, TypeError, AttributeError):
            return []
        if handler is None:
            return []
        facts = self._begin(event, at)
        try:
            handler(self, event)
        except Exception as error:
            self.faults += 1
            self.last_fault = Fault(event["Event"], error)  # type: ignore[arg-type]
        return facts

    def _begin(self, event: AmiEvent, at: datetime | None) -> Facts:
        self._received = at.timestamp() if at is not None else None
        seconds = self._seconds(event)
        self._known.now = seconds if at is None else self._received
        return self._teller.begin(seconds)

    def _seconds(self, event: AmiEvent) -> float | None:
        """When the event happened, in epoch seconds, by its Timestamp, else by its receipt; None where neither is."""
        own = timestamp(event)
        return own if own is not None else self._received

    def _own(self, event: AmiEvent) -> Leg | None:
        """The leg whose own event this is."""
        leg = self._known.leg(event)
        if leg is not None and not leg.heard:
            leg.heard = leg.awaited = True
            if leg.number is None and not leg.settled:
                self._identify(leg, event)
        return leg

    # Events of channels

    def _newchannel(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is None or leg.born:
            return
        leg.born = True
        leg.began_at = at = self._seconds(event)
        if at is not None:
            leg.was_at(at)
        leg.context = text(event, "Context")
        leg.exten = known(text(event, "Exten"))
        self._identify(leg, event)
        leg.first_number = known(text(event, "CallerIDNum"))
        leg.first_caller_name = name_in_event(text(event, "CallerIDName"))
        self._state(leg, text(event, "ChannelState"))
        call = leg.call
        if call.root is leg:
            self._variables(call, event)
            self._dialled_though_it_called(leg)
            self._teller.catch_up(call)
        self._look_for_overdue()

    def _newstate(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is None:
            return
        self._state(leg, text(event, "ChannelState"))
        call = leg.call
        if call.root is leg:
            self._variables(call, event)
            if leg.was_dialled:
                self._dialled_though_it_called(leg)
            if leg.up and not leg.dialled:
                self._teller.start(call)
        self._teller.ringing(leg)

    def _state(self, leg: Leg, state: str) -> None:
        if state == RING:
            leg.calling = True
        elif state == RINGING:
            leg.ringing = True
        elif state == UP:
            leg.up = True

    def _newcallerid(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is not None and not leg.settled:
            self._identify(leg, event)

    def _identify(self, leg: Leg, event: AmiEvent) -> None:
        leg.number = known(text(event, "CallerIDNum")) or leg.number
        leg.caller_name = name_in_event(text(event, "CallerIDName")) or leg.caller_name

    def _newexten(self, event: AmiEvent) -> None:
        """Only of interest on a first channel that is not told of yet, for our variables."""
        leg = self._known.legs.get(text(event, "Uniqueid"))
        if leg is None or leg.call.root is not leg or leg.call.started:
            return
        self._variables(leg.call, event)
        if leg.call.own_id and leg.calling and not leg.relay:
            self._teller.start(leg.call)

    def _varset(self, event: AmiEvent) -> None:
        variable = text(event, "Variable").lstrip("_")
        if not variable.startswith("RD_"):
            return
        leg = self._own(event)
        if leg is not None and leg.call.root is leg:
            self._variable(leg.call, variable, text(event, "Value"))

    def _variables(self, call: Call, event: AmiEvent) -> None:
        for value in texts(event, "ChanVariable"):
            variable, _, value = value.partition("=")
            self._variable(call, variable, value)

    def _variable(self, call: Call, variable: str, value: str) -> None:
        if not value:
            return
        if variable == "RD_CALL":
            call.own_id = call.own_id or value
        elif variable == "RD_QUEUE":
            call.queue_of_dialplan = value
        elif call.root is not None and call.root.stays:
            return  # who has talked is sent elsewhere by a transfer: that is not the call's own number and direction
        elif variable == "RD_DIALED":
            call.dialled = call.dialled or value
        elif variable == "RD_DIRECTION" and value in _DIRECTIONS:
            call.direction = call.direction or _DIRECTIONS[value]

    def _rename(self, event: AmiEvent) -> None:
        leg = self._own(event)
        name = text(event, "Newname")
        if leg is not None and name:
            self._known.rename(leg, name)

    def _hangup_request(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is None:
            return
        if text(event, "TechCause") == REQUEST_TIMEOUT:
            leg.lost = True
        elif count(event, "Cause") in story.CALLERS_OWN:
            leg.hangup_requested = True

    def _hangup(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is None or leg.ended:
            return
        self._relinked(leg, event)
        leg.ended = leg.settled = True
        leg.cause = count(event, "Cause")
        technical = text(event, "TechCause")
        if technical == REQUEST_TIMEOUT:
            leg.lost = True
        elif technical == REQUEST_TERMINATED and leg.calling and not leg.was_dialled:
            leg.hangup_requested = True
        at = self._seconds(event)
        if at is not None:
            leg.was_at(at)
        call = leg.call
        self._teller.end_of_leg(leg)
        self._teller.close(call)
        if call.merged_into is not None:
            self._teller.close(call.merged_into)

    # Dialling

    def _dial_begin(self, event: AmiEvent) -> None:
        leg = self._known.leg(event, "Dest")
        if leg is None:
            return
        dialler = self._own(event) if text(event, "Uniqueid") else None
        leg.awaited = leg.was_dialled = True
        leg.dial_string = leg.dial_string or text(event, "DialString")
        if dialler is not None:
            self._dialled(dialler, leg, event)
        self._teller.ringing(leg)

    def _dialled(self, dialler: Leg, leg: Leg, event: AmiEvent) -> None:
        dialler.settled = True
        if leg is not dialler and leg not in dialler.dials:
            dialler.dials.append(leg)
            # A masquerade makes another channel go on with a dial: the first dialler is of the leg's own call.
            if leg.dialled_by is None or (dialler.call is leg.call and leg.dialled_by.call is not leg.call):
                leg.dialled_by = dialler
        call = dialler.call
        if call.root is dialler:
            dialler.sent_to = dialler.sent_to or known(text(event, "Exten"))
            self._variables(call, event)
            self._teller.start(call)
        self._dialled_though_it_called(leg)

    def _dialled_though_it_called(self, leg: Leg) -> None:
        """A phone that called in and is told as dialled by another call took that call over from the one that rang."""
        if leg.dialled_by is not None and leg.call.root is leg and leg.calling and leg.person:
            self._picked_up(leg.call, leg.dialled_by.call)

    def _agent_called(self, event: AmiEvent) -> None:
        leg = self._known.leg(event, "Dest")
        dialler = self._own(event)
        if leg is None or dialler is None:
            return
        leg.was_dialled = leg.awaited = True
        leg.dial_string = leg.dial_string or text(event, "Interface")
        self._dialled(dialler, leg, event)

    def _dial_state(self, event: AmiEvent) -> None:
        leg = self._known.leg(event, "Dest", create=False)
        if leg is None or text(event, "DialStatus") not in ("RINGING", "PROGRESS"):
            return
        leg.ringing = True
        self._teller.ringing(leg)

    def _dial_end(self, event: AmiEvent) -> None:
        leg = self._known.leg(event, "Dest", create=False)
        status = text(event, "DialStatus")
        if leg is not None and status and (not leg.dial_status or status == "ANSWER"):
            leg.dial_status = status

    def _local_bridge(self, event: AmiEvent) -> None:
        one, two = self._known.leg(event, "LocalOne"), self._known.leg(event, "LocalTwo")
        if one is None or two is None or one is two:
            return
        one.awaited = two.awaited = True
        one.other_half, two.other_half = two, one

    def _pickup(self, event: AmiEvent) -> None:
        """Who picks a call up joins it: the call that was made to pick up goes on as part of the other."""
        leg, target = self._own(event), self._known.leg(event, "Target")
        if leg is not None and target is not None:
            self._picked_up(leg.call, target.call)

    def _picked_up(self, call: Call, into: Call) -> None:
        if call is not into:
            call.picked_up = True
            self._merge(call, into)

    # Bridges

    def _bridge_enter(self, event: AmiEvent) -> None:
        stay = self._stay(event)
        if stay is None:
            return
        leg = stay.leg
        leg.settled = True
        self._relinked(leg, event)
        stay.enter(self._seconds(event))
        stay.replaced = stay.replaced or text(event, "SwapUniqueid")
        crowd = count(event, "BridgeNumChannels")
        if crowd is not None and text(event, "BridgeType") == "basic":
            stay.bridge.crowd = max(stay.bridge.crowd, crowd)
        if not stay.bridge.holding and len(stay.bridge.stays) > 1:
            self._teller.conversation(leg)

    def _bridge_leave(self, event: AmiEvent) -> None:
        stay = self._stay(event)
        if stay is None:
            return
        self._relinked(stay.leg, event)
        stay.leave(self._seconds(event), count(event, "BridgeNumChannels"))
        if not stay.entries and not stay.bridge.holding:
            self._teller.conversation(stay.leg)

    def _relinked(self, leg: Leg, event: AmiEvent) -> None:
        """A first channel that another Linkedid was given to went on as part of an older call."""
        call = leg.call
        if call.root is leg and text(event, "Linkedid") not in ("", call.linkedid):
            call.relinked = True

    def _stay(self, event: AmiEvent) -> Stay | None:
        leg = self._own(event)
        return self._known.stay(leg, event) if leg is not None else None

    # Transfers

    def _blind_transfer(self, event: AmiEvent) -> None:
        first = self._known.leg(event, "Transferer")
        if first is None or text(event, "Result") not in ("", "Success"):
            return
        transferee = self._known.leg(event, "Transferee", create=False)
        exten = known(text(event, "Extension"))
        self._transfer(Transfer(TransferKind.BLIND, first, None, transferee, exten, False, self._seconds(event)))
        self._teller.call(first.call.goes_on_in(first))

    def _attended_transfer(self, event: AmiEvent) -> None:
        first, second = self._known.leg(event, "OrigTransferer"), self._known.leg(event, "SecondTransferer")
        if first is None or text(event, "Result") not in ("", "Success"):
            return
        if second is first:
            second = None
        if second is not None and second.birth < first.birth:  # the phone may ask on either of its calls
            first, second = second, first
            transferee = self._known.leg(event, "TransferTarget", create=False)
        else:
            transferee = self._known.leg(event, "Transferee", create=False)
        into_queue = text(event, "DestApp") == "Queue"
        seconds = self._seconds(event)
        self._transfer(Transfer(TransferKind.ATTENDED, first, second, transferee, None, into_queue, seconds))
        call = first.call.goes_on_in(first)
        if second is not None and second.call is not call:
            self._merge(second.call, call)
            if into_queue and second.call.queue is not None:
                self._tell_queued(call, second, second.call.queue)
        self._teller.conversation(first)
        self._teller.call(call)

    def _transfer(self, transfer: Transfer) -> None:
        """Keep `transfer`, once: the same leg hands a call on only once."""
        leg = transfer.first
        if all(known_one.first is not leg for known_one in leg.call.transfers):
            self._transfers_heard += 1
            transfer.number = self._transfers_heard
            leg.call.transfers.append(transfer)
            if transfer.at is not None:
                leg.was_at(transfer.at)

    def _merge(self, call: Call, into: Call) -> None:
        if call is into or call.merged_into is not None or into.merged_into is call:
            return
        call.merged_into = into
        into.joined.append(call)
        self._teller.start(into)
        self._teller.tell(CallMerged, call, "merged", into=into.call_id)

    # Queues, parking, holding, recording

    def _queue_caller_join(self, event: AmiEvent) -> None:
        leg = self._own(event)
        name = text(event, "Queue")
        if leg is None or not name:
            return
        leg.settled = True
        call = leg.call
        call.queue = call.queue or name
        if call.root is leg:
            leg.sent_to = leg.sent_to or known(text(event, "Exten"))
            self._variables(call, event)
        self._tell_queued(call, leg, name)

    def _tell_queued(self, call: Call, leg: Leg, name: str) -> None:
        self._teller.tell(CallQueued, call, f"queued:{name}:{leg.uniqueid}", queue=name)

    def _queue_caller_abandon(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is not None:
            leg.gave_up = True

    def _parked_call(self, event: AmiEvent) -> None:
        leg, slot = self._known.leg(event, "Parkee"), text(event, "ParkingSpace")
        if leg is None or not slot:
            return
        call = leg.call
        call.parkings.add((text(event, "ParkerDialString"), slot))
        if self._is_repeated_parking(call, event) or call.parked_at == slot:
            return
        call.parked_at = slot
        self._teller.tell(CallParked, call, self._teller.numbered(call, f"parked:{slot}"), slot=slot)

    def _unparked_call(self, event: AmiEvent) -> None:
        leg = self._known.leg(event, "Parkee")
        if leg is None:
            return
        call = leg.call
        retriever = self._known.leg(event, "Retriever") if text(event, "RetrieverUniqueid") else None
        if retriever is not None:
            self._picked_up(retriever.call, call)
        if self._is_repeated_parking(call, event) or call.parked_at is None:
            return
        slot, call.parked_at = call.parked_at, None
        self._teller.tell(CallUnparked, call, self._teller.numbered(call, f"unparked:{slot}"), slot=slot)

    def _is_repeated_parking(self, call: Call, event: AmiEvent) -> bool:
        at = timestamp(event)
        if at is None:
            return False
        if is_repeated(at, call.parking_changes):
            return True
        call.parking_changes = with_stamp(call.parking_changes, at)
        return False

    def _hold(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is None or self._is_repeated_hold(leg, event) or leg.holding:
            return
        leg.holding = True
        leg.holds += 1
        self._tell_hold(CallHeld, f"held:{leg.uniqueid}:{leg.holds}", leg)

    def _unhold(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is None or self._is_repeated_hold(leg, event) or not leg.holding:
            return
        leg.holding = False
        self._tell_hold(CallResumed, f"resumed:{leg.uniqueid}:{leg.holds}", leg)

    def _tell_hold(self, fact: type[CallFact], key: str, leg: Leg) -> None:
        call = leg.call.goes_on_in(leg)
        self._teller.tell(fact, call, key, party=leg.party(leg.name), channel=leg.uniqueid)

    def _is_repeated_hold(self, leg: Leg, event: AmiEvent) -> bool:
        """Whether the event comes a second time, or so late that the leg is gone."""
        at = timestamp(event)
        if leg.ended:
            return True
        if at is None:
            return False
        if is_repeated(at, leg.hold_changes):
            return True
        leg.hold_changes = with_stamp(leg.hold_changes, at)
        return False

    def _mixmonitor_start(self, event: AmiEvent) -> None:
        leg = self._own(event)
        if leg is not None:
            self._tell_recording(leg)

    def _tell_recording(self, leg: Leg) -> None:
        key = f"recording:{leg.uniqueid}"
        self._teller.tell(RecordingStarted, leg.call, key, channel=leg.uniqueid)

    # Calls that do not end

    def _look_for_overdue(self) -> None:
        """Report the calls that were heard of too long ago, by our clock: the PBX's may be set differently.

        They are kept in the order in which they were heard of, so only the first is looked at.
        """
        live, now = self._known.live, self._known.now
        while live and now is not None:
            call = next(iter(live.values()))
            if call.heard_at is None:
                call.heard_at = now
            if now - call.heard_at < self._overdue_after:
                return
            if story.visible(call):
                self._known.set_aside(call)
                self._teller.tell(CallOverdue, call, "overdue")
            else:
                self._known.forget(call)

    def tick(self, at: datetime) -> Facts:
        """Report the calls that are overdue at `at`, also while no events come."""
        facts = self._begin({}, at)
        self._look_for_overdue()
        return facts

    # After a gap

    def resync(
        self,
        channels: Iterable[AmiEvent],
        bridges: Iterable[Mapping[str, Any]],
        at: datetime,
        *,
        missed: bool = True,
    ) -> Facts:
        """Set everything right by a snapshot of what is alive on the PBX, taken at `at`; `missed`: after a gap.

        Where no event was missed, the Hangup of who is not in the snapshot is on its way: it was heard while that was
        read. Only who is not in the next one either has ended unheard.

        `channels` are the items of `Status` (or `CoreShowChannels`), with `Variable: NAME=value` for our variables;
        `bridges` are mappings with `BridgeUniqueid` and `Members`, a list of Uniqueids. Calls that are not there any
        more have ended (`CallEnded.inferred`); calls that are there and were not known begin in the middle.
        """
        facts = self._begin({}, at)
        alive = {uniqueid: channel for channel in channels if (uniqueid := text(channel, "Uniqueid"))}
        self._end_missing(alive, missed)
        legs = [leg for leg in (self._alive_leg(channel) for channel in alive.values()) if leg is not None]
        for bridge in bridges:
            for uniqueid in bridge.get("Members", ()):
                leg = self._known.legs.get(uniqueid)
                if leg is not None:
                    self._known.stay(leg, {**bridge, "Channel": leg.name})
        for leg in legs:
            if leg.call.root is leg and leg.calling and not leg.up and leg.call.own_id is None and not leg.dials:
                continue  # it began just now: what the dialplan says of it comes with the next events
            self._teller.start(leg.call)
            if leg.call.root is leg and leg.call.queue_of_dialplan is not None:
                self._tell_queued(leg.call, leg, leg.call.queue_of_dialplan)
            if variables(alive[leg.uniqueid]).get("RD_MIXMONITOR"):  # set by MixMonitor itself
                self._tell_recording(leg)
        for leg in legs:
            self._teller.ringing(leg)
        for leg in legs:
            if leg.stays:
                self._teller.conversation(leg)
        return facts

    def _end_missing(self, alive: Mapping[str, AmiEvent], missed: bool) -> None:
        gone = [leg for leg in self._known.legs.values() if leg.awaited and not leg.ended and leg.uniqueid not in alive]
        absent = {leg.uniqueid for leg in gone}
        if not missed:
            gone = [leg for leg in gone if leg.uniqueid in self._absent]
        self._absent = absent
        for leg in gone:
            leg.ended = leg.settled = True
            leg.call.inferred_end = True
        for leg in gone:
            self._teller.end_of_leg(leg)
        for call in {leg.call: None for leg in gone}:
            self._teller.close(call)
            if call.merged_into is not None:
                self._teller.close(call.merged_into)

    def _alive_leg(self, channel: AmiEvent) -> Leg | None:
        leg = self._own(channel)
        if leg is None or leg.ended:
            return None
        leg.name = text(channel, "Channel") or leg.name
        state = text(channel, "ChannelState")
        self._state(leg, state)
        call = leg.call
        if call.root is not leg and state in (RINGING, UP):
            leg.was_dialled = True
        if not call.started:
            call.snapshot = True
            for variable, value in variables(channel).items():
                self._variable(call, variable, value)
        self._known.stay(
            leg, {"BridgeUniqueid": text(channel, "BridgeID") or text(channel, "BridgeId"), "Channel": leg.name}
        )
        return leg


def _by_start(call: Call) -> tuple[int, int, str]:
    serial, second = birth(call.linkedid)
    return second, serial, call.linkedid


_DIRECTIONS: Mapping[str, Direction] = {direction.value: direction for direction in Direction}

_HANDLERS: Mapping[str, Handler] = {
    "Newchannel": Tracker._newchannel,
    "Newstate": Tracker._newstate,
    "NewCallerid": Tracker._newcallerid,
    "Newexten": Tracker._newexten,
    "VarSet": Tracker._varset,
    "Rename": Tracker._rename,
    "HangupRequest": Tracker._hangup_request,
    "Hangup": Tracker._hangup,
    "DialBegin": Tracker._dial_begin,
    "DialState": Tracker._dial_state,
    "DialEnd": Tracker._dial_end,
    "AgentCalled": Tracker._agent_called,
    "LocalBridge": Tracker._local_bridge,
    "Pickup": Tracker._pickup,
    "BridgeEnter": Tracker._bridge_enter,
    "BridgeLeave": Tracker._bridge_leave,
    "BlindTransfer": Tracker._blind_transfer,
    "AttendedTransfer": Tracker._attended_transfer,
    "QueueCallerJoin": Tracker._queue_caller_join,
    "QueueCallerAbandon": Tracker._queue_caller_abandon,
    "ParkedCall": Tracker._parked_call,
    "UnParkedCall": Tracker._unparked_call,
    "ParkedCallTimeOut": Tracker._unparked_call,
    "ParkedCallGiveUp": Tracker._unparked_call,
    "ParkedCallSwap": Tracker._unparked_call,
    "Hold": Tracker._hold,
    "Unhold": Tracker._unhold,
    "MixMonitorStart": Tracker._mixmonitor_start,
}
