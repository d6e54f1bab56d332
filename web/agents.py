"""`/api/v1/agents`: who takes calls, and whether they want them now."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel, Field

from accounts.rights import Action, Owner, Thing
from accounts.users import User
from queue_router.agent_history import stays
from queue_router.agents import Agent, NotInWrapUp, UnknownAgent
from queue_router.states import Wanted
from web.paging import Cursor, Limit, decode_cursor, encode_cursor
from web.problems import ProblemError, not_found
from web.records import Id, Moment
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


class StayView(BaseModel):
    """A time in one state; `until` is null while it lasts. `changed_by`: panel, phone (by a code), or system."""

    state: str
    wanted: str
    reason: str | None
    since: datetime
    until: datetime | None
    changed_by: str


class StayList(BaseModel):
    """A page of an agent's states, oldest first."""

    items: list[StayView]
    next_cursor: str | None


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


class States(View):
    async def get(
        self,
        user_id: Id,
        /,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> r200[StayList]:
        """The states that somebody was in, oldest first; from `since` on, with the one that held then, and before
        `until`.

        Tags: agents
        """
        owner = Owner.user(user_id)
        self.require(Action.READ, Thing.AGENT_STATE, owner)
        after = decode_cursor(cursor, int)[0] if cursor else None
        async with self.services.database.reading() as session:
            if await session.get(User, user_id) is None:
                raise not_found("user")
            found, last = await stays(session, user_id, since=since, until=until, after=after, limit=limit)
        return answer(
            StayList(
                items=[
                    StayView(
                        state=stay.row.state,
                        wanted=stay.row.wanted,
                        reason=stay.row.reason,
                        since=stay.row.since,
                        until=stay.until,
                        changed_by=stay.row.changed_by,
                    )
                    for stay in found
                ],
                next_cursor=encode_cursor(last) if last is not None else None,
            )
        )


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
