"""A gap is completed from the file: on a real database, with what Asterisk wrote of real calls."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.clock import SystemClock
from kernel.database import Database
from pbx import cel
from pbx.backfill import Backfill
from pbx.backfill_gaps import CEL_FILE, Ends, GapFiller
from pbx.call_projection import apply, empty_call
from pbx.facts import INFERRED_END, CallEnded, CallFact, CallStarted, LinkGap, Outcome, PartyAnswered
from pbx.journal import Journal
from pbx.journal_tables import CallFactRow, CallRow, LinkGapRow
from tests.journal.test_journal import journal_on
from tests.pbx_backfill.test_recorded import RECORDED, facts_of

QUEUE = "queue_x_calls_a_never_answers_b_answers_b_hangs_up"
STORIES = (
    QUEUE,
    "attended_by_sip_a_calls_odd_it_consults_c_transfers_a_hangs_up",
    "blind_a_calls_b_b_transfers_to_c_a_hangs_up",
    "queue_x_calls_all_ring_x_gives_up",
    "parked_a_calls_b_b_parks_a_c_takes_a_a_hangs_up",
)
LONG_BEFORE, LONG_AFTER = datetime(2026, 11, 24, 0, 0, tzinfo=UTC), datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


def filler(directory: Path, journal: Journal, database: Database) -> GapFiller:
    return GapFiller("main", directory, journal, database, SystemClock())


def write_cel(directory: Path, name: str) -> None:
    path = directory / CEL_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(RECORDED / f"{name}.csv", path)


def gap(start: datetime = LONG_BEFORE, end: datetime = LONG_AFTER) -> LinkGap:
    return LinkGap(node="main", start=start, end=end, reason="test")


def heard(facts: Sequence[CallFact]) -> list[CallFact]:
    return [dataclasses.replace(fact, backfilled=False) for fact in facts]


def inferred_end(call_id: str, at: datetime = LONG_AFTER, outcome: Outcome = Outcome.NO_ANSWER) -> CallEnded:
    common: dict[str, Any] = {"node": "main", "call_id": call_id, "key": INFERRED_END, "at": at}
    return CallEnded(**common, outcome=outcome, hangup_by=None, cause=None, inferred=True)


def nobody_knows(linkedid: str) -> bool:
    return False


async def rows(database: Database) -> dict[str, dict[str, Any]]:
    async with database.reading() as session:
        found = await session.execute(select(CallRow.__table__))
        return {row["call_id"]: dict(row) for row in found.mappings()}


async def gaps_of(database: Database) -> list[LinkGapRow]:
    async with database.reading() as session:
        return list(await session.scalars(select(LinkGapRow).order_by(LinkGapRow.started_at)))


def without_marks(row: dict[str, Any]) -> dict[str, Any]:
    order_of_telling = {name: sorted(row[name]) for name in ("rang", "answered_by")}
    return {name: value for name, value in {**row, **order_of_telling}.items() if name != "backfilled"}


@pytest.mark.parametrize("name", STORIES)
async def test_calls_in_a_gap_are_known_afterwards_and_the_gap_says_so(tmp_path: Path, name: str) -> None:
    write_cel(tmp_path, name)
    async with journal_on(tmp_path / "db") as (database, journal):
        journal.record_gap(gap())
        for _ in range(2):  # a second time changes nothing
            await filler(tmp_path, journal, database).fill([gap()], Ends([], LONG_AFTER), nobody_knows)
            await journal.flush()
        facts = facts_of(name)
        async with database.reading() as session:
            written = list(await session.scalars(select(CallFactRow)))
        assert {(row.call_id, row.key, row.at) for row in written} == {(f.call_id, f.key, f.at) for f in facts}
        assert all(row.backfilled for row in written)
        assert all(row["ended_at"] and row["backfilled"] for row in (await rows(database)).values())
        [marked] = await gaps_of(database)
        assert (marked.backfilled_at is not None, marked.backfill_problem) == (True, None)


@pytest.mark.parametrize("name", STORIES)
async def test_wherever_the_gap_lies_the_calls_come_out_the_same(tmp_path: Path, name: str) -> None:
    write_cel(tmp_path, name)
    facts = facts_of(name)
    wanted: dict[str, dict[str, Any]] = {}
    for fact in heard(facts):
        apply(wanted.setdefault(fact.call_id, empty_call(fact)), fact)
    # Facts of one moment are told by one event: a gap does not lie between them.
    moments = sorted({fact.at for fact in facts})
    step = max(1, len(moments) // 6)
    for number, (start, end) in enumerate(itertools.combinations(moments[::step], 2)):
        async with journal_on(tmp_path / f"db{number}") as (database, journal):
            journal.record(heard([fact for fact in facts if fact.at < start]))
            await journal.flush()
            await filler(tmp_path, journal, database).fill([gap(start, end)], Ends([], end), lambda _: True)
            journal.record(heard([fact for fact in facts if fact.at > end]))
            await journal.flush()
            got = await rows(database)
        assert {call: without_marks(row) for call, row in got.items()} == {
            call: without_marks(row) for call, row in wanted.items()
        }, (start, end)


async def test_the_true_end_takes_the_place_of_one_that_was_concluded(tmp_path: Path) -> None:
    write_cel(tmp_path, QUEUE)
    facts = facts_of(QUEUE)
    answered = next(fact for fact in facts if isinstance(fact, PartyAnswered))
    ended = next(fact for fact in facts if isinstance(fact, CallEnded))
    missing = gap(answered.at - timedelta(milliseconds=1) + timedelta(seconds=1))
    async with journal_on(tmp_path / "db") as (database, journal):
        journal.record(heard([fact for fact in facts if fact.at < answered.at]))
        await journal.flush()
        concluded = inferred_end(answered.call_id)
        await filler(tmp_path, journal, database).fill([missing], Ends([concluded], LONG_AFTER), nobody_knows)
        await journal.flush()
        [row] = (await rows(database)).values()
        assert (row["outcome"], row["ended_at"], row["end_inferred"]) == ("answered", ended.at, False)
        async with database.reading() as session:
            keys = set(await session.scalars(select(CallFactRow.key)))
        assert INFERRED_END not in keys


async def test_without_files_what_was_concluded_stands_and_the_gap_says_why(tmp_path: Path) -> None:
    facts = facts_of(QUEUE)
    begun = [fact for fact in facts if isinstance(fact, CallStarted)]
    async with journal_on(tmp_path / "db") as (database, journal):
        journal.record(heard(begun))
        nowhere = tmp_path / "nowhere"
        await filler(nowhere, journal, database).fill(
            [gap()], Ends([inferred_end(begun[0].call_id)], LONG_AFTER), nobody_knows
        )
        await journal.flush()
        [row] = (await rows(database)).values()
        assert (row["outcome"], row["end_inferred"]) == ("no_answer", True)
        [marked] = await gaps_of(database)
        assert marked.backfilled_at is None
        assert marked.backfill_problem == f"{nowhere / 'cel-custom'}: no such directory"

        # Later the files can be read: the true end is a fact beside the other, and stands over it.
        write_cel(nowhere, QUEUE)
        await filler(nowhere, journal, database).fill([gap()], Ends([], LONG_AFTER), nobody_knows)
        await journal.flush()
        [row] = (await rows(database)).values()
        assert (row["outcome"], row["end_inferred"], row["hangup_by"]) == ("answered", False, "callee")
        [marked] = await gaps_of(database)
        assert (marked.backfilled_at is not None, marked.backfill_problem) == (True, None)


async def test_a_call_that_asterisk_did_not_live_to_end_is_ended_as_concluded(tmp_path: Path) -> None:
    write_cel(tmp_path, QUEUE)
    path = tmp_path / CEL_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if line.split(b'"')[1] in (b"CHAN_START", b"APP_START")))
    for known, wanted in ((False, ("no_answer", True)), (True, ("in_progress", False))):
        async with journal_on(tmp_path / f"db{known}") as (database, journal):
            await filler(tmp_path, journal, database).fill(
                [gap()],
                Ends([], LONG_AFTER),
                lambda _, known=known: known,  # type: ignore[misc]
            )
            await journal.flush()
            [row] = (await rows(database)).values()
            assert (row["outcome"], row["end_inferred"]) == wanted


async def test_a_broken_file_is_no_end_of_the_service(tmp_path: Path) -> None:
    path = tmp_path / CEL_FILE
    path.parent.mkdir()
    noise = bytes(range(256)) * 600
    path.write_bytes(noise + b"\n" + (RECORDED / f"{QUEUE}.csv").read_bytes() + noise)
    async with journal_on(tmp_path / "db") as (database, journal):
        await filler(tmp_path, journal, database).fill([gap()], Ends([], LONG_AFTER), nobody_knows)
        await journal.flush()
        [row] = (await rows(database)).values()
        assert (row["outcome"], row["queue"]) == ("answered", "support")


ALL_FACTS = [*heard(facts_of(QUEUE)), inferred_end(facts_of(QUEUE)[0].call_id)]


@given(st.permutations(ALL_FACTS), st.data())
def test_in_whatever_order_the_facts_come_the_call_is_the_same(facts: list[CallFact], data: st.DataObject) -> None:
    row, wanted = empty_call(ALL_FACTS[0]), empty_call(ALL_FACTS[0])
    for fact in facts:
        apply(row, fact)
        if data.draw(st.booleans()):
            apply(row, fact)
    for fact in ALL_FACTS:
        apply(wanted, fact)
    assert without_marks(row) == without_marks(wanted)
    assert (row["outcome"], row["end_inferred"]) == ("answered", False)


@given(st.lists(st.sampled_from(cel.rows((RECORDED / f"{STORIES[1]}.csv").read_bytes())), max_size=60))
def test_any_rows_in_any_order_are_taken_without_an_error(shuffled: list[cel.CelRow]) -> None:
    backfill = Backfill("main")
    facts = [fact for row in shuffled for fact in backfill.feed(row)]
    facts += backfill.finish()
    assert len({(fact.call_id, fact.key) for fact in facts}) == len(facts)
    assert backfill.faults == 0
