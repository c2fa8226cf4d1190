"""Situations of annotated and of detected tracks are compared second by second."""

from __future__ import annotations

from datetime import timedelta

import pytest

from detectors.evaluation.ground_truth import Annotated
from schemas.cameras import Box
from streams.cli.evaluate.situations import BEGIN, annotated, compared, told
from streams.domain.cameras.registry import ControlRoom, MapPoint, Registry
from streams.stages.observe import Observe
from tests.support.zones import AMSTERDAM, RULES, camera

CAMERA = camera({"dwelling_s": 3})
ROOM = ControlRoom(
    id="room", name="room", area=(MapPoint(lat=51, lon=3), MapPoint(lat=53, lon=3), MapPoint(lat=53, lon=6))
)
STANDS = Box(x_min_px=40, y_min_px=20, x_max_px=50, y_max_px=50)


def observe() -> Observe:
    """Return the stage for a camera of two zones, of which the left one asks who stays."""
    return Observe(Registry(version="1", control_rooms=(ROOM,), cameras=(CAMERA,)), RULES, AMSTERDAM, {})


@pytest.mark.parametrize(("frames", "seconds"), [(0, []), (15, []), (20, [3]), (40, [3, 4, 5, 6, 7])])
def test_annotated_tracks_are_told_as_the_product_tells_them(frames: int, seconds: list[int]) -> None:
    """Somebody who stands in the left zone for eight seconds of five frames; the last second is told too."""
    truth = {number: [Annotated(7, STANDS)] for number in range(frames)}
    found = told(observe(), annotated(CAMERA, truth, 5))
    expected = {("left", "dwelling"): {BEGIN + timedelta(seconds=second) for second in seconds}} if seconds else {}
    assert found == expected


def test_what_either_tells_is_compared() -> None:
    """A kind that only one of them tells is no less a difference."""
    first, second = BEGIN, BEGIN + timedelta(seconds=1)
    true, seen = {("a", "group"): {first, second}}, {("a", "group"): {second}, ("b", "running"): {first}}
    assert compared(true, seen) == [
        {"zone": "a", "kind": "group", "annotated_s": 2, "detected_s": 1, "both_s": 1},
        {"zone": "b", "kind": "running", "annotated_s": 0, "detected_s": 1, "both_s": 0},
    ]
    assert compared({}, {}) == []
