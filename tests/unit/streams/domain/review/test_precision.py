"""Precision from operators' verdicts, with an interval that small counts deserve."""

from __future__ import annotations

import pytest

from schemas.alerts import Alert, AlertSummary
from schemas.categories import Priority
from streams.domain.review.precision import closed_alerts, precision, precisions, wilson
from tests.support.messages import NOON, example


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 1, 0.0, 0.793), (1, 1, 0.207, 1.0), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366), (0, 100, 0.0, 0.037)],
)
def test_wilsons_interval(right: int, total: int, low: float, high: float) -> None:
    """Known values, also 81 of 263 of Newcombe (1998), table I: 0.2553 to 0.3662."""
    assert wilson(right, total) == pytest.approx((low, high), abs=0.0006)


@pytest.mark.parametrize(("right", "total"), [(0, 0), (2, 1), (-1, 3)])
def test_no_interval_of_nothing(right: int, total: int) -> None:
    """Nor of more than there is."""
    with pytest.raises(ValueError, match="expected a share"):
        wilson(right, total)


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([], (0, 0, None, True)),
        (["test", "duplicate"], (0, 0, None, True)),
        (["true", "false", "true", "test"], (2, 1, 0.667, True)),
        (["true"] * 19 + ["false"], (19, 1, 0.95, False)),
    ],
    ids=["nothing", "no verdict on the rule", "few", "enough"],
)
def test_precision_counts_true_and_false_alone(verdicts: list[str], told: tuple[int, int, float | None, bool]) -> None:
    """Test and duplicate are counted apart; small counts are marked."""
    found = precision(verdicts).as_dict()
    assert (found["true"], found["false"], found["precision"], found["small"]) == told
    assert (found["interval"] is None) is (told[2] is None)


def closed(alert_id: str, verdict: str, **changes: object) -> Alert:
    return example(Alert, alert_id=alert_id, revision=2, state="closed", closing=verdict, **changes)


def test_only_alerts_that_are_closed_now_count() -> None:
    """One that was opened again has no verdict; versions are put in order."""
    again = [closed("a", "false"), example(Alert, alert_id="a", revision=3, state="new")]
    kept = [closed("b", "true"), example(Alert, alert_id="b", revision=0)]
    [found] = closed_alerts([*again, *kept])
    assert (found.last.alert_id, found.verdict, [alert.revision for alert in found.versions]) == ("b", "true", [0, 2])


def test_a_summary_is_not_judged_by_its_closing() -> None:
    """It puts its alerts on the list: each is still to be judged."""
    under = AlertSummary(
        open=2,
        grouped=2,
        counts=(),
        alert_ids=(),
        not_listed=2,
        oldest_at=NOON,
        newest_at=NOON,
        in_flood=True,
        taking=False,
    )
    assert closed_alerts([closed("a", "true", summary=under)]) == []


def test_precision_by_everything() -> None:
    """A rule counts where it gave points or held the priority, a camera where it said that it saw it."""
    alerts = [
        example(Alert, alert_id="a", revision=0, priority=Priority.P1),
        closed("a", "true", priority=Priority.P3),
        closed("b", "false", capped_by="limit.case", cameras=()),
    ]
    found = precisions(closed_alerts(alerts))
    assert found["total"]["all"].precision == 0.5
    assert {name: each.true for name, each in found["priority"].items()} == {"P1": 1 + 0}
    assert found["category"]["straatroof"].false == 1
    assert found["camera"]["stadshart-01"].precision == 1.0
    assert found["rule"]["limit.case"].precision == 0.0
    assert found["rule"]["base-straatroof"].precision == 0.5
