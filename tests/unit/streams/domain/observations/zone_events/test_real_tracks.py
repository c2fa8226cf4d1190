"""What zones tell of real people: the annotated tracks of PETS2009 S2L1, at its seven frames per second.

What must be told is computed anew from the tracks, with shapely and without seconds, memory or messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pytest
from shapely import LineString, Point, Polygon

from detectors.evaluation.ground_truth import Annotated, read_ground_truth
from schemas.cameras import DetectedObject, Detections, ObjectClass
from schemas.observations import Observation, SituationKind
from streams.config.calibrations import read_map
from streams.domain.geometry.zones import foot_point
from streams.domain.observations.memory import PATH_S
from tests.support.zones import NOON, Watcher, camera, frame, of_zone, scene

FPS: Final = 7
ROUND_S: Final = 120
SQUARE: Final = [[250, 200], [600, 200], [700, 450], [150, 450]]
LINE: Final = [[400, 560], [400, 120]]
DWELLING_S: Final = 10
GROUP_S: Final = 5
LOST_S: Final = 2
MARGIN: Final = 0.15
ALWAYS: Final = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}
SITUATIONS: Final = {
    "dwelling_s": DWELLING_S,
    "group": {"persons": 3, "stay_s": GROUP_S},
    "running": True,
    "gathering": True,
    "line": {"points": LINE, "forbidden": "left_to_right"},
    "closed": [ALWAYS],
}


class Seen(NamedTuple):
    """Where an annotated person's foot point is in a frame: seconds, pixels, and the height of the box."""

    at_s: float
    foot: Point
    height_px: float


@pytest.fixture(scope="module")
def truth(test_data: Path) -> dict[int, list[Annotated]]:
    return read_ground_truth(test_data / "pets2009" / "PETS2009-S2L1.xml")


@pytest.fixture(scope="module")
def paths(truth: dict[int, list[Annotated]]) -> dict[int, list[Seen]]:
    found: dict[int, list[Seen]] = {}
    for number in sorted(truth):
        for each in truth[number]:
            height_px = each.box.y_max_px - each.box.y_min_px
            found.setdefault(each.track, []).append(Seen(number / FPS, Point(foot_point(each.box)), height_px))
    return found


def played(truth: dict[int, list[Annotated]], turn: int) -> Iterator[Detections]:
    """Yield the frames of one round through the scene; each round is an epoch of its own."""
    for number in sorted(truth):
        persons = [
            DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=each.box, track_id=each.track)
            for each in truth[number]
        ]
        at_s = turn * ROUND_S + number / FPS
        yield frame(at_s, *persons, epoch=f"e{turn}", number=f"{turn}-{number}", width_px=768, height_px=576)


@pytest.fixture(scope="module")
def told(truth: dict[int, list[Annotated]], test_data: Path) -> dict[int, Observation]:
    """Return what the zone says in each second of two rounds; what speed is normal is known in the second."""
    zone = {"id": "left", "name": "square", "polygon": SQUARE, "group_min_s": GROUP_S, "situations": SITUATIONS}
    ground = read_map(test_data / "pets2009" / "View_001.xml")
    watcher = Watcher(scene(camera(width_px=768, height_px=576, zones=[zone]), ground))
    frames = (each for turn in (0, 1) for each in played(truth, turn))
    return {round((each.second - NOON).total_seconds()): each for each in of_zone(watcher.play(frames))}


def seconds_of(told: dict[int, Observation], kind: SituationKind) -> set[int]:
    """Return the seconds of the first round in which a situation was told."""
    return {at for at, each in told.items() if at < ROUND_S and kind in {found.kind for found in each.situations}}


def stays(paths: dict[int, list[Seen]]) -> dict[int, list[float]]:
    """Return by second how long each person who is in the zone in it has been there, at the last time that it shows."""
    square, found = Polygon(SQUARE), dict[int, list[float]]()
    for path in paths.values():
        within = [each.at_s for each in path if square.contains(each.foot)]
        first_s = dict[float, float]()
        for number, at_s in enumerate(within):
            new = number == 0 or at_s - within[number - 1] > LOST_S
            first_s[at_s] = at_s if new else first_s[within[number - 1]]
        newest = {int(at_s + 1e-6): at_s for at_s in within}
        for second, at_s in newest.items():
            found.setdefault(second, []).append(at_s - first_s[at_s])
    return found


def test_who_stays_is_told_for_as_long_as_he_stays(told: dict[int, Observation], paths: dict[int, list[Seen]]) -> None:
    """The longest stay and the size of the group are those of the tracks, in every second."""
    lengths = stays(paths)
    assert len(lengths) > 100
    for second, observation in told.items():
        if second < ROUND_S:
            here = lengths.get(second, [])
            assert observation.dwell_s == pytest.approx(max(here, default=0), abs=0.06)
            clearly = [length_s for length_s in here if abs(length_s - GROUP_S) > 0.01]
            assert observation.group_size - sum(length_s > GROUP_S for length_s in clearly) in range(
                len(here) - len(clearly) + 1
            )


def test_dwelling_is_told_when_somebody_stays_and_five_seconds_longer(
    told: dict[int, Observation], paths: dict[int, list[Seen]]
) -> None:
    """Not before anybody has stayed for so long, and not when all of them have gone."""
    found = {second for second, lengths in stays(paths).items() if max(lengths) > DWELLING_S}
    expected = {second + later for second in found for later in range(6)}
    assert found
    # How long a stay has been is judged at the second's newest frame, so its edges may differ by one second.
    assert (
        found
        <= seconds_of(told, SituationKind.DWELLING)
        <= expected | {second + 6 for second in found} | {second - 1 for second in found}
    )


def test_nobody_runs(told: dict[int, Observation], paths: dict[int, list[Seen]], test_data: Path) -> None:
    """The fastest goes at 1.85 m/s over three seconds, and what is normal is known for the last minute and a half."""
    ground = read_map(test_data / "pets2009" / "View_001.xml")
    fastest = 0.0
    for path in paths.values():
        places = ground.to_ground(np.array([(each.foot.x, each.foot.y) for each in path]))
        for early, late in pairwise(range(0, len(path), 3 * FPS)):
            way_m = float(np.linalg.norm(places[late] - places[early]))
            fastest = max(fastest, way_m / (path[late].at_s - path[early].at_s))
    assert 1.5 < fastest < 2.0
    assert not {found.kind for each in told.values() for found in each.situations} & {SituationKind.RUNNING}
    speeds = [each.ground.speed_m_per_s for each in told.values() if each.ground and each.ground.speed_m_per_s]
    assert len(speeds) > 150, "so many seconds with persons that the normal speed was learnt"
    assert max(speeds) < fastest + 0.2


def crossings(paths: dict[int, list[Seen]]) -> list[float]:
    """Return when somebody came from the left of the line to its right, clear of it on both sides (s)."""
    line, found = LineString(LINE), list[float]()
    for path in paths.values():
        left: Seen | None = None
        for each in path:
            if abs(each.foot.x - LINE[0][0]) < MARGIN * each.height_px:
                continue
            if each.foot.x < LINE[0][0]:
                left = each
            elif left is not None:
                if each.at_s - left.at_s < PATH_S and LineString([left.foot, each.foot]).intersects(line):
                    found.append(each.at_s)
                left = None
    return found


def test_a_line_is_crossed_when_a_track_crosses_it(told: dict[int, Observation], paths: dict[int, list[Seen]]) -> None:
    """Each crossing is told within a second, and nothing is told without one in the seconds before."""
    seconds, times = seconds_of(told, SituationKind.WRONG_DIRECTION), crossings(paths)
    assert len(times) >= 10
    assert all({int(at_s), int(at_s) + 1} & seconds for at_s in times)
    assert all(any(int(at_s) <= second <= at_s + 5 for at_s in times) for second in seconds)


def test_who_comes_and_goes_over_the_edge_is_who_is_there(
    told: dict[int, Observation], paths: dict[int, list[Seen]]
) -> None:
    """Over the whole scene, inflow less outflow is how many more tracks end inside than begin there."""
    square = Polygon(SQUARE)
    ended = sum(square.contains(path[-1].foot) - square.contains(path[0].foot) for path in paths.values())
    first = [each for at, each in told.items() if at < ROUND_S]
    assert sum(each.inflow for each in first) > 10
    assert abs(sum(each.inflow - each.outflow for each in first) - ended) <= 1


def test_a_closed_zone_is_told_while_somebody_is_in_it(
    told: dict[int, Observation], paths: dict[int, list[Seen]]
) -> None:
    """From three seconds after the first on; it is hardly ever empty."""
    lengths = stays(paths)
    seconds = seconds_of(told, SituationKind.CLOSED_ZONE)
    began = min(lengths)
    assert min(seconds) in range(began + 3, began + 5)
    assert {second for second in lengths if second >= began + 4} <= seconds


def test_both_rounds_say_the_same(told: dict[int, Observation]) -> None:
    """But for what is learnt: the same tracks in another epoch are other persons who do the same."""
    for second, each in told.items():
        again = told.get(second + ROUND_S)
        if second < ROUND_S and again is not None:
            assert (each.count, each.inflow, each.outflow) == (again.count, again.inflow, again.outflow)
            assert each.dwell_s == pytest.approx(again.dwell_s, abs=0.11)
