"""Answers `AGI(agi://…/state)`: an agent says by a code dialled at their phone whether they want calls."""

from __future__ import annotations

import asyncio

import structlog

from queue_router.agents import Agents
from queue_router.agi import AgiSession
from queue_router.states import ChangedBy, Wanted

ANSWER_SECONDS = 2.0
PROMPTS = {
    Wanted.READY: "agent-loginok",
    Wanted.NOT_READY: "agent-loggedoff",
    Wanted.SIGNED_OUT: "agent-loggedoff",
}

log = structlog.get_logger(__name__)


class StateByPhone:
    """Sets what agents ask for. Who it is the phone's own sign-in says, never a caller id."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents

    async def serve(self, session: AgiSession) -> None:
        """One code. RD_PROMPT is set to what confirms it; where it could not be done, it stays empty."""
        told = await session.command("GET FULL VARIABLE", "${CHANNEL(endpoint)},${RD_WANTED}")
        account, _, asked = (told.data or "").partition(",")
        agent = self._agents.at_phone(account)
        if agent is None or asked not in set(Wanted):
            log.warning("a state by phone of nobody", account=account, asked=asked)
            return
        wanted = Wanted(asked)
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._agents.set_wanted(agent.user_id, wanted, by=ChangedBy.PHONE)
        log.info("a state by phone", account=account, wanted=wanted.value)
        await session.command("SET VARIABLE", "RD_PROMPT", PROMPTS[wanted])
