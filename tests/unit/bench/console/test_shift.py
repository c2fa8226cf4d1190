"""What a reader knows after a break."""

from __future__ import annotations

import pytest

from bench.console.readers import Noted
from bench.console.shift import SentAlert, after_break_s


def reader(back_at: float, *rows: tuple[float, str, int]) -> Noted:
    """Return what a reader noted that came back once."""
    return Noted("0.0", [back_at], list(rows))


def test_the_newest_row_of_every_alert_counts_and_not_an_older_one() -> None:
    """It came back at 10; of `a` the second version was there, which it had at 10.4."""
    sent = [SentAlert(5, "a", 1), SentAlert(8, "a", 2), SentAlert(9, "b", 3), SentAlert(11, "a", 4)]
    noted = reader(10, (10.1, "a", 1), (10.2, "b", 3), (10.4, "a", 2), (11.1, "a", 4))
    assert after_break_s([noted], sent) == [pytest.approx(0.4)]


def test_a_newer_row_tells_the_older_ones_too() -> None:
    """And what was known before the break needs no row after it."""
    sent = [SentAlert(5, "a", 1), SentAlert(8, "b", 2)]
    assert after_break_s([reader(10, (5.1, "a", 1), (10.3, "b", 7))], sent) == [pytest.approx(0.3)]


def test_an_alert_that_never_came_is_endlessly_late() -> None:
    """A row that is missing is no small figure."""
    assert after_break_s([reader(10, (10.1, "a", 1))], [SentAlert(5, "a", 1), SentAlert(6, "b", 2)]) == [float("inf")]
