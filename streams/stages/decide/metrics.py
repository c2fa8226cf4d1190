"""Metrics of `decide`: what its confirmed alerts are to operations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from schemas.alerts import Alert, AlertState, Change, Grouping
from schemas.categories import Priority
from schemas.codec import envelope
from streams import metrics, topics
from streams.kafka.record import EncodedOutput
from streams.stages.decide.budget import BudgetMeasure
from streams.tracing.spans import exemplar

VERDICTS: Final = ("true", "false", "test", "duplicate")
"""What an operator can close an alert as (`Alert.closing`)."""


def alerts_from_zero(rooms: Collection[str]) -> None:
    """Let what is counted of alerts be series from the start, for these control rooms."""
    metrics.from_zero(metrics.ALERTS, Priority)
    metrics.from_zero(metrics.ALERT_CHANGES, Change, Priority)
    metrics.from_zero(metrics.ALERTS_SHOWN, rooms, Priority)
    metrics.from_zero(metrics.ALERTS_GROUPED, rooms, Priority, Grouping)
    metrics.from_zero(metrics.ALERTS_ESCALATED, rooms)
    metrics.from_zero(metrics.ALERTS_JUDGED, Priority, VERDICTS)


def shadow_from_zero() -> None:
    """Let the alerts of the shadow rules be series from the start."""
    metrics.from_zero(metrics.SHADOW_ALERTS, Priority)


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
        if alert.summary is None and not alert.exercise:
            _count_handling(alert)
        entered_at = envelope(output.record.headers).entered_at
        if entered_at is not None:
            seconds = (datetime.now(entered_at.tzinfo) - entered_at).total_seconds()
            metrics.END_TO_END_SECONDS.labels(topics.ALERTS).observe(max(0.0, seconds), exemplar())


def _count_handling(alert: Alert) -> None:
    """Count what an operator did with an alert, or did not in time; a merge closes one for another, which is no verdict."""
    if alert.change is Change.ESCALATED:
        metrics.ALERTS_ESCALATED.labels(alert.control_room_id).inc()
    if alert.change is not Change.ACTION:
        return
    if alert.state is AlertState.ACKNOWLEDGED and alert.acknowledged_at == alert.changed_at:
        seconds = (alert.changed_at - (alert.back_at or alert.opened_at)).total_seconds()
        metrics.ACKNOWLEDGED_SECONDS.labels(alert.priority).observe(max(0.0, seconds))
    if alert.state is AlertState.CLOSED and alert.closing and alert.merged_into is None:
        metrics.ALERTS_JUDGED.labels(alert.priority, alert.closing).inc()


def _show_budget(measured: BudgetMeasure) -> None:
    metrics.ALERT_FLOOD.labels(measured.control_room_id).set(measured.flood)
    metrics.ALERT_BUDGET_USED.labels(measured.control_room_id).set(measured.used_share)
