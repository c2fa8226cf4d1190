"""Near-repeats of burglaries as a factor, through the stage `decide` with rows in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState
from schemas.evidence import Evidence
from schemas.incidents import Operation
from tests.support.deciding import BURGLARY, HOLD_S, RULES, Deciding, changed, points
from tests.support.situations import (
    NOON,
    action,
    position,
    report,
    seconds,
)

DAY_S = 86_400


def burglary(name: str, east_m: float = 0, at_s: float = 0, **changes: Any) -> Evidence:
    at = NOON + seconds(at_s)
    known: dict[str, Any] = {"category": BURGLARY, "position": position(east_m), "occurred_at": at, "reported_at": at}
    return report(name, **(known | changes))


def said(deciding: Deciding) -> dict[str, Any]:
    """Return what each burglary's alert says of earlier ones, whatever the alerts are called."""
    return {
        alert.reports[0].source_id: (
            alert.priority,
            points(alert).get("near_repeat"),
            [(each.occurred_at, each.distance_m) for each in alert.near_repeats],
        )
        for alert in deciding.alerts.values()
        if alert.state is AlertState.NEW
    }


def play(messages: Sequence[Evidence]) -> dict[str, Any]:
    deciding = Deciding()
    for message in messages:
        deciding.take(message, NOON + seconds(9_000))
    deciding.tick(9_000 + HOLD_S)
    return said(deciding)


@pytest.mark.parametrize(
    ("east_m", "after_s", "repeats"),
    [
        (190, 3_600, True),
        (160, 14 * DAY_S - 1, True),
        (160, 14 * DAY_S, True),
        (160, 14 * DAY_S + 1, False),
        (240, 3_600, False),
        (160, 0, False),
    ],
)
def test_a_second_burglary_nearby_counts(deciding: Deciding, east_m: float, after_s: float, repeats: bool) -> None:
    """Within 200 m, to about 35 m, and 14 days; the first one is no repeat, whatever comes later."""
    first = deciding.one(burglary("a"), NOON + seconds(60))
    second = deciding.one(burglary("b", east_m, after_s), NOON + seconds(after_s + 60))
    assert second.alert_id != first.alert_id
    assert points(second).get("near_repeat") == (RULES.near_repeat.points if repeats else None)
    assert [each.alert_id for each in second.near_repeats] == ([first.alert_id] if repeats else [])
    assert "near_repeat" not in points(deciding.newest(first))


def test_the_reason_says_how_near_and_when_and_names_no_place(deciding: Deciding) -> None:
    """The earlier alert can be looked up; its place is kept to the street."""
    deciding.take(burglary("a", 13))
    second = deciding.one(burglary("b", 160, 2 * DAY_S), NOON + seconds(2 * DAY_S))
    reason = next(factor.reason for factor in second.factors if factor.rule_id == "near_repeat")
    away = second.near_repeats[0].distance_m
    assert away == pytest.approx(147, abs=36)
    assert reason == f"1 earlier within 200 m and 14 days, the nearest about {away:.0f} m away at 24 Nov 12:00 UTC"
    kept = " ".join(deciding.rows.documents[name].decode() for name in deciding.rows.names("repeat/"))
    assert kept.count("alert_id") == 2
    assert all(word not in kept for word in ("place", "lat", "summary", "source"))


def test_near_repeats_do_not_depend_on_the_order_of_arrival() -> None:
    """An earlier burglary that is reported late counts for those that are known; a cancelled one for none."""
    told = [
        burglary("a", 0, 0),
        burglary("b", 170, 1_900),
        burglary("c", 340, 3_900),
        burglary("d", 500, 6_000),
        burglary("b", 170, 1_900, revision=1, operation=Operation.CANCEL),
    ]
    expected = play(told)
    assert {name: repeated for name, (_, repeated, _) in expected.items()} == {"a": None, "c": None, "d": 5}
    assert all(play(order) == expected for order in permutations(told))


def test_a_burglary_that_was_none_is_no_repeat_any_more(deciding: Deciding) -> None:
    """Closed as false, a test or a duplicate it counts for nobody; closed as true it goes on to count."""
    first = deciding.one(burglary("a"))
    second = deciding.one(burglary("b", 160, 3_000), NOON + seconds(3_060))
    assert points(second)["near_repeat"] == 5
    alerts = deciding.take(action(first.alert_id, Action.FALSE_ALARM), NOON + seconds(3_100))
    assert [alert.alert_id for alert in alerts] == [first.alert_id, second.alert_id]
    assert "near_repeat" not in points(deciding.newest(second))
    third = deciding.one(burglary("c", 320, 6_000), NOON + seconds(6_060))
    assert [each.alert_id for each in third.near_repeats] == [second.alert_id]
    deciding.take(action(second.alert_id, Action.CLOSE, number=2), NOON + seconds(6_100))
    assert points(deciding.newest(third))["near_repeat"] == 5


def test_a_poor_position_repeats_nothing(deciding: Deciding) -> None:
    """Nor is it repeated: within 250 m nobody knows what is near."""
    deciding.take(burglary("a"))
    poor = deciding.one(burglary("b", 160, 3_000, position=position(160, accuracy_m=250)))
    none = deciding.one(burglary("c", 160, 3_000, position=None))
    assert (poor.near_repeats, none.near_repeats) == ((), ())
    assert len(deciding.rows.names("repeat/")) == 1


def test_earlier_burglaries_are_forgotten_in_time(deciding: Deciding) -> None:
    """Their rows go a day after they could be repeated; no other category leaves any."""
    deciding.take(burglary("a"))
    deciding.take(report("b", position=position(900)))
    assert len(deciding.rows.names("repeat/")) == 1
    kept_s = RULES.near_repeat.within_s + RULES.lifetime.forget_s
    deciding.tick(kept_s - 20)
    assert len(deciding.rows.names("repeat/")) == 1
    deciding.tick(kept_s + 20)
    assert deciding.rows.names("repeat/") == []


def test_many_burglaries_in_one_street_leave_a_small_row(deciding: Deciding) -> None:
    """The newest are kept, and an alert names ten of them."""
    for number in range(120):
        late_s = 2_000 * number
        deciding.take(burglary(f"n{number}", 10, late_s), NOON + seconds(late_s))
    [row] = deciding.rows.names("repeat/")
    assert len(deciding.rows.documents[row]) < 20_000
    last = deciding.one(burglary("last", 10, 300_000), NOON + timedelta(seconds=300_000))
    assert len(last.near_repeats) == 10
    assert points(last)["near_repeat"] == 5


def test_what_is_no_burglary_reads_no_more_rows() -> None:
    """Near-repeats cost the others nothing."""
    costs = []
    for categories in ([], ["woninginbraak"]):
        deciding = Deciding(
            rules=changed(near_repeat=RULES.near_repeat.model_dump(mode="json") | {"categories": categories})
        )
        deciding.take(report())
        costs.append((deciding.rows.reads, deciding.rows.writes))
    assert costs[0] == costs[1]
