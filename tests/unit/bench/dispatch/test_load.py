"""The load of `bench dispatch`: what is reported becomes a P1 of its own, and figures are told leg by leg."""

from __future__ import annotations

from bench.dispatch.load import CATEGORY, confirmation, report
from bench.dispatch.measure import figures
from bench.flow.load import registry
from schemas.actions import Action
from schemas.alerts import Alert
from schemas.base import Message
from schemas.categories import Priority
from schemas.evidence import Evidence
from streams.config.files import load_rules
from streams.runtime.in_memory import MemoryRows
from streams.settings import Settings
from streams.stages.base import Input
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.topics import EVIDENCE, INCIDENTS
from tests.support.messages import NOON


def _input(message: Message, topic: str, offset: int) -> Input:
    return Input(message, b"", topic, 0, offset, message.message_id(), NOON)


def test_each_report_becomes_a_p1_of_its_own_which_a_person_can_confirm() -> None:
    """Fifty fires are fifty P1 alerts, and a confirmation of one is taken."""
    grid, rows = registry(), MemoryRows()
    locate, decide = Locate(grid, load_rules(), Settings().time_zone), Decide(load_rules(), grid.version)
    alerts: dict[str, Alert] = {}
    for number in range(50):
        incident = report(number, "run", grid, NOON)
        for located in locate.handle(_input(incident, INCIDENTS, number), MemoryRows(), NOON):
            if not isinstance(located.message, Evidence):
                continue
            for output in decide.handle(_input(located.message, EVIDENCE, number), rows, NOON):
                if isinstance(output.message, Alert):
                    alerts[output.message.alert_id] = output.message
    assert len(alerts) == 50
    assert {each.priority for each in alerts.values()} == {Priority.P1}
    assert {each.category for each in alerts.values()} == {CATEGORY}
    made = confirmation(next(iter(alerts.values())), "brandweer", NOON)
    assert (made.action, made.recipients) == (Action.CONFIRM_DISPATCH, ("brandweer",))


def test_figures_hold_the_whole_against_the_goal_and_tell_the_legs() -> None:
    """The highest of a hundred is the 99th percentile here; a goal that it misses is not met."""
    legs = {"request": [10.0] * 100, "partner": [20.0] * 100, "webhook": [30.0] * 99 + [600.0]}
    whole = [sum(each) for each in zip(*legs.values(), strict=True)]
    found = figures(whole, [5.0] * 100, legs, 2.0)
    assert (found["confirmations"], found["p50_ms"], found["p99_ms"], found["goal_met"]) == (100, 60.0, 630.0, False)
    assert found["legs_ms"]["webhook"] == {"p50": 30.0, "p99": 600.0}
    assert (found["limit_p50_ms"], found["limit_p99_ms"]) == (5.0, 5.0)
