"""The municipality's plan for safety, as far as it can be counted: targets per category, and what may repeat nearby."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from schemas.base import Part, ShortText
from schemas.categories import Category


class Target(Part):
    """Fewer than so many of a category in a calendar year."""

    category: Category
    below_per_year: Annotated[int, Field(ge=1, le=1_000_000)]
    source: Annotated[ShortText, Field(min_length=1, description="Where the target stands")]


class SafetyPlan(Part):
    """The plan's targets. A category has at most one."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    targets: tuple[Target, ...]
    near_repeats: Annotated[
        tuple[Category, ...],
        Field(description="Categories that are compared by place; exact places of others are not kept at all"),
    ]

    @model_validator(mode="after")
    def _once(self) -> SafetyPlan:
        named = [target.category for target in self.targets]
        for names, what in ((named, "targets"), (list(self.near_repeats), "near_repeats")):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{name.value} stands in {what} twice")
        return self

    def target(self, category: Category) -> Target | None:
        """Return a category's target, or None."""
        return next((target for target in self.targets if target.category is category), None)


def first_counted(year: int, known_since: date) -> date:
    """Return the first day of a year that was counted; where counting began later, that day."""
    return max(date(year, 1, 1), known_since)


def expected_so_far(below_per_year: int, year: int, since: date, local_now: datetime) -> float:
    """Return the target's share of the time from the beginning of `since` to now, within the year.

    A target per year is spread evenly: burglary has a season, which is not corrected for.

    Args:
        below_per_year: The target.
        year: The calendar year.
        since: The first day of it that was counted.
        local_now: The moment in the municipality's time zone; only its date and clock are used.
    """
    begin, end = date(year, 1, 1), date(year + 1, 1, 1)
    until = min(local_now.replace(tzinfo=None), datetime.combine(end, time.min))
    days = max(0.0, (until - datetime.combine(since, time.min)) / timedelta(days=1))
    return below_per_year * days / (end - begin).days
