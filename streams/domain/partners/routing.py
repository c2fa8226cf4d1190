"""Routing: by which of a partner's channels a message leaves, when, and how many at once; a section of the partners file.

Routes are looked at in their order and the first that matches decides, as in Alertmanager; what none matches leaves by
`otherwise`, which cannot be empty, so no message is without a way. Quiet hours and a rate hold messages and never drop one;
a P1 and
a dispatch are never held: a file in which they would be is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from schemas.base import Identifier, Part, ShortText, Word
from schemas.categories import Category, Priority
from schemas.geo import Position
from streams.domain.cameras.registry import MapPoint, Weekday
from streams.domain.geometry.ground import in_polygon, to_ground, to_polygon

if TYPE_CHECKING:
    from shapely.geometry import Polygon

_DAYS: Final = tuple(Weekday)
_A_DAY: Final = timedelta(days=1)
Kind = Literal["alert", "dispatch", "case"]


class Hours(Part):
    """Hours: a span of the local day. `ends` does not belong to it; where it is before `starts` the span ends the next day."""

    starts: time
    ends: time
    days: Annotated[tuple[Weekday, ...], Field(description="Days on which `starts` lies; all where none is named")] = ()

    @model_validator(mode="after")
    def _is_a_span(self) -> Hours:
        if self.starts == self.ends or self.starts.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("starts, ends: expected two local times that differ, such as 22:00 and 07:00")
        return self

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Return whether a moment lies in these hours of a zone."""
        return self.until(at, zone) is not None

    def until(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when the span that a moment lies in ends (UTC), by the clock on the wall; None where it lies in none."""
        local = at.astimezone(zone)
        for began in (local.date(), local.date() - _A_DAY):
            if self.days and _DAYS[began.weekday()] not in self.days:
                continue
            last = began if self.starts < self.ends else began + _A_DAY
            starts, ends = datetime.combine(began, self.starts, zone), datetime.combine(last, self.ends, zone)
            if starts.timestamp() <= at.timestamp() < ends.timestamp():
                return ends.astimezone(at.tzinfo)
        return None


class QuietHours(Hours):
    """Quiet hours: a span in which messages of some priorities wait for its end. Never a P1."""

    holds_back: Annotated[tuple[Priority, ...], Field(min_length=1)] = (Priority.P3, Priority.P4)

    @model_validator(mode="after")
    def _never_a_p1(self) -> QuietHours:
        if Priority.P1 in self.holds_back:
            raise ValueError("holds_back: expected P2, P3 or P4: quiet hours never hold a P1")
        return self


class DeliveryChannel(Part):
    """Delivery channel: one way to reach a partner: which notifier, its options, and when and how fast messages may come by it.

    Attributes:
        kind: The notifier's name in `streams/notify/notifiers/registry.py`.
        options: What that notifier takes; it checks them itself.
        health: Whether what concerns somebody's health may leave by it.
        quiet_hours: When less pressing messages wait.
        per_minute: How many messages it takes in a minute; of more, one tells several. A P1 and a dispatch never wait.
    """

    kind: Identifier
    options: Mapping[str, Any] = {}
    health: bool = False
    quiet_hours: QuietHours | None = None
    per_minute: Annotated[int | None, Field(ge=1, le=6_000)] = None


class RouteMatch(Part):
    """Route match: what a message must be for a route; what is left out matches all. A message without a place is in no area."""

    kinds: tuple[Kind, ...] = ()
    categories: tuple[Category, ...] = ()
    priorities: tuple[Priority, ...] = ()
    hours: Hours | None = None
    area: Annotated[tuple[MapPoint, ...], Field(max_length=200)] = ()
    exercise: bool | None = None

    @model_validator(mode="after")
    def _is_an_outline(self) -> RouteMatch:
        if self.area and not (len(self.area) >= 3 and self._polygon.is_valid):
            raise ValueError("area: expected at least 3 corners of an outline that does not cross itself")
        return self

    @cached_property
    def _polygon(self) -> Polygon:
        return to_polygon(self.area)

    def misses(self, message: Routed, at: datetime, zone: ZoneInfo) -> str:
        """Return what of a message this does not match, in one word; empty where it matches."""
        place = message.position
        matches = {
            "kind": not self.kinds or message.kind in self.kinds,
            "category": not self.categories or message.category in self.categories,
            "priority": not self.priorities or message.priority in self.priorities,
            "exercise": self.exercise is None or message.exercise is self.exercise,
            "hours": self.hours is None or self.hours.holds(at, zone),
            "area": not self.area or (place is not None and in_polygon(to_ground(place), self._polygon)),
        }
        return next((what for what, does in matches.items() if not does), "")


class Route(Part):
    """Route: what matches leaves by these channels."""

    id: Identifier
    match: RouteMatch = RouteMatch()
    channels: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    note: ShortText = ""


class Routing(Part):
    """Routing: a partner's channels, its routes, and by which channels the rest leaves."""

    channels: Annotated[Mapping[Identifier, DeliveryChannel], Field(min_length=1)]
    routes: tuple[Route, ...] = ()
    otherwise: Annotated[tuple[Identifier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Routing:
        faults = [
            f"{where}: {name} is no channel, expected one of {', '.join(self.channels)}"
            for where, names in (("otherwise", self.otherwise), *((f"route {r.id}", r.channels) for r in self.routes))
            for name in names
            if name not in self.channels
        ]
        ids = [route.id for route in self.routes]
        faults += [f"route {each}: expected an id of its own" for each in sorted({i for i in ids if ids.count(i) > 1})]
        unused = [c for c in self.channels if c not in {*self.otherwise, *(n for r in self.routes for n in r.channels)}]
        faults += [f"channel {name}: no route names it" for name in unused]
        if faults:
            raise ValueError("; ".join(faults))
        return self


@dataclass(frozen=True, slots=True)
class Routed:
    """Routed: what routing looks at in a message.

    Attributes:
        kind: An alert, a dispatch that a person confirmed, or a case that is the partner's now.
        category: What it is about; None where the partner may not know.
        priority: How pressing; None where the partner may not know.
        position: Where, as the partner may know it; None for nowhere.
        exercise: Whether it is marked as an exercise.
        health: Whether it concerns somebody's health.
    """

    kind: Kind
    category: Category | None
    priority: Priority | None
    position: Position | None = None
    exercise: bool = False
    health: bool = False

    @property
    def pressing(self) -> bool:
        """Return whether nothing may hold it: a P1, what may be one, and a dispatch, whose deadline runs in minutes."""
        return self.priority in (Priority.P1, None) or self.kind == "dispatch"


class RouteReason(Word):
    """Route reason: why a message leaves by the channels that it leaves by."""

    MATCHED = "matched"
    OTHERWISE = "otherwise"
    HEALTH = "health"
    NO_HEALTH_CHANNEL = "no_health_channel"


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """Route plan: the channels of a message, and why.

    Attributes:
        channels: By which it leaves; none where it concerns health and no channel of the partner may carry that.
        reason: Why these.
        route: The route that matched; empty where none did.
        missed: The routes before it, and what of the message each did not match.
    """

    channels: tuple[str, ...]
    reason: RouteReason
    route: str = ""
    missed: tuple[tuple[str, str], ...] = ()


def route(routing: Routing, message: Routed, at: datetime, zone: ZoneInfo) -> RoutePlan:
    """Return by which channels a message leaves.

    What concerns health leaves by channels that may carry it alone; where its route names none, by all of the partner's that may.

    Args:
        routing: The partner's.
        message: What of the message counts.
        at: When the broker took it (UTC), so that a replay chooses alike.
        zone: Of the hours in the file.
    """
    channels, reason, matched, missed = routing.otherwise, RouteReason.OTHERWISE, "", []
    for each in routing.routes:
        miss = each.match.misses(message, at, zone)
        if not miss:
            channels, reason, matched = each.channels, RouteReason.MATCHED, each.id
            break
        missed.append((each.id, miss))
    if message.health:
        allowed = tuple(name for name, channel in routing.channels.items() if channel.health)
        kept = tuple(name for name in channels if name in allowed)
        if not kept:
            reason = RouteReason.HEALTH if allowed else RouteReason.NO_HEALTH_CHANNEL
        channels = kept or allowed
    return RoutePlan(channels, reason, matched, tuple(missed))


def held_until(channel: DeliveryChannel, message: Routed, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return until when quiet hours hold a message (UTC); None where they do not, and always for a P1 and a dispatch."""
    quiet = channel.quiet_hours
    if quiet is None or message.pressing or message.priority not in quiet.holds_back:
        return None
    return quiet.until(at, zone)
