"""Quality of density: how right a camera's density is in crowds that are known: the maths of `toezicht eval density`.

A camera is put on a mast beside the crowd. Persons are drawn to be missed with the measured recall under occlusion, what is found
goes through the product's own `observe`, and what it tells in a second is held against the Voronoi density of each of its frames.
Who is found keeps the track that the person has; tracking is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.observations import Observation
from streams.domain.cameras.registry import Camera, SurveyedPoint
from streams.domain.geometry.ground import GroundPoint, to_lat_lon
from streams.domain.geometry.pose import CameraPose
from streams.domain.geometry.projection import HomographyMap, Points
from streams.domain.geometry.zones import inside
from streams.domain.observations.closed_second import tell
from streams.domain.observations.crowd_curve import PERSON_HEIGHT_M, PERSON_WIDTH_M, CrowdCurve
from streams.domain.observations.crowd_estimate import GRID_PER_M2, DensityFit, Pace, estimate_density, posterior
from streams.domain.observations.crowd_level import local_density_per_m2
from streams.domain.observations.crowd_numbers import densest_pace
from streams.domain.observations.memory import CameraMemory
from streams.domain.observations.motion import Scale, TrackMotion, motions
from streams.domain.observations.objects import PERSONS
from streams.domain.observations.occlusion import PERSISTENCE, recalls
from streams.domain.observations.open_second import CameraSecond, observe_frame
from streams.domain.observations.scene import CameraScene
from streams.domain.rules.cameras import CrowdRule
from streams.evaluation.density_scenes import FRAMES_PER_S, Crowd

MASTS_M: Final = ((4.0, 8.0), (6.0, 12.0), (6.0, 25.0), (10.0, 12.0))
"""How high a camera hangs, and how far from the middle of the area it stands."""
SIDES: Final = ((0.0, 1.0), (1.0, 0.0))
"""Where it looks: along y, and along x."""
FITS: Final = tuple(DensityFit(*each) for each in product((0.1, 0.3, 0.5, 0.7), (0.1, 0.15, 0.2, 0.3), (0.0, 0.1, 0.2)))
"""What is tried for `FITTED`."""
BEGINS_STEP_PER_M2: Final = 0.25
_MEASURED_AT_PER_S: Final = 7
_WIDTH_PX, _HEIGHT_PX, _FOCAL_PX = 1280, 720, 1000.0
_ORIGIN_M: Final = np.array([118_000.0, 480_000.0])
_BEGAN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DETECTOR: Final = DetectorInfo(name="evaluation", version="1")


class Mast(NamedTuple):
    """Mast: how high a camera hangs, how far away it stands, and where it looks."""

    height_m: float
    distance_m: float
    along: tuple[float, float]


@dataclass(frozen=True)
class ToldSecond:
    """ToldDensity second: what a camera tells of a second, and the true density of each of its frames.

    Attributes:
        place: Whose scene it is; scenes of one place are left out together.
        scene: The scene.
        mast: The camera.
        observation: What it tells.
        true_per_m2: Of each frame.
        curve: The camera's, and what else the estimate was made of.
        pace: How fast who stands closest walks.
    """

    place: str
    scene: str
    mast: Mast
    observation: Observation
    true_per_m2: tuple[float, ...]
    curve: CrowdCurve
    pace: Pace | None


class ToldDensity(NamedTuple):
    """Told density: what one way of telling says of a second, a density, its error where it has one, and a level from 0 on."""

    per_m2: float
    error_per_m2: float | None
    level: int


@dataclass(frozen=True, slots=True)
class DensityFigures:
    """Density figures: of one way of telling, over all frames.

    Attributes:
        way: Which.
        frames: Of how many.
        mae_per_m2: Mean absolute error.
        mae_from_2_per_m2: The same at true densities from 2.0 on.
        level_right: Share whose level is that of the true density, frame by frame.
        warn_from_per_m2: By mast, from which true density on (steps of .25, lower end) half of the frames are told warn.
        high_told: By mast, the share of the frames of Lyon (all below 2.0) told high or more; None without any.
        covered: Share of frames at true 1 to 3.5 whose truth lies within the told error; None where none is told.
    """

    way: str
    frames: int
    mae_per_m2: float
    mae_from_2_per_m2: float
    level_right: float
    warn_from_per_m2: dict[str, float | None]
    high_told: dict[str, float | None]
    covered: float | None


def camera_ground(mast: Mast, middle: Points) -> HomographyMap:
    """Return where the pixels of a camera on a mast lie on the ground, as it looks at a point of it."""
    along = np.array(mast.along)
    place = np.array([*(middle - mast.distance_m * along), mast.height_m])
    look = np.array([*middle, 0.0]) - place
    look /= np.linalg.norm(look)
    right = np.array([along[1], -along[0], 0.0])
    rotation = np.array([right, np.cross(look, right), look])
    corners = middle + np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    seen = (np.column_stack((corners, np.zeros(4))) - place) @ rotation.T
    pixels = seen[:, :2] / seen[:, 2:] * _FOCAL_PX + (_WIDTH_PX / 2, _HEIGHT_PX / 2)
    points = [
        SurveyedPoint(pixel=(float(u), float(v)), x_m=float(x), y_m=float(y))
        for (u, v), (x, y) in zip(pixels, corners, strict=True)
    ]
    return HomographyMap.fitted(points, "eval")


def told_seconds(crowd: Crowd, mast: Mast, seed: int, rule: CrowdRule) -> Iterator[ToldSecond]:
    """Yield what a camera on a mast tells of a crowd, second by second."""
    middle = _ORIGIN_M + np.array([crowd.area.centroid.x, crowd.area.centroid.y])
    ground = camera_ground(mast, middle)
    pose = CameraPose.of(ground, _WIDTH_PX, _HEIGHT_PX)
    assert pose is not None
    scene = CameraScene.of(_camera(crowd, ground), rule, ZoneInfo("Europe/Amsterdam"), ground)
    zone = scene.camera.zones[0]
    known = scene.zone_ground(zone)
    assert known is not None
    assert known.curve is not None
    generator = np.random.default_rng([seed, int(mast.height_m), int(mast.distance_m), int(mast.along[0])])
    luck: dict[int, float] = {}
    row, memory = CameraSecond(camera_id="eval"), None
    for frame in crowd.frames:
        corners = pose.standing_px(frame.places_m + _ORIGIN_M, PERSON_HEIGHT_M, PERSON_WIDTH_M)
        found, luck = _found(corners, frame.tracks, luck, generator)
        at = _BEGAN + timedelta(seconds=frame.number / FRAMES_PER_S)
        observed = observe_frame(row, scene, _detections(corners, frame.tracks, found, at, frame.number), at, at)
        row = observed.row
        if observed.closed is None:
            continue
        closed = tell(observed.closed, memory, scene)
        memory = closed.memory
        [observation] = closed.observations
        first = round((observation.second - _BEGAN).total_seconds()) * FRAMES_PER_S
        true = [
            crowd.true_per_m2[number] for number in range(first, first + FRAMES_PER_S) if number in crowd.true_per_m2
        ]
        persons = [each for each in _moving(memory, scene, observation) if inside(each.point_px, zone.polygon)]
        yield ToldSecond(
            place=crowd.scene.place,
            scene=crowd.scene.name,
            mast=mast,
            observation=observation,
            true_per_m2=tuple(true),
            curve=known.curve,
            pace=densest_pace([each for each in persons if each.kind in PERSONS], known),
        )


def best_fit(seconds: Sequence[ToldSecond]) -> DensityFit:
    """Return the fit of `FITS` under which the true densities are likeliest; each scene weighs the same."""
    scenes = sorted({each.scene for each in seconds})

    def likelihood(fit: DensityFit) -> float:
        sums: dict[str, list[float]] = {scene: [] for scene in scenes}
        for each in seconds:
            if each.observation.ground is not None and each.true_per_m2:
                weights = posterior(each.observation.ground.densest_per_m2, each.curve, each.pace, fit)
                at = np.searchsorted(GRID_PER_M2, np.array(each.true_per_m2)).clip(0, len(GRID_PER_M2) - 1)
                step = GRID_PER_M2[1] - GRID_PER_M2[0]
                sums[each.scene].append(float(np.log(weights[at] / step + 1e-3).mean()))
        return float(np.mean([np.mean(values) for values in sums.values() if values]))

    return max(FITS, key=likelihood)


def left_out_fits(seconds: Sequence[ToldSecond]) -> dict[str, DensityFit]:
    """Return for each place what is fitted on the others."""
    places = sorted({each.place for each in seconds})
    return {place: best_fit([each for each in seconds if each.place != place] or seconds) for place in places}


def told_by_estimate(second: ToldSecond, rule: CrowdRule, fit: DensityFit) -> ToldDensity:
    """Return the density that is probable, as the product tells it with this fit."""
    ground = second.observation.ground
    shown = 0.0 if ground is None else ground.densest_per_m2
    if not shown:
        return ToldDensity(0.0, 0.0, 0)
    estimate = estimate_density(shown, second.curve, second.pace, fit)
    counted = local_density_per_m2(second.observation) or 0.0
    reached = [
        counted >= level.density_per_m2 or (level.persons is not None and estimate.per_m2 >= level.density_per_m2)
        for level in rule.levels
    ]
    return ToldDensity(*estimate, _highest(reached))


def told_by_boxes(second: ToldSecond, rule: CrowdRule) -> ToldDensity:
    """Return what was told before: persons counted, and the level by density or by 85 and 120 boxes on 100 m²."""
    seen = second.observation
    density = seen.density_per_m2 or 0.0
    local = local_density_per_m2(seen) or 0.0
    reached = [
        local >= level.density_per_m2 or (level.persons is not None and 100 * density >= level.persons)
        for level in rule.levels
    ]
    return ToldDensity(density, None, _highest(reached))


def told_by_corrected(second: ToldSecond, rule: CrowdRule) -> ToldDensity:
    """Return the density that allows for missed persons by occlusion, and the level of it alone."""
    ground = second.observation.ground
    corrected = 0.0 if ground is None else ground.corrected_per_m2 or 0.0
    return ToldDensity(corrected, None, _highest([corrected >= level.density_per_m2 for level in rule.levels]))


def figures(way: str, told: Sequence[tuple[ToldSecond, ToldDensity]], rule: CrowdRule) -> DensityFigures:
    """Return how right one way of telling is, frame by frame."""
    true = np.array([value for second, _ in told for value in second.true_per_m2])
    each = np.array([number for number, (second, _) in enumerate(told) for _ in second.true_per_m2], np.intp)
    density = np.array([said.per_m2 for _, said in told])[each]
    level = np.array([said.level for _, said in told])[each]
    errors = np.abs(density - true)
    right = np.digitize(true, [step.density_per_m2 for step in rule.levels]) == level
    masts = np.array([f"{second.mast.height_m:g} m, {second.mast.distance_m:g} m" for second, _ in told])[each]
    lyon = np.array([second.place == "lyon" for second, _ in told], np.bool_)[each]
    names = [f"{height:g} m, {distance:g} m" for height, distance in MASTS_M]
    told_errors = [said.error_per_m2 for _, said in told]
    covered = None
    between = (true >= 1.0) & (true <= 3.5)
    if all(error is not None for error in told_errors) and between.any():
        covered = float((errors <= np.array(told_errors, np.float64)[each])[between].mean())
    return DensityFigures(
        way=way,
        frames=len(true),
        mae_per_m2=float(errors.mean()),
        mae_from_2_per_m2=float(errors[true >= 2.0].mean()) if (true >= 2.0).any() else 0.0,
        level_right=float(right.mean()),
        warn_from_per_m2={name: _begins(true[masts == name], level[masts == name] >= 1) for name in names},
        high_told={name: _share((level >= 2)[lyon & (masts == name)]) for name in names},
        covered=covered,
    )


def _begins(true: NDArray[np.float64], told: NDArray[np.bool_]) -> float | None:
    """Return from which step of true density on half of the frames are told, in that step and each above; None never."""
    steps = np.floor(true / BEGINS_STEP_PER_M2).astype(np.intp)
    begins = None
    for step in sorted(set(steps.tolist()), reverse=True):
        if told[steps == step].mean() < 0.5:
            break
        begins = step * BEGINS_STEP_PER_M2
    return begins


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if flags.size else None


def _highest(reached: Sequence[bool]) -> int:
    return max((number for number, is_reached in enumerate(reached, start=1) if is_reached), default=0)


def _found(
    corners: NDArray[np.float64], tracks: Sequence[int], before: dict[int, float], generator: np.random.Generator
) -> tuple[NDArray[np.bool_], dict[int, float]]:
    """Return who is found, and each person's luck; see `streams.evaluation.crowds.drawn`.

    Luck lasts as measured at seven frames a second, from one frame of these to the next.
    """
    lasts = PERSISTENCE ** (_MEASURED_AT_PER_S / FRAMES_PER_S)
    luck = {
        track: before[track] if track in before and generator.random() < lasts else float(generator.random())
        for track in tracks
    }
    known = np.isfinite(corners).all(axis=1)
    found = np.zeros(len(tracks), np.bool_)
    chance = recalls(corners[known], np.ones(int(known.sum()), np.bool_))
    found[known] = np.array([luck[track] for track in tracks])[known] < chance
    return found, luck


def _detections(
    corners: NDArray[np.float64], tracks: Sequence[int], found: NDArray[np.bool_], at: datetime, number: int
) -> Detections:
    """Return who is found and wholly in the picture, as `detect` sends it."""
    whole = (corners >= 0).all(axis=1) & (corners[:, 2] <= _WIDTH_PX) & (corners[:, 3] <= _HEIGHT_PX)
    objects = tuple(
        DetectedObject(
            object_class=ObjectClass.PERSON,
            score=0.9,
            box=Box(x_min_px=left, y_min_px=upper, x_max_px=right, y_max_px=lower),
            track_id=track,
        )
        for (left, upper, right, lower), track, is_found, fits in zip(
            corners.tolist(), tracks, found, whole, strict=True
        )
        if is_found and fits
    )
    return Detections(
        camera_id="eval",
        frame_id=f"frame-{number}",
        captured_at=at,
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        detector=_DETECTOR,
        objects=objects,
        track_epoch="eval",
    )


def _moving(memory: CameraMemory, scene: CameraScene, observation: Observation) -> list[TrackMotion]:
    start_s = (observation.second - memory.began).total_seconds()
    return motions(memory.tracks, Scale(scene.ground), start_s)


def _camera(crowd: Crowd, ground: HomographyMap) -> Camera:
    """Return a camera whose one zone is the crowd's area, and that sees where one can walk."""
    zone = ground.to_pixels(np.array(crowd.area.exterior.coords[:-1]) + _ORIGIN_M)
    outline = np.array(crowd.walkable.exterior.coords[:-1]) + _ORIGIN_M
    view = [to_lat_lon(GroundPoint(x_m, y_m)) for x_m, y_m in outline.tolist()]
    places = [{"lat": lat, "lon": lon} for lat, lon in view]
    return Camera.model_validate(
        {
            "id": "eval",
            "name": "eval",
            "control_room": "eval",
            "position": places[0],
            "view_area": places,
            "width_px": _WIDTH_PX,
            "height_px": _HEIGHT_PX,
            "source": {"url": "eval"},
            "legal": {
                "decision_ref": "eval",
                "valid_from": "2000-01-01",
                "valid_until": "2100-01-01",
                "public_area": places,
                "viewing_windows": [{"days": ["mon"], "from": "00:00", "until": "00:00"}],
            },
            "masks": {"version": "1", "polygons": []},
            "zones": [{"id": "area", "name": "area", "polygon": [tuple(corner) for corner in zone.tolist()]}],
        }
    )
