"""Dispatch rules: how long a partner's answer is waited for, and by when it is expected there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Final

from pydantic import Field, field_validator

from schemas.base import Part
from schemas.categories import Priority

AnswerSeconds = Annotated[float, Field(gt=0, le=86_400)]

_ANSWER_S: Final[Mapping[Priority, float]] = {
    Priority.P1: 120,
    Priority.P2: 300,
    Priority.P3: 900,
    Priority.P4: 1_800,
}
_ARRIVE_S: Final[Mapping[Priority, float]] = {
    Priority.P1: 900,
    Priority.P2: 1_800,
    Priority.P3: 3_600,
    Priority.P4: 7_200,
}
"""The numbers of `default.yaml`, with their reasons there: for a rules file that is older than this section."""


class DispatchRule(Part):
    """Dispatch rule: how long an answer is waited for, and by when who accepted is to be there, by priority (s).

    The priority is the alert's when the partner is asked, and when it accepts.
    """

    answer_s: Annotated[
        Mapping[Priority, AnswerSeconds], Field(description="No answer for so long: the next one, or the operators")
    ] = _ANSWER_S
    arrive_s: Annotated[
        Mapping[Priority, AnswerSeconds], Field(description="Not there so long after accepting: the operators are told")
    ] = _ARRIVE_S

    @field_validator("answer_s", "arrive_s")
    @classmethod
    def _each_and_ordered(cls, given: Mapping[Priority, float]) -> Mapping[Priority, float]:
        missing = [priority.value for priority in Priority if priority not in given]
        if missing:
            raise ValueError(f"expected seconds for each priority, missing {', '.join(missing)}")
        for one, other in pairwise(sorted(Priority)):
            if given[one] > given[other]:
                raise ValueError(f"{one} {given[one]:g}: expected no longer than {other}, {given[other]:g}")
        return given


def dispatch_contradictions(rule: DispatchRule, open_s: float) -> Iterator[str]:
    """Yield what would let an alert expire while a partner's answer, or its arrival, is still waited for.

    Args:
        rule: The dispatch rule.
        open_s: How long an alert stays open without news (s); what a partner answers is news.
    """
    for field, given in (("answer_s", rule.answer_s), ("arrive_s", rule.arrive_s)):
        for priority in sorted(given):
            if given[priority] >= open_s:
                yield (
                    f"dispatch.{field}.{priority} {given[priority]:g}: an alert expires before it, expected below "
                    f"lifetime.open_s, {open_s:g}"
                )
