"""How `bench cameras` judges what was told of pictures whose persons are known."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.cameras.quality import ToldQuality
from detectors.evaluation.ground_truth import Annotated
from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HERE = Box(x_min_px=10, y_min_px=10, x_max_px=20, y_max_px=40)
THERE = Box(x_min_px=100, y_min_px=10, x_max_px=110, y_max_px=40)
TRUTH = {number: [Annotated(1, HERE), Annotated(2, THERE)] for number in range(4)} | {4: []}
SENT = {"camera-0": [(f"f{number}", number) for number in range(6)]}


def told(number: int, *boxes: Box) -> Detections:
    """Return what was told of a picture."""
    return Detections(
        camera_id="camera-0",
        frame_id=f"f{number}",
        captured_at=NOON,
        width_px=640,
        height_px=360,
        detector=DetectorInfo(name="test", version="1"),
        track_epoch="test",
        objects=tuple(DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box) for box in boxes),
    )


def test_what_is_not_known_tells_nothing() -> None:
    """No ground truth, or nothing looked at."""
    quality = ToldQuality({})
    quality.add(SENT, [told(0, HERE)])
    assert quality.told() == {}
    quality = ToldQuality(TRUTH)
    quality.add(SENT, [])
    assert quality.told() == {}


def test_spared_pictures_count_as_what_was_told_last() -> None:
    """Looked at are 0 (both found) and 4 (one where nobody is): at 1, 2 and 3 two are still told, at 5 nothing is known."""
    quality = ToldQuality(TRUTH)
    quality.add(SENT, [told(0, HERE, THERE), told(4, HERE)])
    assert quality.told() == {"recall": 1.0, "count_mae": 0.5, "held_count_mae": 0.2, "pictures_compared": 2}


def test_who_is_missed_lowers_the_recall() -> None:
    """One of two is found in one picture, none in the other."""
    quality = ToldQuality(TRUTH)
    quality.add(SENT, [told(0, HERE), told(1)])
    assert quality.told() == {"recall": 0.25, "count_mae": 1.5, "held_count_mae": 1.5, "pictures_compared": 2}
