"""When a circumstance holds, and what one may not say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from streams.domain.rules.circumstances import PROHIBITED, Circumstance
from tests.support.situations import box, position

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = {"starts": "23:00", "ends": "06:00"}
SQUARE = [{"lat": each.lat, "lon": each.lon} for each in box(-50, -50, 100)]


def circumstance(**changes: Any) -> Circumstance:
    known: dict[str, Any] = {"name": "night", "categories": ["woninginbraak"], "points": 5, "reason": "at night"}
    return Circumstance.model_validate(known | changes)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2026, 1, 15, 21, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 15, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 15, 20, 59, tzinfo=UTC), False),
        (datetime(2026, 7, 15, 21, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 16, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 16, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
    ],
)
def test_hours_are_local(at: datetime, holds: bool) -> None:
    """In winter and in summer; the start belongs to them, the end does not; also in the hour that comes twice."""
    assert circumstance(**NIGHT).holds(at, None, AMSTERDAM) is holds


@pytest.mark.parametrize(
    ("day", "hour", "holds"),
    [(16, 23, True), (17, 3, True), (17, 23, False), (16, 3, False), (16, 12, False)],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(day: int, hour: int, holds: bool) -> None:
    """Friday's night goes on until Saturday morning (16 January 2026 is a Friday)."""
    at = datetime(2026, 1, day, hour, tzinfo=AMSTERDAM)
    assert circumstance(**NIGHT, days=["fri"]).holds(at, None, AMSTERDAM) is holds


@pytest.mark.parametrize(("hour", "holds"), [(8, False), (9, True), (16, True), (17, False)])
def test_hours_of_a_day(hour: int, holds: bool) -> None:
    """They need not cross midnight."""
    at = datetime(2026, 1, 16, hour, tzinfo=AMSTERDAM)
    assert circumstance(starts="09:00", ends="17:00").holds(at, None, AMSTERDAM) is holds


@pytest.mark.parametrize(("east_m", "holds"), [(0, True), (49, True), (51, False)])
def test_an_area_holds_what_lies_in_it(east_m: float, holds: bool) -> None:
    """What has no position lies in none."""
    shopping = circumstance(area=SQUARE)
    at = datetime(2026, 1, 16, 12, tzinfo=UTC)
    assert shopping.holds(at, position(east_m), AMSTERDAM) is holds
    assert not shopping.holds(at, None, AMSTERDAM)


def test_hours_and_an_area_hold_together() -> None:
    """Both must."""
    both = circumstance(**NIGHT, area=SQUARE)
    night, noon = (datetime(2026, 1, 16, hour, tzinfo=AMSTERDAM) for hour in (1, 12))
    assert both.holds(night, position(), AMSTERDAM)
    assert not both.holds(noon, position(), AMSTERDAM)
    assert not both.holds(night, position(200), AMSTERDAM)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "expected hours"),
        ({"starts": "23:00"}, "starts and ends together"),
        ({"starts": "23:00", "ends": "23:00"}, "not the same"),
        ({"area": SQUARE, "days": ["fri"]}, "beside days"),
        ({"area": SQUARE[:2]}, "at least 3 corners"),
        ({"area": [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]}, "does not cross itself"),
        ({**NIGHT, "points": 0}, "other than 0"),
        ({**NIGHT, "categories": []}, "at least 1 item"),
        ({**NIGHT, "reason": ""}, "at least 1 character"),
        ({**NIGHT, "persons": 3}, "Extra inputs are not permitted"),
    ],
)
def test_a_circumstance_that_says_nothing_or_too_much_is_refused(changes: dict[str, Any], words: str) -> None:
    """One reason each."""
    with pytest.raises(ValidationError, match=words):
        circumstance(**changes)


@pytest.mark.parametrize("ground", sorted(PROHIBITED))
@pytest.mark.parametrize("name", ["{}", "high-{}-area", "area.{}_2"])
def test_a_name_cannot_be_a_prohibited_ground(ground: str, name: str) -> None:
    """Nothing may rise on it; a word that only contains one is none."""
    with pytest.raises(ValidationError, match=f"nothing may rise on the ground of {ground}"):
        circumstance(name=name.format(ground), **NIGHT)
    assert circumstance(name="garage-" + ground + "x", **NIGHT)
