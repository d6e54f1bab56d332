"""Where a call is, among the agents' phones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ringdesk.demo.softphone import PhoneError, PhoneEvent, PhoneEventKind, SoftPhone


def marks_of(phones: Mapping[str, SoftPhone]) -> dict[str, int]:
    """How many events each phone had until now: what `first_at` looks at comes after that."""
    return {account: phone.mark() for account, phone in phones.items()}


async def first_at(
    phones: Mapping[str, SoftPhone], marks: Mapping[str, int], number: str, kind: PhoneEventKind, timeout: float
) -> tuple[SoftPhone, PhoneEvent]:
    """The phone that has the first event of that kind in a call from `number`. `PhoneError` after `timeout` seconds."""

    async def at(phone: SoftPhone) -> tuple[SoftPhone, PhoneEvent]:
        since = marks[phone.account]
        while True:
            event = await phone.wait_for(kind, timeout=timeout, since=since)
            if event.peer == number:
                return phone, event
            since = phone.events.index(event) + 1 + phone.mark() - len(phone.events)

    waiting = [asyncio.create_task(at(phone)) for phone in phones.values()]
    try:
        async with asyncio.timeout(timeout):
            for next_done in asyncio.as_completed(waiting):
                try:
                    return await next_done
                except PhoneError:
                    continue  # it did not happen there
    except TimeoutError:
        pass
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    raise PhoneError(f"no agent's phone had a call from {number} {kind}")
