"""How often somebody may try to sign in: so often per login, and so often per address.

Failures of the last `WINDOW_SECONDS` count. A try counts from its beginning, so that many at the same moment get no
further than many one after the other. Kept in this process's memory: a restart forgives.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kernel.clock import Clock

WINDOW_SECONDS = 15 * 60.0
PER_LOGIN = 10
PER_ADDRESS = 50
"""More than per login: an office is one address."""
KEYS_LIMIT = 20_000
"""Logins and addresses that are remembered; beyond, the one tried longest ago is forgotten."""


class TooManyTries(Exception):
    """No further try before `retry_after` seconds have passed. Whether the login exists plays no part."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many tries: the next is possible in {retry_after:.0f} s")
        self.retry_after = retry_after


@dataclass(slots=True)
class Try:
    """A try that is going on. It counts as failed unless it is said to have been right."""

    was_right: bool = False


@dataclass(slots=True)
class Tries:
    """Counts tries and refuses those that are too many."""

    clock: Clock
    per_login: int = PER_LOGIN
    per_address: int = PER_ADDRESS
    window: float = WINDOW_SECONDS
    _failures: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)

    @contextmanager
    def one(self, login: str, address: str) -> Iterator[Try]:
        """A try for `login` from `address`, while the block lasts. `TooManyTries` when there were too many."""
        now = self.clock.monotonic()
        keys = {("login", login.strip().lower()): self.per_login, ("address", address): self.per_address}
        waits = [self._wait(key, limit, now) for key, limit in keys.items()]
        if max(waits) > 0:
            raise TooManyTries(max(waits))
        for key in keys:
            self._count(key, now)
        this = Try()
        try:
            yield this
        finally:
            if this.was_right:
                # Whoever knows the password starts anew; their address is only given back this one try, or an
                # attacker with an account of their own would never run out of tries for others'.
                by_login, by_address = keys
                self._failures.pop(by_login, None)
                self._take_back(by_address, now)

    def _wait(self, key: tuple[str, str], limit: int, now: float) -> float:
        failures = self._failures.get(key)
        if failures is None:
            return 0.0
        while failures and failures[0] <= now - self.window:
            failures.popleft()
        return failures[-limit] + self.window - now if len(failures) >= limit else 0.0

    def _count(self, key: tuple[str, str], now: float) -> None:
        self._failures.setdefault(key, deque()).append(now)
        self._failures.move_to_end(key)
        while len(self._failures) > KEYS_LIMIT:
            self._failures.popitem(last=False)

    def _take_back(self, key: tuple[str, str], moment: float) -> None:
        failures = self._failures.get(key)
        if failures is not None and moment in failures:
            failures.remove(moment)
