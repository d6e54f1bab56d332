import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import tries
from accounts.tries import PER_ADDRESS, PER_LOGIN, WINDOW_SECONDS, TooManyTries, Tries
from kernel.clock import VirtualClock


def attempt(tries: Tries, login: str = "anna", address: str = "203.0.113.9", *, right: bool = False) -> float | None:
    """None, or after how many seconds the next try is possible."""
    try:
        with tries.one(login, address) as this:
            this.was_right = right
    except TooManyTries as error:
        return error.retry_after
    return None


async def test_failures_are_limited_until_the_window_has_passed() -> None:
    clock = VirtualClock()
    tries = Tries(clock)
    for _ in range(PER_LOGIN):
        assert attempt(tries) is None
        await clock.advance(10)
    assert attempt(tries) == WINDOW_SECONDS - 10 * PER_LOGIN
    assert attempt(tries, right=True) is not None
    assert attempt(tries, " ANNA ", "198.51.100.1") is not None  # the same login, from wherever
    assert attempt(tries, "boris") is None
    await clock.advance(WINDOW_SECONDS - 10 * PER_LOGIN)
    # One has left the window: one more try, and not two.
    assert attempt(tries) is None
    assert attempt(tries) == 10


async def test_who_gets_it_right_starts_anew() -> None:
    tries = Tries(VirtualClock())
    for _ in range(3 * PER_ADDRESS):
        for _ in range(PER_LOGIN - 1):
            attempt(tries, address="a")
        assert attempt(tries, address="b", right=True) is None


async def test_an_account_of_ones_own_buys_no_tries_for_others() -> None:
    tries = Tries(VirtualClock())
    for index in range(PER_ADDRESS):
        assert attempt(tries, f"victim{index}") is None
        if index < PER_ADDRESS - 1:
            assert attempt(tries, "mallory", right=True) is None
    assert attempt(tries, "another") is not None


async def test_a_try_that_breaks_counts() -> None:
    tries = Tries(VirtualClock())
    for _ in range(PER_LOGIN):
        with pytest.raises(OSError, match="gone"), tries.one("anna", "a"):
            raise OSError("gone")
    assert attempt(tries) is not None


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "KEYS_LIMIT", 100)
    these = Tries(VirtualClock())
    for index in range(1000):
        attempt(these, f"login{index}", f"address{index}")
    assert len(these._failures) == 100


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.booleans(), st.integers(0, 400)), max_size=60)
)
async def test_never_more_failures_in_a_window_than_allowed(events: list[tuple[str, str, bool, int]]) -> None:
    clock = VirtualClock()
    tries = Tries(clock, per_login=3, per_address=5)
    failed: list[tuple[float, str, str]] = []
    forgiven: dict[str, int] = {}
    for login, address, right, pause in events:
        await clock.advance(pause)
        waits = attempt(tries, login, address, right=right)
        now = clock.monotonic()
        if waits is not None:
            assert 0 < waits <= WINDOW_SECONDS
        elif right:
            forgiven[login] = len(failed)
        else:
            failed.append((now, login, address))
        recent = [(index, *each) for index, each in enumerate(failed) if each[0] > now - WINDOW_SECONDS]
        assert sum(1 for index, _, who, _ in recent if who == login and index >= forgiven.get(login, 0)) <= 3
        assert sum(1 for _, _, _, where in recent if where == address) <= 5
