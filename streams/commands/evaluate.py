"""`toezicht eval`: quality against ground truth."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.commands import evaluate_tracking
from streams.errors import ToezichtError
from streams.settings import Settings, read_settings

if TYPE_CHECKING:
    from detectors.detector import Detector, Picture


class Kind(StrEnum):
    """Which detector to measure."""

    YOLO = "yolo"
    HOG = "hog"


class EvaluationError(ToezichtError):
    """What is to be measured cannot be read."""


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Measure quality against ground truth.", no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name="eval")

    @group.callback()
    def about() -> None:
        """Measure quality against ground truth."""

    @group.command()
    def detector(
        video: Annotated[Path, typer.Option(help="The video")],
        ground_truth: Annotated[Path, typer.Option(help="Annotated boxes, XML as PETS2009 S2L1's (CVML)")],
        kind: Annotated[Kind, typer.Option("--detector", help="Which detector")] = Kind.YOLO,
        score: Annotated[float, typer.Option(min=0, max=1, help="Lowest score that counts")] = 0.4,
        every: Annotated[int, typer.Option(min=1, help="Use each Nth frame")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure a person detector: precision and recall at IoU 0.5, the count's mean absolute error, time per frame.

        The model comes from TOEZICHT_WEIGHTS or TOEZICHT_MODELS.
        """
        from detectors.errors import DetectorsError
        from detectors.evaluation import evaluate
        from detectors.ground_truth import read_ground_truth

        settings, _ = read_settings()
        try:
            truth = read_ground_truth(ground_truth)
            measured = make_detector(kind, settings)
            quality = evaluate(measured, frames_of(video, every), truth, score, progress)
        except DetectorsError as error:
            raise EvaluationError(str(error)) from None
        sys.stderr.write("\n")
        result: dict[str, Any] = {**vars(quality), "detector": f"{measured.info.name} {measured.info.version}"}
        if not quality.frames:
            raise EvaluationError(f"{video}: no frame of it is annotated in {ground_truth}")
        print(json.dumps(result) if as_json else "\n".join(f"{name:14} {value}" for name, value in result.items()))

    evaluate_tracking.register(group)


def make_detector(kind: Kind, settings: Settings) -> Detector:
    """Return the detector to measure.

    Raises:
        EvaluationError: No model is there.
        DetectorError: The model cannot be used.
    """
    from detectors.choice import choose
    from detectors.hog import HogDetector

    if kind is Kind.HOG:
        return HogDetector()
    choice = choose(settings.weights, settings.models, settings.cache, settings.allow_model_download)
    if choice.detector.info.degraded:
        raise EvaluationError("no YOLO model: TOEZICHT_WEIGHTS and TOEZICHT_MODELS name none")
    return choice.detector


def frames_of(video: Path, every: int) -> Iterator[tuple[int, Picture]]:
    """Yield each Nth frame of a video with its number.

    Raises:
        EvaluationError: The video cannot be read.
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
        while True:
            read, picture = capture.read()
            if not read:
                break
            if number % every == 0:
                yield number, np.asarray(picture, dtype=np.uint8)
            number += 1
    finally:
        capture.release()
    if not number:
        raise EvaluationError(f"{video}: no picture in it")


def progress(done: int) -> None:
    """Tell now and then how many frames are done."""
    if done % 50 == 0:
        sys.stderr.write(f"\r{done} frames")
        sys.stderr.flush()
