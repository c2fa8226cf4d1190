"""Quality of normal profiles: how often a report about nothing would be corroborated: `toezicht eval normal`.

What is learnt and what is judged goes through the functions that judge reports live: blocks of ten minutes, base rates,
likelihoods (`streams/domain/normal`, `streams/domain/corroboration/likelihood.py`). A report lies in this one camera's view.
Nothing happens in the seconds that are judged, so each corroboration is a false one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np

from schemas.categories import Category
from streams.domain.corroboration.likelihood import Expected, expected, judge
from streams.domain.normal.block import Block, block_of
from streams.domain.normal.hours import BLOCK_S, Bucket, bucket_of
from streams.domain.normal.measure import Sizes
from streams.domain.normal.profile import Fingerprint, ProfileRow, with_block
from streams.domain.rules.cameras import CameraRule, NormalRule
from streams.domain.rules.rules import Rules
from streams.evaluation.common import EvaluationError

STEP_S: Final = 15
"""Reports come this far apart, as in the study (evidence of the issue, section 2)."""
_BEGAN: Final = datetime(2000, 1, 3, 12, tzinfo=UTC)
_BUCKET: Final = bucket_of(_BEGAN, UTC)
_MADE_WITH: Final = Fingerprint(shape="evaluation", ground="evaluation")
CURVE: Final = (1, 2, 3, 4)
DRAWS: Final = 24
"""Hours of learning, and how many random choices of blocks that many are tried."""


class Windows(NamedTuple):
    """Windows: of reports about nothing, how many there were, and the share that was corroborated or found to be consistent."""

    windows: int
    corroborated: float
    consistent: float

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "windows": self.windows,
            "corroborated": round(self.corroborated, 4),
            "consistent": round(self.consistent, 4),
        }


def blocks(seconds: Sequence[Sizes]) -> list[Block]:
    """Return the whole blocks of ten minutes of seconds that were all watched."""
    return [
        block_of(_BEGAN + timedelta(seconds=start), seconds[start : start + BLOCK_S])
        for start in range(0, len(seconds) - BLOCK_S + 1, BLOCK_S)
    ]


def looped(seconds: Sequence[Sizes], at_least_s: int) -> list[Sizes]:
    """Return seconds one after the other, again and again, until they last so long: for scenes of minutes."""
    if not seconds:
        raise EvaluationError("a scene without a second cannot be repeated")
    return [seconds[number % len(seconds)] for number in range(max(at_least_s, len(seconds)))]


def known(rule: CameraRule, normal: NormalRule, learnt: Sequence[Block]) -> tuple[Expected, ...]:
    """Return what is expected of a category's signals after these blocks, all of one hour."""
    row: ProfileRow | None = None
    for block in learnt:
        row = with_block(row, block, _MADE_WITH, UTC)

    def profile(bucket: Bucket) -> ProfileRow | None:
        return row if bucket == _BUCKET else None

    return expected(rule, normal, profile, _BUCKET, 1.0, 1.0)


def about_nothing(rules: Rules, category: Category, learnt: Sequence[Block], seconds: Sequence[Sizes]) -> Windows:
    """Return what reports of a category about nothing are found to be, one each `STEP_S`, within seconds that were all watched.

    Raises:
        EvaluationError: No camera is asked about the category, or the seconds do not fill one window.
    """
    rule = rules.of(category).cameras
    if rule is None:
        raise EvaluationError(f"{category.value}: no camera is asked about it")
    window_s = int(rule.before_s + rule.after_s)
    if len(seconds) < window_s:
        raise EvaluationError(f"{len(seconds)} s are fewer than the {window_s} s of a window of {category.value}")
    signals = known(rule, rules.normal, learnt)
    found = [judge(signals, sizes, rules.normal) for sizes in seconds]
    unusual = np.array([each is not None and each.corroborates for each in found])
    fits = np.array([each is not None for each in found])
    starts = range(0, len(seconds) - window_s + 1, STEP_S)
    corroborated = np.array([unusual[start : start + window_s].any() for start in starts])
    met = np.array([fits[start : start + window_s].any() for start in starts])
    return Windows(len(starts), float(corroborated.mean()), float((met & ~corroborated).mean()))


def learning_curve(
    rules: Rules, category: Category, learnt: Sequence[Block], seconds: Sequence[Sizes], seed: int
) -> list[dict[str, Any]]:
    """Return the share that is corroborated after fewer hours: their mean and the worst over random choices of blocks."""
    chance = np.random.default_rng(seed)
    curve = []
    for hours in CURVE:
        number = hours * 3_600 // BLOCK_S
        if number > len(learnt):
            continue
        chosen = [sorted(chance.choice(len(learnt), number, replace=False)) for _ in range(DRAWS)]
        shares = [
            about_nothing(rules, category, [learnt[each] for each in one], seconds).corroborated for one in chosen
        ]
        curve.append(
            {"hours": hours, "draws": DRAWS, "mean": round(float(np.mean(shares)), 4), "worst": round(max(shares), 4)}
        )
    return curve
