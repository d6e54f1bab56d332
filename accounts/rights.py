"""Who may do what: one table and one pure function, which every endpoint and every live topic asks.

A right has a scope: one's own things, those of one's team, or all. Nothing is allowed that the table does not allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from accounts.users import Role


class Thing(StrEnum):
    """The kinds of things that rights speak of."""

    CONTACT = "contact"
    CALL = "call"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    AGENT_STATE = "agent_state"
    DESK = "desk"
    METRICS = "metrics"


class Action(StrEnum):
    READ = "read"
    CREATE = "create"
    CHANGE = "change"


class Scope(IntEnum):
    """How far a right reaches; a wider scope holds the narrower ones."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


EVERYBODY = "everybody"
"""The team of whoever is in no other: as long as nobody made teams, all people are one."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to do something."""

    user_id: int
    role: Role
    teams: frozenset[str] = frozenset({EVERYBODY})


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a thing is: of which users, and of which teams through them."""

    user_ids: frozenset[int]
    teams: frozenset[str] = frozenset({EVERYBODY})

    @classmethod
    def user(cls, user_id: int) -> Owner:
        return cls(frozenset({user_id}))


def _table() -> Mapping[tuple[Role, Thing, Action], Scope]:
    read, create, change = Action.READ, Action.CREATE, Action.CHANGE
    reach: dict[Role, dict[tuple[Thing, Action], Scope]] = {
        Role.AGENT: {
            # Anybody may call, so an agent may find anybody.
            (Thing.CONTACT, read): Scope.ALL,
            (Thing.CONTACT, create): Scope.ALL,
            (Thing.CONTACT, change): Scope.ALL,
            (Thing.CALL, read): Scope.OWN,
            (Thing.RECORDING, read): Scope.OWN,
            (Thing.TRANSCRIPT, read): Scope.OWN,
            (Thing.AGENT_STATE, read): Scope.TEAM,
            (Thing.AGENT_STATE, change): Scope.OWN,
            (Thing.DESK, read): Scope.OWN,
        },
        Role.SUPERVISOR: {
            (Thing.CONTACT, read): Scope.ALL,
            (Thing.CONTACT, create): Scope.ALL,
            (Thing.CONTACT, change): Scope.ALL,
            (Thing.CALL, read): Scope.TEAM,
            (Thing.RECORDING, read): Scope.TEAM,
            (Thing.TRANSCRIPT, read): Scope.TEAM,
            (Thing.AGENT_STATE, read): Scope.TEAM,
            (Thing.AGENT_STATE, change): Scope.TEAM,
            (Thing.DESK, read): Scope.TEAM,
        },
        Role.MANAGER: {
            (Thing.CONTACT, read): Scope.ALL,
            (Thing.CONTACT, create): Scope.ALL,
            (Thing.CONTACT, change): Scope.ALL,
            (Thing.CALL, read): Scope.ALL,
            (Thing.RECORDING, read): Scope.ALL,
            (Thing.TRANSCRIPT, read): Scope.ALL,
            (Thing.AGENT_STATE, read): Scope.ALL,
            (Thing.AGENT_STATE, change): Scope.OWN,
            (Thing.DESK, read): Scope.OWN,
        },
        Role.ADMIN: {(thing, action): Scope.ALL for thing in Thing for action in Action},
    }
    return MappingProxyType(
        {(role, thing, action): scope for role, row in reach.items() for (thing, action), scope in row.items()}
    )


RIGHTS = _table()
"""role × kind of thing × action → how far it reaches. What is not in it is not allowed."""


def scope_of(actor: Actor, action: Action, thing: Thing) -> Scope:
    """How far `actor` may do `action` to things of that kind: what a list filters by."""
    return RIGHTS.get((actor.role, thing, action), Scope.NONE)


def may(actor: Actor, action: Action, thing: Thing, owner: Owner | None = None) -> bool:
    """Whether `actor` may do `action` to a `thing` of `owner`.

    Without an owner (a thing that is nobody's, a list as a whole) only a right over all of them is enough.
    """
    match scope_of(actor, action, thing):
        case Scope.ALL:
            return True
        case Scope.TEAM:
            return owner is not None and (actor.user_id in owner.user_ids or bool(actor.teams & owner.teams))
        case Scope.OWN:
            return owner is not None and actor.user_id in owner.user_ids
        case _:
            return False
