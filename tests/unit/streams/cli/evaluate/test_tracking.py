"""Tracking is measured on the frames that a camera would have sent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from detectors.evaluation.ground_truth import Annotated
from detectors.models.base import Picture
from schemas.cameras import Box
from streams.cli.evaluate.tracking import at_rate, measure
from tests.support.detectors import FakeDetector

pytestmark = pytest.mark.vision

BRIGHT, DARK = np.full((48, 64, 3), 200, np.uint8), np.full((48, 64, 3), 20, np.uint8)
WHOLE = Box(x_min_px=0, y_min_px=0, x_max_px=64, y_max_px=48)


@pytest.mark.parametrize(
    ("recorded", "fps", "numbers"),
    [
        (7, 5, [0, 2, 3, 5, 6, 7, 9, 10, 12, 13]),
        (7, 7, list(range(14))),
        (7, 25, list(range(14))),
        (7, 1, [0, 7]),
        (7, 3.5, [0, 2, 4, 6, 8, 10, 12]),
        (25, 5, [0, 5, 10]),
    ],
)
def test_frames_are_taken_by_time(recorded: float, fps: float, numbers: list[int]) -> None:
    """Two seconds of PETS2009: ten frames at five per second; no more than there are."""
    assert [number for number, _ in at_rate(((n, BRIGHT) for n in range(14)), recorded, fps)] == numbers


@pytest.mark.parametrize(
    ("pictures", "misses", "false_positives", "mota"),
    [
        ([], 0, 0, 0.0),
        ([BRIGHT] * 4, 0, 0, 1.0),
        ([BRIGHT, BRIGHT, DARK, BRIGHT], 1, 0, 0.75),
        ([DARK] * 4, 4, 0, 0.0),
    ],
)
def test_annotated_frames_are_compared(
    pictures: Sequence[Picture], misses: int, false_positives: int, mota: float
) -> None:
    """One person fills the picture, and is missed where it is dark."""
    truth = {number: [Annotated(3, WHOLE)] for number in range(4)}
    told = list[int]()
    quality = measure(FakeDetector(), enumerate(pictures), truth, 7, 7, None, told.append)
    assert (quality.misses, quality.false_positives, quality.switches, quality.mota) == (
        misses,
        false_positives,
        0,
        mota,
    )
    assert told == list(range(1, len(pictures) + 1))


def test_frames_without_annotation_are_followed_and_not_counted() -> None:
    """An annotation of each second frame."""
    truth = {number: [Annotated(3, WHOLE)] for number in (0, 2)}
    quality = measure(FakeDetector(), enumerate([BRIGHT] * 4), truth, 7, 7, None, lambda _: None)
    assert (quality.frames, quality.objects, quality.mota) == (2, 2, 1.0)
