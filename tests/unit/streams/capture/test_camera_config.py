"""Which cameras leave out the pictures in which nothing moves, and what they decode meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.capture.camera_config import camera_config
from streams.domain.cameras.registry import Camera
from tests.support.registry import registry_camera

pytestmark = pytest.mark.vision


@pytest.mark.parametrize(
    ("url", "motion_gate", "gated"),
    [
        ("rtsp://camera/stream", None, True),
        ("rtsp://camera/stream", False, False),
        ("scene.avi", None, False),
        ("scene.avi", True, True),
        ("folder", None, False),
        ("ftp://nowhere", None, False),
    ],
)
def test_live_cameras_are_gated_unless_the_registry_says_otherwise(
    url: str, motion_gate: bool | None, gated: bool
) -> None:
    """Recorded material passes whole, so that an evaluation sees every picture."""
    camera = Camera.model_validate(registry_camera("cam-1", {"url": url, "motion_gate": motion_gate}))
    assert camera_config(camera, Path("cameras.yaml")).motion_gate is gated


@pytest.mark.parametrize(
    ("size", "configured", "decoding"),
    [
        ((640, 360), None, "all"),
        ((704, 576), None, "all"),
        ((1280, 720), None, "key_frames"),
        ((1920, 1080), None, "key_frames"),
        ((1920, 1080), "all", "all"),
        ((640, 360), "key_frames", "key_frames"),
    ],
)
def test_large_pictures_are_decoded_by_key_frames_while_quiet_unless_the_registry_says_otherwise(
    size: tuple[int, int], configured: str | None, decoding: str
) -> None:
    """A substream is cheap enough to be decoded whole, and wakes sooner."""
    written = registry_camera("cam-1", {"url": "rtsp://camera/stream", "quiet_decoding": configured})
    camera = Camera.model_validate(written | {"width_px": size[0], "height_px": size[1]})
    assert camera_config(camera, Path("cameras.yaml")).source.quiet_decoding == decoding


def test_another_way_of_decoding_is_refused() -> None:
    """The error names the field."""
    with pytest.raises(ValidationError, match="quiet_decoding"):
        Camera.model_validate(registry_camera("cam-1", {"url": "rtsp://camera/stream", "quiet_decoding": "some"}))
