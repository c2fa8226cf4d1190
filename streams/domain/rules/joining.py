"""Joining rule: how reports become one situation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field, field_validator

from schemas.base import Part
from schemas.categories import Category
from streams.domain.rules.cameras import Metres


class JoiningRule(Part):
    """Joining rule: how reports become one situation. Positions are indexed in square cells of `cell_m` in RD New."""

    cell_m: Annotated[float, Field(ge=50, le=5_000)]
    accuracy_at_most_m: Annotated[Metres, Field(description="A poorer position widens the search by no more than this")]
    reports_at_most: Annotated[
        int, Field(ge=1, le=200, description="A full alert takes no more; the next opens another")
    ]
    compatible: tuple[Annotated[tuple[Category, ...], Field(min_length=2)], ...]
    without_place: Annotated[
        tuple[Category, ...], Field(description="A report of these without a place joins the only alert of its time")
    ] = ()
    rough: Annotated[
        tuple[Category, ...],
        Field(
            description="Of these a report whose place is known worse joins the only one of its time in its accuracy"
        ),
    ] = ()

    @field_validator("compatible")
    @classmethod
    def _once(cls, groups: tuple[tuple[Category, ...], ...]) -> tuple[tuple[Category, ...], ...]:
        named = [category for group in groups for category in group]
        twice = {category.value for category in named if named.count(category) > 1}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))}: expected in one group at most")
        return groups

    @cached_property
    def groups(self) -> Mapping[Category, str]:
        """Return the name of the group that each category joins with: its own name where there is none."""
        together = {category: group[0].value for group in self.compatible for category in group}
        return {category: together.get(category, category.value) for category in Category}

    @cached_property
    def groups_without_place(self) -> frozenset[str]:
        """Return the groups that a report without a place may join."""
        return frozenset(self.groups[category] for category in self.without_place)

    @cached_property
    def groups_rough(self) -> frozenset[str]:
        """Return the groups in which a place known badly and one known well may be the same."""
        return frozenset(self.groups[category] for category in self.rough)

    @cached_property
    def groups_anywhere(self) -> frozenset[str]:
        """Return the groups of which the newest are found wherever they are."""
        return self.groups_without_place | self.groups_rough
