"""A counting model that is configured counts once per camera and second, in cells of the picture."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.models.base import Picture
from detectors.models.crowd_counter import CounterInfo
from schemas.cameras import FrameReference
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stages.detect.crowd_counts import CrowdCounts, in_cells
from tests.support.messages import NOON, example

PICTURE = np.zeros((48, 64, 3), np.uint8)


class OnePerPixel:
    """Sees a person in every pixel."""

    info = CounterInfo("fake", "1", 3.0)

    def density(self, picture: Picture) -> NDArray[np.float32]:
        """Return persons per pixel; see `CrowdCounter`."""
        return np.ones(picture.shape[:2], np.float32)


def frame(camera: str, at_ms: int) -> FrameReference:
    """Return a frame of a camera."""
    return example(FrameReference, camera_id=camera, captured_at=NOON + timedelta(milliseconds=at_ms))


def test_without_a_model_nothing_is_counted() -> None:
    """As without the setting."""
    assert CrowdCounts().of(frame("a", 0), PICTURE) is None
    assert CrowdCounts.from_settings(Settings()).of(frame("a", 0), PICTURE) is None


def test_a_second_of_a_camera_is_counted_once() -> None:
    """In its first picture; cameras do not wait for each other."""
    crowds = CrowdCounts(OnePerPixel())
    asked = [("a", 0), ("a", 200), ("b", 200), ("a", 1000), ("b", 900)]
    counted = [crowds.of(frame(camera, at_ms), PICTURE) is not None for camera, at_ms in asked]
    assert counted == [True, False, True, True, False]


def test_cells_hold_all_persons() -> None:
    """The model is named, and up to which density it was measured."""
    told = CrowdCounts(OnePerPixel()).of(frame("a", 0), PICTURE)
    assert told is not None
    assert (told.model, told.measured_to_per_m2, told.columns, told.rows) == ("fake 1", 3.0, 32, 24)
    assert sum(told.persons) == 48 * 64


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 100), (24, 32), (25, 33), (576, 768)])
def test_no_person_is_lost_between_cells(height: int, width: int) -> None:
    """Whatever the picture's size; a small one has fewer cells."""
    cells = in_cells(np.ones((height, width), np.float32), 32, 24)
    assert cells.shape == (min(24, height), min(32, width))
    assert cells.sum() == height * width


def test_a_model_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    """Going on without it would hide that."""
    settings = Settings().model_copy(update={"crowd_model": tmp_path / "none.onnx"})
    with pytest.raises(ConfigurationError, match=r"TOEZICHT_CROWD_MODEL is .*none\.onnx.*no such file"):
        CrowdCounts.from_settings(settings)
