"""Properties of deciding: the order and the number of arrivals do not matter, and every score is explained."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerts import Alert
from schemas.categories import Category
from schemas.evidence import Evidence
from streams import topics
from streams.config.files import load_rules
from streams.stages.decide.stage import Decide
from streams.stages.decide.store import DUE_BUCKET_S
from tests.support.facts import facts
from tests.support.rows import FakeRows
from tests.support.situations import NOON, item, seconds, tick

RULES = load_rules()
OVER = {"cancelled", "returned_to_normal"}


def decide(evidence: list[Evidence], apart_s: float = 0) -> list[Alert]:
    """Return every alert that these facts bring, each change of it, in this order of arrival, until nothing is held.

    `apart_s` is the time between two arrivals.
    """
    stage, rows = Decide(RULES, "r1"), FakeRows()
    sent: list[Alert] = []
    for offset, each in enumerate(evidence):
        for output in stage.handle(item(each, offset), rows, NOON + seconds(6_000 + offset * apart_s)):
            if output.topic == topics.ALERTS and isinstance(output.message, Alert):
                sent.append(output.message)
    fallen = NOON + seconds(6_000 + len(evidence) * apart_s + RULES.damping.fall_after_s + DUE_BUCKET_S)
    for at in (
        fallen,
        fallen + seconds(DUE_BUCKET_S),
    ):  # what is under a cause that fell is looked at with the next bucket
        sent += [
            output.message
            for output in stage.handle(item(tick(at=at)), rows, at)
            if output.topic == topics.ALERTS and isinstance(output.message, Alert)
        ]
    return sent


def live_content(sent: list[Alert]) -> list[dict[str, Any]]:
    """Return what the open alerts say in the end.

    Left out is what tells of arrival (identity, revision, times of opening, reopening and change, what asked when) and what is
    cancelled: a report that is cancelled before anything was opened is not listed, the same report cancelled later is. A summary
    tells of arrival too: it stands for what asked beyond the budget.
    """
    newest = {alert.alert_id: alert for alert in sent}
    arrival = {
        "alert_id",
        "revision",
        "change",
        "opened_at",
        "back_at",
        "changed_at",
        "evidence_ids",
        "expires_at",
        "asks",
    }
    arrival |= {"grouped_under", "grouping", "escalated_at"}
    found = []
    for alert in newest.values():
        if alert.state in OVER or alert.summary is not None:
            continue
        content = alert.model_dump(exclude=arrival)
        content["reports"] = [row for row in content["reports"] if not row["cancelled"]]
        content["caused_by"] = content["caused_by"] is not None  # by an identity, which tells of arrival
        content["symptoms"] = sum(newest[each].state not in OVER for each in alert.symptoms)
        if content["under_cause"]:
            content["next_step"] = content["next_step"]["code"]
        found.append(content)
    return sorted(found, key=lambda content: (content["category"] == Category.CROWD_DENSITY, str(content)))


@settings(max_examples=150, deadline=None)
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_the_alerts(evidence: list[Evidence], shuffle: random.Random) -> None:
    """Any order ends in the same open alerts with the same score and explanation."""
    shuffled = list(evidence)
    shuffle.shuffle(shuffled)
    assert live_content(decide(shuffled)) == live_content(decide(evidence))


@settings(max_examples=60, deadline=None)
@given(facts(), st.randoms(use_true_random=False), st.integers(0, 60))
def test_holds_do_not_change_where_it_ends(evidence: list[Evidence], shuffle: random.Random, apart_s: int) -> None:
    """Facts that arrive over time, with holds between them, end in the same alerts as all at once."""
    shuffled = list(evidence)
    shuffle.shuffle(shuffled)
    assert live_content(decide(shuffled, apart_s)) == live_content(decide(evidence))


@settings(max_examples=60, deadline=None)
@given(facts(), st.randoms(use_true_random=False))
def test_applying_everything_twice_changes_nothing(evidence: list[Evidence], shuffle: random.Random) -> None:
    """What was applied is applied: its repetition sends no alert."""
    again = list(evidence)
    shuffle.shuffle(again)
    assert decide(evidence + again) == decide(evidence)


@settings(max_examples=60, deadline=None)
@given(facts())
def test_every_score_is_the_sum_of_its_factors(evidence: list[Evidence]) -> None:
    """Within 0 and 100; revisions count up from 0; each change differs from the one before."""
    revisions: dict[str, int] = {}
    for alert in decide(evidence):
        total = sum(factor.points for factor in alert.factors)
        assert alert.score == pytest.approx(min(100.0, max(0.0, total)))
        scored = alert.falls_to or alert.priority
        assert RULES.thresholds.priority(alert.score) <= scored
        assert (RULES.thresholds.priority(alert.score) != scored) is (alert.capped_by is not None)
        assert alert.priority <= scored
        assert (alert.falls_at is None) is (alert.falls_to is None)
        assert all(factor.reason for factor in alert.factors)
        assert alert.revision == revisions.get(alert.alert_id, -1) + 1
        revisions[alert.alert_id] = alert.revision
