"""Cause rules: which category explains which others, how near and how soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final

from pydantic import Field, model_validator

from schemas.base import Part
from schemas.categories import Category
from schemas.evidence import MovementKind
from streams.domain.normal.measure import Measure
from streams.domain.rules.cameras import Metres, Seconds

MEASURED_BY: Final[Mapping[MovementKind, Measure]] = {
    MovementKind.RUNNING: Measure.FASTEST,
    MovementKind.LEAVING: Measure.DROPPED,
    MovementKind.GATHERING: Measure.STANDING,
}
"""The measure of a camera's view that shows each movement."""

CauseReach = Mapping[str, float]
"""Cause reach: the groups of the index (`joining.groups`) in which something may stand, and how far off at most (m)."""


class CauseRule(Part):
    """Cause rule: what a cause explains: so far away at its own time, and the nearer the earlier or later.

    A position that is known worse than `distance_m` explains nothing.

    `signals` are kinds of episodes, such as `crowd.warn`: where some are named, only what cameras saw by themselves and showed
    one of them is a symptom. `movements` in place of symptoms are what people do that cameras see, and that has no alert of its
    own; `passing` is the chance that who runs away comes through a view that does not hold the place.
    """

    cause: Category
    symptoms: tuple[Category, ...] = ()
    movements: tuple[MovementKind, ...] = ()
    signals: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = ()
    distance_m: Metres
    passing: Annotated[
        float,
        Field(ge=0, le=1, description="Of movements: the chance that who runs comes through a view beside the place"),
    ] = 0.0
    before_s: Annotated[
        Seconds, Field(gt=0, description="A symptom may begin so long before its cause is known to have begun")
    ]
    after_s: Annotated[Seconds, Field(gt=0, description="And so long after the newest of its cause")]

    @model_validator(mode="after")
    def _of_one_kind(self) -> CauseRule:
        if bool(self.symptoms) is bool(self.movements):
            raise ValueError("expected symptoms or movements, one of both")
        if self.movements and self.signals:
            raise ValueError("movements: expected without signals")
        return self


def cause_contradictions(causes: Sequence[CauseRule]) -> Iterator[str]:
    """Yield what a table of causes may not say: a category that is both a cause and a symptom could go round in a circle."""
    explained = {symptom for rule in causes for symptom in rule.symptoms}
    for rule in causes:
        if rule.cause in explained:
            yield f"causes: {rule.cause.value} is a cause and a symptom, expected one of both"
    pairs = [(rule.cause, symptom) for rule in causes for symptom in rule.symptoms]
    for cause, symptom in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield f"causes: {cause.value} explains {symptom.value} twice, expected once"
    looking = [rule.cause for rule in causes if rule.movements]
    for cause in sorted({each for each in looking if looking.count(each) > 1}):
        yield f"causes: {cause.value} has movements twice, expected once"
