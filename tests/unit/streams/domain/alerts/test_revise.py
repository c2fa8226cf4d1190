"""A revision: from a situation before and after a change to the situation to keep and the alert to send."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.alerts import AlertState, Change, NearRepeat
from schemas.categories import Category, Priority
from schemas.evidence import Evidence, ReportFact
from streams.config.files import load_rules
from streams.domain.alerts import alert as alert_module
from streams.domain.alerts.facts import report_row
from streams.domain.alerts.priority.damping import ShownPriority
from streams.domain.alerts.revise import Policy, Revision, revise
from streams.domain.alerts.situation import Situation, open_situation, with_report
from streams.domain.alerts.suppression import NO_PLAN, Plan, PlanEntry
from tests.support.situations import NOON, ROOM, box, report, seconds

RULES = load_rules()
POLICY = Policy(RULES, NO_PLAN, "r1")
EVERYTHING = PlanEntry.model_validate(
    {"id": "fair", "reason": "a fair", "control_room": ROOM, "from": NOON, "until": NOON + seconds(900),
     "categories": tuple(Category), "area": box(-50, -50, 100)}
)  # fmt: skip
FAIR = Policy(RULES, Plan(version="p1", entries=(EVERYTHING,)), "r1")


def reported(situation: Situation | None = None, name: str = "a", **changes: Any) -> Situation:
    """Return a situation with one report more; without one, the one that it opens."""
    evidence: Evidence = report(name, **changes)
    assert isinstance(evidence.fact, ReportFact)
    return with_report(situation or open_situation(evidence, NOON), report_row(evidence, evidence.fact))


def opened(policy: Policy = POLICY, **changes: Any) -> Revision:
    return revise(None, reported(**changes), Change.EVIDENCE, (), policy, NOON)


def test_a_new_situation_is_revision_0_and_its_alert_says_what_it_is() -> None:
    """The situation remembers the priority that the alert shows."""
    revision = opened(urgency=1)
    kept, told = revision.situation, revision.alert
    assert (told.revision, told.change, told.state, told.priority) == (0, Change.OPENED, AlertState.NEW, Priority.P1)
    assert (kept.priority, kept.critical_since) == (Priority.P1, NOON)
    assert kept.shown == ShownPriority(priority=Priority.P1, rules_version=RULES.version)
    assert (told.alert_id, told.rules_version, told.registry_version) == (kept.alert_id, RULES.version, "r1")


def test_the_score_and_the_shown_priority_are_reckoned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a new situation and for a changed one."""
    called: list[str] = []
    for name in ("score", "shown", "camera_verdicts"):
        real = getattr(alert_module, name)

        def counted(*args: Any, real: Any = real, name: str = name) -> Any:
            called.append(name)
            return real(*args)

        monkeypatch.setattr(alert_module, name, counted)
    first = opened().situation
    revise(first, reported(first, "b"), Change.EVIDENCE, (), POLICY, NOON)
    assert sorted(called) == sorted(["score", "shown", "camera_verdicts"] * 2)


def test_a_rise_names_the_revision_that_made_it() -> None:
    """What takes an alert out of sight is refused to whoever saw an older one."""
    first = opened(category=Category.OVERIG).situation
    risen = revise(first, reported(first, "b", urgency=0), Change.EVIDENCE, (), POLICY, NOON + seconds(5))
    assert first.raised_revision == 0
    assert (risen.situation.revision, risen.situation.raised_revision) == (1, 1)
    assert (risen.alert.change, risen.alert.changed_at) == (Change.EVIDENCE, NOON + seconds(5))


def test_a_fall_is_held_in_the_situation_as_in_its_alert() -> None:
    """Both say until when."""
    first = opened(urgency=0).situation
    fallen = revise(first, reported(first, urgency=4, revision=1), Change.EVIDENCE, (), POLICY, NOON)
    until = NOON + seconds(RULES.damping.fall_after_s)
    assert (fallen.alert.priority, fallen.alert.falls_at) == (Priority.P1, until)
    assert fallen.alert.falls_to is not None
    assert fallen.alert.falls_to > Priority.P1
    assert fallen.situation.shown is not None
    assert fallen.situation.shown.falls_at == until


@pytest.mark.parametrize(("urgency", "state"), [(2, AlertState.SUPPRESSED), (0, AlertState.NEW)])
def test_a_plan_holds_back_what_is_no_p1(urgency: int, state: AlertState) -> None:
    """The alert and the situation stand in the same state."""
    revision = opened(FAIR, category=Category.GEWELD_VECHTPARTIJ, urgency=urgency)
    assert (revision.alert.priority is Priority.P1) is (urgency == 0)
    assert revision.alert.state is revision.situation.state is state


def test_what_it_repeats_is_kept_told_and_scored() -> None:
    """An earlier burglary near by."""
    near = NearRepeat(alert_id="earlier", occurred_at=NOON - seconds(3600), distance_m=40)
    found = revise(None, reported(category=Category.WONINGINBRAAK), Change.EVIDENCE, [near], POLICY, NOON)
    assert found.situation.near_repeats == found.alert.near_repeats == (near,)
    assert "near_repeat" in {factor.rule_id for factor in found.alert.factors}


def test_an_ended_alert_keeps_the_priority_that_was_shown_last() -> None:
    """What its facts are worth now does not change what was told."""
    first = opened(urgency=0).situation
    ended = reported(first, urgency=4, revision=1).model_copy(update={"state": AlertState.CLOSED, "ended_at": NOON})
    closed = revise(first, ended, Change.ACTION, (), POLICY, NOON)
    assert (closed.alert.priority, closed.alert.falls_at) == (Priority.P1, None)
    assert closed.alert.score < RULES.thresholds.p1


def test_the_cause_is_the_state_where_that_tells_more() -> None:
    """A cancellation and a coming back are named so, whatever brought them."""
    first = opened().situation
    gone = first.model_copy(update={"state": AlertState.CANCELLED})
    cancelled = revise(first, gone, Change.EVIDENCE, (), POLICY, NOON)
    assert cancelled.alert.change is Change.CANCELLED
    again = cancelled.situation.model_copy(update={"state": AlertState.NEW})
    assert revise(cancelled.situation, again, Change.EVIDENCE, (), POLICY, NOON).alert.change is Change.REOPENED
