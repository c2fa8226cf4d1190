"""Allowed: what an operator may do to an alert as it stands, by the table of `docs/lifecycle.md`."""

from __future__ import annotations

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.categories import Priority
from schemas.dispatch import AlertDispatch
from streams.domain.alerts.dispatch import waited_for
from streams.domain.alerts.lifecycle import ActionRefusal, asked
from streams.domain.budget.summary import SUMMARY_ACTIONS


def allowed(alert: Alert, detached: bool = False) -> tuple[Action, ...]:
    """Return the actions that would not be refused, as far as the alert itself tells: another person may act first.

    Args:
        alert: Its newest version.
        detached: Whether a person took it from its cause, which the alert does not tell.
    """
    return tuple(action for action in Action if _may(alert, action, detached))


def free_partners(alert: Alert) -> tuple[str, ...]:
    """Return which of an alert's recipients can be asked to come: those that nobody waits for, in the rules' order."""
    return tuple(each for each in alert.recipients if request_to(alert, each) is None)


def request_to(alert: Alert, recipient: str) -> AlertDispatch | None:
    """Return the request to a partner that is waited for, or whose partner comes or is there; None where there is none."""
    return waited_for(alert.dispatches, recipient)


def _may(alert: Alert, action: Action, detached: bool) -> bool:
    if isinstance(asked(alert.state, action), ActionRefusal):
        return False
    if alert.summary is not None and action not in SUMMARY_ACTIONS:
        return False
    over_and_seen = alert.state is AlertState.RETURNED_TO_NORMAL and alert.acknowledged_at is not None
    needs = {
        Action.ACKNOWLEDGE: not over_and_seen,
        Action.RELEASE: alert.handled_by is not None,
        Action.SHELVE: alert.priority is not Priority.P1,
        Action.REOPEN: alert.merged_into is None,
        Action.SPLIT: len(alert.reports) > 1,
        Action.CONFIRM_DISPATCH: alert.operator_list and bool(free_partners(alert)),
        Action.DETACH: alert.caused_by is not None,
        Action.ATTACH: detached,
    }
    return needs.get(action, True)
