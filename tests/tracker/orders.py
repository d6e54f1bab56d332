"""The orders in which the same events may reach us.

AMI keeps the order of events of one channel, and no other. Which channels an event is of, where it names several, can
be read in two ways, and the tracker has to bear both:

- *every channel named*: it keeps its place among the events of each channel that it gives a Uniqueid of
  (`DialBegin` comes after its caller's Newchannel and after its callee's);
- *own channel only*: it keeps its place among the events of its `Uniqueid` alone (`DialBegin` may come before the
  callee's Newchannel, or after its Hangup). An event that is of no channel (`LocalBridge`, `AttendedTransfer`) names
  several, so it keeps its place among theirs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from random import Random
from typing import Any

Event = dict[str, Any]

_IDS = (
    "Uniqueid",
    "DestUniqueid",
    "LocalOneUniqueid",
    "LocalTwoUniqueid",
    "OrigTransfererUniqueid",
    "SecondTransfererUniqueid",
    "TransfererUniqueid",
    "TransfereeUniqueid",
    "TransferTargetUniqueid",
    "TargetUniqueid",
    "ParkeeUniqueid",
    "SourceUniqueid",
)


def channels_of(event: Event, *, own_only: bool) -> tuple[str, ...]:
    """The channels among whose events `event` keeps its place."""
    if own_only and event.get("Uniqueid"):
        return (event["Uniqueid"],)
    named = [event[header] for header in _IDS if event.get(header)]
    return tuple(dict.fromkeys(named)) or ("no channel",)


def interleave(events: list[Event], random: Random, *, own_only: bool = False) -> list[Event]:
    """`events` in another order that keeps each channel's own."""
    queues: dict[str, deque[int]] = defaultdict(deque)
    for number, event in enumerate(events):
        for channel in channels_of(event, own_only=own_only):
            queues[channel].append(number)
    order: list[Event] = []
    while queues:
        ready = [
            queue[0]
            for queue in queues.values()
            if all(queues[other][0] == queue[0] for other in channels_of(events[queue[0]], own_only=own_only))
        ]
        number = random.choice(ready)
        order.append(events[number])
        for channel in channels_of(events[number], own_only=own_only):
            queues[channel].popleft()
            if not queues[channel]:
                del queues[channel]
    return order


def repeat_some(events: list[Event], random: Random, share: float = 0.3) -> list[Event]:
    """`events` with some of them coming once more, at once or any time later."""
    order = list(events)
    for event in events:
        if random.random() < share:
            first = next(position for position, other in enumerate(order) if other is event)
            order.insert(random.randint(first + 1, len(order)), event)
    return order
