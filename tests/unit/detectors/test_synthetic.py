"""Tests of the composed scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detectors.errors import SourceError
from detectors.opencv import cv2
from detectors.synthetic import write_empty_scene, write_moving_scene


def _pictures(path: Path) -> list[np.ndarray]:
    capture, pictures = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        pictures.append(np.asarray(read[1]))
    return pictures


def test_persons_move_and_leave_an_empty_square(tmp_path: Path) -> None:
    """The video has its length, its size and motion; the empty scene lacks what moved; progress reaches the end."""
    told: list[float] = []
    video = tmp_path / "scene.avi"
    write_moving_scene(video, 6, 5, (320, 240), seed=1, progress=told.append)
    pictures = _pictures(video)
    assert (len(pictures), pictures[0].shape, told[-1], len(told)) == (30, (240, 320, 3), 1.0, 30)
    assert np.abs(pictures[0].astype(int) - pictures[10]).max() > 60
    empty = cv2.imread(str(write_empty_scene(tmp_path / "empty", video)))
    assert empty is not None
    changed = [np.mean(np.abs(picture.astype(int) - empty).max(axis=2) > 60) for picture in pictures]
    assert 0.005 < float(np.median(changed)) < 0.3


def test_the_same_seed_gives_the_same_video(tmp_path: Path) -> None:
    """A scene is repeatable, and another seed gives another."""
    contents = []
    for number, seed in enumerate((1, 1, 2)):
        write_moving_scene(tmp_path / f"{number}.avi", 1, 5, (160, 120), seed=seed)
        contents.append((tmp_path / f"{number}.avi").read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_bad_paths(tmp_path: Path) -> None:
    """A video that cannot be written or read is named."""
    with pytest.raises(SourceError, match=r"missing/a\.avi"):
        write_moving_scene(tmp_path / "missing" / "a.avi", 1, 5, (160, 120))
    with pytest.raises(SourceError, match=r"none\.avi"):
        write_empty_scene(tmp_path / "empty", tmp_path / "none.avi")
