"""OpenVINO's own YOLO: the same boxes as ultralytics, several pictures at once, and one line for a wrong model."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detectors.models.base import NotAModelError, Picture, WrongClassesError
from detectors.models.openvino_yolo import OpenVinoYoloDetector, strongest, without_overlaps
from detectors.models.yolo import YoloDetector
from detectors.ultralytics_setup import prepare_openvino
from schemas.cameras import DetectedObject, ObjectClass

pytestmark = pytest.mark.vision

NAMES = {0: "person", 1: "kite", 2: "car"}
SIDE_PX = 64
Row = tuple[float, ...]


def answer(*boxes: Row) -> Any:
    """Return what a model says: centre, width, height and the score of each class, one column per box."""
    return np.array(boxes, np.float32).reshape(-1, 7).T


def write_model(folder: Path, output: Any, names: Mapping[int, str] | None = None) -> Path:
    """Write a model that says the same of every picture."""
    prepare_openvino()
    import openvino
    from openvino import opset13

    folder.mkdir(parents=True, exist_ok=True)
    given = opset13.parameter([1, 3, SIDE_PX, SIDE_PX], openvino.Type.f32)
    nothing = opset13.multiply(opset13.reduce_sum(given, np.array([0, 1, 2, 3]), keep_dims=False), np.float32(0))
    said = opset13.add(opset13.constant(np.asarray(output, np.float32)[None]), nothing)
    openvino.save_model(openvino.Model([said], [given], "said"), folder / "said.xml", compress_to_fp16=False)
    names = NAMES if names is None else names
    lines = [f"imgsz: [{SIDE_PX}, {SIDE_PX}]", "names:", *(f"  {number}: {name}" for number, name in names.items())]
    (folder / "metadata.yaml").write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize(
    ("boxes", "kept"),
    [
        ([], []),
        ([(30, 20, 20, 10, 0.9, 0, 0)], [(20, 15, 40, 25, 0.9, 0)]),
        ([(30, 20, 20, 10, 0.1, 0, 0)], []),
        ([(30, 20, 20, 10, 0.11, 0, 0)], [(20, 15, 40, 25, 0.11, 0)]),
        ([(30, 20, 20, 10, 0.5, 0.6, 0)], []),
        ([(30, 20, 20, 10, 0.5, 0.4, 0.6)], [(20, 15, 40, 25, 0.6, 2)]),
    ],
)
def test_a_box_has_its_likeliest_class_if_that_is_wanted(boxes: Sequence[Row], kept: Sequence[Row]) -> None:
    """A kite is no person, however likely the second best is; the limit itself is too weak."""
    found, scores, classes = strongest(answer(*boxes), 3, np.array([0, 2]))
    rows = [(*box, score, kind) for box, score, kind in zip(found, scores, classes, strict=True)]
    assert rows == [pytest.approx(row) for row in kept]


def test_a_model_that_suppresses_overlaps_itself_says_corners() -> None:
    """Its rows are x_min, y_min, x_max, y_max, score, class."""
    rows = np.array([[1, 2, 3, 4, 0.9, 0], [1, 2, 3, 4, 0.9, 1], [1, 2, 3, 4, 0.05, 0]], np.float32)
    found, scores, classes = strongest(rows, 3, np.array([0, 2]))
    assert found.tolist() == [[1, 2, 3, 4]]
    assert (scores.tolist(), classes.tolist()) == ([pytest.approx(0.9)], [0])


@pytest.mark.parametrize(
    ("shift", "same_class", "kept"),
    [(0, True, [1]), (0, False, [1, 0]), (1, True, [1]), (2, True, [1, 0]), (50, True, [1, 0])],
)
def test_of_two_that_overlap_much_the_surer_is_kept(shift: float, same_class: bool, kept: list[int]) -> None:
    """Boxes 10 wide: moved by 1, the overlap is 9/11; moved by 2 it is 8/12, below .7. Classes do not suppress each other."""
    boxes = np.array([[0, 0, 10, 10], [shift, 0, 10 + shift, 10]], np.float32)
    classes = np.array([0, 0 if same_class else 2])
    assert without_overlaps(boxes, np.array([0.6, 0.8], np.float32), classes) == kept


def test_nothing_has_no_overlaps() -> None:
    """The empty case."""
    assert without_overlaps(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int64)) == []


def test_boxes_are_told_in_pixels_of_the_picture(tmp_path: Path) -> None:
    """Of a picture twice as wide as the input and half as high as wide: the input shows it from row 16 on."""
    model = write_model(tmp_path / "m_openvino_model", answer((32, 32, 20, 16, 0.9, 0, 0), (32, 4, 20, 8, 0.9, 0, 0)))
    detector = OpenVinoYoloDetector(model)
    (found,) = detector.detect([np.zeros((64, 128, 3), np.uint8)], ["a"])
    assert [(item.object_class, item.score, item.box.x_min_px, item.box.y_min_px) for item in found] == [
        (ObjectClass.PERSON, 0.9, 44.0, 16.0)
    ]
    assert (found[0].box.x_max_px, found[0].box.y_max_px) == (84.0, 48.0)
    assert detector.input_px == SIDE_PX


@pytest.mark.parametrize("output", [np.zeros((3, 4)), np.zeros((6, 100)), np.zeros(7)])
def test_an_output_of_another_shape_is_no_yolo(output: Any, tmp_path: Path) -> None:
    """One line says which shape it has."""
    with pytest.raises(NotAModelError, match="its output has the shape") as error:
        OpenVinoYoloDetector(write_model(tmp_path / "m", output))
    assert "\n" not in str(error.value)


def test_a_model_without_persons_is_refused(tmp_path: Path) -> None:
    """It names some of its classes."""
    with pytest.raises(WrongClassesError, match=r"no person: .*'cat'"):
        OpenVinoYoloDetector(write_model(tmp_path / "m", np.zeros((5, 10)), {0: "cat"}))


@pytest.mark.parametrize("text", ["", "<net/>", "no xml at all", "<net><layers/></net>"])
def test_a_file_that_is_no_model_is_one_line(text: str, tmp_path: Path) -> None:
    """OpenVINO's own words are cut to one line."""
    folder = write_model(tmp_path / "m", np.zeros((7, 10)))
    (folder / "said.xml").write_text(text)
    with pytest.raises(NotAModelError, match="not a readable model") as error:
        OpenVinoYoloDetector(folder)
    assert str(folder) in str(error.value)
    assert "\n" not in str(error.value)


def frames(test_data: Path, numbers: Sequence[int]) -> list[Picture]:
    """Return some frames of the real video, in their order."""
    capture = cv2.VideoCapture(str(test_data / "pets2009" / "S2L1-view001.avi"))
    read = (np.asarray(capture.read()[1], dtype=np.uint8) for _ in range(max(numbers) + 1))
    wanted = [picture for number, picture in enumerate(read) if number in numbers]
    capture.release()
    return wanted


def without_twin(objects: Sequence[DetectedObject], others: Sequence[DetectedObject]) -> list[DetectedObject]:
    """Return the objects that have no twin among the others: boxes within 2 pixels, scores within .02."""
    free = list(others)
    lonely = []
    for item in objects:
        twin = next((other for other in free if _same(item, other)), None)
        if twin is None:
            lonely.append(item)
        else:
            free.remove(twin)
    return lonely


def _same(a: DetectedObject, b: DetectedObject) -> bool:
    sides = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
    return (
        a.object_class is b.object_class
        and abs(a.score - b.score) <= 0.02
        and all(abs(getattr(a.box, side) - getattr(b.box, side)) <= 2 for side in sides)
    )


def test_it_finds_what_ultralytics_finds(models: Path, test_data: Path, tmp_path: Path) -> None:
    """The same model on PETS2009: but for boxes on the very edge of being told, which one of both may leave out."""
    folder = models / "yolo11n_int8_openvino_model"
    ours, theirs = OpenVinoYoloDetector(folder), YoloDetector(folder, tmp_path)
    assert ours.info == theirs.info
    pictures = frames(test_data, range(0, 721, 80))
    pictures += [cv2.resize(pictures[0], (333, 517)), pictures[0][100:500, 200:700]]  # type: ignore[list-item]
    for picture in pictures:
        found = [each.detect([picture], ["a"])[0] for each in (ours, theirs)]
        sure = [[item for item in objects if item.score > 0.12] for objects in found]
        assert sure[0]
        assert without_twin(sure[0], found[1]) == []
        assert without_twin(sure[1], found[0]) == []


def test_several_threads_get_what_one_gets(models: Path, test_data: Path) -> None:
    """Requests are not mixed up, however many ask; afterwards no thread of ours is left."""
    detector = OpenVinoYoloDetector(models / "yolo11n_int8_openvino_model")
    pictures = frames(test_data, [0, 100, 200, 300])
    alone = [detector.detect([picture], ["a"])[0] for picture in pictures]
    before = threading.active_count()
    with ThreadPoolExecutor(2 * detector.parallel) as threads:
        together = list(threads.map(lambda picture: detector.detect([picture], ["a"])[0], pictures * 4))
    assert together == alone * 4
    assert threading.active_count() == before


def test_an_empty_batch_and_pictures_of_any_size(models: Path) -> None:
    """From one pixel to a very thin picture, in changing sizes."""
    detector = OpenVinoYoloDetector(models / "yolo11n_int8_openvino_model")
    assert detector.detect([], []) == []
    sizes = [(1, 1), (576, 768), (3, 2_000), (1, 1)]
    assert detector.detect([np.zeros((*size, 3), np.uint8) for size in sizes], ["a"] * 4) == [[], [], [], []]
