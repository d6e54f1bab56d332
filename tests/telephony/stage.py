"""Where a recorded scenario plays: an Asterisk, phones that come on it, and two ears on its manager interface."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from ringdesk.asterisk.tools import Tool
from ringdesk.demo.softphone import Answer, PhoneEventKind, Program, SoftPhone
from tests.telephony.agi import AgiServer
from tests.telephony.ami import Ami, Frame
from tests.telephony.pbx import ACCOUNTS, SECRET, RealPbx
from tests.telephony.sipp import Sipp

Kind = PhoneEventKind
ExpectedCall = dict[str, Any]
LONG = 12.0


def call(
    caller: str | None,
    dialed: str | None,
    *,
    name: str | None = "",
    direction: str = "internal",
    queue: str | None = None,
    rang: str = "",
    answered_by: str = "",
    transfers: list[dict[str, Any]] | None = None,
    outcome: str = "answered",
    hangup_by: str | None = None,
    root: int | None = None,
    together: bool = False,
) -> ExpectedCall:
    """What happened in a call, as the script of the scenario knows it. Parties are separated by spaces.

    `name` "" is the name of the account; `root` tells which first channel of the recording (by age) the call began
    with, where not every first channel is a call of its own. `together` says that those who rang were dialled side by
    side, so that Asterisk alone knows in which order.
    """
    return {
        "direction": direction,
        "caller_number": caller,
        "caller_name": ACCOUNTS.get(caller or "") if name == "" else name,
        "dialed": dialed,
        "queue": queue,
        "rang": rang.split(),
        "answered_by": answered_by.split(),
        "transfers": transfers or [],
        "outcome": outcome,
        "hangup_by": hangup_by,
        "root": root,
        "together": together,
    }


def transfer(kind: str, sender: str, target: str, *, completed: bool = True) -> dict[str, Any]:
    """One of a call's transfers, as expected."""
    return {"kind": kind, "from": sender, "to": target, "completed": completed}


class Stage:
    """`heard` is what the product's manager user hears, `full` hears everything; recording begins with `begin`."""

    def __init__(
        self, pbx: RealPbx, program: Program, sipp: Tool, directory: Path, heard: Ami, full: Ami, exits: AsyncExitStack
    ) -> None:
        self.pbx = pbx
        self.heard = heard
        self.full = full
        self._program = program
        self._sipp = sipp
        self._directory = directory
        self._exits = exits
        self._begin = (0, 0)
        self._anchor = 0
        self._registered: set[str] = set()

    async def phones(self, *accounts: str, answer: Answer | None = None) -> list[SoftPhone]:
        """Registered phones for these accounts, which let it ring unless told otherwise."""
        return [await self.phone(account, answer=answer) for account in accounts]

    async def phone(self, account: str, **options: Any) -> SoftPhone:
        self._registered.add(account)
        return await self._exits.enter_async_context(
            SoftPhone(account, SECRET, self.pbx.registrar, program=self._program, **options)
        )

    async def caller(self, number: str, name: str = "") -> SoftPhone:
        """A phone outside, which is not registered: a customer's."""
        phone = SoftPhone(number, None, self.pbx.registrar, program=self._program, display_name=name, register=False)
        return await self._exits.enter_async_context(phone)

    async def odd(self, account: str, scenario: str, **options: Any) -> Sipp:
        """sipp in place of an odd phone."""
        return await self._exits.enter_async_context(
            Sipp(self._sipp, self.pbx, account, scenario, self._directory, **options)
        )

    async def router(self, server: AgiServer) -> None:
        """A router that answers the dialplan's AGI for the rest of the scenario."""
        await self._exits.enter_async_context(server)
        self._exits.push_async_callback(self._beat, "0")

    async def heartbeat(self) -> None:
        """The dialplan believes for five seconds that the router lives."""
        await self._beat(str(int(time.time())))

    async def _beat(self, epoch: str) -> None:
        await self.do(Action="Setvar", Variable="RD_HEARTBEAT", Value=epoch)

    async def begin(self) -> None:
        """What happened until now (registrations) is no part of the recording."""
        await self._queues_know(self._registered)
        await self._settle()
        self._begin = (len(self.heard.events), len(self.full.events))
        self._anchor = len(self.full.events)

    async def end(self) -> tuple[list[Frame], list[Frame]]:
        """Wait until no channel is left; gives what was heard by the product's user and by the full one."""
        begin = self._begin[1]
        born = {event["Uniqueid"] for event in self.full.events[begin:] if event["Event"] == "Newchannel"}
        for uniqueid in born:
            await self.full.wait_for("Hangup", timeout=60, since=begin, Uniqueid=uniqueid)
        await self._settle()
        return self.heard.events[self._begin[0] :], self.full.events[begin:]

    async def hear(
        self, event: str, where: Callable[[Frame], bool] | None = None, timeout: float = LONG, **want: str
    ) -> Frame:
        """The next event of that name since the last one that was awaited so."""
        found = await self.full.wait_for(event, timeout, self._anchor, where, **want)
        self._anchor = next(i for i, other in enumerate(self.full.events) if other is found) + 1
        return found

    async def do(self, **headers: str) -> Frame:
        """An AMI action by the full user; AssertionError where Asterisk refuses."""
        answer = await self.full.action(headers)
        assert answer["Response"] == "Success", answer
        return answer

    async def talking(self, *phones: SoftPhone) -> None:
        """Until each of these phones has answered or been answered."""
        for phone in phones:
            await phone.wait_for(Kind.ESTABLISHED, timeout=LONG)

    async def ringing(self, *phones: SoftPhone) -> None:
        for phone in phones:
            await phone.wait_for(Kind.INCOMING, timeout=LONG)

    async def over(self, *phones: SoftPhone) -> None:
        for phone in phones:
            await phone.wait_for(Kind.CLOSED, timeout=LONG)

    async def bridged(self, *starts: str) -> None:
        """Until a channel of each of these accounts or trunks is in a bridge."""
        for start in starts:

            def its_channel(event: Frame, prefix: str = f"PJSIP/{start}-") -> bool:
                return str(event["Channel"]).startswith(prefix)

            await self.full.wait_for("BridgeEnter", LONG, self._begin[1], its_channel)

    async def key_code(self, phone: SoftPhone, code: str, target: str = "") -> None:
        """Press a feature code in the call; where it asks for a number (the other side hears music), that number."""
        await phone.send_dtmf(code)
        await self.hear("MusicOnHoldStart")
        if target:
            await phone.send_dtmf(target)

    async def _queues_know(self, accounts: set[str]) -> None:
        """Until app_queue takes these phones for free and no other for there: it learns of a registration late."""
        async with asyncio.timeout(LONG):
            while True:
                since = len(self.full.events)
                await self.do(Action="QueueStatus")
                await self.full.wait_for("QueueStatusComplete", LONG, since)
                members = [event for event in self.full.events[since:] if event["Event"] == "QueueMember"]
                free = {event["Name"] for event in members if event["Status"] == "1"}
                if free == accounts & {event["Name"] for event in members}:
                    return
                await asyncio.sleep(0.02)  # the next look

    async def _settle(self) -> None:
        # The answer to an action comes after every event that was queued before it.
        for ami in (self.heard, self.full):
            await ami.action({"Action": "Ping"})
