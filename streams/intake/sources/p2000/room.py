"""The control room whose list P2000 feeds: its region, towns and postcodes, and what to do with what cannot be located.

A YAML file, checked when it is read::

    version: "2026-1"
    region: 13                       # of the 25 safety regions
    towns:                           # each with other ways to write it
      Amstelveen: [amstvn]
      Nes aan de Amstel: []
    postcodes: ["1180-1189"]         # four digits, or from and to
    neighbours: [9, 11, 12, 14, 16]  # regions whose dispatchers send crews into ours
    capcodes: ["100100", "1300000-1300999"]  # pagers of the room's own crews, where the room has a list of them
    streets: [Turfschip]             # names in the first town to know whole; a gazetteer's are known besides
    unlocated: drop                  # or keep: on the list, marked as uncertain
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.base import Part
from streams.config.yaml import parse_yaml, read_yaml
from streams.intake.sources.p2000.regions import REGIONS, Name, Number

log = logging.getLogger(__name__)

Postcodes = Annotated[str, Field(pattern=r"^[1-9][0-9]{3}(-[1-9][0-9]{3})?$")]
Capcodes = Annotated[str, Field(pattern=r"^[0-9]{1,10}(-[0-9]{1,10})?$")]


class Room(Part):
    """One control room's area, as P2000 messages tell it."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    region: Number
    towns: Annotated[dict[Name, tuple[Name, ...]], Field(min_length=1)]
    postcodes: Annotated[tuple[Postcodes, ...], Field(min_length=1)]
    neighbours: tuple[Number, ...] = ()
    capcodes: Annotated[tuple[Capcodes, ...], Field(max_length=10_000)] = ()
    streets: tuple[Name, ...] = ()
    unlocated: Literal["drop", "keep"] = "drop"

    @model_validator(mode="after")
    def _consistent(self) -> Room:
        for town in self.towns:
            regions = REGIONS.by_town.get(town.lower(), frozenset({self.region}))
            if self.region not in regions:
                other = REGIONS.by_number[min(regions)]
                raise ValueError(
                    f"town '{town}' lies in region {other.number} ({other.name}), expected one of {self.region}"
                )
        seen: set[str] = set()
        for town, ways in self.towns.items():
            for way in (town, *ways):
                if way.lower() in seen:
                    raise ValueError(f"'{way}' stands twice, expected each way to write a town once")
                seen.add(way.lower())
                if REGIONS.town_names().get(way.lower(), town).lower() != town.lower():
                    raise ValueError(f"'{way}' is a town of its own, expected another way to write '{town}'")
        for first, last in self._ranges:
            if last < first:
                raise ValueError(f"postcodes '{first}-{last}': expected the lower one first")
        for low, high in self._pagers:
            if high < low:
                raise ValueError(f"capcodes '{low}-{high}': expected the lower one first")
        return self

    @property
    def _ranges(self) -> list[tuple[int, int]]:
        return [(int(each[:4]), int(each[-4:])) for each in self.postcodes]

    @cached_property
    def _pagers(self) -> list[tuple[int, int]]:
        ends = [each.partition("-") for each in self.capcodes]
        return [(int(low), int(high or low)) for low, _, high in ends]

    @cached_property
    def town_names(self) -> dict[str, str]:
        """Return how each of its towns is called, by each way to write it (lower case)."""
        return {way.lower(): town for town, ways in self.towns.items() for way in (town, *ways)}

    def has_postcode(self, digits: str) -> bool:
        """Return whether a postcode's four digits are its own."""
        return bool(digits) and any(first <= int(digits) <= last for first, last in self._ranges)

    def has_capcode(self, capcodes: Iterable[str]) -> bool:
        """Return whether one of the pagers that a message calls is of the room's own crews."""
        called = [int(code) for code in capcodes] if self._pagers else []
        return any(low <= code <= high for code in called for low, high in self._pagers)


def load_room(path: Path | None = None) -> Room:
    """Return the room of a file, or the built-in one.

    Raises:
        FileError: One line with file, line, field and what was expected.
    """
    if path is not None:
        room = read_yaml(path, Room)
        for town in room.towns:
            if town.lower() not in REGIONS.by_town:
                log.warning("%s: towns: '%s' is in no list of towns, and is sought as it stands there", path.name, town)
        return room
    return _built_in()


@cache
def _built_in() -> Room:
    text = files("streams.intake.sources.p2000").joinpath("room.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, "room.yaml", Room, {})
