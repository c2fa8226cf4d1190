"""Likelihoods: the ratio of both rates, at the place and hour, weakened by a poor place and by several cameras."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from streams.config.files import load_rules
from streams.domain.corroboration.likelihood import (
    Expected,
    expected,
    judge,
    likelihood_of,
    not_met,
    ratio_met,
    ratio_not_met,
)
from streams.domain.corroboration.verdict import in_so_many
from streams.domain.normal.base_rate import LearntOf
from streams.domain.normal.block import Block
from streams.domain.normal.hours import BLOCK, Bucket, bucket_of
from streams.domain.normal.measure import Measure, Sizes
from streams.domain.normal.profile import Fingerprint, ProfileRow, with_block
from streams.domain.rules.cameras import CameraRule, NormalRule, Signal
from tests.support.situations import NOON

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NORMAL = NormalRule()
RULE = CameraRule.model_validate(
    {
        "distance_m": 100,
        "before_s": 200,
        "after_s": 400,
        "signals": [
            {"measure": "fastest", "least": 2.2, "above": "profile", "hit_rate": 0.6},
            {"measure": "persons", "least": 2, "hit_rate": 0.9},
        ],
        "contradicted_at_most_persons": 0,
    }
)
BUCKET = bucket_of(NOON, AMSTERDAM)


def learnt(*largest: Sizes) -> ProfileRow | None:
    row = None
    for number, sizes in enumerate(largest):
        row = with_block(
            row, Block(NOON + number % 6 * BLOCK, 600, sizes), Fingerprint(shape="a", ground="1"), AMSTERDAM
        )
    return row


def known(*largest: Sizes, in_view: float = 1.0, in_views: float = 1.0) -> tuple[Expected, ...]:
    row = learnt(*largest)

    def profile(bucket: Bucket) -> ProfileRow | None:
        return row if bucket == BUCKET else None

    return expected(RULE, NORMAL, profile, BUCKET, in_view, in_views)


def walks(persons: int = 3, fastest: float = 1.3) -> Sizes:
    return (persons, fastest, 0, 0.0, 20.0)


def test_a_sight_that_is_seldom_is_worth_its_hit_rate_over_its_base_rate_and_one_that_is_always_nothing() -> None:
    assert ratio_met(0.6, 0.001, 1) == pytest.approx(600, rel=0.01)
    assert ratio_met(0.6, 0.999999, 1) == pytest.approx(1)
    assert ratio_met(0.01, 0.9, 1) > 1, "never against a report that it was seen"
    assert ratio_not_met(0.6, 1) == pytest.approx(0.4)


@pytest.mark.parametrize("in_view", [0, 0.1, 0.5, 1])
def test_a_poor_place_brings_a_ratio_nearer_to_one(in_view: float) -> None:
    assert ratio_met(0.6, 0.05, in_view) == pytest.approx(1 + in_view * (ratio_met(0.6, 0.05, 1) - 1))
    assert ratio_not_met(0.6, in_view) == pytest.approx(1 - 0.6 * in_view)


def test_what_is_unusual_and_much_more_likely_corroborates() -> None:
    signals = known(*[walks()] * 20)
    runs, present = signals
    assert (runs.unusual, runs.blocks, runs.learnt_of) == (2.2, 20, LearntOf.HOUR)
    assert runs.unusual_rate == pytest.approx(1 / 22)
    assert present.fits_rate == pytest.approx(21 / 22)
    judged = judge(signals, walks(2, 2.5), NORMAL)
    assert judged is not None
    assert judged.corroborates
    told = likelihood_of(signals, judged, walks(2, 2.5), 1.0)
    assert (told.signal, told.met, told.windows) == ("fastest", ("fastest", "persons"), 20)
    assert told.ratio == pytest.approx(1 + 0.6 * (21 / 22) / (1 / 22), abs=0.001)


def test_what_is_seldom_but_not_unusual_is_consistent_whatever_its_ratio() -> None:
    """Runs in 3 of 40 blocks: ratio 6, and more than one block in twenty."""
    signals = known(*[walks()] * 37, *[walks(3, 2.3)] * 3)
    assert signals[0].unusual == 2.6
    judged = judge(signals, walks(1, 2.5), NORMAL)
    assert judged is not None
    assert judged.ratio > NORMAL.corroborated_from
    assert not judged.corroborates


def test_the_largest_ratio_counts_and_nothing_is_multiplied() -> None:
    signals = known(*[walks()] * 20)
    alone, together = judge(signals, walks(1, 4.0), NORMAL), judge(signals, walks(9, 4.0), NORMAL)
    assert alone is not None
    assert together is not None
    assert alone.ratio == together.ratio


def test_with_too_little_learnt_everything_that_fits_is_worth_nothing() -> None:
    signals = known(*[walks()] * 11)
    judged = judge(signals, walks(9, 9.0), NORMAL)
    assert judged is not None
    assert (judged.corroborates, judged.ratio) == (False, 1.0)
    assert not_met(signals, dict.fromkeys(Measure, 1.0)) is None


def test_more_cameras_that_see_the_place_make_a_chance_sight_more_usual() -> None:
    one, five = known(*[walks()] * 20)[0], known(*[walks()] * 20, in_views=5)[0]
    assert five.unusual_rate == pytest.approx(1 - (1 - 1 / 22) ** 5)
    assert five.unusual_ratio < one.unusual_ratio
    few = known(*[walks()] * 20, in_views=0.2)[0]
    assert few.unusual_rate == one.unusual_rate


def test_a_measure_that_is_not_known_meets_nothing() -> None:
    signals = known(*[walks()] * 20)
    assert judge(signals, (None, None, None, None, None), NORMAL) is None
    assert judge(signals, (1, None, None, None, 9.0), NORMAL) is None


def test_what_was_not_met_is_told_by_the_signal_that_says_most() -> None:
    told = not_met(known(*[walks()] * 20), dict.fromkeys(Measure, 1.0))
    assert told is not None
    assert told.signal == "persons"
    assert told.ratio == pytest.approx(0.1)
    half = not_met(known(*[walks()] * 20), dict.fromkeys(Measure, 0.5))
    assert half is not None
    assert half.ratio == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1 / 30, (1, 30)),
        (0.05, (1, 20)),
        (0.149, (1, 7)),
        (0.2, (2, 10)),
        (0.93, (9, 10)),
        (0.9999, (9, 10)),
        (0.002, (1, 500)),
    ],
)
def test_a_rate_is_told_as_so_many_of_so_many(rate: float, words: tuple[int, int]) -> None:
    assert in_so_many(rate) == words


def test_points_are_ten_times_the_logarithm_within_bounds() -> None:
    rule = load_rules().normal
    ratios = (1e-9, 0.1, 0.3, 0.5, 1, 1.07, 2, 3, 5, 10, 32, 1e9)
    assert [rule.points(ratio) for ratio in ratios] == [-10, -10, -5, -3, 0, 0, 3, 5, 7, 10, 15, 15]


def test_all_measures_have_words() -> None:
    """In both languages, by the test of the catalogues; here that no measure was forgotten."""
    assert {measure.value for measure in Measure} == {"persons", "fastest", "standing", "dropped", "stay"}


@pytest.mark.parametrize(("usual", "unusual"), [(0, 1), (1, None), (4, None)])
def test_presence_corroborates_only_where_nobody_is_usually_there(usual: int, unusual: float | None) -> None:
    """More persons than usual tell no more of a person in distress."""
    rule = RULE.model_copy(
        update={"signals": (Signal(measure=Measure.PERSONS, least=1, above="presence", hit_rate=0.9),)}
    )
    row = learnt(*[walks(usual)] * 40)
    [found] = expected(rule, NORMAL, lambda bucket: row if bucket == BUCKET else None, BUCKET, 1.0, 1.0)
    assert found.unusual == unusual
