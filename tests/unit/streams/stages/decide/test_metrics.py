"""Which metric counts which alert that `decide` sent, and what its budget's gauges show."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.alerts import Alert, Grouping
from schemas.codec import encode
from schemas.decisions import DecisionLog
from streams import metrics
from streams.kafka.record import EncodedOutput
from streams.stages.decide.budget import BudgetMeasure
from streams.stages.decide.metrics import count_alerts
from streams.topics import ALERT_STATE, ALERTS, DECISION_LOG
from tests.support.alerts import SUMMARY
from tests.support.messages import NOON, example

ROOM = "counted"


def counted(topic: str = ALERTS, **changes: Any) -> tuple[float, float, float]:
    """Return by how much an alert raises what was shown, grouped and opened."""
    alert = example(Alert, control_room_id=ROOM, priority="P4", **changes)
    shown = metrics.ALERTS_SHOWN.labels(ROOM, "P4")
    grouped = metrics.ALERTS_GROUPED.labels(ROOM, "P4", "flood")
    opened = metrics.ALERTS.labels("P4")
    before = [each._value.get() for each in (shown, grouped, opened)]
    record = encode(alert, stage="decide", handled_at=NOON, entered_at=NOON)
    count_alerts([EncodedOutput(topic=topic, partition=0, record=record, message=alert)])
    after = [each._value.get() for each in (shown, grouped, opened)]
    return (after[0] - before[0], after[1] - before[1], after[2] - before[2])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"revision": 0, "asks": True}, (1, 0, 1)),
        ({"revision": 3, "asks": True}, (1, 0, 0)),
        ({"revision": 3, "asks": False}, (0, 0, 0)),
        ({"revision": 0, "asks": True, "grouped_under": "s", "grouping": Grouping.FLOOD}, (0, 1, 1)),
        ({"revision": 3, "asks": False, "grouped_under": "s", "grouping": Grouping.FLOOD}, (0, 0, 0)),
        ({"revision": 0, "asks": True, "summary": SUMMARY}, (1, 0, 0)),
        ({"revision": 0, "asks": True, "topic": ALERT_STATE}, (0, 0, 0)),
    ],
)
def test_what_is_shown_grouped_and_opened_is_counted(changes: dict[str, Any], expected: tuple[int, int, int]) -> None:
    """Each once, on the operator topic; a summary is shown, but it is no alert that was opened."""
    assert counted(**changes) == expected


@pytest.mark.parametrize("flood", [True, False])
def test_the_gauges_show_how_a_budget_stands_once_the_decision_is_confirmed(flood: bool) -> None:
    """Of each control room its own."""
    metrics.ALERT_FLOOD.labels(ROOM).set(-1)
    decision = example(DecisionLog, control_room_id=ROOM)
    record = encode(decision, stage="decide", handled_at=NOON, entered_at=NOON)
    count_alerts([EncodedOutput(DECISION_LOG, 0, record, decision, BudgetMeasure(ROOM, flood, 0.75))])
    assert metrics.ALERT_FLOOD.labels(ROOM)._value.get() == flood
    assert metrics.ALERT_BUDGET_USED.labels(ROOM)._value.get() == 0.75
