"""Hit rates move by what operators closed as true, as far as cameras were asked, and only as a proposal."""

from __future__ import annotations

import pytest

from schemas.alerts import Alert, AlertCamera
from schemas.categories import Category
from schemas.evidence import Coverage, Likelihood, Verdict
from streams.config.files import load_rules
from streams.domain.normal.measure import Measure
from streams.domain.review.hit_rates import hit_rates
from streams.domain.review.precision import Closed
from tests.support.messages import example

RULES = load_rules()
BASE_RATE = 0.05


def camera(
    verdict: Verdict,
    *met: str,
    in_view: float = 1.0,
    base_rate: float | None = BASE_RATE,
    told: bool = True,
    looked_for: tuple[str, ...] = tuple(Measure),
) -> AlertCamera:
    likelihood = Likelihood(
        signal="none", ratio=1.0, base_rate=base_rate, in_view=in_view, met=met, looked_for=looked_for
    )
    return AlertCamera(
        camera_id="cam-1",
        distance_m=0,
        coverage=Coverage.IN_VIEW,
        verdict=verdict,
        explanation="told",
        likelihood=likelihood if told else None,
    )


def closed(*cameras: AlertCamera, verdict: str = "true", category: Category = Category.STRAATROOF) -> Closed:
    return Closed((example(Alert, category=category, cameras=cameras),), verdict)


def moved(*alerts: Closed) -> dict[tuple[str, str], tuple[float, int, int]]:
    return {
        (each.category.value, each.measure): (each.proposed, each.met, each.looked) for each in hit_rates(alerts, RULES)
    }


def test_each_camera_that_had_a_true_report_in_view_is_a_trial() -> None:
    """0.6 weighs as ten verdicts: ten hits move it halfway to one, ten misses halfway to none."""
    hits = [closed(camera(Verdict.CORROBORATED, "fastest"))] * 10
    assert moved(*hits)["straatroof", "fastest"] == (0.8, 10, 10)
    misses = [closed(camera(Verdict.UNSEEN))] * 10
    assert moved(*misses)["straatroof", "fastest"] == (0.3, 0, 10)
    [proposal] = [each for each in hit_rates(hits, RULES) if each.measure == "fastest"]
    assert proposal.fragment == {
        "categories": {"straatroof": {"cameras": {"signals": [{"measure": "fastest", "hit_rate": 0.8}]}}}
    }
    assert proposal.as_dict()["small"]


def test_a_corroboration_says_nothing_about_signals_that_were_not_waited_for() -> None:
    found = moved(*[closed(camera(Verdict.CORROBORATED, "fastest", "persons"))] * 10)
    assert ("straatroof", "standing") not in found
    assert found["straatroof", "fastest"] == (0.8, 10, 10)


def test_a_camera_that_measures_no_speed_is_no_trial_of_running() -> None:
    """It is not calibrated: that nobody ran there says nothing."""
    uncalibrated = [closed(camera(Verdict.UNSEEN, looked_for=("persons", "dropped", "stay")))] * 10
    assert {measure for _, measure in moved(*uncalibrated)} == {"persons", "dropped"}


def test_what_stayed_consistent_showed_nothing_else() -> None:
    found = moved(*[closed(camera(Verdict.CONSISTENT, "persons"))] * 10)
    assert found["straatroof", "fastest"] == (0.3, 0, 10)


@pytest.mark.parametrize(
    "alert",
    [
        closed(camera(Verdict.CORROBORATED, "fastest"), verdict="false"),
        closed(camera(Verdict.CORROBORATED, "fastest"), verdict="test"),
        closed(camera(Verdict.CORROBORATED, "fastest", in_view=0.2)),
        closed(camera(Verdict.CONSISTENT, "persons", base_rate=None)),
        closed(camera(Verdict.CAMERA_UNAVAILABLE)),
        closed(camera(Verdict.CORROBORATED, told=False)),
        closed(),
    ],
)
def test_what_is_no_trial_moves_nothing(alert: Closed) -> None:
    """Not true, not in view, nothing learnt, not looked, or told by a release that knew no likelihood."""
    assert moved(*[alert] * 30) == {}


def test_no_rate_becomes_certain() -> None:
    found = moved(*[closed(camera(Verdict.CORROBORATED, "fastest"))] * 10_000, *[closed(camera(Verdict.UNSEEN))] * 0)
    assert found["straatroof", "fastest"][0] == 0.99
    assert moved(*[closed(camera(Verdict.UNSEEN))] * 10_000)["straatroof", "fastest"][0] == 0.01
