"""Camera config: from a camera of the registry to what capture needs to know of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from detectors.capture.camera import CameraConfig
from detectors.sources.base import QuietDecoding, SourceConfig
from detectors.sources.open import is_live
from streams.config.registry import source_url
from streams.domain.cameras.registry import Camera

SUBSTREAM_PIXELS: Final = 704 * 576
"""Pixels of the largest picture that cameras offer as a substream (4CIF)."""


def camera_config(camera: Camera, registry: Path) -> CameraConfig:
    """Return what capture needs to know of a camera, its address with credentials included.

    Args:
        camera: The camera.
        registry: The registry's file; a relative path in it is relative to its folder.

    Raises:
        FileError: The environment has no value for a variable in the camera's address.
    """
    source, address = camera.source, source_url(camera, registry)
    url = address if "://" in address else str(registry.resolve().parent / address)
    start = None if source.start == "now" else datetime.fromisoformat(source.start).astimezone(UTC)
    return CameraConfig(
        camera_id=camera.id,
        source=SourceConfig(
            url, start, source.fps, source.loop, source.offset_s, source.transport, quiet_decoding(camera)
        ),
        width_px=camera.width_px,
        height_px=camera.height_px,
        mask_version=camera.masks.version,
        mask_polygons=camera.masks.polygons,
        motion_gate=is_live(url) if source.motion_gate is None else source.motion_gate,
    )


def quiet_decoding(camera: Camera) -> QuietDecoding:
    """Return which pictures are decoded while nothing moves: of what is larger than a substream, key frames alone.

    A substream costs little, and a person who enters is seen within 400 ms; a main stream would take the tenth of a core all
    night, and its camera may see a person a key frame later.
    """
    large = camera.width_px * camera.height_px > SUBSTREAM_PIXELS
    return camera.source.quiet_decoding or ("key_frames" if large else "all")
