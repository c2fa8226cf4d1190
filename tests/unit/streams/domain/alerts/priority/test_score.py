"""The score of a situation by the rules, through the stage `decide` with rows in memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from schemas.categories import Category, Priority
from schemas.evidence import EpisodeFact, Evidence, Verdict
from schemas.incidents import Operation, ReportNote
from streams.domain.rules.contradictions import BY_CAMERA_ALONE
from streams.domain.rules.rules import ROUTINE_FROM
from tests.support.deciding import BURGLARY, RULES, Deciding, changed, points
from tests.support.situations import (
    NOON,
    box,
    episode,
    in_view,
    position,
    report,
    seconds,
    sighting,
)


def rising(level: str, rise_per_min: float | None, at: datetime = NOON, phase: str = "begin") -> Evidence:
    crowd = episode(phase, level, at)
    assert isinstance(crowd.fact, EpisodeFact)
    return crowd.model_copy(update={"fact": crowd.fact.model_copy(update={"rise_per_min": rise_per_min})})


@pytest.mark.parametrize(
    ("category", "urgency", "priority", "capped_by"),
    [
        (Category.DEMONSTRATIE, 0, Priority.P4, "limit.demonstratie"),
        (Category.WOONFRAUDE_OVERBEWONING, 0, Priority.P4, "limit.case"),
        (Category.OVERIG, 3, Priority.P4, None),
        (Category.VERKEER_CONTEXT, 0, Priority.P4, "limit.verkeer_context"),
        (Category.VERWARD_PERSOON, 0, Priority.P1, None),
        (Category.VERWARD_PERSOON, 3, Priority.P2, None),
    ],
)
def test_hard_limits_hold_whatever_the_score(
    deciding: Deciding, category: Category, urgency: int, priority: Priority, capped_by: str | None
) -> None:
    """And the alert names the limit only when it lowered something."""
    deciding.take(report("a", category=category, urgency=urgency, source="x"))
    alert = deciding.one(report("b", category=category, urgency=urgency, source="y"))
    assert (alert.priority, alert.capped_by) == (priority, capped_by)


@pytest.mark.parametrize("category", [Category.BRAND, Category.GEWELD_VECHTPARTIJ, Category.VERWARD_PERSOON])
@pytest.mark.parametrize(
    ("said", "urgency", "priority", "capped_by"),
    [
        ("P 2", 2, Priority.P2, "limit.routine"),
        ("P 3", 3, Priority.P2, "limit.routine"),
        ("", 3, Priority.P1, None),
        ("P 1", 1, Priority.P1, None),
    ],
)
def test_what_its_sources_call_routine_is_certain_and_no_more_urgent(
    deciding: Deciding, category: Category, said: str, urgency: int, priority: Priority, capped_by: str | None
) -> None:
    """A camera and a second partner lift what nobody judged, or somebody called urgent, to P1; what is routine stays P2.

    Of a person in distress what every source calls routine is a case of the care partner, and no operator's.
    """
    if category is Category.VERWARD_PERSOON and said == "P 3":
        priority, capped_by = Priority.P4, "limit.case"
    told: dict[str, Any] = {"category": category, "urgency": urgency, "source_priority": said}
    deciding.take(report("a", in_view("cam-1"), source="x", **told))
    deciding.take(report("b", in_view("cam-1"), source="y", **told))
    alert = deciding.one(sighting("a", source="x"))
    assert (alert.verdict, alert.priority, alert.capped_by) == (Verdict.CORROBORATED, priority, capped_by)


@pytest.mark.parametrize(
    ("category", "on_the_list", "case"),
    [
        (Category.VERWARD_PERSOON, ("politie", "ambulance", "ggd"), ("ggd",)),
        (Category.WOONOVERLAST, ("politie", "hor"), ("oov", "corporatie", "hor")),
    ],
)
def test_what_is_not_acute_is_a_case(
    deciding: Deciding, category: Category, on_the_list: tuple[str, ...], case: tuple[str, ...]
) -> None:
    """For the care partner, or who handles homes; one source that calls it urgent brings it on the list."""
    routine = deciding.one(report("a", category=category, urgency=3, source_priority="P 3", source="x"))
    assert (routine.operator_list, routine.priority, routine.recipients) == (False, Priority.P4, case)
    urgent: dict[str, Any] = {"category": category, "urgency": 1, "source_priority": "P 1", "source": "y"}
    risen = deciding.one(report("b", **urgent))
    assert (risen.alert_id, risen.operator_list, risen.recipients) == (routine.alert_id, True, on_the_list)
    assert risen.priority <= Priority.P2
    after = deciding.one(report("b", revision=1, operation=Operation.CANCEL, **urgent))
    assert (after.operator_list, after.recipients) == (False, case)


@pytest.mark.parametrize("category", [Category.VERWARD_PERSOON, Category.WOONOVERLAST])
def test_what_nobody_judged_is_no_case(deciding: Deciding, category: Category) -> None:
    """A report that does not say how urgent it is stands on the list."""
    alert = deciding.one(report("a", category=category, urgency=3, source_priority=""))
    assert alert.operator_list
    assert alert.priority <= Priority.P3


def test_one_source_that_calls_it_urgent_is_enough(deciding: Deciding) -> None:
    """And when it is withdrawn, it is routine again at once."""
    deciding.take(report("a", category=Category.BRAND, urgency=2, source_priority="P 2"))
    urgent: dict[str, Any] = {"category": Category.BRAND, "urgency": 1, "source_priority": "P 1", "source": "meldpunt"}
    assert deciding.one(report("b", **urgent)).priority is Priority.P1
    after = deciding.one(report("b", revision=1, operation=Operation.CANCEL, **urgent))
    assert (after.priority, after.falls_to) == (Priority.P1, Priority.P2)


@pytest.mark.parametrize(
    ("category", "urgency", "accuracy_m", "priority"),
    [
        pytest.param(Category.BRAND, 2, 120, Priority.P2, id="automatic-alarm"),
        (Category.BRAND, 2, 4_000, Priority.P2),
        (Category.BRAND, 1, 120, Priority.P1),
        (Category.BRAND, 1, 4_000, Priority.P1),
        (Category.BRAND, 1, None, Priority.P1),
        (Category.GEWELD_VECHTPARTIJ, 2, 120, Priority.P2),
        (Category.GEWELD_VECHTPARTIJ, 1, 4_000, Priority.P1),
        (Category.GEWELD_VECHTPARTIJ, 1, None, Priority.P1),
    ],
)
def test_a_fire_and_a_fight_are_as_urgent_as_is_said(
    deciding: Deciding, category: Category, urgency: int, accuracy_m: float | None, priority: Priority
) -> None:
    """P1 or P2 by their urgency alone (fact sheet §7): how well the place is known changes neither."""
    where = None if accuracy_m is None else position(accuracy_m=accuracy_m)
    assert deciding.one(report("a", category=category, urgency=urgency, position=where)).priority is priority


UNKNOWN: dict[str, Any] = {"category": Category.OVERIG, "category_source": "zzzz", "notes": (ReportNote.UNKNOWN_KIND,)}


@pytest.mark.parametrize(
    ("urgency", "changes", "priority"),
    [
        (1, {}, Priority.P2),
        (0, {}, Priority.P1),
        (1, {"position": None, "place": ""}, Priority.P2),
        (1, {"position": None, "place": "", "reported_at": NOON + seconds(27 * 86_400)}, Priority.P2),
        (2, {}, Priority.P4),
        (3, {}, Priority.P4),
    ],
    ids=["p1", "a0", "nowhere", "four-weeks-late", "p2", "unsaid"],
)
def test_what_no_table_explains_keeps_its_urgency(
    deciding: Deciding, urgency: int, changes: dict[str, Any], priority: Priority
) -> None:
    """A P 1 of an unknown kind stands on the list at P2 or higher, with the reason; what is not urgent is logged."""
    alert = deciding.one(report("a", urgency=urgency, source_priority="x", **(UNKNOWN | changes)))
    assert (alert.priority, alert.operator_list) == (priority, True)
    assert ("unknown_kind" in points(alert)) is (urgency <= 1)
    assert alert.reports[0].notes == (ReportNote.UNKNOWN_KIND,)


def test_what_a_table_calls_minor_stays_minor(deciding: Deciding) -> None:
    """A wrecked bicycle at P 1 is known, and held at P4."""
    alert = deciding.one(report("a", category=Category.OVERIG, category_source="fietswrak", urgency=0))
    assert (alert.priority, alert.capped_by) == (Priority.P4, "limit.overig")


def test_an_unknown_kind_lifts_the_minor_report_that_it_joins(deciding: Deciding) -> None:
    """And when it is withdrawn, what is left is minor again."""
    deciding.take(report("a", category=Category.OVERIG))
    alert = deciding.one(report("b", urgency=1, **UNKNOWN))
    assert (len(alert.reports), alert.priority) == (2, Priority.P2)
    alert = deciding.one(report("b", urgency=1, operation=Operation.CANCEL, revision=1, **UNKNOWN))
    assert (alert.priority, alert.falls_to) == (Priority.P2, Priority.P4)


def test_pickpocketing_is_prompt_only_when_it_is_reported_at_once(deciding: Deciding) -> None:
    """P2 within five minutes, P3 after; an hour later counts less. An update does not make it older."""
    now = deciding.one(report("a", category=Category.ZAKKENROLLERIJ))
    assert (now.priority, points(now)["age.just_now"]) == (Priority.P2, 25)
    update = report(
        "a",
        category=Category.ZAKKENROLLERIJ,
        revision=1,
        operation=Operation.UPDATE,
        reported_at=NOON + timedelta(hours=2),
    )
    assert deciding.one(update, NOON + timedelta(hours=2)).priority is Priority.P2
    late = report("b", category=Category.ZAKKENROLLERIJ, position=position(700), reported_at=NOON + timedelta(hours=1))
    assert points(deciding.one(late))["age.3600"] == -5


@pytest.mark.parametrize(
    ("level", "priority"), [("warn", Priority.P3), ("high", Priority.P2), ("critical", Priority.P1)]
)
def test_a_crowd_is_an_alert_without_any_report(deciding: Deciding, level: str, priority: Priority) -> None:
    """Crowd thresholds are one of the exceptions to camera-only being P4."""
    alert = deciding.one(episode(level=level))
    assert (alert.priority, alert.category, alert.capped_by) == (priority, Category.CROWD_DENSITY, None)
    assert alert.title == "Crowd seen by cam-1"


def test_what_only_a_camera_saw_stays_at_p4_until_somebody_reports_it(deciding: Deciding) -> None:
    """For every category that is not excepted."""
    seen = episode().model_copy(update={"category": Category.STRAATROOF})
    alert = deciding.one(seen)
    assert (alert.priority, alert.capped_by) == (Priority.P4, "limit.camera_only")
    joined = deciding.one(report())
    assert (joined.alert_id, joined.priority, joined.capped_by) == (alert.alert_id, Priority.P1, None)
    assert joined.verdict is Verdict.CORROBORATED


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


@pytest.mark.parametrize(
    ("rise_per_min", "added"), [(None, None), (-40, None), (14.9, None), (15, 3), (29.9, 3), (30, 5), (500, 5)]
)
def test_a_crowd_that_grows_fast_counts_more(
    deciding: Deciding, rise_per_min: float | None, added: float | None
) -> None:
    """By how fast it rose when it reached its level; unknown or falling adds nothing."""
    alert = deciding.one(rising("warn", rise_per_min))
    assert points(alert).get("crowd.growth") == added
    assert alert.score == 45 + (added or 0)


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
    deciding = Deciding(rules=changed(circumstances=[shops]))
    alert = deciding.one(report(category=Category.ZAKKENROLLERIJ, position=position(east_m)))
    assert ("circumstance.shops" in points(alert)) is inside
    other = deciding.one(report("b", category=Category.FIETSDIEFSTAL, position=position(east_m)))
    assert "circumstance.shops" not in points(other)


@pytest.mark.parametrize("category", [each for each in Category if RULES.of(each).routine_cap is not None])
def test_no_routine_cap_holds_what_any_source_calls_urgent(category: Category) -> None:
    """Whatever the other says, before it or after it, and whatever priority is written beside the urgency."""
    said = [(0, "A0"), (1, "P 1"), (1, ""), (2, "P 2"), (3, "P 3"), (3, ""), (4, "laag")]
    for one, other in product(said, said):
        deciding = Deciding()
        for name, (urgency, priority) in (("a", one), ("b", other)):
            deciding.take(report(name, source=name, category=category, urgency=urgency, source_priority=priority))
        [alert] = [each for each in deciding.alerts.values() if each.summary is None]
        urgent = min(one[0], other[0]) < ROUTINE_FROM
        assert not (urgent and alert.capped_by == "limit.routine"), (one, other)
        if not urgent and one != (3, "") and other != (3, ""):
            assert alert.priority >= Priority.P2, (one, other)
