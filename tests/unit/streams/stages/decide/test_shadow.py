"""Shadow rules decide beside the active ones, and tell nobody but their own topic."""

from __future__ import annotations

import pytest

from schemas.alerts import Alert
from schemas.categories import Priority
from streams import topics
from streams.config.files import load_rules
from streams.errors import ConfigurationError
from streams.runtime.in_memory import InMemory
from streams.settings import Settings
from streams.stages.base import Stage
from streams.stages.decide.budget import BudgetMeasure
from streams.stages.decide.shadow import Shadow
from streams.stages.decide.stage import Decide
from streams.worker.stages import make_stages
from tests.support.rows import FakeRows
from tests.support.situations import NOON, ROOM, item, position, report, seconds

RULES = load_rules()
LOWER = RULES.model_copy(
    update={"version": "shadow", "thresholds": RULES.thresholds.model_copy(update={"p1": 95.0, "p2": 90.0})}
)


def test_the_shadow_sends_whole_alerts_to_its_own_topic_alone() -> None:
    """The same alert with the shadow's priority; no alert, state or decision of the active ones."""
    given = item(report())
    [sent] = Shadow(LOWER, "r1").handle(given, FakeRows(), NOON)
    live = Decide(RULES, "r1").handle(given, FakeRows(), NOON)[0].message
    assert sent.topic == topics.SHADOW_ALERTS
    assert isinstance(sent.message, Alert)
    assert isinstance(live, Alert)
    assert (sent.message.alert_id, sent.message.rules_version) == (live.alert_id, "shadow")
    assert (live.priority, sent.message.priority) == (Priority.P1, Priority.P3)


def test_it_takes_what_the_active_stage_takes() -> None:
    """Under a name, and so a group, a state and a changelog, of its own."""
    assert Shadow.inputs == Decide.inputs
    assert topics.STATEFUL_STAGES[Shadow.name] == topics.STATEFUL_STAGES[Decide.name]


def test_the_gauges_of_the_budget_are_those_of_the_active_rules() -> None:
    """Both may run in one process, and a flood by the shadow's rules is none of the operators'."""
    measured, stages = {}, list[Stage]([Decide(LOWER, "r1"), Shadow(LOWER, "r1")])
    for stage in stages:
        memory, outputs = InMemory([stage]), []
        for number in range(20):
            far = report(str(number), position=position(1_500 * number))
            outputs += memory.give(far.topics[0], far, NOON)
        outputs += memory.tick(NOON + seconds(100))
        measured[stage.name] = [output.measured for output in outputs if output.measured is not None]
    assert measured["shadow"] == []
    first, *_, last = measured["decide"]
    assert isinstance(first, BudgetMeasure)
    assert isinstance(last, BudgetMeasure)
    assert (first.control_room_id, first.flood) == (ROOM, True)
    assert last.used_share > 0


def test_it_needs_rules_of_its_own() -> None:
    """The setting is named."""
    with pytest.raises(ConfigurationError, match="TOEZICHT_SHADOW_RULES"):
        make_stages(["shadow"], Settings())
