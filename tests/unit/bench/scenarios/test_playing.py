"""Playing scenarios: the real stages decide, time included, and the same inputs always give the same alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.scenarios.evaluating import Ablation, unseen, without
from bench.scenarios.generating import make
from bench.scenarios.layout import ActionInput, AnyInput, ReportInput, Scenario, SeenInput, in_order
from bench.scenarios.loading import Loaded, observations
from bench.scenarios.playing import PlayedScenario, Player
from bench.scenarios.town import CAMERAS, registry
from schemas.categories import Priority
from streams.config.files import load_rules
from streams.domain.cameras.registry import Registry
from streams.domain.geometry.ground import to_lat_lon

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULES = load_rules()
MARKET = {"lat": 52.30715, "lon": 4.8529, "accuracy_m": 20}


def _loaded(*inputs: AnyInput) -> Loaded:
    scenario = Scenario(name="own", kind="own", flood=False, start=START, duration_s=600)
    return Loaded(scenario, Registry.model_validate(registry()), tuple(in_order(inputs)))


def _report(at_s: float, source_id: str = "1", source: str = "politie-gms", **fields: Any) -> ReportInput:
    line = {"source": source, "source_id": source_id, "category": "vogwve", "priority": "P 1", "position": MARKET}
    return ReportInput(kind="report", at_s=at_s, line=line | fields)


def _action(at_s: float, action: str) -> ActionInput:
    return ActionInput.model_validate(
        {"kind": "action", "at_s": at_s, "action": action, "source": "politie-gms", "source_id": "1"}
    )


def _play(*inputs: AnyInput) -> PlayedScenario:
    return Player(_loaded(*inputs), RULES).play()


@pytest.mark.parametrize(
    ("inputs", "alerts", "counted"),
    [
        ([], 0, {}),
        ([_report(5)], 1, {"created": 1}),
        ([_report(5), _report(6)], 1, {"created": 1, "duplicate": 1}),
        ([_report(5), _report(6, "2")], 1, {"created": 2}),
        ([_report(5), _report(6, source="meldpunt")], 1, {"created": 2}),
        ([_report(5, operation="cancel"), _report(6)], 0, {"cancelled": 1, "after_cancel": 1}),
        ([_report(5, category=7, source_id="")], 0, {"unreadable": 1}),
        ([_report(5, operation="test")], 0, {"not_for_us": 1}),
    ],
)
def test_reports_run_through_the_rules_of_intake(
    inputs: Sequence[ReportInput], alerts: int, counted: dict[str, int]
) -> None:
    """Duplicates, cancellations before their report and what cannot be read make no alert."""
    played = _play(*inputs)
    assert len(played.alerts) == alerts
    assert dict(played.intake) == counted
    assert sum(played.lines.values()) == len(inputs)


def test_an_alert_is_shown_when_its_report_arrives_at_its_priority_and_all_lower_ones() -> None:
    """The moment of arrival is now."""
    (alert,) = _play(_report(5.5)).alerts.values()
    assert alert.shown_s == {Priority.P1: 5.5, Priority.P2: 5.5, Priority.P3: 5.5}
    assert alert.priority is Priority.P1
    assert [fact.source_id for fact in alert.facts.values()] == ["1"]


def test_what_is_for_the_log_or_for_others_is_not_on_the_list() -> None:
    """A P4, and a case that goes to the safety team."""
    played = _play(_report(5, category="fietswrak"), _report(6, "2", category="vodzwp"))
    assert [alert.shown_s for alert in played.alerts.values()] == [{}, {}]
    assert [alert.priority for alert in played.alerts.values()] == [Priority.P4, Priority.P4]


def test_an_operator_acts_on_the_alert_that_holds_the_report() -> None:
    """Once it is closed as false, the next report about the same opens another; with no alert there is nothing to act on."""
    played = _play(_action(1, "acknowledge"), _report(5), _action(60, "false_alarm"), _report(90, "2"))
    assert played.actions == 1
    assert len(played.alerts) == 2


def test_a_span_is_told_second_by_second_and_quiet_every_ten() -> None:
    """Every second of the span is told once: by itself, or as one before that was watched."""
    span = SeenInput(kind="seen", at_s=3, camera_id="markt", zone_id="plein", second_s=2, for_s=24, every_s=10)
    told = list(observations(span, START, "stad"))
    assert [at_s for at_s, _ in told] == [3, 13, 23, 26]
    assert sum(1 + each.quiet_s for _, each in told) == 24
    busy = span.model_copy(update={"every_s": 1, "for_s": 3, "count": 2, "dwell_s": 4.0})
    assert [(at_s, each.dwell_s, each.quiet_s) for at_s, each in observations(busy, START, "stad")] == [
        (3, 4, 0),
        (4, 5, 0),
        (5, 6, 0),
    ]


@pytest.mark.parametrize(("count", "begun"), [(30, 0), (130, 1)])
def test_boxes_in_a_calibrated_zone_reach_the_levels_that_they_reach_in_the_pipeline(count: int, begun: int) -> None:
    """Their density alone would not: persons hide each other."""
    crowd = {"for_s": 60, "count": count, "density_per_m2": count / 100}
    span = SeenInput(kind="seen", at_s=30.5, camera_id="markt", zone_id="plein", second_s=30, **crowd)
    assert len(_play(span).episodes) == begun


@pytest.mark.parametrize(("together", "raised"), [(1, False), (40, True)])
def test_a_camera_that_sees_what_is_unusual_there_raises_a_fire_that_nobody_judged(together: int, raised: bool) -> None:
    """An unsaid priority is P2 by itself, and P1 when a camera saw what four weeks before it had not; some persons are usual."""
    told = {"second_s": 18, "for_s": 30, "count": together, "standing_together": together}
    seen = SeenInput(kind="seen", at_s=20, camera_id="markt", zone_id="plein", **told)
    lat, lon = to_lat_lon(next(camera.middle for camera in CAMERAS if camera.name == "markt"))
    fire = _report(5, priority="", category="brbt", position={"lat": lat, "lon": lon, "accuracy_m": 10})
    (alert,) = _play(fire, seen).alerts.values()
    assert alert.shown_s == ({Priority.P1: 20} if raised else {}) | {Priority.P2: 5, Priority.P3: 5}
    (alone,) = Player(unseen(_loaded(fire, seen)), RULES).play().alerts.values()
    assert alone.priority is Priority.P2


def test_telling_the_time_every_second_changes_nothing() -> None:
    """What is due is kept in buckets of two and ten seconds, so every other second is enough."""
    made = make("football", 11, 0.1)
    loaded = Loaded(made.scenario, Registry.model_validate(registry()), tuple(made.inputs))
    every_second, every_other = Player(loaded, RULES, 1).play(), Player(loaded, RULES).play()
    assert every_second == every_other
    assert every_other.alerts


def test_without_merging_every_report_is_an_alert_and_its_revisions_still_are_one() -> None:
    """Three reports of one fight, of which one comes twice with a change."""
    apart, notes = without(RULES, (Ablation.MERGING,))
    given = _loaded(_report(5), _report(6, "2"), _report(7, source="meldpunt"), _report(9, priority="P 2"))
    assert len(Player(given, RULES).play().alerts) == 1
    assert len(Player(given, apart).play().alerts) == 3
    assert notes == []


def test_without_anything_off_the_rules_are_the_same() -> None:
    """And nothing is said."""
    assert without(RULES, ()) == (RULES, [])
