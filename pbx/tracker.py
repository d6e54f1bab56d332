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
from datetime import UTC, datetime
from typing import Any

from pbx import story
from pbx.calls import Bridge, Call, Leg, Stay, Transfer, birth
from pbx.events import UNSET, AmiEvent
from pbx.facts import (
    CallEnded,
    CallFact,
    CallHeld,
    CallMerged,
    CallOverdue,
    CallParked,
    CallQueued,
    CallResumed,
    CallStarted,
    CallTransferred,
    CallUnparked,
    Direction,
    PartyAnswered,
    PartyLeft,
    PartyRang,
    PartyStoppedRinging,
    RecordingStarted,
    TransferKind,
)
from pbx.parties import known, local_name, name_in_event

Facts = list[CallFact]
Handler = Callable[["Tracker", AmiEvent, Facts], None]

RING, RINGING, UP = "4", "5", "6"
REQUEST_TIMEOUT = "408"
BIG_CONVERSATION = 24
"""From this many people on, only what is new is looked at when somebody joins."""
UNTOLD_KEPT = 64
"""So many facts wait for the beginning of their call to be known."""
EARLIEST, LATEST = 0.0, 32_503_680_000.0
"""Epoch seconds between which a time stamp is believed: 1970 to 3000."""


class Tracker:
    """Turns the AMI events of one PBX into facts of calls.

    `node` is the PBX's name in our settings. `ended_kept` calls that ended are remembered, the oldest are forgotten
    first. A call older than `overdue_after` seconds is reported once, and at most `overdue_kept` such calls are kept.
    `live_kept` bounds the calls tracked at a time; beyond it the oldest is dropped and counted in `dropped`.
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
        self.dropped = 0
        """Calls given up because too many were tracked."""
        self._ended_kept = ended_kept
        self._overdue_after = overdue_after
        self._overdue_kept = overdue_kept
        self._live_kept = live_kept
        self._calls: dict[str, Call] = {}
        self._legs: dict[str, Leg] = {}
        self._bridges: dict[str, Bridge] = {}
        self._halves: dict[str, Leg] = {}
        """By common name: a half of a Local channel whose other half was not seen yet."""
        self._live: dict[str, Call] = {}
        self._ended: dict[str, Call] = {}
        self._overdue: dict[str, Call] = {}
        self._forgotten: dict[str, None] = {}
        self._now: datetime | None = None

    @property
    def calls(self) -> list[Call]:
        """The calls of which something can be said, live and recently ended, in order of start."""
        return sorted((call for call in self._calls.values() if story.visible(call)), key=_by_start)

    @property
    def live_calls(self) -> list[Call]:
        """The calls that go on, in order of start."""
        return [call for call in self.calls if not call.ended]

    def call_of(self, uniqueid: str) -> Call | None:
        """The call to which the channel belongs, where it is known."""
        leg = self._legs.get(uniqueid)
        return leg.call if leg is not None else None

    def feed(self, event: AmiEvent, at: datetime | None = None) -> Facts:
        """Take one event in; the facts that are certain now and were not before.

        `at` is when the event was received; it stands for the event's own time where that has no Timestamp. Never
        raises, whatever the event holds.
        """
        facts: Facts = []
        try:
            handler = _HANDLERS.get(event["Event"])  # type: ignore[arg-type]
        except (KeyError, TypeError, AttributeError):
            return facts
        if handler is not None:
            self._now = at
            try:
                handler(self, event, facts)
            except Exception:
                self.faults += 1
        return facts

    # Legs, calls and bridges by their ids

    def _leg(self, event: AmiEvent, prefix: str = "", create: bool = True) -> Leg | None:
        """The leg that `event` names with the headers that begin with `prefix`; None where it cannot be known."""
        uniqueid = _text(event, prefix + "Uniqueid")
        leg = self._legs.get(uniqueid)
        if leg is None:
            if not create or not uniqueid or uniqueid in self._forgotten:
                return None
            call = self._call(_text(event, prefix + "Linkedid") or _text(event, "Linkedid"))
            if call is None:
                return None
            leg = self._legs[uniqueid] = Leg(uniqueid, call)
            call.legs.append(leg)
            if uniqueid == call.linkedid:
                call.root = leg
        if not leg.name:
            leg.name = leg.first_name = _text(event, prefix + "Channel")
            self._join_halves(leg)
        return leg

    def _own(self, event: AmiEvent) -> Leg | None:
        """The leg whose own event this is."""
        leg = self._leg(event)
        if leg is not None and not leg.heard:
            leg.heard = leg.awaited = True
            if leg.number is None and not leg.settled:
                self._identify(leg, event)
        return leg

    def _call(self, linkedid: str) -> Call | None:
        call = self._calls.get(linkedid)
        if call is None and linkedid and linkedid not in self._forgotten:
            call = self._calls[linkedid] = self._live[linkedid] = Call(self.node, linkedid)
            if len(self._live) > self._live_kept:
                self.dropped += 1
                self._forget(self._live.pop(next(iter(self._live))))
        return call

    def _join_halves(self, leg: Leg) -> None:
        """Find the other half of a Local channel by the name that both have in common."""
        name = local_name(leg.name)
        if name is None:
            return
        other = self._halves.pop(name[0], None)
        if other is None:
            self._halves[name[0]] = leg
        elif other is not leg:
            leg.other_half, other.other_half = other, leg

    def _bridge(self, event: AmiEvent) -> Bridge | None:
        bridge_id = _text(event, "BridgeUniqueid")
        if not bridge_id:
            return None
        bridge = self._bridges.get(bridge_id)
        if bridge is None:
            bridge = self._bridges[bridge_id] = Bridge(bridge_id)
        if _text(event, "BridgeTechnology") == "holding_bridge":
            bridge.holding = True
        return bridge

    # Events of channels

    def _newchannel(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is None or leg.born:
            return
        leg.born = True
        leg.began_at = self._seconds(event)
        leg.context = _text(event, "Context")
        leg.exten = known(_text(event, "Exten"))
        self._identify(leg, event)
        leg.first_number = known(_text(event, "CallerIDNum"))
        leg.first_caller_name = name_in_event(_text(event, "CallerIDName"))
        self._state(leg, _text(event, "ChannelState"))
        call = leg.call
        if call.root is leg:
            self._variables(call, event)
            self._dialled_though_it_called(leg, event, facts)
            self._catch_up(call, event, facts)
        self._look_for_overdue(event, facts)

    def _newstate(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is None:
            return
        self._state(leg, _text(event, "ChannelState"))
        call = leg.call
        if call.root is leg:
            self._variables(call, event)
            if leg.was_dialled:
                self._dialled_though_it_called(leg, event, facts)
            if leg.up and not leg.dialled:
                self._start(call, event, facts)
        self._tell_ringing(leg, event, facts)

    def _state(self, leg: Leg, state: str) -> None:
        if state == RING:
            leg.calling = True
        elif state == RINGING:
            leg.ringing = True
        elif state == UP:
            leg.up = True

    def _newcallerid(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is not None and not leg.settled:
            self._identify(leg, event)

    def _identify(self, leg: Leg, event: AmiEvent) -> None:
        leg.number = known(_text(event, "CallerIDNum")) or leg.number
        leg.caller_name = name_in_event(_text(event, "CallerIDName")) or leg.caller_name

    def _newexten(self, event: AmiEvent, facts: Facts) -> None:
        """Only of interest on a first channel that is not told of yet, for our variables."""
        leg = self._legs.get(_text(event, "Uniqueid"))
        if leg is None or leg.call.root is not leg or leg.call.started:
            return
        self._variables(leg.call, event)
        if leg.call.own_id and leg.calling and not leg.relay:
            self._start(leg.call, event, facts)

    def _varset(self, event: AmiEvent, facts: Facts) -> None:
        variable = _text(event, "Variable").lstrip("_")
        if not variable.startswith("RD_"):
            return
        leg = self._own(event)
        if leg is not None and leg.call.root is leg:
            self._variable(leg.call, variable, _text(event, "Value"))

    def _variables(self, call: Call, event: AmiEvent) -> None:
        for value in _texts(event, "ChanVariable"):
            variable, _, value = value.partition("=")
            self._variable(call, variable, value)

    def _variable(self, call: Call, variable: str, value: str) -> None:
        if not value:
            return
        if variable == "RD_CALL":
            call.own_id = call.own_id or value
        elif variable == "RD_QUEUE":
            call.queue_of_dialplan = value
        elif variable == "RD_DIALED":
            call.dialled = call.dialled or value
        elif variable == "RD_DIRECTION" and value in _DIRECTIONS:
            call.direction = call.direction or _DIRECTIONS[value]

    def _rename(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        name = _text(event, "Newname")
        if leg is not None and name:
            leg.name = name
            self._join_halves(leg)

    def _hangup_request(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is None:
            return
        if _text(event, "TechCause") == REQUEST_TIMEOUT:
            leg.lost = True
        elif _count(event, "Cause") in story.CALLERS_OWN:
            leg.hangup_requested = True

    def _hangup(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is None or leg.ended:
            return
        self._relinked(leg, event)
        leg.ended = leg.settled = True
        leg.cause = _count(event, "Cause")
        leg.ended_at = self._seconds(event)
        for stay in leg.stays.values():
            stay.inside = False
        call = leg.call
        self._tell_end_of_leg(leg, event, facts)
        self._close(call, event, facts)
        if call.merged_into is not None:
            self._close(call.merged_into, event, facts)

    # Dialling

    def _dial_begin(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._leg(event, "Dest")
        if leg is None:
            return
        dialler = self._own(event) if _text(event, "Uniqueid") else None
        leg.awaited = leg.was_dialled = True
        leg.dial_string = leg.dial_string or _text(event, "DialString")
        if dialler is not None:
            self._dialled(dialler, leg, event, facts)
        self._tell_ringing(leg, event, facts)

    def _dialled(self, dialler: Leg, leg: Leg, event: AmiEvent, facts: Facts) -> None:
        dialler.settled = True
        if leg is not dialler and leg not in dialler.dials:
            dialler.dials.append(leg)
            # A masquerade makes another channel go on with a dial: the first dialler is of the leg's own call.
            if leg.dialled_by is None or (dialler.call is leg.call and leg.dialled_by.call is not leg.call):
                leg.dialled_by = dialler
        call = dialler.call
        if call.root is dialler:
            dialler.sent_to = dialler.sent_to or known(_text(event, "Exten"))
            self._variables(call, event)
            self._start(call, event, facts)
        self._dialled_though_it_called(leg, event, facts)

    def _dialled_though_it_called(self, leg: Leg, event: AmiEvent, facts: Facts) -> None:
        """A phone that called in and is told as dialled by another call took that call over from the one that rang."""
        if leg.dialled_by is not None and leg.call.root is leg and leg.calling and leg.person:
            self._picked_up(leg.call, leg.dialled_by.call, event, facts)

    def _agent_called(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._leg(event, "Dest")
        dialler = self._own(event)
        if leg is None or dialler is None:
            return
        leg.was_dialled = leg.awaited = True
        leg.dial_string = leg.dial_string or _text(event, "Interface")
        self._dialled(dialler, leg, event, facts)

    def _dial_state(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._leg(event, "Dest", create=False)
        if leg is None or _text(event, "DialStatus") not in ("RINGING", "PROGRESS"):
            return
        leg.ringing = True
        self._tell_ringing(leg, event, facts)

    def _dial_end(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._leg(event, "Dest", create=False)
        status = _text(event, "DialStatus")
        if leg is not None and status and (not leg.dial_status or status == "ANSWER"):
            leg.dial_status = status

    def _local_bridge(self, event: AmiEvent, facts: Facts) -> None:
        one, two = self._leg(event, "LocalOne"), self._leg(event, "LocalTwo")
        if one is None or two is None or one is two:
            return
        one.awaited = two.awaited = True
        one.other_half, two.other_half = two, one

    def _pickup(self, event: AmiEvent, facts: Facts) -> None:
        """Who picks a call up joins it: the call that was made to pick up goes on as part of the other."""
        leg, target = self._own(event), self._leg(event, "Target")
        if leg is not None and target is not None:
            self._picked_up(leg.call, target.call, event, facts)

    def _picked_up(self, call: Call, into: Call, event: AmiEvent, facts: Facts) -> None:
        if call is not into:
            call.picked_up = True
            self._merge(call, into, event, facts)

    # Bridges

    def _bridge_enter(self, event: AmiEvent, facts: Facts) -> None:
        stay = self._stay(event)
        if stay is None:
            return
        leg, at = stay.leg, self._seconds(event)
        leg.settled = True
        self._relinked(leg, event)
        if at is not None and (stay.entered is None or at < stay.entered):
            stay.entered = at
        stay.replaced = stay.replaced or _text(event, "SwapUniqueid")
        if stay.left is None or at is None or at > stay.left:
            self._moves_in(stay, at)
        crowd = _count(event, "BridgeNumChannels")
        if crowd is not None and _text(event, "BridgeType") == "basic":
            stay.bridge.crowd = max(stay.bridge.crowd, crowd)
        if not stay.bridge.holding and len(stay.bridge.stays) > 1:
            self._tell_conversation(leg, event, facts)

    def _moves_in(self, stay: Stay, at: float | None) -> None:
        """Keep the leg's bridges in the order in which it entered them, the last one last.

        Only with time stamps a second visit can be told from an event that comes twice.
        """
        leg = stay.leg
        if not leg.ended:
            stay.inside = True
        if stay.left is not None and at is not None:
            leg.stays[stay.bridge.id] = leg.stays.pop(stay.bridge.id)

    def _bridge_leave(self, event: AmiEvent, facts: Facts) -> None:
        stay = self._stay(event)
        if stay is None:
            return
        self._relinked(stay.leg, event)
        at = self._seconds(event)
        if at is None or stay.left is None or at >= stay.left:
            stay.inside = False
            stay.left = at
            remaining = _count(event, "BridgeNumChannels")
            stay.remaining = stay.remaining if remaining is None else remaining
        if stay.entered is None and not stay.bridge.holding:
            self._tell_conversation(stay.leg, event, facts)

    def _relinked(self, leg: Leg, event: AmiEvent) -> None:
        """A first channel that another Linkedid was given to went on as part of an older call."""
        call = leg.call
        if call.root is leg and _text(event, "Linkedid") not in ("", call.linkedid):
            call.relinked = True

    def _stay(self, event: AmiEvent) -> Stay | None:
        leg = self._own(event)
        bridge = self._bridge(event) if leg is not None else None
        if leg is None or bridge is None:
            return None
        stay = bridge.stays.get(leg.uniqueid)
        if stay is None:
            stay = Stay(leg, bridge, _text(event, "Channel") or leg.name)
            bridge.stays[leg.uniqueid] = leg.stays[bridge.id] = stay
        return stay

    # Transfers

    def _blind_transfer(self, event: AmiEvent, facts: Facts) -> None:
        first = self._leg(event, "Transferer")
        if first is None or _text(event, "Result") not in ("", "Success"):
            return
        transferee = self._leg(event, "Transferee", create=False)
        exten = known(_text(event, "Extension"))
        self._transfer(Transfer(TransferKind.BLIND, first, None, transferee, exten, False, self._seconds(event)))
        self._tell_call(first.call.goes_on_in(first), event, facts)

    def _attended_transfer(self, event: AmiEvent, facts: Facts) -> None:
        first, second = self._leg(event, "OrigTransferer"), self._leg(event, "SecondTransferer")
        if first is None or _text(event, "Result") not in ("", "Success"):
            return
        if second is first:
            second = None
        if second is not None and second.birth < first.birth:  # the phone may ask on either of its calls
            first, second = second, first
            transferee = self._leg(event, "TransferTarget", create=False)
        else:
            transferee = self._leg(event, "Transferee", create=False)
        into_queue = _text(event, "DestApp") == "Queue"
        seconds = self._seconds(event)
        self._transfer(Transfer(TransferKind.ATTENDED, first, second, transferee, None, into_queue, seconds))
        call = first.call.goes_on_in(first)
        if second is not None and second.call is not call:
            self._merge(second.call, call, event, facts)
            if into_queue and second.call.queue is not None:
                self._tell_queued(call, second, second.call.queue, event, facts)
        self._tell_conversation(first, event, facts)
        self._tell_call(call, event, facts)

    def _transfer(self, transfer: Transfer) -> None:
        """Keep `transfer`, once: the same leg hands a call on only once."""
        call = transfer.first.call
        if all(known_one.first is not transfer.first for known_one in call.transfers):
            call.transfers.append(transfer)

    def _merge(self, call: Call, into: Call, event: AmiEvent, facts: Facts) -> None:
        if call is into or call.merged_into is not None or into.merged_into is call:
            return
        call.merged_into = into
        into.joined.append(call)
        self._start(into, event, facts)
        self._tell(facts, CallMerged, call, "merged", event, into=into.call_id)

    # Queues, parking, holding, recording

    def _queue_caller_join(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        name = _text(event, "Queue")
        if leg is None or not name:
            return
        leg.settled = True
        call = leg.call
        call.queue = call.queue or name
        if call.root is leg:
            leg.sent_to = leg.sent_to or known(_text(event, "Exten"))
            self._variables(call, event)
        self._tell_queued(call, leg, name, event, facts)

    def _tell_queued(self, call: Call, leg: Leg, name: str, event: AmiEvent, facts: Facts) -> None:
        self._tell(facts, CallQueued, call, f"queued:{name}:{leg.uniqueid}", event, queue=name)

    def _queue_caller_abandon(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is not None:
            leg.gave_up = True

    def _parked_call(self, event: AmiEvent, facts: Facts) -> None:
        leg, slot = self._leg(event, "Parkee"), _text(event, "ParkingSpace")
        if leg is None or not slot:
            return
        call = leg.call
        call.parkings.add((_text(event, "ParkerDialString"), slot))
        if call.parked_at == slot or self._is_late_parking(call, event):
            return
        call.parked_at = slot
        self._tell(facts, CallParked, call, self._numbered(call, f"parked:{slot}"), event, slot=slot)

    def _unparked_call(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._leg(event, "Parkee")
        if leg is None:
            return
        call = leg.call
        retriever = self._leg(event, "Retriever") if _text(event, "RetrieverUniqueid") else None
        if retriever is not None:
            self._picked_up(retriever.call, call, event, facts)
        if call.parked_at is None or self._is_late_parking(call, event):
            return
        slot, call.parked_at = call.parked_at, None
        self._tell(facts, CallUnparked, call, self._numbered(call, f"unparked:{slot}"), event, slot=slot)

    def _is_late_parking(self, call: Call, event: AmiEvent) -> bool:
        at, last = self._seconds(event), call.parking_changed_at
        call.parking_changed_at = at if last is None else last if at is None else max(at, last)
        return at is not None and last is not None and at <= last

    def _hold(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is None or leg.holding or self._is_late_hold(leg, event):
            return
        leg.holding = True
        leg.holds += 1
        self._tell_hold(facts, CallHeld, f"held:{leg.uniqueid}:{leg.holds}", leg, event)

    def _unhold(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is None or not leg.holding or self._is_late_hold(leg, event):
            return
        leg.holding = False
        self._tell_hold(facts, CallResumed, f"resumed:{leg.uniqueid}:{leg.holds}", leg, event)

    def _tell_hold(self, facts: Facts, fact: type[CallFact], key: str, leg: Leg, event: AmiEvent) -> None:
        call = leg.call.goes_on_in(leg)
        self._tell(facts, fact, call, key, event, party=leg.party(leg.name), channel=leg.uniqueid)

    def _is_late_hold(self, leg: Leg, event: AmiEvent) -> bool:
        """Whether the event tells of a time before the last change: then it comes a second time."""
        at, last = self._seconds(event), leg.hold_changed_at
        leg.hold_changed_at = at if last is None else last if at is None else max(at, last)
        return leg.ended or (at is not None and last is not None and at <= last)

    def _mixmonitor_start(self, event: AmiEvent, facts: Facts) -> None:
        leg = self._own(event)
        if leg is not None:
            self._tell_recording(leg, event, facts)

    def _tell_recording(self, leg: Leg, event: AmiEvent, facts: Facts) -> None:
        key = f"recording:{leg.uniqueid}"
        self._tell(facts, RecordingStarted, leg.call, key, event, channel=leg.uniqueid)

    # Facts

    def _tell(
        self, facts: Facts, fact: type[CallFact], call: Call, key: str, event: AmiEvent, /, **fields: Any
    ) -> None:
        """Tell a fact of `call`, once; while too little is known of the call, as soon as it is told to have begun."""
        if key in call.told:
            return
        call.told.add(key)
        at = self._at(call, event)
        if self._start(call, event, facts):
            facts.append(fact(node=self.node, call_id=call.call_id, key=key, at=at, **fields))
        elif len(call.untold) < UNTOLD_KEPT:
            call.untold.append((fact, {"key": key, "at": at, **fields}))

    def _numbered(self, call: Call, key: str) -> str:
        number = 1
        while f"{key}:{number}" in call.told:
            number += 1
        return f"{key}:{number}"

    def _start(self, call: Call, event: AmiEvent, facts: Facts) -> bool:
        """Tell that the call began, if that was not told and enough is known; whether it is told by now."""
        if call.started:
            return True
        if not story.visible(call):
            return False
        call.started = True
        if call.ended:  # all that was known of it had ended when its first channel came
            call.ended = False
            self._ended.pop(call.linkedid, None)
            self._live[call.linkedid] = call
        call.id_told = call.call_id
        facts.append(
            CallStarted(
                node=self.node,
                call_id=call.id_told,
                key="started",
                at=story.started(call) or self._at(call, event),
                linkedid=call.linkedid,
                channel=call.root.uniqueid if call.root else call.linkedid,
                direction=story.direction(call),
                caller_number=story.caller_number(call),
                caller_name=story.caller_name(call),
                dialed=story.dialled(call),
            )
        )
        facts.extend(fact(node=self.node, call_id=call.id_told, **fields) for fact, fields in call.untold)
        call.untold.clear()
        return True

    def _catch_up(self, call: Call, event: AmiEvent, facts: Facts) -> None:
        """The first channel's beginning came after other channels' events: tell what waited for it."""
        if len(call.legs) > 1:
            for leg in call.legs:
                self._tell_ringing(leg, event, facts)
            self._tell_call(call, event, facts)
            self._close(call, event, facts)

    def _tell_ringing(self, leg: Leg, event: AmiEvent, facts: Facts) -> None:
        call = leg.call
        if not leg.dialled or not leg.person or not (leg.ringing or leg.up) or "rang" in leg.told:
            return
        if call.root is leg or leg in story.calling_side(call) or not self._start(call, event, facts):
            return
        leg.told.add("rang")
        self._tell(facts, PartyRang, call, f"rang:{leg.uniqueid}", event, party=leg.party(), channel=leg.uniqueid)
        self._tell_end_of_leg(leg, event, facts, settled=call.ended)

    def _tell_conversation(self, leg: Leg, event: AmiEvent, facts: Facts) -> None:
        """`leg` came into a conversation: tell whom that brought together."""
        people = story.met(leg)
        concerned: dict[Call, None] = {}
        for person in (leg, *people):
            if len(people) < BIG_CONVERSATION or person is leg:
                concerned[person.call] = None
                if person.call.merged_into is not None:
                    concerned[person.call.merged_into] = None
        for call in concerned:
            self._tell_call(call, event, facts)
            self._close(call, event, facts)
        if len(people) >= BIG_CONVERSATION and leg.person:
            for person in people:
                if person.call.root is person:
                    self._tell_answered(person.call, leg, leg.party(leg.name), event, facts)

    def _tell_call(self, call: Call, event: AmiEvent, facts: Facts) -> None:
        """Tell who talks by now with the call's caller, and which transfers are completed."""
        if not story.visible(call):
            return
        for leg, party in story.answered(call).items():
            self._tell_answered(call, leg, party, event, facts)
        self._tell_transfers(call, event, facts, settled=False)

    def _tell_answered(self, call: Call, leg: Leg, party: str, event: AmiEvent, facts: Facts) -> None:
        key = f"answered:{leg.uniqueid}"
        if key in call.told or not self._start(call, event, facts):
            return
        leg.talked_in.append(call)
        self._tell(facts, PartyAnswered, call, key, event, party=party, channel=leg.uniqueid)
        self._tell_end_of_leg(leg, event, facts)

    def _tell_transfers(self, call: Call, event: AmiEvent, facts: Facts, *, settled: bool) -> None:
        """Tell the transfers that are completed, and when `settled` also those that will never be."""
        if not settled and not story.transfers(call):
            return
        for transfer, told in zip(story.handed_on(call), story.transfer_stories(call), strict=True):
            if told.completed or settled:
                self._tell(
                    facts,
                    CallTransferred,
                    call,
                    f"transfer:{transfer.first.uniqueid}",
                    event,
                    kind=told.kind,
                    from_party=told.from_party,
                    to_party=told.to_party,
                    completed=told.completed,
                )

    def _tell_end_of_leg(self, leg: Leg, event: AmiEvent, facts: Facts, *, settled: bool = False) -> None:
        """Tell who talks no more, or whose phone stopped ringing; `settled` when nobody more will be told to talk."""
        call = leg.call
        if not leg.ended:
            return
        for other in leg.talked_in:
            key = f"left:{leg.uniqueid}"
            self._tell(facts, PartyLeft, other, key, event, party=leg.party(leg.name), channel=leg.uniqueid)
        if "rang" not in leg.told or leg.talked_in:
            return
        if settled or not (leg.dial_status == "ANSWER" or leg.stays):
            self._tell(
                facts,
                PartyStoppedRinging,
                call,
                f"stopped:{leg.uniqueid}",
                event,
                party=leg.party(),
                channel=leg.uniqueid,
                reason=story.ring_end(leg),
            )

    def _close(self, call: Call, event: AmiEvent, facts: Facts) -> None:
        """Tell the end of the call, if it is over, and remember it among the ended ones."""
        if call.ended or not story.over(call):
            return
        if self._start(call, event, facts):
            for leg in call.legs:
                self._tell_end_of_leg(leg, event, facts, settled=True)
            self._tell_transfers(call, event, facts, settled=True)
            talked = story.answered(call)
            result = story.outcome(call, talked)
            side = story.hangup_by(call, talked, result)
            caller = story.caller(call)
            self._tell(
                facts,
                CallEnded,
                call,
                "ended",
                event,
                outcome=result,
                hangup_by=side,
                cause=caller.cause if caller is not None else None,
                inferred=call.inferred_end,
            )
        call.ended = True
        self._live.pop(call.linkedid, None)
        self._overdue.pop(call.linkedid, None)
        self._ended[call.linkedid] = call
        self._forget_oldest()

    # Time and memory

    def _seconds(self, event: AmiEvent) -> float | None:
        """When the event happened, in epoch seconds, by its Timestamp, else by its receipt; None where neither is."""
        stamp = _text(event, "Timestamp")
        if stamp:
            try:
                seconds = float(stamp)
            except ValueError:
                seconds = -1.0
            if EARLIEST < seconds < LATEST:
                return seconds
        return self._now.timestamp() if self._now is not None else None

    def _at(self, call: Call, event: AmiEvent) -> datetime:
        seconds = self._seconds(event)
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        return story.started(call) or datetime.fromtimestamp(0, UTC)

    def _look_for_overdue(self, event: AmiEvent, facts: Facts) -> None:
        """Report the calls that began too long ago. `_live` is in order of start, so only its head is looked at."""
        seconds = self._now.timestamp() if self._now is not None else self._seconds(event)
        if seconds is not None:
            self._report_overdue(seconds, event, facts)

    def _report_overdue(self, seconds: float, event: AmiEvent, facts: Facts) -> None:
        while self._live:
            call = next(iter(self._live.values()))
            began = story.started(call)
            if began is not None and seconds - began.timestamp() < self._overdue_after:
                return
            del self._live[call.linkedid]
            if not story.visible(call):
                self._forget(call)
                continue
            self._overdue[call.linkedid] = call
            call.overdue = True
            self._tell(facts, CallOverdue, call, "overdue", event)
            while len(self._overdue) > self._overdue_kept:
                self._forget(self._overdue.pop(next(iter(self._overdue))))

    def tick(self, at: datetime) -> Facts:
        """Report the calls that are overdue at `at`, also while no events come."""
        facts: Facts = []
        self._now = at
        self._report_overdue(at.timestamp(), {}, facts)
        return facts

    # After a gap

    def resync(self, channels: Iterable[AmiEvent], bridges: Iterable[Mapping[str, Any]], at: datetime) -> Facts:
        """Set everything right by a snapshot of what is alive on the PBX, taken at `at` after events were missed.

        `channels` are the items of `Status` (or `CoreShowChannels`), with `Variable: NAME=value` for our variables;
        `bridges` are mappings with `BridgeUniqueid` and `Members`, a list of Uniqueids. Calls that are not there any
        more have ended (`CallEnded.inferred`); calls that are there and were not known begin in the middle.
        """
        facts: Facts = []
        self._now = at
        alive: dict[str, AmiEvent] = {}
        for channel in channels:
            uniqueid = _text(channel, "Uniqueid")
            if uniqueid:
                alive[uniqueid] = channel
        self._end_missing(alive, facts)
        legs = [leg for leg in (self._alive_leg(channel) for channel in alive.values()) if leg is not None]
        for bridge in bridges:
            for uniqueid in bridge.get("Members", ()):
                leg = self._legs.get(uniqueid)
                if leg is not None:
                    self._is_in(leg, str(bridge.get("BridgeUniqueid", "")), bridge)
        for leg in legs:
            self._start(leg.call, {}, facts)
            if leg.call.root is leg and leg.call.queue_of_dialplan is not None:
                self._tell_queued(leg.call, leg, leg.call.queue_of_dialplan, {}, facts)
            if _variable(alive[leg.uniqueid], "RD_MIXMONITOR"):  # set by MixMonitor itself
                self._tell_recording(leg, {}, facts)
        for leg in legs:
            self._tell_ringing(leg, {}, facts)
        for leg in legs:
            if leg.stays:
                self._tell_conversation(leg, {}, facts)
        return facts

    def _end_missing(self, alive: Mapping[str, AmiEvent], facts: Facts) -> None:
        gone = [leg for leg in self._legs.values() if leg.awaited and not leg.ended and leg.uniqueid not in alive]
        for leg in gone:
            leg.ended = leg.settled = True
            leg.call.inferred_end = True
        for leg in gone:
            self._tell_end_of_leg(leg, {}, facts)
        for call in {leg.call: None for leg in gone}:
            self._close(call, {}, facts)
            if call.merged_into is not None:
                self._close(call.merged_into, {}, facts)

    def _alive_leg(self, channel: AmiEvent) -> Leg | None:
        leg = self._own(channel)
        if leg is None or leg.ended:
            return None
        leg.name = _text(channel, "Channel") or leg.name
        state = _text(channel, "ChannelState")
        self._state(leg, state)
        call = leg.call
        if call.root is not leg and state in (RINGING, UP):
            leg.was_dialled = True
        if not call.started:
            call.snapshot = True
            for assignment in _texts(channel, "Variable"):
                variable, _, value = assignment.partition("=")
                self._variable(call, variable, value if value != UNSET else "")
        self._is_in(leg, _text(channel, "BridgeID") or _text(channel, "BridgeId"), {})
        return leg

    def _is_in(self, leg: Leg, bridge_id: str, event: Mapping[str, Any]) -> None:
        bridge = self._bridge({"BridgeUniqueid": bridge_id, "BridgeTechnology": event.get("BridgeTechnology", "")})
        if bridge is not None and leg.uniqueid not in bridge.stays:
            bridge.stays[leg.uniqueid] = leg.stays[bridge.id] = Stay(leg, bridge, leg.name, inside=True)

    def _forget_oldest(self) -> None:
        """Keep no more ended calls than agreed, save those of which a leg still talks in another call."""
        surplus = len(self._ended) - self._ended_kept
        for linkedid, call in list(self._ended.items())[:surplus] if surplus > 0 else ():
            del self._ended[linkedid]
            if any(leg.awaited and not leg.ended for leg in call.legs):
                self._ended[linkedid] = call
            else:
                self._forget(call)

    def _forget(self, call: Call) -> None:
        """Drop everything of the call, but remember its ids, so that what is late or repeated makes no new call."""
        self._calls.pop(call.linkedid, None)
        self._remember_forgotten(call.linkedid)
        for leg in call.legs:
            self._legs.pop(leg.uniqueid, None)
            self._remember_forgotten(leg.uniqueid)
            for name in (local_name(leg.first_name), local_name(leg.name)):
                if name is not None and self._halves.get(name[0]) is leg:
                    del self._halves[name[0]]
            for stay in leg.stays.values():
                stay.bridge.stays.pop(leg.uniqueid, None)
                if not stay.bridge.stays:
                    self._bridges.pop(stay.bridge.id, None)

    def _remember_forgotten(self, id_: str) -> None:
        self._forgotten[id_] = None
        if len(self._forgotten) > 16 * self._ended_kept + 1000:
            del self._forgotten[next(iter(self._forgotten))]


def _by_start(call: Call) -> tuple[Any, str]:
    return birth(call.linkedid), call.linkedid


def _text(event: AmiEvent, header: str) -> str:
    """The header's value; of a repeated one the first; empty where there is none."""
    value: Any = event.get(header, "")
    if type(value) is str:
        return value
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value[0]
    return ""


def _texts(event: AmiEvent, header: str) -> list[str]:
    value: Any = event.get(header, "")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _variable(channel: AmiEvent, name: str) -> str:
    """A channel variable as `Status` tells it; empty where it is not set."""
    for assignment in _texts(channel, "Variable"):
        found, _, value = assignment.partition("=")
        if found == name and value != UNSET:
            return value
    return ""


def _count(event: AmiEvent, header: str) -> int | None:
    """The header as a number of up to six digits; None where it is none."""
    value = _text(event, header)
    return int(value) if value.isdecimal() and len(value) < 7 else None


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
