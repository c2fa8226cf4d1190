"""Pictures for tests of seeing: a street that is made, real ones from PETS2009, and what weather and vandals do to them.

All pictures are (height, width, 3), blue-green-red, 0 to 255.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.opencv import cv2

Image = NDArray[np.uint8]
Alter = Callable[[Image, int, np.random.Generator], Image]
"""Alters the picture of a second, counted from the beginning of the alteration."""

WIDTH_PX, HEIGHT_PX = 640, 360


def street(seed: int = 3) -> Image:
    """Return a made street: sky, houses with windows, a square with markings."""
    chance = np.random.default_rng(seed)
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 205, np.uint8)
    for left in range(0, WIDTH_PX, 80):
        top = int(chance.integers(20, 90))
        wall = int(chance.integers(70, 170))
        cv2.rectangle(picture, (left, top), (left + 79, 200), (wall, wall + 6, wall + 12), cv2.FILLED)
        for _ in range(9):
            x, y = int(chance.integers(left + 4, left + 60)), int(chance.integers(top + 8, 175))
            wide, tall = (int(side) for side in chance.integers(6, 20, 2))
            cv2.rectangle(picture, (x, y), (x + wide, y + tall), (int(chance.integers(20, 60)),) * 3, cv2.FILLED)
    picture[200:] = 120
    for x, y, end_x, end_y in chance.integers((0, 200, 0, 200), (WIDTH_PX, HEIGHT_PX, WIDTH_PX, HEIGHT_PX), (40, 4)):
        cv2.line(picture, (int(x), int(y)), (int(end_x), int(end_y)), (int(chance.integers(70, 160)),) * 3, 2)
    return cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.uint8)


def pets(test_data: Path, count: int, every: int = 7) -> list[Image]:
    """Return every seventh picture of PETS2009 S2L1: one per second."""
    capture = cv2.VideoCapture(str(test_data / "pets2009" / "S2L1-view001.avi"))
    pictures: list[Image] = []
    try:
        while len(pictures) < count and capture.grab():
            if int(capture.get(cv2.CAP_PROP_POS_FRAMES)) % every == 0:
                pictures.append(np.asarray(capture.retrieve()[1], np.uint8))
    finally:
        capture.release()
    return pictures


def noisy(image: NDArray[Any], sigma: float, chance: np.random.Generator) -> Image:
    """Return a picture with a sensor's noise."""
    noise = chance.standard_normal(image.shape, np.float32)
    return clipped(np.asarray(image, np.float32) + sigma * noise)


def clipped(values: NDArray[np.floating]) -> Image:
    """Return values as a picture."""
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def scaled(image: Image, gain: float, offset: float = 0.0) -> Image:
    """Return a picture in other light or with another gain."""
    return cv2.convertScaleAbs(image, alpha=gain, beta=offset).astype(np.uint8)


def encoded(image: Image, quality: int) -> Image:
    """Return a picture after JPEG."""
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1), np.uint8)


def turned(image: Image, degrees: float = 0.0, x_px: float = 0.0, y_px: float = 0.0, zoom: float = 1.0) -> Image:
    """Return what a camera sees that was turned, moved or zoomed."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
    matrix[0, 2] += x_px
    matrix[1, 2] += y_px
    return cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101).astype(np.uint8)


def rain(image: Image, chance: np.random.Generator, streaks: int = 400) -> Image:
    """Return a picture in heavy rain: bright streaks a pixel wide, elsewhere in each picture."""
    height, width = image.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    for x, y, length in zip(
        chance.integers(0, width, streaks), chance.integers(0, height, streaks), chance.integers(6, 18, streaks),
        strict=True,
    ):  # fmt: skip
        cv2.line(layer, (int(x), int(y)), (int(x) + 2, int(y + length)), 40, 1)
    return np.asarray(cv2.add(image, cv2.merge([layer] * 3)), np.uint8)


def fog(image: Image, thickness: float) -> Image:
    """Return a picture in fog that lets through 1 - thickness of the contrast (Koschmieder), with an airlight of 190."""
    return scaled(image, 1 - thickness, 190 * thickness)


def crowd(image: Image, second: int, chance: np.random.Generator, persons: int = 60) -> Image:
    """Return a picture with a crowd that walks by in its lower half, larger than those who are far away."""
    picture = image.copy()
    height, width = picture.shape[:2]
    places = np.random.default_rng(7).uniform(0, 1, (persons, 3))
    for x, y, shade in places[np.argsort(places[:, 1])]:
        foot = int(height * (0.6 + 0.4 * y))
        tall = int(height * (0.12 + 0.25 * y))
        left = int((x * width + second * 0.08 * width * (1 if shade > 0.5 else -1)) % width)
        colour = tuple(int(v) for v in chance.integers(20, 60, 3) + int(shade * 150))
        cv2.ellipse(picture, (left, foot - tall // 2), (tall // 5, tall // 2), 0, 0, 360, colour, cv2.FILLED)
    return picture


def person(image: Image, x_px: int, foot_px: int, tall_px: int, shade: int = 40) -> Image:
    """Return a picture with one upright person, a third as wide as tall."""
    picture = image.copy()
    wide = max(2, tall_px // 3)
    cv2.rectangle(
        picture, (x_px, foot_px - tall_px + tall_px // 5), (x_px + wide - 1, foot_px - 1), (shade,) * 3, cv2.FILLED
    )
    cv2.circle(
        picture, (x_px + wide // 2, foot_px - tall_px + tall_px // 8), max(1, tall_px // 8), (shade + 60,) * 3, -1
    )
    return picture


def glare(image: Image, strength: float = 1.0) -> Image:
    """Return a picture with a laser or the low sun in it: a saturated disc, and a veil over everything."""
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = np.hypot(x - 0.45 * width, y - 0.4 * height) / width
    veil = 900 * strength * np.exp(-distance / 0.12)
    return clipped(image * 0.35 + veil[:, :, None])
