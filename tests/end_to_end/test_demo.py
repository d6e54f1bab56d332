"""The demo at work: people call, the visitor's phone and the others' are picked up, and what came of it is kept."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select

from pbx.journal_tables import CallRow
from ringdesk.demo import performance, staff
from ringdesk.demo.company import QUEUE, SUPPORT_QUEUE
from ringdesk.demo.stage import Stage
from tests.end_to_end.waiting import eventually
from tests.tools import require_tool

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CALLS_PER_MINUTE = 40.0
SECONDS = 180.0
"""The performance is a person's pace: calls ring, are talked in and end by themselves."""


async def test_people_call_and_agents_talk_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("asterisk", "baresip"):
        require_tool(tool)
    monkeypatch.setattr(performance, "HASTY", 0.0)
    monkeypatch.setattr(performance, "FIRST_CALL_SECONDS", 0.0)
    monkeypatch.setattr(staff, "MISSES", 0.0)
    quiet = Console(quiet=True)
    with tempfile.TemporaryDirectory(prefix="rd-") as directory:
        async with Stage(
            Path(directory),
            staff=2,
            callers=16,
            with_company=True,
            greeting_seconds=1.0,
            speech_seconds=(1.0,) * 4,
            console=quiet,
        ) as stage:
            assert {line.queue for line in stage.lines()} == {QUEUE, SUPPORT_QUEUE}
            assert stage.visitor.account in stage.lines()[1].members

            async def answered() -> set[str]:
                async with stage.service.database.reading() as session:
                    rows = await session.scalars(select(CallRow).where(CallRow.ended_at.is_not(None)))
                    return {account for row in rows for account in row.answered_by}

            async def everybody_has_talked() -> bool:
                return await answered() == set(stage.phones)

            performing = asyncio.create_task(performance._perform(stage, CALLS_PER_MINUTE, quiet))
            try:
                await eventually(everybody_has_talked, "a call of each agent", timeout=SECONDS)
                assert not performing.done()
                assert [panel.problems for panel in stage.everybody] == [[]] * len(stage.everybody)
            finally:
                performing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await performing
