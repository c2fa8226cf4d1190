"""`toezicht eval situations`: whether zones tell of detected people what they tell of annotated ones."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from schemas.cameras import DetectedObject, Detections, DetectorInfo, FrameReference, ObjectClass
from schemas.observations import Observation
from streams.cli.options import RegistryOption
from streams.settings import read_settings

if TYPE_CHECKING:
    from detectors.evaluation.ground_truth import Annotated as Truth
    from streams.domain.cameras.registry import Camera
    from streams.stages.observe import Observe

Told = Mapping[tuple[str, str], set[datetime]]
"""By zone and kind of situation, the seconds in which it was told."""
ANNOTATED: Final = DetectorInfo(name="annotated", version="1")
BEGIN: Final = datetime(2000, 1, 3, 12, tzinfo=UTC)
"""The time of a video's first frame, a Monday's noon; only the hours of closed zones depend on it."""
_AFTER: Final = timedelta(minutes=1)


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def situations(
        video: Annotated[Path, typer.Option(help="The video")],
        ground_truth: Annotated[Path, typer.Option(help="Annotated tracks, XML as PETS2009's (CVML)")],
        camera: Annotated[str, typer.Option(help="Camera of the registry, for its zones and its calibration")],
        registry: RegistryOption = None,
        fps: Annotated[float, typer.Option(min=0.1, help="Frames per second of the video")] = 7,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Compare the situations that a camera's zones tell of detected and of annotated tracks, second by second.

        For each zone and kind that either tells: in how many seconds it is told of the annotated tracks, of the detected
        ones, and of both. The model comes from TOEZICHT_WEIGHTS or TOEZICHT_MODELS.

        Example: toezicht eval situations --video a.avi --ground-truth a.xml --registry cameras.yaml --camera square-1
        """
        from detectors.errors import DetectorsError
        from detectors.evaluation.detection import looked_at
        from detectors.evaluation.ground_truth import read_ground_truth
        from detectors.models.choice import DetectorKind
        from detectors.tracking.bytetrack import Trackers
        from streams.capture.process import chosen_cameras
        from streams.cli.options import registry_path
        from streams.config.calibrations import ground_maps, tracking_grounds
        from streams.config.files import load_rules
        from streams.config.registry import load_registry
        from streams.evaluation.common import EvaluationError, make_detector, tell_progress, video_frames
        from streams.settings import read_time_zone
        from streams.stages.detect.detections import detections_of
        from streams.stages.observe import Observe

        settings, _ = read_settings()
        path = registry_path(registry, settings)
        known = load_registry(path)
        [chosen] = chosen_cameras(known, [camera], str(path))
        maps, zone = ground_maps(known, path.parent), read_time_zone(settings.time_zone)
        rules = load_rules(settings.rules)
        trackers = Trackers("evaluation", fps, tracking_grounds([chosen], path.parent))
        detected: list[Detections] = []
        try:
            truth = read_ground_truth(ground_truth)
            detector = make_detector(DetectorKind.YOLO, settings)
            for number, picture, objects in looked_at(detector, video_frames(video, 1)):
                frame = frame_of(chosen, number, fps, picture.shape[1], picture.shape[0])
                detected.append(detections_of(frame, detector.info, *trackers.track(frame, objects)))
                tell_progress(number + 1)
        except DetectorsError as error:
            raise EvaluationError(str(error)) from None
        sys.stderr.write("\n")
        shown = [told(Observe(known, rules, zone, maps), each) for each in (annotated(chosen, truth, fps), detected)]
        rows = compared(*shown)
        if as_json:
            print(json.dumps({"detector": f"{detector.info.name} {detector.info.version}", "situations": rows}))
        else:
            print("\n".join("  ".join(f"{key} {value}" for key, value in row.items()) for row in rows) or "none")


def frame_of(camera: Camera, number: int, fps: float, width_px: int, height_px: int) -> FrameReference:
    """Return the reference of a video's frame."""
    return FrameReference(
        camera_id=camera.id,
        epoch="evaluation",
        sequence=number,
        captured_at=BEGIN + timedelta(seconds=number / fps),
        width_px=width_px,
        height_px=height_px,
        mask_version=camera.masks.version,
    )


def annotated(camera: Camera, truth: Mapping[int, Sequence[Truth]], fps: float) -> list[Detections]:
    """Return annotated tracks as a perfect detector and tracker would tell them, in pixels of the registry's picture."""
    from streams.stages.detect.detections import detections_of

    found = []
    for number in sorted(truth):
        frame = frame_of(camera, number, fps, camera.width_px, camera.height_px)
        persons = [
            DetectedObject(object_class=ObjectClass.PERSON, score=1.0, box=each.box, track_id=each.track)
            for each in truth[number]
        ]
        found.append(detections_of(frame, ANNOTATED, "annotated", persons))
    return found


def told(observe: Observe, frames: Iterable[Detections]) -> Told:
    """Return what the stage `observe` tells of frames that come as they were taken."""
    from streams import topics
    from streams.runtime.in_memory import InMemory

    stages, outputs, at = InMemory([observe]), [], BEGIN
    for frame in frames:
        at = frame.captured_at
        outputs += stages.give(topics.DETECTIONS, frame, at)
    outputs += stages.tick(at + _AFTER)
    seconds: dict[tuple[str, str], set[datetime]] = defaultdict(set)
    for output in outputs:
        if isinstance(output.message, Observation):
            for situation in output.message.situations:
                seconds[(output.message.zone_id, situation.kind.value)].add(output.message.second)
    return seconds


def compared(annotated: Told, detected: Told) -> list[dict[str, Any]]:
    """Return for each zone and kind in how many seconds it was told of the annotated tracks, of the detected ones, of both."""
    rows = []
    for zone, kind in sorted({*annotated, *detected}):
        true, seen = annotated.get((zone, kind), set()), detected.get((zone, kind), set())
        amounts = {"annotated_s": len(true), "detected_s": len(seen), "both_s": len(true & seen)}
        rows.append({"zone": zone, "kind": kind, **amounts})
    return rows
