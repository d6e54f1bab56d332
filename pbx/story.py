"""What happened in a call: conclusions from the evidence in `pbx.calls`. Pure, and the same for every order of events.

Order comes from what each channel says of itself, from the counts in its bridges, and from Uniqueids, which count
channels up. Where that tells nothing, the answer is None and not a guess from the order of arrival.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pbx.calls import Call, Leg, Stay, Transfer, birth, moment
from pbx.facts import Direction, Outcome, RingEnd, Side, TransferKind
from pbx.parties import account, is_number

UNALLOCATED, BUSY, NO_ANSWER, REJECTED = 1, 17, (18, 19), 21
ANSWERED_ELSEWHERE = 26
_TOLD_CALLER = {BUSY: Outcome.BUSY, REJECTED: Outcome.REJECTED, **dict.fromkeys(NO_ANSWER, Outcome.NO_ANSWER)}
"""What a cause says that the caller's own channel ended with."""
CALLERS_OWN = frozenset({None, 0, 16, 26, 31, 127})
"""Causes (Q.850) of a hangup that somebody simply asked for; 127 comes with a cancelled INVITE."""


@dataclass(frozen=True, slots=True)
class TransferStory:
    """`from_party` handed the call on to `to_party`, who took it or did not."""

    kind: TransferKind
    from_party: str
    to_party: str | None
    completed: bool


@dataclass(frozen=True, slots=True)
class CallStory:
    """A whole call, as `python -m pbx.replay` prints it."""

    linkedid: str
    direction: Direction | None
    caller_number: str | None
    caller_name: str | None
    dialed: str | None
    queue: str | None
    started: datetime | None
    rang: list[str]
    answered_by: list[str]
    transfers: list[TransferStory]
    outcome: Outcome
    hangup_by: Side | None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for JSON. `started` is ISO 8601 in UTC."""
        return {
            "linkedid": self.linkedid,
            "direction": self.direction,
            "caller_number": self.caller_number,
            "caller_name": self.caller_name,
            "dialed": self.dialed,
            "queue": self.queue,
            "started": self.started.isoformat().replace("+00:00", "Z") if self.started else None,
            "rang": self.rang,
            "answered_by": self.answered_by,
            "transfers": [
                {"kind": told.kind, "from": told.from_party, "to": told.to_party, "completed": told.completed}
                for told in self.transfers
            ],
            "outcome": self.outcome,
            "hangup_by": self.hangup_by,
        }


def story(call: Call) -> CallStory:
    """What happened in `call`, as far as the evidence goes."""
    talked = answered(call)
    result = outcome(call, talked)
    return CallStory(
        linkedid=call.linkedid,
        direction=direction(call),
        caller_number=caller_number(call),
        caller_name=caller_name(call),
        dialed=dialled(call),
        queue=queue(call),
        started=started(call),
        rang=_each_once(leg.party() for leg in rang(call)),
        answered_by=_each_once(talked.values()),
        transfers=transfer_stories(call),
        outcome=result,
        hangup_by=hangup_by(call, talked, result),
    )


def _each_once(parties: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(parties))


# Who is who


def visible(call: Call) -> bool:
    """Whether the call is one, and enough is known of it to speak of it.

    It is when its first channel was seen to begin, or a snapshot told of it. A call met in the middle shows once its
    first channel is seen to dial or to talk; of one that only hangs up nobody can say what it was.

    No call is: a channel with nobody at its end (a tap); what Asterisk makes only to ring somebody back into another
    call (after a transfer that failed); and, met in the middle, what by then is part of another: it may just have been
    made to pick that one up.
    """
    root = call.root
    if root is not None and root.first_name and not (root.person or root.relay):
        return False
    if call.snapshot:
        return True
    if root is None or not root.heard or (call.relinked and not root.born):
        return False
    if root.born:
        return not (call.relinked and root.originated and not root.dials)
    return bool(root.dials) or bool(met(root))


def caller(call: Call) -> Leg | None:
    """The leg of whoever made the call.

    It is the first channel, unless that is half of a Local channel, as when somebody's phone is rung first by
    `Originate` through the dialplan: then the phone that the other half reached.
    """
    if call.root is None or call.root.person:
        return call.root
    phones = calling_side(call)
    return next((leg for leg in phones if leg.up), phones[0] if phones else None)


def calling_side(call: Call) -> list[Leg]:
    """The legs on which the caller was, or was rung."""
    root = call.root
    if root is None or root.person:
        return [root] if root else []
    return sorted(dialled_people(root.other_half), key=_by_birth) if root.other_half else []


def _by_birth(leg: Leg) -> tuple[tuple[int, int], str]:
    return leg.birth, leg.uniqueid


def dialled_people(leg: Leg) -> Iterator[Leg]:
    """The phones that were dialled by `leg`, directly or through Local channels."""
    seen = {leg}
    todo = [leg]
    while todo:
        for dialled_leg in todo.pop().dials:
            if dialled_leg in seen:
                continue
            seen.add(dialled_leg)
            if dialled_leg.person:
                yield dialled_leg
            elif dialled_leg.other_half and dialled_leg.other_half not in seen:
                seen.add(dialled_leg.other_half)
                todo.append(dialled_leg.other_half)


def met(leg: Leg) -> dict[Leg, Stay]:
    """Who shared a conversation with `leg`: in a bridge with it, or at the far end of Local channels from there."""
    found: dict[Leg, Stay] = {}
    seen = {leg}
    todo = [leg]
    while todo:
        here = todo.pop()
        for stay in here.stays.values():
            if stay.bridge.holding:
                continue
            for other in stay.bridge.stays.values():
                if other.leg in seen or not stay.met(other):
                    continue
                seen.add(other.leg)
                if other.relay:
                    todo.append(other.leg)
                elif other.person:
                    found[other.leg] = other
        half = here.other_half
        if half is not None and half not in seen:
            seen.add(half)
            todo.append(half)
    return found


def caller_number(call: Call) -> str | None:
    leg = caller(call)
    if leg is not None and not leg.dialled and direction(call) is Direction.INBOUND:
        return leg.number  # the account is the trunk's: who shows no number has none
    return leg.calling_party() if leg is not None else None


def caller_name(call: Call) -> str | None:
    leg = caller(call)
    return leg.calling_name() if leg is not None else None


def dialled(call: Call) -> str | None:
    """What the caller dialled; of an originated call, whom the caller was to be connected with."""
    root = call.root
    if root is None or not (root.born or call.snapshot):
        return None  # the dialplan's variable tells of the last number: after a transfer it is another
    if call.dialled is not None:
        return call.dialled
    if root.person and not root.dialled:
        return root.exten
    if root.sent_to is not None and root.sent_to != root.exten:
        return root.sent_to
    if root.dials:
        number = root.dials[0].dial_string.rpartition("/")[2].partition("@")[0]
        return number if is_number(number) else next((leg.party() for leg in call_people(call)), None)
    return None


def queue(call: Call) -> str | None:
    """The queue in which the caller waited, also where a transfer put the caller into it."""
    if call.queue is not None:
        return call.queue
    for transfer in transfers(call):
        if transfer.into_queue and transfer.second is not None:
            return transfer.second.call.queue
    return call.queue_of_dialplan


def started(call: Call) -> datetime | None:
    began_at = call.root.began_at if call.root else None
    return moment(began_at if began_at is not None else birth(call.linkedid)[1] or None)


def direction(call: Call) -> Direction | None:
    """Which way the call crossed our edge, as our dialplan tells it; else unknown.

    It tells by the context in which a call from outside begins, and by its variable. A phone's call without that goes
    outside if a number was dialled for it over a trunk; while nothing was dialled that is open.
    """
    context = call.root.context if call.root else ""
    if context.endswith("from-trunk"):
        return Direction.INBOUND
    if call.direction is None and context.endswith("from-phones"):
        people = call_people(call)
        if any(leg.party() != account(leg.first_name) for leg in people):
            return Direction.OUTBOUND
        return Direction.INTERNAL if people or over(call) else None
    return call.direction


def call_people(call: Call) -> list[Leg]:
    """The phones that were rung for the call, in the order in which they were dialled."""
    side = calling_side(call)
    return sorted((leg for leg in call.legs if leg.dialled and leg.person and leg not in side), key=_by_birth)


# Ringing, talking


def rang(call: Call) -> list[Leg]:
    """Whose phone rang. Who answered without ringing counts, and whoever the call was handed on to while ringing."""
    legs = set(call_people(call))
    for transfer in transfers(call):
        legs.update(leg for leg in transfer_targets(call, transfer) if leg.dialled)
    return sorted((leg for leg in legs if leg.ringing or leg.up), key=_by_birth)


def answered(call: Call) -> dict[Leg, str]:
    """Who talked with the caller's side, as a party each, in the order in which their channels came up.

    The caller's side is the caller; when the caller hands the call on, whoever talked with the caller takes the place.
    """
    leg = caller(call)
    if leg is None:
        return {}
    handed = transfers(call)
    own = {leg, *(transfer.second for transfer in handed)}
    found = met(leg)
    if any(transfer.first is leg for transfer in handed):
        todo = [other for other in found if other not in own]
        while todo:
            for other, stay in met(todo.pop()).items():
                if other not in found and other not in own:
                    found[other] = stay
                    todo.append(other)
    return {
        other: other.party(found[other].name) for other in sorted((o for o in found if o not in own), key=_by_birth)
    }


# Transfers


def transfer_stories(call: Call) -> list[TransferStory]:
    return [transfer_story(call, transfer) for transfer in handed_on(call)]


def handed_on(call: Call) -> list[Transfer]:
    """The call's transfers to somebody, in order, tried ones last."""
    return _told_transfers(call) + _attempts(call)


def _told_transfers(call: Call) -> list[Transfer]:
    """The transfers to somebody that Asterisk told. A phone parks a call by transferring it, too, but to nobody."""
    parkings = Counter(parker for parker, _ in call.parkings)
    found: list[Transfer] = []
    for transfer in ordered_transfers(call):
        parker = transfer.first.first_name.rpartition("-")[0]
        if transfer.kind is TransferKind.BLIND and parkings[parker] > 0:
            parkings[parker] -= 1
        else:
            found.append(transfer)
    return found


def _attempts(call: Call) -> list[Transfer]:
    """The transfers that somebody began by feature code and that came to nothing: Asterisk tells them by no event.

    It makes a Local channel to the target, which nobody dials, and puts it in a bridge with the transferer.
    """
    told = {target for transfer in transfers(call) for target in _consulted(transfer.first)}
    return [
        Transfer(TransferKind.ATTENDED, leg, None, None, None, False, None)
        for leg in sorted(call.legs, key=_by_birth)
        if leg.person and any(target not in told for target in _consulted(leg))
    ]


def transfers(call: Call) -> list[Transfer]:
    """The transfers of the call. Who came to it by a consultation may hand it on, too."""
    return [
        transfer for own in (call, *call.joined) for transfer in own.transfers if own.goes_on_in(transfer.first) is call
    ]


def ordered_transfers(call: Call) -> list[Transfer]:
    """The call's transfers in the order in which they happened: by time, else by the age of the transferer's leg.

    Where the clock was set back meanwhile, in the order in which we heard of them: there is much between two.
    """
    found = transfers(call)
    if len(found) > 1 and any(own.clock_set_back for own in (call, *call.joined)):
        return sorted(found, key=lambda t: t.number)
    timed = all(transfer.at is not None for transfer in found)
    return sorted(found, key=lambda t: (t.at if timed and t.at else 0.0, t.first.birth, t.first.uniqueid))


def transfer_story(call: Call, transfer: Transfer) -> TransferStory:
    leg = caller(call)
    from_party = caller_number(call) if transfer.first is leg else None
    targets = transfer_targets(call, transfer)
    others = _transferred(call, transfer)
    taken = [target for target in targets if any(target in met(other) for other in others)]
    if transfer.kind is TransferKind.BLIND:
        to_party = transfer.exten
    else:
        reached = taken or [target for target in targets if target.ringing or target.up] or targets
        exten = (transfer.second.exten if transfer.second else None) or transfer.exten
        to_party = reached[0].party() if reached else exten
    return TransferStory(
        kind=transfer.kind,
        from_party=from_party or transfer.first.party(),
        to_party=to_party,
        completed=bool(taken),
    )


def _transferred(call: Call, transfer: Transfer) -> list[Leg]:
    """Whom the transferer left behind."""
    if transfer.transferee is not None and transfer.transferee.person:
        return [transfer.transferee]
    others = [leg for leg in met(transfer.first) if leg is not transfer.second]
    leg = caller(call)
    if leg in others and leg is not None:
        return [leg]
    return sorted(others, key=_by_birth)[:1]


def transfer_targets(call: Call, transfer: Transfer) -> list[Leg]:
    """Who was to get the call, as far as they were reached: the phones that rang or talked because of the transfer."""
    others = _transferred(call, transfer)
    own = {transfer.first, transfer.second, *others}
    found: set[Leg] = set()
    if transfer.kind is TransferKind.BLIND:
        begin = max([transfer.first.birth, *(leg.birth for leg in others if transfer.first is caller(call))])
        end = _next_transferer(call, transfer)
        for other in others:
            found.update(leg for leg in (*dialled_people(other), *met(other)) if begin < leg.birth <= end)
    else:
        second = transfer.second or transfer.first
        reached = {*dialled_people(second), *_consulted(second), *met(second)}
        for other in others:
            reached.update(dialled_people(other))
        found.update(leg for leg in reached if leg.birth > second.birth)
    return sorted((leg for leg in found if leg not in own and not _is_rung_back(leg, transfer)), key=_by_birth)


def _is_rung_back(leg: Leg, transfer: Transfer) -> bool:
    """Whether Asterisk made `leg` to ring the transferer back, because nobody took the call."""
    return leg.originated and account(leg.first_name) == account(transfer.first.first_name)


def _consulted(leg: Leg) -> Iterator[Leg]:
    """The phones that `leg` consults by feature code, through Local channels that nobody dialled."""
    for stay in leg.stays.values():
        for other in stay.bridge.stays.values():
            relay = other.leg
            if other.relay and relay.born and not relay.was_dialled and relay.other_half and relay.is_first_half:
                yield from dialled_people(relay.other_half)


def _next_transferer(call: Call, transfer: Transfer) -> tuple[int, int]:
    """The age of the leg that made the next transfer: what came later belongs to that one."""
    ordered = ordered_transfers(call)
    later = [t.first.birth for t in ordered[ordered.index(transfer) + 1 :] if t.first.birth > transfer.first.birth]
    return min(later, default=(10**20, 0))


# How it ended


def over(call: Call) -> bool:
    """Whether every channel of the call that is known to have lived is gone.

    A call that went on as part of another is over with its own first channel; its other legs are the other call's.
    """
    if call.inferred_end:
        return not any(_alive(leg) for leg in call.legs)
    if call.merged_into is not None:
        return call.root is None or (call.root.ended and not _awaits(call.root))
    return not any(_alive(leg) or _awaits(leg) for own in (call, *call.joined) for leg in own.legs)


def _alive(leg: Leg) -> bool:
    return leg.awaited and not leg.ended


def _awaits(leg: Leg) -> bool:
    """Whether events are to come of others that were with `leg`: its other half, who else was in its bridges."""
    if leg.relay and leg.born and leg.other_half is None:
        return True
    return any(stay.bridge.crowd > len(stay.bridge.stays) for stay in leg.stays.values())


def ring_end(leg: Leg) -> RingEnd:
    """Why the phone of `leg` rang no more, given that it was not talked to."""
    if leg.cause == REJECTED:
        return RingEnd.REJECTED
    if leg.dial_status == "BUSY" or leg.cause == BUSY:
        return RingEnd.BUSY
    if leg.cause == ANSWERED_ELSEWHERE:
        return RingEnd.ANSWERED_ELSEWHERE
    if leg.dial_status == "NOANSWER" or leg.cause in NO_ANSWER:
        return RingEnd.NO_ANSWER
    if leg.dial_status in ("CONGESTION", "CHANUNAVAIL", "INVALIDARGS"):
        return RingEnd.FAILED
    if leg.dial_status in ("DONTCALL", "TORTURE"):
        return RingEnd.REJECTED
    outer = leg.dialled_by.other_half if leg.dialled_by and leg.dialled_by.relay else None
    if outer is not None and outer.dial_status not in ("", "CANCEL", "ANSWER"):
        return ring_end(outer)
    if leg.dial_status == "ANSWER" and (outer is None or outer.dial_status != "CANCEL"):
        return RingEnd.NO_ANSWER  # the phone was taken, but not the call: a machine, or the call was not accepted
    if leg.dial_status == "" and leg.cause not in CALLERS_OWN:
        return RingEnd.FAILED
    return RingEnd.CANCELLED


def outcome(call: Call, talked: dict[Leg, str] | None = None) -> Outcome:
    """How the call ended for whoever made it."""
    if not over(call):
        return Outcome.IN_PROGRESS
    if talked is None:
        talked = answered(call)
    if talked or call.picked_up:
        return Outcome.ANSWERED
    leg = caller(call)
    if leg is None or (leg.dialled and not leg.up):
        return _never_began(leg or call.root)
    people = call_people(call)
    machine_answered = leg.up and (not leg.dialled or not people)
    if _was_handed_on(call, leg):  # while it rang or waited: what came after is told of the other call
        return Outcome.NO_ANSWER if machine_answered else Outcome.CANCELLED
    ends = [ring_end(other) for other in people]
    told = _TOLD_CALLER.get(leg.cause or 0)
    if gave_up(leg) or (RingEnd.CANCELLED in ends and not call.queue):
        return Outcome.NO_ANSWER if machine_answered else Outcome.CANCELLED
    if queue(call):
        return Outcome.NO_ANSWER
    if ends:
        return told if told is not None and len(set(ends)) > 1 else _worst(ends)
    if machine_answered:
        return Outcome.NO_ANSWER
    if told is not None:
        return told
    return Outcome.CANCELLED if leg.cause in CALLERS_OWN else Outcome.FAILED


def _was_handed_on(call: Call, leg: Leg) -> bool:
    """Whether the call was a consultation, and who made it left it by handing another call on to it."""
    return call.merged_into is not None and any(transfer.second is leg for transfer in transfers(call.merged_into))


def gave_up(leg: Leg) -> bool:
    """Whether the caller ended the call."""
    return leg.gave_up or leg.hangup_requested


def _never_began(leg: Leg | None) -> Outcome:
    """The outcome of an originated call whose caller did not take the phone."""
    if leg is None:
        return Outcome.FAILED
    return _worst([ring_end(leg)])


def _worst(ends: list[RingEnd]) -> Outcome:
    """One outcome of several phones: somebody might still have answered while one only rang."""
    if RingEnd.NO_ANSWER in ends or RingEnd.ANSWERED_ELSEWHERE in ends:
        return Outcome.NO_ANSWER
    for end in reversed(ends):
        if end in (RingEnd.BUSY, RingEnd.REJECTED):
            return Outcome(end.value)
    return Outcome.CANCELLED if RingEnd.CANCELLED in ends else Outcome.FAILED


def hangup_by(call: Call, talked: dict[Leg, str], result: Outcome) -> Side | None:
    """Which side hung up; None where the events do not tell, or nobody did (it rang out, it failed)."""
    leg = caller(call)
    if leg is None or result is Outcome.IN_PROGRESS or call.inferred_end or call.picked_up:
        return None
    if _was_handed_on(call, leg):
        return None
    if result in (Outcome.BUSY, Outcome.REJECTED):
        return Side.CALLER if leg.dialled and not leg.up else Side.CALLEE
    if result is Outcome.CANCELLED:
        return Side.CALLER
    if result is not Outcome.ANSWERED:
        return Side.CALLER if gave_up(leg) else None
    if any(transfer.first is leg for transfer in transfers(call)):
        return None  # the caller left the call to others
    handed = _told_transfers(call)
    if handed and not transfer_story(call, handed[-1]).completed:
        return Side.CALLER if leg.hangup_requested else None
    return _who_left_first(leg, talked)


def _who_left_first(leg: Leg, talked: dict[Leg, str]) -> Side | None:
    """By the caller's last bridge: whoever leaves it first leaves somebody behind."""
    if leg.lost or any(other.lost for other in talked):
        return None
    last = next(reversed(leg.stays.values()), None)
    if last is not None and last.bridge.holding:
        return Side.CALLER if leg.hangup_requested else None
    if last is not None and last.remaining is not None:
        return Side.CALLER if last.remaining > 0 else Side.CALLEE
    others = [other for other in talked if other.hangup_requested]
    if leg.hangup_requested != bool(others):
        return Side.CALLER if leg.hangup_requested else Side.CALLEE
    return None
