"""What of the plan's targets is shown: how they stand in the year that runs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.codec import encode
from schemas.trends import TrendTarget
from streams import metrics
from streams.kafka.record import EncodedOutput
from streams.stages.trends.metrics import show_targets
from streams.topics import TRENDS
from tests.support.messages import NOON, example

GAUGES = (metrics.TARGET_COUNTED, metrics.TARGET_EXPECTED, metrics.TARGET_LIMIT)


@pytest.mark.parametrize(("year", "expected"), [(2026, [12, 9.5, 350]), (2025, [-1, -1, -1])])
def test_a_target_is_shown_in_the_year_that_runs(year: int, expected: list[float]) -> None:
    """One of a year that is over changes nothing."""
    labels = ("a-room", "woninginbraak")
    for gauge in GAUGES:
        gauge.labels(*labels).set(-1)
    told = example(
        TrendTarget, control_room_id=labels[0], category=labels[1], year=year, count=12, expected=9.5, below_per_year=350,
        computed_at=datetime(2026, 1, 20, tzinfo=UTC),
    )  # fmt: skip
    record = encode(told, stage="trends", handled_at=NOON, entered_at=NOON)
    show_targets([EncodedOutput(TRENDS, 0, record, told)])
    assert [gauge.labels(*labels)._value.get() for gauge in GAUGES] == expected
