"""Density scenes: crowds whose places are known, and their density as pedestrian researchers measure it (PedPy)."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from importlib.resources import as_file, files
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from schemas.base import Identifier, Part
from streams.config.yaml import read_yaml
from streams.evaluation.common import EvaluationError

FRAMES_PER_S: Final = 5
CUT_OFF_M: Final = 1.0
"""A person's Voronoi cell reaches no further, so that nobody at the edge of a crowd is given all the empty ground."""
_LARGEST_M: Final = 10_000.0
_MOST_ROWS: Final = 2_000_000
Rectangle = tuple[float, float, float, float]
"""x from, y from, x to, y to, in metres."""


class Scene(Part):
    """Scene: one file of tracks, the area in which density is measured, and where one can walk."""

    name: Identifier
    place: Identifier
    tracks: Annotated[str, Field(min_length=1)]
    reference: str | None = None
    area: Rectangle
    walkable: tuple[Rectangle, ...] = ()


class SceneFile(Part):
    """A file of scenes."""

    scenes: Annotated[tuple[Scene, ...], Field(min_length=1)]


@dataclass(frozen=True)
class CrowdFrame:
    """CrowdFrame: who stands where: its number at `FRAMES_PER_S`, the numbers of tracks, and places (N, 2) in metres."""

    number: int
    tracks: tuple[int, ...]
    places_m: NDArray[np.float64]


@dataclass(frozen=True)
class Crowd:
    """Crowd: a scene as it was read.

    Attributes:
        scene: What it is of.
        frames: In order.
        area: Where density is measured.
        walkable: Where one can walk.
        true_per_m2: By frame, the Voronoi density of the area (PedPy).
        kept_per_m2: By frame, what the scene's reference file says of it; empty without one.
    """

    scene: Scene
    frames: tuple[CrowdFrame, ...]
    area: Polygon
    walkable: Polygon
    true_per_m2: dict[int, float]
    kept_per_m2: dict[int, float]


def read_scenes(path: Path | None) -> tuple[Scene, ...]:
    """Return the scenes of a file; those that come with the product without one."""
    if path is not None:
        return read_yaml(path, SceneFile).scenes
    with as_file(files("streams.evaluation").joinpath("density_scenes.yaml")) as own:
        return read_yaml(own, SceneFile).scenes


def read_crowd(scene: Scene, folder: Path) -> Crowd:
    """Return a scene with its true densities.

    Raises:
        EvaluationError: A file cannot be read, or holds no tracks.
    """
    path = folder / scene.tracks
    by_frame: defaultdict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
    for t_s, track, x_m, y_m in _rows(path, ("t_s", "track", "x_m", "y_m")):
        by_frame[round(t_s * FRAMES_PER_S)][int(track)] = (x_m, y_m)
    frames = tuple(
        CrowdFrame(number, tuple(by_frame[number]), np.array(list(by_frame[number].values()), np.float64))
        for number in sorted(by_frame)
    )
    if not frames:
        raise EvaluationError(f"{path}: no tracks in it")
    places = np.vstack([frame.places_m for frame in frames])
    low, high = places.min(axis=0) - 0.01, places.max(axis=0) + 0.01
    walkable = shapely.union_all([box(*each) for each in scene.walkable]) if scene.walkable else box(*low, *high)
    if not isinstance(walkable, Polygon):
        raise EvaluationError(f"scene {scene.name}: where one can walk lies in several pieces, expected one")
    area = box(*scene.area)
    kept = {}
    if scene.reference is not None:
        rows = _rows(folder / scene.reference, ("t_s", "classic_per_m2", "voronoi_per_m2"))
        kept = {round(t_s * FRAMES_PER_S): voronoi for t_s, _, voronoi in rows}
    return Crowd(scene, frames, area, walkable, voronoi_per_m2(frames, area, walkable), kept)


def voronoi_per_m2(frames: tuple[CrowdFrame, ...], area: BaseGeometry, walkable: BaseGeometry) -> dict[int, float]:
    """Return the density of an area by frame: each person counts by the share of his Voronoi cell in it (PedPy).

    Steffen and Seyfried, "Methods for measuring pedestrian density, flow, speed and direction with minimal scatter", Physica A
    389, 2010. Who stands outside the walkable area is left out.

    Raises:
        EvaluationError: PedPy is not installed, or can make nothing of the tracks.
    """
    try:
        import pandas as pd
        import pedpy
    except ImportError:
        raise EvaluationError("PedPy is not installed: it comes with the extra `evaluation`") from None
    rows: list[dict[str, Any]] = [
        {"id": track, "frame": frame.number, "x": x, "y": y}
        for frame in frames
        for track, (x, y) in zip(frame.tracks, frame.places_m.tolist(), strict=True)
        if shapely.contains_xy(walkable, x, y)
    ]
    if not rows:
        raise EvaluationError("nobody stands where one can walk")
    try:
        cells = pedpy.compute_individual_voronoi_polygons(
            traj_data=pedpy.TrajectoryData(pd.DataFrame(rows), frame_rate=float(FRAMES_PER_S)),
            walkable_area=pedpy.WalkableArea(walkable),
            cut_off=pedpy.Cutoff(radius=CUT_OFF_M),
        )
        density, _ = pedpy.compute_voronoi_density(
            individual_voronoi_data=cells, measurement_area=pedpy.MeasurementArea(area)
        )
    except Exception as error:  # GEOS's and PedPy's own, of places that no crowd has: two persons on one spot
        raise EvaluationError(
            f"PedPy measures no density of these tracks: {str(error).splitlines()[0][:200]}"
        ) from None
    told = density.reset_index()
    found = dict(zip(told["frame"].astype(int).tolist(), told["density"].astype(float).tolist(), strict=True))
    return {frame.number: found.get(frame.number, 0.0) for frame in frames}


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[float, ...]]:
    """Return the rows of a compressed file of numbers with these columns.

    Raises:
        EvaluationError: It cannot be read; says where.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if not set(columns) <= set(reader.fieldnames or ()):
                raise EvaluationError(f"{path}: expected the columns {', '.join(columns)}")
            rows = []
            for number, row in enumerate(reader, start=2):
                values = tuple(float(row[column]) for column in columns)
                if not all(isfinite(value) and abs(value) <= _LARGEST_M for value in values) or number > _MOST_ROWS:
                    raise EvaluationError(f"{path}: line {number} is out of range")
                rows.append(values)
            return rows
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{path}: cannot be read ({type(error).__name__})") from None
    except (ValueError, TypeError):
        raise EvaluationError(f"{path}: expected numbers in the columns {', '.join(columns)}") from None
