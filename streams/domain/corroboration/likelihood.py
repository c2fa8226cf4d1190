"""Likelihood: how much more likely a sight is if a report is true than at this place and hour anyway.

Where the place lies in view the sight shows as often as the signal's hit rate says; where it does not, as often as always. So of
a place that lies in view with chance v it shows with h v + b (1 - v), and a poor place brings every ratio nearer to 1. Signals
depend on each other: the largest ratio of those that are met counts, never their product.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from schemas.evidence import Likelihood
from streams.domain.normal.base_rate import LearntOf, base_rate, of_any, unusual_from, usual
from streams.domain.normal.hours import Bucket
from streams.domain.normal.measure import EDGES, Measure, Sizes, bin_of, size
from streams.domain.normal.profile import ProfileRow
from streams.domain.rules.cameras import CameraRule, NormalRule

_RAREST = 1e-6
"""A ratio is never told as 0."""


class Expected(NamedTuple):
    """Expected: what one signal of a measure says, as far as it was known when the report came.

    Attributes:
        measure: Of the camera's view.
        least: From where on it fits the report.
        unusual: From where on it is unusual too; None where it never is, or nobody asks.
        hit_rate: How often it shows where the report is true and in view.
        fits_rate: How often a window about nothing reaches `least`; None where too little was learnt.
        unusual_rate: How often it reaches `unusual`.
        blocks: From how many blocks that was learnt.
        learnt_of: From which hours.
    """

    measure: Measure
    least: float
    unusual: float | None
    hit_rate: float
    fits_rate: float | None
    unusual_rate: float | None
    blocks: int
    learnt_of: LearntOf


class Judged(NamedTuple):
    """Judged: what a sight of one measure is worth: whether it corroborates, and its likelihood."""

    corroborates: bool
    measure: Measure
    size: float
    likelihood: Likelihood


def expected(
    rule: CameraRule,
    normal: NormalRule,
    profile: Callable[[Bucket], ProfileRow | None],
    bucket: Bucket,
    in_views: float,
) -> tuple[Expected, ...]:
    """Return what is expected of the measures of a category, at a place and hour.

    Args:
        rule: The category's, with its signals and its window.
        normal: When something is unusual.
        profile: What is usual in the camera's view, by bucket, as far as it is usable.
        bucket: The hour of the report.
        in_views: How many cameras may see the place: any of them may show something by chance.
    """
    window_s = rule.before_s + rule.after_s
    found = []
    for signal in rule.signals:
        if signal.measure is None or signal.least is None or signal.hit_rate is None:
            continue
        known = usual(profile, bucket, signal.measure)
        fits_rate = unusual = unusual_rate = None
        if known.known:
            fits_rate = of_any(base_rate(known, signal.least, window_s), in_views)
            if signal.above is not None:
                unusual = unusual_from(known, normal.unusual, signal.least)
        if unusual is not None:
            unusual_rate = of_any(base_rate(known, unusual, window_s), in_views)
        found.append(
            Expected(
                signal.measure,
                signal.least,
                unusual,
                signal.hit_rate,
                fits_rate,
                unusual_rate,
                known.blocks,
                known.learnt_of,
            )
        )
    return tuple(found)


def absent(
    at_most_persons: int,
    hit_rate: float,
    window_s: float,
    profile: Callable[[Bucket], ProfileRow | None],
    bucket: Bucket,
) -> Expected:
    """Return how usual it is that more persons than these are there: what speaks against a report where they are not."""
    known = usual(profile, bucket, Measure.PERSONS)
    least = EDGES[Measure.PERSONS][bin_of(Measure.PERSONS, at_most_persons + 1)]
    rate = base_rate(known, least, window_s) if known.known else None
    return Expected(Measure.PERSONS, least, None, hit_rate, rate, None, known.blocks, known.learnt_of)


def judge(signals: tuple[Expected, ...], sizes: Sizes, in_view: float, normal: NormalRule) -> Judged | None:
    """Return what a second shows of a report: the most telling of the signals that it meets; None where it meets none."""
    best: Judged | None = None
    met = []
    for each in signals:
        value = size(sizes, each.measure)
        if value is None or value < each.least:
            continue
        met.append(each.measure.value)
        is_unusual = each.unusual is not None and value >= each.unusual
        rate = each.unusual_rate if is_unusual else each.fits_rate
        ratio = 1.0 if rate is None else ratio_met(each.hit_rate, rate, in_view)
        corroborates = is_unusual and ratio >= normal.corroborated_from
        if best is None or (corroborates, ratio) > (best.corroborates, best.likelihood.ratio):
            best = Judged(corroborates, each.measure, value, _likelihood(each, rate, ratio, in_view))
    if best is None:
        return None
    return best._replace(likelihood=best.likelihood.model_copy(update={"met": tuple(met)}))


def not_met(signals: tuple[Expected, ...], in_view: float) -> Likelihood | None:
    """Return what it says that none of these was met: by the one that says most; None where nothing was learnt of any."""
    found = [
        _likelihood(each, rate, ratio_not_met(each.hit_rate, rate, in_view), in_view)
        for each in signals
        if (rate := each.fits_rate if each.unusual_rate is None else each.unusual_rate) is not None
    ]
    return min(found, key=lambda each: each.ratio, default=None)


def ratio_met(hit_rate: float, rate: float, in_view: float) -> float:
    """Return P(met | report true) / P(met | nothing)."""
    return (hit_rate * in_view + rate * (1 - in_view)) / rate


def ratio_not_met(hit_rate: float, rate: float, in_view: float) -> float:
    """Return P(not met | report true) / P(not met | nothing)."""
    return (1 - hit_rate * in_view - rate * (1 - in_view)) / (1 - rate)


def unknown(signal: str, learnt: Expected | None, in_view: float) -> Likelihood:
    """Return the likelihood of what nobody knows the base rate of: it speaks neither for nor against."""
    blocks, hit_rate = (learnt.blocks, learnt.hit_rate) if learnt else (0, None)
    return Likelihood(signal=signal, ratio=1.0, hit_rate=hit_rate, windows=blocks, in_view=in_view)


def _likelihood(each: Expected, rate: float | None, ratio: float, in_view: float) -> Likelihood:
    return Likelihood(
        signal=each.measure.value,
        ratio=max(_RAREST, round(ratio, 3)),
        hit_rate=each.hit_rate,
        base_rate=rate,
        windows=each.blocks,
        learnt_of=each.learnt_of.value,
        in_view=in_view,
    )
