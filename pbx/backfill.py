"""What happened while nobody listened: from Asterisk's own files to the same facts that the tracker would have told.

CEL tells of each channel that it began, which application it ran, that it was answered, which bridges it was in and how
it ended. That is most of what AMI tells, so it is put as AMI would have and given to a tracker of its own: the facts
have the same keys, and the journal takes those that it knows already for what they are. Pure.

What the files do not tell: who was put on hold, where a call was parked, who left a conversation of several first, and
whether a phone rang before it refused the call. A phone that refuses at once is taken for one that did not ring.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pbx.cel import CelRow
from pbx.events import AmiFrame
from pbx.facts import CallFact, CallParked, CallRouted, CallUnparked
from pbx.parties import account, is_person, is_relay
from pbx.queue_log import QueueLogRow
from pbx.tracker import Tracker

AT_ONCE_SECONDS = 0.5
"""A phone that refused within that time is not said to have rung."""
TOGETHER_SECONDS = 0.25
"""Within that time after its caller gave up a ringing phone is gone, too."""

ROUTED = "RINGDESK_ROUTED"
"""The event by which our dialplan says where it led a call while the router was away."""
BY_THE_DIALPLAN = "dialplan"
"""What such a destination was decided by."""

_BUSY, _REJECTED, _ANSWERED_ELSEWHERE = "17", "21", "26"
_ASKED_FOR = frozenset({"", "0", "16", "31", "127"})
"""Causes that do not say why a phone was not answered."""
_REFUSED = {_BUSY: "BUSY", _REJECTED: "BUSY", _ANSWERED_ELSEWHERE: "CANCEL", "18": "NOANSWER", "19": "NOANSWER"}
_ORIGINATE = "AppDial2"
_UNKNOWN_SLOT = "?"
RING, UP = "4", "6"


@dataclass(slots=True)
class _Channel:
    uniqueid: str
    name: str
    linkedid: str
    born_at: float | None = None
    number: str = ""
    caller_name: str = ""
    app: str = ""
    app_data: str = ""
    dialler: _Channel | None = None
    is_dialled: bool = False
    has_rung: bool = False
    is_up: bool = False
    bridge: str = ""
    birth: CelRow | None = None
    """Its first row, while it is open whether somebody called in on it or was called."""
    end: CelRow | None = None
    """Its last row, while it is open why it was not answered."""
    dial_status: str = ""
    ended_at: float | None = None
    waiting: list[_Channel] = field(default_factory=list)
    """Those it dialled whose end waits."""


class CelEvents:
    """Puts rows of CEL, in the order of the file, as AMI events. Keeps only what belongs to calls that go on."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._names: dict[str, _Channel] = {}
        self._calls: dict[str, dict[str, _Channel]] = {}
        self._events: list[AmiFrame] = []

    def feed(self, row: CelRow) -> list[AmiFrame]:
        """The events that `row` stands for."""
        self._events = []
        channel = self._channel(row)
        if channel.birth is not None:
            self._born(channel, is_called=row.app == _ORIGINATE)
        self._notice_changes(channel, row)
        handler = _ROWS.get(row.event)
        if handler is not None:
            handler(self, channel, row)
        return self._events

    def finish(self) -> list[AmiFrame]:
        """What is still open at the end of the file is taken as it stands."""
        self._events = []
        for channel in list(self._channels.values()):
            if channel.birth is not None:
                self._born(channel, is_called=False)
            if channel.end is not None:
                self._end(channel, "NOANSWER")
            elif channel.ended_at is None:
                self._rings(channel)
        return self._events

    # Channels

    def _channel(self, row: CelRow) -> _Channel:
        channel = self._channels.get(row.uniqueid)
        if channel is None:
            channel = self._channels[row.uniqueid] = _Channel(row.uniqueid, row.channel, row.linkedid)
            self._names[row.channel] = channel
        elif channel.linkedid != row.linkedid:
            self._calls.get(channel.linkedid, {}).pop(row.uniqueid, None)
            channel.linkedid = row.linkedid
        self._calls.setdefault(row.linkedid, {})[row.uniqueid] = channel
        return channel

    def _notice_changes(self, channel: _Channel, row: CelRow) -> None:
        if row.channel != channel.name:
            self._names.pop(channel.name, None)
            channel.name = row.channel
            self._names[row.channel] = channel
            self._tell("Rename", row, Newname=row.channel)
        if row.event != "CHAN_START" and (row.caller_number, row.caller_name) != (channel.number, channel.caller_name):
            channel.number, channel.caller_name = row.caller_number, row.caller_name
            self._tell("NewCallerid", row)

    def _tell(self, event: str, row: CelRow, at: float | None = None, /, **more: str) -> None:
        self._events.append(
            {
                "Event": event,
                "Timestamp": f"{row.at if at is None else at:.6f}",
                "Uniqueid": row.uniqueid,
                "Linkedid": row.linkedid,
                "Channel": row.channel,
                "CallerIDNum": row.caller_number,
                "CallerIDName": _escaped(row.caller_name),
                "Context": row.context,
                "Exten": row.exten,
                **more,
            }
        )

    def _tell_of(self, event: str, channel: _Channel, at: float, /, **more: str) -> None:
        dest = {"DestUniqueid": channel.uniqueid, "DestLinkedid": channel.linkedid, "DestChannel": channel.name}
        self._events.append({"Event": event, "Timestamp": f"{at:.6f}", **dest, **more})

    # Rows

    def _chan_start(self, channel: _Channel, row: CelRow) -> None:
        channel.born_at, channel.name = row.at, row.channel
        channel.number, channel.caller_name = row.caller_number, row.caller_name
        channel.birth = row
        if row.uniqueid != row.linkedid or not is_person(row.channel):
            self._born(channel, is_called=row.uniqueid != row.linkedid or is_relay(row.channel))
        elif row.exten not in ("s", ""):
            self._born(channel, is_called=False)
        # Else somebody called without a number or was called by Originate: the channel's next row tells.

    def _born(self, channel: _Channel, *, is_called: bool) -> None:
        row, channel.birth = channel.birth, None
        if row is None:
            return
        calls_in = not is_called and not is_relay(row.channel)
        self._tell("Newchannel", row, ChannelState=RING if calls_in else "0")
        dialler, dial_string = self._dialler(channel) if is_called else (None, "")
        if dialler is not None:
            # Whoever waited for another phone is served by the next one now.
            self._settle(dialler, row.at, "NOANSWER", unless_since=row.at - TOGETHER_SECONDS)
        is_consultation = dialler is None and is_relay(row.channel) and row.uniqueid != row.linkedid
        if is_called and not is_consultation and not row.channel.endswith(";2"):
            self._called(channel, dialler, dial_string, row.at)

    def _called(self, channel: _Channel, dialler: _Channel | None, dial_string: str, at: float) -> None:
        channel.is_dialled, channel.dialler = True, dialler
        whose: dict[str, str] = {}
        if dialler is not None:
            whose = {"Uniqueid": dialler.uniqueid, "Linkedid": dialler.linkedid, "Channel": dialler.name}
            whose |= {"CallerIDNum": dialler.number, "CallerIDName": _escaped(dialler.caller_name)}
        self._tell_of("DialBegin", channel, at, DialString=dial_string, **whose)

    def _dialler(self, channel: _Channel) -> tuple[_Channel | None, str]:
        """Who dialled the channel, and how: a channel of the same call that dials it and does not talk yet."""
        queueing: _Channel | None = None
        for other in reversed(self._calls.get(channel.linkedid, {}).values()):
            if other is channel or other.bridge or other.ended_at is not None:
                continue
            if other.app == "Dial":
                found = _dial_string(channel.name, other.app_data)
                if found is not None:
                    return other, found
            elif other.app == "Queue" and queueing is None:
                queueing = other
        return queueing, ""

    def _app_start(self, channel: _Channel, row: CelRow) -> None:
        app = row.app.lower()
        if app in ("dial", "queue"):
            channel.app, channel.app_data = app.capitalize(), row.app_data
            self._settle(channel, row.at, "NOANSWER")
        if app == "queue":
            name = row.app_data.partition(",")[0]
            self._tell("QueueCallerJoin", row, Queue=name)
        elif app == "mixmonitor":
            self._tell("MixMonitorStart", row)

    def _app_end(self, channel: _Channel, row: CelRow) -> None:
        if row.app.lower() == channel.app.lower():
            channel.app = ""

    def _forward(self, channel: _Channel, row: CelRow) -> None:
        """A phone sends its caller on: Dial has made a channel for that already, which no argument of Dial names."""
        start = f"Local/{row.detail('forward')}@"
        for other in list(self._calls.get(channel.linkedid, {}).values()):
            if not other.is_dialled and other.name.startswith(start) and other.name.endswith(";1"):
                self._called(other, channel, "", row.at)

    def _answer(self, channel: _Channel, row: CelRow) -> None:
        if channel.is_up:
            return
        channel.is_up = True
        if channel.is_dialled and channel.dialler is not None:
            self._settle(channel.dialler, row.at, "CANCEL")
            self._tell_of("DialEnd", channel, row.at, DialStatus="ANSWER")
        self._rings(channel)
        self._tell("Newstate", row, ChannelState=UP)

    def _rings(self, channel: _Channel) -> None:
        if channel.is_dialled and not channel.has_rung:
            channel.has_rung = True
            self._tell_of("DialState", channel, channel.born_at or 0.0, DialStatus="RINGING")

    def _hangup(self, channel: _Channel, row: CelRow) -> None:
        channel.ended_at = row.at
        channel.dial_status = row.detail("dialstatus")
        gave_up = channel.dial_status == "CANCEL"
        self._settle(channel, row.at, "CANCEL" if gave_up else "NOANSWER", unless_before=row.at - TOGETHER_SECONDS)
        if not channel.is_dialled or channel.is_up:
            self._tell_hangup(row)
            return
        cause = row.detail("hangupcause")
        if cause not in _ASKED_FOR:
            channel.end = row
            self._end(channel, _REFUSED.get(cause, ""))
            return
        channel.end = row
        dialler = channel.dialler
        if dialler is None:
            self._end(channel, "NOANSWER")
        elif dialler.ended_at is not None:
            self._end(channel, "CANCEL" if dialler.dial_status == "CANCEL" else "NOANSWER")
        else:
            dialler.waiting.append(channel)

    def _settle(
        self,
        dialler: _Channel,
        at: float,
        status: str,
        *,
        unless_since: float | None = None,
        unless_before: float | None = None,
    ) -> None:
        """Why those whom `dialler` dialled were not answered is clear now: `status`, save for who was gone long before.

        Who is gone only since `unless_since` goes on waiting.
        """
        waiting, dialler.waiting = dialler.waiting, []
        for channel in waiting:
            ended_at = channel.end.at if channel.end is not None else at
            if unless_since is not None and ended_at > unless_since:
                dialler.waiting.append(channel)
            elif unless_before is not None and ended_at < unless_before:
                self._end(channel, "NOANSWER")
            else:
                self._end(channel, status)

    def _end(self, channel: _Channel, status: str) -> None:
        """The end of a channel that was dialled and not answered, with what came of its dialling."""
        row, channel.end = channel.end, None
        if row is None:
            return
        lived = row.at - channel.born_at if channel.born_at is not None else AT_ONCE_SECONDS
        refused = row.detail("hangupcause") not in {*_ASKED_FOR, _ANSWERED_ELSEWHERE, "18", "19"}
        if not refused or lived >= AT_ONCE_SECONDS:
            self._rings(channel)
        if status:
            self._tell_of("DialEnd", channel, row.at, DialStatus=status)
        self._tell_hangup(row)

    def _tell_hangup(self, row: CelRow) -> None:
        cause = row.detail("hangupcause")
        if row.detail("hangupsource") == row.channel:
            self._tell("HangupRequest", row, Cause=cause)
        self._tell("Hangup", row, Cause=cause)

    def _bridge_enter(self, channel: _Channel, row: CelRow) -> None:
        channel.bridge = row.detail("bridge_id")
        self._settle(channel, row.at, "CANCEL")
        self._tell("BridgeEnter", row, **_bridge(row))

    def _bridge_exit(self, channel: _Channel, row: CelRow) -> None:
        if channel.bridge == row.detail("bridge_id"):
            channel.bridge = ""
        # Whom it leaves behind the row does not say reliably: on a busy machine they may have gone by then as well.
        self._tell("BridgeLeave", row, **_bridge(row))

    def _blind_transfer(self, channel: _Channel, row: CelRow) -> None:
        self._tell(
            "BlindTransfer",
            row,
            **_prefixed("Transferer", channel),
            **self._named(row, "Transferee", "transferee_channel"),
            Extension=row.detail("extension"),
        )

    def _attended_transfer(self, channel: _Channel, row: CelRow) -> None:
        target = self._named(row, "TransferTarget", "transfer_target_channel")
        second = self._named(row, "SecondTransferer", "channel2")
        self._tell(
            "AttendedTransfer",
            row,
            **_prefixed("OrigTransferer", channel),
            **second,
            **self._named(row, "Transferee", "transferee_channel"),
            **target,
            DestApp=self._app_behind(row),
        )

    def _app_behind(self, row: CelRow) -> str:
        """The application in which the transferer waited, where there was no bridge on that side."""
        if row.detail("bridge2_id"):
            return ""
        second = self._channels.get(row.detail("channel2_uniqueid"))
        return second.app if second is not None else ""

    def _pickup(self, channel: _Channel, row: CelRow) -> None:
        picker = self._named(row, "", "pickup_channel")
        self._events.append({"Event": "Pickup", "Timestamp": f"{row.at:.6f}", **picker, **_prefixed("Target", channel)})

    def _park_start(self, channel: _Channel, row: CelRow) -> None:
        parker = row.detail("parker_dial_string")
        self._tell(
            "ParkedCall",
            row,
            **_prefixed("Parkee", channel),
            ParkerDialString=parker,
            ParkingSpace=_UNKNOWN_SLOT,
        )

    def _park_end(self, channel: _Channel, row: CelRow) -> None:
        retriever = self._names.get(row.detail("retriever"))
        who = _prefixed("Retriever", retriever) if retriever is not None else {}
        self._tell("UnParkedCall", row, **_prefixed("Parkee", channel), ParkingSpace=_UNKNOWN_SLOT, **who)

    def _named(self, row: CelRow, prefix: str, name: str) -> dict[str, str]:
        """Headers of a channel that `extra` names."""
        uniqueid = row.detail(f"{name}_uniqueid")
        known = self._channels.get(uniqueid)
        if known is not None:
            return _prefixed(prefix, known)
        return {f"{prefix}Uniqueid": uniqueid} if uniqueid else {}

    def _linkedid_end(self, channel: _Channel, row: CelRow) -> None:
        """Asterisk says that no channel of the call is left."""
        for other in list(self._calls.get(row.linkedid, {}).values()):
            if other.end is not None:
                self._end(other, "NOANSWER")
            if other.ended_at is not None:
                self._forget(other)

    def _forget(self, channel: _Channel) -> None:
        self._channels.pop(channel.uniqueid, None)
        if self._names.get(channel.name) is channel:
            del self._names[channel.name]
        call = self._calls.get(channel.linkedid, {})
        call.pop(channel.uniqueid, None)
        if not call:
            self._calls.pop(channel.linkedid, None)


_ROWS = {
    "CHAN_START": CelEvents._chan_start,
    "APP_START": CelEvents._app_start,
    "APP_END": CelEvents._app_end,
    "FORWARD": CelEvents._forward,
    "ANSWER": CelEvents._answer,
    "HANGUP": CelEvents._hangup,
    "BRIDGE_ENTER": CelEvents._bridge_enter,
    "BRIDGE_EXIT": CelEvents._bridge_exit,
    "BLINDTRANSFER": CelEvents._blind_transfer,
    "ATTENDEDTRANSFER": CelEvents._attended_transfer,
    "PICKUP": CelEvents._pickup,
    "PARK_START": CelEvents._park_start,
    "PARK_END": CelEvents._park_end,
    "LINKEDID_END": CelEvents._linkedid_end,
}


class Backfill:
    """Facts of the calls in Asterisk's files. Feed it the rows of both in the order of their time, then `finish`.

    `call_ids` gives our id of a call by its Linkedid, where the journal knows the call under another than the usual.
    """

    def __init__(self, node: str, call_ids: Mapping[str, str] | None = None) -> None:
        self._events = CelEvents()
        self._tracker = Tracker(node, overdue_after=float("inf"))
        self._call_ids = dict(call_ids or {})

    def feed(self, row: CelRow | QueueLogRow) -> list[CallFact]:
        """The facts that are certain with this row and were not before."""
        if isinstance(row, QueueLogRow):
            return self._facts(_queue_events(row))
        return [*self._facts(self._events.feed(row)), *self._routed(row)]

    @property
    def faults(self) -> int:
        """Events that the tracker failed on. More than none is a defect."""
        return self._tracker.faults

    def finish(self) -> list[CallFact]:
        """The facts that only the end of the files makes certain."""
        return self._facts(self._events.finish())

    def _routed(self, row: CelRow) -> list[CallFact]:
        """Where the dialplan led a call by its own copy of the rules, nobody else being there."""
        if ROUTED not in (row.event, row.user_event):
            return []
        call = self._tracker.call_of(row.uniqueid)
        if call is None:
            return []
        told = [*row.detail("extra").split("|"), *[""] * 7]
        dialed, rule, kind, queue, extension, ring_seconds, sound = told[:7]
        destination: dict[str, Any] | None = None
        match kind:
            case "extension":
                destination = {"kind": kind, "extension": extension}
                if ring_seconds.isdecimal():
                    destination["ring_seconds"] = int(ring_seconds)
            case "announcement":
                destination = {"kind": kind, "sound": sound}
            case _ if queue:
                destination = {"kind": "queue", "queue": queue}
        fact = CallRouted(
            node=call.node,
            call_id=call.call_id,
            key=f"routed:{row.uniqueid}:{dialed}",
            at=row.moment,
            dialed=dialed or None,
            basis=BY_THE_DIALPLAN,
            rule=rule or None,
            destination=destination,
            backfilled=True,
        )
        return [fact]

    def _facts(self, events: list[AmiFrame]) -> list[CallFact]:
        facts: list[CallFact] = []
        for event in events:
            if event["Event"] == "Newchannel" and event["Uniqueid"] in self._call_ids:
                event["ChanVariable"] = f"RD_CALL={self._call_ids[str(event['Uniqueid'])]}"
            facts.extend(self._tracker.feed(event))
        return [
            dataclasses.replace(fact, backfilled=True)
            for fact in facts
            if not isinstance(fact, CallParked | CallUnparked)  # where is not known
        ]


def _queue_events(row: QueueLogRow) -> list[AmiFrame]:
    if row.event == "ABANDON":
        return [{"Event": "QueueCallerAbandon", "Timestamp": f"{row.at:.6f}", "Uniqueid": row.call}]
    return []


def _prefixed(prefix: str, channel: _Channel) -> dict[str, str]:
    return {
        f"{prefix}Uniqueid": channel.uniqueid,
        f"{prefix}Linkedid": channel.linkedid,
        f"{prefix}Channel": channel.name,
    }


def _bridge(row: CelRow) -> dict[str, str]:
    return {"BridgeUniqueid": row.detail("bridge_id"), "BridgeTechnology": row.detail("bridge_technology")}


def _dial_string(channel: str, app_data: str) -> str | None:
    """Which of the destinations of a Dial the channel was made for; None where none fits."""
    technology, _, rest = channel.partition("/")
    name = rest.rpartition("-")[0]
    for destination in _destinations(app_data):
        kind, _, asked = destination.partition("/")
        if kind.lower() != technology.lower():
            continue
        if technology == "Local":
            wanted = asked.partition("/")[0]
            if name == wanted:
                return asked
        elif name in (asked, asked.partition("/")[0], asked.rpartition("@")[2]) or account(channel) == asked:
            return asked
    return None


def _destinations(app_data: str) -> Iterator[str]:
    yield from app_data.partition(",")[0].split("&")


def _escaped(name: str) -> str:
    """The name as an AMI event would have it."""
    return name.replace("\\", "\\\\").replace('"', '\\"')
