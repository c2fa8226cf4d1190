"""Annotated boxes are read with clear errors, and quality is counted as it is defined."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.evaluation.detection import evaluate, found_frames, looked_at, match
from detectors.evaluation.ground_truth import Annotated, GroundTruthError, parse_ground_truth, read_ground_truth
from detectors.models.base import Picture
from schemas.cameras import Box, DetectedObject, DetectorInfo, ObjectClass, iou

XML = (
    '<dataset><frame number="3"><objectlist><object id="9"><box h="{h}" w="10" xc="20" yc="30"/></object>'
    "</objectlist></frame></dataset>"
)


def box(x: float, y: float = 0, size: float = 10) -> Box:
    """Return a square box."""
    return Box(x_min_px=x, y_min_px=y, x_max_px=x + size, y_max_px=y + size)


def found(x: float, score: float = 0.9) -> DetectedObject:
    """Return a detected person."""
    return DetectedObject(object_class=ObjectClass.PERSON, score=score, box=box(x))


def test_a_box_is_read_from_its_centre_and_size() -> None:
    """CVML gives centre, width and height."""
    (annotated,) = parse_ground_truth(XML.format(h=40), "f.xml")[3]
    assert annotated == Annotated(9, Box(x_min_px=15, y_min_px=10, x_max_px=25, y_max_px=50))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "f.xml: not XML"),
        (XML.format(h=40)[:60], "f.xml: not XML"),
        ("<other/>", "the root is <other>, expected <dataset>"),
        ("<dataset/>", "no <frame> in it"),
        (XML.format(h="tall"), "<box> has h='tall', expected a number"),
        (XML.format(h=0), "expected more than 0"),
        (XML.format(h="nan"), "expected a number"),
        ('<!DOCTYPE d [<!ENTITY a "b">]><dataset/>', "document type"),
    ],
)
def test_a_wrong_annotation_names_file_and_fault(text: str, says: str) -> None:
    """Truncated, another format, no number, or an entity bomb."""
    with pytest.raises(GroundTruthError, match=says):
        parse_ground_truth(text, "f.xml")


def test_a_missing_annotation_is_one_line(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(GroundTruthError, match="cannot be read: FileNotFoundError"):
        read_ground_truth(tmp_path / "none.xml")


@given(st.text(max_size=200), st.integers(0, 150))
def test_any_text_gives_frames_or_one_kind_of_error(noise: str, at: int) -> None:
    """Fuzz: noise inside a good file."""
    good = XML.format(h=40)
    with contextlib.suppress(GroundTruthError):
        parse_ground_truth(good[:at] + noise + good[at:], "f.xml")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(box(0), box(0), 1.0), (box(0), box(10), 0.0), (box(0), box(5), 1 / 3), (box(0), box(50), 0.0)],
)
def test_iou(a: Box, b: Box, expected: float) -> None:
    """Equal, touching, half over each other, apart."""
    assert iou(a, b) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("objects", "truth", "right"),
    [
        ([], [], 0),
        ([found(0)], [], 0),
        ([], [0.0], 0),
        ([found(0)], [0.0], 1),
        ([found(0), found(1, 0.5)], [0.0], 1),
        ([found(0), found(30)], [31.0, 1.0], 2),
        ([found(0)], [6.0], 0),
    ],
)
def test_each_annotated_box_is_matched_once(objects: list[DetectedObject], truth: list[float], right: int) -> None:
    """A second box on the same person is wrong."""
    assert len(match(objects, [Annotated(1, box(x)) for x in truth])) == right


class Always:
    """A detector that always says the same."""

    info = DetectorInfo(name="always", version="1")
    parallel = 2
    input_px: int | None = None

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return two persons, one of them doubtful."""
        return [[found(0), found(50, 0.3)] for _ in pictures]


def test_quality_counts_annotated_frames_only_and_scores_above_the_limit() -> None:
    """Precision, recall and the count's mean absolute error by hand."""
    picture = np.zeros((20, 100, 3), np.uint8)
    truth = {0: [Annotated(1, box(0))], 2: [Annotated(1, box(0)), Annotated(2, box(50)), Annotated(3, box(80))]}
    strict = evaluate(Always(), [(n, picture) for n in range(4)], truth, 0.4)
    assert (strict.frames, strict.precision, strict.recall, strict.count_mae) == (2, 1.0, 0.5, 1.0)
    loose = evaluate(Always(), [(n, picture) for n in range(4)], truth, 0.2)
    assert (loose.precision, loose.recall, loose.count_mae) == (0.75, 0.75, 1.0)
    assert evaluate(Always(), [], truth, 0.2).frames == 0


def test_a_frame_that_stands_there_twice_is_an_error() -> None:
    """Else the second would quietly replace the first."""
    frame = '<frame number="3"><objectlist/></frame>'
    with pytest.raises(GroundTruthError, match="frame 3 stands there twice"):
        parse_ground_truth(f"<dataset>{frame}{frame}</dataset>", "f.xml")


@pytest.mark.parametrize("kept", [0, 1, 10, 40, 80])
def test_a_file_that_is_cut_off_is_one_error(kept: int) -> None:
    """Wherever it ends."""
    with pytest.raises(GroundTruthError, match=r"f\.xml: "):
        parse_ground_truth(XML.format(h=40)[:kept], "f.xml")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_frames_are_looked_at_in_their_order(count: int) -> None:
    """Two at a time, whatever is left at the end; no more are read ahead."""
    read = list[int]()

    def frames() -> Iterator[tuple[int, Picture]]:
        for number in range(count):
            read.append(number)
            yield number, np.zeros((20, 100, 3), np.uint8)

    numbers = []
    for number, _, objects in looked_at(Always(), frames()):
        numbers.append(number)
        assert len(objects) == 2
        assert len(read) <= number + 2
    assert numbers == list(range(count))


def test_frames_tell_which_box_is_which_person() -> None:
    """Annotated frames only, and boxes above the limit; the second box is the second person."""
    picture = np.zeros((20, 100, 3), np.uint8)
    truth = {1: [Annotated(7, box(50)), Annotated(8, box(0))], 2: []}
    done: list[int] = []
    frames = list(found_frames(Always(), [(n, picture) for n in range(3)], truth, 0.2, done.append))
    assert [(frame.number, frame.pairs) for frame in frames] == [(1, ((0, 1), (1, 0))), (2, ())]
    assert [len(frame.found) for frame in frames] == [2, 2]
    assert done == [1, 2]
    assert [len(frame.found) for frame in found_frames(Always(), [(1, picture)], truth, 0.4)] == [1]


def test_how_much_a_match_must_overlap_is_asked_for() -> None:
    """Two boxes that share a quarter of what they cover."""
    persons, truth = [found(0)], [Annotated(1, box(6))]
    assert match(persons, truth, 0.25) == [(0, 0)]
    assert match(persons, truth, 0.26) == []
