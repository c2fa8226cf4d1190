"""A place that is known roughly and one that is known well: one emergency where it can be no other."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import Action
from schemas.categories import Category
from schemas.evidence import Evidence
from streams.domain.alerts.matching import SituationEntry, Spot, in_rough_reach
from tests.support.deciding import Deciding
from tests.support.situations import NOON, action, position, report, seconds

MEDICAL = Category.MEDISCH_ONWEL


def page(name: str = "page", east_m: float = 600, at_s: float = 0, **changes: Any) -> Evidence:
    """Return what a pager tells: its town, to 800 m."""
    return _said(name, "p2000", position(east_m, accuracy_m=800), at_s, changes)


def call(name: str = "call", east_m: float = 0, at_s: float = 0, **changes: Any) -> Evidence:
    """Return what the police tell: the door."""
    return _said(name, "politie-gms", position(east_m, accuracy_m=25), at_s, changes)


def _said(name: str, source: str, place: Any, at_s: float, changes: dict[str, Any]) -> Evidence:
    at = NOON + seconds(at_s)
    told: dict[str, Any] = {"category": MEDICAL, "position": place, "occurred_at": at, "reported_at": at}
    return report(name, source=source, **(told | changes))


@pytest.mark.parametrize("order", [(page, call), (call, page)])
def test_a_page_and_a_call_are_one_emergency_whichever_comes_first(deciding: Deciding, order: Any) -> None:
    """Within the page's own accuracy and ten minutes."""
    first, second = order
    opened = deciding.one(first())
    joined = deciding.one(second())
    assert (joined.alert_id, len(joined.reports)) == (opened.alert_id, 2)


@pytest.mark.parametrize(
    "second",
    [
        call(east_m=-400),
        call(at_s=1_300),
        call(category=Category.VERWARD_PERSOON),
        page("another", east_m=590),
    ],
    ids=["too-far", "too-late", "another-kind", "another-page"],
)
def test_what_may_be_another_emergency_has_an_alert_of_its_own(deciding: Deciding, second: Evidence) -> None:
    """Too far for the page's accuracy, too late, of another kind; two pages are two emergencies."""
    opened = deciding.one(page())
    assert deciding.one(second).alert_id != opened.alert_id


def test_where_it_can_be_one_of_two_it_is_neither(deciding: Deciding) -> None:
    """A page between two calls says nothing of which it belongs to."""
    ids = {deciding.one(call("one")).alert_id, deciding.one(call("two", east_m=1_300)).alert_id}
    assert len(ids) == 2
    assert deciding.one(page(east_m=650)).alert_id not in ids


def test_an_emergency_takes_one_page(deciding: Deciding) -> None:
    """The second page near it is of another one, which is not hidden."""
    opened = deciding.one(call())
    assert deciding.one(page("first")).alert_id == opened.alert_id
    assert deciding.one(page("second", at_s=60)).alert_id != opened.alert_id


def test_other_kinds_join_as_before(deciding: Deciding) -> None:
    """A rough fight joins no fight that lies further away than joining allows for."""
    opened = deciding.one(call(category=Category.GEWELD_VECHTPARTIJ))
    assert deciding.one(page(category=Category.GEWELD_VECHTPARTIJ)).alert_id != opened.alert_id


def test_one_that_is_over_can_be_it_too(deciding: Deciding) -> None:
    """A page near an emergency that was closed just now and one that is open may be of either, so it is neither."""
    over, going_on = deciding.one(call("over")), deciding.one(call("open", east_m=1_200))
    deciding.one(action(over.alert_id, Action.CLOSE, "true"))
    assert deciding.one(page(east_m=600)).alert_id not in {over.alert_id, going_on.alert_id}


def test_the_same_door_again_is_no_page_far_away(deciding: Deciding) -> None:
    """What was closed just now at this door comes back, although somewhere in the town a page is open."""
    over = deciding.one(call("over"))
    deciding.one(action(over.alert_id, Action.CLOSE, "true"))
    paged = deciding.one(page(east_m=700, at_s=60))
    again = deciding.one(call("again", at_s=90))
    assert (again.alert_id, len(deciding.newest(paged).reports)) == (over.alert_id, 1)


def test_one_that_takes_no_more_can_be_it_too() -> None:
    """A full alert is no less what a page may be about."""
    spot, entries = _spot_and_entries()
    assert in_rough_reach(spot, entries) == ["a", "b"]


def _spot_and_entries() -> tuple[Spot, list[SituationEntry]]:
    """Return a page's place, and two doors near it of which one is full."""
    page_at = Spot(group="medisch_onwel", x_m=0, y_m=0, accuracy_m=250, rough_m=800, **_TIMES)
    doors = [Spot(group="medisch_onwel", x_m=x_m, y_m=0, accuracy_m=25, **_TIMES) for x_m in (-500, 500)]
    return page_at, [
        SituationEntry(alert_id=name, spot=door, full=name == "a") for name, door in zip("ab", doors, strict=True)
    ]


_TIMES: dict[str, Any] = {"distance_m": 150, "window_s": 600, "first_at": NOON, "last_at": NOON}
