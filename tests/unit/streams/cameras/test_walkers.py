"""A camera is found again from the boxes of people who walk before it, and nothing is made of too few or of nonsense."""

from __future__ import annotations

import gzip
from datetime import date
from math import radians
from pathlib import Path

import numpy as np
import pytest

from streams.cameras.walkers import (
    LEAST_BOXES,
    WalkerBox,
    Walkers,
    WalkersError,
    calibrate,
    parse_walkers,
    read_walkers,
)
from streams.domain.geometry.pinhole import Pinhole, PinholeMap
from tests.support.walkers import MAST, table, walkers

SIZE = (1280, 720)
DAY = date(2026, 11, 29)


def lengths(found: PinholeMap, camera: Pinhole) -> tuple[float, float]:
    """Return the smallest and the largest of what a metre of the ground is found to be, all over the picture."""
    pixels = np.stack(np.meshgrid(np.linspace(200, 1080, 8), np.linspace(250, 700, 8)), -1).reshape(-1, 2)
    ratios = []
    for step in ((12.0, 0.0), (0.0, 12.0)):
        seen = np.linalg.norm(found.to_ground(pixels + step) - found.to_ground(pixels), axis=1)
        true = np.linalg.norm(camera.on_level(pixels + step) - camera.on_level(pixels), axis=1)
        ratios.append(seen / true)
    return float(np.min(ratios)), float(np.max(ratios))


@pytest.mark.parametrize(
    ("camera", "wrong", "within"),
    [
        (MAST, 0.0, 0.03),
        (Pinhole(5.0, radians(40), 0.0, 800.0, *SIZE), 0.0, 0.03),
        (Pinhole(10.0, radians(25), radians(6), 1500.0, *SIZE), 0.0, 0.08),
        (MAST, 0.1, 0.2),
    ],
    ids=["a mast", "near and steep", "far, and rolled", "people differ"],
)
def test_a_camera_is_found_from_walkers(camera: Pinhole, wrong: float, within: float) -> None:
    """A metre is a metre everywhere in the picture, across and along the view."""
    found = calibrate(walkers(camera, number=40, wrong=wrong), SIZE, "w1", DAY)
    least, most = lengths(PinholeMap.of(found), camera)
    assert 1 - within < least
    assert most < 1 + within
    assert (found.method, found.version, found.date) == ("walkers", "w1", DAY)
    assert (found.width_px, found.height_px) == SIZE
    assert found.boxes > LEAST_BOXES
    assert found.height_error < 0.01 + wrong


def test_single_wrong_boxes_are_left_wrong() -> None:
    """One in twelve shows half a person or two of them."""
    people = walkers(number=40)
    spoilt = {
        track: [
            box._replace(height_px=box.height_px * (0.5 if number % 24 else 2.0)) if number % 12 == 0 else box
            for number, box in enumerate(boxes)
        ]
        for track, boxes in people.items()
    }
    least, most = lengths(PinholeMap.of(calibrate(spoilt, SIZE, "w1", DAY)), MAST)
    assert least > 0.9
    assert most < 1.1


def test_the_same_boxes_give_the_same_camera() -> None:
    """Nothing is drawn."""
    people = walkers(number=12)
    assert calibrate(people, SIZE, "w1", DAY) == calibrate(people, SIZE, "w1", DAY)


def standing(number: int) -> Walkers:
    """Return people who do not move."""
    return {str(each): [WalkerBox(0.25 * at, 300, 300 + each, 30, 90) for at in range(40)] for each in range(number)}


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ({}, "0 whole boxes of 0 walkers, expected 100 of 5 or more"),
        (walkers(number=4), "of 4 walkers"),
        (standing(20), "0 whole boxes of 0 walkers"),
        (
            {str(n): [WalkerBox(0.25 * at, 8 + 5 * at, 4, 20, 60) for at in range(40)] for n in range(9)},
            "0 whole boxes",
        ),
    ],
    ids=["nobody", "few", "who stand", "cut by the edge"],
)
def test_too_few_whole_walkers_are_refused(people: Walkers, says: str) -> None:
    """In one line that says how many there are."""
    with pytest.raises(WalkersError, match=says) as caught:
        calibrate(people, SIZE, "w1", DAY)
    assert "\n" not in str(caught.value)


def test_boxes_of_no_camera_are_refused() -> None:
    """Sizes that have nothing to do with places."""
    chance = np.random.default_rng(3)
    nonsense = {
        track: [box._replace(height_px=float(np.exp(chance.normal(4, 1.2)))) for box in boxes]
        for track, boxes in walkers(number=20).items()
    }
    with pytest.raises(WalkersError, match="no camera fits"):
        calibrate(nonsense, SIZE, "w1", DAY)


@pytest.mark.parametrize("name", ["boxes.csv", "boxes.csv.gz"])
def test_a_table_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    """Packed or not; only persons who walk count where the table says what there is."""
    text = table({"7": [WalkerBox(1.0, 10.0, 20.0, 5.0, 15.0), WalkerBox(0.5, 9.0, 20.0, 5.0, 15.0)]})
    head, *rows = text.splitlines()
    text = "\n".join([f"{head},kind,movement", *(f"{row},person,walking" for row in rows)])
    text += "\n2.0,7,1,1,1,1,person,inactive\n2.0,8,1,1,1,1,bag,walking\n"
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    assert read_walkers(tmp_path / name) == {
        "7": [WalkerBox(0.5, 9.0, 20.0, 5.0, 15.0), WalkerBox(1.0, 10.0, 20.0, 5.0, 15.0)]
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column t_s"),
        ("t_s,track,x_centre_px,y_centre_px,width_px\n", "no column height_px"),
        ("t_s,track,x_centre_px,y_centre_px,width_px,height_px\n1,2,3,4,5\n", "line 2: height_px is 'None'"),
        ("t_s,track,x_centre_px,y_centre_px,width_px,height_px\n1,2,x,4,5,6\n", "line 2: x_centre_px is 'x'"),
        ("t_s,track,x_centre_px,y_centre_px,width_px,height_px\n1,2,3,4,5,nan\n", "height_px is 'nan'"),
        ("t_s,track,x_centre_px,y_centre_px,width_px,height_px\n1,2,3,4,5,1e99\n", "height_px is '1e99'"),
    ],
)
def test_a_table_with_a_fault_is_refused(text: str, says: str) -> None:
    """Which column and which line."""
    with pytest.raises(WalkersError, match=says):
        parse_walkers(text, "boxes.csv")


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"not packed"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Missing, not text, not packed."""
    path = tmp_path / "boxes.csv.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WalkersError, match="expected a table of boxes"):
        read_walkers(path)
