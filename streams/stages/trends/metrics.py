"""Metrics of `trends`: how the plan's targets stand, of confirmed messages."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.trends import TrendTarget
from streams import metrics
from streams.kafka.record import EncodedOutput


def show_targets(outputs: Sequence[EncodedOutput]) -> None:
    """Show how each target stands in the year that runs; one of a year that is over is for reports alone."""
    for output in outputs:
        target = output.message
        if isinstance(target, TrendTarget) and target.year == target.computed_at.year:
            labels = (target.control_room_id, target.category)
            metrics.TARGET_COUNTED.labels(*labels).set(target.count)
            metrics.TARGET_EXPECTED.labels(*labels).set(target.expected)
            metrics.TARGET_LIMIT.labels(*labels).set(target.below_per_year)
