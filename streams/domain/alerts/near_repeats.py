"""Near-repeats: a second burglary near an earlier one within two weeks adds points (the plan against burglary asks for it).

What is kept of an earlier one is its alert, its moment and its place to `GRID_M`: the street, not the house. So a distance is
right to about 35 m, and the rules' distance is no sharper than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import floor
from typing import Final

from schemas.alerts import AlertState, NearRepeat
from schemas.base import Part, Utc
from streams.domain.alerts.situation import Situation, best_position
from streams.domain.geometry.ground import GroundPoint, distance_m, to_ground
from streams.domain.rules.rules import NearRepeatRule

GRID_M: Final = 50.0
"""Places are rounded to this: about a street [own]; rounding moves a place by at most half a diagonal, 35 m."""
CELL_M: Final = 250.0
"""Size of an index cell; never change it for state that exists."""
_FALSE: Final = frozenset({"false", "test", "duplicate"})
_REPEATS_AT_MOST: Final = 10


class RepeatEntry(Part):
    """An earlier situation in the index, at street accuracy."""

    alert_id: str
    x_m: float
    y_m: float
    occurred_at: Utc


class Spotted(Part):
    """Spotted: where and when a situation that may repeat another one is: RD New in metres."""

    x_m: float
    y_m: float
    occurred_at: Utc


def spotted(situation: Situation, rule: NearRepeatRule, poor_from_m: float) -> Spotted | None:
    """Return where and when a situation counts for near-repeats; None where it does not.

    It does by its live reports of the rule's categories, of which one tells the place better than `poor_from_m`, and until it is
    closed as false, a test or a duplicate. What is an exercise repeats nothing.
    """
    if situation.exercise or not any(row.report.category in rule.categories for row in situation.reports):
        return None
    if situation.closing in _FALSE or situation.state is AlertState.CANCELLED:
        return None
    reports = [row for row in situation.live_reports if row.report.category in rule.categories]
    position = best_position(reports, ())
    if position is None or position.accuracy_m >= poor_from_m:
        return None
    point = to_ground(position)
    first = min(row.report.occurred_at for row in reports)
    return Spotted(x_m=round(point.x_m, 1), y_m=round(point.y_m, 1), occurred_at=first)


def entry_of(alert_id: str, spot: Spotted) -> RepeatEntry:
    """Return what is kept of a situation, rounded to the street."""
    x_m, y_m = (GRID_M * round(each / GRID_M) for each in (spot.x_m, spot.y_m))
    return RepeatEntry(alert_id=alert_id, x_m=x_m, y_m=y_m, occurred_at=spot.occurred_at)


def repeats_of(
    alert_id: str, spot: Spotted, entries: Iterable[RepeatEntry], rule: NearRepeatRule
) -> tuple[NearRepeat, ...]:
    """Return the earlier situations that one repeats, the newest first, at most `_REPEATS_AT_MOST`."""
    found = [
        NearRepeat(alert_id=entry.alert_id, occurred_at=entry.occurred_at, distance_m=round(apart_m, 0))
        for entry in entries
        if entry.alert_id != alert_id
        and _soon(entry.occurred_at, spot.occurred_at, rule)
        and (apart_m := _apart_m(spot, entry)) <= rule.distance_m
    ]
    found.sort(key=lambda each: (-each.occurred_at.timestamp(), each.distance_m, each.alert_id))
    return tuple(found[:_REPEATS_AT_MOST])


def later_ones(alert_id: str, entry: RepeatEntry, entries: Iterable[RepeatEntry], rule: NearRepeatRule) -> list[str]:
    """Return the alerts that may repeat an entry: later ones about as near. What they repeat is told by their own place."""
    reach_m = rule.distance_m + GRID_M
    return [
        each.alert_id
        for each in entries
        if each.alert_id != alert_id
        and _soon(entry.occurred_at, each.occurred_at, rule)
        and _apart_m(entry, each) <= reach_m
    ]


def cell_of(entry: RepeatEntry) -> str:
    """Return the index cell that an entry stands in."""
    return f"{floor(entry.x_m / CELL_M)}_{floor(entry.y_m / CELL_M)}"


def cells_around(spot: Spotted | RepeatEntry, rule: NearRepeatRule) -> Iterator[str]:
    """Yield the cells in which everything stands that is near enough, rounding allowed for."""
    reach_m = rule.distance_m + GRID_M
    for x in range(floor((spot.x_m - reach_m) / CELL_M), floor((spot.x_m + reach_m) / CELL_M) + 1):
        for y in range(floor((spot.y_m - reach_m) / CELL_M), floor((spot.y_m + reach_m) / CELL_M) + 1):
            yield f"{x}_{y}"


def _soon(earlier: datetime, later: datetime, rule: NearRepeatRule) -> bool:
    return earlier < later <= earlier + timedelta(seconds=rule.within_s)


def _apart_m(one: Spotted | RepeatEntry, other: RepeatEntry) -> float:
    return distance_m(GroundPoint(one.x_m, one.y_m), GroundPoint(other.x_m, other.y_m))
