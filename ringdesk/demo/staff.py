"""What the demo's agents do: pick up after a while, miss a call now and then, take breaks, write things down.

The visitor's agent is left to the visitor. Only their desk phone is picked up, late enough to look at the record first.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field

import aiohttp
import structlog

from queue_router.agents import MISSED_CALL
from queue_router.states import Wanted
from ringdesk.demo.company import QUEUE, Colleague
from ringdesk.demo.history import NOTES, OUTCOMES
from ringdesk.demo.panel import Change, Panel, PanelError
from ringdesk.demo.softphone import PhoneError, PhoneEventKind, SoftPhone
from ringdesk.demo.stage import Stage

VISITOR_PICKS_UP_SECONDS = 6.0
PICK_UP_SECONDS = (2.0, 6.0)
MISSES = 0.04
NOTED = 0.5
NOTE_SECONDS = (2.0, 6.0)
"""How long they write, after the call."""
WORK_SECONDS = (60.0, 180.0)
"""From one break to the next."""
BREAK_SECONDS = (20.0, 50.0)
AFTER_MISSED_SECONDS = (8.0, 16.0)
LOOK_SECONDS = 5.0
REASONS = ("break", "break", "lunch", "meeting", "paperwork")
FAILURES = (PanelError, PhoneError, aiohttp.ClientError, TimeoutError, OSError)
"""What may go wrong once, and better the next time."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Worker:
    """One agent, from the beginning of their day until the tasks are cancelled."""

    stage: Stage
    colleague: Colleague
    break_room: asyncio.Lock
    """One goes at a time: somebody has to take the calls."""
    tasks: asyncio.TaskGroup
    languages: dict[str, str] = field(default_factory=dict)

    @property
    def phone(self) -> SoftPhone:
        return self.stage.phones[self.colleague.account]

    @property
    def panel(self) -> Panel:
        return self.stage.panels[self.colleague.account]

    @property
    def is_visitors(self) -> bool:
        return self.colleague == self.stage.visitor

    def begin(self) -> None:
        """Be at work from now on."""
        self.tasks.create_task(self._answer_calls(), name=f"{self.colleague.login} answers")
        if not self.is_visitors:
            self.languages = {each.number: each.language for each in self.stage.customers()}
            self.panel.on_change = self._on_change
            self.tasks.create_task(self._take_breaks(), name=f"{self.colleague.login} takes breaks")

    async def _answer_calls(self) -> None:
        async for event in self.phone.stream():
            if event.kind is PhoneEventKind.INCOMING:
                self.tasks.create_task(self._pick_up(event.call))

    async def _pick_up(self, call: str | None) -> None:
        if self.is_visitors:
            await asyncio.sleep(VISITOR_PICKS_UP_SECONDS)
        elif random.random() < MISSES:
            return
        else:
            await asyncio.sleep(random.uniform(*PICK_UP_SECONDS))
        # The caller may have given up meanwhile.
        with contextlib.suppress(PhoneError):
            await self.phone.answer(call)

    async def _take_breaks(self) -> None:
        until_break = random.uniform(*WORK_SECONDS)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            until_break -= LOOK_SECONDS
            agent = self.stage.service.agents.at_phone(self.colleague.account)
            if agent is None:
                continue  # somebody gave the phone to another
            if agent.wanted is Wanted.NOT_READY and agent.wanted_reason == MISSED_CALL:
                await asyncio.sleep(random.uniform(*AFTER_MISSED_SECONDS))
                await self._try(self.panel.want(Wanted.READY))
            elif until_break <= 0:
                until_break = random.uniform(*WORK_SECONDS)
                async with self.break_room:
                    await self._try(self.panel.want(Wanted.NOT_READY, random.choice(REASONS)))
                    await asyncio.sleep(random.uniform(*BREAK_SECONDS))
                    await self._try(self.panel.want(Wanted.READY))

    def _on_change(self, at: float, change: Change) -> None:
        if change["kind"] == "call_ended" and random.random() < NOTED:
            data = change["data"]
            kind = "sales" if data["queue"] == QUEUE else "support"
            text = random.choice(NOTES[kind][self.languages.get(data["caller_number"], "en")])
            note = {"text": text, "outcome": random.choice(OUTCOMES[kind])}
            self.tasks.create_task(self._write(data["call_id"], note))

    async def _write(self, call_id: str, note: Mapping[str, str]) -> None:
        await asyncio.sleep(random.uniform(*NOTE_SECONDS))
        await self._try(self.panel.send("PUT", f"/api/v1/calls/{call_id}/note", note))

    async def _try(self, work: Awaitable[object]) -> None:
        try:
            await work
        except FAILURES as error:
            log.warning("an agent of the demo could not do something", agent=self.colleague.login, error=str(error))
