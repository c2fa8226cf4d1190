"""`toezicht cameras`: what the registry says of each camera, and whether it can be used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from streams.cli.cameras import adding, calibrate, discovering, draw, normal, trying
from streams.cli.options import CamerasOption, RegistryOption, registry_path, require_vision
from streams.errors import ConfigurationError
from streams.settings import Settings, read_settings, read_time_zone

if TYPE_CHECKING:
    from detectors.privacy.masks import MaskedSource
    from streams.cameras.check import CameraCheck, Look
    from streams.domain.cameras.registry import Camera

AT_ONCE: Final = 8
"""Cameras that are opened side by side: some 15 s each at the longest, and no more than a small machine decodes."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    cameras = typer.Typer(
        help="The camera registry: legal basis, view areas, zones, masks, calibration.", no_args_is_help=True
    )
    app.add_typer(cameras, name="cameras")

    @cameras.callback()
    def group() -> None:
        """Check the camera registry: legal basis, view areas, zones, masks, calibration."""

    @cameras.command()
    def check(
        registry: RegistryOption = None,
        camera: CamerasOption = None,
        try_open: Annotated[
            bool, typer.Option("--open", help="Also open each permitted source and read one picture")
        ] = False,
        at_once: Annotated[int, typer.Option(min=1, max=64, help="How many are opened side by side")] = AT_ONCE,
        pictures: Annotated[
            Path | None, typer.Option(help="With --open: write a still of each camera into this folder, masked")
        ] = None,
        details: Annotated[bool, typer.Option("--details", help="Also tell all of each camera")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per camera")] = False,
    ) -> None:
        """Say for each camera whether it may be looked at now, on what basis, and whether its source opens.

        First how many are in order, then a line for each problem, of all cameras and of all fields of the file at once, and then
        all of each camera that has one (of every camera with --details).

        A still is masked before anything else; persons, vehicles and what moves in it are a mosaic where a detector is there
        (TOEZICHT_MODELS), and else all of it is. A camera that may not be looked at now is not opened.

        Exit code 1: a camera has a problem. One that is outside its viewing hours has none. 2: the file is wrong.

        Example: toezicht cameras check --registry cameras.yaml --open
        """
        settings, _ = read_settings()
        path = registry_path(registry, settings)
        require_vision()

        from streams.cameras.check import Checking, check_cameras, read_one
        from streams.capture.process import SYSTEM_CLOCK, chosen_cameras
        from streams.config.registry import load_registry

        zone = read_time_zone(settings.time_zone)
        chosen = chosen_cameras(load_registry(path), camera or (), str(path))
        look = read_one if pictures is None else _stills(settings, pictures)
        checking = Checking(path, zone, SYSTEM_CLOCK, try_open, look=look)
        checks = check_cameras(chosen, checking, at_once)
        if as_json:
            for found in checks:
                typer.echo(json.dumps(found.as_dict()))
        else:
            for line in _summary(checks):
                typer.echo(line)
            for found in checks:
                if details or found.problems:
                    typer.echo(_told(found))
        if any(found.problems for found in checks):
            raise typer.Exit(1)

    discovering.register(cameras)
    trying.register(cameras)
    adding.register(cameras)
    draw.register(cameras)
    calibrate.register(cameras)
    normal.register(cameras)


def _summary(checks: Sequence[CameraCheck]) -> Iterator[str]:
    """Yield how many cameras are in order, and a line for each problem."""
    wrong = [found for found in checks if found.problems]
    closed = sum(found.legal == "outside_viewing_window" for found in checks)
    opened = sum(found.opens == "yes" for found in checks)
    parts = [f"{len(checks)} cameras: {len(checks) - len(wrong)} in order, {len(wrong)} with a problem"]
    parts += [f"{closed} outside the viewing hours"] if closed else []
    parts += [f"{opened} opened"] if opened else []
    yield ", ".join(parts)
    yield from (f"{found.camera_id}: {problem}" for found in wrong for problem in found.problems)


def _stills(settings: Settings, folder: Path) -> Look:
    """Return what writes a still of each camera; the detector is used by one camera at a time."""
    from detectors.models.one_at_a_time import OneAtATime
    from streams.cameras.still import still
    from streams.stages.detect.detections import make_detector

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        expected = f"a folder to write into ({error.strerror})"
        raise ConfigurationError("cameras check", "--pictures", str(folder), expected) from None
    detector = OneAtATime(make_detector(settings)) if settings.models or settings.weights else None

    def look(camera: Camera, source: MaskedSource) -> None:
        path = folder / f"{camera.id}.jpg"
        picture = still(source, detector).jpeg
        try:
            path.write_bytes(picture)
        except OSError as error:
            raise ConfigurationError("cameras check", "--pictures", str(path), f"a file ({error.strerror})") from None

    return look


def _told(found: CameraCheck) -> str:
    outside = found.view_outside_public_area_percent
    lines = [
        f"{found.camera_id}: {'problem' if found.problems else 'in order'}",
        f"  source   {found.source_kind} {found.source} (opens: {found.opens})",
        f"  legal    {found.legal}: {found.legal_detail}",
        f"  decision {found.decision_ref}, {found.valid}, {'; '.join(found.viewing_windows)}",
        f"  view     {'inside the public area' if not outside else f'{outside} % outside the public area'}",
        f"  zones    {', '.join(found.zones)}",
        f"  masks    {found.masks} of version {found.mask_version}, {found.masked_percent} % of the picture",
    ]
    return "\n".join([*lines, *(f"  problem  {problem}" for problem in found.problems)])
