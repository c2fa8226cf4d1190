"""Evaluation: what the commands that measure quality have in common: the detector, the frames of a video, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detectors.models.choice import DetectorKind, NoModelError, choose
from streams.errors import ToezichtError
from streams.settings import Settings

if TYPE_CHECKING:
    from detectors.models.base import Detector, Picture

DIGITS: Final = 3


class EvaluationError(ToezichtError):
    """Evaluation error: what is to be measured cannot be read."""


def make_detector(kind: DetectorKind, settings: Settings) -> Detector:
    """Return the detector to measure.

    Raises:
        EvaluationError: No setting names a model of this kind, and it needs one.
        DetectorError: The configured model cannot be used.
    """
    try:
        choice = choose(
            settings.weights, settings.models, settings.cache, settings.allow_model_download, kind, settings.device
        )
    except NoModelError:
        raise EvaluationError(f"no {kind.upper()} model: TOEZICHT_WEIGHTS and TOEZICHT_MODELS name none") from None
    return choice.detector


def video_frames(video: Path, every: int) -> Iterator[tuple[int, Picture]]:
    """Yield each Nth picture of a video with its number, from 0.

    Raises:
        EvaluationError: There is no such file, it is no video, or it holds no picture.
    """
    import numpy as np

    from detectors.opencv import cv2

    if not video.is_file():
        raise EvaluationError(f"{video}: no such video")
    capture = cv2.VideoCapture(str(video))
    try:
        if not capture.isOpened():
            raise EvaluationError(f"{video}: not a readable video")
        number = 0
        while capture.grab():
            if number % every == 0:
                read, picture = capture.retrieve()
                if not read:
                    break
                yield number, np.asarray(picture, dtype=np.uint8)
            number += 1
    finally:
        capture.release()
    if not number:
        raise EvaluationError(f"{video}: no picture in it")


def tell_progress(done: int) -> None:
    """Show on standard error how many frames are done."""
    if done % 50 == 0:
        sys.stderr.write(f"\r{done} frames")
        sys.stderr.flush()


def lines_of(result: Mapping[str, Any], name: str = "") -> Iterable[str]:
    """Yield a line for each figure, its name with dots."""
    for key, value in result.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, Mapping):
            yield from lines_of(value, path)
        else:
            yield f"{path}  {value}"
