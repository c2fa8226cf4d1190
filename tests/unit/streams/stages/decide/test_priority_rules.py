"""Priorities over time and among alerts, through the stage with rows in memory: holds, near-repeats, hours, growth, limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.evidence import EpisodeFact, Evidence, Verdict
from schemas.incidents import Operation
from streams import topics
from streams.config.files import load_rules
from streams.domain.rules.contradictions import BY_CAMERA_ALONE
from streams.domain.rules.rules import Rules
from streams.stages.decide.stage import Decide
from tests.support.rows import FakeRows
from tests.support.situations import (
    NOON,
    action,
    box,
    episode,
    in_view,
    item,
    position,
    report,
    seconds,
    sighting,
    tick,
)

RULES = load_rules()
NOW = NOON + seconds(100)
HOLD_S = RULES.damping.fall_after_s
BURGLARY = Category.WONINGINBRAAK
DAY_S = 86_400


class Deciding:
    """The stage with its rows, and the newest of each alert."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.stage = Decide(rules, "r1")
        self.rows = FakeRows()
        self.alerts: dict[str, Alert] = {}

    def take(self, message: Message, now: datetime = NOW) -> list[Alert]:
        outputs = self.stage.handle(item(message), self.rows, now)
        alerts = [each.message for each in outputs if each.topic == topics.ALERTS and isinstance(each.message, Alert)]
        self.alerts |= {alert.alert_id: alert for alert in alerts}
        return alerts

    def one(self, message: Message, now: datetime = NOW) -> Alert:
        [alert] = self.take(message, now)
        return alert

    def tick(self, after_s: float) -> list[Alert]:
        at = NOON + seconds(after_s)
        return self.take(tick(at=at), at)

    def newest(self, alert: Alert) -> Alert:
        return self.alerts[alert.alert_id]


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def points(alert: Alert) -> dict[str, float]:
    return {factor.rule_id: factor.points for factor in alert.factors}


def changed(**parts: Any) -> Rules:
    """Return the product's rules with some parts replaced."""
    return Rules.model_validate(RULES.model_dump(mode="json") | parts)


def test_a_lower_priority_is_held_back_and_then_shown(deciding: Deciding) -> None:
    """The score falls at once and says so; the priority falls when its time has come, without another fact."""
    opened = deciding.one(report(cameras=in_view("cam-1")))
    held = deciding.one(sighting(verdict=Verdict.CONTRADICTED))
    assert (opened.priority, held.priority, held.score) == (Priority.P1, Priority.P1, 60)
    assert (held.falls_to, held.falls_at) == (Priority.P2, NOW + seconds(HOLD_S))
    assert deciding.tick(100 + HOLD_S - 11) == []
    [fallen] = deciding.tick(100 + HOLD_S)
    assert (fallen.priority, fallen.falls_to, fallen.falls_at) == (Priority.P2, None, None)
    assert (fallen.change, fallen.revision, fallen.score) == (Change.EVIDENCE, 2, 60)
    assert deciding.tick(5_000) == []


def test_each_report_has_its_own_verdict(deciding: Deciding) -> None:
    """The alert's is the best of them; a cancelled report has none."""
    first = report("a", in_view("cam-1", "cam-2"))
    second = report("b", in_view("cam-2"), source="p2000")
    third = report("c", source="meldpunt")
    for message in (first, second, third, sighting("a", verdict=Verdict.UNSEEN)):
        deciding.take(message)
    alert = deciding.one(sighting("b", "cam-2", source="p2000"))
    ids = {row.source_id: row.incident_id for row in alert.reports}
    expected = {"a": Verdict.PENDING, "b": Verdict.CORROBORATED, "c": Verdict.NO_COVERAGE}
    assert alert.report_verdicts == {ids[name]: verdict for name, verdict in expected.items()}
    assert alert.verdict is Verdict.CORROBORATED
    after = deciding.one(report("b", source="p2000", revision=1, operation=Operation.CANCEL))
    assert set(after.report_verdicts) == {ids["a"], ids["c"]}


def test_a_rise_within_the_hold_ends_it(deciding: Deciding) -> None:
    """It was never shown lower, and escalates in its time; a later fall begins a hold of its own."""
    deciding.take(report(cameras=in_view("cam-1", "cam-2")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    assert deciding.one(sighting(camera_id="cam-2", verdict=Verdict.CONTRADICTED)).falls_to is Priority.P2
    risen = deciding.one(report("b", source="p2000", urgency=0), NOW + seconds(60))
    assert (risen.priority, risen.falls_to, risen.falls_at) == (Priority.P1, None, None)
    [waits] = deciding.tick(100 + HOLD_S)
    assert (waits.change, waits.priority, waits.falls_to) == (Change.ESCALATED, Priority.P1, None)
    cancelled = report("b", source="p2000", revision=1, operation=Operation.CANCEL)
    again = deciding.one(cancelled, NOW + seconds(200))
    assert again.falls_at == NOW + seconds(200 + HOLD_S)


def test_a_fact_after_the_hold_and_before_the_tick_shows_the_fall(deciding: Deciding) -> None:
    """A tick may be late; the time counts."""
    deciding.take(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    later = report(revision=1, operation=Operation.UPDATE, cameras=in_view("cam-1"))
    assert deciding.one(later, NOW + seconds(HOLD_S)).priority is Priority.P2


def test_what_is_held_as_p1_cannot_be_shelved(deciding: Deciding) -> None:
    """What the list shows counts; once it fell it can."""
    alert = deciding.one(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    shelve = action(alert.alert_id, Action.SHELVE, "known", NOON + seconds(5_000))
    assert deciding.take(shelve) == []
    deciding.tick(100 + HOLD_S)
    again = action(alert.alert_id, Action.SHELVE, "known", NOON + seconds(5_000), number=2)
    assert deciding.one(again, NOW + seconds(HOLD_S)).state is AlertState.SHELVED


def test_an_ended_alert_keeps_what_was_shown(deciding: Deciding) -> None:
    """Closed during a hold it does not fall any more."""
    alert = deciding.one(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    closed = deciding.one(action(alert.alert_id, Action.FALSE_ALARM))
    assert (closed.priority, closed.falls_to, closed.falls_at) == (Priority.P1, None, None)
    assert deciding.tick(100 + HOLD_S) == []


def test_a_limit_that_begins_to_hold_holds_at_once(deciding: Deciding) -> None:
    """A report that turns out to be a demonstration, a home, or only seen by a camera is not held at P1."""
    for number, category in enumerate((Category.DEMONSTRATIE, Category.ONDERMIJNING_PAND)):
        name, at = f"n{number}", position(900 * number)
        assert deciding.one(report(name, position=at, urgency=0)).priority is Priority.P1
        update = report(name, position=at, urgency=0, category=category, revision=1, operation=Operation.UPDATE)
        after = deciding.one(update)
        assert (after.priority, after.falls_at) == (Priority.P4, None)
        assert after.score < 25 or after.capped_by is not None


def test_a_cancelled_report_leaves_what_only_a_camera_saw_at_p4(deciding: Deciding) -> None:
    """The limit is not damped."""
    deciding.take(episode().model_copy(update={"category": Category.STRAATROOF}))
    assert deciding.one(report()).priority is Priority.P1
    after = deciding.one(report(revision=1, operation=Operation.CANCEL))
    assert (after.priority, after.capped_by, after.falls_at) == (Priority.P4, "limit.camera_only", None)


@pytest.mark.parametrize("category", list(Category))
def test_camera_only_is_p4_but_for_crowds_objects_and_fire(deciding: Deciding, category: Category) -> None:
    """Whatever a crowd beside it adds."""
    seen = episode(level="critical").model_copy(update={"category": category})
    alert = deciding.one(seen)
    assert (alert.priority is not Priority.P4) is (category in BY_CAMERA_ALONE)


@pytest.mark.parametrize("level", ["warn", "high", "critical"])
def test_a_demonstration_never_rises(deciding: Deciding, level: str) -> None:
    """By urgency, by many sources, by a camera, or by a crowd of any size that grows fast."""
    for number in range(4):
        deciding.take(
            report(
                f"n{number}",
                in_view("cam-1"),
                category=Category.DEMONSTRATIE,
                urgency=0,
                source=f"source-{number}",
            )
        )
    deciding.take(sighting("n0", source="source-0"))
    deciding.take(rising(level, 90.0).model_copy(update={"category": Category.DEMONSTRATIE}))
    demonstration = [alert for alert in deciding.alerts.values() if alert.category is Category.DEMONSTRATIE]
    assert [(alert.priority, alert.capped_by) for alert in demonstration] == [(Priority.P4, "limit.demonstratie")]


def test_other_rules_score_at_the_next_change_without_a_hold(deciding: Deciding) -> None:
    """An open alert stays as it was told until then; the new version is named."""
    opened = deciding.one(report(category=BURGLARY))
    lower = RULES.model_dump(mode="json")["categories"]
    lower["woninginbraak"]["points"] = 10
    deciding.stage = Decide(changed(version="other", categories=lower), "r1")
    assert deciding.tick(400) == []
    assert deciding.newest(opened).rules_version == RULES.version
    after = deciding.one(action(opened.alert_id, Action.ACKNOWLEDGE), NOON + seconds(500))
    assert (after.priority, after.rules_version, after.falls_at) == (Priority.P4, "other", None)


def test_a_hold_of_earlier_rules_ends_with_them(deciding: Deciding) -> None:
    """When its time comes the other rules score, by their own points."""
    deciding.take(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    deciding.stage = Decide(changed(version="other", damping={"fall_after_s": 600}), "r1")
    [after] = deciding.tick(100 + HOLD_S)
    assert (after.priority, after.rules_version, after.falls_at) == (Priority.P2, "other", None)


def rising(level: str, rise_per_min: float | None, at: datetime = NOON, phase: str = "begin") -> Evidence:
    crowd = episode(phase, level, at)
    assert isinstance(crowd.fact, EpisodeFact)
    return crowd.model_copy(update={"fact": crowd.fact.model_copy(update={"rise_per_min": rise_per_min})})


@pytest.mark.parametrize(
    ("rise_per_min", "added"), [(None, None), (-40, None), (14.9, None), (15, 5), (29.9, 5), (30, 10), (500, 10)]
)
def test_a_crowd_that_grows_fast_counts_more(
    deciding: Deciding, rise_per_min: float | None, added: float | None
) -> None:
    """By how fast it rose when it reached its level; unknown or falling adds nothing."""
    alert = deciding.one(rising("warn", rise_per_min))
    assert points(alert).get("crowd.growth") == added
    assert alert.score == 40 + (added or 0)


def test_growth_is_that_of_the_newest_level(deciding: Deciding) -> None:
    """A crowd that reached its next level slowly grows fast no more; by a count alone it is never P1."""
    deciding.take(rising("warn", 40))
    high = deciding.one(rising("high", 40, NOON + seconds(60), "change"))
    assert (high.priority, high.score) == (Priority.P2, 60)
    slow = deciding.one(rising("high", 3, NOON + seconds(90), "change"))
    assert "crowd.growth" not in points(slow)


@pytest.mark.parametrize(("hour", "added"), [(21, None), (22, 5), (4, 5), (5, None), (12, None)])
def test_the_night_counts_by_local_time(deciding: Deciding, hour: int, added: float | None) -> None:
    """NOON is a winter's day: 23 o'clock in Amsterdam is 22 UTC. The reason names the local time."""
    at = NOON.replace(hour=hour)
    alert = deciding.one(report(category=BURGLARY, occurred_at=at, reported_at=at), at + seconds(60))
    assert points(alert).get("circumstance.night") == added
    if added:
        reason = next(factor.reason for factor in alert.factors if factor.rule_id == "circumstance.night")
        assert reason == f"at night (Tue {(hour + 1) % 24:02}:00 local time)"


@pytest.mark.parametrize(("east_m", "inside"), [(0, True), (100, False)])
def test_an_area_counts_where_the_best_position_lies_in_it(east_m: float, inside: bool) -> None:
    """And only for the categories that it names."""
    area = [{"lat": each.lat, "lon": each.lon} for each in box(-50, -50, 100)]
    shops = {
        "name": "shops",
        "categories": ["zakkenrollerij"],
        "points": 10,
        "reason": "a shopping street",
        "area": area,
    }
    deciding = Deciding(changed(circumstances=[shops]))
    alert = deciding.one(report(category=Category.ZAKKENROLLERIJ, position=position(east_m)))
    assert ("circumstance.shops" in points(alert)) is inside
    other = deciding.one(report("b", category=Category.FIETSDIEFSTAL, position=position(east_m)))
    assert "circumstance.shops" not in points(other)


def burglary(name: str, east_m: float = 0, at_s: float = 0, **changes: Any) -> Evidence:
    at = NOON + seconds(at_s)
    known: dict[str, Any] = {"category": BURGLARY, "position": position(east_m), "occurred_at": at, "reported_at": at}
    return report(name, **(known | changes))


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
        deciding = Deciding(changed(near_repeat=RULES.near_repeat.model_dump(mode="json") | {"categories": categories}))
        deciding.take(report())
        costs.append((deciding.rows.reads, deciding.rows.writes))
    assert costs[0] == costs[1]
