"""Metrics of `decide`: what its confirmed alerts are to operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.alerts import Alert
from schemas.codec import envelope
from streams import metrics, topics
from streams.kafka.record import EncodedOutput
from streams.stages.decide.budget import BudgetMeasure


def count_alerts(outputs: Sequence[EncodedOutput]) -> None:
    """Count the alerts among confirmed outputs, by change and priority, and measure how long their newest cause took.

    The alert budget tells what it measured with the record of the decision.
    """
    for output in outputs:
        if isinstance(output.measured, BudgetMeasure):
            _show_budget(output.measured)
        alert = output.message
        if output.topic == topics.SHADOW_ALERTS and isinstance(alert, Alert) and alert.revision == 0:
            metrics.SHADOW_ALERTS.labels(alert.priority).inc()
        if output.topic != topics.ALERTS or not isinstance(alert, Alert):
            continue
        metrics.ALERT_CHANGES.labels(alert.change, alert.priority).inc()
        if alert.revision == 0 and alert.summary is None:
            metrics.ALERTS.labels(alert.priority).inc()
        if alert.grouping is not None and alert.asks:
            metrics.ALERTS_GROUPED.labels(alert.control_room_id, alert.priority, alert.grouping).inc()
        elif alert.asks and not alert.exercise:
            metrics.ALERTS_SHOWN.labels(alert.control_room_id, alert.priority).inc()
        entered_at = envelope(output.record.headers).entered_at
        if entered_at is not None:
            seconds = (datetime.now(entered_at.tzinfo) - entered_at).total_seconds()
            metrics.END_TO_END_SECONDS.labels(topics.ALERTS).observe(max(0.0, seconds))


def _show_budget(measured: BudgetMeasure) -> None:
    metrics.ALERT_FLOOD.labels(measured.control_room_id).set(measured.flood)
    metrics.ALERT_BUDGET_USED.labels(measured.control_room_id).set(measured.used_share)
