"""Each sender has a bucket of its own: bursts pass, and what goes on too fast is told when to come back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.intake.http.rates import SenderRates


def test_a_burst_passes_and_what_follows_waits() -> None:
    """At 60 a minute with a burst of three: three at once, then one each second."""
    rates = SenderRates()
    assert [rates.wait_s("a", 60, 3, 0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert [rates.wait_s("a", 60, 3, at_s) for at_s in (0.9, 1.1, 1.2)] == [1, 0, 1]
    assert rates.wait_s("b", 60, 3, 1.2) == 0


def test_a_slow_rate_says_how_long_to_wait() -> None:
    """One a minute: the whole minute, and after that time it is let in."""
    rates = SenderRates()
    assert rates.wait_s("a", 1, 1, 0.0) == 0
    assert rates.wait_s("a", 1, 1, 0.0) == 60
    assert rates.wait_s("a", 1, 1, 60.0) == 0


def test_who_is_gone_is_forgotten() -> None:
    """Senders that left the file keep nothing."""
    rates = SenderRates()
    rates.wait_s("a", 1, 1, 0.0)
    rates.keep(["b"])
    assert rates.wait_s("a", 1, 1, 0.0) == 0


@given(st.lists(st.floats(0, 2), max_size=200), st.integers(1, 6_000), st.integers(1, 50))
def test_no_more_pass_than_the_rate_allows(gaps: list[float], per_minute: int, burst: int) -> None:
    """Whatever the times are: burst and rate together are the most, and nobody waits for nothing."""
    rates, now_s, passed = SenderRates(), 0.0, 0
    for gap_s in gaps:
        now_s += gap_s
        wait_s = rates.wait_s("a", per_minute, burst, now_s)
        passed += wait_s == 0
        assert 0 <= wait_s <= 60
    assert passed <= burst + now_s * per_minute / 60 + 1e-6
