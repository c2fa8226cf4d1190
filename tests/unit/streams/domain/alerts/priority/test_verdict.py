"""The verdict of whoever closes an alert: said in so many words, or the closing is refused."""

from __future__ import annotations

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState
from schemas.categories import Priority
from streams.domain.alerts.acting.actions import act
from streams.domain.alerts.situation import Situation, open_situation
from tests.support.refusals import said
from tests.support.situations import NOON, action, report, seconds

NOW = NOON + seconds(60)


@pytest.fixture
def situation() -> Situation:
    return open_situation(report(), NOON)


@pytest.mark.parametrize("reason", ["true", "false", "test", "duplicate"])
def test_closing_takes_the_verdict_that_was_given(situation: Situation, reason: str) -> None:
    """And ends the alert."""
    after, refused = act(situation, action("a", Action.CLOSE, reason), Priority.P2, NOW)
    assert (refused, after.state, after.closing, after.ended_at) == (None, AlertState.CLOSED, reason, NOW)


@pytest.mark.parametrize("reason", ["", "handled by the patrol", "True", "true ", "not true"])
def test_no_other_word_and_no_word_at_all_is_a_verdict(situation: Situation, reason: str) -> None:
    """Precision is counted by verdicts, and rules are changed by it: none is made up."""
    after, refused = act(situation, action("a", Action.CLOSE, reason), Priority.P2, NOW)
    assert after is situation
    assert said(refused) == "closing needs a verdict: true, false, test or duplicate"


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [("", "false"), ("a cat", "false"), ("true", "false"), ("test", "test"), ("duplicate", "duplicate")],
)
def test_a_false_alarm_is_never_true(situation: Situation, reason: str, verdict: str) -> None:
    """The action itself is the verdict; a test and a duplicate are told apart."""
    after, refused = act(situation, action("a", Action.FALSE_ALARM, reason), Priority.P2, NOW)
    assert (refused, after.closing) == (None, verdict)
