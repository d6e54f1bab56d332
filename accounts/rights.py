"""Who may do what: one pure function, which every endpoint and every live topic asks.

A right has a scope: one's own things, those of one's team, or all. Nothing is allowed that the role's rows do not
allow. The rows are in the database (`accounts.roles`); what a new installation starts with stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from accounts.users import Role


class Thing(StrEnum):
    """The kinds of things that rights speak of."""

    CONTACT = "contact"
    COMPANY = "company"
    ACTIVITY = "activity"
    TASK = "task"
    LEAD = "lead"
    CALL = "call"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    AGENT_STATE = "agent_state"
    DESK = "desk"
    BOARD = "board"
    QUEUE = "queue"
    PHONE = "phone"
    NUMBER = "number"
    SETTINGS = "settings"
    USER = "user"
    TEAM = "team"
    TOKEN = "token"  # noqa: S105 - the kind of thing, not one of them
    ROLE = "role"
    AUDIT = "audit"
    METRICS = "metrics"


class Action(StrEnum):
    """What is done to a thing."""

    READ = "read"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


class Scope(IntEnum):
    """How far a right reaches; a wider scope holds the narrower ones."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


Rights = Mapping[tuple[Thing, Action], Scope]
"""What one role may do: kind of thing × action → how far it reaches. What is not in it is not allowed."""

EVERYBODY = "everybody"
"""The team of whoever is in no other: as long as nobody made teams, all people are one."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants to do something.

    `colleagues` are the users of the same teams. `rights` are the role's, as the database has them; without, those
    that the product comes with. `limits` is what an API token was given of them; None: all.
    """

    user_id: int
    role: str
    teams: frozenset[str] = frozenset({EVERYBODY})
    colleagues: frozenset[int] = frozenset()
    rights: Rights | None = None
    limits: frozenset[tuple[Thing, Action]] | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a thing is: of which users, and of which teams directly (a lead of a queue's team, say)."""

    user_ids: frozenset[int]
    teams: frozenset[str] = frozenset()

    @classmethod
    def user(cls, user_id: int) -> Owner:
        return cls(frozenset({user_id}))


def _every(things: Iterable[Thing], actions: Iterable[Action], scope: Scope) -> dict[tuple[Thing, Action], Scope]:
    return {(thing, action): scope for thing in things for action in actions}


_RECORDS = (Thing.CONTACT, Thing.COMPANY, Thing.ACTIVITY)
_WORK = (Thing.TASK, Thing.LEAD)
_CALLS = (Thing.CALL, Thing.RECORDING, Thing.TRANSCRIPT)
_WRITE = (Action.CREATE, Action.CHANGE)


def _product() -> Mapping[Role, Rights]:
    read, change = Action.READ, Action.CHANGE
    # Anybody may call, so an agent may find anybody.
    everybody = {
        **_every(_RECORDS, (read, *_WRITE), Scope.ALL),
        **_every(_WORK, _WRITE, Scope.TEAM),
        (Thing.BOARD, read): Scope.ALL,
        (Thing.QUEUE, read): Scope.ALL,
        (Thing.AGENT_STATE, change): Scope.OWN,
        (Thing.DESK, read): Scope.OWN,
        **_every((Thing.TOKEN,), (read, Action.CREATE, Action.DELETE), Scope.OWN),
    }
    rights: dict[Role, Rights] = {
        Role.AGENT: {
            **everybody,
            **_every(_WORK, (read,), Scope.TEAM),
            **_every(_CALLS, (read,), Scope.OWN),
            (Thing.AGENT_STATE, read): Scope.TEAM,
        },
        Role.SUPERVISOR: {
            **everybody,
            **_every(_WORK, (read,), Scope.TEAM),
            **_every(_CALLS, (read,), Scope.TEAM),
            **_every((Thing.AGENT_STATE,), (read, change), Scope.TEAM),
            (Thing.DESK, read): Scope.TEAM,
        },
        Role.MANAGER: {
            **everybody,
            **_every(_WORK, (read, *_WRITE), Scope.ALL),
            **_every(_CALLS, (read,), Scope.ALL),
            (Thing.AGENT_STATE, read): Scope.ALL,
        },
        Role.ADMIN: _every(Thing, Action, Scope.ALL),
    }
    return MappingProxyType({role: MappingProxyType(dict(row)) for role, row in rights.items()})


PRODUCT_RIGHTS = _product()
"""The rights of the product's four roles, as an installation starts with. Its own table (`accounts.roles`) decides."""


def product_rights(role: str) -> Rights:
    """What a role of the product may do as the product comes; a role that it does not know may do nothing."""
    return PRODUCT_RIGHTS[Role(role)] if role in set(Role) else MappingProxyType({})


def scope_of(actor: Actor, action: Action, thing: Thing) -> Scope:
    """How far `actor` may do `action` to things of that kind."""
    if actor.limits is not None and (thing, action) not in actor.limits:
        return Scope.NONE
    return _rights(actor).get((thing, action), Scope.NONE)


def _rights(actor: Actor) -> Rights:
    return product_rights(actor.role) if actor.rights is None else actor.rights


def covers(actor: Actor, rights: Rights) -> bool:
    """Whether `actor` has all of `rights` themselves: nobody gives others, or takes over, what they may not do.

    What their token is limited to says what they may do with it, not what it may be done to: it counts elsewhere.
    """
    if actor.role == Role.ADMIN:
        return True
    own = _rights(actor)
    return all(own.get(right, Scope.NONE) >= scope for right, scope in rights.items())


def may(actor: Actor, action: Action, thing: Thing, owner: Owner | None = None) -> bool:
    """Whether `actor` may do `action` to a `thing` of `owner`.

    Without an owner (a thing that is nobody's, a list as a whole) only a right over all of them is enough.
    """
    match scope_of(actor, action, thing):
        case Scope.ALL:
            return True
        case Scope.TEAM:
            return owner is not None and (
                actor.user_id in owner.user_ids
                or bool(actor.colleagues & owner.user_ids)
                or bool(actor.teams & owner.teams)
            )
        case Scope.OWN:
            return owner is not None and actor.user_id in owner.user_ids
        case _:
            return False


def users_in_reach(actor: Actor, action: Action, thing: Thing) -> frozenset[int] | None:
    """Whose things of that kind `actor` may do `action` to: what a list filters its owners by. None: everybody's.

    Things that belong to one of `actor.teams` directly are in reach besides, where `scope_of` says TEAM.
    """
    match scope_of(actor, action, thing):
        case Scope.ALL:
            return None
        case Scope.TEAM:
            return actor.colleagues | {actor.user_id}
        case Scope.OWN:
            return frozenset({actor.user_id})
        case _:
            return frozenset()
