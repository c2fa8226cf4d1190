"""Circumstances: what the place and the local time of a situation add: named hours, named areas, or both together.

An area is the control room's own choice and stands in its rules for anyone to read. It must be drawn for what happens there,
such as a shopping street or a station, never for who lives there; names that say a prohibited ground are refused.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from schemas.base import Identifier, Part, ShortText
from schemas.categories import Category
from schemas.geo import Position
from streams.domain.cameras.registry import MapPoint, Weekday
from streams.domain.geometry.ground import in_polygon, to_ground, to_polygon
from streams.domain.rules.cameras import Points

if TYPE_CHECKING:
    from shapely.geometry import Polygon

_GROUNDS: Final = (
    "face faces gezicht plate plates kenteken age ages leeftijd gender sex geslacht ethnicity ethnic etniciteit "
    "race ras nationality nationaliteit origin afkomst religion religie geloof gait gang emotion emotie skin "
    "huidskleur orientation geaardheid disability handicap health gezondheid politics politiek union vakbond "
    "identity identiteit biometric biometrisch "
)
PROHIBITED: Final = frozenset(_GROUNDS.split())
"""Words that name a ground on which nothing may rise (AVG art. 9 and domain fact sheet §1, demand 3), English and Dutch."""
_DAYS: Final = tuple(Weekday)
_WORD: Final = re.compile(r"[a-z]+")


class Circumstance(Part):
    """Hours, days, an area, or several of these together, and what they add to the categories that they concern."""

    name: Identifier
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    points: Points
    reason: Annotated[ShortText, Field(min_length=1, description="Why, as the alert says it")]
    starts: Annotated[time | None, Field(description="Local time; belongs to it")] = None
    ends: Annotated[time | None, Field(description="Local time; does not belong to it; before `starts`: next day")] = (
        None
    )
    days: Annotated[tuple[Weekday, ...], Field(description="Days on which `starts` lies; all where none is named")] = ()
    area: Annotated[tuple[MapPoint, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Circumstance:
        named = PROHIBITED & set(_WORD.findall(self.name.lower()))
        if named:
            raise ValueError(f"name {self.name}: nothing may rise on the ground of {', '.join(sorted(named))}")
        if (self.starts is None) != (self.ends is None) or (self.starts is not None and self.starts == self.ends):
            raise ValueError("expected starts and ends together, and not the same")
        if self.days and self.starts is None:
            raise ValueError("expected starts and ends beside days")
        if self.starts is None and not self.area:
            raise ValueError("expected hours (starts and ends), an area, or both")
        if self.area and not (len(self.area) >= 3 and self._polygon.is_valid):
            raise ValueError("area: expected at least 3 corners of an outline that does not cross itself")
        if not self.points:
            raise ValueError("points: expected other than 0")
        return self

    @cached_property
    def _polygon(self) -> Polygon:
        return to_polygon(self.area)

    def holds(self, at: datetime, position: Position | None, zone: ZoneInfo) -> bool:
        """Return whether something that happened then and there is in these circumstances; no position is in no area."""
        if self.starts is not None and not self._in_hours(at.astimezone(zone)):
            return False
        return not self.area or (position is not None and in_polygon(to_ground(position), self._polygon))

    def _in_hours(self, local: datetime) -> bool:
        assert self.starts is not None
        assert self.ends is not None
        clock, day = local.time(), local.weekday()
        if self.starts < self.ends:
            inside = self.starts <= clock < self.ends
        else:
            inside = clock >= self.starts or clock < self.ends
            if clock < self.ends:
                day = (day - 1) % 7  # it began the evening before
        return inside and (not self.days or _DAYS[day] in self.days)
