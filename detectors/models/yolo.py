"""YOLO through ultralytics: TensorRT or CUDA on a graphics processor, and every other form that it reads.

ultralytics may neither send telemetry nor install packages nor download weights: that is switched off before its import.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from detectors.models.base import (
    COCO_CLASSES,
    ModelMissingError,
    NotAModelError,
    Picture,
    WrongClassesError,
    detected,
)
from detectors.models.card import NoCardError
from detectors.models.choice import AUTO
from detectors.models.folder import fingerprint
from detectors.tracking.bytetrack import WEAK_SCORE
from detectors.ultralytics_setup import prepare_ultralytics
from schemas.cameras import DetectedObject, DetectorInfo, ObjectClass

MIN_SCORE: Final = WEAK_SCORE
"""Lowest score that leaves the detector: ByteTrack uses weak boxes to hold on to tracks."""


class YoloDetector:
    """Finds objects with a YOLO model, in batches; one call at a time.

    `detectors/models/batching.py` joins the calls of several threads.

    Args:
        weights: A model file (.pt, .engine, .onnx) or a folder that ultralytics reads.
        cache: Folder for ultralytics' own settings, so that nothing is written to the user's home.
        allow_download: Whether a name that is no file may be downloaded by ultralytics.
        device: Where it is computed, as torch calls it: `cuda:0`, `cpu`; `auto` leaves it to ultralytics.

    Attributes:
        predictor: ultralytics' own steps of a prediction, with the model where it is computed.

    Raises:
        NoCardError: It is computed elsewhere than on the card that is asked for.
        ModelMissingError: There is no such model.
        NotAModelError: It cannot be read.
        WrongClassesError: It cannot detect persons.
    """

    def __init__(self, weights: Path | str, cache: Path, allow_download: bool = False, device: str = AUTO) -> None:
        path = Path(weights)
        if not path.exists() and not allow_download:
            raise ModelMissingError(f"detector model {path}: no such file or folder")
        prepare_ultralytics(cache, allow_download)
        from ultralytics import YOLO

        self._how: dict[str, Any] = {"verbose": False, "save": False} | ({} if device == AUTO else {"device": device})
        try:
            self._model = YOLO(str(weights), task="detect", verbose=False)
            names: dict[int, str] = dict(self._names())
        except Exception as error:  # ultralytics and its backends raise all kinds of errors for a broken file
            reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
            raise NotAModelError(f"detector model {path}: not a readable model: {reason}") from None
        self.predictor: Any = self._model.predictor
        if device not in (AUTO, str(self.predictor.device)):
            found = f"ultralytics computes it on {self.predictor.device}, not on {device}"
            raise NoCardError(f"detector model {path}: {found}")
        self._classes = {number: COCO_CLASSES[name] for number, name in names.items() if name in COCO_CLASSES}
        if ObjectClass.PERSON not in self._classes.values():
            raise WrongClassesError(f"detector model {path}: its classes have no person: {list(names.values())[:5]}")
        self.info = DetectorInfo(name="yolo", version=f"{path.name}@{fingerprint(path)}"[:80])
        self.parallel = 1
        self.input_px: int | None = None

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the objects of each picture; see `Detector`."""
        if not pictures:
            return []
        results = self._model.predict(list(pictures), conf=MIN_SCORE, classes=sorted(self._classes), **self._how)
        return [self._objects(result, picture) for result, picture in zip(results, pictures, strict=True)]

    def _objects(self, result: Any, picture: Picture) -> list[DetectedObject]:
        height_px, width_px = picture.shape[:2]
        boxes = result.boxes
        rows = zip(boxes.cls.tolist(), boxes.conf.tolist(), boxes.xyxy.tolist(), strict=True)
        found = (detected(self._classes[int(kind)], score, box, width_px, height_px) for kind, score, box in rows)
        return [item for item in found if item is not None]

    def _names(self) -> dict[int, str]:
        """Return the model's classes; an exported model tells them after its first prediction."""
        import numpy as np

        result = self._model.predict(np.zeros((64, 64, 3), np.uint8), **self._how)
        return dict(result[0].names)
