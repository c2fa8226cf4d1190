"""Demo material for a machine without real video: persons cut from a photo walk over an empty square.

The photo is `bus.jpg`, which the ultralytics package ships (AGPL-3.0, as this project). The same seed gives the same
video with one version of the packages.
"""

from __future__ import annotations

import importlib.util
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.errors import SourceError, SourceFault
from detectors.opencv import cv2
from detectors.sources.base import Image

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1."""

_PERSONS: Final = (
    (
        (107, 403),
        (130, 395),
        (153, 400),
        (163, 430),
        (155, 467),
        (173, 497),
        (200, 558),
        (198, 583),
        (183, 603),
        (190, 650),
        (183, 680),
        (197, 783),
        (208, 853),
        (243, 873),
        (243, 888),
        (210, 900),
        (177, 898),
        (175, 863),
        (147, 770),
        (130, 713),
        (117, 797),
        (97, 853),
        (108, 890),
        (93, 903),
        (57, 893),
        (55, 857),
        (70, 817),
        (63, 708),
        (60, 633),
        (63, 533),
        (77, 500),
        (97, 473),
        (113, 467),
        (103, 437),
    ),
    (
        (263, 412),
        (290, 405),
        (310, 422),
        (310, 453),
        (302, 477),
        (338, 510),
        (345, 547),
        (333, 575),
        (332, 642),
        (340, 700),
        (338, 727),
        (302, 775),
        (300, 813),
        (287, 818),
        (295, 853),
        (263, 860),
        (253, 850),
        (253, 825),
        (250, 783),
        (245, 707),
        (227, 697),
        (228, 600),
        (235, 533),
        (250, 495),
        (280, 473),
        (263, 447),
    ),
)
"""Outlines of two whole persons in bus.jpg (810x1080), (x, y) in pixels, drawn by hand."""
_FACADE_ROWS: Final = (0, 225)
_PAVEMENT_ROWS: Final = (915, 1080)
"""Rows of bus.jpg without persons."""
_HORIZON: Final = 0.4
"""Where the square begins, as a share of the picture's height."""
_WALKERS: Final = 6
_SPEED_PER_S: Final = (0.03, 0.09)
"""Walking speed as a share of the picture's width: 0.3 to 0.9 m/s where the picture spans ten metres."""


@dataclass(frozen=True, slots=True)
class _Cutout:
    """A person: pixels (height, width, 3) and how opaque each is, (height, width, 1) from 0 to 1."""

    pixels: NDArray[np.float32]
    opacity: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Walker:
    """A person's way: to and fro at a constant distance from the camera. Shares of the picture's size."""

    cutout: _Cutout
    foot: float
    phase: float
    speed_per_s: float

    def place(self, moment_s: float) -> tuple[float, bool]:
        """Return the foot point's x as a share of the width, and whether the person walks to the right."""
        way = (self.phase + self.speed_per_s * moment_s) % 2.0
        return (way, True) if way < 1 else (2 - way, False)


def write_moving_scene(
    path: Path, seconds: float, fps: float, size: tuple[int, int], seed: int = 0, progress: Progress | None = None
) -> None:
    """Write a video (motion JPEG in AVI) of a square on which persons walk.

    Args:
        path: The file to write, ending in `.avi`.
        seconds: Its length.
        fps: Pictures per second.
        size: Width and height in pixels.
        seed: Decides who walks where.
        progress: Told the share that is done.

    Raises:
        SourceError: The photo is not there, or the video cannot be written.
    """
    photo = _photo()
    width, height = size
    background = _background(photo, width, height)
    cutouts = [_cut(photo, outline) for outline in _PERSONS]
    walkers = _walkers(cutouts, random.Random(seed))  # noqa: S311 - a scene, no secret
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
    if not writer.isOpened():
        raise SourceError(SourceFault.UNREADABLE_VIDEO, f"{path}: the video cannot be written")
    try:
        count = math.ceil(seconds * fps)
        for index in range(count):
            writer.write(_compose(background, walkers, index / fps))
            if progress is not None:
                progress((index + 1) / count)
    finally:
        writer.release()


def write_empty_scene(folder: Path, video: Path, samples: int = 25, progress: Progress | None = None) -> Path:
    """Write what stays when everyone has left: the median of pictures spread over a video, as a folder of one still.

    Returns:
        The picture's path.

    Raises:
        SourceError: The video cannot be read.
    """
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    try:
        step = max(1, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // samples)
        pictures: list[Image] = []
        index = 0
        while len(pictures) < samples and capture.grab():
            if index % step == 0:
                decoded, picture = capture.retrieve()
                if decoded:
                    pictures.append(np.asarray(picture, np.uint8))
                if progress is not None:
                    progress(len(pictures) / samples)
            index += 1
    finally:
        capture.release()
    if not pictures:
        raise SourceError(SourceFault.UNREADABLE_VIDEO, f"{video}: no video that can be decoded")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "empty.jpg"
    cv2.imwrite(str(target), np.median(np.stack(pictures), axis=0).astype(np.uint8))
    return target


def _photo() -> Image:
    # Found without importing the package, which takes seconds.
    spec = importlib.util.find_spec("ultralytics")
    for root in (spec.submodule_search_locations or []) if spec else []:
        picture = cv2.imread(str(Path(root) / "assets" / "bus.jpg"))
        if picture is not None:
            return np.asarray(picture, np.uint8)
    raise SourceError(
        SourceFault.MISSING_FILE, "bus.jpg of the ultralytics package: not found, install the extra vision"
    )


def _background(photo: Image, width: int, height: int) -> NDArray[np.float32]:
    horizon = round(height * _HORIZON)
    facade = cv2.resize(photo[slice(*_FACADE_ROWS)], (width, horizon), interpolation=cv2.INTER_AREA)
    pavement = cv2.resize(photo[slice(*_PAVEMENT_ROWS)], (width, height - horizon), interpolation=cv2.INTER_LINEAR)
    return np.vstack([facade, pavement]).astype(np.float32)


def _cut(photo: Image, outline: Sequence[tuple[int, int]]) -> _Cutout:
    """Return the person within an outline, with a soft edge."""
    corners = np.array(outline, np.int32)
    x, y, width, height = cv2.boundingRect(corners)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [corners - (x, y)], 1)
    opacity = cv2.GaussianBlur(inside.astype(np.float32), (5, 5), 0).astype(np.float32)
    return _Cutout(photo[y : y + height, x : x + width].astype(np.float32), opacity[:, :, None])


def _walkers(cutouts: list[_Cutout], chance: random.Random) -> list[_Walker]:
    walkers = [
        _Walker(
            cutout=cutouts[number % len(cutouts)],
            foot=chance.uniform(0.55, 0.95),
            phase=chance.uniform(0.0, 2.0),
            speed_per_s=chance.uniform(*_SPEED_PER_S),
        )
        for number in range(_WALKERS)
    ]
    return sorted(walkers, key=lambda walker: walker.foot)


def _compose(background: NDArray[np.float32], walkers: list[_Walker], moment_s: float) -> Image:
    picture = background.copy()
    for walker in walkers:
        _paint(picture, walker, moment_s)
    return picture.clip(0, 255).astype(np.uint8)


def _paint(picture: NDArray[np.float32], walker: _Walker, moment_s: float) -> None:
    """Paint one person, larger the nearer, and cut off what lies outside the picture."""
    height, width = picture.shape[:2]
    tall = max(8, round(height * 0.55 * (walker.foot - _HORIZON + 0.25)))
    wide = max(4, round(tall * walker.cutout.pixels.shape[1] / walker.cutout.pixels.shape[0]))
    pixels = cv2.resize(walker.cutout.pixels, (wide, tall), interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(walker.cutout.opacity, (wide, tall), interpolation=cv2.INTER_AREA)[:, :, None]
    share, rightwards = walker.place(moment_s)
    if not rightwards:
        pixels, opacity = pixels[:, ::-1], opacity[:, ::-1]
    left = round(share * (width + wide)) - wide
    top = round(walker.foot * height) - tall
    x_from, x_until, y_from = max(0, left), min(width, left + wide), max(0, top)
    if x_from >= x_until:
        return
    part = (slice(y_from - top, None), slice(x_from - left, x_until - left))
    target = picture[y_from : top + tall, x_from:x_until]
    target += opacity[part] * (pixels[part] - target)
