"""`toezicht cameras draw`: masks, zones, lines and calibration points of a camera, drawn on a still of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import RegistryOption, registry_path, require_vision, say
from streams.clock import utc_now
from streams.errors import ConfigurationError, ToezichtError
from streams.settings import Settings, read_settings, read_time_zone

if TYPE_CHECKING:
    from streams.cameras.still import Still
    from streams.domain.cameras.registry import Camera


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def draw(
        camera: Annotated[str, typer.Argument(help="Id of the camera")],
        registry: RegistryOption = None,
        picture: Annotated[
            Path | None, typer.Option(help="A still of `cameras check --pictures` in place of a new one")
        ] = None,
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 picks a free one")] = 0,
        version: Annotated[str, typer.Option(help="New version; the time of saving if left out")] = "",
    ) -> None:
        """Draw a camera's masks, zones, lines and calibration points on its picture, and write them into the registry.

        It prints the address of a page on this machine alone, with a token in it that is good until the command ends: when
        something was saved, or by Ctrl-C. Only what was changed is written, whole or not at all; comments elsewhere in the file
        stay.

        The picture is masked before anything else; persons in it are a mosaic where a detector is there (TOEZICHT_MODELS), and
        else all of it is. A camera whose masks nobody has drawn yet is shown without them, as a mosaic all over: draw its masks,
        save, and call it again for its zones. A camera that may not be looked at now is not opened.

        Example: toezicht cameras draw plein-1 --registry cameras.yaml
        """
        settings, _ = read_settings()
        path = registry_path(registry, settings)
        require_vision()
        from streams.cameras.drawing.saving import save_shapes
        from streams.cameras.drawing.server import DrawingBoard, DrawingServer
        from streams.cameras.drawing.shapes import DrawnShapes, shapes_of
        from streams.capture.process import chosen_cameras
        from streams.config.registry import load_registry

        (chosen,) = chosen_cameras(load_registry(path), [camera], str(path))
        still = _given(picture, chosen) if picture is not None else _taken(chosen, path, settings)
        shown = {
            "id": chosen.id,
            "name": chosen.name,
            "width_px": chosen.width_px,
            "height_px": chosen.height_px,
            "sharp": still.sharp,
            "shapes": shapes_of(chosen.model_dump(mode="json", by_alias=True)),
        }

        def save(drawn: DrawnShapes) -> str:
            now: datetime = utc_now()
            told = save_shapes(path, chosen.id, drawn, version or f"{now:%Y-%m-%d.%H%M%S}", now.date())
            say(told)
            return told

        try:
            server = DrawingServer(DrawingBoard(shown, still.jpeg, save), port)
        except OSError as error:
            raise ConfigurationError("cameras draw", "--port", port, f"a free port ({error.strerror})") from None
        typer.echo(server.address)
        say("open this address in a browser on this machine; Ctrl-C ends it")
        try:
            server.serve()
        except KeyboardInterrupt:
            say("nothing was saved")
        finally:
            server.close()


def _given(picture: Path, camera: Camera) -> Still:
    """Return a still that was written before; it was masked then.

    Raises:
        ConfigurationError: It is no picture of this camera's shape.
    """
    from detectors.opencv import cv2
    from streams.cameras.still import Still

    read = cv2.imread(str(picture))
    expected = f"a JPEG of the shape of {camera.width_px}x{camera.height_px}"
    if (
        read is None
        or abs(read.shape[1] * camera.height_px - read.shape[0] * camera.width_px) > 2 * max(read.shape) * 2
    ):
        raise ConfigurationError("cameras draw", "--picture", str(picture), expected)
    return Still(picture.read_bytes(), camera.width_px, camera.height_px, sharp=True)


def _taken(camera: Camera, path: Path, settings: Settings) -> Still:
    """Return a still that is taken now.

    Raises:
        ToezichtError: The camera may not be looked at now, or gives no picture.
    """
    from detectors.errors import SourceError
    from detectors.privacy.masks import MaskedSource, PrivacyMask
    from detectors.sources.base import ReadingOptions
    from detectors.sources.open import open_source
    from streams.cameras.still import still
    from streams.cameras.table import NOT_DRAWN
    from streams.capture.camera_config import camera_config
    from streams.capture.process import SYSTEM_CLOCK
    from streams.domain.cameras.legal_basis import permission
    from streams.stages.detect.detections import make_detector

    permit = permission(camera, SYSTEM_CLOCK.now(), read_time_zone(settings.time_zone))
    if not permit.allowed:
        raise ToezichtError(f"cameras draw: {camera.id} may not be looked at now: {permit.detail}")
    drawn = camera.masks.version != NOT_DRAWN
    sharp = drawn and bool(settings.models or settings.weights)
    mask = PrivacyMask(camera.width_px, camera.height_px, camera.masks.polygons if drawn else [])
    try:
        config = camera_config(camera, path).source
        source = MaskedSource(open_source(config, ReadingOptions(), SYSTEM_CLOCK, lambda _reason: None), mask)
        try:
            return still(source, make_detector(settings) if sharp else None)
        finally:
            source.close()
    except SourceError as error:
        raise ToezichtError(f"cameras draw: {camera.id}: {error}") from None
