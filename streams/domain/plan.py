"""The municipality's plan for safety, as far as it can be counted: targets per category, and what may repeat nearby."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from schemas.base import Part, ShortText
from schemas.categories import Category


class Target(Part):
    """Fewer than so many of a category in a calendar year."""

    category: Category
    below_per_year: Annotated[int, Field(ge=1, le=1_000_000)]
    source: Annotated[ShortText, Field(min_length=1, description="Where the target stands")]


class Plan(Part):
    """The plan's targets. A category has at most one."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    targets: tuple[Target, ...]
    near_repeats: Annotated[
        tuple[Category, ...],
        Field(description="Categories that are compared by place; exact places of others are not kept at all"),
    ]

    @model_validator(mode="after")
    def _once(self) -> Plan:
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


def expected_so_far(below_per_year: int, year: int, since: date, today: date) -> float:
    """Return the target's share of the days of a year from `since` up to and including today.

    A target per year is spread evenly: burglary has a season, which is not corrected for.
    """
    until = min(today, date(year, 12, 31))
    days = max(0, (until - since).days + 1)
    return below_per_year * days / (date(year + 1, 1, 1) - date(year, 1, 1)).days
