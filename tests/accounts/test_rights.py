from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rights import PRODUCT_RIGHTS, Action, Actor, Owner, Scope, Thing, may, scope_of, users_in_reach
from accounts.users import Role

ids = st.integers(1, 4)
people = st.frozensets(ids, max_size=2)
teams = st.frozensets(st.sampled_from(["sales", "support"]), max_size=2)
rows = st.dictionaries(st.tuples(st.sampled_from(Thing), st.sampled_from(Action)), st.sampled_from(Scope))
limits = st.none() | st.frozensets(st.tuples(st.sampled_from(Thing), st.sampled_from(Action)))
actors = st.builds(Actor, ids, st.sampled_from(Role), teams, people, st.none() | rows, limits)
owners = st.builds(Owner, people, teams)
actions, things = st.sampled_from(Action), st.sampled_from(Thing)


@pytest.mark.parametrize(
    ("role", "action", "thing", "own", "colleagues", "strangers"),
    [
        (Role.AGENT, Action.READ, Thing.CALL, True, False, False),
        (Role.AGENT, Action.READ, Thing.DESK, True, False, False),
        (Role.AGENT, Action.CHANGE, Thing.AGENT_STATE, True, False, False),
        (Role.AGENT, Action.READ, Thing.CONTACT, True, True, True),
        (Role.AGENT, Action.READ, Thing.LEAD, True, True, False),
        (Role.AGENT, Action.READ, Thing.METRICS, False, False, False),
        (Role.AGENT, Action.READ, Thing.USER, False, False, False),
        (Role.SUPERVISOR, Action.READ, Thing.DESK, True, True, False),
        (Role.SUPERVISOR, Action.READ, Thing.TRANSCRIPT, True, True, False),
        (Role.SUPERVISOR, Action.CHANGE, Thing.AGENT_STATE, True, True, False),
        (Role.MANAGER, Action.READ, Thing.RECORDING, True, True, True),
        (Role.MANAGER, Action.CHANGE, Thing.AGENT_STATE, True, False, False),
        (Role.MANAGER, Action.CHANGE, Thing.USER, False, False, False),
        (Role.ADMIN, Action.READ, Thing.METRICS, True, True, True),
        (Role.ADMIN, Action.CHANGE, Thing.USER, True, True, True),
    ],
)
def test_what_the_products_roles_may(
    role: Role, action: Action, thing: Thing, own: bool, colleagues: bool, strangers: bool
) -> None:
    actor = Actor(1, role, frozenset({"sales"}), colleagues=frozenset({1, 2}))
    assert may(actor, action, thing, Owner.user(1)) is own
    assert may(actor, action, thing, Owner.user(2)) is colleagues
    assert may(actor, action, thing, Owner(frozenset(), frozenset({"sales"}))) is colleagues
    assert may(actor, action, thing, Owner(frozenset({3}), frozenset({"support"}))) is strangers


@given(actors, actions, things, owners)
def test_nothing_is_allowed_that_the_rows_do_not_allow(
    actor: Actor, action: Action, thing: Thing, owner: Owner
) -> None:
    rights = PRODUCT_RIGHTS[actor.role] if actor.rights is None else actor.rights
    if rights.get((thing, action), Scope.NONE) is Scope.NONE:
        assert scope_of(actor, action, thing) is Scope.NONE
        assert not may(actor, action, thing, owner)
        assert not may(actor, action, thing)


@given(actors, actions, things, owners)
def test_a_limited_actor_may_never_more_than_the_same_without_limits(
    actor: Actor, action: Action, thing: Thing, owner: Owner
) -> None:
    if may(actor, action, thing, owner):
        assert may(replace(actor, limits=None), action, thing, owner)
    if actor.limits is not None and (thing, action) not in actor.limits:
        assert not may(actor, action, thing, owner)


@given(actors, actions, things, owners)
def test_who_may_do_it_to_somebody_elses_may_do_it_to_their_own(
    actor: Actor, action: Action, thing: Thing, owner: Owner
) -> None:
    if may(actor, action, thing, owner):
        assert may(actor, action, thing, Owner.user(actor.user_id))


@given(actors, actions, things)
def test_what_is_nobodys_needs_a_right_over_all(actor: Actor, action: Action, thing: Thing) -> None:
    assert may(actor, action, thing) is (scope_of(actor, action, thing) is Scope.ALL)


@given(actors, actions, things, ids)
def test_a_list_shows_exactly_what_may_be_looked_at(actor: Actor, action: Action, thing: Thing, user_id: int) -> None:
    reach = users_in_reach(actor, action, thing)
    assert may(actor, action, thing, Owner.user(user_id)) is (reach is None or user_id in reach)


@given(actors, actions, things, owners, st.integers(0, 3))
def test_a_wider_scope_holds_the_narrower(actor: Actor, action: Action, thing: Thing, owner: Owner, wide: int) -> None:
    for narrow in range(wide):
        narrower = replace(actor, rights={(thing, action): Scope(narrow)}, limits=None)
        wider = replace(actor, rights={(thing, action): Scope(wide)}, limits=None)
        assert may(wider, action, thing, owner) or not may(narrower, action, thing, owner)
