"""The plan: what is expected, so that its alerts do not come on the operator's list while it lasts. Never a P1.

An events calendar and the maintenance of cameras are both written as entries (YAML, `TOEZICHT_PLAN`). An entry for an area
suppresses alerts of its categories whose position lies in it. An entry for cameras suppresses what only those cameras
saw, and never what somebody reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, field_validator, model_validator

from schemas.alerts import Suppression
from schemas.base import Identifier, Part, ShortText, Utc
from schemas.categories import Category
from schemas.geo import Position
from streams.domain.alerts.priority.score import lead_category
from streams.domain.alerts.situation import Situation, best_position, told
from streams.domain.cameras.registry import Area, Registry
from streams.domain.geometry.ground import in_polygon, to_ground, to_polygon
from streams.domain.rules.rules import Rules

if TYPE_CHECKING:
    from shapely.geometry import Polygon


class PlanEntry(Part):
    """One event, or one piece of maintenance: where, when, and which categories it explains."""

    id: Identifier
    reason: Annotated[ShortText, Field(min_length=1)]
    control_room: Identifier
    from_time: Annotated[Utc, Field(alias="from", description="With a time zone")]
    until: Annotated[Utc, Field(description="With a time zone; from here on it suppresses nothing any more")]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    area: Area | None = None
    cameras: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _somewhere_and_sometime(self) -> PlanEntry:
        if self.until <= self.from_time:
            raise ValueError("expected an until after its from")
        if (self.area is None) is (not self.cameras):
            raise ValueError("expected either an area or cameras")
        if self.area is not None and not (self._ground.is_valid and self._ground.area > 0):
            raise ValueError("expected an area that does not cross itself")
        return self

    @cached_property
    def _ground(self) -> Polygon:
        return to_polygon(self.area or ())

    def covers(self, category: Category, position: Position | None, seen_only_by: Sequence[str]) -> bool:
        """Return whether this explains an alert.

        Args:
            category: The alert's.
            position: Its best one, taken as a point.
            seen_only_by: The cameras of an alert that nobody reported; empty where somebody did.
        """
        if category not in self.categories:
            return False
        if self.area is not None:
            return position is not None and in_polygon(to_ground(position), self._ground)
        return bool(seen_only_by) and set(seen_only_by) <= set(self.cameras)


class Plan(Part):
    """One version of the plan."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    entries: tuple[PlanEntry, ...]

    @field_validator("entries")
    @classmethod
    def _once(cls, entries: tuple[PlanEntry, ...]) -> tuple[PlanEntry, ...]:
        for one, other in pairwise(sorted(entry.id for entry in entries)):
            if one == other:
                raise ValueError(f"the id {one} stands twice, expected each once")
        return entries

    def covering(self, situation: Situation, rules: Rules, now: datetime) -> Suppression | None:
        """Return what holds an alert back now, of several entries the one that lasts longest; or None."""
        current = [
            entry
            for entry in self.entries
            if entry.control_room == situation.control_room_id and entry.from_time <= now < entry.until
        ]
        if not current:
            return None
        reports, episodes = told(situation)
        category, position = lead_category(reports, episodes, rules), best_position(reports, episodes)
        seen_only_by = () if reports else tuple(row.camera_id for row in episodes)
        covering = [entry for entry in current if entry.covers(category, position, seen_only_by)]
        if not covering:
            return None
        entry = max(covering, key=lambda each: (each.until, each.id))
        return Suppression(plan_version=self.version, plan_id=entry.id, reason=entry.reason, until=entry.until)

    def unknown(self, registry: Registry) -> tuple[str, str, str] | None:
        """Return the field, the value and what was expected of the first name that the registry does not have; or None."""
        rooms = {room.id for room in registry.control_rooms}
        cameras = {camera.id: camera.control_room for camera in registry.cameras}
        for number, entry in enumerate(self.entries):
            if entry.control_room not in rooms:
                return f"entries.{number}.control_room", entry.control_room, "a control room of the registry"
            for camera_id in entry.cameras:
                if cameras.get(camera_id) != entry.control_room:
                    return f"entries.{number}.cameras", camera_id, f"a camera of the control room {entry.control_room}"
        return None


NO_PLAN: Final = Plan(version="none", entries=())
"""Nothing is expected."""
