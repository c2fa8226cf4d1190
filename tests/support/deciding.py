"""The stage `decide` with rows in memory, and ways to an alert in each state of its life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.base import Message, json_document
from schemas.categories import Category
from schemas.codec import parse
from schemas.decisions import DecisionLog
from schemas.dispatch import DispatchRequest
from schemas.evidence import Evidence
from schemas.incidents import Operation
from streams import topics
from streams.config.files import load_rules
from streams.domain.alerts.suppression import NO_PLAN, Plan
from streams.domain.rules.rules import Rules
from streams.stages.base import Output
from streams.stages.decide.stage import Decide
from tests.support.rows import FakeRows
from tests.support.situations import (
    NOON,
    action,
    box,
    episode,
    item,
    position,
    report,
    seconds,
    tick,
)

RULES = load_rules()


NOW = NOON + seconds(100)


OPEN_S = RULES.lifetime.open_s


class Deciding:
    """The stage with its rows; `take` returns the alerts that one message changed."""

    def __init__(self, plan: Plan = NO_PLAN, rules: Rules = RULES) -> None:
        self.stage = Decide(rules, "r1", plan)
        self.rows = FakeRows()
        self.alerts: dict[str, Alert] = {}
        self.outputs: list[Output] = []
        self.offset = 0

    def take(self, message: Message, now: datetime = NOW) -> list[Alert]:
        self.offset += 1
        self.outputs = list(self.stage.handle(item(message, self.offset), self.rows, now))
        for each in self.outputs:  # they are made of checked values without a check of their own
            assert parse(type(each.message), json_document(each.message)) == each.message
        found = [each.message for each in self.outputs if each.topic == topics.ALERTS]
        alerts = [each for each in found if isinstance(each, Alert)]
        self.alerts |= {alert.alert_id: alert for alert in alerts}
        return alerts

    def one(self, message: Message, now: datetime = NOW) -> Alert:
        [alert] = self.take(message, now)
        return alert

    def refused(self, message: Message, now: datetime = NOW) -> str:
        """Return why an action changed nothing; empty where it changed something or was not refused."""
        alerts = self.take(message, now)
        [decision] = [each.message for each in self.outputs if isinstance(each.message, DecisionLog)]
        assert not (decision.refused and alerts)
        return decision.refused

    @property
    def requests(self) -> list[DispatchRequest]:
        """Return the requests to partners that the last message caused."""
        found = [each.message for each in self.outputs if each.topic == topics.DISPATCH_REQUESTS]
        return [each for each in found if isinstance(each, DispatchRequest)]

    def newest(self, alert: Alert) -> Alert:
        return self.alerts[alert.alert_id]

    def tick(self, after_s: float) -> list[Alert]:
        at = NOON + seconds(after_s)
        return self.take(tick(at=at), at)


def points(alert: Alert) -> dict[str, float]:
    return {factor.rule_id: factor.points for factor in alert.factors}


EVENT: dict[str, Any] = {
    "id": "feest",
    "reason": "a fair with its own crowd",
    "control_room": "amstelveen",
    "from": "2026-11-24T10:00:00+01:00",
    "until": "2026-11-24T23:00:00+01:00",
    "categories": ["crowd_density", "jeugdoverlast"],
    "area": [{"lat": each.lat, "lon": each.lon} for each in box(-50, -50, 100)],
}


WORKS = {name: EVENT[name] for name in EVENT if name != "area"} | {"id": "werk", "cameras": ["cam-1"]}


PLAN = Plan.model_validate({"version": "p1", "entries": [EVENT, WORKS]})
"""At the square a fair until 22:00 UTC, and works on its camera."""


LATER = NOON + seconds(1_000)


HOME = Category.WONINGINBRAAK


GROUP = Category.JEUGDOVERLAST


REOPEN_S = RULES.lifetime.reopen_s


ESCALATE_S = RULES.lifetime.escalate_p1_s


def burglary(name: str = "a", **changes: Any) -> Evidence:
    """Return a report that makes a P2."""
    return report(name, category=changes.pop("category", HOME), **changes)


def cancelled(name: str = "a", **changes: Any) -> Evidence:
    return burglary(name, revision=1, operation=Operation.CANCEL, **changes)


def update(name: str = "a", **changes: Any) -> Evidence:
    return burglary(name, revision=changes.pop("revision", 1), operation=Operation.UPDATE, **changes)


def two_reports(deciding: Deciding) -> Alert:
    deciding.take(burglary("a"))
    return deciding.one(burglary("b"))


def acknowledged(deciding: Deciding) -> Alert:
    return deciding.one(action(two_reports(deciding).alert_id, Action.ACKNOWLEDGE, number=90, seen_revision=1))


def returned(deciding: Deciding) -> Alert:
    deciding.take(episode())
    deciding.take(episode(name="crowd-2"))
    deciding.take(episode("end", "none", NOON + seconds(60)))
    return deciding.one(episode("end", "none", NOON + seconds(60), name="crowd-2"))


def shelved(deciding: Deciding) -> Alert:
    opened = two_reports(deciding)
    return deciding.one(action(opened.alert_id, Action.SHELVE, "being_watched", LATER, number=90, seen_revision=1))


def suppressed(deciding: Deciding) -> Alert:
    deciding.take(burglary("a", category=GROUP))
    return deciding.one(burglary("b", category=GROUP))


def all_cancelled(deciding: Deciding) -> Alert:
    two_reports(deciding)
    deciding.take(cancelled("a"))
    return deciding.one(cancelled("b"))


def closed(deciding: Deciding) -> Alert:
    return deciding.one(action(two_reports(deciding).alert_id, Action.CLOSE, number=90, seen_revision=1))


def expired(deciding: Deciding) -> Alert:
    two_reports(deciding)
    [alert] = deciding.tick(OPEN_S + 200)
    return alert


WAYS: dict[AlertState, Callable[[Deciding], Alert]] = {
    AlertState.NEW: two_reports,
    AlertState.ACKNOWLEDGED: acknowledged,
    AlertState.RETURNED_TO_NORMAL: returned,
    AlertState.SHELVED: shelved,
    AlertState.SUPPRESSED: suppressed,
    AlertState.CANCELLED: all_cancelled,
    AlertState.CLOSED: closed,
    AlertState.EXPIRED: expired,
}


def in_state(state: AlertState) -> tuple[Deciding, Alert]:
    """Return a stage with an alert in a state, with two facts, and another alert far away."""
    deciding = Deciding(PLAN)
    far: dict[str, Any] = {
        "category": GROUP,
        "position": position(900, accuracy_m=50),
        "reported_at": NOON + seconds(OPEN_S),
    }
    deciding.take(burglary("far", **far))
    alert = WAYS[state](deciding)
    assert alert.state is state
    return deciding, alert


def fact_of(alert: Alert) -> str:
    return alert.reports[0].incident_id if alert.reports else "crowd-1"


HOLD_S = RULES.damping.fall_after_s


BURGLARY = Category.WONINGINBRAAK


def changed(**parts: Any) -> Rules:
    """Return the product's rules with some parts replaced."""
    return Rules.model_validate(RULES.model_dump(mode="json") | parts)
