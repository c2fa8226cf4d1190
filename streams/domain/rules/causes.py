"""Cause rules: which category explains which others, how near and how soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from schemas.base import Part
from schemas.categories import Category
from streams.domain.rules.cameras import Metres, Seconds

CauseReach = Mapping[str, float]
"""Cause reach: the groups of the index (`joining.groups`) in which something may stand, and how far off at most (m)."""


class CauseRule(Part):
    """Cause rule: what a cause explains: so far away at its own time, and the nearer the earlier or later.

    A position that is known worse than `distance_m` explains nothing.

    `signals` are kinds of episodes, such as `crowd.warn`: where some are named, only what cameras saw by themselves and showed
    one of them is a symptom.
    """

    cause: Category
    symptoms: Annotated[tuple[Category, ...], Field(min_length=1)]
    signals: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = ()
    distance_m: Metres
    before_s: Annotated[
        Seconds, Field(gt=0, description="A symptom may begin so long before its cause is known to have begun")
    ]
    after_s: Annotated[Seconds, Field(gt=0, description="And so long after the newest of its cause")]


def cause_contradictions(causes: Sequence[CauseRule]) -> Iterator[str]:
    """Yield what a table of causes may not say: a category that is both a cause and a symptom could go round in a circle."""
    explained = {symptom for rule in causes for symptom in rule.symptoms}
    for rule in causes:
        if rule.cause in explained:
            yield f"causes: {rule.cause.value} is a cause and a symptom, expected one of both"
    pairs = [(rule.cause, symptom) for rule in causes for symptom in rule.symptoms]
    for cause, symptom in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        yield f"causes: {cause.value} explains {symptom.value} twice, expected once"
