"""`/api/v1/agents`: who takes calls, and whether they want them now."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel, Field

from accounts.rights import Action, Owner, Thing
from queue_router.agents import Agent, NotInWrapUp, UnknownAgent
from queue_router.states import Wanted
from web.problems import ProblemError
from web.views import View, answer


class AgentView(BaseModel):
    """An agent: what they asked for (`wanted`), and the `state` that follows with phone and calls."""

    user_id: int
    name: str
    account: str
    state: str
    since: datetime | None
    wanted: str
    wanted_since: datetime
    reason: str | None
    wrap_up_until: datetime | None
    """When the after-call work ends by itself; None when there is none."""


class WantedState(BaseModel, extra="forbid"):
    """What an agent asks for; `reason` says why not."""

    wanted: Wanted
    reason: str | None = Field(None, max_length=500)


class WrapUpChange(StrEnum):
    """What an agent does with their after-call work: 30 s more, or no more of it."""

    EXTEND = "extend"
    DONE = "done"


class WrapUpAction(BaseModel, extra="forbid"):
    """What to do with the after-call work that goes on."""

    action: WrapUpChange


class Me(View):
    async def get(self) -> r200[AgentView]:
        """The agent whom the token stands for.

        Tags: agents
        Status Codes:
            404: Whoever asks takes no calls
        """
        self.require(Action.READ, Thing.AGENT_STATE, Owner.user(self.user.id))
        agent = self.services.agents.find(self.user.id)
        if agent is None:
            raise UnknownAgent("you take no calls: no phone was given to you")
        return answer(_view(agent))


class MyState(View):
    async def post(self, state: WantedState) -> r200[AgentView]:
        """Ask for calls, or for none.

        Tags: agents
        Status Codes:
            404: Whoever asks takes no calls
        """
        self.require(Action.CHANGE, Thing.AGENT_STATE, Owner.user(self.user.id))
        return answer(_view(await self.services.agents.set_wanted(self.user.id, state.wanted, state.reason)))


class MyWrapUp(View):
    async def post(self, change: WrapUpAction) -> r200[AgentView]:
        """Prolong the after-call work by 30 s, or end it. 409 when there is none.

        Tags: agents
        Status Codes:
            404: Whoever asks takes no calls
        """
        self.require(Action.CHANGE, Thing.AGENT_STATE, Owner.user(self.user.id))
        agents = self.services.agents
        act = agents.extend_wrap_up if change.action is WrapUpChange.EXTEND else agents.end_wrap_up
        try:
            return answer(_view(await act(self.user.id)))
        except NotInWrapUp as error:
            raise ProblemError(HTTPStatus.CONFLICT, str(error)) from error


def _view(agent: Agent) -> AgentView:
    return AgentView(
        user_id=agent.user_id,
        name=agent.name,
        account=agent.account,
        state=agent.state,
        since=agent.state_since,
        wanted=agent.wanted,
        wanted_since=agent.wanted_since,
        reason=agent.wanted_reason,
        wrap_up_until=agent.wrap_up_ends,
    )
