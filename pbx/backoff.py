"""How long to wait before trying again. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable


class BackOff:
    """Delays in seconds that double from `first` to `longest`, each shortened by up to half at random.

    The jitter keeps many services from coming back at the same moment after a common fault.
    """

    def __init__(self, first: float, longest: float, fraction: Callable[[], float] = random.random) -> None:
        if not 0 < first <= longest:
            raise ValueError(f"back-off from {first} s to {longest} s: the first must be positive and the smaller")
        self._first = first
        self._longest = longest
        self._fraction = fraction
        self._tries = 0

    def next(self) -> float:
        """The delay before the next try."""
        # 2**64 is beyond any `longest`; the cap keeps the float finite.
        whole = min(self._longest, self._first * 2.0 ** min(self._tries, 64))
        self._tries += 1
        return whole * (1 - self._fraction() / 2)

    def reset(self) -> None:
        """Begin again with the shortest delay."""
        self._tries = 0
