"""What `bench decide` tells of live events."""

from __future__ import annotations

import pytest

from bench.decide.measure import SLOWEST, Live, LiveAlert, told_of


def test_the_slowest_are_told_leg_by_leg() -> None:
    """Of many alerts the slowest come first, each with where its time went, and what the worker said."""
    alerts = tuple(LiveAlert(number / 10, 0.002, number / 1000) for number in range(1, 101))
    told = told_of(Live(alerts, ("decide: slow: 0.90 s",)))
    assert told["alerts"] == 100
    assert told["p99_ms"] == pytest.approx(told["to_alert_p99_ms"] + 2, abs=0.11)
    assert told["to_broker_p95_ms"] == 2
    assert len(told["slowest"]) == SLOWEST
    assert told["slowest"][0] == {"at_s": 10.0, "to_broker_ms": 2.0, "to_alert_ms": 100.0}
    assert told["told"] == ("decide: slow: 0.90 s",)
