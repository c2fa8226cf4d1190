"""Backoff: how long to wait before trying again: exponential, with full jitter.

Full jitter (a uniform share of the exponential wait) spreads many messages over the whole wait, so that a target that
comes back is not met by all at once: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_MOST_DOUBLINGS: Final = 16


def full_jitter_s(attempt: int, first_s: float, longest_s: float, random: Callable[[], float]) -> float:
    """Return how long to wait (s).

    Args:
        attempt: How many waits there were, from 0.
        first_s: The longest that the first wait can be (s).
        longest_s: The longest of all (s).
        random: Returns a number from 0 to 1.
    """
    return random() * min(longest_s, first_s * 2.0 ** min(attempt, _MOST_DOUBLINGS))
