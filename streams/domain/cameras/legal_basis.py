"""Legal basis: whether a camera may be looked at now (Gemeentewet art. 151c; domain fact sheet §1).

The mayor's decision gives a camera dates, hours of live viewing and a public area. Outside any of them no picture is
taken. Local time is the wall clock of the control room's time zone: a window from 22:00 until 06:00 ends at six on the
clock, also in the night that has an hour more or less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from shapely.geometry import Polygon

from schemas.phrases.catalogue import text_of
from schemas.phrases.codes import cameras as says
from schemas.phrases.codes.common import side_by_side, weekday, with_commas
from schemas.phrases.phrase import Phrase
from streams.domain.cameras.registry import Area, Camera, LegalBasis, ViewingWindow, Weekday

_DAYS: Final = tuple(Weekday)
_TOLERANCE_DEGREES: Final = 1e-7
"""About a centimetre: a view area that shares an edge with the public area lies within it despite rounding."""
_WORTH_SAYING_PERCENT: Final = 0.1
_ALWAYS: Final = timedelta(days=8)
"""Windows are those of a week: what is open for longer is open until the decision ends."""


class PermissionCode(StrEnum):
    """Permission code: why a camera may or may not be looked at; safe as a metric label and as a camera status's reason."""

    PERMITTED = "permitted"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    OUTSIDE_VIEWING_WINDOW = "outside_viewing_window"
    OUTSIDE_PUBLIC_AREA = "outside_public_area"


@dataclass(frozen=True, slots=True)
class Permission:
    """Permission: whether a camera may be looked at, why, and what is told of it: the decision and the limit it meets."""

    allowed: bool
    reason: PermissionCode
    what: Phrase

    @property
    def detail(self) -> str:
        """Return what is told in one English line."""
        return text_of(self.what)


def permission(camera: Camera, now: datetime, time_zone: ZoneInfo) -> Permission:
    """Return whether a camera may be looked at at this moment. The first limit that forbids it is the one that is told.

    Args:
        camera: The camera with its legal basis.
        now: The moment (any time zone).
        time_zone: The zone of the decision's dates and viewing windows.
    """
    legal = camera.legal
    local = now.astimezone(time_zone)
    if local.date() < legal.valid_from:
        return _refused(PermissionCode.NOT_YET_VALID, legal, says.valid_from(str(legal.valid_from)))
    if local.date() > legal.valid_until:
        return _refused(PermissionCode.EXPIRED, legal, says.valid_until(str(legal.valid_until)))
    outside = outside_percent(camera.view_area, legal.public_area)
    if outside > 0:
        return _refused(PermissionCode.OUTSIDE_PUBLIC_AREA, legal, _not_covered(outside))
    window = open_window(legal.viewing_windows, local)
    if window is None:
        first, *others = (window_phrase(window) for window in legal.viewing_windows)
        today = weekday(_DAYS[local.weekday()].value)
        limit = says.hours_allowed(with_commas(first, *others), today, f"{local:%H:%M}")
        return _refused(PermissionCode.OUTSIDE_VIEWING_WINDOW, legal, limit)
    permits = says.decision_permits(legal.decision_ref, window_phrase(window))
    return Permission(True, PermissionCode.PERMITTED, permits)


def may_be_looked_at(camera: Camera, now: datetime, time_zone: ZoneInfo) -> bool:
    """Return whether `permission` allows it, without the words for why."""
    legal = camera.legal
    local = now.astimezone(time_zone)
    return (
        legal.valid_from <= local.date() <= legal.valid_until
        and open_window(legal.viewing_windows, local) is not None
        and outside_percent(camera.view_area, legal.public_area) <= 0
    )


def _refused(reason: PermissionCode, legal: LegalBasis, limit: Phrase) -> Permission:
    return Permission(False, reason, says.decision_limits(legal.decision_ref, limit))


def _not_covered(outside_percent: float) -> Phrase:
    if outside_percent >= _WORTH_SAYING_PERCENT:
        return says.area_not_covered(outside_percent)
    return says.area_hardly_not_covered(_WORTH_SAYING_PERCENT)


def open_window(windows: Iterable[ViewingWindow], local: datetime) -> ViewingWindow | None:
    """Return the window that a local time lies in, or None.

    `from` belongs to the window and `until` does not. A window past midnight belongs to the day on which it begins.
    One whose ends are equal lasts a whole day.
    """
    clock = local.time()
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    return next((window for window in windows if _is_open(window, clock, today, yesterday)), None)


def _is_open(window: ViewingWindow, clock: time, today: date, yesterday: date) -> bool:
    begins_today = _DAYS[today.weekday()] in window.days
    if window.from_time < window.until_time:
        return begins_today and window.from_time <= clock < window.until_time
    began_yesterday = _DAYS[yesterday.weekday()] in window.days
    return (begins_today and clock >= window.from_time) or (began_yesterday and clock < window.until_time)


def permitted_until(camera: Camera, now: datetime, time_zone: ZoneInfo) -> datetime | None:
    """Return until when a camera may be looked at without a break (UTC): the end of its window, or of its decision; None now not.

    Windows that follow each other without a gap are one.
    """
    if not permission(camera, now, time_zone).allowed:
        return None
    legal = camera.legal
    last = datetime.combine(legal.valid_until + timedelta(days=1), time(0), time_zone).astimezone(UTC)
    at = now
    while at < last:
        local = at.astimezone(time_zone)
        window = open_window(legal.viewing_windows, local)
        if window is None:
            return at
        if (at - now) > _ALWAYS:
            return last
        ends = datetime.combine(local.date(), window.until_time, time_zone)
        if ends <= local:
            ends = datetime.combine(local.date() + timedelta(days=1), window.until_time, time_zone)
        at = max(ends.astimezone(UTC), at.astimezone(UTC) + timedelta(seconds=1))
    return last


def window_phrase(window: ViewingWindow) -> Phrase:
    """Return a window: `mon tue 08:00-23:00`."""
    first, *others = (weekday(day.value) for day in window.days)
    return says.viewing_window(side_by_side(first, *others), f"{window.from_time:%H:%M}", f"{window.until_time:%H:%M}")


def outside_percent(view_area: Area, public_area: Area) -> float:
    """Return how much of a view area lies outside the public area, in percent; 0 for a shared edge."""
    return _outside_percent(_points(view_area), _points(public_area))


@lru_cache(maxsize=4096)
def _outside_percent(view: tuple[tuple[float, float], ...], public: tuple[tuple[float, float], ...]) -> float:
    # Degrees suffice for a share: over a few hundred metres longitude and latitude stretch evenly.
    seen, decided = Polygon(view), Polygon(public)
    if decided.covers(seen):  # most: what is decided was drawn around it
        return 0.0
    allowed = decided.buffer(_TOLERANCE_DEGREES, join_style="mitre")
    return 0.0 if allowed.covers(seen) else float(100 * seen.difference(allowed).area / seen.area)


def _points(area: Area) -> tuple[tuple[float, float], ...]:
    return tuple((place.lon, place.lat) for place in area)
