"""The place for a model that counts crowds from the whole picture, where boxes give a lower bound only.

No such model is delivered. One that is configured is an ONNX file or an OpenVINO model (.xml) that takes a picture as CSRNet,
DM-Count and their kin do, and returns a density map whose sum is the number of persons.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.models.base import DetectorError, ModelMissingError, NotAModelError, Picture
from detectors.opencv import cv2
from detectors.ultralytics_setup import prepare_openvino

MEAN_RGB: Final = (123.675, 116.28, 103.53)
SCALE_RGB: Final = (58.395, 57.12, 57.375)
"""ImageNet's mean and deviation of 0..255, with which such models are trained (torchvision's documentation)."""


class WrongShapeError(DetectorError):
    """The model takes or returns something else than a counting model."""


@dataclass(frozen=True, slots=True)
class CounterInfo:
    """Counter info: which model counts, and the highest density at which its error was measured.

    Above that it may claim nothing.
    """

    name: str
    version: str
    measured_to_per_m2: float


class CrowdCounter(Protocol):
    """Counts persons in a picture without telling them apart.

    Attributes:
        info: Its name and version, and up to which density its error is known.
    """

    info: CounterInfo

    def density(self, picture: Picture) -> NDArray[np.float32]:
        """Return a map (height, width) of persons per pixel, none below 0; its sum over any area is the count there."""


class OpenVinoCrowdCounter:
    """A counting model that OpenVINO runs.

    The model has one input (1, 3, height, width), red-green-blue, normalised as ImageNet's, and one output (1, 1, h, w). Where
    its input has a fixed size the picture is scaled to it.

    Args:
        path: An ONNX file or the .xml of an OpenVINO model.
        measured_to_per_m2: The highest density at which its error was measured.

    Raises:
        ModelMissingError: There is no such file.
        NotAModelError: It cannot be read.
        WrongShapeError: Its input or output is another.
    """

    def __init__(self, path: Path, measured_to_per_m2: float) -> None:
        if not path.is_file():
            raise ModelMissingError(f"crowd model {path}: no such file")
        prepare_openvino()
        import openvino

        core = openvino.Core()
        try:
            model = core.read_model(path)
        except Exception as error:  # OpenVINO raises all kinds of errors for a broken file
            reason = str(error).strip().splitlines()[-1][:160] if str(error).strip() else type(error).__name__
            raise NotAModelError(f"crowd model {path}: not a readable model: {reason}") from None
        self._size = _require_shapes(model, path)
        self._compiled = core.compile_model(_with_pictures_in(model), "CPU")
        self._path = path
        version = f"{path.name}@{hashlib.sha256(_weights(path).read_bytes()).hexdigest()[:8]}"
        self.info = CounterInfo(path.stem[:60], version[-80:], measured_to_per_m2)

    def density(self, picture: Picture) -> NDArray[np.float32]:
        """Return persons per pixel; see `CrowdCounter`."""
        height_px, width_px = picture.shape[:2]
        shown = picture if self._size is None else cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        output = np.asarray(self._compiled(shown[None])[0], np.float32)
        if output.ndim != 4 or output.shape[:2] != (1, 1):
            raise WrongShapeError(f"crowd model {self._path}: returned {output.shape}, expected (1, 1, height, width)")
        coarse = np.maximum(np.nan_to_num(output[0, 0], nan=0.0, posinf=0.0, neginf=0.0), 0)
        fine = np.asarray(cv2.resize(coarse, (width_px, height_px), interpolation=cv2.INTER_LINEAR), np.float32)
        total = float(fine.sum())
        return fine * np.float32(float(coarse.sum()) / total) if total > 0 else np.zeros_like(fine)


def load_crowd_counter(path: Path | None, measured_to_per_m2: float) -> CrowdCounter | None:
    """Return the configured counter, or None where no model is configured.

    Raises:
        DetectorError: The configured model cannot be used; going on without it would hide that.
    """
    return None if path is None else OpenVinoCrowdCounter(path, measured_to_per_m2)


def _require_shapes(model: Any, path: Path) -> tuple[int, int] | None:
    """Return the input's fixed width and height, or None where any size is taken."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        found = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise WrongShapeError(f"crowd model {path}: it has {found}, expected one of each")
    taken, given = model.input().partial_shape, model.output().partial_shape
    if not _is(taken, (1, 3, None, None)):
        raise WrongShapeError(f"crowd model {path}: its input is {taken}, expected (1, 3, height, width)")
    if not _is(given, (1, 1, None, None)):
        raise WrongShapeError(f"crowd model {path}: its output is {given}, expected (1, 1, height, width)")
    if taken[2].is_dynamic or taken[3].is_dynamic:
        return None
    return int(taken[3].get_length()), int(taken[2].get_length())


def _is(shape: Any, expected: tuple[int | None, ...]) -> bool:
    """Return whether a shape can be the expected one; None stands for any length."""
    if shape.rank.is_dynamic or len(shape) != len(expected):
        return False
    return all(
        want is None or has.is_dynamic or has.get_length() == want for has, want in zip(shape, expected, strict=True)
    )


def _with_pictures_in(model: Any) -> Any:
    """Return the model with our pictures' form as its input: 8 bits, blue-green-red, channels last."""
    from openvino import Layout, Type
    from openvino.preprocess import ColorFormat, PrePostProcessor

    steps = PrePostProcessor(model)
    steps.input().tensor().set_element_type(Type.u8).set_layout(Layout("NHWC")).set_color_format(ColorFormat.BGR)
    steps.input().model().set_layout(Layout("NCHW"))
    prepared = steps.input().preprocess().convert_element_type(Type.f32).convert_color(ColorFormat.RGB)
    prepared.mean(list(MEAN_RGB)).scale(list(SCALE_RGB))
    return steps.build()


def _weights(path: Path) -> Path:
    """Return the file that holds the weights: beside the .xml of an OpenVINO model lies a .bin."""
    beside = path.with_suffix(".bin")
    return beside if path.suffix == ".xml" and beside.is_file() else path
