import pytest

from queue_router.states import AgentState, Engagement, Situation, Wanted, effective_state

READY, AWAY, OUT = Wanted.READY, Wanted.NOT_READY, Wanted.SIGNED_OUT
FREE, BUSY, TALKING, WRAP_UP = Engagement.FREE, Engagement.BUSY, Engagement.TALKING, Engagement.WRAP_UP


@pytest.mark.parametrize(
    ("wanted", "engagement", "reserved", "reachable", "state"),
    [
        (READY, FREE, False, True, AgentState.READY),
        (READY, FREE, False, None, AgentState.READY),
        (READY, FREE, False, False, AgentState.NO_PHONE),
        (READY, BUSY, False, True, AgentState.BUSY),
        (READY, FREE, True, True, AgentState.RESERVED),
        (AWAY, FREE, True, True, AgentState.RESERVED),
        (AWAY, TALKING, False, True, AgentState.TALKING),
        (OUT, TALKING, True, False, AgentState.TALKING),
        (READY, WRAP_UP, False, True, AgentState.WRAP_UP),
        (AWAY, WRAP_UP, False, True, AgentState.WRAP_UP),
        (AWAY, FREE, False, True, AgentState.NOT_READY),
        (AWAY, BUSY, False, True, AgentState.NOT_READY),
        (AWAY, FREE, False, False, AgentState.NOT_READY),
        (OUT, FREE, False, True, AgentState.OFFLINE),
    ],
)
def test_the_table(
    wanted: Wanted, engagement: Engagement, reserved: bool, reachable: bool | None, state: AgentState
) -> None:
    assert effective_state(Situation(wanted, engagement, reserved, reachable)) is state


def test_only_who_asked_for_calls_and_is_free_is_ready() -> None:
    for wanted in Wanted:
        for engagement in Engagement:
            for reserved in (True, False):
                for reachable in (True, False, None):
                    state = effective_state(Situation(wanted, engagement, reserved, reachable))
                    is_free = engagement is FREE and not reserved and reachable is not False
                    assert (state is AgentState.READY) is (wanted is READY and is_free)
