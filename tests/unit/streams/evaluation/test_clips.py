"""Clips of boxes: read, and judged for running in metres alone."""

from __future__ import annotations

from math import radians
from pathlib import Path

import numpy as np
import pytest

from streams.domain.geometry.pinhole import Pinhole, PinholeMap
from streams.evaluation.clips import SIZE_PX, Clip, read_clip, runs
from streams.evaluation.common import EvaluationError

CAMERA = Pinhole(5.0, radians(40), 0.0, 250.0, *SIZE_PX)
HEAD = "t_s,track,kind,x_centre_px,y_centre_px,width_px,height_px,movement,fight\n"


def clip(folder: Path, name: str, speed: float, lasts_s: float = 70.0) -> Clip:
    """Return a clip of somebody who goes to and fro before the camera."""
    rows = []
    for number in range(int(lasts_s * 5)):
        at_s = number / 5
        leg, along = divmod(at_s * speed, 14.0)
        x = -7 + (along if leg % 2 == 0 else 14 - along)
        left, upper, right, lower = CAMERA.boxes_around(np.array([[x, 9.0]]))[0]
        rows.append(f"{at_s},1,person,{(left + right) / 2},{(upper + lower) / 2},{right - left},{lower - upper},,\n")
    rows.append("1.0,2,bag,10,10,5,5,,\n")
    path = folder / f"{name}.csv"
    path.write_text(HEAD + "".join(rows))
    return read_clip(path)


def test_who_runs_is_told_in_metres_alone(tmp_path: Path) -> None:
    """After other clips taught what is normal; a walker never."""
    ordinary = [clip(tmp_path, f"walk-{number}", 1.3) for number in range(3)]
    ground = PinholeMap(CAMERA, "w1")
    runner = clip(tmp_path, "run", 3.5, 20.0)
    assert runs(runner, ordinary, ground)
    assert not runs(runner, ordinary, None)
    assert not runs(ordinary[0], ordinary[1:], ground)
    assert not runs(runner, ordinary[:1], ground), "seventy seconds teach nothing yet"


def test_a_clip_is_persons_alone(tmp_path: Path) -> None:
    """In the order of time, with their tracks."""
    read = clip(tmp_path, "walk", 1.3, 2.0)
    assert read.name == "walk"
    assert len(read.frames) == 10
    assert {item.track_id for frame in read.frames for item in frame.objects} == {1}


@pytest.mark.parametrize(
    "text", ["", "t_s,track\n1,2\n", HEAD + "1,1,person,x,2,3,4,,\n", HEAD + "1,1,person,1,2,0,4,,\n"]
)
def test_no_clip_is_refused(tmp_path: Path, text: str) -> None:
    """No columns, no numbers, a box without a width."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    if text:
        with pytest.raises(EvaluationError, match="expected a table of boxes"):
            read_clip(path)
    else:
        assert read_clip(path).frames == ()
