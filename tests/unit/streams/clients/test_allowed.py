"""Allowed: exactly what `decide` would do, in every state of an alert's life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState
from schemas.categories import Priority
from streams.clients.allowed import allowed
from tests.support.alerts import SUMMARY, alert
from tests.support.deciding import LATER, NOW, in_state
from tests.support.situations import action

MORE: dict[Action, dict[str, Any]] = {
    Action.SHELVE: {"reason": "known", "until": LATER + timedelta(days=1)},
    Action.ASSIGN: {"assignee": "operator-4"},
    Action.NOTE: {"note": "police_informed"},
}
BY_ALERT = frozenset(Action) - {Action.MERGE, Action.SPLIT}
"""What is allowed or not by the alert alone: a merge needs another alert, a split one of its facts."""


@pytest.mark.parametrize("what", sorted(BY_ALERT))
@pytest.mark.parametrize("state", AlertState)
def test_what_is_allowed_is_done_and_what_is_not_is_refused(state: AlertState, what: Action) -> None:
    deciding, known = in_state(state)
    more = dict(MORE.get(what, {}))
    asked = action(
        known.alert_id,
        what,
        more.pop("reason", None),
        more.pop("until", None),
        99,
        seen_revision=known.revision,
        **more,
    )
    refused = deciding.refused(asked, NOW)
    assert (what in allowed(known)) is (refused == ""), refused


def test_a_p1_is_never_put_aside() -> None:
    assert Action.SHELVE not in allowed(alert(priority=Priority.P1))
    assert Action.SHELVE in allowed(alert(priority=Priority.P2))


def test_a_summary_takes_what_is_done_to_all_of_it() -> None:
    found = allowed(alert(priority=Priority.P3, summary=SUMMARY))
    assert {Action.ACKNOWLEDGE, Action.CLOSE} <= set(found)
    assert not {Action.NOTE, Action.MERGE, Action.SPLIT, Action.DETACH} & set(found)


@pytest.mark.parametrize(
    ("cause", "detached", "found"), [("b", False, {Action.DETACH}), (None, True, {Action.ATTACH}), (None, False, set())]
)
def test_only_what_stands_under_a_cause_is_taken_from_it(cause: str | None, detached: bool, found: set[Action]) -> None:
    assert set(allowed(alert(caused_by=cause), detached)) & {Action.DETACH, Action.ATTACH} == found


def test_only_one_of_several_reports_is_split_off() -> None:
    [report] = alert().reports
    two = (report, report.model_copy(update={"incident_id": "another"}))
    assert (Action.SPLIT in allowed(alert()), Action.SPLIT in allowed(alert(reports=two))) == (False, True)
