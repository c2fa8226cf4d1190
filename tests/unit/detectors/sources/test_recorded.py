"""Tests of video files and folders of still images, good and bad."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.errors import SourceError
from detectors.opencv import cv2
from detectors.sources.base import Frame, FrameSource, ReadingOptions, SourceConfig
from detectors.sources.open import is_live, open_source
from tests.support.capture import NOW, FakeTime, nothing

PICTURES = 10


def _video(path: Path, pictures: int = PICTURES) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for index in range(pictures):
        writer.write(np.full((48, 64, 3), 20 * (index % 10), np.uint8))
    writer.release()
    return path


def _folder(path: Path, pictures: int = PICTURES) -> Path:
    path.mkdir()
    for index in range(pictures):
        cv2.imwrite(str(path / f"{index:03}.jpg"), np.full((48, 64, 3), 20 * (index % 10), np.uint8))
    (path / "notes.txt").write_text("not a picture")
    return path


@pytest.fixture(params=["video", "folder"])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a recording of ten pictures, each lighter than the one before."""
    return _video(tmp_path / "a.avi") if request.param == "video" else _folder(tmp_path / "a")


def _open(
    path: Path, dropped: list[str] | None = None, options: ReadingOptions | None = None, **config: object
) -> FrameSource:
    settings = SourceConfig(str(path), **{"fps": 5.0, **config})  # type: ignore[arg-type]
    told = nothing if dropped is None else dropped.append
    return open_source(settings, options or ReadingOptions(), FakeTime().clock, told)


def _all(source: FrameSource, limit: int = 100) -> list[Frame]:
    frames: list[Frame] = []
    while len(frames) < limit and (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    source.close()
    return frames


def _shades(frames: list[Frame]) -> list[int]:
    return [round(float(frame.image.mean()) / 20) for frame in frames]


def test_times_come_from_the_configured_rate(recording: Path) -> None:
    """Pictures are 1/fps apart whatever the file's header says, and the end is None."""
    frames = _all(_open(recording, start=NOW - timedelta(hours=1)))
    assert _shades(frames) == list(range(10))
    assert [frame.captured_at for frame in frames] == [
        NOW - timedelta(hours=1) + timedelta(seconds=index / 5) for index in range(10)
    ]
    assert frames[5].due_at == NOW + timedelta(seconds=1)


def test_start_now_at_speed_ends_now(recording: Path) -> None:
    """Played four times faster from now, the last picture is not from the future when it is played."""
    frames = _all(_open(recording, options=ReadingOptions(speed=4)))
    assert frames[0].captured_at == NOW - timedelta(seconds=1.5)
    assert all(frame.due_at is not None and frame.captured_at <= frame.due_at for frame in frames)


def test_offset_begins_later_once(recording: Path) -> None:
    """The first picture after the offset has the start; a loop goes on from the file's beginning in a new take."""
    frames = _all(_open(recording, offset_s=1.6, loop=True, start=NOW), limit=4)
    assert _shades(frames) == [8, 9, 0, 1]
    assert [frame.take for frame in frames] == [0, 0, 1, 1]
    assert [(frame.captured_at - NOW).total_seconds() for frame in frames] == pytest.approx([0, 0.2, 0.4, 0.6])


def test_max_fps_skips_pictures(recording: Path) -> None:
    """A lower rate takes some of the pictures, at their own times."""
    frames = _all(_open(recording, options=ReadingOptions(file_max_fps=2.5)))
    assert _shades(frames) == [0, 2, 4, 6, 8]


def test_corrupt_pictures_keep_their_place_in_time(tmp_path: Path) -> None:
    """Pictures that are cut short, empty or no pictures are counted and skipped."""
    folder = _folder(tmp_path / "a")
    whole = (folder / "002.jpg").read_bytes()
    (folder / "002.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "003.jpg").write_bytes(b"")
    (folder / "004.jpg").write_bytes(b"no picture at all")
    dropped: list[str] = []
    frames = _all(_open(folder, dropped, start=NOW))
    assert _shades(frames) == [0, 1, 5, 6, 7, 8, 9]
    assert (frames[2].captured_at - NOW).total_seconds() == 1.0
    assert dropped == ["unreadable_picture"] * 3


def test_a_folder_of_corrupt_pictures_ends_with_a_fault(tmp_path: Path) -> None:
    """A round without any picture is an error, also where the source loops."""
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(b"x")
    with pytest.raises(SourceError) as caught:
        _open(folder, loop=True).read()
    assert caught.value.fault == "unreadable_picture"


def _bad(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "bad.avi"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("this is no video " * 100)
    elif kind == "header":
        path.write_bytes(_video(tmp_path / "whole.avi").read_bytes()[:300])
    return path


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("none", "missing_file"), ("empty", "empty"), ("folder", "empty"), ("text", "unreadable_video"),
     ("header", "unreadable_video")],
)  # fmt: skip
def test_bad_files(tmp_path: Path, kind: str, fault: str) -> None:
    """Each kind of bad file has its own fault, and the error names the file."""
    path = _bad(tmp_path, kind)
    with pytest.raises(SourceError, match=str(path)) as caught:
        _open(path).read()
    assert caught.value.fault == fault


def test_a_video_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    """A file that was cut off ends early, without an error."""
    path = tmp_path / "cut.avi"
    whole = _video(tmp_path / "whole.avi", 50).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert 0 < len(_all(_open(path))) < 50


def test_a_start_in_the_future_is_refused(recording: Path) -> None:
    """Pictures from the future are not made."""
    with pytest.raises(SourceError) as caught:
        _open(recording, start=NOW + timedelta(hours=1)).read()
    assert caught.value.fault == "starts_later"


def test_an_offset_behind_the_end_is_refused(recording: Path) -> None:
    """An offset that skips everything is an error that names it."""
    with pytest.raises(SourceError, match="offset_s 99"):
        _open(recording, offset_s=99.0).read()


@pytest.mark.parametrize(("url", "live"), [("rtsp://host/x", True), ("a.avi", False), ("http://x", False)])
def test_is_live(url: str, live: bool) -> None:
    """Only a stream comes back by itself."""
    assert is_live(url) is live


@pytest.mark.parametrize(("max_fps", "step_s"), [(0.0, 0.5), (4.0, 0.5), (2.0, 0.5), (1.0, 1.0)])
def test_a_single_still_that_loops_never_fails(tmp_path: Path, max_fps: float, step_s: float) -> None:
    """Every round gives its picture in time, or is passed over by the sampling; neither is an unreadable source."""
    folder = _folder(tmp_path / "one", 1)
    frames = _all(_open(folder, options=ReadingOptions(file_max_fps=max_fps), fps=2.0, loop=True), 20)
    moments = [(frame.captured_at - frames[0].captured_at).total_seconds() for frame in frames]
    assert moments == pytest.approx([step_s * number for number in range(20)])


def test_sampling_keeps_the_first_picture_of_each_round(recording: Path) -> None:
    """The end of a round costs no picture: with a limit that passes nothing over, all shades come in order."""
    frames = _all(_open(recording, options=ReadingOptions(file_max_fps=6.0), loop=True), 3 * PICTURES)
    assert _shades(frames) == list(range(PICTURES)) * 3


def test_a_folder_that_is_unreadable_throughout_fails_however_it_is_sampled(tmp_path: Path) -> None:
    """Rounds of which only a part is looked at still add up to nothing that can be read."""
    folder = tmp_path / "bad"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.jpg").write_bytes(b"no picture")
    with pytest.raises(SourceError, match="no still image in it can be read"):
        _all(_open(folder, options=ReadingOptions(file_max_fps=1.5), loop=True))


def test_one_bad_still_among_good_ones_is_no_failure_where_sampling_meets_only_it(tmp_path: Path) -> None:
    """Two pictures at 2 per second, one taken per second and a half: rounds that meet only the bad one go on."""
    folder = _folder(tmp_path / "mixed", 2)
    (folder / "000.jpg").write_bytes(b"no picture")
    dropped: list[str] = []
    frames = _all(_open(folder, dropped, options=ReadingOptions(file_max_fps=2 / 3), fps=2.0, loop=True), 6)
    assert len(frames) == 6
    assert dropped
