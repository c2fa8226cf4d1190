"""Calibration from walkers: a camera's height, tilt, roll and focal length from the boxes of people who walk upright.

Nobody surveys anything. What is assumed: the ground is flat, the lens does not bend lines, and people walk equally fast in all
directions. Heights of boxes alone fix where the horizon is, and say little of the focal length; that walkers are as fast along
the view as across it does. How long a metre is both say: who walks is 1.7 m high, and goes at about 1.34 m/s (Weidmann 1993).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import degrees, exp, isfinite, log, radians
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from streams.domain.cameras.registry import WalkersCalibration
from streams.domain.geometry.pinhole import PERSON_HEIGHT_M, Pinhole
from streams.errors import ToezichtError

COLUMNS: Final = ("t_s", "track", "x_centre_px", "y_centre_px", "width_px", "height_px")
LEAST_BOXES: Final = 100
LEAST_TRACKS: Final = 5
MOST_BOXES: Final = 600
"""Of more, evenly chosen ones are used: they are of the same people, and say no more."""
STEP_S: Final = 2.0
"""Over which a walker's speed is measured, as `observe` measures it."""
LEAST_WAY: Final = 0.5
"""Who goes less than half their own height in the picture in that time stands, or only shifts."""
EDGE_PX: Final = 3.0
"""A box so near to the picture's edge may be cut off."""
LEAST_SIZE_PX: Final = 2.0
WORST_HEIGHT_ERROR: Final = 0.3
"""A camera whose boxes are off by more at the median is none. It is .04 on PETS2009 and .11 on CAVIAR's bent lens."""
WALKING_M_PER_S: Final = 1.34
"""Mean free speed of pedestrians (Weidmann, Transporttechnik der Fussgänger, 1993); its spread between people is .26."""
_HEIGHT_SPREAD: Final = 0.1
_WIDTH_SPREAD: Final = 1.0
_SPEED_SPREAD: Final = 0.25
_ROLL_SPREAD: Final = radians(10)
_FOCAL_SPREAD: Final = 0.6
"""One standard deviation of what the fit weighs, as logarithms: of heights of boxes (people, and the box itself), widths (strides
and bags: little is made of them), a walker's speed, a camera's roll, and a focal length about
the picture's width. That of widths was chosen on PETS2009, whose camera model is known (docs/calibration.md); the rest [own]."""
_PACE_SHARE: Final = 0.5
"""Of how long a metre is, heights and pace are about as sure, each to a tenth (boxes are tight or loose, places are hurried or
not [own]): the geometric mean of both is taken."""
_CORRELATED: Final = 400
"""Boxes and steps of which there are more weigh together as so many: they are of the same people."""
_BOUNDS: Final = ((log(2.0), 0.005, -1.57, log(0.25), log(0.4)), (log(60.0), 1.57, 1.57, log(8.0), log(4.0)))
"""Of the height, the tilt, the roll, the focal length over the picture's width, and the walking speed."""
_MOST_TRIES: Final = 80


class WalkersError(ToezichtError):
    """The boxes do not say how the camera stands: one line that says what is missing."""


class WalkerBox(NamedTuple):
    """Walker box: a person's box in one picture: when, its middle, and its size, in seconds and pixels."""

    at_s: float
    x_px: float
    y_px: float
    width_px: float
    height_px: float


Walkers = Mapping[str, Sequence[WalkerBox]]
"""The boxes of each track, in the order of time."""


def read_walkers(path: Path) -> Walkers:
    """Return the boxes of a table: comma-separated, gzip or not, with a header that has `COLUMNS`; others are passed over.

    Where there is a column `kind`, only persons count; where there is a column `movement`, only who is walking.

    Raises:
        WalkersError: It cannot be read, a column is missing, or a line has no number where there must be one.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        return parse_walkers(text, str(path))
    except (OSError, EOFError, UnicodeDecodeError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise WalkersError(f"{path}: {type(error).__name__}, expected a table of boxes") from None


def parse_walkers(text: str, where: str) -> Walkers:
    """Return the boxes of a table's text; see `read_walkers`."""
    reader = csv.DictReader(io.StringIO(text))
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise WalkersError(f"{where}: no column {missing[0]}, expected {', '.join(COLUMNS)}")
        tracks: dict[str, list[WalkerBox]] = defaultdict(list)
        for row in reader:
            if row.get("kind", "person") == "person" and row.get("movement", "walking") == "walking":
                tracks[row["track"] or ""].append(_box(row, f"{where}: line {reader.line_num}"))
    except csv.Error as error:
        raise WalkersError(f"{where}: {error}") from None
    return {track: sorted(boxes) for track, boxes in tracks.items()}


def _box(row: Mapping[str, str | None], where: str) -> WalkerBox:
    values = []
    for name in (COLUMNS[0], *COLUMNS[2:]):
        try:
            value = float(row[name] or "")
        except ValueError:
            value = float("nan")
        if not isfinite(value) or abs(value) > 1e7:
            raise WalkersError(f"{where}: {name} is {str(row[name])[:40]!r}, expected a number")
        values.append(value)
    return WalkerBox(*values)


def calibrate(walkers: Walkers, size: tuple[int, int], version: str, day: date) -> WalkersCalibration:
    """Return the camera that fits walkers' boxes best, in robust least squares.

    Args:
        walkers: Boxes in pixels of the picture.
        size: Its width and height.
        version: What the calibration is called.
        day: When it was made.

    Raises:
        WalkersError: There are too few whole boxes of people who walk, or no camera fits them.
    """
    walking = {track: _whole(boxes, size) for track, boxes in walkers.items()}
    steps = np.array([step for boxes in walking.values() for step in _steps(boxes)], np.float64).reshape(-1, 5)
    tracks = [boxes for boxes in walking.values() if _steps(boxes)]
    boxes = np.array([box[1:] for each in tracks for box in each], np.float64).reshape(-1, 4)
    if len(tracks) < LEAST_TRACKS or len(boxes) < LEAST_BOXES:
        raise WalkersError(
            f"{len(boxes)} whole boxes of {len(tracks)} walkers, expected {LEAST_BOXES} of {LEAST_TRACKS} or more"
        )
    used, ways = _thinned(boxes), _thinned(steps)
    fits = [_fitted(used, ways, size, tilt, focal) for tilt in (12.0, 35.0, 60.0) for focal in (0.7, 1.4)]
    found = min(fits, key=lambda fit: float(fit.cost))
    pinhole, pace = _pinhole(found.x, size), exp(found.x[4])
    scale = (WALKING_M_PER_S / pace) ** _PACE_SHARE
    error = float(np.median(np.abs(_sizes(pinhole, used)[:, 1])))
    if not isfinite(found.cost) or error > WORST_HEIGHT_ERROR:
        raise WalkersError(f"no camera fits: heights of boxes are off by {error:.0%} at the median")
    return WalkersCalibration(
        method="walkers",
        version=version,
        date=day,
        width_px=size[0],
        height_px=size[1],
        height_m=round(pinhole.height_m * scale, 2),
        tilt_deg=round(max(degrees(pinhole.tilt_rad), 0.1), 1),
        roll_deg=round(degrees(pinhole.roll_rad), 1),
        focal_px=round(pinhole.focal_px, 1),
        boxes=len(boxes),
        height_error=round(error, 3),
        walking_m_per_s=round(pace * scale, 2),
    )


def _whole(boxes: Iterable[WalkerBox], size: tuple[int, int]) -> list[WalkerBox]:
    """Return the boxes that the picture's edge does not cut."""
    return [
        box
        for box in boxes
        if min(box.width_px, box.height_px) >= LEAST_SIZE_PX
        and abs(box.x_px - size[0] / 2) + box.width_px / 2 < size[0] / 2 - EDGE_PX
        and abs(box.y_px - size[1] / 2) + box.height_px / 2 < size[1] / 2 - EDGE_PX
    ]


def _steps(boxes: Sequence[WalkerBox]) -> list[tuple[float, float, float, float, float]]:
    """Return how a track went: foot point, foot point two seconds later, and the seconds between."""
    times = [box.at_s for box in boxes]
    found = []
    for box in boxes:
        later = int(np.searchsorted(times, box.at_s + STEP_S - 1e-6))
        if later == len(boxes) or boxes[later].at_s - box.at_s > 1.2 * STEP_S:
            continue
        end = boxes[later]
        way = float(np.hypot(end.x_px - box.x_px, end.y_px - box.y_px))
        if way > LEAST_WAY * (box.height_px + end.height_px) / 2:
            foot, there = (each.y_px + each.height_px / 2 for each in (box, end))
            found.append((box.x_px, foot, end.x_px, there, end.at_s - box.at_s))
    return found


def _thinned(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), MOST_BOXES)).round().astype(int)
    return np.asarray(rows[chosen], np.float64)


def _pinhole(values: NDArray[np.float64], size: tuple[int, int]) -> Pinhole:
    height, tilt, roll, focal = (float(value) for value in values[:4])
    return Pinhole(exp(height), tilt, roll, exp(focal) * size[0], *size)


def _sizes(pinhole: Pinhole, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much persons' boxes there are wider and higher than these, as logarithms (N, 2); large where none can be."""
    places = pinhole.on_level(boxes[:, :2], PERSON_HEIGHT_M / 2)
    seen = pinhole.boxes_around(places)
    with np.errstate(invalid="ignore"):
        away = np.log((seen[:, 2:] - seen[:, :2]) / boxes[:, 2:])
    return np.nan_to_num(away, nan=3.0, posinf=3.0, neginf=-3.0)


def _fitted(
    boxes: NDArray[np.float64], steps: NDArray[np.float64], size: tuple[int, int], tilt_deg: float, focal: float
) -> Any:
    """Return what `scipy.optimize.least_squares` finds from one beginning; the soft L1 loss lets single wrong boxes be wrong."""
    of_box, of_step = (min(1.0, _CORRELATED / max(1, len(rows))) ** 0.5 for rows in (boxes, steps))

    def residuals(values: NDArray[np.float64]) -> NDArray[np.float64]:
        pinhole = _pinhole(values, size)
        sizes = of_box * _sizes(pinhole, boxes) / (_WIDTH_SPREAD, _HEIGHT_SPREAD)
        way_m = np.linalg.norm(pinhole.on_level(steps[:, 2:4]) - pinhole.on_level(steps[:, :2]), axis=1)
        speeds = np.nan_to_num(np.log(np.maximum(way_m / steps[:, 4], 0.05)), nan=3.0)
        expected = (values[2] / _ROLL_SPREAD, values[3] / _FOCAL_SPREAD)
        return np.concatenate((sizes.ravel(), of_step * (speeds - values[4]) / _SPEED_SPREAD, expected))

    begin = (log(6.0), radians(tilt_deg), 0.0, log(focal), log(WALKING_M_PER_S))
    return least_squares(residuals, begin, bounds=_BOUNDS, loss="soft_l1", max_nfev=_MOST_TRIES)
