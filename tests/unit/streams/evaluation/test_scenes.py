"""Scenes are read as they were written, and events do in them what their names say."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from streams.evaluation.common import EvaluationError
from streams.evaluation.scenes import EVENTS, TrackScene, View, flight, gathering, parse_scene, read_scene, runner

VIEW = View(0, 0, 20, 20)
TEXT = "t_s,track,x_m,y_m\n0,1,0,0\n10,1,10,5\n2,7,20,20\n4,7,18,20\n"


def scene(*places: tuple[float, float], lasts_s: float = 100) -> TrackScene:
    """Return people who stand in the view all the time."""
    rows = [f"{at},{n},{x},{y}" for n, (x, y) in enumerate(places) for at in (0, lasts_s)]
    return parse_scene("t_s,track,x_m,y_m\n" + "\n".join(rows), "stand", VIEW)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_scene_is_read(tmp_path: Path, name: str) -> None:
    """Packed or not; between samples people go straight on, and before and after them they are not there."""
    (tmp_path / name).write_bytes(gzip.compress(TEXT.encode()) if name.endswith("gz") else TEXT.encode())
    read = read_scene(tmp_path / name)
    assert (read.name, read.view, read.lasts_s) == ("a", View(0, 0, 20, 20), 10)
    assert read.present(3.0) == {1: (3.0, 1.5), 7: (19.0, 20.0)}
    assert read.present(5.0) == {1: (5.0, 2.5)}


def test_who_is_beside_the_view_is_not_there() -> None:
    """Though the table has them."""
    assert parse_scene(TEXT, "a", View(0, 0, 10, 10)).present(3.0) == {1: (3.0, 1.5)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column t_s"),
        ("t_s,track,x_m\n", "no column y_m"),
        ("t_s,track,x_m,y_m\n", "nobody in it"),
        ("t_s,track,x_m,y_m\n1,1,x,2\n", "line 2: expected numbers"),
        ("t_s,track,x_m,y_m\n1,1,2,nan\n", "line 2: expected numbers"),
        ("t_s,track,x_m,y_m\n1,1,2\n", "line 2: expected numbers"),
    ],
)
def test_a_table_with_a_fault_is_refused(text: str, says: str) -> None:
    """In one line."""
    with pytest.raises(EvaluationError, match=says):
        parse_scene(text, "a")


def test_no_table_is_refused(tmp_path: Path) -> None:
    """Missing, or not packed."""
    (tmp_path / "b.csv.gz").write_bytes(b"plain")
    for name in ("a.csv.gz", "b.csv.gz"):
        with pytest.raises(EvaluationError, match="expected a table of tracks"):
            read_scene(tmp_path / name)


@pytest.mark.parametrize("seed", range(5))
def test_a_runner_runs_through_the_view(seed: int) -> None:
    """At their speed, from edge to edge, and nobody else moves."""
    before = scene((5, 5))
    after = runner(5.0).put(before, 30.0, np.random.default_rng(seed))
    places = [after.present(at_s).get(1) for at_s in np.arange(30.0, 40.0, 0.1)]
    there = [place for place in places if place is not None]
    assert 10 / 5 <= len(there) * 0.1 <= 20 * 2**0.5 / 5 + 0.1
    for (x, y), (u, v) in pairwise(there):
        assert np.hypot(u - x, v - y) == pytest.approx(0.5)
    assert set(after.present(29.9)) == {0}
    assert after.present(50.0)[0] == (5.0, 5.0)


@pytest.mark.parametrize("seed", range(5))
def test_all_flee(seed: int) -> None:
    """Within a second they begin, and all who were there are gone soon."""
    before = scene((3, 3), (4, 15), (12, 9), (18, 2), (10, 10))
    after = flight(3.0).put(before, 30.0, np.random.default_rng(seed))
    assert after.present(30.0) == before.present(30.0)
    assert after.present(30.0 + 1 + 20 * 2**0.5 / 2.7) == {}
    speeds = []
    for track, path in after.paths.items():
        steps = np.diff(path.places, axis=0)
        running = np.linalg.norm(steps, axis=1)[-1] / np.diff(path.at_s)[-1]
        speeds.append(running)
        assert path.at_s[-2] - 30.0 <= 1.0, track
    assert min(speeds) >= 2.7
    assert max(speeds) <= 3.3


@pytest.mark.parametrize("persons", [5, 10])
def test_some_come_together(persons: int) -> None:
    """From the edge, walking, to within a metre of one place."""
    after = gathering(persons).put(scene((1, 1)), 30.0, np.random.default_rng(1))
    come = [after.present(55.0)[track] for track in after.paths if track != 0]
    assert len(come) == persons
    assert np.ptp(np.array(come), axis=0).max() < 1.9
    assert set(after.present(30.0)) <= {0, *after.paths}
    assert after.present(29.0) == {0: (1.0, 1.0)}


def test_each_event_says_by_which_measures_it_shows() -> None:
    """And how many it needs."""
    assert all(event.shows for event in EVENTS.values())
    assert [name for name, event in EVENTS.items() if event.least_present] == ["flight"]
