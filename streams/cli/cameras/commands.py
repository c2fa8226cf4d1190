"""`toezicht cameras`: what the registry says of each camera, and whether it can be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.cameras import calibrate, normal, trying
from streams.cli.options import CamerasOption, RegistryOption, registry_path, require_vision
from streams.settings import read_settings, read_time_zone

if TYPE_CHECKING:
    from streams.cameras.check import CameraCheck


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
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per camera")] = False,
    ) -> None:
        """Say for each camera whether it may be looked at now, on what basis, and whether its source opens.

        Exit code 1: a camera has a problem. One that is outside its viewing hours has none.

        Example: toezicht cameras check --registry cameras.yaml --open
        """
        settings, _ = read_settings()
        path = registry_path(registry, settings)
        require_vision()

        from detectors.sources.logins import Logins
        from streams.cameras.check import check_camera
        from streams.capture.process import SYSTEM_CLOCK, chosen_cameras
        from streams.config.registry import load_registry

        zone = read_time_zone(settings.time_zone)
        chosen = chosen_cameras(load_registry(path), camera or (), str(path))
        logins = Logins()
        checks = [check_camera(one, path, zone, SYSTEM_CLOCK, try_open, logins) for one in chosen]
        for found in checks:
            typer.echo(json.dumps(found.as_dict()) if as_json else _told(found))
        if any(found.problems for found in checks):
            raise typer.Exit(1)

    trying.register(cameras)
    calibrate.register(cameras)
    normal.register(cameras)


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
