"""`toezicht eval sampling`: what is still told where the model looks at some of a camera's pictures, and what that saves."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from streams.evaluation.common import EvaluationError, lines_of
from streams.settings import read_settings

BUSY_S: Final = 60.0
"""So much of a busy scene is enough for a share of pictures."""


def register(group: typer.Typer) -> None:
    """Add the command to the group `eval`."""

    @group.command()
    def sampling(
        video: Annotated[
            Path | None, typer.Option(help="A video of persons, such as PETS2009's S2L1-view001.avi")
        ] = None,
        ground_truth: Annotated[
            Path | None, typer.Option(help="Its annotated tracks, XML as PETS2009's (CVML)")
        ] = None,
        calibration: Annotated[Path | None, typer.Option(help="Its camera's calibration, as for eval tracking")] = None,
        fps: Annotated[float, typer.Option(min=0.1, help="Pictures per second that capture would send")] = 5,
        recorded_fps: Annotated[float, typer.Option(min=0.1, help="Frames per second of the video")] = 7,
        tracks: Annotated[
            list[Path] | None, typer.Option(help="Tracks on the ground into which runners are put; may be repeated")
        ] = None,
        busy: Annotated[
            list[Path] | None, typer.Option(help="Tracks of a crowd: only the share of pictures; may be repeated")
        ] = None,
        trials: Annotated[
            int, typer.Option(min=1, max=1000, help="Runners per scene and speed, and small persons")
        ] = 24,
        seed: Annotated[int, typer.Option(min=0, help="Seed of the draws")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Hold looking when needed (`sampling: when_needed` of a camera) against looking at every picture, and at one per second.

        --video with --ground-truth: counts, recall, tracks, processor time per active camera-hour, and how soon somebody 20 px
        high who enters is looked at. --tracks: how often runners are told, with true tracks and as detected on a mast of 6 m,
        above what is usual as learnt by the same way (`own`) and at full rate (`full`). Each of them alone is possible too.

        Example: toezicht eval sampling --tracks normal/ucy-zara02.csv.gz --trials 8 --json
        """
        from streams.evaluation.sampling.scenes import busy as share_of
        from streams.evaluation.sampling.scenes import runners
        from streams.evaluation.scenes import read_scene

        if (video is None) != (ground_truth is None):
            raise EvaluationError("--video and --ground-truth: expected both or neither")
        if video is None and not tracks and not busy:
            raise EvaluationError("nothing to measure: expected --video with --ground-truth, --tracks or --busy")
        result: dict[str, Any] = {}
        if video is not None and ground_truth is not None:
            result["video"] = _video(video, ground_truth, calibration, (recorded_fps, fps), trials, seed)
        if tracks:
            scenes = [read_scene(each) for each in tracks]
            result["runners_true"] = runners(scenes, trials, seed, detected=False)
            result["runners_detected"] = runners(scenes, trials, seed, detected=True)
        if busy:
            result["busy_share"] = {scene.name: share_of(scene, BUSY_S, seed) for scene in map(read_scene, busy)}
        print(json.dumps(result) if as_json else "\n".join(lines_of(result)))


def _video(
    video: Path, ground_truth: Path, calibration: Path | None, rates: tuple[float, float], trials: int, seed: int
) -> dict[str, Any]:
    """Return what each way tells of a video."""
    import numpy as np

    from detectors.errors import DetectorsError
    from detectors.evaluation.ground_truth import read_ground_truth
    from detectors.models.choice import DetectorKind
    from streams.cli.evaluate.tracking import at_rate, ground_of
    from streams.evaluation.common import make_detector, tell_progress, video_frames
    from streams.evaluation.sampling.video import entries, film, quality
    from streams.evaluation.sampling.ways import WAYS

    settings, _ = read_settings()
    try:
        truth = read_ground_truth(ground_truth)
        detector = make_detector(DetectorKind.YOLO, settings)
        shown = film(detector, at_rate(video_frames(video, 1), *rates), truth, *rates, tell_progress)
    except DetectorsError as error:
        raise EvaluationError(str(error)) from None
    sys.stderr.write("\n")
    if not any(each.truth is not None for each in shown.pictures):
        raise EvaluationError(f"{video}: no frame of it is annotated in {ground_truth}")
    ground = None if calibration is None else ground_of(calibration, *shown.size_px)
    return {
        "detector": f"{detector.info.name} {detector.info.version}",
        "pictures": len(shown.pictures),
        "costs_per_picture": {name: round(each, 2) for name, each in shown.costs._asdict().items()},
        "ways": {
            way: quality(shown, way, ground)
            | {"small_person": entries(shown, way, ground, trials, np.random.default_rng(seed))}
            for way in WAYS
        },
    }
