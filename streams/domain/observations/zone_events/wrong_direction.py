"""A line that is crossed in the forbidden direction."""

from __future__ import annotations

from math import hypot
from typing import Final

from schemas.phrases.codes import zones as says
from streams.domain.cameras.registry import CrossingLine
from streams.domain.observations.memory import Track, TrackStep
from streams.domain.observations.objects import PERSONS
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown

MARGIN: Final = 0.15
"""In body heights: who is nearer to the line is on neither side yet (`following.EDGE_MARGIN`)."""


def wrong_direction(shown: ZoneShown) -> ZoneEvent | None:
    """Return that persons crossed the zone's line in the forbidden direction in this second; value: persons."""
    line = shown.zone.situations.line
    if line is None:
        return None
    number = sum(_crossed(track, line) for track in shown.tracks if track.kind in PERSONS)
    if not number:
        return None
    return ZoneEvent(float(number), says.wrong_direction(number, line.forbidden), shown.at_s)


def _crossed(track: Track, line: CrossingLine) -> bool:
    """Return whether a track's newest step is the first beyond the line, and it came through between its ends."""
    *path, newest = track.steps
    side = _side(newest, line)
    before = next((step for step in reversed(path) if _side(step, line)), None)
    if not side or before is None or _side(before, line) == side:
        return False
    forbidden = 1 if line.forbidden == "left_to_right" else -1
    return side == forbidden and _between_ends(before, newest, line)


def _side(step: TrackStep, line: CrossingLine) -> int:
    """Return on which side of the line a step is: 1 right, -1 left, 0 too near to tell."""
    (from_x, from_y), (to_x, to_y) = line.points
    along_x, along_y = to_x - from_x, to_y - from_y
    length = hypot(along_x, along_y)
    if not length:
        return 0
    # y goes down in a picture, so the right-hand side of who looks along the line is positive.
    away_px = (along_x * (step.y_px - from_y) - along_y * (step.x_px - from_x)) / length
    if abs(away_px) < MARGIN * step.height_px:
        return 0
    return 1 if away_px > 0 else -1


def _between_ends(before: TrackStep, newest: TrackStep, line: CrossingLine) -> bool:
    """Return whether the way between two steps on both sides of a line meets it between its ends."""
    (from_x, from_y), (to_x, to_y) = line.points
    way_x, way_y = newest.x_px - before.x_px, newest.y_px - before.y_px
    ends = (way_x * (y - before.y_px) - way_y * (x - before.x_px) for x, y in ((from_x, from_y), (to_x, to_y)))
    one, other = ends
    return one * other <= 0
