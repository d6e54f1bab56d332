"""`/api/v1/board`, and the live topic `board`: queues, who waits and why, agents."""

from __future__ import annotations

from datetime import date, datetime

from aiohttp_pydantic.oas.typing import r200
from pydantic import BaseModel

from accounts.rights import Action, Actor, Owner, Scope, Thing, scope_of, users_in_reach
from queue_router.board import Sight
from web.services import Services
from web.sign_in import actor_of
from web.views import View, answer


class BoardQueueView(BaseModel):
    """A queue: `waiting` callers whom nobody has answered, the longest of them since `longest_since`; its members by
    state; and how many calls of the day were `answered` and `abandoned`."""

    name: str
    waiting: int
    longest_since: datetime | None
    agents: dict[str, int]
    answered: int
    abandoned: int


class BoardCallerView(BaseModel):
    """Somebody who waits, and `why` they still do. `agent` is the user whose phone rings for them."""

    key: str
    call_id: str
    queue: str
    number: str | None
    name: str | None
    contact_id: int | None
    since: datetime
    priority: int
    why: str
    agent: int | None


class BoardAgentView(BaseModel):
    """An agent, their state since when, why not ready, and out of which queue the call at their phone came."""

    user_id: int
    name: str
    account: str
    state: str
    since: datetime | None
    reason: str | None
    queue: str | None


class BoardView(BaseModel):
    """The board at this moment. `day` is the one of `answered` and `abandoned`, `waiting` is in the callers' order."""

    day: date
    queues: list[BoardQueueView]
    waiting: list[BoardCallerView]
    agents: list[BoardAgentView]


class Board(View):
    async def get(self) -> r200[BoardView]:
        """Every queue with who waits and who works. The live topic `board` tells the same, and then each change.

        Which agents it names, the right to read states of agents says.

        Tags: board
        """
        self.require(Action.READ, Thing.BOARD, Owner.user(self.user.id))
        sight = sight_of(self.services, actor_of(self.user))
        return answer(BoardView.model_validate(sight.of(self.services.board.snapshot())))


def sight_of(services: Services, actor: Actor) -> Sight:
    """What of the board `actor` sees, who may read it.

    A right over the board of one's team, or one's own, reaches the queues whose calls they take.
    """
    queues: frozenset[str] | None = None
    match scope_of(actor, Action.READ, Thing.BOARD):
        case Scope.OWN:
            queues = services.queues_of(actor.user_id)
        case Scope.TEAM:
            queues = frozenset().union(*(services.queues_of(each) for each in actor.colleagues | {actor.user_id}))
        case Scope.NONE:
            queues = frozenset()
    return Sight(queues, users_in_reach(actor, Action.READ, Thing.AGENT_STATE))
