"""What cameras near a report say: one that covers the place and may not be looked at could not look."""

from __future__ import annotations

import pytest

from schemas.evidence import CameraCoverage, Coverage, ReportFact, Verdict
from schemas.phrases.language import Language
from streams.config.files import load_rules
from streams.domain.alerts.alert import alert_of, judge
from streams.domain.alerts.situation import (
    Situation,
    open_situation,
    report_row,
    sighting_row,
    with_report,
    with_sighting,
)
from streams.presentation.alerts import row
from tests.support.situations import NOON, report, sighting

RULES = load_rules()


def near(camera_id: str, coverage: Coverage, distance_m: float = 12) -> CameraCoverage:
    return CameraCoverage(camera_id=camera_id, distance_m=distance_m, coverage=coverage)


def situation(*cameras: CameraCoverage) -> Situation:
    evidence = report(cameras=cameras)
    assert isinstance(evidence.fact, ReportFact)
    return with_report(open_situation(evidence, NOON), report_row(evidence, evidence.fact))


@pytest.mark.parametrize(
    ("coverage", "verdict", "words"),
    [
        (Coverage.IN_VIEW, Verdict.PENDING, "asked, still looking"),
        (Coverage.NOT_PERMITTED_NOW, Verdict.CAMERA_UNAVAILABLE, "may not be looked at now"),
        (Coverage.NO_CAMERAS_FOR_CATEGORY, Verdict.NO_COVERAGE, "not asked: no cameras for this category"),
        (Coverage.OUT_OF_RANGE, Verdict.NO_COVERAGE, "does not see the place"),
    ],
)
def test_every_coverage_has_one_verdict_everywhere(coverage: Coverage, verdict: Verdict, words: str) -> None:
    """The camera's, the report's, the alert's and the factor's."""
    known = situation(near("cam-1", coverage))
    alert = alert_of(known, judge(known, RULES, NOON), RULES, "r1")
    assert [(each.verdict, each.explanation) for each in alert.cameras] == [(verdict, words)]
    assert {*alert.report_verdicts.values(), alert.verdict} == {verdict}
    [factor] = [each for each in alert.factors if each.rule_id.startswith("verdict.")]
    assert (factor.rule_id, factor.points) == (f"verdict.{verdict.value}", 0)


def test_an_operator_reads_that_the_camera_could_not_look() -> None:
    """And not that there is none."""
    known = situation(near("cam-1", Coverage.NOT_PERMITTED_NOW), near("cam-2", Coverage.OUT_OF_RANGE, 80))
    alert = alert_of(known, judge(known, RULES, NOON), RULES, "r1")
    assert row(alert, NOON, Language.NL).cameras == "cam-1: kon niet kijken"
    [factor] = [each for each in alert.factors if each.rule_id.startswith("verdict.")]
    assert factor.reason == "cameras cover the place but could not look: cam-1, may not be looked at now"


def test_one_that_may_not_look_never_outweighs_one_that_did() -> None:
    """Whoever looked counts first, in the alert and in its report."""
    asked = situation(near("cam-1", Coverage.NOT_PERMITTED_NOW, 1), near("cam-2", Coverage.IN_VIEW))
    evidence = sighting(camera_id="cam-2", verdict=Verdict.UNSEEN)
    known = with_sighting(asked, sighting_row(evidence, evidence.fact))  # type: ignore[arg-type]
    alert = alert_of(known, judge(known, RULES, NOON), RULES, "r1")
    assert {*alert.report_verdicts.values(), alert.verdict} == {Verdict.UNSEEN}
    assert {each.camera_id: each.verdict for each in alert.cameras} == {
        "cam-1": Verdict.CAMERA_UNAVAILABLE, "cam-2": Verdict.UNSEEN,
    }  # fmt: skip
