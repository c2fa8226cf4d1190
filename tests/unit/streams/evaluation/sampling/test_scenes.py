"""Runners are put into a street that is watched in different ways."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.cameras import Box
from streams.domain.cameras.sampling import Region
from streams.evaluation.sampling.scenes import TrueChanges, busy, runners, shown_as_detected, shown_truly, watch
from tests.support.streets import street

pytestmark = pytest.mark.vision


def test_with_true_tracks_runners_are_told_as_at_full_rate() -> None:
    """With a third of the pictures; the street's own walkers are no runners."""
    told = runners([street()], 1, 1, detected=False, ways=("every_picture", "when_needed"))
    of_street = told[street().name]
    assert of_street["every_picture"]["share"] == 1
    assert of_street["when_needed"]["share"] < 0.6
    for way in ("every_picture", "when_needed"):
        assert told["all"][way]["runner_3.5"]["own"]["told"] == 1
        assert told["all"][way]["runner_3.5"]["full"]["trials"] == 1


def test_the_same_drawing_is_shown_to_each_way() -> None:
    """So ways differ by what they look at alone."""
    one, other = (shown_as_detected(street(), 0, 5, np.random.default_rng(3)) for _ in range(2))
    assert one.objects == other.objects
    assert len(watch(one, "every_picture").run.looked) == 25


def small(box: Box) -> Box:
    """Return a box of a tenth of the size at the same foot point."""
    x, height = (box.x_min_px + box.x_max_px) / 2, (box.y_max_px - box.y_min_px) / 10
    return Box(x_min_px=x - height / 6, y_min_px=box.y_max_px - height, x_max_px=x + height / 6, y_max_px=box.y_max_px)


@pytest.mark.parametrize("large", [True, False])
def test_changes_are_told_by_where_everybody_is(large: bool) -> None:
    """Who has gone .1 m since the look has changed; where nobody is expected the small are new with the second picture."""
    shown = shown_truly(street(), 0, 2)
    if not large:
        boxes = [{track: small(box) for track, box in each.items()} for each in shown.boxes]
        shown = shown._replace(boxes=boxes)
    changes = TrueChanges(shown)
    first, second, third, fourth = changes.frames()[:4]
    everywhere = [Region(-1e6, -1e6, 1e6, 1e6)]
    assert first.find([]).moved
    first.looked()
    assert second.find(everywhere) == (True, ())
    assert bool(third.find([]).newcomers) is large
    assert fourth.find([]).newcomers
    fourth.looked()
    assert not fourth.find([]).moved


def test_a_share_of_a_busy_scene() -> None:
    """Between once a second and every picture."""
    shares = busy(street(), 10, 1)
    assert shares["1_per_s"] == 0.2
    assert 0.2 <= shares["when_needed"] <= shares["every_picture"] == 1
