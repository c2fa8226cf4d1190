"""What a drill sends: exercises alone, each somewhere else in the control room."""

from __future__ import annotations

import pytest
from shapely.geometry import Point, Polygon

from schemas.alerts import Alert
from schemas.categories import Category
from schemas.dispatch import DispatchOutcome
from schemas.sharing import PartnerDispatch
from streams.config.registry import load_registry
from streams.domain.drill import NotAnExerciseError, answer, closing, confirmation, place_in, report
from tests.support.messages import NOON, example
from tests.support.worker_process import REGISTRY

ROOM = load_registry(REGISTRY).control_rooms[0]


def test_places_lie_in_the_room_and_apart() -> None:
    """Of two hundred drills each is somewhere else, and the same name is the same place."""
    area = Polygon([(point.lon, point.lat) for point in ROOM.area])
    found = [place_in(ROOM, f"drill-{number}") for number in range(200)]
    assert all(area.contains(Point(each.lon, each.lat)) for each in found)
    assert len({(each.lat, each.lon) for each in found}) == 200
    assert place_in(ROOM, "drill-7") == found[7]


def test_its_report_is_an_exercise() -> None:
    """Whatever it is about."""
    assert all(report("drill-1", ROOM, category, NOON).exercise for category in Category)


def test_nothing_real_is_confirmed_answered_or_closed() -> None:
    """Whoever calls it."""
    real, asked = example(Alert, exercise=False), example(PartnerDispatch, exercise=False)
    for make in (
        lambda: confirmation(real, "politie", NOON), lambda: closing(real, NOON),
        lambda: answer(asked, DispatchOutcome.ACCEPTED, NOON),
    ):  # fmt: skip
        with pytest.raises(NotAnExerciseError, match="is not marked as an exercise"):
            make()
