"""What a verdict adds to an alert: by its likelihood where it has one, by the table where an earlier release told it."""

from __future__ import annotations

from itertools import permutations

import pytest

from schemas.evidence import Evidence, Likelihood, SightingFact, Verdict
from tests.support.deciding import Deciding
from tests.support.situations import SEEN_AT, in_view, report, seconds, sighting


def told(verdict: Verdict, ratio: float | None, camera_id: str = "cam-1") -> Evidence:
    evidence = sighting(verdict=verdict, camera_id=camera_id)
    assert isinstance(evidence.fact, SightingFact)
    likelihood = None if ratio is None else Likelihood(signal="fastest", ratio=ratio, base_rate=0.03)
    return evidence.model_copy(update={"fact": evidence.fact.model_copy(update={"likelihood": likelihood})})


def points(*said: Evidence) -> tuple[str, float]:
    deciding = Deciding()
    alerts = deciding.take(report(cameras=in_view("cam-1", "cam-2", "cam-3")))
    for each in said:
        alerts += deciding.take(each)
    [factor] = [each for each in alerts[-1].factors if each.rule_id.startswith("verdict.")]
    return factor.rule_id, factor.points


@pytest.mark.parametrize(
    ("verdict", "ratio", "worth"),
    [
        (Verdict.CORROBORATED, 5.0, 7),
        (Verdict.CORROBORATED, 10.0, 10),
        (Verdict.CORROBORATED, 500.0, 15),
        (Verdict.CONSISTENT, 1.0, 0),
        (Verdict.CONSISTENT, 3.0, 5),
        (Verdict.CONSISTENT, 40.0, 6),
    ],
)
def test_a_sight_is_worth_its_ratio_within_what_its_verdict_may_be(
    verdict: Verdict, ratio: float, worth: float
) -> None:
    assert points(told(verdict, ratio)) == (f"verdict.{verdict.value}", worth)


@pytest.mark.parametrize(
    ("verdict", "ratio", "worth"),
    [
        (Verdict.UNSEEN, 0.4, -4),
        (Verdict.UNSEEN, 1.0, 0),
        (Verdict.CONTRADICTED, 0.3, -5),
        (Verdict.CONTRADICTED, 0.01, -10),
    ],
)
def test_what_was_not_seen_takes_by_its_ratio(verdict: Verdict, ratio: float, worth: float) -> None:
    """When all cameras have said so."""
    said = [told(verdict, ratio, name) for name in ("cam-1", "cam-2", "cam-3")]
    assert points(*said) == (f"verdict.{verdict.value}", worth)


@pytest.mark.parametrize(
    ("verdict", "worth"),
    [(Verdict.CORROBORATED, 15), (Verdict.CONSISTENT, 0), (Verdict.UNSEEN, -10), (Verdict.CONTRADICTED, -20)],
)
def test_a_verdict_without_a_likelihood_counts_as_it_did(verdict: Verdict, worth: float) -> None:
    said = [told(verdict, None, name) for name in ("cam-1", "cam-2", "cam-3")]
    assert points(*said) == (f"verdict.{verdict.value}", worth)


def test_several_cameras_do_not_add_up() -> None:
    """The most telling one counts, whatever the order."""
    three = [told(Verdict.CORROBORATED, ratio, name) for name, ratio in (("cam-1", 6), ("cam-2", 12), ("cam-3", 6))]
    assert points(*three) == points(*reversed(three)) == ("verdict.corroborated", 11)


def test_the_alert_tells_the_likelihood_of_each_camera_that_has_one() -> None:
    deciding = Deciding()
    deciding.take(report(cameras=in_view("cam-1", "cam-2")))
    [alert] = deciding.take(told(Verdict.CORROBORATED, 8.0))
    assert [each.likelihood and each.likelihood.ratio for each in alert.cameras] == [8.0, None]


def test_a_consistent_answer_gives_way_to_a_corroboration_and_not_back() -> None:
    deciding = Deciding()
    deciding.take(report(cameras=in_view("cam-1")))
    [alert] = deciding.take(told(Verdict.CONSISTENT, 2.0))
    assert alert.verdict is Verdict.CONSISTENT
    [alert] = deciding.take(told(Verdict.CORROBORATED, 8.0))
    assert alert.verdict is Verdict.CORROBORATED
    assert deciding.take(told(Verdict.CONSISTENT, 2.0)) == []


@pytest.mark.parametrize("verdict", [Verdict.CONSISTENT, Verdict.CORROBORATED])
def test_of_a_cameras_answers_the_most_telling_is_kept_in_whatever_order_they_come(verdict: Verdict) -> None:
    """A second that came late showed more, or a newer revision has a better place and looks at the same second again."""
    weak, strong, again = (
        told(verdict, ratio).model_copy(update={"evidence_id": name, "occurred_at": at})
        for name, ratio, at in (("b", 2.0, SEEN_AT), ("c", 3.0, SEEN_AT - seconds(5)), ("a", 1.5, SEEN_AT))
    )
    for said in permutations((weak, strong, again)):
        assert points(*said) == (f"verdict.{verdict.value}", 5)


def test_of_two_reports_that_asked_a_camera_its_more_telling_answer_is_told() -> None:
    """Wherever the other was reported: a street's centre in view is right to a hundred metres."""
    deciding = Deciding()
    deciding.take(report("a", cameras=in_view("cam-1")))
    near = in_view("cam-1")[0].model_copy(update={"distance_m": 30.0})
    deciding.take(report("b", cameras=(near,)))
    deciding.take(told(Verdict.CONSISTENT, 1.2))
    precise = told(Verdict.CONSISTENT, 4.0)
    other = sighting("b", verdict=Verdict.CONSISTENT)
    assert isinstance(precise.fact, SightingFact)
    assert isinstance(other.fact, SightingFact)
    fact = other.fact.model_copy(update={"likelihood": precise.fact.likelihood})
    [alert] = deciding.take(other.model_copy(update={"fact": fact}))
    [factor] = [each for each in alert.factors if each.rule_id.startswith("verdict.")]
    assert factor.points == 6
