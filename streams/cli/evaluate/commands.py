"""`toezicht eval`: quality against ground truth."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from detectors.models.choice import DetectorKind
from streams.cli.evaluate import density, events, ground, normal, sampling, situations, tracking
from streams.evaluation.common import EvaluationError, make_detector, tell_progress, video_frames
from streams.settings import read_settings


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
        kind: Annotated[DetectorKind, typer.Option("--detector", help="Which detector")] = DetectorKind.YOLO,
        score: Annotated[float, typer.Option(min=0, max=1, help="Lowest score that counts")] = 0.4,
        every: Annotated[int, typer.Option(min=1, help="Use each Nth frame")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Measure a person detector: precision and recall at IoU 0.5, the count's mean absolute error, time per frame.

        The model comes from TOEZICHT_WEIGHTS or TOEZICHT_MODELS.
        """
        from detectors.errors import DetectorsError
        from detectors.evaluation.detection import evaluate
        from detectors.evaluation.ground_truth import read_ground_truth

        settings, _ = read_settings()
        try:
            truth = read_ground_truth(ground_truth)
            measured = make_detector(kind, settings)
            quality = evaluate(measured, video_frames(video, every), truth, score, tell_progress)
        except DetectorsError as error:
            raise EvaluationError(str(error)) from None
        sys.stderr.write("\n")
        result: dict[str, Any] = {**vars(quality), "detector": f"{measured.info.name} {measured.info.version}"}
        if not quality.frames:
            raise EvaluationError(f"{video}: no frame of it is annotated in {ground_truth}")
        print(json.dumps(result) if as_json else "\n".join(f"{name:14} {value}" for name, value in result.items()))

    density.register(group)
    events.register(group)
    ground.register(group)
    normal.register(group)
    sampling.register(group)
    situations.register(group)
    tracking.register(group)
    # found by its name, as commands are: scenarios stand in `bench`, which nothing of `streams` imports
    import_module("bench.scenarios.commands").register(group)
    import_module("bench.pairs.commands").register(group)
    import_module("bench.pager.commands").register(group)
    import_module("bench.causes.commands").register(group)
