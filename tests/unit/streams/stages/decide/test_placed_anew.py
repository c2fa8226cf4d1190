"""A report whose update tells another place goes where a new report from there would go."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.evidence import Evidence
from schemas.geo import Position
from schemas.incidents import Operation
from tests.support.deciding import Deciding
from tests.support.situations import action, in_view, position, report, sighting

FAR = position(700)


def update(name: str = "late", at: Position | None = None, revision: int = 1) -> Evidence:
    """Return a report's update that places it, by default where the other report is."""
    return report(name, in_view("cam-1"), position=at or position(5), revision=revision, operation=Operation.UPDATE)


def opened(deciding: Deciding, at: Position | None) -> tuple[Alert, Alert]:
    """Return the alert of a report that is placed later, and that of one that was placed at once."""
    late = deciding.one(report("late", in_view("cam-1"), position=at))
    return late, deciding.one(report("there", position=position(0)))


@pytest.mark.parametrize("at", [None, FAR])
def test_an_update_that_tells_the_place_joins_what_is_there(deciding: Deciding, at: Position | None) -> None:
    """Its own alert closes as a duplicate that nobody handled, and names where it went on with what cameras said."""
    late, there = opened(deciding, at)
    deciding.take(sighting("late"))
    deciding.take(update())
    joined, closed = deciding.alerts[there.alert_id], deciding.alerts[late.alert_id]
    assert {row.source_id for row in joined.reports} == {"late", "there"}
    assert [camera.camera_id for camera in joined.cameras] == ["cam-1"]
    assert (closed.state, closed.closing, closed.merged_into) == (AlertState.CLOSED, "duplicate", there.alert_id)
    assert closed.handled_by is None
    assert deciding.take(update()) == []
    assert deciding.one(update(at=position(6), revision=2)).alert_id == there.alert_id


@pytest.mark.parametrize("what", ["nothing there", "the same place", "acted on", "another report", "cancelled"])
def test_an_alert_that_is_more_than_one_new_report_stays(deciding: Deciding, what: str) -> None:
    """So does one that a person has in hand, and one that goes where nothing is."""
    late, there = opened(deciding, FAR)
    changes: dict[str, Any] = {"at": {"nothing there": position(1_500), "the same place": FAR}.get(what)}
    if what == "acted on":
        deciding.take(action(late.alert_id, Action.ACKNOWLEDGE))
    if what == "another report":
        deciding.take(report("second", position=FAR))
    moved = update(**changes)
    if what == "cancelled":
        moved = report("late", position=position(5), revision=1, operation=Operation.CANCEL)
    deciding.take(moved)
    assert deciding.alerts[late.alert_id].merged_into is None
    assert len(deciding.alerts[there.alert_id].reports) == 1
