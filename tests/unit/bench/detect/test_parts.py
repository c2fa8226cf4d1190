"""What each part of a picture takes is told beside the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.detect.parts import PARTS, parts_ms
from bench.detect.subject import Subject
from detectors.models.card import Card

pytestmark = pytest.mark.vision


def test_every_part_takes_time_and_all_is_their_sum(models: Path) -> None:
    """With the model that the worker chooses; pictures in which there is nothing, too."""
    subject = Subject(models / "yolo11n_int8_openvino_model", "auto", None, 1)
    pictures = [np.full((576, 768, 3), 40 * number, np.uint8) for number in range(3)]
    told = parts_ms(subject, pictures, 12)
    assert set(told) == {*PARTS, "all"}
    assert min(told.values()) > 0
    assert told["all"] == pytest.approx(sum(told[part] for part in PARTS))


def test_on_a_card_none_is_told() -> None:
    """The parts there are others, and are done in batches."""
    card = Card("0", "NVIDIA T4", 15_360, "12.4")
    assert parts_ms(Subject(Path("yolo11n.pt"), "cuda", card, 8), [], 1) == {}
