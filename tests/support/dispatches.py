"""Dispatches in tests: an alert about a fire, whom an operator asks to come, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.categories import Category
from schemas.dispatch import AlertDispatch
from tests.support.deciding import NOW, Deciding
from tests.support.situations import NOON, action, receipt, report, seconds

PARTNERS = ("brandweer", "politie", "ambulance")
"""Whom the rules name for a fire, in their order."""


def fire(deciding: Deciding, name: str = "a", **changes: Any) -> Alert:
    """Return a P1 that three partners are to know of."""
    return deciding.one(report(name, category=Category.BRAND, urgency=1, **changes))


def confirmation(alert: Alert, *recipients: str, then: tuple[str, ...] = (), **changes: Any) -> OperatorAction:
    """Return what an operator sends who has the newest revision of an alert before them."""
    return action(
        alert.alert_id,
        Action.CONFIRM_DISPATCH,
        seen_revision=alert.revision,
        number=changes.pop("number", alert.revision + 1),
        recipients=recipients,
        escalate_to=then,
        **changes,
    )


def confirmed(deciding: Deciding, *recipients: str, then: tuple[str, ...] = (), now: datetime = NOW) -> Alert:
    """Return a fire that partners are asked to come to."""
    return deciding.one(confirmation(fire(deciding), *recipients, then=then), now)


def answer(deciding: Deciding, dispatch: AlertDispatch, outcome: str, after_s: float = 150, **changes: Any) -> Alert:
    """Return the alert after a partner's answer, so long after noon."""
    return deciding.one(receipt(dispatch, outcome, after_s, **changes), NOON + seconds(after_s))


def refused_answer(
    deciding: Deciding, dispatch: AlertDispatch, outcome: str, after_s: float = 150, **changes: Any
) -> str:
    """Return why a partner's answer changed nothing; empty where it did."""
    return deciding.refused(receipt(dispatch, outcome, after_s, **changes), NOON + seconds(after_s))


def states(alert: Alert) -> list[tuple[str, str, int]]:
    """Return each request's partner, state and attempt."""
    return [(each.recipient, each.state.value, each.attempt) for each in alert.dispatches]
