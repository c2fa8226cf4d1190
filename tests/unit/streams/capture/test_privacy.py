"""What a mask hides reaches no detector, no memory of pictures, no topic and no disk, whichever way pictures go."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.capture.camera import CameraConfig, CameraReader, CaptureOptions
from detectors.capture.snapshot import SnapshotPainter
from detectors.models.base import Picture as Pixels
from detectors.privacy.masks import PrivacyMask
from detectors.sources.base import Frame, SourceConfig
from detectors.tracking.bytetrack import Trackers
from streams.capture.edge import EdgeDetection
from streams.capture.frame_buffer import PictureRing
from streams.capture.process import CaptureParts
from streams.capture.sender import FrameSender
from streams.capture.snapshots import SnapshotService
from streams.stages.detect.detections import TrackedDetections
from streams.topics import AUDIT, CAMERA_FRAMES, DETECTIONS, SNAPSHOTS
from tests.support.capture import NOW, Answer, FakeProducer, FakeTime, ScriptedSource
from tests.support.snapshots import UTC_ZONE, Finder, camera_of, decoded, request

WIDTH_PX, HEIGHT_PX = 160, 120
SEEN = 40
"""How much more red and blue than green a pixel has where the secret colour is seen; JPEG's own errors stay below it."""
Polygon = list[tuple[float, float]]


@dataclass
class Everything:
    """All pictures that left the camera's thread, by where they were seen."""

    pictures: dict[str, list[Pixels]] = field(default_factory=dict)

    def add(self, where: str, pixels: Pixels) -> None:
        """Note a picture."""
        self.pictures.setdefault(where, []).append(pixels)

    def magenta(self) -> dict[str, int]:
        """Return how strongly the secret colour is seen anywhere."""
        strength = {}
        for where, seen in self.pictures.items():
            found = [int((np.minimum(p[:, :, 0], p[:, :, 2]).astype(int) - p[:, :, 1]).max()) for p in seen]
            strength[where] = max(found)
        return strength


def secret(masks: Sequence[Polygon], number: int) -> Pixels:
    """Return a grey scene, with a pattern of magenta and black wherever a mask lies and nowhere else."""
    chance = np.random.default_rng(number)
    scene = np.repeat(chance.integers(0, 256, (HEIGHT_PX // 8, WIDTH_PX // 8, 1), np.uint8), 3, axis=2)
    scene = scene.repeat(8, axis=0).repeat(8, axis=1)
    hidden = PrivacyMask(WIDTH_PX, HEIGHT_PX, masks).hidden
    pattern = chance.integers(0, 2, (HEIGHT_PX, WIDTH_PX, 1), np.uint8) * np.array([255, 0, 255], np.uint8)
    return np.where(hidden[:, :, None], pattern, scene).astype(np.uint8)


def whole_capture(
    masks: Sequence[Polygon], painted: Sequence[Polygon], beside: bool
) -> tuple[Everything, FakeProducer]:
    """Run all of capture over pictures with the secret, and return every picture that came out of it.

    Args:
        masks: What capture is told to hide.
        painted: Where the secret is.
        beside: Whether detection runs in capture, in place of pictures being sent.
    """
    seen, producer, time = Everything(), FakeProducer(), FakeTime()
    finder = Finder(at=(20, 20, 60, 100))
    sender = FrameSender(producer, lambda: NOW, patience_s=20)
    edge = (
        EdgeDetection(finder, TrackedDetections(finder.info, Trackers("run")), sender, waits=True) if beside else None
    )
    ring = PictureRing(30, 64_000_000, edge or sender)
    parts = CaptureParts(sender, edge, ring)
    config = CameraConfig("cam-1", SourceConfig("a.avi"), WIDTH_PX, HEIGHT_PX, "m1", masks)
    frames = [Frame(secret(painted, number), NOW + timedelta(milliseconds=200 * number)) for number in range(4)]
    reader = CameraReader(
        config, CaptureOptions(900_000), time.clock, Answer, parts.start(lambda: None),
        lambda *_: ScriptedSource([*frames, None]), random.Random(1),
    )  # fmt: skip
    reader.run(threading.Event())
    painter = SnapshotPainter(lambda: finder, 900_000)
    desk = SnapshotService({"cam-1": camera_of("cam-1")}, UTC_ZONE, ring, painter, {"chief"}, sender, lambda: NOW)
    desk.take(request(NOW, "pixelated"))
    desk.take(request(NOW, "unblurred", user="chief", unblurred=True))
    coarse = SnapshotService(
        {"cam-1": camera_of("cam-1")}, UTC_ZONE, ring, SnapshotPainter(lambda: Finder(degraded=True), 900_000), set(),
        sender, lambda: NOW,
    )  # fmt: skip
    coarse.take(request(NOW, "coarse"))
    desk.work()
    coarse.work()
    for kept in ring.of("cam-1")[0]:
        seen.add("ring", decoded(kept.jpeg))
    assert parts.close(finish=True)
    for pixels in finder.seen:
        seen.add("detector", pixels)
    for record in producer.sent:
        if record.topic in {CAMERA_FRAMES, SNAPSHOTS}:
            seen.add(record.topic, decoded(record.value))
        else:
            assert b"\xff\xd8\xff" not in record.value
    return seen, producer


CORNERS = st.tuples(st.integers(0, WIDTH_PX), st.integers(0, HEIGHT_PX))
POLYGONS = st.lists(st.lists(CORNERS, min_size=3, max_size=6), min_size=1, max_size=3)


@pytest.mark.parametrize("beside", [False, True], ids=["frames sent", "edge"])
@settings(max_examples=15)
@given(masks=POLYGONS)
def test_masked_pixels_are_nowhere(masks: list[Polygon], beside: bool) -> None:
    """Whatever the masks' shape, no picture that leaves the camera's thread holds what lies under them."""
    seen, producer = whole_capture(masks, masks, beside)
    places = {"ring", "detector", SNAPSHOTS} | (set() if beside else {CAMERA_FRAMES})
    assert set(seen.pictures) == places
    assert len(seen.pictures[SNAPSHOTS]) == 3
    assert {where: value for where, value in seen.magenta().items() if value > SEEN} == {}
    assert {record.topic for record in producer.sent} >= {AUDIT} | ({DETECTIONS} if beside else set())


def test_the_secret_would_be_seen() -> None:
    """Without the mask it reaches every place that is looked at: the test above can fail."""
    corner: Polygon = [(0, 0), (120, 0), (120, 120), (0, 120)]
    for beside in (False, True):
        seen, _ = whole_capture([], [corner], beside)
        assert min(seen.magenta().values()) > SEEN


_written: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each file that is opened to be written, while somebody listens: an audit hook cannot be taken back."""
    if _written is not None and event == "open":
        path, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & 0b11):
            _written.append(f"{path} {mode} {flags}")


@contextmanager
def writes() -> Iterator[list[str]]:
    """Yield the list of files that are opened to be written from now on."""
    global _written
    _written = []
    try:
        yield _written
    finally:
        _written = None


def test_nothing_is_written_to_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is opened to be written, and none appears where the process works."""
    sys.addaudithook(_note)
    with writes() as seen:
        (tmp_path / "check").write_text("the hook hears this")
    assert len(seen) == 1
    (tmp_path / "check").unlink()
    Trackers("run")  # imported by now: ultralytics keeps its settings in a file of its own
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with writes() as seen:
        for beside in (False, True):
            whole_capture([[(0, 0), (60, 0), (60, 60)]], [[(0, 0), (60, 0), (60, 60)]], beside)
    assert seen == []
    assert list(tmp_path.rglob("*")) == []
