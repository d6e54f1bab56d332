from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from queue_router.matching import Candidate, Waiter, choose_longest_idle, pair
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


def test_each_caller_in_turn_gets_who_is_idle_longest_of_those_left() -> None:
    members = {"sales": [agent(1, 3), agent(2, 9)], "help": [agent(2, 9), agent(3, 1)]}
    waiters = [
        Waiter("a", "help"),
        Waiter("b", "sales", frozenset({1})),
        Waiter("c", "sales"),
        Waiter("d", "help"),
        Waiter("e", "none"),
    ]
    pairings = pair(waiters, lambda queue: members.get(queue, []))
    assert [(each.key, each.agent.user_id) for each in pairings] == [("a", 2), ("c", 1), ("d", 3)]
    assert pairings[0].reason["rule"] == "longest_idle"
    assert pairings[0].reason["queue"] == "help"


waiters = st.lists(
    st.builds(
        Waiter,
        key=st.uuids().map(str),
        queue=st.sampled_from(["one", "two"]),
        excluded=st.frozensets(st.integers(1, 50), max_size=3),
    ),
    max_size=12,
    unique_by=lambda waiter: waiter.key,
)


@given(waiters, candidates, candidates)
def test_a_matching_is_fair_and_leaves_nobody_out(
    line: list[Waiter], one: list[Candidate], two: list[Candidate]
) -> None:
    members = {"one": one, "two": two}
    pairings = pair(line, members.__getitem__)
    by_key = {each.key: each.agent for each in pairings}
    # Everybody once, only who is ready, and in the order of the line.
    assert len({each.agent.user_id for each in pairings}) == len(pairings)
    assert [each.key for each in pairings] == [waiter.key for waiter in line if waiter.key in by_key]
    for waiter in line:
        eligible = {
            each.user_id
            for each in members[waiter.queue]
            if each.state is AgentState.READY and each.user_id not in waiter.excluded
        }
        if waiter.key in by_key:
            assert by_key[waiter.key].user_id in eligible
        else:
            # Whoever could have served them went to somebody before them.
            ahead = line[: line.index(waiter)]
            assert eligible <= {by_key[each.key].user_id for each in ahead if each.key in by_key}
