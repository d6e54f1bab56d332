"""Facts are handled in order and in one transaction; live changes are bounded and counted; commands are answered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.database import Database
from kernel.messages import Command, CommandBus, CommandNotAnswered, Fact, FactBus, HandlerFailed, LiveChange, LiveHub


@dataclass(frozen=True, slots=True)
class Rang(Fact):
    who: str


@dataclass(frozen=True, slots=True)
class RangTwice(Rang):
    pass


async def test_handlers_run_in_the_order_of_their_subscription_and_hear_of_subclasses(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/r.db")
    bus, heard = FactBus(), list[str]()

    def handler(name: str) -> object:
        async def handle(session: AsyncSession, fact: Rang) -> None:
            heard.append(f"{name} {fact.who}")

        return handle

    bus.subscribe(Rang, handler("first"))  # type: ignore[arg-type]
    bus.subscribe(RangTwice, handler("only twice"))  # type: ignore[arg-type]
    bus.subscribe(Rang, handler("second"))  # type: ignore[arg-type]
    async with database.transaction() as session:
        await bus.publish(session, Rang("anna"))
        await bus.publish(session, RangTwice("boris"))
    assert heard == ["first anna", "second anna", "first boris", "only twice boris", "second boris"]
    await database.close()


async def test_a_handler_that_fails_takes_back_what_the_others_wrote(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/r.db")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE rings (who TEXT)"))
    bus = FactBus()

    async def write(session: AsyncSession, fact: Rang) -> None:
        await session.execute(text("INSERT INTO rings VALUES (:who)"), {"who": fact.who})

    async def fail(session: AsyncSession, fact: Rang) -> None:
        raise ValueError("no such phone")

    bus.subscribe(Rang, write)
    bus.subscribe(Rang, fail)

    async def publish() -> None:
        async with database.transaction() as session:
            await bus.publish(session, Rang("anna"))

    with pytest.raises(HandlerFailed, match="ValueError: no such phone"):
        await publish()
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM rings"))).scalar_one() == 0
    await database.close()


async def test_a_slow_subscriber_loses_changes_knows_it_and_slows_nobody() -> None:
    hub = LiveHub()
    slow, quick = hub.subscribe(frozenset({"desk:1"}), limit=3), hub.subscribe(frozenset({"desk:1"}), limit=100)
    for number in range(10):
        hub.publish(LiveChange("desk:1", "tick", {"n": number}))
    assert await slow.next() is None
    assert slow.take_lost() == 10
    assert hub.dropped == 10
    assert [change.data["n"] for _ in range(10) if (change := await quick.next())] == list(range(10))
    hub.publish(LiveChange("desk:1", "tick", {"n": 10}))
    change = await slow.next()
    assert change is not None
    assert change.data == {"n": 10}


async def test_only_the_topics_asked_for_arrive_and_none_after_closing() -> None:
    hub = LiveHub()
    mine = hub.subscribe(frozenset({"desk:1"}))
    hub.publish(LiveChange("desk:2", "tick", {}))
    hub.publish(LiveChange("desk:1", "tick", {}))
    assert (await mine.next()) == LiveChange("desk:1", "tick", {})
    mine.close()
    hub.publish(LiveChange("desk:1", "tick", {}))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(mine.next(), 0.05)


@given(limit=st.integers(1, 5), actions=st.lists(st.sampled_from(["publish", "read"]), max_size=60))
def test_every_change_is_either_read_or_counted_as_lost(limit: int, actions: list[str]) -> None:
    async def run() -> None:
        hub = LiveHub()
        subscription = hub.subscribe(frozenset({"t"}), limit=limit)
        published = read = lost = 0
        for action in [*actions, *["read"] * (len(actions) + 1)]:
            if action == "publish":
                hub.publish(LiveChange("t", "tick", {"n": published}))
                published += 1
            elif published > read + lost:
                change = await subscription.next()
                if change is None:
                    lost += subscription.take_lost()
                else:
                    assert change.data["n"] == read + lost
                    read += 1
        assert read + lost == published

    asyncio.run(run())


@dataclass(frozen=True, slots=True)
class AskName(Command[str]):
    number: str


async def test_a_command_is_answered_by_its_owner() -> None:
    commands = CommandBus()

    async def answer(command: AskName) -> str:
        return f"name of {command.number}"

    commands.own(AskName, answer)
    assert await commands.send(AskName("1001")) == "name of 1001"
    with pytest.raises(ValueError, match="AskName has an owner already"):
        commands.own(AskName, answer)


async def test_a_command_without_owner_or_answer_says_so() -> None:
    commands = CommandBus()
    with pytest.raises(LookupError, match="nobody owns AskName"):
        await commands.send(AskName("1001"))

    async def hang(command: AskName) -> str:
        await asyncio.Event().wait()
        raise AssertionError("never")

    commands.own(AskName, hang)
    with pytest.raises(CommandNotAnswered, match=r"AskName was not answered within 0\.05 s"):
        await commands.send(AskName("1001"), timeout=0.05)


@dataclass(frozen=True, slots=True)
class Ring(Command[str]):
    timeout: float


async def test_a_commands_own_time_out_is_its_owners_to_tell() -> None:
    commands = CommandBus()

    async def ring(command: Ring) -> str:
        await asyncio.sleep(command.timeout)
        return "nobody answered"

    commands.own(Ring, ring)
    assert await commands.send(Ring(0.2)) == "nobody answered"
