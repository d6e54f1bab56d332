"""Callers and agents at timed phones, in a process of their own: `python -m benchmarks.call_driver PLAN.json`.

Prints one JSON object of lists of milliseconds. What it is told is a `Plan`, as `benchmarks.calls` writes it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

import websockets

from benchmarks.sip import Leg, Phone

WAITING = 3
"""Callers who wait while an agent becomes free."""
TALK_SECONDS = 0.05
LONGEST = 30.0
_callers = count(1)


@dataclass(slots=True)
class Way:
    """A number to call, the agent whose phone rings then, and that phone's secret."""

    name: str
    number: str
    account: str
    secret: str


@dataclass(slots=True)
class Plan:
    """What to do. `rates` are calls a second, each kept for `rate_seconds`; they are for the phones of `crowd`."""

    registrar_port: int
    ways: list[Way]
    live: str
    token: str
    set_ups: int
    frees: int
    crowd_number: str
    crowd: dict[str, str]
    rates: list[int] = field(default_factory=list)
    rate_seconds: float = 10.0
    hold_seconds: float = 1.0


class Agent:
    """An agent's phone and the calls that ring there."""

    def __init__(self, way: Way, phone: Phone) -> None:
        self.way, self.phone = way, phone
        self.rang: asyncio.Queue[Leg] = asyncio.Queue()
        phone.on_call = self.rang.put_nowait

    async def next_call(self) -> Leg:
        async with asyncio.timeout(LONGEST):
            return await self.rang.get()


async def run(plan: Plan) -> dict[str, list[float]]:
    """Every figure's single measurements, in milliseconds."""
    registrar = ("127.0.0.1", plan.registrar_port)
    told: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        agents = [
            Agent(way, await stack.enter_async_context(Phone(way.account, registrar, way.secret))) for way in plan.ways
        ]
        screen = await stack.enter_async_context(_screen(plan))
        for round_ in range(plan.set_ups + 3):
            for agent in agents:
                took, pop = await _set_up(registrar, agent, screen)
                if round_ >= 3:  # the first ones warm up
                    told.setdefault(f"set_up:{agent.way.name}", []).append(took)
                    if pop is not None:
                        told.setdefault("pop:from INVITE", []).append(pop)
                        told.setdefault("pop:before ringing", []).append(took - pop)
        for agent in agents:
            if agent.way.name != "entry":
                told[f"free:{agent.way.name}"] = await _frees(registrar, agent, plan.frees)
        await _crowds(plan, registrar, stack, told)
    return told


class _Pops:
    """When the desk was told of a call, by the caller's number."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.offered: asyncio.Queue[float] = asyncio.Queue()

    async def __aenter__(self) -> _Pops:
        self._socket = await websockets.connect(self._plan.live)
        await self._socket.send(json.dumps({"type": "sign_in", "token": self._plan.token}))
        while json.loads(await self._socket.recv())["type"] != "snapshot":
            pass
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await self._socket.close()

    async def _listen(self) -> None:
        async for text in self._socket:
            at = time.monotonic()
            if json.loads(text).get("kind") == "call_offered":
                self.offered.put_nowait(at)


def _screen(plan: Plan) -> _Pops:
    return _Pops(plan)


async def _caller(registrar: tuple[str, int], number: str) -> tuple[Phone, Leg]:
    phone = await Phone(f"+668{next(_callers) % 10**8:08}", registrar).__aenter__()
    return phone, await phone.call(number)


async def _set_up(registrar: tuple[str, int], agent: Agent, screen: _Pops) -> tuple[float, float | None]:
    """Milliseconds from the caller's INVITE to the agent's, and to the message of the desk where there is one."""
    phone, leg = await _caller(registrar, agent.way.number)
    rang = await agent.next_call()
    pop = None
    if agent.way.name == "ringdesk":
        async with asyncio.timeout(LONGEST):
            pop = (await screen.offered.get() - leg.invited) * 1000
    async with asyncio.timeout(LONGEST):
        await leg.is_up.wait()
        await rang.is_up.wait()
        await asyncio.sleep(TALK_SECONDS)
        phone.hang_up(leg)
        await rang.is_over.wait()
    await phone.__aexit__()
    await asyncio.sleep(0.1)  # both routers know by then that the agent is free
    return (rang.invited - leg.invited) * 1000, pop


async def _frees(registrar: tuple[str, int], agent: Agent, times: int) -> list[float]:
    """Milliseconds from an agent's hanging up to the next INVITE at their phone, while callers wait."""
    callers = [await _caller(registrar, agent.way.number) for _ in range(WAITING + 1)]
    told: list[float] = []
    talking = await agent.next_call()
    for _ in range(times):
        async with asyncio.timeout(LONGEST):
            await talking.is_up.wait()
        callers.append(await _caller(registrar, agent.way.number))
        await asyncio.sleep(0.5)  # the newest caller waits, too
        free = agent.phone.hang_up(talking)
        talking = await agent.next_call()
        told.append((talking.invited - free) * 1000)
    agent.phone.answers = False
    for phone, leg in callers:
        if leg.is_up.is_set() and not leg.is_over.is_set():
            phone.hang_up(leg)
        await phone.__aexit__()
    agent.phone.answers = True
    return told


async def _crowds(plan: Plan, registrar: tuple[str, int], stack: AsyncExitStack, told: dict[str, list[float]]) -> None:
    """Many calls a second: of each that reached an agent, the milliseconds from its INVITE to the agent's."""
    rang: dict[str, asyncio.Future[Leg]] = {}

    def note(leg: Leg) -> None:
        if (waiting := rang.get(leg.number)) is not None and not waiting.done():
            waiting.set_result(leg)

    for account, secret in plan.crowd.items():
        phone = await stack.enter_async_context(Phone(account, registrar, secret))
        phone.on_call = note

    async def call(after: float, took: list[float]) -> None:
        await asyncio.sleep(after)
        number = f"+668{next(_callers) % 10**8:08}"
        rang[number] = asyncio.get_running_loop().create_future()
        async with Phone(number, registrar) as phone:
            leg = await phone.call(plan.crowd_number)
            async with asyncio.timeout(LONGEST):
                agents = await rang[number]
                await asyncio.gather(leg.is_up.wait(), agents.is_up.wait())
            took.append((agents.invited - leg.invited) * 1000)
            await asyncio.sleep(plan.hold_seconds)
            phone.hang_up(leg)
            async with asyncio.timeout(LONGEST):
                await agents.is_over.wait()

    for rate in plan.rates:
        took: list[float] = []
        calls = [call(index / rate, took) for index in range(int(rate * plan.rate_seconds))]
        await asyncio.gather(*calls, return_exceptions=True)
        told[f"crowd:{rate}"] = took


def plan_of(file: Path) -> Plan:
    told = json.loads(file.read_text())
    return Plan(**{**told, "ways": [Way(**way) for way in told["ways"]]})


def write_plan(plan: Plan, file: Path) -> None:
    file.write_text(json.dumps(asdict(plan)))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(plan_of(Path(sys.argv[1]))))))
