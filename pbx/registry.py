"""The legs, calls and bridges that the tracker knows, by their ids; and how long it knows them.

What has ended is kept for a while, so that events that come late or twice change nothing, and then forgotten. The ids
of what was forgotten are remembered longer, so that such an event makes no new call either. Everything is bounded.
"""

from __future__ import annotations

from itertools import islice

from pbx.calls import Bridge, Call, Leg, Stay
from pbx.events import AmiEvent, text
from pbx.parties import local_name

FORGOTTEN_PER_CALL = 16
"""So many ids are remembered for each ended call that is kept."""
FORGOTTEN_AT_LEAST = 1000
LOOKED_AT = 8
"""So many of the oldest ended calls are looked at when another ends: it must not take the longer the more there are."""


class Registry:
    """Everything that is known of one PBX. For the limits see `pbx.tracker.Tracker`."""

    def __init__(self, node: str, *, ended_kept: int, overdue_kept: int, live_kept: int) -> None:
        self.dropped = 0
        """Calls given up because too many were tracked."""
        self.now: float | None = None
        """When the event at hand was received, else when it happened, in epoch seconds."""
        self.calls: dict[str, Call] = {}
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, Bridge] = {}
        self.live: dict[str, Call] = {}
        """Calls that go on and are not overdue, in the order in which they were first heard of."""
        self._node = node
        self._ended_kept = ended_kept
        self._overdue_kept = overdue_kept
        self._live_kept = live_kept
        self._halves: dict[str, Leg] = {}
        """By common name: a half of a Local channel whose other half was not seen yet."""
        self._ended: dict[str, Call] = {}
        self._overdue: dict[str, Call] = {}
        self._forgotten: dict[str, None] = {}

    # Finding

    def leg(self, event: AmiEvent, prefix: str = "", create: bool = True) -> Leg | None:
        """The leg that `event` names with the headers that begin with `prefix`; None where it cannot be known."""
        uniqueid = text(event, prefix + "Uniqueid")
        leg = self.legs.get(uniqueid)
        if leg is None:
            if not create or not uniqueid or uniqueid in self._forgotten:
                return None
            call = self._call(text(event, prefix + "Linkedid") or text(event, "Linkedid"))
            if call is None:
                return None
            leg = self.legs[uniqueid] = Leg(uniqueid, call)
            call.legs.append(leg)
            if uniqueid == call.linkedid:
                call.root = leg
        if not leg.name:
            leg.name = leg.first_name = text(event, prefix + "Channel")
            self._join_halves(leg)
        return leg

    def _call(self, linkedid: str) -> Call | None:
        call = self.calls.get(linkedid)
        if call is None and linkedid and linkedid not in self._forgotten:
            call = self.calls[linkedid] = self.live[linkedid] = Call(self._node, linkedid)
            call.heard_at = self.now
            if len(self.live) > self._live_kept:
                self.dropped += 1
                self.forget(self.live.pop(next(iter(self.live))))
        return call

    def rename(self, leg: Leg, name: str) -> None:
        """The channel has another name from now on."""
        leg.name = name
        self._join_halves(leg)

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

    def stay(self, leg: Leg, event: AmiEvent) -> Stay | None:
        """The time of `leg` in the bridge that `event` names; None where it names none."""
        bridge_id = text(event, "BridgeUniqueid")
        if not bridge_id:
            return None
        bridge = self.bridges.get(bridge_id)
        if bridge is None:
            bridge = self.bridges[bridge_id] = Bridge(bridge_id)
        if text(event, "BridgeTechnology") == "holding_bridge":
            bridge.holding = True
        stay = bridge.stays.get(leg.uniqueid)
        if stay is None:
            stay = Stay(leg, bridge, text(event, "Channel") or leg.name)
            bridge.stays[leg.uniqueid] = leg.stays[bridge.id] = stay
        return stay

    # Remembering and forgetting

    def close(self, call: Call) -> None:
        """The call is over: keep it among the ended ones."""
        call.ended = True
        self.live.pop(call.linkedid, None)
        self._overdue.pop(call.linkedid, None)
        self._ended[call.linkedid] = call
        self._forget_oldest()

    def reopen(self, call: Call) -> None:
        """It is not over: all that was known of it had ended, but now more is known."""
        call.ended = False
        self._ended.pop(call.linkedid, None)
        self.live[call.linkedid] = call

    def set_aside(self, call: Call) -> None:
        """The call is overdue: keep it, within bounds, out of the way of those that go on."""
        call.overdue = True
        self.live.pop(call.linkedid, None)
        self._overdue[call.linkedid] = call
        while len(self._overdue) > self._overdue_kept:
            self.forget(next(iter(self._overdue.values())))

    def _forget_oldest(self) -> None:
        """Keep no more ended calls than agreed.

        Those of which a leg still talks in another call are spared, as long as they are no more than that again: then
        the ends of legs were missed.
        """
        surplus = len(self._ended) - self._ended_kept
        if surplus <= 0:
            return
        for call in list(islice(self._ended.values(), min(surplus, LOOKED_AT))):
            if surplus <= self._ended_kept and any(leg.awaited and not leg.ended for leg in call.legs):
                self._ended[call.linkedid] = self._ended.pop(call.linkedid)
            else:
                self.forget(call)
                surplus -= 1

    def forget(self, call: Call) -> None:
        """Drop everything of the call but its ids."""
        for calls in (self.calls, self.live, self._ended, self._overdue):
            calls.pop(call.linkedid, None)
        self._remember(call.linkedid)
        for leg in call.legs:
            self.legs.pop(leg.uniqueid, None)
            self._remember(leg.uniqueid)
            for name in (local_name(leg.first_name), local_name(leg.name)):
                if name is not None and self._halves.get(name[0]) is leg:
                    del self._halves[name[0]]
            for stay in leg.stays.values():
                stay.bridge.stays.pop(leg.uniqueid, None)
                if not stay.bridge.stays:
                    self.bridges.pop(stay.bridge.id, None)

    def _remember(self, forgotten: str) -> None:
        self._forgotten[forgotten] = None
        if len(self._forgotten) > FORGOTTEN_PER_CALL * self._ended_kept + FORGOTTEN_AT_LEAST:
            del self._forgotten[next(iter(self._forgotten))]
