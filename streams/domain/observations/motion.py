"""Motion: how persons move: their speed, what speed is normal, and whether they come together or disperse.

Where a camera is calibrated, places and speeds are in metres on the ground. Otherwise speeds are in body heights per second,
by each person's own height in the picture; who comes towards the camera then seems slower than who crosses its view.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, isnan
from typing import Final, NamedTuple

import numpy as np

from streams.domain.geometry.projection import GroundMap, Points
from streams.domain.observations.memory import Normal, Track, TrackStep
from streams.domain.observations.objects import PERSONS, ObjectKind

SPEED_OVER_S: Final = 2.0
"""A speed is that of the straight way over so long, or over what there is of it from `_LEAST_S` on: a foot point's error of .14 m
(design §6) then makes .1 m/s. Over 3 s half of those who run through a view of 15 m are missed (docs/cameras-seeing.md)."""
_OVER_AT_MOST_S: Final = 2.5
"""Steps are about a second apart, so the first of so long a time is the one that is nearest to two seconds ago."""
_LEAST_S: Final = 0.9
NORMAL_OVER_S: Final = 600
"""Over how many seconds with persons a normal speed is averaged; older ones fade."""
LEARNT_AFTER_S: Final = 120
"""A normal speed of fewer seconds is not yet known."""
MOVERS_AT_LEAST: Final = 5
"""Fewer persons have no common point to speak of."""
_ALONG: Final = 0.87
"""Who moves within 30° of the way from or to a point moves away from it or towards it (cosine). Within 45°, persons who walk
about (PETS2009 S2L1) seem to disperse twice as often."""
_PARALLEL: Final = 0.1
"""Of movers whose ways are nearly parallel, as in a street, the point where they cross is anywhere: the smaller eigenvalue of
their common equations is below this share of them."""


@dataclass(frozen=True, slots=True)
class Scale:
    """In what lengths are told.

    Attributes:
        ground: Where pixels lie on the ground; None where a camera is not calibrated.
    """

    ground: GroundMap | None

    @property
    def unit(self) -> str:
        """Return the unit of lengths in words."""
        return "body heights" if self.ground is None else "m"

    @property
    def measured_by(self) -> str:
        """Return the calibration's version; empty where there is none."""
        return "" if self.ground is None else self.ground.version

    def of(self, metres: float, body_heights: float) -> float:
        """Return one of two limits: the one in this unit."""
        return body_heights if self.ground is None else metres

    def places(self, points_px: Sequence[tuple[float, float]]) -> Points:
        """Return where points of the picture lie: (N, 2) in metres, or the pixels themselves."""
        points = np.array(points_px, np.float64).reshape(-1, 2)
        return points if self.ground is None or not len(points) else self.ground.to_ground(points)

    def length(self, distance: float, height_px: float) -> float:
        """Return a distance between two places in this unit; `height_px` is the height of a person there."""
        return distance / height_px if self.ground is None else distance


@dataclass(frozen=True, slots=True)
class TrackMotion:
    """A track in one second.

    Attributes:
        track_id: Its track.
        kind: What it is.
        point_px: Its foot point in the registry's picture.
        height_px: Its height there.
        place: (x, y) in metres, or in pixels where the camera is not calibrated.
        heading: Where it goes: a vector of length 1, (0, 0) while it stands.
        speed_per_s: In metres or body heights per second; None where it is not known yet.
        held_per_s: The speed that it had a second ago too, that is the lower of the two; None where one is not known.
    """

    track_id: int
    kind: ObjectKind
    point_px: tuple[float, float]
    height_px: float
    place: tuple[float, float]
    heading: tuple[float, float] = (0.0, 0.0)
    speed_per_s: float | None = None
    held_per_s: float | None = None


def motions(tracks: Iterable[Track], scale: Scale, start_s: float) -> list[TrackMotion]:
    """Return how the tracks move that were seen since `start_s`; who stands beyond the horizon is left out."""
    seen = [track for track in tracks if track.steps[-1].at_s >= start_s]
    if not seen:
        return []
    ways = [way for track in seen for way in (_way(track.steps), _way(track.steps[:-1] or track.steps))]
    places = scale.places([(step.x_px, step.y_px) for way in ways for step in way]).tolist()
    found = []
    for number, track in enumerate(seen):
        now, before = ways[2 * number : 2 * number + 2]
        start, end, start_before, end_before = places[4 * number : 4 * number + 4]
        if isnan(end[0]):
            continue
        heading, speed, held = (0.0, 0.0), _speed_per_s(now, start, end, scale), None
        if speed is not None:
            way = hypot(end[0] - start[0], end[1] - start[1])
            if way:
                heading = (end[0] - start[0]) / way, (end[1] - start[1]) / way
            held = _speed_per_s(before, start_before, end_before, scale)
            held = None if held is None else min(speed, held)
        newest, place = now[1], (end[0], end[1])
        at_px = newest.x_px, newest.y_px
        found.append(TrackMotion(track.track_id, track.kind, at_px, newest.height_px, place, heading, speed, held))
    return found


def _way(steps: Sequence[TrackStep]) -> tuple[TrackStep, TrackStep]:
    """Return the steps between which a speed is measured: the newest, and the one nearest to two seconds before it.

    Where nothing was seen in that time, the last one before.
    """
    newest = steps[-1]
    recent = [step for step in steps[:-1] if newest.at_s - step.at_s <= _OVER_AT_MOST_S]
    return (recent or steps[-2:])[0], newest


def _speed_per_s(
    way: tuple[TrackStep, TrackStep], start: Sequence[float], end: Sequence[float], scale: Scale
) -> float | None:
    """Return the speed between two steps that lie at these places; None over too short a time, or where there is no place."""
    lasted_s = way[1].at_s - way[0].at_s
    distance = hypot(end[0] - start[0], end[1] - start[1])
    if lasted_s < _LEAST_S or isnan(distance):
        return None
    speed = scale.length(distance, (way[0].height_px + way[1].height_px) / 2) / lasted_s
    # Faster than anybody runs: the track went over to somebody else.
    return speed if speed <= scale.of(12.0, 7.0) else None


def walking(persons: Iterable[TrackMotion]) -> list[TrackMotion]:
    """Return those who go on foot and whose speed is known."""
    return [each for each in persons if each.kind is ObjectKind.PERSON and each.speed_per_s is not None]


def mean_speed(persons: Iterable[TrackMotion]) -> float | None:
    """Return the mean speed of those who go on foot, who stand included; None where there are none."""
    speeds = [each.speed_per_s for each in walking(persons) if each.speed_per_s is not None]
    return sum(speeds) / len(speeds) if speeds else None


def learnt(normal: Normal | None, measured_by: str, speed_per_s: float | None) -> Normal | None:
    """Return the normal speed with one second more: a mean at first, then one in which what is older fades."""
    if speed_per_s is None:
        return normal
    if normal is None or normal.measured_by != measured_by:
        return Normal(measured_by, round(speed_per_s, 6), 1)
    seconds = min(normal.learnt_s + 1, NORMAL_OVER_S)
    speed = normal.speed_per_s + (speed_per_s - normal.speed_per_s) / seconds
    return Normal(measured_by, round(speed, 6), seconds)


def known_normal(normal: Normal | None, measured_by: str) -> float | None:
    """Return the normal speed, or None before it was learnt under the same calibration."""
    if normal is None or normal.measured_by != measured_by or normal.learnt_s < LEARNT_AFTER_S:
        return None
    return normal.speed_per_s


class Spread(NamedTuple):
    """Spread: how many persons move, and which shares of them move away from one point and towards it."""

    movers: int
    away: float
    toward: float


def spread(persons: Iterable[TrackMotion], scale: Scale) -> Spread | None:
    """Return whether persons move from or to one point: the one nearest to all their ways in the least squares.

    None where fewer than five move, or their ways are nearly parallel, so that they have no point in common.
    """
    slowest = scale.of(0.5, 0.3)
    moving = [each for each in persons if each.kind in PERSONS and (each.speed_per_s or 0.0) >= slowest]
    if len(moving) < MOVERS_AT_LEAST:
        return None
    places = np.array([each.place for each in moving])
    headings = np.array([each.heading for each in moving])
    middle = places.mean(axis=0)  # RD New has large numbers: near the origin they keep their precision
    places = places - middle
    across = np.eye(2) - headings[:, :, None] * headings[:, None, :]
    equations = across.sum(axis=0)
    if np.linalg.eigvalsh(equations)[0] < _PARALLEL * len(moving):
        return None
    point = np.linalg.solve(equations, (across @ places[:, :, None]).sum(axis=0)[:, 0])
    ways = places - point
    lengths = np.maximum(np.linalg.norm(ways, axis=1), 1e-9)
    along = (ways * headings).sum(axis=1) / lengths
    return Spread(len(moving), float((along > _ALONG).mean()), float((along < -_ALONG).mean()))
