"""Likelihood: how much more likely a sight is if a report is true than at this place and hour anyway.

What is reported shows itself in a share h of cases, the signal's hit rate, where its place lies in view, which has a chance v;
and whatever else goes on there shows the same in a share b of windows, the base rate. So it shows with 1 - (1 - h v) (1 - b) if
the report is true, and with b if not. Where hardly anything else shows it, the ratio is about h v / b; where something always
does, it is 1; a poor place brings every ratio nearer to 1. Signals depend on each other: the largest ratio of those that are met
counts, never their product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from schemas.evidence import Likelihood
from streams.domain.normal.base_rate import LearntOf, base_rate, of_any, unusual_from, usual
from streams.domain.normal.hours import Bucket
from streams.domain.normal.measure import EDGES, Measure, Sizes, bin_of, size
from streams.domain.normal.profile import ProfileRow
from streams.domain.rules.cameras import CameraRule, NormalRule

Of = Callable[[Bucket], ProfileRow | None]
_RAREST: Final = 1e-6
"""No ratio and no rate is told as 0, and no rate as 1."""


class Expected(NamedTuple):
    """Expected: what one signal of a measure says, as far as it was known when the report came.

    Attributes:
        measure: Of the camera's view.
        least: From where on it fits the report.
        unusual: From where on it is unusual too, and may corroborate; None where it never is, or may not.
        hit_rate: How often it shows where the report is true and in view.
        corroborates: Whether it may.
        fits_rate: How often a window about nothing reaches `least`; None where too little was learnt.
        fits_ratio: The likelihood ratio of reaching it; 1 where nobody knows.
        unusual_rate: How often it reaches `unusual`.
        unusual_ratio: The likelihood ratio of that.
        blocks: From how many blocks that was learnt.
        learnt_of: From which hours.
    """

    measure: Measure
    least: float
    unusual: float | None
    hit_rate: float
    corroborates: bool
    fits_rate: float | None
    fits_ratio: float
    unusual_rate: float | None
    unusual_ratio: float
    blocks: int
    learnt_of: LearntOf

    def reached(self, value: float) -> tuple[bool, float]:
        """Return whether a value that fits is unusual, and its ratio."""
        unusual = self.unusual is not None and value >= self.unusual
        return unusual, self.unusual_ratio if unusual else self.fits_ratio

    def from_what(self, value: float) -> float:
        """Return from what on the rate of a value was counted."""
        return self.unusual if self.unusual is not None and value >= self.unusual else self.least

    def shows(self, value: float | None) -> bool:
        """Return whether a value is what the hit rate is about: unusual, where that is asked and known."""
        least = self.least if self.unusual is None else self.unusual
        return value is not None and value >= least


class Judged(NamedTuple):
    """Judged: the most telling signal that a second meets. Of two the one that corroborates is the better, then the larger ratio.

    `place` is the signal's among those expected.
    """

    corroborates: bool
    ratio: float
    place: int
    size: float


def expected(
    rule: CameraRule, normal: NormalRule, profile: Of, bucket: Bucket, in_view: float, in_views: float
) -> tuple[Expected, ...]:
    """Return what is expected of the measures of a category, at a place and hour.

    Args:
        rule: The category's, with its signals and its window.
        normal: When something is unusual.
        profile: What is usual in the camera's view, by bucket, as far as it is usable.
        bucket: The hour of the report.
        in_view: The chance that the place lies in this camera's view.
        in_views: How many cameras may see the place: any of them may show something by chance.
    """
    window_s = rule.before_s + rule.after_s
    found = []
    for signal in rule.signals:
        if signal.measure is None or signal.least is None or signal.hit_rate is None:
            continue
        known = usual(profile, bucket, signal.measure)
        may = signal.above is not None
        unusual = unusual_from(known, normal.unusual, signal.least) if known.known and may else None
        if signal.above == "presence" and unusual != signal.least:
            unusual = None
        fits_rate, unusual_rate = (
            of_any(base_rate(known, each, window_s), in_views) if known.known and each is not None else None
            for each in (signal.least, unusual)
        )
        fits_ratio, unusual_ratio = (
            1.0 if rate is None else ratio_met(signal.hit_rate, rate, in_view) for rate in (fits_rate, unusual_rate)
        )
        rates = (fits_rate, fits_ratio, unusual_rate, unusual_ratio)
        least, hit_rate = signal.least, signal.hit_rate
        found.append(Expected(signal.measure, least, unusual, hit_rate, may, *rates, known.blocks, known.learnt_of))
    return tuple(found)


def presence(rule: CameraRule, profile: Of, bucket: Bucket) -> Expected | None:
    """Return how usual it is that more persons are there than contradict a report; None where no number does."""
    at_most = rule.contradicted_at_most_persons
    if at_most is None:
        return None
    known = usual(profile, bucket, Measure.PERSONS)
    least = EDGES[Measure.PERSONS][bin_of(Measure.PERSONS, at_most + 1)]
    rate = base_rate(known, least, rule.before_s + rule.after_s) if known.known else None
    rates = (rate, 1.0, None, 1.0)
    hit_rate = rule.contradicted_hit_rate
    return Expected(Measure.PERSONS, least, None, hit_rate, False, *rates, known.blocks, known.learnt_of)


def judge(signals: Sequence[Expected], sizes: Sizes, normal: NormalRule) -> Judged | None:
    """Return what a second shows of a report; None where it meets none of the signals."""
    best: Judged | None = None
    for place, each in enumerate(signals):
        value = size(sizes, each.measure)
        if value is not None and value >= each.least:
            unusual, ratio = each.reached(value)
            corroborates = unusual and ratio >= normal.corroborated_from
            if best is None or (corroborates, ratio) > best[:2]:
                best = Judged(corroborates, ratio, place, value)
    return best


def likelihood_of(signals: Sequence[Expected], judged: Judged, sizes: Sizes, in_view: float) -> Likelihood:
    """Return the likelihood of a second that was judged."""
    each = signals[judged.place]
    unusual, ratio = each.reached(judged.size)
    rate = each.unusual_rate if unusual else each.fits_rate
    met = [one.measure.value for one in signals if one.shows(size(sizes, one.measure))]
    measured = [one for one in signals if size(sizes, one.measure) is not None]
    return with_looked_for(_told(each, rate, ratio, in_view, met), measured)


def with_looked_for(likelihood: Likelihood, measured: Iterable[Expected]) -> Likelihood:
    """Return a likelihood with the measures that could have shown, of the signals that were measured."""
    known = tuple(dict.fromkeys(each.measure.value for each in measured if each.fits_rate is not None))
    return likelihood.model_copy(update={"looked_for": known})


def not_met(signals: Iterable[Expected], in_view: Mapping[Measure, float]) -> Likelihood | None:
    """Return what it says that none of these was met, by the one that says most; None where nothing was learnt of any.

    Args:
        signals: What is expected.
        in_view: The chance that the camera would have seen it, by measure: less where it did not look or tell of it.
    """
    found = [
        _told(each, each.fits_rate, ratio_not_met(each.hit_rate, in_view[each.measure]), in_view[each.measure])
        for each in signals
        if each.fits_rate is not None
    ]
    return min(found, key=lambda each: each.ratio, default=None)


def ratio_met(hit_rate: float, rate: float, in_view: float) -> float:
    """Return P(met | report true) / P(met | nothing): 1 + h v (1 - b) / b."""
    return 1 + hit_rate * in_view * (1 - rate) / rate


def ratio_not_met(hit_rate: float, in_view: float) -> float:
    """Return P(not met | report true) / P(not met | nothing): 1 - h v, since what else goes on is as it is anyway."""
    return 1 - hit_rate * in_view


def unknown(signal: str, blocks: int, in_view: float) -> Likelihood:
    """Return the likelihood of what nobody knows the base rate of: it speaks neither for nor against."""
    return Likelihood(signal=signal, ratio=1.0, windows=blocks, in_view=round(in_view, 3))


def _told(each: Expected, rate: float | None, ratio: float, in_view: float, met: Iterable[str] = ()) -> Likelihood:
    return Likelihood(
        signal=each.measure.value,
        ratio=max(_RAREST, round(ratio, 3)),
        hit_rate=each.hit_rate,
        base_rate=rate if rate is None else min(1 - _RAREST, round(rate, 6)),
        windows=each.blocks,
        learnt_of=each.learnt_of.value,
        in_view=round(in_view, 3),
        met=tuple(dict.fromkeys(met)),
    )
