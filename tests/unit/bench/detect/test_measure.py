"""How `bench detect` counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bench.detect.load import CAMERAS, Cameras, PictureDetected, read_pictures
from bench.detect.measure import percentile, rate
from bench.detect.subject import model_folder
from schemas.cameras import FrameReference
from schemas.codec import decode
from streams.errors import ConfigurationError
from streams.settings import Settings

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, 0.0),
        ([7.0], 0.5, 7.0),
        ([7.0], 0.95, 7.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([4.0, 1.0, 3.0, 2.0], 0.95, 4.0),
        ([float(n) for n in range(1, 101)], 0.95, 95.0),
        ([float(n) for n in range(1, 101)], 0.5, 50.0),
    ],
)
def test_percentiles_are_nearest_ranks(values: Sequence[float], share: float, expected: float) -> None:
    """None of several, one, few, many."""
    assert percentile(values, share) == expected


@pytest.mark.parametrize(
    ("known_s", "expected"),
    [([], 0.0), ([1.0], 0.0), ([1.0, 1.0], 0.0), ([1.0, 2.0, 3.0], 1.0), ([0.0, 1.0, 1.5, 2.0, 9.0], 2.0)],
)
def test_a_rate_counts_what_came_in_between(known_s: Sequence[float], expected: float) -> None:
    """From the first to the last within the bounds 1 s and 3 s."""
    assert rate([PictureDetected(0.0, at_s) for at_s in known_s], 1.0, 3.0) == expected


def test_cameras_take_turns_and_show_different_pictures() -> None:
    """Sequence numbers run within each camera."""
    pictures = [np.full((8, 16, 3), 20 * number, np.uint8) for number in range(CAMERAS)]
    cameras = Cameras(pictures, "run")
    records = [cameras.next(NOON) for _ in range(2 * CAMERAS)]
    frames = [decode(record.value, record.headers) for record in records]
    told = [(frame.camera_id, frame.sequence) for frame in frames if isinstance(frame, FrameReference)]
    assert told == [(f"bench-{camera}", sequence) for sequence in range(2) for camera in range(CAMERAS)]
    assert len({record.value for record in records[:CAMERAS]}) == CAMERAS


def test_an_empty_or_missing_video_has_no_pictures(tmp_path: Path) -> None:
    """What cannot be read gives none."""
    assert read_pictures(tmp_path / "none.avi") == []


def test_the_model_must_be_one_in_openvinos_form(tmp_path: Path) -> None:
    """The limit is measured with OpenVINO; another kind would be compared with something else."""
    settings = Settings.model_validate({"weights": None, "models": tmp_path})
    with pytest.raises(ConfigurationError, match="a folder with an OpenVINO model"):
        model_folder(settings)
    (tmp_path / "yolo11n.pt").write_bytes(b"")
    with pytest.raises(ConfigurationError, match=r"yolo11n\.pt"):
        model_folder(settings)
    (tmp_path / "yolo11n_openvino_model").mkdir()
    assert model_folder(settings).name == "yolo11n_openvino_model"
