"""`toezicht cameras calibrate`: how good each camera's calibration is, in figures and in a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import CamerasOption, RegistryOption, registry_path, require_vision
from streams.errors import ConfigurationError, ToezichtError
from streams.settings import Settings, read_settings, read_time_zone

if TYPE_CHECKING:
    from streams.cameras.calibration_report import CalibrationReport
    from streams.cameras.walkers import Walkers
    from streams.domain.cameras.registry import Camera
    from streams.domain.geometry.projection import GroundMap


def register(group: typer.Typer) -> None:
    """Add the command to the group."""

    @group.command()
    def calibrate(
        registry: RegistryOption = None,
        camera: CamerasOption = None,
        points: Annotated[
            Path | None,
            typer.Option(help="Judge this calibration (YAML, as the registry holds it) in place of one camera's own"),
        ] = None,
        from_walkers: Annotated[
            Path | None,
            typer.Option(
                help="Fit one camera without a survey, to people who walk upright: its video, or a table (.csv, .csv.gz) of "
                "boxes t_s,track,x_centre_px,y_centre_px,width_px,height_px"
            ),
        ] = None,
        fps: Annotated[float, typer.Option(min=0.1, help="Frames per second of that video: headers may be wrong")] = 5,
        picture: Annotated[
            Path | None, typer.Option(help="With --out: a still image or video of the camera, in place of its source")
        ] = None,
        out: Annotated[
            Path | None, typer.Option(help="Draw the grid of metres on a masked picture of one camera, into this file")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per camera")] = False,
    ) -> None:
        """Fit each camera's calibration and say how good it is: error in metres, horizon, ground of each zone.

        With --from-walkers the calibration is printed as it stands in the registry, marked as not surveyed. A video's people are
        found with the model of TOEZICHT_WEIGHTS or TOEZICHT_MODELS.

        Exit code 1: a calibration cannot be used, or is surely wrong. A camera without one has no problem.

        Example: toezicht cameras calibrate --registry cameras.yaml --camera stadsplein-1 --points points.yaml --out grid.png
        """
        settings, _ = read_settings()
        path = registry_path(registry, settings)
        require_vision()

        from streams.cameras.calibration_report import report
        from streams.capture.process import chosen_cameras
        from streams.config.calibrations import read_calibration
        from streams.config.registry import load_registry

        chosen = chosen_cameras(load_registry(path), camera or (), str(path))
        _check_options(len(chosen) == 1, points, from_walkers, picture, out)
        folder = (points or path).resolve().parent
        if from_walkers:
            chosen = [_fitted_to_walkers(chosen[0], from_walkers, fps, settings, as_json)]
        elif points:
            chosen = [chosen[0].model_copy(update={"calibration": read_calibration(points)})]
        reports = [report(one, folder) for one in chosen]
        for told, ground in reports:
            typer.echo(json.dumps(told.as_dict()) if as_json else _told(told))
            if out and ground is not None:
                _draw(chosen[0], ground, path, picture, out)
        if any(told.problems for told, _ in reports):
            raise typer.Exit(1)


def _check_options(
    one_camera: bool, points: Path | None, from_walkers: Path | None, picture: Path | None, out: Path | None
) -> None:
    if not one_camera and (points or from_walkers or picture or out):
        expected = "one camera for --points, --from-walkers, --picture or --out"
        raise ConfigurationError("command line", "--camera", "several or none", expected)
    if picture and not out:
        raise ConfigurationError("command line", "--out", None, "a file to draw on, with --picture")
    if points and from_walkers:
        raise ConfigurationError("command line", "--from-walkers", str(from_walkers), "no --points beside it")


def _fitted_to_walkers(camera: Camera, boxes: Path, fps: float, settings: Settings, as_json: bool) -> Camera:
    """Return the camera with a calibration that fits walkers, which is printed as it stands in the registry."""
    import yaml

    from streams.cameras.walkers import calibrate, read_walkers
    from streams.capture.process import SYSTEM_CLOCK

    size = (camera.width_px, camera.height_px)
    table = boxes.name.endswith((".csv", ".csv.gz"))
    walkers = read_walkers(boxes) if table else _walkers_of(camera, boxes, fps, settings)
    today = SYSTEM_CLOCK.now().date()
    calibration = calibrate(walkers, size, f"walkers-{today.isoformat()}", today)
    if not as_json:
        typer.echo(yaml.safe_dump(calibration.model_dump(), sort_keys=False), nl=False)
    return camera.model_copy(update={"calibration": calibration})


def _walkers_of(camera: Camera, video: Path, fps: float, settings: Settings) -> Walkers:
    """Return the boxes of the persons of a video, found and followed as the product does, in the registry's pixels."""
    from collections import defaultdict

    from detectors.errors import DetectorsError
    from detectors.evaluation.detection import looked_at
    from detectors.models.choice import DetectorKind
    from detectors.tracking.bytetrack import Trackers
    from schemas.cameras import ObjectClass
    from streams.cameras.walkers import WalkerBox
    from streams.cli.evaluate.situations import frame_of
    from streams.evaluation.common import EvaluationError, make_detector, tell_progress, video_frames

    found: dict[str, list[WalkerBox]] = defaultdict(list)
    trackers = Trackers("walkers", fps)
    try:
        detector = make_detector(DetectorKind.YOLO, settings)
        for number, picture, objects in looked_at(detector, video_frames(video, 1)):
            height_px, width_px = picture.shape[:2]
            across, down = camera.width_px / width_px, camera.height_px / height_px
            epoch, tracked = trackers.track(frame_of(camera, number, fps, width_px, height_px), objects)
            for item in tracked:
                if item.object_class is ObjectClass.PERSON and item.track_id is not None:
                    box = item.box
                    x, y = (box.x_min_px + box.x_max_px) / 2 * across, (box.y_min_px + box.y_max_px) / 2 * down
                    wide, high = (box.x_max_px - box.x_min_px) * across, (box.y_max_px - box.y_min_px) * down
                    found[f"{epoch}/{item.track_id}"].append(WalkerBox(number / fps, x, y, wide, high))
            tell_progress(number + 1)
    except DetectorsError as error:
        raise EvaluationError(str(error)) from None
    return found


def _draw(camera: Camera, ground: GroundMap, registry: Path, picture: Path | None, out: Path) -> None:
    from detectors.drawing import write_picture
    from detectors.errors import DetectorsError
    from streams.cameras.calibration_report import picture_with_grid, take_picture
    from streams.capture.process import SYSTEM_CLOCK

    zone = read_time_zone(read_settings()[0].time_zone)
    image = take_picture(camera, registry, picture, zone, SYSTEM_CLOCK)
    try:
        write_picture(picture_with_grid(camera, ground, image), out)
    except DetectorsError as error:
        raise ToezichtError(str(error)) from None


def _told(told: CalibrationReport) -> str:
    if told.method == "none":
        return f"{told.camera_id}: not calibrated"
    lines = [
        f"{told.camera_id}: {'problem' if told.problems else 'in order'}",
        f"  method   {told.method}, version {told.version}",
    ]
    if told.not_surveyed:
        lines.append(f"  NOT SURVEYED  {told.not_surveyed}")
    if told.zones:
        rows = ("no ground" if row is None else "above" if row == 0 else f"row {row}" for row in told.horizon_px)
        lines.append(f"  error    {_error(told)}")
        lines.append(f"  horizon  {', '.join(rows)} (left, middle, right)")
        height = "not told by this calibration" if told.mast_m is None else f"{told.mast_m:.1f} m above the ground"
        lines.append(f"  mast     {height}")
    for zone in told.zones:
        coarsest = f"a pixel spans up to {zone.coarsest_m_per_px:.2f} m"
        lines.append(f"  zone     {zone.zone_id}: {zone.area_m2:.1f} m² of ground, {coarsest}")
    return "\n".join([*lines, *(f"  problem  {problem}" for problem in told.problems)])


def _error(told: CalibrationReport) -> str:
    error = told.error
    if told.not_surveyed:
        return "not known: nobody surveyed a point; tried on a mast of 7.1 m it told 9.4 m, so check a length that you know"
    if error is None:
        return "not known: a camera model has no surveyed points"
    if error.left_out_rms_m is None or error.left_out_max_m is None:
        return f"not known: {told.points} points are met exactly, survey more"
    fitted = f"rms {error.rms_m:.2f} m, largest {error.max_m:.2f} m at {told.points} points"
    return f"{fitted}; each left out in turn: rms {error.left_out_rms_m:.2f} m, largest {error.left_out_max_m:.2f} m"
