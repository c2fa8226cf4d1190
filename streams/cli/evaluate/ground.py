"""`toezicht eval ground`, `eval recall` and `eval crowd`: how right places, recall under occlusion and densities are."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detectors.models.choice import DetectorKind
from streams.evaluation.common import EvaluationError, make_detector, tell_progress, video_frames
from streams.presentation.numbers import rounded
from streams.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.evaluation.detection import FrameFound
    from streams.domain.observations.occlusion import MatchedFrame
    from streams.evaluation.crowds import CountQuality

ZONE_SIDES_M: Final = (3.0, 6.0)

VIDEO = typer.Option(help="The video")
TRUTH = typer.Option(help="Annotated boxes, XML as PETS2009 S2L1's (CVML)")
CALIBRATION = typer.Option(help="Camera model (.xml, Tsai) or a camera's calibration section (.yaml)")
KIND = typer.Option("--detector", help="Which detector")
SCORE = typer.Option(min=0, max=1, help="Lowest score that counts")
EVERY = typer.Option(min=1, help="Use each Nth frame")
JSON = typer.Option("--json", help="Print one JSON object")


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""

    @group.command()
    def ground(
        video: Annotated[Path, VIDEO],
        ground_truth: Annotated[Path, TRUTH],
        calibration: Annotated[Path, CALIBRATION],
        kind: Annotated[DetectorKind, KIND] = DetectorKind.YOLO,
        score: Annotated[float, SCORE] = 0.4,
        every: Annotated[int, EVERY] = 1,
        as_json: Annotated[bool, JSON] = False,
    ) -> None:
        """Measure how far on the ground a detected person's foot point is from the annotated one's, in metres.

        Of boxes that match an annotated one (IoU 0.5): median, 90 % and 95 %. The model comes from TOEZICHT_WEIGHTS or
        TOEZICHT_MODELS.

        Example: toezicht eval ground --video a.avi --ground-truth a.xml --calibration View_001.xml
        """
        import numpy as np

        from streams.config.calibrations import read_map
        from streams.evaluation.crowds import foot_errors_m

        where = read_map(calibration)
        frames, name = _found(video, ground_truth, kind, score, every)
        pairs = [(f.found[box].box, f.truth[person].box) for f in frames for box, person in f.pairs]
        errors_m = foot_errors_m(pairs, where)
        if not errors_m.size:
            raise EvaluationError(f"{video}: no detected person of it matches one of {ground_truth} on the ground")
        p50, p90, p95 = (float(value) for value in np.percentile(errors_m, (50, 90, 95)))
        result = {"frames": len(frames), "persons": int(errors_m.size), "p50_m": p50, "p90_m": p90, "p95_m": p95}
        _tell({**result, "detector": name}, as_json)

    @group.command()
    def recall(
        video: Annotated[Path, VIDEO],
        ground_truth: Annotated[Path, TRUTH],
        kind: Annotated[DetectorKind, KIND] = DetectorKind.YOLO,
        score: Annotated[float, SCORE] = 0.4,
        every: Annotated[int, EVERY] = 1,
        as_json: Annotated[bool, JSON] = False,
    ) -> None:
        """Measure recall by how much of a person nearer persons hide, and how many boxes are no second box (precision).

        A box is taken for a person from IoU 0.3, since of who is hidden half it can show no more. Boxes on nobody who is
        annotated are left out.

        The figures of streams/domain/observations/occlusion.py come from this command. `persistence` says
        how strongly a miss lasts from one frame to the next; it holds for all frames of the video only.

        Example: toezicht eval recall --video a.avi --ground-truth a.xml --json
        """
        from streams.domain.observations.occlusion import SAME_PERSON_IOU, measured, persistence

        frames, name = _found(video, ground_truth, kind, score, every, SAME_PERSON_IOU)
        matched = [_matched(frame) for frame in frames]
        steps = measured(matched)
        rows = [{**asdict(s), "recall": s.recall, "precision": s.precision} for s in steps]
        result = {"frames": len(frames), "persistence": persistence(matched, steps), "detector": name}
        _tell({**result, "steps": rows}, as_json)

    @group.command()
    def crowd(
        annotations: Annotated[Path, TRUTH],
        calibration: Annotated[Path, CALIBRATION],
        video: Annotated[
            Path | None, typer.Option(help="Its video: use what the detector finds; otherwise misses are drawn")
        ] = None,
        at: Annotated[
            str | None, typer.Option(help="Middle of the zones as X,Y in metres; where most persons stand if left out")
        ] = None,
        seed: Annotated[int, typer.Option(min=0, help="Seed of the draws")] = 1,
        rounds: Annotated[int, typer.Option(min=1, max=1000, help="Sequences that are drawn")] = 20,
        independent: Annotated[
            bool, typer.Option("--independent", help="Draw each frame anew; misses then last shorter than measured")
        ] = False,
        fps: Annotated[int, typer.Option(min=1, max=60, help="Frames per second of the annotation")] = 7,
        kind: Annotated[DetectorKind, KIND] = DetectorKind.YOLO,
        score: Annotated[float, SCORE] = 0.4,
        as_json: Annotated[bool, JSON] = False,
    ) -> None:
        """Measure the error of counts and of densities in squares of 3 and 6 metres, counted and corrected.

        `raw` is counted, `corrected` allows for missed persons by occlusion, `remembered` adds those whom the product's tracker
        saw until 2 s ago, where they would have gone; `at_best` counts everybody who was ever found, at the true places: no
        causal estimator that counts persons can do better. Levels are judged second by second (`levels_right`) and as the
        product's rule holds them, for several persistences, on the told and on the true densities (`levels_held_right`).

        Without a video, annotated persons are drawn to be missed with the recall by occlusion that was measured on
        PETS2009 S2L1. Counts are the median of the last second. Each square lies where most annotated persons stand over the
        whole sequence, whatever is detected.

        Example: toezicht eval crowd --annotations PETS2009-S1L1-1.xml --calibration View_001.xml --json
        """
        from streams.cli.evaluate.tracking import follow_boxes
        from streams.config.calibrations import read_map
        from streams.evaluation import crowds as quality

        where = read_map(calibration)
        if video is None:
            frames, shown = _annotated(annotations), f"drawn {rounds} times with seed {seed}"
            seen = _drawn(frames, seed, rounds, independent)
            tracks: list[tuple[int, ...]] | None = [frame.tracks for frame in frames]
        else:
            found, shown = _found(video, annotations, kind, score, 1)
            frames = [_matched(frame) for frame in found]
            seen, tracks = [[list(frame.boxes) for frame in frames]], None
        truth = [frame.annotated for frame in frames]
        counts = _counts([quality.count_quality(truth, boxes, fps) for boxes in seen])
        followed = [follow_boxes(boxes, where.to_ground, fps) for boxes in seen]
        try:
            zones = []
            for side in ZONE_SIDES_M:
                centre = _centre(at) or quality.most_visited(truth, where, side)
                zones.append(quality.zone_quality(truth, seen, where, centre, side, fps, followed, tracks))
        except ValueError as error:
            raise EvaluationError(f"{annotations} with {calibration}: {error}") from None
        zones_told = {"zones": [asdict(zone) for zone in zones]}
        _tell({"frames": len(frames), "boxes": shown, **counts, **zones_told}, as_json)


def _counts(qualities: Sequence[CountQuality]) -> dict[str, float]:
    """Return the means of the errors over all sequences."""
    return {
        "count_mae": fmean(each.mae for each in qualities),
        "count_median_mae": fmean(each.median_mae for each in qualities),
        "count_bias": fmean(each.bias for each in qualities),
    }


def _found(
    video: Path, ground_truth: Path, kind: DetectorKind, score: float, every: int, least_iou: float = 0.5
) -> tuple[list[FrameFound], str]:
    """Return what a detector finds in the annotated frames of a video, and the detector's name."""
    from detectors.errors import DetectorsError
    from detectors.evaluation.detection import found_frames
    from detectors.evaluation.ground_truth import read_ground_truth

    settings, _ = read_settings()
    try:
        truth = read_ground_truth(ground_truth)
        detector = make_detector(kind, settings)
        frames = list(found_frames(detector, video_frames(video, every), truth, score, tell_progress, least_iou))
    except DetectorsError as error:
        raise EvaluationError(str(error)) from None
    sys.stderr.write("\n")
    if not frames:
        raise EvaluationError(f"{video}: no frame of it is annotated in {ground_truth}")
    return frames, f"{detector.info.name} {detector.info.version}"


def _matched(frame: FrameFound) -> MatchedFrame:
    from streams.domain.observations.occlusion import MatchedFrame

    return MatchedFrame(
        annotated=tuple(person.box for person in frame.truth),
        tracks=tuple(person.track for person in frame.truth),
        boxes=tuple(found.box for found in frame.found),
        pairs=frame.pairs,
    )


def _annotated(path: Path) -> list[MatchedFrame]:
    from detectors.errors import DetectorsError
    from detectors.evaluation.ground_truth import read_ground_truth
    from streams.domain.observations.occlusion import MatchedFrame

    try:
        truth = read_ground_truth(path)
    except DetectorsError as error:
        raise EvaluationError(str(error)) from None
    return [
        MatchedFrame(tuple(p.box for p in truth[n]), tuple(p.track for p in truth[n]), (), ()) for n in sorted(truth)
    ]


def _drawn(frames: list[MatchedFrame], seed: int, rounds: int, independent: bool) -> list[list[list[Any]]]:
    import numpy as np

    from streams.domain.observations.occlusion import MEASURED, PERSISTENCE
    from streams.evaluation.crowds import drawn

    truth, tracks = [frame.annotated for frame in frames], [frame.tracks for frame in frames]
    lasts = 0.0 if independent else PERSISTENCE
    return [drawn(truth, tracks, MEASURED, lasts, np.random.default_rng([seed, number])) for number in range(rounds)]


def _centre(at: str | None) -> tuple[float, float] | None:
    if at is None:
        return None
    try:
        x, y = (float(part) for part in at.split(","))
    except ValueError:
        raise EvaluationError(f"--at is {at!r}, expected X,Y in metres such as -4.5,2") from None
    return x, y


def _tell(result: dict[str, Any], as_json: bool) -> None:
    """Print a result, numbers to three digits: as JSON, or a line per figure with a line per row of its tables."""
    shown = rounded(result)
    if as_json:
        print(json.dumps(shown))
        return
    for name, value in shown.items():
        if isinstance(value, list):
            print(name)
            for row in value:
                print("  " + "  ".join(f"{key} {cell}" for key, cell in _flat(row).items()))
        else:
            print(f"{name:18} {value}")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in row.items():
        found |= {f"{key}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {key: value}
    return found
