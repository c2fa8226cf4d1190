"""A video is looked at once, and each way is shown the same."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.evaluation.ground_truth import Annotated
from schemas.cameras import Box
from streams.evaluation.sampling.video import Film, entries, film, quality, with_person
from tests.support.detectors import FakeDetector

pytestmark = pytest.mark.vision

WHOLE = Box(x_min_px=0, y_min_px=0, x_max_px=64, y_max_px=48)


def filmed(levels: list[int], size: tuple[int, int] = (48, 64)) -> Film:
    """Return pictures of these brightnesses at five a second, each annotated with one person who fills it."""
    pictures = [(number, np.full((*size, 3), level, np.uint8)) for number, level in enumerate(levels)]
    return film(FakeDetector(), pictures, {number: [Annotated(3, WHOLE)] for number in range(len(levels))}, 5, 5)


def test_every_picture_is_timed_and_kept_small() -> None:
    """With what the model finds, and who is annotated."""
    shown = filmed([200, 200, 20])
    assert [len(each.objects) for each in shown.pictures] == [1, 1, 0]
    assert [each.at_s for each in shown.pictures] == [0, 0.2, 0.4]
    assert (shown.size_px, shown.pictures[0].grey.shape) == ((64, 48), (48, 64))
    assert min(shown.costs) >= 0


def test_what_was_counted_last_is_held_against_who_is_there() -> None:
    """Nothing changes in a bright picture for two seconds, so it is looked at thrice; at the end nobody is found by anyone."""
    told = quality(filmed([200] * 10), "when_needed", None)
    assert told["reasons"] == {"first": 1, "unchanged": 9}
    assert (told["recall"], told["count_mae"], told["held_count_mae"]) == (1.0, 0.0, 0.0)
    assert told["share"] == 0.1
    assert told["seconds_without_a_look"] == 1


def test_a_missed_person_is_an_error_of_every_way() -> None:
    """Dark pictures show nobody."""
    told = quality(filmed([20] * 5), "every_picture", None)
    assert (told["recall"], told["count_mae"], told["held_count_mae"], told["second_count_mae"]) == (0.0, 1.0, 1.0, 1.0)


def test_somebody_small_who_enters_is_looked_at() -> None:
    """The next picture at full rate, with the second one when needed; they come at any moment between two pictures."""
    shown = filmed([200] * 60, (360, 640))
    chance = np.random.default_rng
    assert entries(shown, "every_picture", None, 10, chance(1))["worst_s"] <= 0.2
    told = entries(shown, "when_needed", None, 10, chance(1))
    assert told["worst_s"] <= 0.41
    assert told["trials"] == 10


def test_somebody_is_painted_as_they_would_be_made_small() -> None:
    """7 x 20 of 640 px are 3.5 x 10 of 320."""
    painted = with_person(np.full((180, 320), 150, np.uint8), (0.5, 0.5))
    assert int((150 - painted.astype(int)).sum()) == pytest.approx(100 * 35, rel=0.03)
    assert painted[92, 161] == 50
