import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rights import RIGHTS, Action, Actor, Owner, Scope, Thing, may, scope_of
from accounts.users import Role

actors = st.builds(
    Actor, st.integers(1, 4), st.sampled_from(Role), st.frozensets(st.sampled_from(["sales", "support"]), max_size=2)
)
owners = st.builds(
    Owner,
    st.frozensets(st.integers(1, 4), max_size=2),
    st.frozensets(st.sampled_from(["sales", "support"]), max_size=2),
)


@pytest.mark.parametrize(
    ("role", "action", "thing", "own", "colleagues", "strangers"),
    [
        (Role.AGENT, Action.READ, Thing.CALL, True, False, False),
        (Role.AGENT, Action.READ, Thing.DESK, True, False, False),
        (Role.AGENT, Action.CHANGE, Thing.AGENT_STATE, True, False, False),
        (Role.AGENT, Action.READ, Thing.CONTACT, True, True, True),
        (Role.AGENT, Action.READ, Thing.METRICS, False, False, False),
        (Role.SUPERVISOR, Action.READ, Thing.DESK, True, True, False),
        (Role.SUPERVISOR, Action.READ, Thing.TRANSCRIPT, True, True, False),
        (Role.SUPERVISOR, Action.CHANGE, Thing.AGENT_STATE, True, True, False),
        (Role.MANAGER, Action.READ, Thing.RECORDING, True, True, True),
        (Role.MANAGER, Action.CHANGE, Thing.AGENT_STATE, True, False, False),
        (Role.ADMIN, Action.READ, Thing.METRICS, True, True, True),
    ],
)
def test_the_table(role: Role, action: Action, thing: Thing, own: bool, colleagues: bool, strangers: bool) -> None:
    actor = Actor(1, role, frozenset({"sales"}))
    assert may(actor, action, thing, Owner(frozenset({1}), frozenset({"sales"}))) is own
    assert may(actor, action, thing, Owner(frozenset({2}), frozenset({"sales"}))) is colleagues
    assert may(actor, action, thing, Owner(frozenset({3}), frozenset({"support"}))) is strangers


@given(actors, st.sampled_from(Action), st.sampled_from(Thing), owners)
def test_nothing_is_allowed_that_the_table_does_not_allow(
    actor: Actor, action: Action, thing: Thing, owner: Owner
) -> None:
    if (actor.role, thing, action) not in RIGHTS:
        assert scope_of(actor, action, thing) is Scope.NONE
        assert not may(actor, action, thing, owner)
        assert not may(actor, action, thing)


@given(actors, st.sampled_from(Action), st.sampled_from(Thing), owners)
def test_who_may_do_it_to_somebody_elses_may_do_it_to_their_own(
    actor: Actor, action: Action, thing: Thing, owner: Owner
) -> None:
    if may(actor, action, thing, owner):
        assert may(actor, action, thing, Owner(frozenset({actor.user_id}), frozenset()))


@given(actors, st.sampled_from(Action), st.sampled_from(Thing))
def test_what_is_nobodys_needs_a_right_over_all(actor: Actor, action: Action, thing: Thing) -> None:
    assert may(actor, action, thing) is (scope_of(actor, action, thing) is Scope.ALL)


def test_as_long_as_there_are_no_teams_everybody_is_of_one() -> None:
    assert may(Actor(1, Role.SUPERVISOR), Action.READ, Thing.DESK, Owner.user(2))
