"""The bench of a quiet camera measures what it says, on a stream of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import quiet
from detectors.opencv import cv2
from tests import scenes

pytestmark = pytest.mark.vision


def test_a_still_stream_is_read_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five pictures per second are looked at, none but one in ten seconds is sent, and every part has a cost."""
    monkeypatch.setattr(quiet, "WARM_UP_S", 6.0)
    stream, chance = tmp_path / "still.avi", np.random.default_rng(1)
    writer = cv2.VideoWriter(str(stream), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    still = cv2.resize(scenes.street(), (64, 48), interpolation=cv2.INTER_AREA)
    for _ in range(100):
        writer.write(scenes.noisy(still, 2, chance))
    writer.release()
    result = quiet.measure(2, None, stream, 10, tmp_path, lambda _line: None)
    assert result["stream"] == "64x48 MJPG at 10/s"
    assert result["sent"] == 0
    assert result["left_out"] > 0
    assert result["decoding_percent_of_a_core"] > 0
    assert result["camera_percent_of_a_core"] > 0
    assert all(spent > 0 for spent in result["ms_per_picture"].values())
