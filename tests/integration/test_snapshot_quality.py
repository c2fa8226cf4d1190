"""How many of the persons of real video a snapshot hides: guards against showing more unnoticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detectors.evaluation.ground_truth import Annotated, read_ground_truth
from detectors.models.base import Picture
from detectors.models.choice import choose
from detectors.opencv import cv2
from detectors.privacy.pixelate import moved_between, pixelated

pytestmark = [pytest.mark.integration, pytest.mark.vision]
EVERY = 40
NEIGHBOUR_FRAMES = 10
"""A second and a half of PETS2009's seven frames per second."""
HEAD = 0.25
HIDDEN = 0.8
"""Share of the upper quarter of a person's box that must have been made coarse: what tells who somebody is."""


def share_hidden(picture: Picture, shown: Picture, person: Annotated) -> float:
    """Return how much of the place of a head was changed. A mosaic leaves a pixel as it was only by chance."""
    box = person.box
    rows = slice(max(0, int(box.y_min_px)), int(box.y_min_px + HEAD * (box.y_max_px - box.y_min_px)) + 1)
    columns = slice(max(0, int(box.x_min_px)), int(box.x_max_px))
    changed = np.any(picture[rows, columns] != shown[rows, columns], axis=2)
    return float(changed.mean()) if changed.size else 1.0


def test_persons_of_a_square_are_hidden(test_data: Path, models: Path, tmp_path: Path) -> None:
    """With the model alone 110 of 114 persons, with motion 113; figures are printed for whoever changes either."""
    truth = read_ground_truth(test_data / "pets2009" / "PETS2009-S2L1.xml")
    video = cv2.VideoCapture(str(test_data / "pets2009" / "S2L1-view001.avi"))
    frames = []
    while (read := video.read())[0]:
        frames.append(np.asarray(read[1], np.uint8))
    video.release()
    yolo = choose(None, models, tmp_path).detector
    persons = alone = together = 0
    for number in range(NEIGHBOUR_FRAMES, len(frames) - NEIGHBOUR_FRAMES, EVERY):
        picture = frames[number]
        objects = yolo.detect([picture], ["c"])[0]
        moved = moved_between(picture, [frames[number - NEIGHBOUR_FRAMES], frames[number + NEIGHBOUR_FRAMES]])
        by_boxes, by_both = pixelated(picture, objects), pixelated(picture, objects, moved)
        for person in truth.get(number, ()):
            persons += 1
            alone += share_hidden(picture, by_boxes, person) >= HIDDEN
            together += share_hidden(picture, by_both, person) >= HIDDEN
    print(f"{persons} persons, hidden by boxes {alone}, by boxes and motion {together}")
    assert persons > 80
    assert together / persons > 0.97
    assert together >= alone
