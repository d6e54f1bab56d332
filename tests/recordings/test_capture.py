"""From the facts of a call to its recording's row and the job that transcribes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kernel.database import Database
from kernel.jobs import JobRequest
from kernel.messages import Fact, FactBus, HandlerFailed
from pbx.facts import CallEnded, Outcome, RecordingStarted
from recordings.archive import recording_of_call, recordings_of_calls, transcript_of_call
from recordings.capture import subscribe
from recordings.dialogue import Speaker
from recordings.recording import IllegalTransition, Recording, RecordingState

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CALL = "main-1764000000.17"


def began(call_id: str = CALL, node: str = "main", channel: str = "1764000000.17") -> RecordingStarted:
    return RecordingStarted(node=node, call_id=call_id, key="recording", at=START, channel=channel)


def ended(call_id: str = CALL, node: str = "main", seconds: float = 30) -> CallEnded:
    at = START + timedelta(seconds=seconds)
    return CallEnded(node=node, call_id=call_id, key="ended", at=at, outcome=Outcome.ANSWERED, hangup_by=None, cause=16)


async def publish(database: Database, *facts: Fact) -> None:
    bus = FactBus()
    subscribe(bus)
    async with database.transaction() as session:
        for fact in facts:
            await bus.publish(session, fact)


async def jobs(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    async with database.reading() as session:
        return [(row.key, row.name, row.payload) for row in await session.scalars(select(JobRequest))]


async def test_the_row_is_there_as_soon_as_asterisk_records(database: Database) -> None:
    await publish(database, began())
    async with database.reading() as session:
        call = await recording_of_call(session, "main", CALL)
        assert await transcript_of_call(session, "main", CALL) is None
    assert call is not None
    assert (call.state, call.started_at, call.ended_at, call.seconds) == (RecordingState.RECORDING, START, None, None)
    assert call.paths == {Speaker.CALLER: f"{CALL}.caller.sln", Speaker.AGENT: f"{CALL}.agent.sln"}
    assert await jobs(database) == []


async def test_the_calls_end_closes_it_and_asks_for_its_words(database: Database) -> None:
    await publish(database, began())
    await publish(database, ended(seconds=42))
    async with database.reading() as session:
        call = await recording_of_call(session, "main", CALL)
    assert call is not None
    assert (call.state, call.ended_at) == (RecordingState.RECORDED, START + timedelta(seconds=42))
    assert await jobs(database) == [(f"transcribe:{call.id}", "transcribe", {"recording_id": call.id})]


async def test_facts_told_twice_change_nothing(database: Database) -> None:
    await publish(database, began(), began(channel="1764000000.99"), ended(), began(), ended(seconds=99))
    async with database.reading() as session:
        rows = (await session.scalars(select(Recording))).all()
    assert [(row.channel, row.state, row.ended_at) for row in rows] == [
        ("1764000000.17", RecordingState.RECORDED, START + timedelta(seconds=30))
    ]
    assert len(await jobs(database)) == 1


async def test_a_call_that_was_not_recorded_leaves_no_trace(database: Database) -> None:
    await publish(database, ended())
    async with database.reading() as session:
        assert await recording_of_call(session, "main", CALL) is None
        assert await transcript_of_call(session, "main", CALL) is None
    assert await jobs(database) == []


async def test_no_job_without_its_fact(database: Database) -> None:
    await publish(database, began())
    bus = FactBus()
    subscribe(bus)

    async def fail(session: Any, fact: CallEnded) -> None:
        raise OSError("the disk is full")

    bus.subscribe(CallEnded, fail)
    with pytest.raises(HandlerFailed, match="disk is full"):
        async with database.transaction() as session:
            await bus.publish(session, ended())
    async with database.reading() as session:
        call = await recording_of_call(session, "main", CALL)
    assert call is not None
    assert call.state is RecordingState.RECORDING
    assert await jobs(database) == []


async def test_the_same_id_on_two_nodes_is_two_calls(database: Database) -> None:
    await publish(database, began(), began(node="second"), ended(node="second"))
    async with database.reading() as session:
        first = await recordings_of_calls(session, "main", [CALL, "main-1.1"])
        second = await recordings_of_calls(session, "second", [CALL])
    assert {call_id: call.state for call_id, call in first.items()} == {CALL: RecordingState.RECORDING}
    assert {call_id: call.state for call_id, call in second.items()} == {CALL: RecordingState.RECORDED}


@pytest.mark.parametrize("call_id", ["../../etc/passwd", "a/b", ""])
async def test_a_call_with_an_impossible_id_is_not_recorded_and_its_facts_go_on(
    database: Database, call_id: str
) -> None:
    await publish(database, began(call_id), ended(call_id), began(), ended())
    async with database.reading() as session:
        assert (await session.scalars(select(Recording.call_id))).all() == [CALL]


async def test_a_recording_goes_only_where_its_state_leads(database: Database) -> None:
    await publish(database, began())
    async with database.transaction() as session:
        recording = (await session.scalars(select(Recording))).one()
        with pytest.raises(IllegalTransition, match="is recording: it can't become transcribed"):
            recording.move_to(RecordingState.TRANSCRIBED)
