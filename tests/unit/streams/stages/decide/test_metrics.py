"""Which metric counts which alert that `decide` sent, and what its budget's gauges show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.alerts import Alert, Grouping
from schemas.codec import encode
from schemas.decisions import DecisionLog
from streams import metrics
from streams.kafka.record import EncodedOutput
from streams.stages.decide.budget import BudgetMeasure
from streams.stages.decide.metrics import VERDICTS, count_alerts
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


def handled(**changes: Any) -> tuple[dict[str, float], list[float], float]:
    """Return by how much an alert raises verdicts (by verdict), acknowledgements (count, sum of seconds), and escalations."""
    alert = example(Alert, control_room_id=ROOM, priority="P1", **changes)
    verdicts = {verdict: metrics.ALERTS_JUDGED.labels("P1", verdict) for verdict in VERDICTS}
    escalated = metrics.ALERTS_ESCALATED.labels(ROOM)

    def numbers() -> list[float]:
        found = {
            sample.name.removeprefix("toezicht_acknowledged_seconds"): sample.value
            for family in metrics.ACKNOWLEDGED_SECONDS.collect()
            for sample in family.samples
            if sample.labels == {"priority": "P1"}
        }
        return [each._value.get() for each in (*verdicts.values(), escalated)] + [found["_count"], found["_sum"]]

    metrics.ACKNOWLEDGED_SECONDS.labels("P1")
    before = numbers()
    record = encode(alert, stage="decide", handled_at=NOON, entered_at=NOON)
    count_alerts([EncodedOutput(topic=ALERTS, partition=0, record=record, message=alert)])
    more = [after - then for after, then in zip(numbers(), before, strict=True)]
    raised = {verdict: by for verdict, by in zip(VERDICTS, more, strict=False) if by}
    return raised, more[5:], more[4]


LATER = NOON + timedelta(seconds=90)
ACKNOWLEDGED = {
    "change": "action", "state": "acknowledged", "opened_at": NOON, "acknowledged_at": LATER, "changed_at": LATER,
}  # fmt: skip
CLOSED = {"change": "action", "state": "closed", "acknowledged_at": NOON, "changed_at": LATER}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_counted_once_by_priority(verdict: str) -> None:
    """When an operator closes the alert; a merge closes one for another, an exercise says nothing of what is real."""
    assert handled(**CLOSED, closing=verdict)[0] == {verdict: 1}
    assert handled(**CLOSED, closing=verdict, merged_into="b")[0] == {}
    assert handled(**CLOSED, closing=verdict, exercise=True)[0] == {}
    assert handled(**{**CLOSED, "change": "evidence"}, closing=verdict)[0] == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (ACKNOWLEDGED, [1, 90]),
        ({**ACKNOWLEDGED, "back_at": NOON + timedelta(seconds=60)}, [1, 30]),
        ({**ACKNOWLEDGED, "acknowledged_at": NOON}, [0, 0]),
        ({**ACKNOWLEDGED, "change": "evidence"}, [0, 0]),
        ({**ACKNOWLEDGED, "exercise": True}, [0, 0]),
        ({**ACKNOWLEDGED, "summary": SUMMARY}, [0, 0]),
    ],
)
def test_the_time_to_acknowledge_is_measured_once_from_when_it_asked(changes: Any, expected: list[float]) -> None:
    """From the opening or the coming back; a later change of an acknowledged alert measures nothing."""
    assert handled(**changes)[1] == expected


def test_a_p1_that_nobody_acknowledged_is_counted() -> None:
    """In the time that the rules give; not of an exercise."""
    assert handled(change="escalated", state="new")[2] == 1
    assert handled(change="escalated", state="new", exercise=True)[2] == 0
    assert handled(change="opened", state="new")[2] == 0


@pytest.mark.parametrize("flood", [True, False])
def test_the_gauges_show_how_a_budget_stands_once_the_decision_is_confirmed(flood: bool) -> None:
    """Of each control room its own."""
    metrics.ALERT_FLOOD.labels(ROOM).set(-1)
    decision = example(DecisionLog, control_room_id=ROOM)
    record = encode(decision, stage="decide", handled_at=NOON, entered_at=NOON)
    count_alerts([EncodedOutput(DECISION_LOG, 0, record, decision, BudgetMeasure(ROOM, flood, 0.75))])
    assert metrics.ALERT_FLOOD.labels(ROOM)._value.get() == flood
    assert metrics.ALERT_BUDGET_USED.labels(ROOM)._value.get() == 0.75
