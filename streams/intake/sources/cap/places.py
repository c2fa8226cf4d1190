"""CAP places: polygons and circles, latitude first, to one position with the radius that holds them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from schemas.geo import Position
from schemas.incidents import ReportNote
from streams.domain.geometry.country import inside
from streams.domain.geometry.ground import GroundPoint, distance_m, to_ground, to_lat_lon
from streams.intake.sources import fields

MOST_POINTS: Final = 2_000
"""Corners that are read of all polygons together; coarser than that no area of a town is drawn."""
LEAST_RADIUS_M: Final = 10.0
"""A circle of no radius is a point, which nobody places better by hand."""
_PAIR: Final = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,15})?),([+-]?\d{1,9}(?:\.\d{1,15})?)")


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place on the ground, and how far around it lies within the area (metres)."""

    at: GroundPoint
    radius_m: float


@dataclass(frozen=True, slots=True)
class _Degrees:
    lat: float
    lon: float


def position_of(polygons: Iterable[str], circles: Iterable[str]) -> fields.Field[Position | None]:
    """Return the middle of all areas, and as its accuracy the radius that holds them.

    Args:
        polygons: "lat,lon lat,lon …", closed (CAP 1.2 §3.2.4); what does not close is read as well.
        circles: "lat,lon radius", the radius in kilometres.
    """
    notes: list[ReportNote] = []
    spots: list[_Spot] = []
    unread = False
    for polygon in polygons:
        corners = list(_corners(polygon, notes))
        unread |= len(corners) < 1
        spots += [_Spot(corner, 0.0) for corner in corners]
        if len(spots) > MOST_POINTS:
            return fields.Field(None, (ReportNote.POSITION_LEFT_OUT,))
    for circle in circles:
        spot = _circle(circle, notes)
        unread |= spot is None
        spots += [] if spot is None else [spot]
        if len(spots) > MOST_POINTS:
            return fields.Field(None, (ReportNote.POSITION_LEFT_OUT,))
    if unread:
        notes.append(ReportNote.POSITION_LEFT_OUT if not spots else ReportNote.PLACE_UNCERTAIN)
    if not spots:
        return fields.Field(None, tuple(notes))
    return fields.Field(_around(spots), tuple(notes))


def _around(spots: list[_Spot]) -> Position:
    """Return the middle of the box around all spots, and the distance to the farthest."""
    west = min(spot.at.x_m - spot.radius_m for spot in spots)
    east = max(spot.at.x_m + spot.radius_m for spot in spots)
    south = min(spot.at.y_m - spot.radius_m for spot in spots)
    north = max(spot.at.y_m + spot.radius_m for spot in spots)
    middle = GroundPoint((west + east) / 2, (south + north) / 2)
    radius_m = max(distance_m(middle, spot.at) + spot.radius_m for spot in spots)
    lat, lon = to_lat_lon(middle)
    within_m = min(max(radius_m, LEAST_RADIUS_M), fields.MAX_ACCURACY_M)
    return Position(lat=round(lat, 7), lon=round(lon, 7), accuracy_m=round(within_m, 1))


def _corners(text: str, notes: list[ReportNote]) -> Iterator[GroundPoint]:
    for pair in text.split()[: MOST_POINTS + 1]:
        corner = _ground(pair, notes)
        if corner is None:
            notes.append(ReportNote.PLACE_UNCERTAIN)  # a corner that cannot be read makes another area of it
        else:
            yield corner


def _circle(text: str, notes: list[ReportNote]) -> _Spot | None:
    middle, _, radius = text.partition(" ")
    at = _ground(middle, notes)
    if at is None:
        return None
    km = fields.number(radius.strip())
    if km.value is None or km.value < 0:
        notes.append(ReportNote.ACCURACY_UNKNOWN)
        return _Spot(at, fields.DEFAULT_ACCURACY_M)
    notes += km.notes
    return _Spot(at, min(km.value * 1_000, fields.MAX_ACCURACY_M))


def _ground(pair: str, notes: list[ReportNote]) -> GroundPoint | None:
    """Return a pair of degrees on the ground; one that is longitude first is put right, with a note."""
    match = _PAIR.fullmatch(pair)
    if match is None:
        return None
    lat, lon = float(match[1]), float(match[2])
    if not inside(lat, lon):
        if not inside(lon, lat):
            return None
        lat, lon = lon, lat
        notes.append(ReportNote.POSITION_SWAPPED)
    return to_ground(_Degrees(lat, lon))
