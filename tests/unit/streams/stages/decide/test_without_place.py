"""A report without a place is about the only fight, robbery or fire of its time, and never about one of several."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import Action
from schemas.categories import Category
from schemas.evidence import Evidence
from schemas.geo import Position
from schemas.incidents import Operation
from tests.support.deciding import RULES, Deciding
from tests.support.situations import NOON, action, position, report, seconds

FIGHT = Category.GEWELD_VECHTPARTIJ
WINDOW_S = RULES.of(FIGHT).situation.window_s


def told(name: str, at_s: float = 0, category: Category = FIGHT, **changes: Any) -> Evidence:
    """Return a report; without a place unless it is given one."""
    at = NOON + seconds(at_s)
    known = {"position": None, "occurred_at": at, "reported_at": at}
    return report(name, category=category, **(known | changes))


@pytest.mark.parametrize(
    ("category", "at_s", "joins"),
    [
        (FIGHT, 0, True),
        (FIGHT, WINDOW_S, True),
        (FIGHT, -WINDOW_S, True),
        (FIGHT, WINDOW_S + 1, False),
        (FIGHT, -WINDOW_S - 1, False),
        (Category.STRAATROOF, 0, True),
        (Category.BRAND, 0, False),
        (Category.MEDISCH_ONWEL, 0, False),
    ],
)
def test_it_joins_the_only_one_of_its_time(deciding: Deciding, category: Category, at_s: float, joins: bool) -> None:
    """Within the window of its category, and of the categories that go together."""
    placed = deciding.one(told("placed", position=position()))
    assert (deciding.one(told("late", at_s, category)).alert_id == placed.alert_id) is joins


def test_two_emergencies_of_one_person_stay_two(deciding: Deciding) -> None:
    """That both are medical says nothing."""
    for name, at in (("placed", position()), ("late", None)):
        deciding.take(told(name, category=Category.MEDISCH_ONWEL, position=at))
    assert len(deciding.alerts) == 2


@pytest.mark.parametrize(("other_s", "alerts"), [(60, 3), (2 * WINDOW_S, 2)])
def test_of_several_it_is_about_none(deciding: Deciding, other_s: float, alerts: int) -> None:
    """Unless the others are of another time."""
    deciding.take(told("one", other_s, position=position(900)))
    deciding.take(told("other", position=position()))
    deciding.take(told("late"))
    assert len(deciding.alerts) == alerts


def test_two_alerts_that_were_merged_are_one_event(deciding: Deciding) -> None:
    """It joins where the other one went on."""
    one = deciding.one(told("one", position=position(900)))
    other = deciding.one(told("other", position=position()))
    deciding.take(action(one.alert_id, Action.MERGE, other_alert_id=other.alert_id))
    assert deciding.one(told("late")).alert_id == one.alert_id


def test_what_is_closed_takes_none_and_is_not_forgotten(deciding: Deciding) -> None:
    """Whoever closed it did not judge this report, which may be about it or about something else."""
    closed = deciding.one(told("closed", position=position(900)))
    deciding.take(action(closed.alert_id, Action.CLOSE, "true"))
    assert deciding.one(told("late")).alert_id != closed.alert_id
    deciding.take(told("open", position=position()))
    known = set(deciding.alerts)
    assert deciding.one(told("later")).alert_id not in known


def test_a_flood_keeps_the_row_small(deciding: Deciding) -> None:
    """Of hundreds of fights the newest few stand in it, and a report without a place stays alone."""
    for number in range(30):
        deciding.take(told(f"n{number}", number, position=position(300 * number)))
    [name] = [name for name in deciding.rows.documents if name.startswith("cell/") and name.endswith("/anywhere")]
    assert deciding.rows.documents[name].count(b'"alert_id"') == 10
    known = set(deciding.alerts)
    assert deciding.one(told("late", 15)).alert_id not in known


def test_old_fights_do_not_stand_in_the_way(deciding: Deciding) -> None:
    """What was long before the latest is not kept."""
    for number in range(30):
        deciding.take(told(f"n{number}", -4 * WINDOW_S, position=position(300 * number)))
    newest = deciding.one(told("new", position=position()))
    assert deciding.one(told("late")).alert_id == newest.alert_id


TOWN = position(300, accuracy_m=4_000)
"""A town's centre, as a gazetteer gives it for a street that it does not know."""
FINE = position()


@pytest.mark.parametrize("category", [Category.BRAND, FIGHT])
@pytest.mark.parametrize("coarse", [None, TOWN], ids=["no position", "the town's"])
@pytest.mark.parametrize(
    ("first", "second", "alerts"),
    [
        (("Stadsplein, Amstelveen", FINE), ("Korenlaan, Amstelveen", None), 2),
        (("Korenlaan, Amstelveen", None), ("Stadsplein, Amstelveen", FINE), 2),
        (("Stadsplein, Amstelveen", FINE), ("Stadsplein, Amstelveen", None), 1),
        (("Stadsplein, Amstelveen", FINE), ("stadsplein, Amstelveen", None), 1),
        (("Stadsplein, Amstelveen", FINE), ("Amstelveen", None), 1),
        (("Stadsplein, Amstelveen", FINE), ("", None), 1),
        (("", FINE), ("Korenlaan, Amstelveen", None), 2),
    ],
)
def test_a_street_says_something(
    deciding: Deciding,
    category: Category,
    coarse: Position | None,
    first: tuple[str, Position | None],
    second: tuple[str, Position | None],
    alerts: int,
) -> None:
    """A fire in one street is not about the only fire in another, also where both streets have their town's position."""
    for source, (place, at) in zip(("p2000", "politie-gms"), (first, second), strict=True):
        deciding.take(told(source, category=category, source=source, place=place, position=at or coarse))
    assert len(deciding.alerts) == alerts


def test_three_fires_of_one_feed_are_three_also_when_one_is_withdrawn(deciding: Deciding) -> None:
    """Seen with pager calls of three streets: the second, cancelled, let the third into the first one's alert."""
    fire: dict[str, Any] = {"category": Category.BRAND, "source": "p2000"}
    deciding.take(told("a", place="Stadsplein, Amstelveen", position=FINE, **fire))
    deciding.take(told("b", place="Bloklaan, Amstelveen", position=TOWN, **fire))
    deciding.take(
        told("b", place="Bloklaan, Amstelveen", position=TOWN, operation=Operation.CANCEL, revision=1, **fire)
    )
    deciding.take(told("c", place="Korenlaan, Amstelveen", position=TOWN, **fire))
    assert len(deciding.alerts) == 3
