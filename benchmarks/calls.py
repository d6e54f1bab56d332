"""Calls on a real Asterisk: how soon the agent's phone rings, beside what Asterisk's own queue takes for it.

Three ways on one Asterisk, called in turn: Ringdesk; Ringdesk's entry that leaves the caller to app_queue; app_queue
alone. Each records the call alike. The phones are in a process of their own, as are Asterisk and this service.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from accounts.tokens import create_token
from accounts.users import Role, add_user
from benchmarks.call_driver import Plan, Way, write_plan
from benchmarks.figures import Figure, compared, skipped
from dialplan.render import render
from kernel.messages import LiveHub
from pbx.journal_tables import CallRow
from queue_router.agents import add_agent
from queue_router.agi import AgiServer
from queue_router.desks import Desks
from queue_router.entry import Entry
from queue_router.live_calls import LiveCalls
from queue_router.numbers import NumberTable, Queue
from queue_router.states import Wanted
from ringdesk.app import Ringdesk
from ringdesk.asterisk.instance import AsteriskInstance
from ringdesk.asterisk.ports import free_asterisk_ports, free_ports
from ringdesk.asterisk.tools import ToolMissing, find
from ringdesk.publishing import stored_config
from ringdesk.settings import Settings, kept_secret, settings_from

SET_UPS = 60
FREES = 20
CROWD = 60
RATES = (5, 10, 20, 40)
RINGDESK, ENTRY, QUEUE, CROWDED = "+6620000001", "+6620000002", "+6620000003", "+6620000004"
FIRST, SECOND, THIRD = "1001", "1002", "1003"

DIALPLAN = """
[ringdesk-from-trunk](+)
exten => {entry},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(inbound))
 same => n,Answer(,i)
 same => n,Gosub(ringdesk-record,s,1)
 same => n,AGI(agi://127.0.0.1:{agi}/entry,${{RD_CALL}},${{RD_DIALED}},,,)
 same => n,Queue(second,tk)
 same => n,Hangup()
exten => {queue},1,Answer(,i)
 same => n,Set(RD_CALL=bare-${{UNIQUEID}})
 same => n,Gosub(ringdesk-record,s,1)
 same => n,Queue(third,tk)
 same => n,Hangup()
"""
QUEUES = """
[{name}]
strategy = leastrecent
timeout = 20
retry = 1
wrapuptime = 0
ringinuse = no
joinempty = yes
member => PJSIP/{account},0,{account},PJSIP/{account}
"""


def figures() -> list[Figure]:
    """All figures of calls, or why there are none."""
    try:
        find("asterisk")
    except ToolMissing as error:
        return [skipped("calls on a real Asterisk", str(error))]
    told, lost = asyncio.run(_measure())
    return _figures(told, lost)


def _figures(told: dict[str, list[float]], lost: dict[str, int]) -> list[Figure]:
    set_up, entry, bare = (told[f"set_up:{way}"] for way in ("ringdesk", "entry", "queue"))
    rates = [rate for rate in RATES if not lost[f"crowd:{rate}"]]
    best = max(rates, default=0)
    crowd = told.get(f"crowd:{best}", [])
    return [
        _timed("caller's INVITE to agent's INVITE", set_up, "the same entry, then app_queue", entry, 1.0),
        _timed("caller's INVITE to agent's INVITE, again", set_up, "app_queue alone", bare, 1.5),
        _timed("agent free to the next offer", told["free:ringdesk"], "app_queue", told["free:queue"], 0.05),
        _alone("caller's INVITE to the record on the desk", told["pop:from INVITE"]),
        _alone("the record on the desk before the agent's INVITE", told["pop:before ringing"]),
        Figure(
            "calls a second with nothing lost",
            float(best),
            "calls/s",
            "",
            None,
            None,
            None,
            None,
            f"{CROWD} agents, each call 1 s; INVITE to INVITE then p50 {statistics.median(crowd):.0f} ms, "
            f"p99 {_p99(crowd):.0f} ms; of the rates {RATES} lost: {[lost[f'crowd:{rate}'] for rate in RATES]}"
            if crowd
            else "",
        ),
    ]


def _timed(name: str, ours: Sequence[float], against: str, theirs: Sequence[float], at_most: float) -> Figure:
    note = f"p50 of {len(ours)}; p99 {_p99(ours):.1f} beside {_p99(theirs):.1f} ms"
    return compared(name, statistics.median(ours), "ms", against, statistics.median(theirs), at_most=at_most, note=note)


def _alone(name: str, ours: Sequence[float]) -> Figure:
    note = f"p50 of {len(ours)}; p99 {_p99(ours):.1f} ms, smallest {min(ours):.1f} ms"
    return Figure(name, statistics.median(ours), "ms", "", None, None, None, None, note)


def _p99(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


async def _measure() -> tuple[dict[str, list[float]], dict[str, int]]:
    async with AsyncExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rd-")))
        settings, agi_port = _settings(state), free_ports(1)[0]
        asterisk = AsteriskInstance(state / "asterisk", ports=settings.the_pbx().ports)
        stack.push_async_callback(asyncio.to_thread, asterisk.down)
        custom = {
            "extensions_custom.conf": DIALPLAN.format(entry=ENTRY, queue=QUEUE, agi=agi_port),
            "queues_custom.conf": QUEUES.format(name="second", account=SECOND)
            + QUEUES.format(name="third", account=THIRD),
        }
        await asyncio.to_thread(asterisk.up, {**render(await stored_config(settings, take_again=True)), **custom})
        service = await stack.enter_async_context(Ringdesk(settings))
        token = await _people(service)
        await service.wait_for_pbx(20)
        await _serve_the_second_way(stack, service, agi_port)
        plan = state / "plan.json"
        write_plan(_plan(service, settings, token), plan)
        told = await _driven(plan)
        # A last call may still be on its way into the journal.
        await asyncio.sleep(2)
        return told, await _lost(service, told)


def _settings(state: Path) -> Settings:
    crowd = [str(2001 + index) for index in range(CROWD)]
    accounts = [FIRST, SECOND, THIRD, *crowd]
    queues = {"first": [FIRST], "rush": crowd}
    values: dict[str, Any] = {
        "state": state,
        "default_region": "TH",
        "http": {"port": 0},
        "speech": {"engine": "vosk"},
        "pbx": {
            "main": {
                "ports": free_asterisk_ports().model_dump(),
                "phones": [
                    {"account": each, "name": each, "secret": kept_secret(state, f"phone-{each}")} for each in accounts
                ],
                "trunks": [{"name": "carrier", "match": ["127.0.0.1"]}],
                "queues": [
                    {"name": name, "label": name, "members": members, "strategy": "leastrecent", "wrap_up_seconds": 0}
                    for name, members in queues.items()
                ],
                "numbers": {RINGDESK: "first", CROWDED: "rush"},
            }
        },
    }
    (state / "recordings").mkdir(exist_ok=True)
    return settings_from(values, source="the benchmark's settings")


async def _people(service: Ringdesk) -> str:
    """An agent at each phone that Ringdesk rings; the token of the first."""
    now = service.clock.now()
    secret = ""
    users: list[int] = []
    async with service.database.transaction() as session:
        for phone in service.settings.the_pbx().phones:
            user = await add_user(session, login=f"a{phone.account}", name=phone.account, role=Role.AGENT, now=now)
            if phone.account not in (SECOND, THIRD):
                await add_agent(session, user.id, phone.account, now)
                users.append(user.id)
            if phone.account == FIRST:
                secret = (await create_token(session, user.id, label="benchmark", now=now)).secret
    await service.agents.load()
    for user_id in users:
        await service.agents.set_wanted(user_id, Wanted.READY)
    return secret


async def _serve_the_second_way(stack: AsyncExitStack, service: Ringdesk, port: int) -> None:
    """Our entry without a dispatcher: it gathers, looks up and decides alike, and leaves the call to app_queue."""
    entry = Entry(
        node="main",
        numbers=NumberTable([Queue("second", (SECOND,), 20)], {ENTRY: "second"}),
        agents=service.agents,
        desks=Desks(LiveHub(), service.agents),
        calls=LiveCalls(),
        directory=service.contacts,
        database=service.database,
        clock=service.clock,
    )
    server = AgiServer()
    server.add_script("entry", entry.serve)
    await server.start("127.0.0.1", port)
    stack.push_async_callback(server.stop)


def _plan(service: Ringdesk, settings: Settings, token: str) -> Plan:
    secrets = {phone.account: phone.secret for phone in settings.the_pbx().phones}
    return Plan(
        registrar_port=settings.the_pbx().ports.sip_udp,
        ways=[
            Way("ringdesk", RINGDESK, FIRST, secrets[FIRST]),
            Way("entry", ENTRY, SECOND, secrets[SECOND]),
            Way("queue", QUEUE, THIRD, secrets[THIRD]),
        ],
        live=f"ws://127.0.0.1:{service.http_port}/live",
        token=token,
        set_ups=SET_UPS,
        frees=FREES,
        crowd_number=CROWDED,
        crowd={account: secret for account, secret in secrets.items() if account.startswith("2")},
        rates=list(RATES),
    )


async def _driven(plan: Path) -> dict[str, list[float]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.call_driver", str(plan), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"the phones of the benchmark failed with exit code {process.returncode}")
    told: dict[str, list[float]] = json.loads(out)
    return told


async def _lost(service: Ringdesk, told: dict[str, list[float]]) -> dict[str, int]:
    """Of each rate, how many calls were not answered; and all that were made must be in the journal, answered."""
    made = {f"crowd:{rate}": int(rate * 10) for rate in RATES}
    lost = {name: count - len(told[name]) for name, count in made.items()}
    async with service.database.reading() as session:
        journal = await session.scalar(
            select(func.count()).where(CallRow.queue == "rush", CallRow.outcome == "answered")
        )
    answered = sum(len(told[name]) for name in made)
    if journal != answered:
        raise SystemExit(f"the journal knows {journal} answered calls, the phones {answered}")
    return lost


if __name__ == "__main__":
    for figure in figures():
        print(figure)
