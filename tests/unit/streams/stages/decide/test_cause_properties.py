"""Whatever facts, actions and times come in whatever order: no cause hides anything, and links follow from facts alone."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.evidence import Evidence
from schemas.incidents import Operation
from streams.domain.alerts.lifecycle import ENDED
from streams.presentation.standing import in_sight, ordered
from tests.support.deciding import Deciding
from tests.support.situations import NOON, action, episode, position, report, seconds, tick

CATEGORIES = (
    Category.BRAND,
    Category.GEWELD_VECHTPARTIJ,
    Category.MEDISCH_ONWEL,
    Category.JEUGDOVERLAST,
    Category.CROWD_DENSITY,
)
STEPS_S = (1, 30, 200, 1_000, 15_000)
IN_SIGHT = {AlertState.NEW, AlertState.ACKNOWLEDGED}
Step = tuple[str, int, int, int]
STEPS = st.tuples(
    st.sampled_from(("report", "report", "cancel", "crowd", "action", "action", "action", "tick", "tick")),
    st.integers(0, 9),
    st.integers(0, 83),
    st.integers(0, 9),
)


BURNING: tuple[Step, ...] = (("report", 0, 0, 1), ("report", 3, 1, 0), ("crowd", 0, 1, 0))
"""A fire, and a group and a crowd under it: where each series begins, so that what follows concerns causes."""


class Playing:
    """Plays steps; keeps what was told, and whom a person took from its cause."""

    def __init__(self) -> None:
        self.deciding = Deciding()
        self.sent: list[Alert] = []
        self.revisions: dict[str, int] = {}
        self.out: set[str] = set()
        self.number = 0

    def play(self, step: Step, now: datetime) -> None:
        self.number += 1
        message = self._message(step, now)
        alerts = self.deciding.take(message, now)
        self.sent += alerts
        if isinstance(message, OperatorAction):
            [decision] = [each.message for each in self.deciding.outputs if each.message.name == "decision"]
            if not getattr(decision, "refused", ""):
                if message.action is Action.DETACH:
                    self.out.add(message.alert_id)
                elif message.action is Action.ATTACH:
                    self.out.discard(message.alert_id)
        for alert in alerts:
            check(alert, self.out)
        look(list(self.deciding.alerts.values()))

    def _message(self, step: Step, now: datetime) -> Message:
        kind, one, two, three = step
        if kind == "tick":
            return tick(at=now)
        if kind == "action" and self.sent:
            return self._action(one, two, three, now)
        if kind == "crowd":
            phase = ("begin", "change", "end")[one % 3]
            level = "none" if phase == "end" else ("warn", "high", "critical")[three % 3]
            return episode(phase, level, now, name=f"crowd-{two % 2}", east_m=60.0 * (two % 4))
        name = f"r{one}"
        revision = self.revisions[name] = self.revisions.get(name, -1) + 1
        operation = Operation.CANCEL if kind == "cancel" else Operation.UPDATE if revision else Operation.CREATE
        place: dict[str, Any] = {"position": position(60.0 * (two % 5)), "occurred_at": now, "reported_at": now}
        return report(
            name, revision=revision, operation=operation, category=CATEGORIES[one % 5], urgency=three % 5, **place
        )

    def _action(self, one: int, two: int, three: int, now: datetime) -> OperatorAction:
        ids = sorted({alert.alert_id for alert in self.sent})
        under = [alert for alert in self.deciding.alerts.values() if alert.under_cause]
        newest = under[one % len(under)] if under and one % 2 else self.deciding.alerts[ids[one % len(ids)]]
        facts = [row.incident_id for row in newest.reports] + ["crowd-0", "crowd-1"]
        return action(
            newest.alert_id,
            [*Action, Action.DETACH, Action.DETACH, Action.ATTACH][two % (len(Action) + 3)],
            ("true", "false", "test", "")[three % 4],
            now + seconds(500),
            number=self.number,
            user=f"operator-{three % 2}",
            seen_revision=newest.revision,
            other_alert_id=ids[three % len(ids)],
            fact_id=facts[three % len(facts)],
            note="called_back",
        )


def check(alert: Alert, out: set[str]) -> None:
    """Hold one told alert to what must never be."""
    assert not (alert.under_cause and alert.priority is Priority.P1)
    assert not (alert.under_cause and (alert.handled_by or alert.asks or alert.grouped_under))
    assert not alert.under_cause or alert.caused_by is not None
    assert (alert.caused_by is None) is (alert.cause_reason is None)
    assert not (alert.symptoms and alert.caused_by)
    assert not (alert.alert_id in out and alert.caused_by)
    assert not (alert.state in ENDED and (alert.caused_by or alert.symptoms))


def look(known: list[Alert]) -> None:
    """Hold what may stand behind another line at this moment, were no symptom shown at all, to a cause that is shown itself."""
    open_ = {each.alert_id for each in known if each.operator_list and each.state in IN_SIGHT}
    assert open_ <= {each.alert_id for each in ordered(known)}
    listed, shown = ordered(known), {each.alert_id: each for each in ordered(in_sight(known, known, 0))}
    for alert in listed:
        if alert.alert_id not in shown and alert.grouped_under is None and alert.summary is None:
            cause = shown[alert.caused_by or ""]
            assert alert.under_cause
            assert cause.priority <= alert.priority  # as text, P1 < P4
            assert alert.priority is not Priority.P1


BECOMES_A_SYMPTOM: list[Step] = [
    ("report", 4, 18, 1),
    ("report", 1, 23, 6),
    ("action", 2, 8, 1),
    ("report", 6, 42, 6),
    ("action", 3, 63, 4),
    ("action", 7, 81, 2),
    ("action", 6, 80, 3),
    ("action", 4, 32, 1),
    ("action", 8, 28, 5),
    ("action", 5, 61, 2),
    ("report", 8, 0, 5),
    ("report", 4, 18, 1),
    ("crowd", 4, 21, 7),
    ("tick", 9, 68, 8),
    ("cancel", 0, 0, 7),
    ("tick", 4, 37, 0),
    ("action", 1, 18, 3),
    ("report", 6, 83, 8),
]
"""A cause with symptoms that is merged and split becomes a symptom itself."""

EXPIRES_AS_IT_GETS_ONE: list[Step] = [
    ("report", 0, 0, 0),
    ("report", 0, 0, 0),
    ("report", 1, 0, 0),
    ("tick", 0, 0, 2),
    ("report", 0, 0, 0),
    ("cancel", 8, 0, 0),
    ("report", 0, 0, 4),
    ("cancel", 8, 0, 0),
]
"""A fight expires with the tick in which a group comes under it."""


@settings(max_examples=200, deadline=None)
@example(BECOMES_A_SYMPTOM)
@example(EXPIRES_AS_IT_GETS_ONE)
@given(st.lists(STEPS, min_size=8, max_size=40))
def test_nothing_is_hidden_by_a_cause(steps: list[Step]) -> None:
    """After some seconds each symptom stands under a cause that is in sight, no less urgent, and names it."""
    playing, now = Playing(), NOON
    for step in (*BURNING, *steps):
        now += seconds(STEPS_S[step[3] % len(STEPS_S)])
        playing.play(step, now)
    for _ in range(4):
        now += seconds(10)
        playing.play(("tick", 0, 0, 0), now)
    newest = playing.deciding.alerts
    for alert in newest.values():
        if alert.caused_by is not None:
            cause = newest[alert.caused_by]
            assert cause.state in IN_SIGHT
            assert alert.alert_id in cause.symptoms
            assert not alert.under_cause or (cause.priority <= alert.priority and cause.grouped_under is None)
        for symptom in alert.symptoms:
            assert newest[symptom].caused_by == alert.alert_id


def _facts(places: tuple[int, ...], urgency: int) -> list[Evidence]:
    """Return two fires, a fight, and a symptom of each category: so far apart, or of such kinds, that none joins another."""
    at = [NOON + seconds(60 * number) for number in range(6)]

    def told(name: str, category: Category, east_m: float, number: int) -> Evidence:
        where: dict[str, Any] = {"position": position(east_m), "occurred_at": at[number], "reported_at": at[number]}
        return report(name, category=category, urgency=urgency, **where)

    return [
        told("fire-1", Category.BRAND, 0, 0),
        told("fire-2", Category.BRAND, 300, 1),
        told("fight", Category.GEWELD_VECHTPARTIJ, 150, 2),
        told("ambulance", Category.MEDISCH_ONWEL, places[0], 3),
        told("group", Category.JEUGDOVERLAST, places[1], 4),
        episode("begin", "warn", at[5], east_m=places[2]),
    ]


def _links(evidence: list[Evidence], apart_s: float) -> set[tuple[str, str, bool, str]]:
    deciding = Deciding()
    now = NOON + seconds(600)
    for each in evidence:
        deciding.take(each, now)
        now += seconds(apart_s)
        deciding.take(tick(at=now), now)
    for _ in range(4):
        now += seconds(10)
        deciding.take(tick(at=now), now)
    named = {
        alert.alert_id: alert.reports[0].source_id if alert.reports else "crowd" for alert in deciding.alerts.values()
    }
    return {
        (named[alert.alert_id], named[alert.caused_by], alert.under_cause, str(alert.cause_reason))
        for alert in deciding.alerts.values()
        if alert.caused_by is not None
    }


@settings(max_examples=80, deadline=None)
@given(
    st.tuples(*(st.integers(-300, 600) for _ in range(3))),
    st.integers(0, 4),
    st.sampled_from((0.0, 15.0)),
    st.randoms(use_true_random=False),
)
def test_links_do_not_depend_on_the_order_of_arrival(
    places: tuple[int, ...], urgency: int, apart_s: float, shuffle: random.Random
) -> None:
    """Some seconds after the last of them the same stands under the same, for the same reason."""
    evidence = _facts(places, urgency)
    shuffled = list(evidence)
    shuffle.shuffle(shuffled)
    assert _links(shuffled, apart_s) == _links(evidence, 0.0)
