"""YOLO on a processor, by OpenVINO itself: several pictures side by side, 8 bits per channel in.

ultralytics gives OpenVINO one picture after the other, as floats that it makes first. Here the graph begins with the picture
as OpenCV has it (`PrePostProcessor`), and OpenVINO divides the cores among several pictures (throughput mode). What is found
is the same: sizes, padding and non-maximum suppression are ultralytics'.

There is no `AsyncInferQueue`, which can hang (ultralytics turned it off for that), and no callback from OpenVINO's threads:
each caller starts a request of its own and waits for it, so that nothing is left running when the callers have ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.models.base import (
    COCO_CLASSES,
    NotAModelError,
    Picture,
    WrongClassesError,
    detected,
)
from detectors.models.folder import ModelFacts, fingerprint, read_facts
from detectors.models.letterbox import Fit, fit, show
from detectors.models.yolo import MIN_SCORE
from detectors.opencv import cv2
from detectors.ultralytics_setup import prepare_openvino
from schemas.cameras import DetectedObject, DetectorInfo, ObjectClass

MAX_OVERLAP: Final = 0.7
"""Intersection over union above which the weaker of two boxes of a class is dropped: ultralytics' default `iou`."""
MAX_OBJECTS: Final = 300
"""Objects of one picture, the surest ones: ultralytics' default `max_det`."""
REQUESTS_PER_STREAM: Final = 2
"""Requests for each picture that OpenVINO looks at side by side: while one is computed, the next is prepared."""

_Boxes = NDArray[np.float32]
"""Rows of x_min, y_min, x_max, y_max in pixels of the model's input."""
Strongest = tuple[_Boxes, NDArray[np.float32], NDArray[np.int64]]
"""Boxes, their scores and the numbers of their classes."""


class OpenVinoYoloDetector:
    """Finds objects with a YOLO model in OpenVINO's form; `detect` may be called from `parallel` threads at once.

    Args:
        folder: The folder that ultralytics' export makes: `*.xml`, `*.bin` and `metadata.yaml`.

    Raises:
        ModelMissingError: There is no such folder.
        NotAModelError: It cannot be read.
        WrongClassesError: It cannot detect persons.
    """

    def __init__(self, folder: Path) -> None:
        self._facts = read_facts(folder)
        kinds = {number: COCO_CLASSES[name] for number, name in self._facts.names.items() if name in COCO_CLASSES}
        if ObjectClass.PERSON not in kinds.values():
            named = list(self._facts.names.values())[:5]
            raise WrongClassesError(f"detector model {folder}: its classes have no person: {named}")
        self._kinds = kinds
        self._wanted = np.array(sorted(kinds))
        compiled = compile_model(folder, self._facts)
        self.parallel = REQUESTS_PER_STREAM * streams(compiled)
        self.input_px: int | None = max(self._facts.width_px, self._facts.height_px)
        self.info = DetectorInfo(name="yolo", version=f"{folder.name}@{fingerprint(folder)}"[:80])
        self._idle: SimpleQueue[Request] = SimpleQueue()
        for _ in range(self.parallel):
            self._idle.put(Request(compiled, self._facts))

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the objects of each picture; see `Detector`."""
        return [self._look(picture) for picture in pictures]

    def _look(self, picture: Picture) -> list[DetectedObject]:
        height_px, width_px = picture.shape[:2]
        place = fit(width_px, height_px, self._facts.width_px, self._facts.height_px)
        request = self._idle.get()
        try:
            found = strongest(request.run(picture, place), len(self._facts.names), self._wanted)
        finally:
            self._idle.put(request)
        return self._told(found, place, width_px, height_px)

    def objects(self, answer: NDArray[np.float32], place: Fit, width_px: int, height_px: int) -> list[DetectedObject]:
        """Return the objects of a picture of this size which the model gave this answer to; see `Request.wait`."""
        return self._told(strongest(answer, len(self._facts.names), self._wanted), place, width_px, height_px)

    def _told(self, strong: Strongest, place: Fit, width_px: int, height_px: int) -> list[DetectedObject]:
        boxes, scores, classes = strong
        kept = without_overlaps(boxes, scores, classes)
        corners = place.in_picture(boxes[kept], width_px, height_px)
        found = (
            detected(self._kinds[int(kind)], float(score), box, width_px, height_px)
            for kind, score, box in zip(classes[kept], scores[kept], corners.tolist(), strict=True)
        )
        return [item for item in found if item is not None]


class Request:
    """One place in OpenVINO for a picture: its input, and the request that computes what it shows."""

    def __init__(self, compiled: Any, facts: ModelFacts) -> None:
        from openvino import Tensor

        self._input = np.empty((1, facts.height_px, facts.width_px, 3), np.uint8)
        self._request = compiled.create_infer_request()
        self._request.set_input_tensor(Tensor(self._input, shared_memory=True))
        self._place: Fit | None = None

    def run(self, picture: Picture, place: Fit) -> NDArray[np.float32]:
        """Return what the model says of a picture; see `wait`."""
        self.put(picture, place)
        self.start()
        return self.wait()

    def put(self, picture: Picture, place: Fit) -> None:
        """Write a picture into the input."""
        show(picture, place, self._input[0], clean=place == self._place)
        self._place = place

    def start(self) -> None:
        """Begin to compute what the input shows."""
        self._request.start_async()

    def wait(self) -> NDArray[np.float32]:
        """Wait until it is computed, and return the model's answer, which holds until the next start.

        Returns:
            (4 + classes or more, N): centre, width, height and the score of each class, of N boxes; or (N, 6) from a model that
            suppresses overlaps itself: corners, score, class.
        """
        self._request.wait()
        answer: NDArray[np.float32] = self._request.get_output_tensor(0).data[0]
        return answer


def compile_model(folder: Path, facts: ModelFacts) -> Any:
    """Return OpenVINO's compiled model for one picture at a time: (1, height, width, 3), 8 bits, blue, green, red.

    Raises:
        NotAModelError: OpenVINO cannot read or compile it, or its output is not a YOLO detector's.
    """
    prepare_openvino()
    import openvino

    try:
        core = openvino.Core()
        model = core.read_model(next(folder.glob("*.xml")))
        model.reshape([1, 3, facts.height_px, facts.width_px])
        steps = openvino.preprocess.PrePostProcessor(model)
        given = steps.input().tensor()
        given.set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        given.set_color_format(openvino.preprocess.ColorFormat.BGR)
        convert = steps.input().preprocess().convert_element_type(openvino.Type.f32)
        convert.convert_color(openvino.preprocess.ColorFormat.RGB).scale([255.0, 255.0, 255.0])
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        steps.output(0).tensor().set_element_type(openvino.Type.f32)
        device = "CPU" if core.available_devices == ["CPU"] else "AUTO"
        compiled = core.compile_model(steps.build(), device, {"PERFORMANCE_HINT": "THROUGHPUT"})
        shape = list(compiled.output(0).shape)
    except Exception as error:  # OpenVINO raises all kinds of errors for a broken file
        reason = str(error).strip().splitlines()[-1][:160] if str(error).strip() else type(error).__name__
        raise NotAModelError(f"detector model {folder}: not a readable model: {reason}") from None
    if len(shape) != 3 or not (shape[1] >= 4 + len(facts.names) or shape[2] == 6):
        raise NotAModelError(
            f"detector model {folder}: its output has the shape {shape}, expected "
            f"[1, {4 + len(facts.names)}, boxes] or [1, boxes, 6]"
        )
    return compiled


def streams(compiled: Any) -> int:
    """Return how many pictures OpenVINO looks at side by side."""
    return int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))


def strongest(answer: NDArray[np.float32], classes: int, wanted: NDArray[np.int64]) -> Strongest:
    """Return the boxes whose likeliest class is wanted and likelier than `MIN_SCORE`: corners, scores, class numbers.

    As ultralytics' `non_max_suppression` chooses its candidates: one class per box, among all that the model knows.

    Args:
        answer: See `Request.wait`.
        classes: How many classes the model knows.
        wanted: Numbers of the classes that are kept.
    """
    if answer.shape[1] == 6:
        rows = answer[(answer[:, 4] > MIN_SCORE) & np.isin(answer[:, 5].astype(np.int64), wanted)]
        return rows[:, :4].copy(), rows[:, 4].copy(), rows[:, 5].astype(np.int64)
    surest = answer[4 + wanted[0]].copy()
    for number in wanted[1:]:  # row by row: together they would be copied first, thousands of boxes for each class
        np.maximum(surest, answer[4 + number], out=surest)
    picked = answer[:, np.flatnonzero(surest > MIN_SCORE)]
    kinds = picked[4 : 4 + classes].argmax(axis=0)
    is_wanted = np.zeros(classes, np.bool_)
    is_wanted[wanted] = True
    chosen = is_wanted[kinds]
    picked, kinds = picked[:, chosen], kinds[chosen]
    centre, half = picked[:2], picked[2:4] / 2
    boxes = np.concatenate([centre - half, centre + half]).T
    return boxes, picked[4 + kinds, np.arange(len(kinds))], kinds


def without_overlaps(boxes: _Boxes, scores: NDArray[np.float32], classes: NDArray[np.int64]) -> list[int]:
    """Return which boxes are kept, the surest first: of two of a class that overlap much, the surer one."""
    if not len(boxes):
        return []
    rectangles = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]]).tolist()
    kept = cv2.dnn.NMSBoxesBatched(rectangles, scores.tolist(), classes.tolist(), MIN_SCORE, MAX_OVERLAP)
    return [int(number) for number in kept][:MAX_OBJECTS]
