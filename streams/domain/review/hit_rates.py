"""Hit rates by verdicts: how often a signal showed where operators say that the report was true, beside what the rules assume.

An assumed rate is a Beta distribution that weighs as much as `normal.hit_rate_weight` verdicts, and each camera that had such a
report in view is a trial of what it measures. Where another signal had corroborated it already, the camera was asked no further:
that is no trial. Reports that were closed as false say nothing about hit rates; how often something shows without cause is
learnt, not judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.alerts import AlertCamera
from schemas.categories import Category
from schemas.evidence import Verdict
from streams.domain.review.precision import SMALL, Closed
from streams.domain.rules.rules import Rules

IN_VIEW: Final = 0.5
"""The chance that a place lay in view from which on a camera is a trial. [own]"""
_LOOKED: Final = frozenset({Verdict.CORROBORATED, Verdict.CONSISTENT, Verdict.UNSEEN, Verdict.CONTRADICTED})


@dataclass(frozen=True, slots=True)
class HitRate:
    """Hit rate: of one signal of a category, as the rules have it and as verdicts move it: in `met` of `looked` it showed."""

    category: Category
    measure: str
    assumed: float
    proposed: float
    met: int
    looked: int

    @property
    def fragment(self) -> dict[str, Any]:
        """Return the change as it stands in a rules file."""
        signal = {"measure": self.measure, "hit_rate": self.proposed}
        return {"categories": {self.category.value: {"cameras": {"signals": [signal]}}}}

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; `small` marks a count that is too small to go by."""
        counts = {"met": self.met, "looked": self.looked, "small": self.looked < SMALL}
        return {"change": self.fragment, "before": self.assumed, "after": self.proposed, **counts}


def hit_rates(closed: Sequence[Closed], rules: Rules) -> list[HitRate]:
    """Return the hit rates that verdicts move by a hundredth or more, in the order of the rules."""
    looked: dict[Category, list[AlertCamera]] = defaultdict(list)
    for each in closed:
        if each.verdict == "true":
            looked[each.last.category] += [camera for camera in each.last.cameras if _is_trial(camera)]
    found = []
    for category, rule in rules.categories.items():
        for signal in rule.cameras.signals if rule.cameras else ():
            if signal.measure is None or signal.hit_rate is None:
                continue
            trials = [met for each in looked[category] if (met := _met(each, signal.measure.value)) is not None]
            weight = rules.normal.hit_rate_weight
            moved = round((signal.hit_rate * weight + sum(trials)) / (weight + len(trials)), 2)
            proposed = min(0.99, max(0.01, moved))
            if abs(proposed - signal.hit_rate) >= _STEP:
                measure = signal.measure.value
                found.append(HitRate(category, measure, signal.hit_rate, proposed, sum(trials), len(trials)))
    return found


_STEP: Final = 0.0099


def _is_trial(camera: AlertCamera) -> bool:
    told = camera.likelihood
    return camera.verdict in _LOOKED and told is not None and told.in_view >= IN_VIEW and told.base_rate is not None


def _met(camera: AlertCamera, measure: str) -> bool | None:
    """Return whether a camera saw a signal; None where it could not have, or was not asked any further."""
    told = camera.likelihood
    if told is not None and measure in told.met:
        return True
    asked = told is not None and measure in told.looked_for and camera.verdict is not Verdict.CORROBORATED
    return False if asked else None
