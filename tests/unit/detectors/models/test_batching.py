"""Pictures of several threads share batches; nobody waits for a batch to fill."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from detectors.models.base import Picture
from detectors.models.batching import Batching
from schemas.cameras import DetectedObject
from tests.support.detectors import FakeDetector

BRIGHT, DARK = np.full((8, 8, 3), 200, np.uint8), np.full((8, 8, 3), 20, np.uint8)


class Held(FakeDetector):
    """A detector whose first call ends when the test says so."""

    def __init__(self) -> None:
        super().__init__(parallel=1)
        self.begun, self.go = threading.Event(), threading.Event()

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture."""
        self.begun.set()
        self.go.wait(30)
        return super().detect(pictures, cameras)


@pytest.mark.parametrize("later", [0, 1, 5, 9])
def test_what_comes_while_one_is_computed_is_the_next_batch(later: int) -> None:
    """The first goes alone; of the rest at most four share a batch."""
    inner = Held()
    batching = Batching(inner, size=4)
    with ThreadPoolExecutor(1 + later) as threads:
        calls = [threads.submit(batching.detect, [BRIGHT], ["a"])]
        inner.begun.wait(30)
        calls += [threads.submit(batching.detect, [BRIGHT if n % 2 else DARK], ["a"]) for n in range(later)]
        while len(batching._waiting) < later:
            threading.Event().wait(0.001)
        inner.go.set()
        found = [len(call.result()[0]) for call in calls]
    assert found == [1, *(n % 2 for n in range(later))]
    assert inner.batches[0] == 1
    assert max(inner.batches) <= 4
    assert len(inner.batches) == 1 + -(-later // 4)


def test_several_pictures_of_one_call_share_batches_too() -> None:
    """In their order; none give none."""
    inner = FakeDetector()
    batching = Batching(inner, size=2)
    assert batching.detect([], []) == []
    assert [len(found) for found in batching.detect([BRIGHT, DARK, BRIGHT], ["a"] * 3)] == [1, 0, 1]
    assert inner.batches == [2, 1]


class Fragile(FakeDetector):
    """A detector that fails when a dark picture is among those that it is given."""

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture, or raise."""
        if any(float(picture.mean()) < 128 for picture in pictures):
            raise RuntimeError("a number out of range")
        return super().detect(pictures, cameras)


def test_a_picture_that_the_detector_fails_on_spoils_only_itself() -> None:
    """The others of its batch are computed one by one; its own caller is told."""
    inner = Fragile()
    batching = Batching(inner)
    start = threading.Barrier(3)

    def look(picture: Picture) -> int | str:
        start.wait(30)
        try:
            return len(batching.detect([picture], ["a"])[0])
        except RuntimeError as error:
            return str(error)

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(look, [BRIGHT, DARK, BRIGHT])) == [1, "a number out of range", 1]


def test_it_says_what_the_detector_says() -> None:
    """Name and input are those of the one that computes."""
    inner = FakeDetector(input_px=640)
    batching = Batching(inner, size=3)
    assert (batching.info, batching.input_px, batching.parallel) == (inner.info, 640, 6)
