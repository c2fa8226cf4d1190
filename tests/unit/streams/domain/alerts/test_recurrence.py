"""What recurs after an alert ended, through the stage `decide` with rows in memory."""

from __future__ import annotations

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState, Change
from schemas.categories import Priority
from schemas.evidence import Verdict
from schemas.incidents import Operation
from streams.domain.rules.rules import Rules
from streams.stages.decide.stage import Decide
from tests.support.deciding import (
    OPEN_S,
    REOPEN_S,
    RULES,
    Deciding,
    burglary,
    cancelled,
    closed,
    expired,
    update,
)
from tests.support.situations import NOON, action, episode, in_view, position, report, seconds, sighting


def test_what_recurs_after_it_was_closed_as_true_opens_it_again(deciding: Deciding) -> None:
    """As new, for whoever is there; the verdict is open again."""
    ended = closed(deciding)
    alert = deciding.one(burglary("c"))
    assert (alert.alert_id, alert.state, alert.change) == (ended.alert_id, AlertState.NEW, Change.REOPENED)
    assert (alert.closing, alert.handled_by, alert.back_at) == ("", None, alert.changed_at)
    assert len(alert.reports) == 3
    [gone] = deciding.tick(OPEN_S + 300)
    assert (gone.alert_id, gone.state) == (ended.alert_id, AlertState.EXPIRED)


@pytest.mark.parametrize("reason", ["false", "test", "duplicate"])
def test_what_recurs_after_another_verdict_is_a_new_alert_that_names_it(deciding: Deciding, reason: str) -> None:
    """The verdict stands: precision is counted by it."""
    opened = deciding.one(burglary())
    assert deciding.one(action(opened.alert_id, Action.CLOSE, reason)).closing == reason
    alert = deciding.one(burglary("b"))
    assert alert.alert_id != opened.alert_id
    assert (alert.change, alert.recurrence_of) == (Change.OPENED, opened.alert_id)


@pytest.mark.parametrize(("after_s", "again"), [(REOPEN_S - 1, True), (REOPEN_S, False), (REOPEN_S + 100, False)])
@pytest.mark.parametrize("ticking", [True, False])
def test_what_happens_long_after_is_something_new(
    deciding: Deciding, after_s: float, again: bool, ticking: bool
) -> None:
    """Measured by the time of the decisions, whether or not a tick came between."""
    ended = closed(deciding)
    at = ended.changed_at + seconds(after_s)
    if ticking:
        deciding.tick(100 + after_s)
    new = deciding.one(burglary("c", occurred_at=NOON + seconds(1_500)), at)
    assert (new.alert_id == ended.alert_id) is again
    assert new.recurrence_of is None


def test_an_open_alert_is_joined_before_a_closed_one_opens_again(deciding: Deciding) -> None:
    """Even when the closed one is nearer."""
    ended = closed(deciding)
    other = deciding.one(burglary("c", position=position(130)))
    assert other.alert_id != ended.alert_id
    assert deciding.one(burglary("d", position=position(40))).alert_id == other.alert_id


def test_facts_that_a_closed_alert_had_do_not_open_it(deciding: Deciding) -> None:
    """Nor their newer revisions, nor what a camera says of them later, nor a cancelled report, nor an episode that is over."""
    deciding.take(burglary("a", cameras=in_view("cam-1")))
    opened = deciding.one(burglary("b"))
    deciding.take(action(opened.alert_id, Action.CLOSE, seen_revision=1))
    assert deciding.take(burglary("a", cameras=in_view("cam-1"))) == []
    assert deciding.take(update("a", urgency=2)) == []
    assert deciding.take(sighting("a", verdict=Verdict.CORROBORATED)) == []
    assert deciding.take(cancelled("b")) == []
    assert deciding.take(cancelled("c")) == []
    crowd = deciding.one(episode(east_m=600))
    deciding.take(action(crowd.alert_id, Action.CLOSE, number=2))
    assert deciding.take(episode("change", "warn", NOON + seconds(30), east_m=600)) == []
    assert deciding.take(episode("end", "none", NOON + seconds(60), east_m=600)) == []
    assert deciding.take(episode("end", "none", NOON + seconds(60), "crowd-2", 600)) == []


@pytest.mark.parametrize("reason", ["true", "false"])
def test_a_closed_alert_that_gets_worse_opens_again_whatever_the_verdict(deciding: Deciding, reason: str) -> None:
    """A revision of its report, or a phase of its crowd, of a higher priority than it was closed with."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.CLOSE, reason))
    alert = deciding.one(update(urgency=0))
    assert (alert.alert_id, alert.priority, alert.change) == (opened.alert_id, Priority.P1, Change.REOPENED)
    crowd = deciding.one(episode(east_m=600))
    deciding.take(action(crowd.alert_id, Action.CLOSE, reason, number=2))
    worse = deciding.one(episode("change", "critical", NOON + seconds(30), east_m=600))
    assert (worse.alert_id, worse.priority, worse.state) == (crowd.alert_id, Priority.P1, AlertState.NEW)


def test_an_expired_alert_opens_again_only_when_it_gets_worse(deciding: Deciding) -> None:
    """And can be joined again afterwards."""
    ended = expired(deciding)
    late = NOON + seconds(OPEN_S + 300)
    assert deciding.take(update(urgency=2), late) == []
    alert = deciding.one(update(revision=2, urgency=0), late)
    assert (alert.alert_id, alert.state) == (ended.alert_id, AlertState.NEW)
    assert deciding.one(burglary("c"), late).alert_id == ended.alert_id


def test_a_p1_that_expired_opens_again_with_any_news(deciding: Deciding) -> None:
    """Nobody judged it; the same again is no news, and its cancellation opens nothing."""
    opened = deciding.one(report())
    deciding.tick(OPEN_S + 200)
    assert deciding.alerts[opened.alert_id].state is AlertState.EXPIRED
    late = NOON + seconds(OPEN_S + 300)
    assert deciding.take(report(), late) == []
    alert = deciding.one(report(revision=1, operation=Operation.UPDATE), late)
    assert (alert.alert_id, alert.priority, alert.state) == (opened.alert_id, Priority.P1, AlertState.NEW)
    deciding.tick(2 * OPEN_S + 600)
    assert deciding.take(report(revision=2, operation=Operation.CANCEL), late + seconds(OPEN_S + 400)) == []


def test_a_cancelled_alert_that_was_put_away_opens_again_when_its_report_holds_again(deciding: Deciding) -> None:
    """A later revision takes the cancellation back."""
    opened = deciding.one(burglary())
    deciding.take(cancelled())
    deciding.tick(OPEN_S + 200)
    alert = deciding.one(update(revision=2), NOON + seconds(OPEN_S + 300))
    assert (alert.alert_id, alert.state, alert.change) == (opened.alert_id, AlertState.NEW, Change.REOPENED)


def test_rules_that_put_an_end_to_reopening(deciding: Deciding) -> None:
    """With 0 s what was closed stays closed; a longer time than an alert is remembered is refused."""
    content = RULES.model_dump(mode="json")
    content["lifetime"]["reopen_s"] = 0
    deciding.stage = Decide(Rules.model_validate(content), "r1")
    ended = closed(deciding)
    assert deciding.one(burglary("c")).alert_id != ended.alert_id
    content["lifetime"]["reopen_s"] = content["lifetime"]["forget_s"] + 1
    with pytest.raises(ValueError, match="reopen_s is 86401, expected at most forget_s, 86400"):
        Rules.model_validate(content)
