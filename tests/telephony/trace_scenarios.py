"""The shapes of calls, played by real phones. Each scenario gives what happened, known from its own script.

The cast: Ann 1001 is a, Борис 1002 is b, สมชาย 1003 is c, Dora 1004 is d, a customer outside is x. A name tells who did
what, in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import websockets

from ringdesk.demo.softphone import Answer, PhoneEventKind
from tests.telephony.agi import AgiServer
from tests.telephony.pbx import (
    ANNOUNCED,
    BOTH_AT_ONCE,
    FORWARDED,
    IVR,
    NOBODY,
    QUEUE,
    RING_GROUP,
    WITH_N,
    WITHOUT_N,
)
from tests.telephony.stage import ExpectedCall, Stage, call, transfer

Scenario = Callable[[Stage], Awaitable[list[ExpectedCall]]]
SCENARIOS: dict[str, Scenario] = {}
AT_ONCE, NEVER = Answer.at_once(), Answer.never()
THAI, RUSSIAN = "+66812345678", "+74959876543"
SUPPORT, SALES = "+6621234567", "+74951234567"
RINGALL = "1003 1002 1001"
"""app_queue rings all from the last member to the first."""


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play


# Two phones


@scenario
async def direct_a_calls_b_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002", hangup_by="callee")]


@scenario
async def direct_a_calls_b_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await a.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002", hangup_by="caller")]


@scenario
async def direct_a_calls_b_a_holds_b_holds_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    for phone in (a, b):
        await phone.hold()
        await stage.hear("Hold")
        await phone.resume()
        await stage.hear("Unhold")
    await b.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002", hangup_by="callee")]


@scenario
async def direct_a_calls_b_a_gives_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    await stage.begin()
    await a.dial("1002")
    await stage.ringing(b)
    await stage.hear("DialState", DialStatus="RINGING")
    await a.hangup()
    return [call("1001", "1002", rang="1002", outcome="cancelled", hangup_by="caller")]


@scenario
async def direct_a_calls_b_b_never_answers(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    await stage.begin()
    await a.dial(NOBODY)
    await stage.ringing(b)
    await stage.over(a)
    return [call("1001", NOBODY, rang="1002", outcome="no_answer")]


@scenario
async def direct_a_calls_b_b_presses_reject(stage: Stage) -> list[ExpectedCall]:
    # A phone that rejects says 486 Busy Here.
    a, b = await stage.phones("1001", "1002")
    await stage.begin()
    await a.dial("1002")
    await stage.ringing(b)
    await stage.hear("DialState", DialStatus="RINGING")
    await b.reject()
    await stage.over(a)
    return [call("1001", "1002", rang="1002", outcome="busy", hangup_by="callee")]


@scenario
async def direct_a_calls_odd_it_is_busy(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.odd("3001", "busy_486")
    await stage.begin()
    await a.dial("3001")
    await stage.over(a)
    return [call("1001", "3001", outcome="busy", hangup_by="callee")]


@scenario
async def direct_a_calls_odd_it_declines_603(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.odd("3001", "decline_603")
    await stage.begin()
    await a.dial("3001")
    await stage.over(a)
    return [call("1001", "3001", rang="3001", outcome="rejected", hangup_by="callee")]


@scenario
async def direct_a_calls_a_phone_that_is_off(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.begin()
    await a.dial("1006")
    await stage.over(a)
    return [call("1001", "1006", outcome="failed")]


@scenario
async def direct_a_calls_a_dead_phone(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.odd("3001", "dead")
    await stage.begin()
    await a.dial("3001")
    await stage.over(a)
    return [call("1001", "3001", outcome="no_answer")]


@scenario
async def direct_c_thai_calls_d_quoted_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    c, d = await stage.phones("1003", "1004", answer=AT_ONCE)
    await stage.begin()
    await c.dial("1004")
    await stage.talking(c, d)
    await stage.bridged("1003", "1004")
    await c.hangup()
    return [call("1003", "1004", rang="1004", answered_by="1004", hangup_by="caller")]


@scenario
async def direct_d_quoted_calls_b_russian_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    d, b = await stage.phones("1004", "1002", answer=AT_ONCE)
    await stage.begin()
    await d.dial("1002")
    await stage.talking(d, b)
    await stage.bridged("1004", "1002")
    await b.hangup()
    return [call("1004", "1002", rang="1002", answered_by="1002", hangup_by="callee")]


@scenario
async def direct_a_calls_b_and_c_calls_d_at_the_same_time(stage: Stage) -> list[ExpectedCall]:
    a, b, c, d = await stage.phones("1001", "1002", "1003", "1004", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.hear("DialBegin")
    await c.dial("1004")
    await stage.talking(a, b, c, d)
    await stage.bridged("1001", "1002", "1003", "1004")
    await d.hangup()
    await a.hangup()
    return [
        call("1001", "1002", rang="1002", answered_by="1002", hangup_by="caller"),
        call("1003", "1004", rang="1004", answered_by="1004", hangup_by="callee"),
    ]


@scenario
async def odd_calls_b_and_never_acknowledges(stage: Stage) -> list[ExpectedCall]:
    [b] = await stage.phones("1002", answer=AT_ONCE)
    await stage.begin()
    await stage.odd("3002", "calls_without_ack", keys={"target": "1002"}, deadline=50)
    await stage.talking(b)
    await b.wait_for(PhoneEventKind.CLOSED, timeout=45)
    return [call("3002", "1002", name="Odd 3002", rang="1002", answered_by="1002")]


@scenario
async def a_hears_an_announcement_before_the_answer(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.begin()
    await a.dial(ANNOUNCED)
    await stage.over(a)
    return [call("1001", ANNOUNCED, outcome="no_answer")]


# Groups, Local channels, forwarding, pickup


@scenario
async def group_b_and_c_ring_c_answers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial(RING_GROUP)
    await stage.ringing(b, c)
    await stage.hear("DialState", DialStatus="RINGING", DestCallerIDNum="1002")
    await c.answer()
    await stage.talking(a, c)
    await stage.over(b)
    await stage.bridged("1001", "1003")
    await a.hangup()
    return [call("1001", RING_GROUP, rang="1002 1003", answered_by="1003", hangup_by="caller")]


@scenario
async def group_b_and_c_ring_nobody_answers(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial(RING_GROUP)
    await stage.ringing(b, c)
    await stage.over(a)
    return [call("1001", RING_GROUP, rang="1002 1003", outcome="no_answer")]


@scenario
async def group_b_is_busy_c_answers_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial(RING_GROUP)
    await stage.ringing(b, c)
    await b.reject()
    await stage.hear("DialEnd", DialStatus="BUSY")
    await c.answer()
    await stage.talking(a, c)
    await stage.bridged("1001", "1003")
    await c.hangup()
    return [call("1001", RING_GROUP, rang="1002 1003", answered_by="1003", hangup_by="callee")]


@scenario
async def group_two_odd_answer_at_once(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    for account in ("3001", "3002"):
        await stage.odd(account, "answers_or_is_cancelled")
    await stage.begin()
    await a.dial(BOTH_AT_ONCE)
    await stage.talking(a)
    # Nobody but Asterisk knows who was faster: the one whose sound the caller hears.
    winner = await stage.hear("BridgeEnter", where=lambda event: event["Channel"].startswith("PJSIP/300"))
    await a.hangup()
    answered_by = winner["Channel"][6:10]
    return [call("1001", BOTH_AT_ONCE, rang="3001 3002", answered_by=answered_by, hangup_by="caller")]


@scenario
async def local_optimised_b_and_c_ring_b_answers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial(WITHOUT_N)
    await stage.ringing(b, c)
    await b.answer()
    await stage.talking(a, b)
    await stage.hear("LocalOptimizationEnd")
    await a.hangup()
    return [call("1001", WITHOUT_N, rang="1002 1003", together=True, answered_by="1002", hangup_by="caller")]


@scenario
async def local_kept_b_answers_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await a.dial(WITH_N)
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.hangup()
    return [call("1001", WITH_N, rang="1002", answered_by="1002", hangup_by="callee")]


@scenario
async def forwarded_by_the_dialplan_c_answers_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, c = await stage.phones("1001", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial(FORWARDED)
    await stage.talking(a, c)
    await stage.hear("LocalOptimizationEnd")
    await c.hangup()
    return [call("1001", FORWARDED, rang="1003", answered_by="1003", hangup_by="callee")]


@scenario
async def forwarded_by_the_phone_302_c_answers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, c = await stage.phones("1001", "1003", answer=AT_ONCE)
    await stage.odd("3001", "redirect_302", keys={"target": "1003"})
    await stage.begin()
    await a.dial("3001")
    await stage.talking(a, c)
    await stage.bridged("1003")
    await stage.hear("LocalOptimizationEnd")
    await a.hangup()
    return [call("1001", "3001", rang="1003", answered_by="1003", hangup_by="caller")]


@scenario
async def pickup_a_calls_b_c_picks_up_b_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial("1002")
    await stage.ringing(b)
    await stage.hear("DialState", DialStatus="RINGING")
    await c.dial("*81002")
    await stage.hear("Pickup")
    await stage.talking(c, a)
    await stage.over(b)
    await stage.bridged("1001", "1003")
    await a.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1003", hangup_by="caller", root=0)]


@scenario
async def pickup_a_calls_b_c_picks_up_the_group_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial("1002")
    await stage.ringing(b)
    await stage.hear("DialState", DialStatus="RINGING")
    await c.dial("*8")
    await stage.hear("Pickup")
    await stage.talking(c, a)
    await stage.over(b)
    await stage.bridged("1001", "1003")
    await c.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1003", hangup_by="callee", root=0)]


# Started by a click


@scenario
async def click_to_dial_a_to_b_both_answer_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await originate(stage, "PJSIP/1001", "1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002", hangup_by="callee")]


@scenario
async def click_to_dial_a_to_b_a_never_answers(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.begin()
    await originate(stage, "PJSIP/1001", "1002", seconds=1)
    await stage.over(a)
    await stage.hear("OriginateResponse")
    # Ann never came so far as to dial, and no event of hers says what was to be dialled.
    return [call("1001", None, outcome="no_answer")]


@scenario
async def click_to_dial_a_to_b_b_is_busy(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001", answer=AT_ONCE)
    await stage.odd("3001", "busy_486")
    await stage.begin()
    await originate(stage, "PJSIP/1001", "3001")
    await stage.over(a)
    return [call("1001", "3001", outcome="busy", hangup_by="callee")]


@scenario
async def click_to_dial_through_local_a_to_b_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await originate(stage, "Local/1001@ringdesk-from-phones", "1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await stage.hear("LocalOptimizationEnd")
    await a.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002", hangup_by="caller")]


async def originate(stage: Stage, channel: str, exten: str, seconds: int = 20) -> None:
    await stage.do(
        Action="Originate",
        Channel=channel,
        Context="ringdesk-from-phones",
        Exten=exten,
        Priority="1",
        Timeout=str(1000 * seconds),
        Async="true",
    )


# Blind transfers


@scenario
async def blind_a_calls_b_b_transfers_to_c_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.blind_transfer("1003")
    await stage.talking(c)
    await stage.bridged("1003")
    await stage.over(b)
    await a.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003",
            answered_by="1002 1003",
            transfers=[transfer("blind", "1002", "1003")],
            hangup_by="caller",
        )
    ]


@scenario
async def blind_a_calls_b_a_transfers_to_c_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await a.blind_transfer("1003")
    await stage.talking(c)
    await stage.bridged("1003")
    await stage.over(a)
    await c.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003",
            answered_by="1002 1003",
            transfers=[transfer("blind", "1001", "1003")],
        )
    ]


@scenario
async def blind_a_calls_b_b_transfers_to_c_c_never_answers_a_gives_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial("1002")
    await stage.ringing(b)
    await b.answer()
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.blind_transfer("1003")
    await stage.ringing(c)
    await stage.hear("DialState", DialStatus="RINGING", DestCallerIDNum="1003")
    await a.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003",
            answered_by="1002",
            transfers=[transfer("blind", "1002", "1003", completed=False)],
            hangup_by="caller",
        )
    ]


@scenario
async def blind_by_code_a_calls_b_b_transfers_to_c_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await stage.key_code(b, "##", "1003")
    await stage.talking(c)
    await stage.bridged("1003")
    await c.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003",
            answered_by="1002 1003",
            transfers=[transfer("blind", "1002", "1003")],
            hangup_by="callee",
        )
    ]


@scenario
async def blind_x_calls_queue_a_answers_transfers_to_queue_b_answers_x_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    x = await stage.caller(THAI, "สมชาย")
    await stage.begin()
    await x.dial(SUPPORT)
    await stage.ringing(a)
    await a.answer()
    await stage.talking(x, a)
    await stage.bridged("provider", "1001")
    await a.blind_transfer(SALES)
    await stage.over(a)
    await stage.ringing(b)
    await b.answer()
    await stage.talking(b)
    await stage.bridged("1002")
    await x.hangup()
    return [
        call(
            THAI,
            SUPPORT,
            name="สมชาย",
            direction="inbound",
            queue="support",
            rang="1001 1002",
            answered_by="1001 1002",
            transfers=[transfer("blind", "1001", SALES)],
            hangup_by="caller",
        )
    ]


# Attended transfers


@scenario
async def attended_by_code_a_calls_b_b_consults_c_transfers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await stage.key_code(b, "*2", "1003")
    await stage.talking(c)
    await stage.bridged("1003")
    await b.hangup()
    await stage.hear("AttendedTransfer", Result="Success")
    await a.hangup()
    return [attended_to_c(hangup_by="caller")]


def attended_to_c(**more: str | None) -> ExpectedCall:
    return call(
        "1001",
        "1002",
        rang="1002 1003",
        answered_by="1002 1003",
        transfers=[transfer("attended", "1002", "1003")],
        **more,  # type: ignore[arg-type]
    )


@scenario
async def attended_by_code_a_calls_b_b_consults_c_c_rejects_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    c = await stage.phone("1003")
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await stage.key_code(b, "*2", "1003")
    await stage.ringing(c)
    await c.reject()
    # No event tells that the transfer came to nothing: the two are back in their bridge.
    await stage.hear("MusicOnHoldStop")
    await b.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003",
            answered_by="1002",
            transfers=[transfer("attended", "1002", "1003", completed=False)],
            hangup_by="callee",
        )
    ]


@scenario
async def attended_by_code_a_calls_b_a_consults_c_transfers_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await stage.key_code(a, "*2", "1003")
    await stage.talking(c)
    await stage.bridged("1003")
    await a.hangup()
    await stage.hear("AttendedTransfer", Result="Success")
    await c.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003",
            answered_by="1002 1003",
            transfers=[transfer("attended", "1001", "1003")],
        )
    ]


@scenario
async def blonde_by_code_a_calls_b_b_transfers_to_ringing_c_c_answers_c_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    c = await stage.phone("1003")
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await stage.key_code(b, "*2", "1003")
    await stage.ringing(c)
    await stage.hear("DialState", DialStatus="RINGING", DestCallerIDNum="1003")
    await b.hangup()
    await stage.over(b)
    await c.answer()
    await stage.talking(c)
    await stage.bridged("1003")
    await stage.hear("AttendedTransfer")
    await c.hangup()
    return [attended_to_c(hangup_by="callee")]


@scenario
async def attended_by_sip_a_calls_odd_it_consults_c_transfers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, c = await stage.phones("1001", "1003", answer=AT_ONCE)
    odd = await stage.odd("3001", "answers_and_transfers_attended", keys={"target": "1003"})
    await stage.begin()
    await a.dial("3001")
    await stage.talking(a, c)
    await stage.hear("AttendedTransfer", Result="Success")
    assert (await odd.finished()).code == 0
    await a.hangup()
    return [
        call(
            "1001",
            "3001",
            rang="3001 1003",
            answered_by="3001 1003",
            transfers=[transfer("attended", "3001", "1003")],
            hangup_by="caller",
        ),
        call("3001", "1003", name="Odd 3001", rang="1003", answered_by="1003"),
    ]


@scenario
async def attended_by_sip_odd_calls_b_consults_c_transfers_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    b, c = await stage.phones("1002", "1003", answer=AT_ONCE)
    await stage.begin()
    odd = await stage.odd("3001", "calls_and_transfers_attended", keys={"first": "1002", "target": "1003"})
    await stage.talking(b, c)
    await stage.hear("AttendedTransfer", Result="Success")
    assert (await odd.finished()).code == 0
    await b.hangup()
    return [
        call(
            "3001",
            "1002",
            name="Odd 3001",
            rang="1002 1003",
            answered_by="1002 1003",
            transfers=[transfer("attended", "3001", "1003")],
        ),
        call("3001", "1003", name="Odd 3001", rang="1003", answered_by="1003"),
    ]


@scenario
async def attended_x_calls_queue_a_answers_transfers_into_queue_b_answers_b_hangs_up(
    stage: Stage,
) -> list[ExpectedCall]:
    # The transferer leaves while the queue has not answered: music plays, the caller waits in the queue.
    a, b = await stage.phones("1001", "1002")
    x = await stage.caller(RUSSIAN, "Ольга Петрова")
    await stage.begin()
    await x.dial(SUPPORT)
    await stage.ringing(a)
    await a.answer()
    await stage.talking(x, a)
    await stage.bridged("provider", "1001")
    await stage.key_code(a, "*2", QUEUE)
    await stage.hear("QueueCallerJoin")
    await a.hangup()
    await stage.hear("AttendedTransfer", Result="Success")
    await stage.ringing(b)
    await b.answer()
    await stage.talking(b)
    await stage.bridged("1002")
    await b.hangup()
    return [
        call(
            RUSSIAN,
            SUPPORT,
            name="Ольга Петрова",
            direction="inbound",
            queue="support",
            rang="1001 1002",
            answered_by="1001 1002",
            transfers=[transfer("attended", "1001", "1002")],
            hangup_by="callee",
        )
    ]


# Conference, parking


@scenario
async def conference_a_b_and_c_meet_in_a_room(stage: Stage) -> list[ExpectedCall]:
    people = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    for person in people:
        await person.dial("8001")
        await stage.hear("ConfbridgeJoin")
    for person in people:
        await person.hangup()
        await stage.hear("ConfbridgeLeave")
    return [
        call("1001", "8001", answered_by="1002 1003", hangup_by="caller"),
        call("1002", "8001", answered_by="1001 1003", hangup_by="caller"),
        call("1003", "8001", answered_by="1001 1002", hangup_by="caller"),
    ]


@scenario
async def parked_a_calls_b_b_parks_a_c_takes_a_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.send_dtmf("#72")
    parked = await stage.hear("ParkedCall")
    await c.dial(parked["ParkingSpace"])
    await stage.talking(c)
    await stage.bridged("1003")
    await a.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002 1003", hangup_by="caller", root=0)]


# Queues and menus


@scenario
async def queue_x_calls_a_never_answers_b_answers_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    x = await stage.caller(THAI, "สมชาย ใจดี")
    await stage.begin()
    await x.dial(SUPPORT)
    await stage.ringing(a)
    await stage.ringing(b)
    await b.answer()
    await stage.talking(x, b)
    await stage.bridged("provider", "1002")
    await b.hangup()
    return [queue_call("support", SUPPORT, THAI, "สมชาย ใจดี", rang="1001 1002", answered_by="1002", hangup_by="callee")]


def queue_call(queue: str, dialed: str, caller: str | None, name: str | None, **more: str | None) -> ExpectedCall:
    return call(caller, dialed, name=name, direction="inbound", queue=queue, **more)  # type: ignore[arg-type]


@scenario
async def queue_x_calls_all_ring_c_answers_x_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    x = await stage.caller(RUSSIAN, 'Ольга "О" Петрова')
    await stage.begin()
    await x.dial(SALES)
    await stage.ringing(a, b, c)
    await c.answer()
    await stage.talking(x, c)
    await stage.over(a, b)
    await stage.bridged("provider", "1003")
    await x.hangup()
    return [
        queue_call(
            "sales",
            SALES,
            RUSSIAN,
            # The name as it is; on its way it gathers backslashes before the quotes.
            'Ольга "О" Петрова',
            rang=RINGALL,
            answered_by="1003",
            hangup_by="caller",
        )
    ]


@scenario
async def queue_x_calls_all_ring_x_gives_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    x = await stage.caller(RUSSIAN)
    await stage.begin()
    await x.dial(SALES)
    await stage.ringing(a, b, c)
    await x.hangup()
    await stage.over(a, b, c)
    return [queue_call("sales", SALES, RUSSIAN, None, rang=RINGALL, outcome="no_answer", hangup_by="caller")]


@scenario
async def queue_x_calls_no_phone_is_on_x_gives_up(stage: Stage) -> list[ExpectedCall]:
    x = await stage.caller(THAI, "Somchai")
    await stage.begin()
    await x.dial(SUPPORT)
    await stage.hear("QueueCallerJoin")
    await x.hangup()
    return [queue_call("support", SUPPORT, THAI, "Somchai", outcome="no_answer", hangup_by="caller")]


@scenario
async def queue_x_calls_a_rejects_b_answers_x_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    x = await stage.caller(THAI, "Somchai")
    await stage.begin()
    await x.dial(SUPPORT)
    await stage.ringing(a)
    await a.reject()
    await stage.ringing(b)
    await b.answer()
    await stage.talking(x, b)
    await stage.bridged("provider", "1002")
    await x.hangup()
    return [queue_call("support", SUPPORT, THAI, "Somchai", rang="1001 1002", answered_by="1002", hangup_by="caller")]


@scenario
async def queue_two_callers_one_agent_first_hangs_up_then_second_is_served(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001", answer=AT_ONCE)
    first, second = await stage.caller(THAI, "Somchai"), await stage.caller(RUSSIAN, "Olga")
    await stage.begin()
    await first.dial(SUPPORT)
    await stage.talking(first, a)
    await stage.bridged("provider", "1001")
    await second.dial(SUPPORT)
    await stage.hear("QueueCallerJoin", CallerIDNum=RUSSIAN)
    await first.hangup()
    await stage.talking(second, a)
    await stage.hear("BridgeEnter", CallerIDNum=RUSSIAN)
    await a.hangup()
    return [
        queue_call("support", SUPPORT, THAI, "Somchai", rang="1001", answered_by="1001", hangup_by="caller"),
        queue_call("support", SUPPORT, RUSSIAN, "Olga", rang="1001", answered_by="1001", hangup_by="callee"),
    ]


@scenario
async def queue_caller_without_number_a_answers_x_hangs_up(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001", answer=AT_ONCE)
    await stage.begin()
    odd = await stage.odd("3002", "calls_without_number", keys={"target": SUPPORT}, pause_ms=800)
    await stage.talking(a)
    assert (await odd.finished()).code == 0
    return [queue_call("support", SUPPORT, None, None, rang="1001", answered_by="1001", hangup_by="caller")]


@scenario
async def menu_a_calls_listens_and_gives_up(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.begin()
    await a.dial(IVR)
    await stage.talking(a)
    await stage.hear("Newexten", Application="Read")
    await a.hangup()
    return [call("1001", IVR, outcome="no_answer", hangup_by="caller")]


@scenario
async def menu_a_presses_two_b_answers_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await a.dial(IVR)
    await stage.talking(a)
    await stage.hear("Newexten", Application="Read")
    await a.send_dtmf("2")
    await stage.talking(b)
    await stage.bridged("1001", "1002")
    await b.hangup()
    return [call("1001", IVR, rang="1002", answered_by="1002", hangup_by="callee")]


@scenario
async def echo_a_hears_itself_and_hangs_up(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.begin()
    await a.dial("*43")
    await stage.talking(a)
    await stage.hear("Newexten", Application="Echo")
    await a.hangup()
    return [call("1001", "*43", outcome="no_answer", hangup_by="caller")]


# Outside


@scenario
async def outbound_a_calls_x_x_answers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.odd("3003", "answers_in_silence")
    await stage.begin()
    await a.dial(THAI)
    await stage.talking(a)
    await stage.bridged("1001", "carrier")
    await a.hangup()
    return [call("1001", THAI, direction="outbound", rang=THAI, answered_by=THAI, hangup_by="caller")]


@scenario
async def outbound_a_calls_x_x_is_busy(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.odd("3003", "busy_486")
    await stage.begin()
    await a.dial(RUSSIAN)
    await stage.over(a)
    return [call("1001", RUSSIAN, direction="outbound", outcome="busy", hangup_by="callee")]


@scenario
async def outbound_a_calls_x_x_declines(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001")
    await stage.odd("3003", "decline_603")
    await stage.begin()
    await a.dial(RUSSIAN)
    await stage.over(a)
    return [call("1001", RUSSIAN, direction="outbound", rang=RUSSIAN, outcome="rejected", hangup_by="callee")]


@scenario
async def outbound_click_to_dial_a_to_x_x_answers_x_stays_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    [a] = await stage.phones("1001", answer=AT_ONCE)
    await stage.odd("3003", "answers_in_silence")
    await stage.begin()
    await originate(stage, "PJSIP/1001", THAI)
    await stage.talking(a)
    await stage.bridged("1001", "carrier")
    await a.hangup()
    return [call("1001", THAI, direction="outbound", rang=THAI, answered_by=THAI, hangup_by="caller")]


# Our own queue: the router holds callers and sends them to agents


async def waiting(stage: Stage) -> None:
    """From now on a router lives, which has every caller wait."""
    await stage.router(AgiServer(stage.pbx.config.ports.agi, ["SET VARIABLE RD_HANDLED 1", WAIT]))
    await stage.heartbeat()


WAIT = "EXEC Goto ringdesk-waiting,s,1"


async def offer(stage: Stage, account: str, seconds: int = 20) -> None:
    """Redirect the waiting caller to an agent, as the router does."""
    await stage.hear("MusicOnHoldStart")
    caller = next(e for e in reversed(stage.full.events) if e["Event"] == "MusicOnHoldStart")["Channel"]
    await stage.do(Action="Setvar", Channel=caller, Variable="RD_RING", Value=str(seconds))
    await stage.do(Action="Redirect", Channel=caller, Context="ringdesk-offer", Exten=account, Priority="1")


@scenario
async def own_queue_x_waits_a_is_offered_a_answers_x_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a = await stage.phone("1001")
    x = await stage.caller(THAI, "สมชาย ใจดี")
    await waiting(stage)
    await stage.begin()
    await x.dial(SUPPORT)
    await offer(stage, "1001")
    await stage.ringing(a)
    await a.answer()
    await stage.talking(a)
    await stage.bridged("provider", "1001")
    await x.hangup()
    return [queue_call("support", SUPPORT, THAI, "สมชาย ใจดี", rang="1001", answered_by="1001", hangup_by="caller")]


@scenario
async def own_queue_x_waits_a_never_answers_b_is_offered_b_answers_b_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    x = await stage.caller(THAI, "สมชาย ใจดี")
    await waiting(stage)
    await stage.begin()
    await x.dial(SUPPORT)
    await offer(stage, "1001", seconds=1)
    await stage.ringing(a)
    await stage.over(a)
    await offer(stage, "1002")
    await stage.ringing(b)
    await b.answer()
    await stage.talking(b)
    await stage.bridged("provider", "1002")
    await b.hangup()
    return [queue_call("support", SUPPORT, THAI, "สมชาย ใจดี", rang="1001 1002", answered_by="1002", hangup_by="callee")]


@scenario
async def own_queue_x_waits_and_gives_up(stage: Stage) -> list[ExpectedCall]:
    x = await stage.caller(RUSSIAN, "Ольга")
    await waiting(stage)
    await stage.begin()
    await x.dial(SALES)
    await stage.hear("MusicOnHoldStart")
    await x.hangup()
    return [queue_call("sales", SALES, RUSSIAN, "Ольга", outcome="no_answer", hangup_by="caller")]


@scenario
async def own_queue_the_agi_dials_a_at_once_a_answers_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a = await stage.phone("1001", answer=AT_ONCE)
    x = await stage.caller(RUSSIAN, "Ольга")
    dial = ["SET VARIABLE RD_HANDLED 1", "SET VARIABLE RD_AGENT 1001", "EXEC Set TIMEOUT(absolute)=0"]
    await stage.router(AgiServer(stage.pbx.config.ports.agi, [*dial, "EXEC Dial PJSIP/1001,20,tk"]))
    await stage.heartbeat()
    await stage.begin()
    await x.dial(SALES)
    await stage.talking(a)
    await stage.bridged("provider", "1001")
    await a.hangup()
    return [queue_call("sales", SALES, RUSSIAN, "Ольга", rang="1001", answered_by="1001", hangup_by="callee")]


# Attended transfer into a queue, the transferer staying on the line


@scenario
async def attended_x_calls_queue_a_consults_queue_b_answers_a_transfers_x_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b = await stage.phones("1001", "1002")
    x = await stage.caller(RUSSIAN, "Ольга Петрова")
    await stage.begin()
    await x.dial(SUPPORT)
    await stage.ringing(a)
    await a.answer()
    await stage.talking(x, a)
    await stage.bridged("provider", "1001")
    await stage.key_code(a, "*2", QUEUE)
    await stage.hear("QueueCallerJoin")
    await stage.ringing(b)
    await b.answer()
    await stage.talking(b)
    await stage.bridged("1002")
    await a.hangup()
    await stage.hear("AttendedTransfer", Result="Success")
    await x.hangup()
    return [
        call(
            RUSSIAN,
            SUPPORT,
            name="Ольга Петрова",
            direction="inbound",
            queue="support",
            rang="1001 1002",
            answered_by="1001 1002",
            transfers=[transfer("attended", "1001", "1002")],
            hangup_by="caller",
        )
    ]


# Others on the line


@scenario
async def tap_a_calls_b_somebody_listens_over_websocket_a_hangs_up(stage: Stage) -> list[ExpectedCall]:
    # The tap is a channel, but nobody's call.
    a, b = await stage.phones("1001", "1002", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    spied = await stage.hear("BridgeEnter", where=lambda event: event["BridgeNumChannels"] == "2")
    await stage.do(
        Action="Originate",
        Channel="WebSocket/INCOMING/c(slin16)d(in)",
        Application="ChanSpy",
        Data=f"{spied['Channel']},oqsuS",
        Async="true",
        Timeout="10000",
    )
    tap = await stage.hear("Newchannel", where=lambda event: event["Channel"].startswith("WebSocket/"))
    told = await stage.do(Action="Getvar", Channel=tap["Channel"], Variable="MEDIA_WEBSOCKET_CONNECTION_ID")
    place = f"ws://127.0.0.1:{stage.pbx.config.ports.http}/media/{told['Value']}"
    async with websockets.connect(place, subprotocols=[websockets.Subprotocol("media")]) as socket:
        frames = 0
        while frames < 10:
            frames += isinstance(await socket.recv(), bytes)
        await a.hangup()
    return [call("1001", "1002", rang="1002", answered_by="1002", hangup_by="caller", root=0)]


@scenario
async def waiting_a_talks_with_b_c_calls_a_a_rejects_c(stage: Stage) -> list[ExpectedCall]:
    a, b, c = await stage.phones("1001", "1002", "1003")
    await stage.begin()
    await a.dial("1002")
    await stage.ringing(b)
    await b.answer()
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await c.dial("1001")
    await stage.ringing(a)
    await stage.hear("DialState", DialStatus="RINGING", DestCallerIDNum="1001")
    # The ringing call is the phone's current one.
    await a.reject()
    await stage.over(c)
    await b.hangup()
    return [
        call("1001", "1002", rang="1002", answered_by="1002", hangup_by="callee"),
        call("1003", "1001", rang="1001", outcome="busy", hangup_by="callee"),
    ]


@scenario
async def blind_twice_a_calls_b_b_transfers_to_c_c_transfers_to_d_d_hangs_up(stage: Stage) -> list[ExpectedCall]:
    a, b, c, d = await stage.phones("1001", "1002", "1003", "1004", answer=AT_ONCE)
    await stage.begin()
    await a.dial("1002")
    await stage.talking(a, b)
    await stage.bridged("1001", "1002")
    await b.blind_transfer("1003")
    await stage.talking(c)
    await stage.bridged("1003")
    await c.blind_transfer("1004")
    await stage.talking(d)
    await stage.bridged("1004")
    await d.hangup()
    return [
        call(
            "1001",
            "1002",
            rang="1002 1003 1004",
            answered_by="1002 1003 1004",
            transfers=[transfer("blind", "1002", "1003"), transfer("blind", "1003", "1004")],
            hangup_by="callee",
        )
    ]
