"""Which detector is used, in a fixed order, and why."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detectors.models.base import Detector, DetectorError

log = logging.getLogger(__name__)

MODEL: Final = "yolo11n"
FORMS: Final = ("{model}_int8_openvino_model", "{model}_openvino_model", "{model}.engine", "{model}.pt")
"""Looked for in the models folder, the fastest on a processor first."""


@dataclass(frozen=True)
class Choice:
    """A detector and the reason why it was chosen."""

    detector: Detector
    reason: str


def choose(weights: Path | None, models: Path | None, cache: Path, allow_download: bool = False) -> Choice:
    """Return the detector to use: configured weights, a model in the folder, a download where allowed, else HOG.

    Raises:
        DetectorError: The configured weights cannot be used; a fallback would hide that.
    """
    if weights is not None:
        return Choice(_yolo(weights, cache), f"configured weights {weights.name}")
    for form in FORMS if models is not None else ():
        path = Path(models or "") / form.format(model=MODEL)
        if path.exists():
            return Choice(_yolo(path, cache), f"{path.name} found in the models folder")
    if allow_download:
        try:
            return Choice(_yolo(cache / f"{MODEL}.pt", cache, allow_download=True), "downloaded by ultralytics")
        except DetectorError as error:
            log.warning("no model could be downloaded: %s", error)
    from detectors.models.hog import HogDetector

    return Choice(HogDetector(), "no model configured or found: the HOG fallback, rougher")


def _yolo(path: Path, cache: Path, allow_download: bool = False) -> Detector:
    """Return the detector for a model's form: OpenVINO itself for its folders, ultralytics in batches for the others."""
    from detectors.models.folder import is_openvino

    if is_openvino(path):
        from detectors.models.openvino_yolo import OpenVinoYoloDetector

        return OpenVinoYoloDetector(path)
    from detectors.models.batching import Batching
    from detectors.models.yolo import YoloDetector

    return Batching(YoloDetector(path, cache, allow_download))
