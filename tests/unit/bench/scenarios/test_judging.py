"""Judging alerts: tables that were computed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.scenarios.evaluating import goals, worst
from bench.scenarios.explaining import faults
from bench.scenarios.judging import JudgedScenario, figures, judge
from bench.scenarios.layout import EpisodeRef, ReportRef, Scenario, TrueSituation, Truth
from bench.scenarios.playing import Fact, PlayedAlert, PlayedScenario
from schemas.categories import Category, Priority
from schemas.evidence import Verdict

P1, P2, P3, P4 = Priority


def _true(name: str, priority: Priority, *reports: str, **fields: Any) -> TrueSituation:
    given = {"category": Category.BRAND, "from_s": 0, "until_s": 100, "known_s": 10} | fields
    refs = tuple(ReportRef(source="gms", source_id=report) for report in reports)
    return TrueSituation(id=name, priority=priority, reports=refs, **given)


def _report(name: str) -> Fact:
    return Fact("gms", name, "", "", Category.BRAND, 10)


def _episode(at_s: float) -> Fact:
    return Fact("", "", "c1", "z", Category.CROWD_DENSITY, at_s)


def _alert(name: str, priority: Priority, *facts: Fact, at_s: float = 10, **fields: Any) -> PlayedAlert:
    shown = {each: at_s for each in (P1, P2, P3) if priority <= each}
    return PlayedAlert(name, {str(number): fact for number, fact in enumerate(facts)}, shown, **fields)


def _judged(
    situations: list[TrueSituation], alerts: list[PlayedAlert], flood: bool = False, **fields: Any
) -> JudgedScenario:
    played = PlayedScenario(alerts={alert.alert_id: alert for alert in alerts}, **fields)
    for situation in situations:
        played.lines.update((ref.source, ref.source_id) for ref in situation.reports)
    truth = Truth(situations=tuple(situations), flood_from_s=0 if flood else None)
    return judge(_scenario(flood), truth, played)


def _scenario(flood: bool = False, **fields: Any) -> Scenario:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    return Scenario(name="s", kind="s", flood=flood, start=start, duration_s=1_200, **fields)


def _figures(situations: list[TrueSituation], alerts: list[PlayedAlert], **fields: Any) -> dict[str, Any]:
    return figures([_judged(situations, alerts, **fields)])


def test_one_alert_for_each_situation_is_perfect() -> None:
    """At its own priority, with all reports in it; what is for the log is not on the list."""
    true = [_true("a", P1, "1", "2"), _true("b", P2, "3"), _true("c", P3, "4"), _true("d", P4, "5")]
    alerts = [
        _alert("A", P1, _report("1"), _report("2")),
        _alert("B", P2, _report("3")),
        _alert("C", P3, _report("4")),
        _alert("D", P4, _report("5")),
    ]
    found = _figures(true, alerts)
    for row in ("p1", "p2", "p3", "p4", "p1_p2", "total"):
        assert (found[row]["precision"], found[row]["recall"]) == (1, 1)
    assert found["total"]["alerts_per_situation"] == 1
    assert found["total"]["critical_missed"] == 0
    assert found["total"]["reduction"] == pytest.approx(1 - 3 / 5)
    assert found["p1"]["reduction"] == pytest.approx(1 - 1 / 2)
    assert found["p4"]["reduction"] == 1
    assert faults(_judged(true, alerts)) == []


def test_two_alerts_for_one_situation_are_a_surplus() -> None:
    """Both are right, and there is one too many."""
    true, alerts = [_true("a", P1, "1", "2")], [_alert("A", P1, _report("1")), _alert("B", P1, _report("2"))]
    found = _figures(true, alerts)
    assert found["p1"]["precision"] == 1
    assert found["p1"]["alerts_per_situation"] == 2
    assert found["total"]["reduction"] == 0
    assert [each["what"] for each in faults(_judged(true, alerts))] == ["surplus"]


def test_a_situation_in_the_alert_of_another_is_swallowed_and_missed() -> None:
    """An alert is for the situation that most of it belongs to; of equally many for the one known first."""
    true = [_true("a", P2, "1", "2"), _true("b", P1, "3", known_s=5)]
    alerts = [_alert("A", P1, _report("1"), _report("2"), _report("3"))]
    found = _figures(true, alerts)
    assert found["total"]["swallowed"] == 1
    assert found["total"]["critical_missed"] == 1
    assert found["p1"]["recall"] == 0
    assert found["p2"]["recall"] == 1
    assert found["p1"]["precision"] == 0
    assert "swallowed by the alert for a" in faults(_judged(true, alerts))[0]["why"]
    even = _figures(true, [_alert("A", P1, _report("1"), _report("3"))])
    assert even["p1"]["recall"] == 1
    assert even["p2"]["recall"] == 0


@pytest.mark.parametrize(
    ("shown", "recall", "missed", "not_p1"),
    [(P1, 1, 0, 0), (P2, 0, 0, 1), (P3, 0, 1, 1), (P4, 0, 1, 1), (None, 0, 1, 1)],
)
def test_a_critical_situation_is_missed_below_p2(
    shown: Priority | None, recall: float, missed: int, not_p1: int
) -> None:
    """At P2 an operator is told to act at once; a lower place on the list, the log and no alert at all are misses."""
    alerts = [] if shown is None else [_alert("A", shown, _report("1"))]
    found = _figures([_true("a", P1, "1")], alerts)
    assert found["p1"]["recall"] == recall
    assert found["p1_p2"]["recall"] == 1 - missed
    assert found["total"]["critical_missed"] == found["p1"]["critical_missed"] == missed
    assert found["total"]["critical_not_p1"] == not_p1


@pytest.mark.parametrize(
    ("true", "shown", "p1_p2", "total"),
    [(P1, P2, 1, 1), (P2, P1, 1, 1), (P3, P2, 0, 1), (P3, P3, None, 1), (P4, P2, 0, 0), (P4, P3, None, 0)],
)
def test_precision_asks_whether_the_call_was_warranted(
    true: Priority, shown: Priority, p1_p2: float | None, total: float
) -> None:
    """An urgent alert must be for an urgent situation, any entry of the list for one that needs somebody."""
    found = _figures([_true("a", true, "1")], [_alert("A", shown, _report("1"))])
    assert found["p1_p2"]["precision"] == p1_p2
    assert found["total"]["precision"] == total


def test_an_alert_about_nothing_is_false() -> None:
    """A camera's episode of which nothing is true counts as P4 that was not left in the log."""
    found = _figures([], [_alert("A", P2, _episode(5))], episodes=[_episode(5)])
    assert found["p2"]["precision"] == 0
    assert found["total"]["recall"] is None
    assert found["total"]["reduction"] == 0
    assert found["p4"]["reduction"] == 0


@pytest.mark.parametrize(("at_s", "belongs"), [(-61, False), (-60, True), (50, True), (160, True), (161, False)])
def test_an_episode_belongs_by_its_zone_and_time(at_s: float, belongs: bool) -> None:
    """A minute more or less."""
    ref = EpisodeRef(camera_id="c1", zone_id="z", category=Category.CROWD_DENSITY, from_s=0, until_s=100)
    found = _figures([_true("a", P3, episodes=(ref,))], [_alert("A", P3, _episode(at_s))])
    assert found["total"]["recall"] == belongs


def test_a_grouped_alert_is_not_on_the_list_and_its_summary_is_an_entry() -> None:
    """What stands in a summary alone was not shown; the summary counts against the budget and the reduction, for nothing else."""
    grouped = PlayedAlert("A", {"0": _report("1")}, {}, grouped=True)
    summary = _alert("S", P3, summary=True)
    found = _figures([_true("a", P3, "1", "2", "3")], [grouped, summary])
    assert found["p3"]["recall"] == 0
    assert found["total"]["precision"] is None
    assert found["quiet"]["operator_alerts"] == 1
    assert found["quiet"]["reduction"] == pytest.approx(2 / 3)
    assert found["quiet"]["budget"]["grouped"] == 1


def test_times_are_counted_from_the_first_input_and_from_the_beginning() -> None:
    """Until it stood on the list at its own priority: rising late is late."""
    late = PlayedAlert("A", {"0": _report("1")}, {P3: 10.0, P2: 40.0, P1: 70.0})
    found = _figures([_true("a", P1, "1", known_s=10, from_s=-20)], [late])
    assert found["p1"]["time_to_alert_s"] == {"p50": 60, "p95": 60}
    assert found["p1"]["since_start_s"] == {"p50": 90, "p95": 90}


def test_windows_of_ten_minutes_hold_what_was_new_in_them() -> None:
    """Eleven in the first ten minutes of a flood are one too many."""
    alerts = [_alert(str(number), P3, _report(str(number)), at_s=number * 50) for number in range(12)]
    true = [_true(str(number), P3, str(number)) for number in range(12)]
    budget = _figures(true, alerts, flood=True)["flood"]["budget"]
    assert budget["windows"] == 2
    assert budget["kept"] == 0.5
    assert budget["most_in_10_min"] == budget["first_10_min_of_a_flood"] == 12
    later = _figures(true, [*alerts[:10], _alert("11", P3, at_s=600)], flood=True)["flood"]["budget"]
    assert later["kept"] == 1
    assert later["per_10_min"] == 5.5


def test_quiet_and_flood_are_told_apart() -> None:
    """Each with its own inputs and entries, observations counted or not."""
    quiet = _judged([_true("a", P1, "1")], [_alert("A", P1, _report("1"))], seconds_with_something=99)
    flood = _judged([_true("a", P4, "1")], [_alert("A", P4, _report("1"))], flood=True)
    found = figures([quiet, flood])
    assert (found["quiet"]["reduction"], found["flood"]["reduction"]) == (0, 1)
    assert found["quiet"]["reduction_with_observations"] == pytest.approx(0.99)
    assert found["total"]["reduction"] == 0.5


def test_nothing_at_all_gives_no_figures_and_no_fault() -> None:
    """None, and never a division by nothing; a goal that was not measured is neither reached nor missed."""
    found = _figures([], [])
    assert found["total"]["precision"] is None
    assert found["total"]["time_to_alert_s"] == {"p50": None, "p95": None}
    met = {each["figure"]: each["met"] for each in goals(found)}
    assert met["critical situations missed"] is True
    assert met["precision P1+P2"] is None


def test_verdicts_are_told_of_what_was_real_and_of_nothing_in_view() -> None:
    """By the first report of each; what no camera has in view is left out, and what nobody said could not be seen."""
    true = [
        _true("a", P1, "1", "9", in_view_of="c1"),
        _true("b", P1, "2", in_view_of="c1"),
        _true("c", P4, "3", in_view_of="c1", false_report=True),
        _true("d", P4, "4", in_view_of="c1", false_report=True),
        _true("e", P1, "5"),
    ]
    said = {"1": Verdict.CORROBORATED, "2": Verdict.CORROBORATED, "9": Verdict.UNSEEN, "3": Verdict.CORROBORATED}
    judged = _judged(true, [], verdicts={("gms", name): verdict for name, verdict in said.items()})
    found = figures([judged])["verdicts"]
    assert (found["real"]["reports"], found["nothing"]["reports"]) == (2, 2)
    assert (found["real"]["corroborated"], found["nothing"]["corroborated"]) == (1, 0.5)
    assert found["nothing"]["could_not_see"] == 0.5
    assert found["ratio"] == 2


def test_a_scenario_for_verdicts_alone_counts_in_no_figure_of_the_list() -> None:
    """Neither its situations nor its alerts."""
    true, alerts = [_true("a", P1, "1", in_view_of="c1")], [_alert("A", P1, _report("1"))]
    listed = _judged(true, alerts)
    found = figures([listed, replace(listed, listed=False, name="doubtful")])
    assert found["p1"]["situations"] == found["p1"]["alerts"] == 1
    assert found["verdicts"]["real"]["reports"] == 2


def test_shares_of_the_list_stand_beside_those_of_what_is_true() -> None:
    """One P2 too many at P1 makes half of the list P1 where a third is."""
    true = [_true("a", P1, "1"), _true("b", P2, "2"), _true("c", P2, "3"), _true("d", P3, "4")]
    alerts = [_alert(each.id, P1 if each.id < "c" else P2, _report(each.reports[0].source_id)) for each in true]
    found = _figures(true, alerts)
    assert found["shares"]["p1"] == {"list": 0.5, "truth": 0.25}
    assert found["p1"]["share_off"] == 0.25


def test_a_flood_is_held_against_one_entry_for_each_true_situation() -> None:
    """Two entries for one situation of three reports lie a third below."""
    true = [_true("a", P1, "1", "2", "3")]
    alerts = [_alert("A", P1, _report("1")), _alert("B", P1, _report("2"))]
    assert _figures(true, alerts, flood=True)["flood"]["short_of_one_each"] == pytest.approx(1 / 3)


def test_the_worst_set_is_the_one_that_misses_a_goal_most() -> None:
    """The lowest of what is to be high, the highest of what is to be low."""
    sets = [
        {"seeds": [seed], "goals": [{"figure": "f", "reached": reached}]}
        for seed, reached in ((1, 0.5), (2, 0.2), (3, None))
    ]
    assert worst(sets, "f", "at least") == (0.2, [2])
    assert worst(sets, "f", "at most") == (0.5, [1])
    assert worst(sets, "g", "at most") is None
