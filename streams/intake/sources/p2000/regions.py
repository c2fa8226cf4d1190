"""The safety regions: which towns, radio groups and numbers are whose: a versioned file, checked when it is read."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field, model_validator

from schemas.base import Part
from streams.config.yaml import parse_yaml

Name = Annotated[str, Field(min_length=2, max_length=55)]
Number = Annotated[int, Field(ge=1, le=25)]
Province = Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]


class SafetyRegion(Part):
    """One region; see `regions.yaml`."""

    number: Number
    name: Name
    province: Province
    groups: tuple[Annotated[str, Field(pattern=r"^B[A-Z]{2}$")], ...]
    towns: tuple[Name, ...]


class Regions(Part):
    """All of them."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    regions: tuple[SafetyRegion, ...]
    aliases: dict[Name, tuple[Name, ...]]
    provinces: frozenset[Province]

    @model_validator(mode="after")
    def _complete(self) -> Regions:
        if sorted(region.number for region in self.regions) != list(range(1, 26)):
            raise ValueError("expected the regions 1 to 25, each once")
        return self

    @cached_property
    def by_number(self) -> dict[int, SafetyRegion]:
        """Return the regions by their number."""
        return {region.number: region for region in self.regions}

    @cached_property
    def by_group(self) -> dict[str, frozenset[int]]:
        """Return the regions that a radio group serves."""
        found: dict[str, set[int]] = defaultdict(set)
        for region in self.regions:
            for group in region.groups:
                found[group].add(region.number)
        return {group: frozenset(numbers) for group, numbers in found.items()}

    @cached_property
    def by_town(self) -> dict[str, frozenset[int]]:
        """Return the regions that have a town of this name (lower case)."""
        found: dict[str, set[int]] = defaultdict(set)
        for region in self.regions:
            for town in region.towns:
                found[town.lower()].add(region.number)
        return {town: frozenset(numbers) for town, numbers in found.items()}

    def of_group(self, group: str) -> frozenset[int]:
        """Return the regions of a radio group; none for one that is not known."""
        return self.by_group.get(group, frozenset())

    def town_names(self) -> dict[str, str]:
        """Return how each town is called, by each way to write it (lower case)."""
        names = {town.lower(): town for region in self.regions for town in region.towns}
        names |= {alias.lower(): town for town, aliases in self.aliases.items() for alias in aliases}
        return names


def load_regions() -> Regions:
    """Return the regions."""
    text = files("streams.intake.sources.p2000").joinpath("regions.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "regions.yaml", Regions, {})


REGIONS: Final = load_regions()
