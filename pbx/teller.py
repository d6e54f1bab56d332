"""Telling the facts of calls: each once, as soon as it is certain.

What is certain comes from `pbx.story`, which looks at all the evidence, so it does not matter which event completed it.
A call is told only once enough is known of it; facts of it that come before wait for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pbx import story
from pbx.calls import Call, Leg
from pbx.facts import (
    INFERRED_END,
    CallEnded,
    CallFact,
    CallResumed,
    CallStarted,
    CallTransferred,
    CallUnparked,
    PartyAnswered,
    PartyLeft,
    PartyRang,
    PartyStoppedRinging,
)
from pbx.registry import Registry

UNTOLD_KEPT = 64
"""So many facts wait for the beginning of their call to be known."""
BIG_CONVERSATION = 24
"""From this many people on, only what is new is looked at when somebody joins."""
ENDINGS = (CallEnded, PartyLeft, PartyStoppedRinging, CallResumed, CallUnparked)
"""Facts that something ended, of which there is a fact that it began."""


class Teller:
    """Collects the facts that the event at hand made certain."""

    def __init__(self, node: str, registry: Registry) -> None:
        self._node = node
        self._registry = registry
        self._seconds: float | None = None
        self._facts: list[CallFact] = []

    def begin(self, seconds: float | None) -> list[CallFact]:
        """The next event happened at `seconds` (epoch), where that is known. Its facts will be in the list returned."""
        self._seconds = seconds
        self._facts = []
        return self._facts

    def _at(self, call: Call) -> datetime:
        if self._seconds is not None:
            return datetime.fromtimestamp(self._seconds, UTC)
        return story.started(call) or datetime.fromtimestamp(0, UTC)

    def tell(self, fact: type[CallFact], call: Call, key: str, /, **fields: Any) -> None:
        """Tell a fact of `call`, once; while too little is known of the call, as soon as it is told to have begun."""
        if key in call.told:
            return
        call.told.add(key)
        at = self._at(call)
        if self.start(call):
            self._append(fact, call, key, at, fields)
        elif len(call.untold) < UNTOLD_KEPT:
            call.untold.append((fact, key, at, fields))

    def _append(self, fact: type[CallFact], call: Call, key: str, at: datetime, fields: Mapping[str, Any]) -> None:
        """Tell the fact at `at`, save that nothing was before its call began, and nothing ends before it began.

        Times are shown as the PBX's clock was. It may have been set back meanwhile.
        """
        earliest = call.told_until if issubclass(fact, ENDINGS) else call.told_from
        if earliest is not None and at < earliest:
            at = earliest
        if call.told_until is None or at > call.told_until:
            call.told_until = at
        self._facts.append(fact(node=self._node, call_id=call.call_id, key=key, at=at, **fields))

    def numbered(self, call: Call, key: str) -> str:
        """`key` with the first number that no fact of the call has yet, for what may happen several times."""
        number = 1
        while f"{key}:{number}" in call.told:
            number += 1
        return f"{key}:{number}"

    def start(self, call: Call) -> bool:
        """Tell that the call began, if that was not told and enough is known; whether it is told by now."""
        if call.started:
            return True
        if not story.visible(call):
            return False
        call.started = True
        if call.ended:  # all that was known of it had ended when its first channel came
            self._registry.reopen(call)
        call.id_told = call.call_id
        call.told_from = call.told_until = at = story.started(call) or self._at(call)
        self._facts.append(
            CallStarted(
                node=self._node,
                call_id=call.id_told,
                key="started",
                at=at,
                linkedid=call.linkedid,
                channel=call.root.uniqueid if call.root else call.linkedid,
                direction=story.direction(call),
                caller_number=story.caller_number(call),
                caller_name=story.caller_name(call),
                dialed=story.dialled(call),
            )
        )
        for fact, key, at, fields in call.untold:
            self._append(fact, call, key, at, fields)
        call.untold.clear()
        return True

    def catch_up(self, call: Call) -> None:
        """The first channel's beginning came after other channels' events: tell what waited for it."""
        if len(call.legs) > 1:
            for leg in call.legs:
                self.ringing(leg)
            self.call(call)
            self.close(call)

    def ringing(self, leg: Leg) -> None:
        """Tell that the phone of `leg` rings, if it does and is not the caller's own."""
        call = leg.call
        if not leg.dialled or not leg.person or not (leg.ringing or leg.up) or "rang" in leg.told:
            return
        if call.root is leg or leg in story.calling_side(call) or not self.start(call):
            return
        leg.told.add("rang")
        self.tell(PartyRang, call, f"rang:{leg.uniqueid}", party=leg.party(), channel=leg.uniqueid)
        self.end_of_leg(leg, settled=call.ended)

    def conversation(self, leg: Leg) -> None:
        """`leg` came into a conversation: tell whom that brought together."""
        people = story.met(leg)
        concerned: dict[Call, None] = {}
        for person in (leg, *people):
            if len(people) < BIG_CONVERSATION or person is leg:
                concerned[person.call] = None
                if person.call.merged_into is not None:
                    concerned[person.call.merged_into] = None
        for call in concerned:
            self.call(call)
            self.close(call)
        if len(people) >= BIG_CONVERSATION and leg.person:
            for person in people:
                if person.call.root is person:
                    self._answered(person.call, leg, leg.party(leg.name))

    def call(self, call: Call) -> None:
        """Tell who talks by now with the call's caller, and which transfers are completed."""
        if not story.visible(call):
            return
        for leg, party in story.answered(call).items():
            self._answered(call, leg, party)
        self._transfers(call, settled=False)

    def _answered(self, call: Call, leg: Leg, party: str) -> None:
        key = f"answered:{leg.uniqueid}"
        if key in call.told or not self.start(call):
            return
        leg.talked_in.append(call)
        self.tell(PartyAnswered, call, key, party=party, channel=leg.uniqueid)
        self.end_of_leg(leg)

    def _transfers(self, call: Call, *, settled: bool) -> None:
        """Tell the transfers that are completed, and when `settled` also those that will never be."""
        if not settled and not story.transfers(call):
            return
        for transfer, told in zip(story.handed_on(call), story.transfer_stories(call), strict=True):
            if told.completed or settled:
                self.tell(
                    CallTransferred,
                    call,
                    f"transfer:{transfer.first.uniqueid}",
                    kind=told.kind,
                    from_party=told.from_party,
                    to_party=told.to_party,
                    completed=told.completed,
                )

    def end_of_leg(self, leg: Leg, *, settled: bool = False) -> None:
        """Tell who talks no more, or whose phone stopped ringing; `settled` when nobody more will be told to talk."""
        call = leg.call
        if not leg.ended:
            return
        for other in leg.talked_in:
            key = f"left:{leg.uniqueid}"
            self.tell(PartyLeft, other, key, party=leg.party(leg.name), channel=leg.uniqueid)
        if "rang" not in leg.told or leg.talked_in:
            return
        if settled or not (leg.dial_status == "ANSWER" or leg.stays):
            self.tell(
                PartyStoppedRinging,
                call,
                f"stopped:{leg.uniqueid}",
                party=leg.party(),
                channel=leg.uniqueid,
                reason=story.ring_end(leg),
            )

    def close(self, call: Call) -> None:
        """Tell the end of the call, if it is over, and remember it among the ended ones."""
        if call.ended or not story.over(call):
            return
        if self.start(call):
            for leg in call.legs:
                self.end_of_leg(leg, settled=True)
            self._transfers(call, settled=True)
            talked = story.answered(call)
            result = story.outcome(call, talked)
            side = story.hangup_by(call, talked, result)
            caller = story.caller(call)
            self.tell(
                CallEnded,
                call,
                INFERRED_END if call.inferred_end else "ended",
                outcome=result,
                hangup_by=side,
                cause=caller.cause if caller is not None else None,
                inferred=call.inferred_end,
            )
        self._registry.close(call)
