"""Whatever facts, actions and times come in whatever order: an alert moves as the table says, and what must never be is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.incidents import Operation
from schemas.ticks import Tick
from streams.domain.alerts.lifecycle import TABLE
from streams.domain.alerts.situation import Situation
from streams.stages.decide.store import LinkRow
from tests.support.deciding import PLAN, Deciding
from tests.support.situations import NOON, action, episode, position, report, seconds, sighting, tick

NAMES = ("a", "b", "c")
STEPS_S = (1, 60, 200, 2_000, 20_000, 90_000)
_STATES = list(AlertState)
MOVES = {(state, state) for state in _STATES} | {(state, after) for (state, _), after in TABLE.items()}
"""From which state to which one the table leads in one step; a fact and then its priority or a plan make two of them."""

Step = tuple[str, int, int, int]
STEPS = st.tuples(
    st.sampled_from(("report", "report", "cancel", "sighting", "crowd", "action", "action", "action", "tick", "again")),
    st.integers(0, 5),
    st.integers(0, 69),
    st.integers(0, 5),
)


class Told:
    """Makes messages of steps, with what was told before; keeps all alerts and decisions that come."""

    def __init__(self) -> None:
        self.deciding = Deciding(PLAN)
        self.given: list[Message] = []
        self.sent: list[Alert] = []
        self.revisions = dict.fromkeys(NAMES, -1)

    def message(self, step: Step, now: datetime) -> Message:
        kind, one, two, three = step
        name = NAMES[one % 3]
        if kind == "tick":
            return tick(at=now)
        if kind == "again" and self.given:
            return self.given[two % len(self.given)]
        if kind == "action" and self.sent:
            return self._action(one, two, three, now)
        if kind == "sighting":
            return sighting(name, at=now)
        if kind == "crowd":
            phase = ("begin", "change", "end")[one % 3]
            level = "none" if phase == "end" else ("warn", "high", "critical")[three % 3]
            return episode(phase, level, now, name=f"crowd-{two % 2}")
        self.revisions[name] += 1
        revision = self.revisions[name]
        operation = Operation.CANCEL if kind == "cancel" else Operation.UPDATE if revision else Operation.CREATE
        changes: dict[str, Any] = {"occurred_at": now, "reported_at": now, "position": position(100 * (two % 6))}
        category = (Category.JEUGDOVERLAST, Category.WONINGINBRAAK, Category.STRAATROOF)[two % 3]
        return report(name, revision=revision, operation=operation, category=category, urgency=three % 5, **changes)

    def _action(self, one: int, two: int, three: int, now: datetime) -> OperatorAction:
        ids = sorted({alert.alert_id for alert in self.sent})
        newest = self.deciding.alerts[ids[one % len(ids)]]
        facts = [row.incident_id for row in newest.reports] + ["crowd-0", "crowd-1"]
        return action(
            newest.alert_id,
            list(Action)[two % len(Action)],
            ("true", "false", "test", "")[three % 4],
            now + seconds(500),
            number=len(self.given),
            user=f"operator-{three % 2}",
            seen_revision=max(0, newest.revision - three // 4),
            assignee=(None, "operator-7", "")[one % 3],
            note=("called_back", "", "x" * 10_000)[two % 3],
            other_alert_id=ids[three % len(ids)],
            fact_id=facts[three % len(facts)],
        )


def play(steps: Iterable[Step]) -> Told:
    """Return what a series of steps told, each some time after the one before."""
    told, now = Told(), NOON
    for step in steps:
        now += seconds(STEPS_S[step[3]])
        message = told.message(step, now)
        before = dict(told.deciding.rows.documents)
        alerts = told.deciding.take(message, now)
        if isinstance(message, OperatorAction):
            [decision] = [each.message for each in told.deciding.outputs if each.message.name == "decision"]
            assert not (getattr(decision, "refused", "") and alerts)
        elif not isinstance(message, Tick) and not alerts:
            assert _alerts(before) == _alerts(told.deciding.rows.documents)
        told.given.append(message)
        told.sent += alerts
    return told


def _alerts(rows: dict[str, bytes]) -> dict[str, bytes]:
    return {name: row for name, row in rows.items() if name.startswith("alert/")}


@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_an_alert_lives_as_the_table_says(steps: list[Step]) -> None:
    """Its revisions count up, each step from state to state is in the table, and a P1 is never out of sight."""
    told = play(steps)
    for alert_id in {alert.alert_id for alert in told.sent}:
        mine = [alert for alert in told.sent if alert.alert_id == alert_id]
        assert [alert.revision for alert in mine] == list(range(len(mine)))
        for before, after in pairwise(mine):
            assert any((before.state, way) in MOVES and (way, after.state) in MOVES for way in _STATES)
            assert after.changed_at >= before.changed_at
    for alert in told.sent:
        aside = alert.state in {AlertState.SHELVED, AlertState.SUPPRESSED}
        assert not (aside and alert.priority is Priority.P1)
        assert (alert.shelf is not None) is (alert.state is AlertState.SHELVED)
        assert (alert.suppression is not None) is (alert.state is AlertState.SUPPRESSED)
        assert (alert.closing != "") is (alert.state is AlertState.CLOSED)
        assert alert.state is not AlertState.ACKNOWLEDGED or alert.acknowledged_at is not None
        assert alert.escalated_at is None or alert.escalated_at <= alert.changed_at


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_each_fact_belongs_to_one_alert_and_each_open_alert_will_be_looked_at(steps: list[Step]) -> None:
    """The one that its link names has it, unless that was merged away; nothing waits for ever."""
    told = play(steps)
    rows = told.deciding.rows
    for name, link in rows.scan("fact/", LinkRow):
        owner = rows.get(f"alert/amstelveen/{link.alert_id}", Situation)
        assert owner is not None
        fact_id = name.split("/", 2)[2]
        assert owner.merged_into is None
        assert fact_id in {row.report.incident_id for row in owner.reports} | {row.episode_id for row in owner.episodes}
        assert fact_id not in owner.apart
    due = rows.names("due/")
    for name in rows.names("alert/"):
        assert any(each.endswith(name) for each in due)


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_playing_again_gives_the_same(steps: list[Step]) -> None:
    """A decision depends on the rows, the input and the time, and on nothing else."""
    one, other = play(steps), play(steps)
    assert one.sent == other.sent
    assert one.deciding.rows.documents == other.deciding.rows.documents
