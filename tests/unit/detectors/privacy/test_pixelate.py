"""Persons and vehicles become too coarse to tell who; the rest stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.models.base import detected
from detectors.privacy.pixelate import (
    CELLS_HIGH,
    CELLS_WIDE,
    LONGEST_SIDE_PX,
    PICTURE_CELLS,
    TALLEST_PERSON_PX,
    coarse,
    moved_between,
    pixelated,
    reduced,
)
from schemas.cameras import DetectedObject, ObjectClass
from tests.support.snapshots import PERSON, SIZE, contrast, stripes


def found(kind: ObjectClass = ObjectClass.PERSON, at: tuple[float, ...] = PERSON) -> DetectedObject:
    """Return an object at a place."""
    item = detected(kind, 0.2, at, *SIZE)
    assert item is not None
    return item


def levels(pixels: np.ndarray, axis: int) -> int:
    """Return how many different rows (0) or columns (1) follow one another in a picture."""
    changes = np.any(np.diff(pixels.astype(int), axis=axis) != 0, axis=(1 - axis, 2))
    return 1 + int(changes.sum())


def noise(width_px: int = SIZE[0], height_px: int = SIZE[1]) -> np.ndarray:
    """Return a picture of which no two pixels are alike."""
    return np.random.default_rng(1).integers(0, 256, (height_px, width_px, 3), np.uint8)


def test_a_person_is_coarse_from_head_to_foot() -> None:
    """No more cells than the standard's least allows over its height and width; outside nothing is changed."""
    picture = noise()
    shown = pixelated(picture, [found()])
    left, top, right, bottom = PERSON
    part = shown[top:bottom, left:right]
    assert levels(part, 0) <= CELLS_HIGH + 1
    assert levels(part, 1) <= CELLS_WIDE + 1
    far = np.ones(picture.shape[:2], bool)
    far[top - 13 : bottom + 13, left - 13 : right + 13] = False
    assert np.array_equal(shown[far], picture[far])
    assert not np.array_equal(shown[top - 8, left:right], picture[top - 8, left:right])
    assert np.array_equal(picture, noise())


def test_stripes_cannot_be_seen_any_more() -> None:
    """What a detail of one pixel looks like does not come through."""
    assert contrast(stripes()) > 200
    assert contrast(pixelated(stripes(), [found()])) < 10


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [
        (ObjectClass.PERSON, True),
        (ObjectClass.CAR, True),
        (ObjectClass.BUS, True),
        (ObjectClass.TRUCK, True),
        (ObjectClass.MOTORCYCLE, True),
        (ObjectClass.BICYCLE, False),
        (ObjectClass.BAG, False),
    ],
)
def test_what_is_hidden(kind: ObjectClass, hidden: bool) -> None:
    """Persons, and vehicles with their number plates."""
    assert (contrast(pixelated(stripes(), [found(kind)])) < 50) is hidden


@pytest.mark.parametrize("at", [(0, 0, 320, 240), (-50, -50, 10, 10), (300, 230, 400, 400), (5, 5, 7, 7)])
def test_boxes_at_the_edge_and_tiny_ones(at: tuple[float, ...]) -> None:
    """They are cut to the picture, and something of the picture is changed."""
    picture = noise()
    shown = pixelated(picture, [found(at=at)])
    assert shown.shape == picture.shape
    assert not np.array_equal(shown, picture)


def test_a_finer_box_does_not_undo_a_coarser_one() -> None:
    """A small person before a large one, or a car around both, whatever their order."""
    large, small, car = (
        found(at=(50, 0, 200, 240)),
        found(at=(100, 60, 112, 90)),
        found(ObjectClass.CAR, (90, 50, 160, 100)),
    )
    picture = noise()
    one = pixelated(picture, [large, small, car])
    assert np.array_equal(one, pixelated(picture, [car, small, large]))
    assert levels(one[60:90, 100:112], 0) <= 3


def test_nothing_found_changes_nothing() -> None:
    """An empty street is shown as it is."""
    assert np.array_equal(pixelated(noise(), []), noise())


def test_what_moved_is_coarse_although_nobody_found_it() -> None:
    """A person whom the detector misses is seldom still; what stands still stays sharp."""
    here, there = stripes(), stripes((180, 60, 220, 180))
    moved = moved_between(here, [there])
    shown = pixelated(here, [], moved)
    assert contrast(shown) < 10
    assert np.array_equal(shown[:, 260:], here[:, 260:])
    assert not moved_between(here, [here]).any()
    assert not moved_between(here, []).any()


def test_noise_of_compression_is_no_motion() -> None:
    """Small steps of brightness, as a JPEG has them."""
    rough = np.random.default_rng(2).integers(-8, 9, stripes().shape)
    other = np.clip(stripes().astype(int) + rough, 0, 255).astype(np.uint8)
    assert not moved_between(stripes(), [other]).any()


@given(st.integers(2, 400), st.integers(2, 400))
def test_the_whole_picture_is_coarse_at_any_size(width_px: int, height_px: int) -> None:
    """No more cells than a scene of four metres may have."""
    shown = coarse(noise(width_px, height_px))
    assert shown.shape == (height_px, width_px, 3)
    assert levels(shown, 1) <= PICTURE_CELLS
    assert levels(shown, 0) <= PICTURE_CELLS


@pytest.mark.parametrize(
    ("size", "person_px", "expected"),
    [
        ((320, 240), 120, (320, 240)),
        ((2560, 1440), 100, (1280, 720)),
        ((1440, 2560), 100, (720, 1280)),
        ((1000, 800), 2 * TALLEST_PERSON_PX, (500, 400)),
        ((LONGEST_SIDE_PX, 800), TALLEST_PERSON_PX, (LONGEST_SIDE_PX, 800)),
        ((1, 1), None, (1, 1)),
    ],
)
def test_no_picture_is_sharper_than_need_be(
    size: tuple[int, int], person_px: int | None, expected: tuple[int, int]
) -> None:
    """Its longest side and its tallest person are bounded; it is never enlarged."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    box = None if person_px is None else detected(ObjectClass.PERSON, 0.9, (0, 0, 50, person_px), *size)
    shown = reduced(picture, [box] if box else [])
    assert (shown.shape[1], shown.shape[0]) == expected
