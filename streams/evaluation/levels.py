"""Quality of levels of crowding, and what could be reached at best: more of the maths of `toezicht eval crowd`.

Two questions are asked of levels. *Strict*: is each second's level that of the same second's true density? *Held*: is the level
that the product's rule holds, with its hysteresis and persistence, the one that the same rule holds on the true densities? The
product shows the second. A truth that lasts shorter than the persistence is no level there, however right the counts are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.cameras import Box, DetectorInfo
from schemas.observations import Observation
from streams.domain.geometry.area import Corners
from streams.domain.geometry.projection import GroundMap, Points
from streams.domain.geometry.zones import foot_point, inside
from streams.domain.observations.crowd_level import CrowdEpisode
from streams.domain.observations.episodes import CrowdRow
from streams.domain.rules.cameras import CrowdLevel, CrowdRule

LEVELS_PER_M2: Final = (0.2, 0.4, 0.6)
"""Where levels change; low, so that what can be measured here reaches them."""
CLEAR_SHARE: Final = 0.8
"""The hysteresis of the rules file."""
REMEMBERED_S: Final = 2.0
"""For how long somebody who is not seen any more is thought to walk on; tracks are looked for as long (`TRACK_LOST_S`)."""
_VELOCITY_OVER_S: Final = 1.0
_BEGAN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DETECTOR: Final = DetectorInfo(name="evaluation", version="1")


def second_medians(values: Sequence[float] | NDArray[np.float64], frames_per_s: int) -> list[float]:
    """Return the median of each whole second."""
    ends = range(frames_per_s, len(values) + 1, frames_per_s)
    return [float(median(values[end - frames_per_s : end])) for end in ends]


def held_levels(densities_per_m2: Sequence[float], persistence_s: float) -> list[int]:
    """Return the level that the product's rule holds in each second, for the densities of seconds that follow each other."""
    levels = tuple(
        CrowdLevel(name=f"level{number}", density_per_m2=least, persons=None, points=number)
        for number, least in enumerate(LEVELS_PER_M2, start=1)
    )
    rule = CrowdRule(
        levels=levels, growth=(), persistence_s=persistence_s, gap_s=5, clear_share=CLEAR_SHARE, silent_after_s=60
    )
    episode = CrowdEpisode(rule)
    row: CrowdRow | None = None
    held: list[int] = []
    for second, density in enumerate(densities_per_m2):
        at = _BEGAN + timedelta(seconds=second)
        seen = Observation(
            camera_id="evaluation",
            zone_id="square",
            control_room_id="evaluation",
            second=at,
            frames=1,
            count=0,
            count_max=0,
            vehicles=0,
            dwell_s=0,
            group_size=0,
            density_per_m2=density,
            detector=_DETECTOR,
            newest_frame_at=at,
        )
        row = episode.step(row, seen).row
        held.append(row.level if row else 0)
    return held


def levels_held_right(told: NDArray[np.float64], true: Sequence[float], persistence_s: float) -> float:
    """Return in which share of seconds the held level is that of the true densities.

    Args:
        told: (rounds, seconds) densities.
        true: (seconds,) true ones.
        persistence_s: How long a level must hold.
    """
    right = held_levels(true, persistence_s)
    shares = [np.mean(np.array(held_levels(row.tolist(), persistence_s)) == right) for row in told]
    return float(np.mean(shares)) if right else 0.0


def with_remembered(
    frames: Sequence[Sequence[Box]],
    tracks: Sequence[Sequence[int | None]],
    ground: GroundMap,
    zone: Corners,
    frames_per_s: int,
) -> list[float]:
    """Return for each frame how many stand in a zone: those who are seen, and those who were until a moment ago.

    Whoever is not seen is thought to go on as in the last second of the track, for `REMEMBERED_S` at most.

    Args:
        frames: The boxes of each frame.
        tracks: By which number each box is followed; None where it is not.
        ground: The camera's calibration.
        zone: The zone in pixels.
        frames_per_s: Frames in a second.
    """
    paths: dict[int, list[tuple[float, Points]]] = {}
    counts: list[float] = []
    for number, (boxes, numbers) in enumerate(zip(frames, tracks, strict=True)):
        at_s = number / frames_per_s
        feet = [foot_point(box) for box in boxes]
        places = ground.to_ground(np.array(feet, np.float64).reshape(-1, 2))
        for track, place in zip(numbers, places, strict=True):
            if track is not None:
                paths.setdefault(track, []).append((at_s, place))
        paths = {track: path for track, path in paths.items() if at_s - path[-1][0] <= REMEMBERED_S}
        gone = [_predicted(path, at_s) for track, path in paths.items() if track not in numbers]
        points = ground.to_pixels(np.array(gone, np.float64).reshape(-1, 2))
        expected = [(float(x), float(y)) for x, y in points if np.isfinite((x, y)).all()]
        counts.append(float(sum(inside(point, zone) for point in (*feet, *expected))))
    return counts


def _predicted(path: Sequence[tuple[float, Points]], at_s: float) -> Points:
    last_s, last = path[-1]
    first_s, first = next(step for step in path if last_s - step[0] <= _VELOCITY_OVER_S + 1e-6)
    speed = (last - first) / (last_s - first_s) if last_s > first_s else np.zeros(2)
    return np.asarray(last + speed * (at_s - last_s), np.float64)


def ever_found(
    truth: Sequence[Sequence[Box]], tracks: Sequence[Sequence[int]], seen: Sequence[Sequence[Box]], zone: Corners
) -> list[float]:
    """Return for each frame how many of those who stand in a zone were found in it or in any frame before: the ceiling.

    No estimator that counts persons can know more without guessing at those whom nothing ever showed. Its identities and
    places are the true ones.
    """
    found: set[int] = set()
    counts: list[float] = []
    for boxes, numbers, shown in zip(truth, tracks, seen, strict=True):
        found |= {track for box, track in zip(boxes, numbers, strict=True) if box in shown}
        counts.append(
            float(
                sum(track in found and inside(foot_point(box), zone) for box, track in zip(boxes, numbers, strict=True))
            )
        )
    return counts
