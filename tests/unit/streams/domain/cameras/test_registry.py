"""A camera of the registry is refused where its fields contradict each other."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.support.calibrations import calibrated_camera


def test_every_picture_is_looked_at_unless_it_is_set_otherwise() -> None:
    """As before there was a choice."""
    assert calibrated_camera().sampling == "every_picture"
    assert calibrated_camera(sampling="when_needed").sampling == "when_needed"


def test_only_a_calibrated_camera_can_be_sampled() -> None:
    """In the picture a person who walks is not known again after a second."""
    with pytest.raises(ValidationError, match="sampling when_needed needs a calibration"):
        calibrated_camera(None, sampling="when_needed")
