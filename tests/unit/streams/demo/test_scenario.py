"""The demo's lines."""

from __future__ import annotations

from pathlib import Path

from schemas.alerts import AlertState, AlertSummary
from schemas.categories import Priority
from streams.canary.partitions import names
from streams.demo.material import Material
from streams.demo.scenario import alert_line, judge
from streams.local.pipeline import Pipeline
from tests.support.alerts import alert
from tests.support.messages import NOON


def test_a_priority_that_is_held_says_what_it_falls_to() -> None:
    """Or a P1 with few points would have no reason."""
    assert "held" not in alert_line(alert())
    held = alert(priority=Priority.P1, falls_to=Priority.P2, falls_at=NOON)
    assert alert_line(held).endswith("[held, falls to P2 at 12:00:00 UTC]")


def test_an_exercise_is_marked() -> None:
    """A drill goes through the demo too, and nothing of it is real."""
    assert "EXERCISE" in alert_line(alert(exercise=True))
    assert "EXERCISE" not in alert_line(alert())


PIPELINE = Pipeline.model_validate({"registry": "cameras.yaml", "processes": [{"name": "a", "command": ["canary"]}]})


def test_a_canary_that_is_not_back_is_not_as_expected(tmp_path: Path) -> None:
    """Of every partition one must have come all the way."""
    expected: dict[str, object] = {"alerts": [], "dead_letters": {}}
    material = Material(tmp_path, PIPELINE, expected, composed=True)
    assert judge(material, [], {}, canaries_back=len(names())) == []
    assert judge(material, [], {}, canaries_back=3) == ["canaries: expected 4 or more back, found 3"]


def test_a_summary_tells_what_stands_under_it() -> None:
    """It has no category and no place of its own."""
    summary = AlertSummary(
        open=2,
        grouped=2,
        in_flood=False,
        taking=True,
        counts=(),
        alert_ids=(),
        not_listed=2,
        oldest_at=NOON,
        newest_at=NOON,
    )
    line = alert_line(alert(summary=summary, title="2 grouped: 2 P4", state=AlertState.ACKNOWLEDGED))
    assert line.split() == ["P1", "summary", "2", "grouped:", "2", "P4", "[acknowledged]"]
