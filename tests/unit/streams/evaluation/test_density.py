"""Densities of tracked crowds: PedPy's truth, what is told, and what cannot be read."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from streams.config.files import load_rules
from streams.domain.geometry.visible_ground import VisibleGround, densest
from streams.domain.observations.crowd_estimate import FITTED
from streams.evaluation.common import EvaluationError
from streams.evaluation.density import (
    FITS,
    Mast,
    best_fit,
    figures,
    left_out_fits,
    told_by_boxes,
    told_by_estimate,
    told_seconds,
)
from streams.evaluation.density_scenes import Crowd, Scene, read_crowd, read_scenes
from tests.support.mutation import Mutator, fuzz

pytest.importorskip("pedpy")
RULE = load_rules().episodes.crowd
SCENE = Scene(name="made", place="made", tracks="made.csv.gz", area=(-1.5, -1.5, 1.5, 1.5), walkable=((-4, -4, 4, 4),))
HEAD = "t_s,track,x_m,y_m\n"


def write(folder: Path, text: str) -> None:
    with gzip.open(folder / SCENE.tracks, "wt") as file:
        file.write(text)


def rows(seconds: int, step_m: float, speed: float) -> str:
    """Return persons on a grid who go along x; who leaves on one side comes in on the other."""
    number = int(8 / step_m)
    lines = []
    for frame in range(5 * seconds):
        for n in range(number**2):
            x = (n % number * step_m + speed * frame / 5) % 8 - 3.95
            lines.append(f"{frame / 5:.1f},{n},{x:.3f},{n // number * step_m - 3.95:.3f}")
    return HEAD + "\n".join(lines)


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    write(tmp_path, rows(6, 0.8, 0.6))
    return read_crowd(SCENE, tmp_path)


def test_the_truth_is_pedpys(crowd: Crowd) -> None:
    """An even grid of .8 m has 1.56 persons on a square metre."""
    assert np.mean(list(crowd.true_per_m2.values())) == pytest.approx(1 / 0.64, rel=0.02)


def test_what_is_told_of_a_crowd_goes_through_observe(crowd: Crowd) -> None:
    """The same seed tells the same; the observation's estimate is the one that is judged."""
    mast = Mast(6.0, 12.0, (0.0, 1.0))
    first, second = (list(told_seconds(crowd, mast, 1, RULE)) for _ in range(2))
    assert [each.observation for each in first] == [each.observation for each in second]
    last = first[-1]
    assert last.observation.ground is not None
    assert last.observation.ground.crowd == "walking"
    assert last.observation.level_by == "estimate"
    told = told_by_estimate(last, RULE, FITTED)
    assert last.observation.ground.estimated_per_m2 == pytest.approx(told.per_m2, abs=0.001)
    assert (last.observation.density_per_m2 or 0) < told.per_m2
    assert told_by_boxes(last, RULE).per_m2 == last.observation.density_per_m2


def test_a_place_is_left_out_of_what_is_fitted_for_it(crowd: Crowd) -> None:
    """With one place alone nothing can be left out, so all is taken."""
    seconds = list(told_seconds(crowd, Mast(10.0, 12.0, (1.0, 0.0)), 1, RULE))
    assert best_fit(seconds) in FITS
    assert left_out_fits(seconds) == {"made": best_fit(seconds)}
    measured = figures("x", [(each, told_by_boxes(each, RULE)) for each in seconds], RULE)
    assert measured.frames == sum(len(each.true_per_m2) for each in seconds)
    assert measured.covered is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        "a,b\n1,2",
        f"{HEAD}1,2,x,4",
        f"{HEAD}nan,1,1,1",
        f"{HEAD}1,1,inf,1",
        f"{HEAD}1,1,1",
        f"{HEAD}0,1,90,90",
    ],
    ids=["empty", "no rows", "other columns", "words", "no time", "no place", "too short", "nobody where one can walk"],
)
def test_tracks_that_cannot_be_read_are_one_line(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(EvaluationError) as failed:
        read_crowd(SCENE, tmp_path)
    assert "\n" not in str(failed.value)


def test_a_file_that_is_not_there_or_no_gzip(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_crowd(SCENE, tmp_path)
    (tmp_path / SCENE.tracks).write_text(HEAD)
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_crowd(SCENE, tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_mutated_tracks_are_read_or_refused(tmp_path: Path, seed: int) -> None:
    """Whatever a file holds: tracks, or one line that says why not."""
    plain = rows(1, 2.0, 0.6).encode()
    change = Mutator(seed)

    def read(raw: bytes) -> Crowd:
        (tmp_path / SCENE.tracks).write_bytes(gzip.compress(raw))
        return read_crowd(SCENE, tmp_path)

    fuzz(read, lambda: change.line([plain]), 200, (EvaluationError,))


DATA = Path(os.environ.get("TOEZICHT_TEST_DATA", "-")) / "trajectories" / "density"


@pytest.mark.skipif(not DATA.is_dir(), reason="TOEZICHT_TEST_DATA has no tracks of crowds")
def test_the_truth_is_that_of_the_kept_references() -> None:
    """To .04 per m²: the walls of the bottleneck's gate are modelled a little otherwise."""
    for scene in read_scenes(None):
        crowd = read_crowd(scene, DATA)
        away = [abs(crowd.true_per_m2[number] - kept) for number, kept in crowd.kept_per_m2.items()]
        assert max(away) <= 0.04, scene.name


@pytest.mark.skipif(not DATA.is_dir(), reason="TOEZICHT_TEST_DATA has no tracks of crowds")
def test_the_densest_square_of_a_corridor() -> None:
    """Row 12 of the evidence: 3.70 at its peak, where dividing by nine square metres said 2.2."""
    [scene] = [each for each in read_scenes(None) if each.name == "uo-180-070"]
    crowd = read_crowd(scene, DATA)
    ground = VisibleGround.of(crowd.area)
    x_from, y_from, x_to, y_to = scene.area
    peak = 0.0
    for frame in crowd.frames:
        x, y = frame.places_m.T
        inside = frame.places_m[(x >= x_from) & (x <= x_to) & (y >= y_from) & (y <= y_to)]
        peak = max(peak, densest(inside, ground).per_m2)
    assert peak == pytest.approx(3.70, abs=0.3)
