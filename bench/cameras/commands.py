"""`toezicht bench cameras`: how many cameras of a given scene this machine carries."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import require_vision, say
from streams.demo.material import CALIBRATION_VARIABLE, VIDEO_VARIABLE
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import read_settings


def register(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def cameras(
        video: Annotated[Path | None, typer.Option(help=f"What they show; {VIDEO_VARIABLE}, or a made scene")] = None,
        calibration: Annotated[
            Path | None, typer.Option(help=f"Their calibration (Tsai, XML); {CALIBRATION_VARIABLE} beside that video")
        ] = None,
        recorded_fps: Annotated[float, typer.Option(min=0.1, help="Frames per second of the video")] = 7,
        ground_truth: Annotated[
            Path | None, typer.Option(help="Who is in the video (CVML): recall and count error of what was told")
        ] = None,
        seconds: Annotated[float, typer.Option(min=4, help="How long each round counts, in seconds")] = 12,
        most: Annotated[int, typer.Option(min=1, max=400, help="No more cameras than this are tried")] = 100,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """How many cameras of a scene this machine carries: from picture to alert within a second (p95), 99 % of pictures taken.

        A worker `detect` and a worker of the deciding stages, on a broker of its own; cameras that show the video at 5
        pictures/s are added until it fails, to a tenth. First every picture is looked at, then only those that something needs
        (`sampling: when_needed`), for which the cameras must be calibrated. Beside each its limit: what the model alone
        does in the same run, divided by the pictures that were looked at. Each camera has a report every 4 s or more, which it
        answers with the first second it shows afterwards; the alert counts from the newest picture of that second.

        Example: toezicht bench cameras --video square.avi --recorded-fps 25 --calibration square.xml --json
        """
        require_vision()
        settings, kafka = read_settings()
        from bench.cameras.measure import measure
        from bench.detect.load import video as found_or_made
        from bench.detect.subject import subject_of
        from detectors.evaluation.ground_truth import read_ground_truth

        subject = subject_of(settings)
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-cameras-") as scratch:
            folder = Path(scratch)
            named = os.environ.get(VIDEO_VARIABLE, "") if video is None else str(video)
            if video is None and calibration is None and named and os.environ.get(CALIBRATION_VARIABLE):
                calibration = Path(os.environ[CALIBRATION_VARIABLE])
            shown = found_or_made(named, folder) if video is None else video
            truth = {} if ground_truth is None else read_ground_truth(ground_truth)
            with cluster(settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say) as reached:
                film = (shown, recorded_fps, calibration)
                result = measure(reached.bootstrap_servers, folder, subject, film, truth, (seconds, most), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:16} {value}" for name, value in result.items()))
