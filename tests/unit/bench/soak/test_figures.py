"""Growth is told by a slope that single samples do not bend, and by the ends, so that neither a leak nor a step is missed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bench.soak.figures import Point, grown, growth, judged, share_of_a_core, untold

pytestmark = pytest.mark.vision  # scipy comes with it
EVERY_S = 10.0
HOUR = 360


def scatter(number: int, width: float) -> float:
    """Return noise that is the same in every order of tests."""
    return random.Random(number).uniform(-width, width)


def curve(value: Callable[[int], float], count: int = HOUR) -> list[Point]:
    return [Point(number * EVERY_S, value(number)) for number in range(count)]


@pytest.mark.parametrize(
    ("what", "value", "grows"),
    [
        pytest.param("uss_mb", lambda n: 100.0 + scatter(n, 4), False, id="noise"),
        pytest.param("uss_mb", lambda n: 200.0 if n % 7 < 2 else 100.0, False, id="peaks in two of seven"),
        pytest.param("uss_mb", lambda n: 100.0 + 20 * (n % 40) / 40, False, id="filled and collected"),
        pytest.param("uss_mb", lambda n: 150.0 - n / 10, False, id="falls"),
        pytest.param("uss_mb", lambda n: 100.0 + 4.5 * n / HOUR, False, id="almost too much"),
        pytest.param("uss_mb", lambda n: 100.0 + 7 * n / HOUR + scatter(n, 5), True, id="a leak in noise"),
        pytest.param("uss_mb", lambda n: 100.0 if n < 200 else 110.0, True, id="a step"),
        pytest.param("threads", lambda n: 12.0 + (n % 5 == 0), False, id="a thread that comes and goes"),
        pytest.param("threads", lambda n: 12.0 + (n > 180), True, id="a thread that stays"),
        pytest.param("files", lambda n: 170.0 + n // 100, True, id="a file in a quarter of an hour"),
        pytest.param("lag", lambda n: 4.0 + scatter(n, 4), False, id="a backlog that scatters"),
        pytest.param("lag", lambda n: n / 30 + scatter(n, 1), True, id="a backlog that grows"),
        pytest.param("lag", lambda n: 0.0, False, id="nothing waits"),
    ],
)
def test_what_grows_is_told_from_what_scatters(what: str, value: Callable[[int], float], grows: bool) -> None:
    """Leaks, steps and backlogs on one side; noise, peaks and what is collected on the other."""
    found = growth(what, curve(value))
    assert found.too_much == grows, found
    assert found.document()["grows"] == grows


def test_a_slope_is_of_the_whole_time() -> None:
    """In the curve's unit, with the level that it began with; a level of zero has no share."""
    found = growth("uss_mb", curve(lambda n: 50.0 + n))
    assert found.slope == pytest.approx(HOUR - 1)
    assert found.level == pytest.approx(50.0 + 17.5)
    assert found.document()["percent"] == pytest.approx(100 * found.amount / found.level, abs=0.01)
    assert growth("lag", curve(lambda n: 0.0)).document()["percent"] is None


def test_too_few_samples_are_refused() -> None:
    """A run that was cut short says nothing of growth."""
    with pytest.raises(ValueError, match=r"files: 9 samples .* expected 10 or more"):
        growth("files", curve(lambda n: 1.0, 9))
    curves = {"cut short": {"files": curve(lambda n: float(n), 12)}, "broker": {"files": curve(float, 1)}}
    assert judged(curves, 30.0, frozenset({"broker"})) == {"cut short": {}}
    assert untold(curves, 30.0, frozenset({"broker"})) == ["cut short files"]
    assert untold(curves, 20.0, frozenset({"broker"})) == []


def test_the_warm_up_and_the_broker_do_not_count() -> None:
    """What fills its caches at first did not grow; Java fills its heap; what is only told is not judged."""
    filling = curve(lambda n: min(100.0, 50.0 + n))
    curves = {"deciding": {"uss_mb": filling, "cpu_s": filling}, "broker": {"uss_mb": curve(float)}}
    assert grown(judged(curves, 0.0, frozenset({"broker"}))) == ["deciding uss_mb"]
    found = judged(curves, 600.0, frozenset({"broker"}))
    assert grown(found) == []
    assert set(found) == {"deciding"}
    assert set(found["deciding"]) == {"uss_mb"}


def test_the_share_of_a_core_is_of_the_time_after_the_warm_up() -> None:
    """A start that compiles everything is no idle share."""
    used = curve(lambda n: 100.0 + n)  # a second in ten
    assert share_of_a_core([Point(0.0, 0.0), *used[1:]], 10.0) == pytest.approx(0.1)
    assert share_of_a_core(used[:1], 0.0) == 0.0
