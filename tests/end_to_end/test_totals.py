"""One journal is the only source of every figure: the calls are what their facts make them, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import random
import typing
from collections import Counter
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import select

from pbx import facts as all_facts
from pbx.call_projection import apply, empty_call
from pbx.facts import CallFact
from pbx.journal_tables import CallFactRow, CallRow
from ringdesk.demo.company import SALES_NUMBER
from ringdesk.demo.softphone import Answer, PhoneError, PhoneEventKind, SoftPhone
from tests.end_to_end.house import House
from tests.end_to_end.waiting import eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CALLS = 18
AT_ONCE = 4
HABITS = (Answer.after(0.1), Answer.after(0.6), Answer.reject(0.2), Answer.never())


def fact_of(row: CallFactRow) -> CallFact:
    """The fact that was written as that row."""
    kind: type[CallFact] = getattr(all_facts, row.kind)
    hints = typing.get_type_hints(kind)
    values = {name: _typed(hints[name], value) for name, value in row.data.items()}
    return kind(node=row.node, call_id=row.call_id, key=row.key, at=row.at, **values)


def _typed(hint: Any, value: Any) -> Any:
    for each in typing.get_args(hint) or (hint,):
        if isinstance(each, type) and issubclass(each, StrEnum) and value is not None:
            return each(value)
    return value


def columns_of(call: CallRow) -> dict[str, Any]:
    return {column.name: getattr(call, column.name) for column in CallRow.__table__.columns}


async def someone_calls(house: House, number: str, chance: random.Random, agents: list[SoftPhone]) -> None:
    """Wait a while for an agent, perhaps give up before, perhaps talk, perhaps have the agent hang up."""
    patience, talk, agent_ends = chance.uniform(0.3, 4.0), chance.uniform(0.1, 1.0), chance.random() < 0.5
    async with house.caller(number) as caller:
        await caller.dial(SALES_NUMBER)

        async def answered() -> tuple[SoftPhone, str] | None:
            for agent in agents:
                for event in agent.events:
                    if event.kind is PhoneEventKind.ESTABLISHED and event.peer == number and event.call:
                        return agent, event.call
            return None

        try:
            found = await eventually(answered, "an answer", timeout=patience)
        except AssertionError:
            found = None
        if found is not None:
            await asyncio.sleep(talk)  # they talk
        # Who hangs up may find that the other was quicker.
        with contextlib.suppress(PhoneError):
            await (found[0] if found is not None and agent_ends else caller).hangup()
        await caller.wait_for(PhoneEventKind.CLOSED, timeout=20)


async def test_calls_equal_what_their_facts_make_them() -> None:
    chance = random.Random(7)
    async with (
        House(staff=3, ring_seconds=2) as house,
        house.ready_agent("1001", answer=HABITS[0]) as one,
        house.ready_agent("1002", answer=HABITS[0]) as two,
        house.ready_agent("1003", answer=HABITS[0]) as three,
    ):
        agents = [one, two, three]
        numbers = [f"+668{index:08}" for index in range(CALLS)]
        turns = asyncio.Semaphore(AT_ONCE)

        async def take_turn(number: str) -> None:
            async with turns:
                agent = chance.choice(agents)
                agent.answers = chance.choice(HABITS)
                # Who was made not ready takes calls again, at times.
                await house.want(agent.account, chance.choice(["ready", "ready", "not_ready"]))
                await someone_calls(house, number, chance, agents)

        await asyncio.gather(*map(take_turn, numbers))
        for number in numbers:
            await house.ended_call_from(number)
        await house.service.journal.flush()

        calls = {call.call_id: columns_of(call) for call in await house.calls()}
        async with house.database() as database, database.reading() as session:
            facts = [fact_of(row) for row in await session.scalars(select(CallFactRow))]
        assert sorted(call["caller_number"] for call in calls.values()) == numbers

        by_call: dict[str, list[CallFact]] = {}
        for fact in facts:
            by_call.setdefault(fact.call_id, []).append(fact)
        assert by_call.keys() == calls.keys()
        for call_id, told in by_call.items():
            in_time = sorted(told, key=lambda fact: fact.at)
            computed = empty_call(in_time[0])
            for fact in in_time:
                apply(computed, fact)
            assert computed == calls[call_id]

        # Facts may come in any order, and twice: the figures stay.
        shuffled = {call_id: empty_call(told[0]) for call_id, told in by_call.items()}
        twice = facts * 2
        chance.shuffle(twice)
        for fact in twice:
            apply(shuffled[fact.call_id], fact)
        for call_id, call in calls.items():
            order_matters = {"rang", "answered_by"}
            for name, value in call.items():
                again = shuffled[call_id][name]
                same = sorted(again) == sorted(value) if name in order_matters else again == value
                assert same, (call_id, name)
        outcomes = Counter(call["outcome"] for call in calls.values())
        assert outcomes == Counter(fact.outcome.value for fact in facts if isinstance(fact, all_facts.CallEnded))
        assert outcomes.keys() >= {"answered", "no_answer"}, outcomes
        talked = [call for call in calls.values() if call["answered_by"]]
        assert len(talked) == outcomes["answered"]
        assert all(call["started_at"] <= call["answered_at"] <= call["ended_at"] for call in talked)
