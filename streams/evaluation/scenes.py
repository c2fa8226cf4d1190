"""Scenes of real and simulated tracks on the ground, with events put into them: the material of `toezicht eval events`.

A scene is a table of places in metres, sampled a few times a second; between samples people go straight on. An event is somebody
who runs through, all who flee from one place, or some who come to one place and stand there.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.normal.measure import Measure
from streams.evaluation.common import EvaluationError

COLUMNS: Final = ("t_s", "track", "x_m", "y_m")
WALKING_M_PER_S: Final = 1.34
"""Mean free speed of pedestrians (Weidmann 1993)."""
REACTION_S: Final = 1.0
"""Who flees begins within this time, each at their own moment [own]."""
TOGETHER_M: Final = 0.9
"""Who comes together stands within this of the place [own]."""
_MIDDLE: Final = 0.5
"""Events happen in the middle half of the view, across and along."""

Places = NDArray[np.float64]


class Path2D(NamedTuple):
    """Path: when somebody was where: seconds (N,) and metres (N, 2)."""

    at_s: NDArray[np.float64]
    places: Places

    def where(self, at_s: float) -> tuple[float, float] | None:
        """Return where they are; None before the first and after the last sample."""
        if not self.at_s[0] <= at_s <= self.at_s[-1]:
            return None
        x, y = (float(np.interp(at_s, self.at_s, self.places[:, axis])) for axis in (0, 1))
        return x, y

    def until(self, at_s: float) -> Path2D:
        """Return the path up to a moment in it."""
        kept = self.at_s < at_s
        last = self.where(at_s)
        assert last is not None
        return Path2D(np.append(self.at_s[kept], at_s), np.vstack((self.places[kept], last)))


class View(NamedTuple):
    """View: the part of the ground that is watched, in metres."""

    left_m: float
    lower_m: float
    right_m: float
    upper_m: float

    def holds(self, place: tuple[float, float]) -> bool:
        """Return whether a place is in view."""
        return self.left_m <= place[0] <= self.right_m and self.lower_m <= place[1] <= self.upper_m


@dataclass(frozen=True, slots=True)
class TrackScene:
    """Track scene: everybody's path, the ground that is watched, and how long it lasts."""

    name: str
    view: View
    lasts_s: float
    paths: Mapping[int, Path2D]

    def present(self, at_s: float) -> dict[int, tuple[float, float]]:
        """Return who is in view at a moment, and where."""
        found = {track: path.where(at_s) for track, path in self.paths.items()}
        return {track: place for track, place in found.items() if place is not None and self.view.holds(place)}


def read_scene(path: Path, view: View | None = None) -> TrackScene:
    """Return the scene of a table `t_s,track,x_m,y_m`, gzip or not.

    Args:
        path: The table.
        view: What is watched; None for everything that anybody walked on.

    Raises:
        EvaluationError: It cannot be read, a column is missing, or a line has no number where there must be one.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, ValueError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise EvaluationError(f"{path}: {type(error).__name__}, expected a table of tracks") from None
    return parse_scene(text, path.name.split(".")[0], view)


def parse_scene(text: str, name: str, view: View | None = None) -> TrackScene:
    """Return the scene of a table's text; see `read_scene`."""
    reader = csv.DictReader(io.StringIO(text))
    samples: dict[int, dict[float, tuple[float, float]]] = {}
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise EvaluationError(f"{name}: no column {missing[0]}, expected {','.join(COLUMNS)}")
        for row in reader:
            values = [float(row[column] or "nan") for column in COLUMNS]
            if not all(isfinite(value) and abs(value) < 1e7 for value in values):
                raise ValueError
            at_s, track, x_m, y_m = values
            samples.setdefault(int(track), {})[at_s] = (x_m, y_m)
    except (ValueError, csv.Error):
        raise EvaluationError(f"{name}: line {reader.line_num}: expected numbers for {','.join(COLUMNS)}") from None
    if not samples:
        raise EvaluationError(f"{name}: nobody in it")
    paths = {
        track: Path2D(np.array(sorted(steps)), np.array([steps[at_s] for at_s in sorted(steps)]))
        for track, steps in samples.items()
    }
    everywhere = np.vstack([path.places for path in paths.values()])
    (left, lower), (right, upper) = everywhere.min(axis=0).tolist(), everywhere.max(axis=0).tolist()
    lasts_s = float(max(path.at_s[-1] for path in paths.values()))
    return TrackScene(name, view or View(left, lower, right, upper), lasts_s, paths)


class Event(NamedTuple):
    """Event: what is put into a scene, by which measures it should show, and how many must be in view for it."""

    put: Callable[[TrackScene, float, np.random.Generator], TrackScene]
    shows: frozenset[Measure]
    least_present: int = 0


FAST: Final = frozenset({Measure.FASTEST})
FLIGHT: Final = frozenset({Measure.FASTEST, Measure.DROPPED})
GATHERING: Final = frozenset({Measure.STANDING})


def runner(speed_m_per_s: float) -> Event:
    """Return somebody who runs through the view, straight, past a random place in its middle."""

    def put(scene: TrackScene, at_s: float, chance: np.random.Generator) -> TrackScene:
        middle, turn = _in_the_middle(scene.view, chance), chance.uniform(0, 2 * np.pi)
        way = np.array([np.cos(turn), np.sin(turn)])
        back, ahead = _to_edge(scene.view, middle, -way), _to_edge(scene.view, middle, way)
        took_s = (back + ahead) / speed_m_per_s
        path = Path2D(np.array([at_s, at_s + took_s]), np.array([middle - back * way, middle + ahead * way]))
        return _with(scene, [path])

    return Event(put, FAST)


def flight(speed_m_per_s: float, least_present: int = 4) -> Event:
    """Return everybody in view running away from a random place in its middle; who comes later walks as they did."""

    def put(scene: TrackScene, at_s: float, chance: np.random.Generator) -> TrackScene:
        danger = _in_the_middle(scene.view, chance)
        paths = dict(scene.paths)
        for track, place in scene.present(at_s).items():
            begins_s = at_s + chance.uniform(0, REACTION_S)
            before = paths[track].until(at_s)
            way = np.array(place) - danger
            way = way / max(float(np.linalg.norm(way)), 1e-6) if way.any() else np.array([1.0, 0.0])
            far = np.array(place) + way * (_to_edge(scene.view, np.array(place), way) + 1.0)
            took_s = float(np.linalg.norm(far - place)) / (speed_m_per_s * chance.uniform(0.9, 1.1))
            paths[track] = Path2D(
                np.append(before.at_s, (begins_s, begins_s + took_s)), np.vstack((before.places, [place], [far]))
            )
        return replace(scene, paths=paths)

    return Event(put, FLIGHT, least_present)


def gathering(persons: int, stays_s: float = 60.0) -> Event:
    """Return so many who come from the edges of the view within two seconds, walk to one place in its middle and stand there."""

    def put(scene: TrackScene, at_s: float, chance: np.random.Generator) -> TrackScene:
        place = _in_the_middle(scene.view, chance)
        coming = []
        for _ in range(persons):
            turn, stands = chance.uniform(0, 2 * np.pi, 2)
            way = np.array([np.cos(turn), np.sin(turn)])
            comes_from = place + way * _to_edge(scene.view, place, way)
            spot = place + TOGETHER_M * np.sqrt(chance.uniform()) * np.array([np.cos(stands), np.sin(stands)])
            begins_s = at_s + chance.uniform(0, 2)
            took_s = float(np.linalg.norm(spot - comes_from)) / (WALKING_M_PER_S * chance.uniform(0.9, 1.1))
            times = np.array([begins_s, begins_s + took_s, begins_s + took_s + stays_s])
            coming.append(Path2D(times, np.array([comes_from, spot, spot])))
        return _with(scene, coming)

    return Event(put, GATHERING)


EVENTS: Final[Mapping[str, Event]] = {
    "runner_3.5": runner(3.5),
    "runner_5": runner(5.0),
    "flight": flight(3.0),
    "come_5": gathering(5),
    "come_10": gathering(10),
}


def _with(scene: TrackScene, paths: list[Path2D]) -> TrackScene:
    first = max(scene.paths) + 1
    return replace(scene, paths={**scene.paths, **dict(enumerate(paths, first))})


def _in_the_middle(view: View, chance: np.random.Generator) -> Places:
    low, high = np.array(view[:2]), np.array(view[2:])
    share = (1 - _MIDDLE) / 2 + _MIDDLE * chance.uniform(size=2)
    return np.asarray(low + share * (high - low), np.float64)


def _to_edge(view: View, place: Places, way: Places) -> float:
    """Return how far it is from a place to the view's edge in a direction, in metres."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.where(way > 0, np.array(view[2:]) - place, np.array(view[:2]) - place) / way
    return max(0.0, float(np.nanmin(np.where(np.isfinite(distances), distances, np.inf))))
