"""Every crowd counter keeps the same contract: a model that OpenVINO runs, and the fake that unit tests use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.models.base import DetectorError, ModelMissingError, NotAModelError, Picture
from detectors.models.crowd_counter import (
    MEAN_RGB,
    SCALE_RGB,
    CounterInfo,
    CrowdCounter,
    OpenVinoCrowdCounter,
    WrongShapeError,
    load_crowd_counter,
)
from detectors.ultralytics_setup import prepare_openvino

pytestmark = pytest.mark.vision
STRIDE = 8


class FakeCounter:
    """Counts one person per 64 bright pixels."""

    info = CounterInfo("fake", "1", 2.0)

    def density(self, picture: Picture) -> NDArray[np.float32]:
        """Return persons per pixel; see `CrowdCounter`."""
        return np.where(picture[:, :, 2] > 128, np.float32(1 / 64), np.float32(0))


def tiny_model(path: Path, shape: tuple[int, ...], channels: int = 1, persons: float = 1) -> Path:
    """Write a model in the form of counting models that sees so many persons in each red cell of 8x8 pixels."""
    prepare_openvino()
    import openvino
    from openvino import opset13 as ops

    taken = ops.parameter(openvino.PartialShape(list(shape)), np.float32, name="picture")
    weights = np.zeros((channels, shape[1], 1, 1), np.float32)
    weights[:, 0] = SCALE_RGB[0] / 255
    red = ops.convolution(taken, weights, [1, 1], [0, 0], [0, 0], [1, 1])
    shifted = ops.add(red, np.float32(MEAN_RGB[0] / 255 - 0.5))
    pooled = ops.avg_pool(shifted, [STRIDE, STRIDE], [0, 0], [0, 0], [STRIDE, STRIDE], True)
    counted = ops.multiply(pooled, np.float32(2 * persons))
    openvino.save_model(openvino.Model([counted], [taken], "tiny"), path)
    return path


@pytest.fixture(params=["fake", "any size", "fixed size"])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> CrowdCounter:
    """Return one of the counters; a red picture of 64x48 has 48 persons."""
    if request.param == "fake":
        return FakeCounter()
    shape = (1, 3, -1, -1) if request.param == "any size" else (1, 3, 48, 64)
    return OpenVinoCrowdCounter(tiny_model(tmp_path / "tiny.xml", shape), 3.5)


def picture(width_px: int = 64, height_px: int = 48, red_to: int | None = None) -> Picture:
    """Return a picture that is red up to a column and black from there."""
    image = np.zeros((height_px, width_px, 3), np.uint8)
    image[:, :red_to, 2] = 255
    return image


def test_the_sum_of_the_map_is_the_count(counter: CrowdCounter) -> None:
    """In the picture's own pixels, wherever they are; nobody on black."""
    red = counter.density(picture())
    assert red.shape == (48, 64)
    assert red.dtype == np.float32
    assert red.sum() == pytest.approx(48, rel=0.02)
    assert not counter.density(picture(red_to=0)).any()
    half = counter.density(picture(red_to=32))
    assert (half >= 0).all()
    assert half.sum() == pytest.approx(24, rel=0.02)
    assert half[:, :28].sum() > 10 * half[:, 36:].sum()


def test_blue_is_not_red(counter: CrowdCounter) -> None:
    """Pictures come blue-green-red."""
    assert counter.density(picture()[:, :, ::-1].copy()).sum() == pytest.approx(0, abs=0.1)


def test_it_says_how_far_it_was_measured(counter: CrowdCounter) -> None:
    """Name, version, and a density."""
    assert counter.info.name
    assert counter.info.version
    assert counter.info.measured_to_per_m2 in (2.0, 3.5)


def test_a_picture_of_another_size(tmp_path: Path) -> None:
    """A model of a fixed size sees it scaled: as many persons as in its own size."""
    fixed = OpenVinoCrowdCounter(tiny_model(tmp_path / "tiny.xml", (1, 3, 48, 64)), 0)
    density = fixed.density(picture(128, 96))
    assert density.shape == (96, 128)
    assert density.sum() == pytest.approx(48, rel=0.02)


def test_the_version_follows_the_weights(tmp_path: Path) -> None:
    """Two models that differ have two versions."""
    one = OpenVinoCrowdCounter(tiny_model(tmp_path / "one.xml", (1, 3, 48, 64)), 0)
    other = OpenVinoCrowdCounter(tiny_model(tmp_path / "other.xml", (1, 3, 48, 64), persons=2), 0)
    assert one.info.version.startswith("one.xml@")
    assert one.info.version.split("@")[1] != other.info.version.split("@")[1]


def test_no_model_no_counter(tmp_path: Path) -> None:
    """Where none is configured boxes remain the lower bound that they are; one that is configured must work."""
    assert load_crowd_counter(None, 0) is None
    with pytest.raises(ModelMissingError):
        load_crowd_counter(tmp_path / "none.onnx", 0)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda path: path, ModelMissingError, "no such file"),
        (lambda path: path.write_bytes(b"no model") and path, NotAModelError, "not a readable model"),
        (lambda path: path.write_text("<net/>") and path, NotAModelError, "not a readable model"),
        (lambda path: tiny_model(path, (1, 4, 48, 64)), WrongShapeError, "its input is .*, expected"),
        (lambda path: tiny_model(path, (2, 3, 48, 64)), WrongShapeError, "its input is .*, expected"),
        (lambda path: tiny_model(path, (1, 3, 48, 64), channels=2), WrongShapeError, "its output is .*, expected"),
    ],
)
def test_a_file_that_is_no_counting_model_is_one_line(
    make: Callable[[Path], Any], error: type[DetectorError], says: str, tmp_path: Path
) -> None:
    """Missing, anything else, another model's input or output; the line names the file."""
    path = tmp_path / "crowd.xml"
    make(path)
    with pytest.raises(error, match=says) as caught:
        OpenVinoCrowdCounter(path, 0)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
