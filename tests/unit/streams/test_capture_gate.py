"""Which cameras leave out the pictures in which nothing moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.capture import camera_config
from streams.domain.registry import Camera
from tests.camera_registry import registry_camera

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
    assert camera_config(camera, Path()).motion_gate is gated
