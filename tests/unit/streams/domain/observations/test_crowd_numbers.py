"""The numbers of a crowd, and what is said where something is not known."""

from __future__ import annotations

from typing import Any

import pytest

from streams.domain.observations.crowd_numbers import (
    FALLBACK_ERROR,
    count_error,
    measure,
    probable_persons,
    rise_per_min,
)
from streams.domain.observations.memory import CountedSecond, Normal
from streams.domain.observations.motion import Scale, TrackMotion
from streams.domain.observations.objects import ObjectKind
from streams.domain.observations.open_second import Modelled, Probable, ZoneSecond
from tests.support.zones import FlatGround

METRES = Scale(FlatGround())


@pytest.mark.parametrize(
    ("counts", "rise"),
    [
        ([], None),
        ([(0, 3)], None),
        ([(at_s, 3) for at_s in range(30)], None),
        ([(at_s, 3) for at_s in range(31)], 0.0),
        ([(at_s, at_s) for at_s in range(60)], 60.0),
        ([(at_s, 100 - 2 * at_s) for at_s in range(50)], -120.0),
        ([(at_s, 90 if at_s % 5 == 0 else at_s) for at_s in range(60)], 60.0),
        ([(at_s, at_s // 10) for at_s in range(0, 60, 5)], None),
        ([(at_s, at_s // 3) for at_s in range(0, 60, 3)], 20.0),
    ],
    ids=["nothing", "one", "too short", "level", "rises", "falls", "with wrong counts", "too few", "with gaps"],
)
def test_a_rise_is_the_median_slope(counts: list[tuple[int, int]], rise: float | None) -> None:
    """None before enough is known; a fifth of wrong counts does not move it."""
    found = rise_per_min([CountedSecond(*each) for each in counts])
    assert found == (None if rise is None else pytest.approx(rise, abs=1.0))


@pytest.mark.parametrize(
    ("count", "probable", "error"),
    [
        (0, Probable(0, 0.0, 0.0), 0.0),
        (10, Probable(10, 10.0, 2.0), 2.0),
        (10, Probable(10, 13.0, 4.0), 5.0),
        (0, None, FALLBACK_ERROR),
        (20, None, 4.0),
    ],
)
def test_a_counts_error_is_how_far_the_probable_number_may_lie(
    count: int, probable: Probable | None, error: float
) -> None:
    """What is missed counts as an error of the count; the fallback's error is its own."""
    assert count_error(count, probable) == pytest.approx(error)


def measured(area_m2: float | None = 100.0, degraded: bool = False, normal: Normal | None = None, **seen: Any) -> Any:
    """Return the numbers of a zone with one person who walks 1 m/s."""
    known: dict[str, Any] = {"counts": (4, 4, 5), "probable": Probable(5, 7.0, 1.0), "densest_per_m2": (0.3,) * 3}
    walker = TrackMotion(1, ObjectKind.PERSON, (0, 0), 30, (0, 0), (1.0, 0.0), 1.0)
    return measure(ZoneSecond(**known | seen), degraded, area_m2, [walker], METRES, normal)


def test_a_zone_that_is_not_calibrated_has_no_density() -> None:
    """Null, never zero; its count still has an error."""
    found = measured(area_m2=None)
    assert (found.count, found.density_per_m2, found.ground) == (4, None, None)
    assert found.error == pytest.approx(2.24)


def test_a_calibrated_zone_is_told_in_metres() -> None:
    """With what probably stands there beside what was counted, and the error of each."""
    found = measured()
    assert (found.density_per_m2, found.lower_bound) == (0.04, False)
    assert found.ground.model_dump(exclude_none=True) == {
        "counted_by": "boxes",
        "calibration_version": "ground-1",
        "surveyed": True,
        "area_m2": 100.0,
        "densest_per_m2": 0.3,
        "error_per_m2": 0.022,
        "corrected_per_m2": 0.06,
        "corrected_error_per_m2": 0.01,
        "speed_m_per_s": 1.0,
    }


@pytest.mark.parametrize(
    ("densest", "area_m2", "overlap", "bound"),
    [(1.0, 100.0, False, False), (1.01, 100.0, False, True), (0.0, 100.0, True, True), (0.5, 3.0, False, True)],
)
def test_a_count_of_boxes_is_a_lower_bound_where_persons_stand_close(
    densest: float, area_m2: float, overlap: bool, bound: bool
) -> None:
    """Above one person per square metre, in the zone or in its densest part, and where boxes overlap."""
    found = measured(area_m2, densest_per_m2=(densest,), lower_bound=overlap)
    assert found.lower_bound is bound


def test_the_fallback_detector_is_not_corrected() -> None:
    """Its recall among others was not measured."""
    found = measured(degraded=True)
    assert (found.ground.corrected_per_m2, found.ground.corrected_error_per_m2) == (None, None)
    assert found.error == FALLBACK_ERROR


@pytest.mark.parametrize(
    ("normal", "drop"),
    [
        (None, None),
        (Normal("ground-1", 2.0, 10), None),
        (Normal("another", 2.0, 600), None),
        (Normal("ground-1", 2.0, 600), 0.5),
        (Normal("ground-1", 0.8, 600), 0.0),
        (Normal("ground-1", 0.0, 600), None),
    ],
)
def test_a_speed_drop_is_told_against_what_is_normal(normal: Normal | None, drop: float | None) -> None:
    """Null until that was learnt under this calibration; faster than normal is no drop."""
    assert measured(normal=normal).ground.speed_drop == drop


@pytest.mark.parametrize(
    ("count", "first", "persons"),
    [
        (5, Probable(5, 6.5, 1.0), 6.5),
        (4, Probable(5, 6.5, 1.0), 5.5),
        (0, Probable(0, 0.0, 0.0), 0),
        (0, Probable(3, 2.5, 1.0), 0),
    ],
)
def test_as_many_are_missed_as_in_the_first_frame(count: int, first: Probable, persons: float) -> None:
    """Never fewer than nobody is there."""
    assert probable_persons(count, first).persons == pytest.approx(persons)


@pytest.mark.parametrize(
    ("boxes", "modelled", "count", "density", "bound", "counted_by"),
    [
        (30, None, 30, 1.5, True, "boxes"),
        (5, Modelled(50.0, 4.0, "counter 1"), 5, 0.25, False, "boxes"),
        (30, Modelled(50.0, 4.0, "counter 1"), 50, 2.5, False, "counter 1"),
        (30, Modelled(50.0, 2.0, "counter 1"), 40, 2.0, True, "counter 1"),
        (30, Modelled(50.0, 0.0, "counter 1"), 30, 1.5, True, "boxes"),
        (30, Modelled(12.0, 4.0, "counter 1"), 30, 1.5, True, "boxes"),
    ],
    ids=[
        "no model",
        "boxes suffice",
        "model sees more",
        "beyond what was measured",
        "never measured",
        "model sees fewer",
    ],
)
def test_a_counting_model_speaks_where_boxes_are_a_lower_bound(
    boxes: int, modelled: Modelled | None, count: int, density: float, bound: bool, counted_by: str
) -> None:
    """Up to the density at which its error was measured, and never below the boxes; its own error is not known here."""
    seen = ZoneSecond(counts=(boxes,), densest_per_m2=(boxes / 20,), modelled=modelled)
    measured = measure(seen, False, 20.0, [], METRES, None)
    assert measured.ground is not None
    assert (measured.count, measured.density_per_m2, measured.lower_bound) == (count, density, bound)
    assert measured.ground.counted_by == counted_by
    assert (measured.error is None) == (counted_by != "boxes")


def test_without_metres_a_counting_model_is_not_asked() -> None:
    """Nobody could say whether its error was measured at that density."""
    seen = ZoneSecond(counts=(30,), lower_bound=True, modelled=Modelled(50.0, 4.0, "counter 1"))
    assert measure(seen, False, None, [], METRES, None).count == 30
