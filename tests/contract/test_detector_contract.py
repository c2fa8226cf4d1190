"""Every detector keeps the same contract: the real ones and the fake that unit tests use."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detectors.models.base import Detector, DetectorError, Picture
from detectors.models.batching import Batching
from detectors.models.choice import choose
from detectors.models.hog import HogDetector
from detectors.models.openvino_yolo import OpenVinoYoloDetector
from detectors.models.yolo import YoloDetector
from schemas.cameras import ObjectClass
from tests.support.detectors import FakeDetector
from tests.support.on_card import write_untrained

OPENVINO = "yolo11n_int8_openvino_model"
REAL: dict[str, tuple[type, Callable[[Path, Path], Detector]]] = {
    "hog": (HogDetector, lambda _, __: HogDetector()),
    "openvino": (OpenVinoYoloDetector, lambda models, _: OpenVinoYoloDetector(models / OPENVINO)),
    "ultralytics": (YoloDetector, lambda models, cache: YoloDetector(models / OPENVINO, cache)),
    "batching": (Batching, lambda models, cache: Batching(YoloDetector(models / OPENVINO, cache))),
}
"""By name the class, and what makes one of a folder with models and one for what it writes. A new detector is a line here."""
NEED_NO_MODEL = {"hog"}
Real = Callable[[str], Detector]


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Real:
    """Return real detectors by name, each loaded once; skip where one needs a model and there is none."""

    @cache
    def make(name: str) -> Detector:
        models = Path() if name in NEED_NO_MODEL else request.getfixturevalue("models")
        return REAL[name][1](models, tmp_path_factory.mktemp("cache"))

    return make


@pytest.fixture(params=["fake", *REAL])
def detector(request: pytest.FixtureRequest, real: Real) -> Detector:
    """Return one of the detectors."""
    return FakeDetector() if request.param == "fake" else real(request.param)


def frames(test_data: Path, count: int) -> list[Picture]:
    """Return the first frames of the real video."""
    capture = cv2.VideoCapture(str(test_data / "pets2009" / "S2L1-view001.avi"))
    pictures = [np.asarray(capture.read()[1], dtype=np.uint8) for _ in range(count)]
    capture.release()
    return pictures


def test_nothing_gives_nothing(detector: Detector) -> None:
    """An empty batch is no error."""
    assert detector.detect([], []) == []


def test_pictures_of_several_sizes_share_a_batch(detector: Detector) -> None:
    """One list per picture, in order; boxes lie within their picture; black shows nobody."""
    pictures = [np.zeros((height, width, 3), np.uint8) for height, width in ((48, 64), (576, 768), (1, 1))]
    found = detector.detect(pictures, ["a", "b", "c"])
    assert len(found) == 3
    assert not [item for objects in found for item in objects if item.object_class is ObjectClass.PERSON]


def test_it_says_who_it_is(detector: Detector) -> None:
    """Name and version go into every message."""
    assert detector.info.name
    assert detector.info.version
    assert detector.info.degraded is (detector.info.name == "hog")


def test_it_says_what_it_can_take(detector: Detector) -> None:
    """At least one thread, and the size that it computes with, where it has one."""
    assert detector.parallel >= 1
    assert detector.input_px is None or detector.input_px >= 32


def test_as_many_threads_may_ask_as_it_says(detector: Detector, test_data: Path) -> None:
    """Each finds in its own picture what it finds alone."""
    if detector.parallel == 1:
        pytest.skip("one thread at a time")
    pictures = frames(test_data, 4)
    alone = [detector.detect([picture], ["alone"])[0] for picture in pictures]
    with ThreadPoolExecutor(min(detector.parallel, 4)) as threads:
        beside = list(threads.map(lambda picture: detector.detect([picture], ["beside"])[0], pictures))
    for objects, expected in zip(beside, alone, strict=True):
        assert [item.object_class for item in objects] == [item.object_class for item in expected]
        assert [item.score for item in objects] == pytest.approx([item.score for item in expected], abs=0.01)


def test_its_picture_is_left_as_it_was(detector: Detector, test_data: Path) -> None:
    """It is looked at further on: a detector writes nothing into it."""
    [picture] = frames(test_data, 1)
    before = picture.copy()
    detector.detect([picture], ["pets"])
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", REAL)
def test_real_detectors_find_people_in_real_frames(name: str, real: Real, test_data: Path) -> None:
    """On PETS2009 someone is found in the square, with boxes inside the picture and scores between 0 and 1."""
    detector = real(name)
    found = [detector.detect([picture], ["people"])[0] for picture in frames(test_data, 12)]
    persons = [item for objects in found[4:] for item in objects if item.object_class is ObjectClass.PERSON]
    assert len(persons) >= 8
    for item in persons:
        assert item.track_id is None
        assert 0 <= item.score <= 1
        assert 0 <= item.box.x_min_px < item.box.x_max_px <= 768
        assert 0 <= item.box.y_min_px < item.box.y_max_px <= 576


def test_yolo_needs_no_network(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading and detecting connects to nothing: telemetry, updates and downloads are off."""
    tried: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            tried.append(address)
            raise OSError("no network in this test")

    def refuse_name(*names: Any, **_: Any) -> None:
        tried.append(names)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse_name)
    yolo = YoloDetector(models / OPENVINO, tmp_path)
    yolo.detect([np.zeros((64, 64, 3), np.uint8)], ["a"])
    assert tried == []


def test_the_order_of_choice(models: Path, tmp_path: Path) -> None:
    """Configured weights, the models folder, then the fallback; wrong weights are an error, not a fallback."""
    found = choose(None, models, tmp_path)
    assert (found.detector.info.name, found.detector.info.degraded) == ("yolo", False)
    configured = choose(models / OPENVINO, None, tmp_path)
    assert configured.reason.startswith("configured weights")
    fallback = choose(None, None, tmp_path)
    assert (fallback.detector.info.name, fallback.detector.info.degraded) == ("hog", True)
    under_contract = {made for made, _ in REAL.values()}
    assert {type(each.detector) for each in (found, configured, fallback)} <= under_contract


def test_row_8_the_models_own_folder_is_taken_as_the_models_folder(models: Path, tmp_path: Path) -> None:
    """An installer sets the one or the other."""
    found = choose(None, models / OPENVINO, tmp_path)
    assert (found.detector.info.name, found.detector.info.degraded) == ("yolo", False)


@pytest.fixture
def untrained_weights(tmp_path: Path) -> Path:
    """Return a model as a graphics card would compute it."""
    return write_untrained(tmp_path / "untrained.pt", tmp_path)


def test_a_model_for_a_graphics_processor_batches(untrained_weights: Path, test_data: Path, tmp_path: Path) -> None:
    """Weights that OpenVINO does not run itself are asked for several pictures at once, and find in each what they find alone."""
    chosen: Any = choose(untrained_weights, None, tmp_path).detector
    assert isinstance(chosen, Batching)
    yolo: Any = chosen._detector
    batching = Batching(yolo, size=3)
    pictures = frames(test_data, 4)
    cameras = [f"camera-{number}" for number in range(len(pictures))]
    alone = [yolo.detect([picture], [camera])[0] for picture, camera in zip(pictures, cameras, strict=True)]
    sizes: list[int] = []
    predict = yolo._model.predict

    def counted(given: list[Picture], **options: Any) -> Any:
        sizes.append(len(given))
        return predict(given, **options)

    yolo._model.predict = counted
    found = batching.detect(pictures, cameras)
    assert sizes == [3, 1]
    assert all(len(objects) > 0 for objects in alone)
    for together, by_itself in zip(found, alone, strict=True):
        assert [item.object_class for item in together] == [item.object_class for item in by_itself]
        assert [item.score for item in together] == pytest.approx([item.score for item in by_itself], abs=0.01)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "no such file or folder"), (b"this is no model", "not a readable model")]
)
def test_wrong_weights_are_one_line(content: bytes | None, says: str, tmp_path: Path) -> None:
    """The error names the file."""
    weights = tmp_path / "model.pt"
    if content is not None:
        weights.write_bytes(content)
    with pytest.raises(DetectorError, match=says) as error:
        choose(weights, None, tmp_path)
    assert str(weights) in str(error.value)
    assert "\n" not in str(error.value)
