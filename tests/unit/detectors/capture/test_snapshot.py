"""A kept picture becomes one that may be shown, whatever the detector can do."""

from __future__ import annotations

import threading

import pytest

from detectors.capture.snapshot import ReleasedPicture, SnapshotPainter, neighbours
from detectors.models.base import Detector, DetectorError
from detectors.models.jpeg import PictureError
from schemas.phrases.catalogue import sentence
from tests.support.snapshots import SIZE, Finder, contrast, decoded, picture, stripes

LIMIT = 900_000


def told(shown: ReleasedPicture) -> str:
    return "" if shown.what is None else sentence(shown.what)


def test_persons_are_pixelated() -> None:
    """By a detector that looked at the picture that was asked for."""
    finder = Finder()
    shown = SnapshotPainter(lambda: finder, LIMIT).show([picture(0), picture(1)], 1, hide=True)
    assert shown is not None
    assert (shown.width_px, shown.height_px, shown.pixelated, shown.what) == (*SIZE, True, None)
    assert contrast(decoded(shown.jpeg)) < 20
    assert len(finder.seen) == 1


def test_persons_are_shown_to_whom_they_may_be_shown() -> None:
    """The picture is as it was, and said to be."""
    shown = SnapshotPainter(Finder, LIMIT).show([picture(0)], 0, hide=False)
    assert shown is not None
    assert not shown.pixelated
    assert contrast(decoded(shown.jpeg)) > 150


@pytest.mark.parametrize("finder", [Finder(degraded=True), Finder(broken=True)], ids=["fallback", "broken"])
def test_without_a_reliable_detector_everything_is_coarse(finder: Finder) -> None:
    """It says so, and where nothing is to be hidden the picture comes all the same."""
    painter = SnapshotPainter(lambda: finder, LIMIT)
    hidden = painter.show([picture(0)], 0, hide=True)
    assert hidden is not None
    assert "whole picture is coarse" in told(hidden)
    assert contrast(decoded(hidden.jpeg)) < 20
    shown = painter.show([picture(0)], 0, hide=False)
    assert shown is not None
    assert contrast(decoded(shown.jpeg)) > 150


def test_a_detector_that_cannot_be_made_is_asked_for_once() -> None:
    """Loading a model takes seconds; the picture is coarse."""
    asked = []

    def make() -> Detector:
        asked.append(1)
        raise DetectorError("no model")

    painter = SnapshotPainter(make, LIMIT)
    for _ in range(2):
        shown = painter.show([picture(0)], 0, hide=True)
        assert shown is not None
        assert "the detector failed" in told(shown)
    assert asked == [1]


def test_who_moved_is_hidden_although_nobody_found_them() -> None:
    """The pictures before and after tell."""
    finder = Finder(at=(0, 0, 5, 5))
    kept = [picture(0, pixels=stripes((200, 60, 240, 180))), picture(1)]
    shown = SnapshotPainter(lambda: finder, LIMIT).show(kept, 1, hide=True)
    assert shown is not None
    assert contrast(decoded(shown.jpeg)) < 20


def test_a_picture_that_stays_too_large_is_not_shown() -> None:
    """At the least quality it still does not fit."""
    assert SnapshotPainter(Finder, 100).show([picture(0)], 0, hide=True) is None


def test_a_picture_that_is_none_is_an_error() -> None:
    """It cannot come from capture; who asks is told."""
    whole = picture(0)
    broken = type(whole)(whole.reference, b"no jpeg", whole.entered_at)
    with pytest.raises(PictureError):
        SnapshotPainter(Finder, LIMIT).show([broken], 0, hide=True)


@pytest.mark.parametrize(
    ("seconds", "index", "expected"),
    [
        ((0,), 0, []),
        ((0, 1, 2, 3), 2, [1, 3]),
        ((0, 1), 1, [0]),
        ((0, 5, 10), 1, []),
        ((0, 0.5, 1, 1.5, 2, 2.5, 3), 3, [0, 6]),
    ],
)
def test_pictures_to_compare_with(seconds: tuple[float, ...], index: int, expected: list[int]) -> None:
    """The first and the last within a second and a half."""
    assert neighbours([picture(second) for second in seconds], index) == expected


def test_nobody_waits_long_for_a_model() -> None:
    """Until it is there the picture is coarse and says so."""
    there = threading.Event()

    def make() -> Detector:
        assert there.wait(30)
        return Finder()

    painter = SnapshotPainter(make, LIMIT, wait_s=0.01)
    early = painter.show([picture(0)], 0, hide=True)
    assert early is not None
    assert "being loaded" in told(early)
    assert contrast(decoded(early.jpeg)) < 20
    there.set()
    details: set[str] = set()
    for _ in range(2_000):
        late = painter.show([picture(0)], 0, hide=True)
        assert late is not None
        details.add(told(late))
        if late.what is None:
            break
    assert "" in details
