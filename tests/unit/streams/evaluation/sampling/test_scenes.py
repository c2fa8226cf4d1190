"""Runners are put into a street that is watched in different ways."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_changes_are_told_by_where_everybody_is() -> None:
    """Who has gone .1 m since the look has changed; where nobody is expected they are new with the second picture."""
    changes = TrueChanges(shown_truly(street(), 0, 2))
    first, second, third = changes.frames()[:3]
    everywhere = [Region(-1e6, -1e6, 1e6, 1e6)]
    assert first.find([]).moved
    first.looked()
    assert second.find(everywhere) == (True, ())
    assert third.find([]).newcomers == ()
    third.looked()
    assert not third.find([]).moved


def test_a_share_of_a_busy_scene() -> None:
    """Between once a second and every picture."""
    shares = busy(street(), 10, 1)
    assert shares["1_per_s"] == 0.2
    assert 0.2 <= shares["when_needed"] <= shares["every_picture"] == 1
