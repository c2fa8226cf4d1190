"""What cameras near a report say: one that covers the place and may not be looked at could not look."""

from __future__ import annotations

import pytest

from schemas.alerts import Change
from schemas.evidence import CameraCoverage, Coverage, Likelihood, ReportFact, SightingFact, Verdict
from schemas.phrases.catalogue import sentence, text_of
from schemas.phrases.codes.cameras import status_reason
from schemas.phrases.codes.common import together
from schemas.phrases.codes.likelihoods import in_view_unclear, place_in_view, stand_together, usual_from
from schemas.phrases.codes.sightings import (
    camera_trouble,
    looked_too_little,
    not_kept_before,
    saw_at_most,
    view_degraded,
    view_not_clear,
)
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.config.files import load_rules
from streams.domain.alerts.alert import alert_of, judge
from streams.domain.alerts.facts import report_row, sighting_row
from streams.domain.alerts.priority.camera_verdicts import PHRASED_AT_MOST
from streams.domain.alerts.revise import Policy, revise
from streams.domain.alerts.situation import Situation, open_situation, with_report, with_sighting
from streams.domain.alerts.suppression import NO_PLAN
from streams.presentation.alerts import row
from streams.runtime.encode import MAX_RECORD_BYTES, MAX_ROW_BYTES
from tests.support.situations import NOON, in_view, report, sighting

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


def test_an_answer_is_kept_once_and_told_as_text_and_phrase() -> None:
    """In a row the text follows from the phrase; of a sender of other words, or of a newer release, both are kept."""
    said = saw_at_most(0, 10, 0, 90)
    answer = sighting("a", verdict=Verdict.UNSEEN)
    assert isinstance(answer.fact, SightingFact)
    fact = answer.fact.model_copy(update={"explanation": sentence(said), "phrase": said})
    once = sighting_row(answer, fact)
    assert (once.explanation, once.phrase, once.words) == ("", said, "saw nobody in 10 min 0 s, 90% of them watched")
    newer = Phrase(code="of-a-newer-release")
    kept = sighting_row(answer, fact.model_copy(update={"phrase": newer, "explanation": "as it says"}))
    assert (kept.explanation, kept.phrase, kept.words) == ("as it says", newer, "as it says")
    assert sighting_row(answer, answer.fact).words == answer.fact.explanation


LONGEST = Likelihood(
    signal="standing",
    ratio=123.456,
    hit_rate=0.65,
    base_rate=0.123456,
    windows=96,
    learnt_of="near_hours",
    in_view=0.123,
    met=("fastest", "standing", "dropped", "persons"),
    looked_for=("fastest", "standing", "dropped", "persons"),
)
COULD_NOT = together(
    looked_too_little(40),
    view_not_clear(120),
    not_kept_before(NOON),
    view_degraded("covered"),
    camera_trouble("degraded", NOON, status_reason("covered")),
)
SAW = together(
    in_view_unclear(stand_together(12), 120, "min", "before"), usual_from("standing", 3, 1, 30, 30), place_in_view(12)
)


@pytest.mark.parametrize(
    ("verdict", "why", "likelihood"),
    [(Verdict.CAMERA_UNAVAILABLE, COULD_NOT, None), (Verdict.CONSISTENT, SAW, LONGEST)],
)
def test_an_alert_of_many_cameras_fits_its_message_and_its_row(
    verdict: Verdict, why: Phrase | None, likelihood: Likelihood | None
) -> None:
    """Forty reports with twenty-five cameras each, which all could not look for many reasons, or saw as much as can be told."""
    assert why is not None
    situation: Situation | None = None
    for number in range(RULES.joining.reports_at_most):
        names = [f"camera-{number}-{each}" for each in range(RULES.looking.asked_at_most)]
        reported = report(f"{number}", in_view(*names), source=f"partner-{number}")
        assert isinstance(reported.fact, ReportFact)
        situation = with_report(situation or open_situation(reported, NOON), report_row(reported, reported.fact))
        for name in names:
            answer = sighting(f"{number}", name, verdict)
            assert isinstance(answer.fact, SightingFact)
            told = {"incident_id": reported.fact.incident.incident_id, "explanation": text_of(why), "phrase": why}
            told |= {"likelihood": likelihood}
            kept = sighting_row(answer, answer.fact.model_copy(update=told))
            situation = situation.model_copy(update={"sightings": (*situation.sightings, kept)})
    assert situation is not None
    made = revise(situation, situation, Change.EVIDENCE, (), Policy(RULES, NO_PLAN, "r1"), NOON)
    assert [bool(each.phrase) for each in made.alert.cameras] == [True] * PHRASED_AT_MOST + [False] * 900
    assert len({each.explanation for each in made.alert.cameras}) == 1
    assert len(made.alert.model_dump_json().encode()) < 0.6 * MAX_RECORD_BYTES
    assert len(made.situation.model_dump_json().encode()) < MAX_ROW_BYTES


def test_the_camera_whose_likelihood_counts_keeps_it_wherever_it_stands() -> None:
    """Behind a hundred others that saw less: its points are those of its ratio, not of the table."""
    names = [f"camera-{number:03}" for number in range(PHRASED_AT_MOST + 20)]
    reported = report("a", in_view(*names))
    assert isinstance(reported.fact, ReportFact)
    situation = with_report(open_situation(reported, NOON), report_row(reported, reported.fact))
    for name in names:
        answer = sighting("a", name, Verdict.CORROBORATED)
        assert isinstance(answer.fact, SightingFact)
        ratio = 12.0 if name == names[-1] else 6.0
        fact = answer.fact.model_copy(update={"likelihood": LONGEST.model_copy(update={"ratio": ratio})})
        situation = situation.model_copy(update={"sightings": (*situation.sightings, sighting_row(answer, fact))})
    judged = judge(situation, RULES, NOON)
    assert [each.likelihood is not None for each in judged.cameras] == [True] * PHRASED_AT_MOST + [False] * 19 + [True]
    [factor] = [each for each in judged.scored.factors if each.rule_id == "verdict.corroborated"]
    assert factor.points == 11
