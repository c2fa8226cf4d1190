"""What is told of events, by the product's own `observe` and its own judgement of what is unusual."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from schemas.cameras import Box
from streams.cli.evaluate.tracking import follow_boxes
from streams.domain.geometry.projection import GroundMap
from streams.domain.normal.measure import UNKNOWN, Measure, Sizes
from streams.evaluation import events as of
from streams.evaluation import watching
from streams.evaluation.common import EvaluationError
from streams.evaluation.scenes import EVENTS
from tests.support.streets import street

ANY = of.SceneNormal({Measure.FASTEST: 2.2, Measure.STANDING: 4, Measure.DROPPED: 4})


def follow(boxes: Sequence[Sequence[Box]], ground: GroundMap) -> Sequence[Sequence[int | None]]:
    """Follow boxes as the product does."""
    return follow_boxes(boxes, ground.to_ground, watching.FPS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_told_and_nothing_is_not(name: str) -> None:
    """By the measures by which it should show."""
    event, chance = EVENTS[name], np.random.default_rng(1)
    told = of.judged(of.tried(street(), event, 4, 0, chance), ANY.of(event.shows))
    assert told.trials == 4
    assert len(told.delays_s) >= 3
    assert of.judged(of.tried(street(), None, 4, 0, chance), ANY).delays_s == ()


def test_a_runner_is_told_as_detected_too() -> None:
    """With misses, errors of foot points and the product's tracker."""
    chance = np.random.default_rng(2)
    shown = of.tried(street(), EVENTS["runner_3.5"], 4, 0, chance, follow)
    assert len(of.judged(shown, of.SceneNormal({Measure.FASTEST: 2.6})).delays_s) >= 3


def test_running_is_told_of_a_camera_that_knows_its_normal_speed() -> None:
    """And not before."""
    long = street(300)
    memory = watching.watched(*watching.true_frames(long, 0, 200)).memory
    for known, told in ((None, 0), (memory, 4)):
        shown = of.tried(long, EVENTS["runner_3.5"], 4, 210, np.random.default_rng(3), memory=known)
        assert of.judged(shown, ANY).by_situation.get("running", 0) == told


def sizes(fastest: float | None = None, standing: int = 0) -> Sizes:
    """Return the measures of a second."""
    return (standing, fastest, standing, 0.0, 0.0)


def test_what_is_unusual_is_above_the_largest_of_few_blocks() -> None:
    """At an edge of the profile's bins, and never below what fits a report."""
    quiet = of.learnt([sizes(1.5, 2)] * 120, 60)
    assert quiet.from_size == {Measure.FASTEST: 2.2, Measure.STANDING: 3, Measure.DROPPED: 3}
    busy = of.learnt([*[sizes(1.5)] * 119, sizes(3.2, 5)], 60)
    assert busy.from_size == {Measure.FASTEST: 3.5, Measure.STANDING: 6, Measure.DROPPED: 3}
    assert busy.told(sizes(3.6, 5)) == {Measure.FASTEST}
    assert busy.told(UNKNOWN) == frozenset()


def test_windows_about_nothing_are_counted() -> None:
    """Shares of windows that begin every fifteen seconds, and onsets."""
    seconds = [sizes(1.0)] * 1200
    seconds[600:603] = [sizes(3.0)] * 3
    told = of.of_nothing(ANY, seconds, 600)
    assert told.windows == 41
    assert told.told == pytest.approx(40 / 41)
    assert told.onsets_per_hour == 3.0
    assert of.of_nothing(ANY.of([Measure.STANDING]), seconds, 600) == (41, 0.0, 0.0)


def test_situations_of_nothing_are_counted_by_their_beginnings() -> None:
    """Seconds within five of each other are one."""
    ran = {3, 5, 10, 16}
    shown = [watching.ViewSecond(at, UNKNOWN, frozenset({"running"} if at in ran else ())) for at in range(100)]
    assert of.onsets_per_hour(shown) == {"running": 72.0}


def test_counts_are_read_with_their_drops(tmp_path: Path) -> None:
    """As `observe` reckons them."""
    head = "t_s,persons,longest_stay_s,staying_20_s,fastest_m_per_s,standing_together\n"
    rows = [f"{at},{9 if at < 10 else 2},3.0,0,1.25,1\n" for at in range(20)]
    path = tmp_path / "c.csv"
    path.write_text(head + "".join(rows))
    read = of.read_counts(path)
    assert list(read[0]) == [9, 1.25, 1.0, None, 3.0]
    assert [each[3] for each in read[9:13]] == [0.0, 7.0, 7.0, 7.0]
    path.write_text(head + "1,x,1,1,1,1\n")
    with pytest.raises(EvaluationError, match="expected a table of counts"):
        of.read_counts(path)
