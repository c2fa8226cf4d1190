"""What the detectors and the tracker reach on real video with ground truth: guards against getting worse unnoticed."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.evaluation.detection import evaluate, found_frames
from detectors.evaluation.ground_truth import Annotated, read_ground_truth
from detectors.models.base import Detector, Picture
from detectors.models.choice import choose
from detectors.models.hog import HogDetector
from detectors.opencv import cv2
from detectors.tracking.bytetrack import SURE_SCORE, Trackers
from schemas.cameras import DetectedObject, FrameReference, ObjectClass
from streams.config.calibrations import read_map
from streams.evaluation.crowds import foot_errors_m

pytestmark = [pytest.mark.integration, pytest.mark.vision]

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FRAMES = 200
RECORDED_FPS = 7.0


@pytest.fixture(scope="module")
def truth(test_data: Path) -> dict[int, list[Annotated]]:
    """Return the annotated persons of PETS2009 S2L1."""
    return read_ground_truth(test_data / "pets2009" / "PETS2009-S2L1.xml")


def first_frames(test_data: Path) -> Generator[tuple[int, Picture], None, None]:
    """Yield the first frames of PETS2009 S2L1 with their numbers."""
    capture = cv2.VideoCapture(str(test_data / "pets2009" / "S2L1-view001.avi"))
    try:
        for number in range(FRAMES):
            yield number, np.asarray(capture.read()[1], np.uint8)
    finally:
        capture.release()


@pytest.fixture
def frames(test_data: Path) -> Iterator[Iterator[tuple[int, Picture]]]:
    """Yield the first frames."""
    with closing(first_frames(test_data)) as found:
        yield found


class Remembering:
    """A detector that looks at a picture once: several figures are taken of the same pictures."""

    def __init__(self, inner: Detector) -> None:
        self._inner = inner
        self._found: dict[int, list[DetectedObject]] = {}
        self.info, self.parallel, self.input_px = inner.info, inner.parallel, inner.input_px

    def look_ahead(self, pictures: Iterator[Picture]) -> None:
        """Look at several pictures side by side."""
        with ThreadPoolExecutor(self.parallel) as threads:
            list(threads.map(lambda picture: self.detect([picture], ["c1"]), pictures))

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        found = []
        for picture, camera in zip(pictures, cameras, strict=True):
            name = hash(picture.tobytes())
            if name not in self._found:
                self._found[name] = self._inner.detect([picture], [camera])[0]
            found.append(self._found[name])
        return found


@pytest.fixture(scope="module")
def yolo(models: Path, test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Detector:
    """Return the model of the models folder, which has looked at the frames."""
    detector = Remembering(choose(None, models, tmp_path_factory.mktemp("cache")).detector)
    with closing(first_frames(test_data)) as looked_at:
        detector.look_ahead(picture for _, picture in looked_at)
    return detector


def test_yolo(yolo: Detector, frames: Iterator[tuple[int, Picture]], truth: dict[int, list[Annotated]]) -> None:
    """On the whole video: precision .92, recall .91, count error .38; its beginning is the harder part."""
    quality = evaluate(yolo, frames, truth, SURE_SCORE)
    assert quality.frames == FRAMES
    assert quality.precision > 0.85
    assert quality.recall > 0.8
    assert quality.count_mae < 0.6


def test_hog(frames: Iterator[tuple[int, Picture]], truth: dict[int, list[Annotated]]) -> None:
    """On the whole video: precision .93, recall .86, count error .62."""
    quality = evaluate(HogDetector(), frames, truth, SURE_SCORE)
    assert quality.precision > 0.8
    assert quality.recall > 0.7
    assert quality.count_mae < 1.3


def test_tracking_counts_no_worse_than_boxes_alone(
    yolo: Detector, frames: Iterator[tuple[int, Picture]], truth: dict[int, list[Annotated]]
) -> None:
    """Weak boxes where a track expects them bring hidden persons back."""
    trackers = Trackers("run")
    alone = tracked = 0
    for number, picture in frames:
        frame = FrameReference(
            camera_id="c1",
            epoch="e1",
            sequence=number,
            captured_at=NOON + timedelta(seconds=number / RECORDED_FPS),
            width_px=picture.shape[1],
            height_px=picture.shape[0],
            mask_version="1",
        )
        persons = [o for o in yolo.detect([picture], ["c1"])[0] if o.object_class is ObjectClass.PERSON]
        counted = [o for o in trackers.track(frame, persons)[1] if o.object_class is ObjectClass.PERSON]
        alone += abs(sum(o.score >= SURE_SCORE for o in persons) - len(truth[number]))
        tracked += abs(len(counted) - len(truth[number]))
    assert tracked <= alone


def test_foot_points_on_the_ground(
    yolo: Detector, frames: Iterator[tuple[int, Picture]], truth: dict[int, list[Annotated]], test_data: Path
) -> None:
    """On the whole video: half of the persons within .14 m, 90 % within .31 m, 95 % within .38 m."""
    found = list(found_frames(yolo, frames, truth, SURE_SCORE))
    pairs = [(f.found[box].box, f.truth[person].box) for f in found for box, person in f.pairs]
    errors_m = foot_errors_m(pairs, read_map(test_data / "pets2009" / "View_001.xml"))
    p50, p90, p95 = np.percentile(errors_m, (50, 90, 95))
    assert len(errors_m) > 800
    assert p50 < 0.20
    assert p90 < 0.40
    assert p95 < 0.50
