"""From a camera of the registry to what capture needs to know of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from detectors.capture.camera import CameraConfig
from detectors.sources.base import QuietDecoding, SourceConfig
from detectors.sources.open import is_live
from streams.domain.cameras.registry import Camera

SUBSTREAM_PIXELS: Final = 704 * 576
"""Pixels of the largest picture that cameras offer as a substream (4CIF)."""


def camera_config(camera: Camera, folder: Path) -> CameraConfig:
    """Return what capture needs to know of a camera; a relative path is relative to the registry's folder."""
    source = camera.source
    url = source.url if "://" in source.url else str(folder / source.url)
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
