from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from queue_router.matching import Candidate, choose_longest_idle
from queue_router.states import AgentState

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

candidates = st.lists(
    st.builds(
        Candidate,
        user_id=st.integers(1, 50),
        account=st.just("1001"),
        state=st.sampled_from(AgentState),
        idle_since=st.none() | st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    ),
    max_size=12,
    unique_by=lambda candidate: candidate.user_id,
)


def agent(user_id: int, minutes: int | None, state: AgentState = AgentState.READY) -> Candidate:
    since = None if minutes is None else NOON - timedelta(minutes=minutes)
    return Candidate(user_id, str(1000 + user_id), state, since)


def test_the_longest_idle_gets_the_call_and_the_reason_says_so() -> None:
    members = [agent(1, 3), agent(2, 9), agent(3, 20, AgentState.TALKING), agent(4, 12)]
    decision = choose_longest_idle(members, tried={4})
    assert decision.chosen == agent(2, 9)
    assert decision.reason["rule"] == "longest_idle"
    assert [(each["user_id"], each["verdict"]) for each in decision.reason["members"]] == [
        (3, "not_available"),
        (4, "already_tried"),
        (2, "chosen"),
        (1, "idle_shorter"),
    ]


def test_who_never_had_a_call_comes_first() -> None:
    assert choose_longest_idle([agent(1, 60), agent(2, None)]).chosen == agent(2, None)


def test_nobody_ready_is_nobody_chosen() -> None:
    decision = choose_longest_idle([agent(1, 5, AgentState.NOT_READY)])
    assert decision.chosen is None
    assert decision.reason["members"][0]["state"] == "not_ready"


@given(candidates, st.frozensets(st.integers(1, 50)), st.randoms())
def test_the_choice_does_not_depend_on_the_order_of_members(members, tried, random) -> None:  # type: ignore[no-untyped-def]
    decision = choose_longest_idle(members, tried)
    shuffled = list(members)
    random.shuffle(shuffled)
    assert choose_longest_idle(shuffled, tried) == decision


@given(candidates, st.frozensets(st.integers(1, 50)))
def test_nobody_who_could_take_it_has_been_idle_longer(members: list[Candidate], tried: frozenset[int]) -> None:
    chosen = choose_longest_idle(members, tried).chosen
    able = [each for each in members if each.state is AgentState.READY and each.user_id not in tried]
    assert (chosen is None) is (not able)
    if chosen is not None:
        assert chosen in able
        assert all(
            (chosen.idle_since or datetime.min.replace(tzinfo=UTC)) <= each.idle_since
            for each in able
            if each.idle_since
        )
        assert chosen.idle_since is None or all(each.idle_since is not None for each in able)
