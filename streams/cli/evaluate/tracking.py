"""`toezicht eval tracking`: how well objects are followed, against annotated tracks."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from schemas.cameras import Box, DetectedObject, FrameReference, ObjectClass
from streams.settings import read_settings

if TYPE_CHECKING:
    from detectors.evaluation.ground_truth import Annotated as Truth
    from detectors.evaluation.tracking import TrackingQuality
    from detectors.models.base import Detector, Picture
    from detectors.tracking.ground_squares import Ground, ToGround

CAMERA: Final = "evaluation"
BEGIN: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of a video's first frame; only differences matter."""
SIZE_PX: Final = (10_000, 10_000)
"""A picture that holds any box; the calibration is asked with the pixels as they are."""
WELL_SEEN: Final = 0.8


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def tracking(
        video: Annotated[Path, typer.Option(help="The video")],
        ground_truth: Annotated[Path, typer.Option(help="Annotated tracks, XML as PETS2009's (CVML)")],
        calibration: Annotated[
            Path | None,
            typer.Option(help="The camera's calibration: XML (Tsai, as PETS2009's), or YAML as in the registry"),
        ] = None,
        fps: Annotated[float, typer.Option(min=0.1, help="Frames per second to follow objects at")] = 5,
        recorded_fps: Annotated[
            float, typer.Option(min=0.1, help="Frames per second of the video: headers may be wrong, PETS2009's are")
        ] = 7,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure tracking of persons: MOTA, IDF1, identity switches; boxes agree from IoU 0.5 on.

        With a calibration persons are followed on the ground, as `detect` follows those of a calibrated camera; without one
        in the picture. The model comes from TOEZICHT_WEIGHTS or TOEZICHT_MODELS.
        """
        from detectors.errors import DetectorsError
        from detectors.evaluation.ground_truth import read_ground_truth
        from detectors.models.choice import DetectorKind
        from streams.evaluation.common import EvaluationError, make_detector, tell_progress, video_frames

        settings, _ = read_settings()
        try:
            truth = read_ground_truth(ground_truth)
            detector = make_detector(DetectorKind.YOLO, settings)
            wanted = at_rate(video_frames(video, 1), recorded_fps, fps)
            quality = measure(detector, wanted, truth, recorded_fps, fps, calibration, tell_progress)
        except DetectorsError as error:
            raise EvaluationError(str(error)) from None
        sys.stderr.write("\n")
        if not quality.frames:
            raise EvaluationError(f"{video}: no frame of it is annotated in {ground_truth}")
        result: dict[str, Any] = {
            **vars(quality),
            "fps": fps,
            "followed_on": "picture" if calibration is None else "ground",
            "detector": f"{detector.info.name} {detector.info.version}",
        }
        print(json.dumps(result) if as_json else "\n".join(f"{name:16} {value}" for name, value in result.items()))


def at_rate(frames: Iterable[tuple[int, Picture]], recorded_fps: float, fps: float) -> Iterator[tuple[int, Picture]]:
    """Yield the frames that a camera would have sent at a lower rate: the first of each 1/fps seconds."""
    last = -1
    for number, picture in frames:
        turn = int(number * fps / recorded_fps + 1e-9)
        if turn != last:
            last = turn
            yield number, picture


def measure(
    detector: Detector,
    frames: Iterable[tuple[int, Picture]],
    truth: dict[int, list[Truth]],
    recorded_fps: float,
    fps: float,
    calibration: Path | None,
    progress: Any,
) -> TrackingQuality:
    """Return the quality of tracks over the annotated frames, in which boxes without a track id do not count.

    Raises:
        ConfigurationError: The calibration cannot be used.
    """
    from detectors.evaluation.detection import looked_at
    from detectors.evaluation.tracking import TrackingScore
    from detectors.tracking.bytetrack import Trackers

    score, trackers = TrackingScore(), None
    for done, (number, picture, objects) in enumerate(looked_at(detector, frames), 1):
        height_px, width_px = picture.shape[:2]
        if trackers is None:
            grounds = {} if calibration is None else {CAMERA: ground_of(calibration, width_px, height_px)}
            trackers = Trackers(CAMERA, fps, grounds)
        frame = _frame(number, number / recorded_fps, width_px, height_px)
        epoch, tracked = trackers.track(frame, objects)
        if number in truth:
            persons = [
                item for item in tracked if item.object_class is ObjectClass.PERSON and item.track_id is not None
            ]
            score.add(
                {item.track: item.box for item in truth[number]}, {(epoch, item.track_id): item.box for item in persons}
            )
        progress(done)
    return score.quality()


def ground_of(calibration: Path, width_px: int, height_px: int) -> Ground:
    """Return the ground of a calibration that stands in a file of its own, for pictures of a size.

    Raises:
        ConfigurationError: It cannot be used.
        FileError: It cannot be read.
    """
    from detectors.tracking.ground_squares import Ground
    from streams.config.calibrations import read_map

    return Ground(read_map(calibration).to_ground, width_px, height_px)


def follow_boxes(frames: Sequence[Sequence[Box]], to_ground: ToGround, fps: float) -> list[list[int | None]]:
    """Return by which number the product's tracker follows each box of persons, frame after frame, on the ground.

    Every box is given the score of a person who is seen well; frames have the rate `fps`.
    """
    from detectors.tracking.bytetrack import Trackers
    from detectors.tracking.ground_squares import Ground

    trackers = Trackers(CAMERA, fps, {CAMERA: Ground(to_ground, *SIZE_PX)})
    followed = []
    for number, boxes in enumerate(frames):
        frame = _frame(number, number / fps, *SIZE_PX)
        found = [DetectedObject(object_class=ObjectClass.PERSON, score=WELL_SEEN, box=box) for box in boxes]
        followed.append([item.track_id for item in trackers.track(frame, found)[1]])
    return followed


def _frame(number: int, at_s: float, width_px: int, height_px: int) -> FrameReference:
    return FrameReference(
        camera_id=CAMERA,
        epoch=CAMERA,
        sequence=number,
        captured_at=BEGIN + timedelta(seconds=at_s),
        width_px=width_px,
        height_px=height_px,
        mask_version="none",
    )
