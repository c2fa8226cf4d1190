"""`toezicht capture`: pictures from cameras, masked, into Kafka."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from streams.cli.options import CamerasOption, RegistryOption, registry_path, require_cluster, require_vision, started
from streams.errors import DeliveryError
from streams.kafka.reader import await_topics
from streams.process import start_metrics, stop_signals
from streams.settings import read_time_zone
from streams.topics import (
    CAMERA_FRAMES,
    CAMERA_STATE,
    CAMERA_STATUS,
    CAMERA_WATCHES,
    DETECTIONS,
    SNAPSHOT_REQUESTS,
    SNAPSHOTS,
)

SENT: Final = (CAMERA_FRAMES, CAMERA_STATUS, CAMERA_STATE, DETECTIONS, SNAPSHOTS)
ASKED: Final = (CAMERA_WATCHES, SNAPSHOT_REQUESTS)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def capture(
        registry: RegistryOption = None,
        camera: CamerasOption = None,
        speed: Annotated[
            float, typer.Option(min=0, max=1000, help="Play files so much faster; 0: without waiting")
        ] = 1.0,
        max_fps: Annotated[
            float | None, typer.Option(min=0.5, max=120, help="Pictures per second; 5 for live cameras if left out")
        ] = None,
        detect: Annotated[
            bool, typer.Option("--detect", help="Find persons here and send what was found; pictures are not sent")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print a summary as one JSON object at the end")] = False,
    ) -> None:
        """Read cameras, paint their privacy masks and send the pictures to Kafka.

        One thread reads each camera: an rtsp:// address, a video file or a folder of still images. A camera without a
        legal basis for this moment is not opened, and `camera-status` says why. Streams that are lost are opened again
        after 1 to 30 seconds. Runs until stopped; where all sources are files that do not loop, until the last ends.

        With --detect the detector runs here, beside the cameras: detections are sent in place of pictures, and no worker
        `detect` is needed for these cameras. Pictures leave only as snapshots that somebody asks for (docs/snapshots.md).

        While a report asks for more of a camera, it gives more pictures, by the rules in TOEZICHT_RULES (docs/attention.md).

        Exit code 1: a source could not be read, or the broker did not confirm everything.

        Example: KAFKA_BOOTSTRAP_SERVERS=localhost:9092 toezicht capture --registry cameras.yaml --camera stadshart-1
        """
        settings, kafka = started()
        require_cluster(kafka, "capture")
        path = registry_path(registry, settings)
        require_vision()

        from detectors.capture.camera import Ending
        from streams.capture import process as work
        from streams.capture.camera_config import camera_config
        from streams.config.registry import load_registry

        cameras = work.chosen_cameras(load_registry(path), camera or (), str(path))
        configs = [camera_config(each, path) for each in cameras]
        zone = read_time_zone(settings.time_zone)
        metrics_port = start_metrics(settings)
        try:
            with stop_signals() as stop:
                parts = work.make_parts(cameras, path.resolve().parent, zone, settings, kafka, speed, detect)
                if not await_topics(kafka, (*SENT, *ASKED), stop.is_set):
                    return
                work.announce(cameras, metrics_port)
                options = work.capture_options(speed, max_fps)
                endings = work.run_capture(cameras, configs, options, zone, parts, stop)
        except DeliveryError as error:
            typer.echo(f"toezicht: {error}", err=True)
            raise typer.Exit(1) from None
        if as_json:
            typer.echo(work.summary(parts.sender, endings))
        if Ending.FAILED in endings.values():
            raise typer.Exit(1)
