"""One alert per situation, through the stage with rows in memory."""

from __future__ import annotations

import json

import numpy as np
import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Category
from schemas.decisions import DecisionLog
from schemas.evidence import Verdict
from schemas.incidents import Operation
from streams import topics
from streams.domain.alerts.situation import Situation
from streams.stages.decide.stage import ALERTS_AT_MOST
from streams.stages.row_versions import ROWS
from tests.support.deciding import OPEN_S, RULES, Deciding, points
from tests.support.situations import (
    action,
    in_view,
    position,
    report,
    sighting,
)
from tests.support.state_rows import sample_file


def test_an_alert_goes_to_both_topics_and_the_decision_is_logged(deciding: Deciding) -> None:
    """The newest state stands under the alert's id in the control room's partition."""
    alert = deciding.one(report())
    assert [output.topic for output in deciding.outputs] == [topics.ALERTS, topics.ALERT_STATE, topics.DECISION_LOG]
    state, decision = deciding.outputs[1], deciding.outputs[2].message
    assert (state.key, state.partition, state.message) == (alert.alert_id, 2, alert)
    assert isinstance(decision, DecisionLog)
    assert (decision.sequence, decision.alert_ids, decision.offset) == (0, (alert.alert_id,), 1)


def test_every_input_but_an_idle_tick_is_logged_with_the_next_sequence(deciding: Deciding) -> None:
    """Also what changed nothing."""
    deciding.take(report())
    assert deciding.take(report()) == []
    [output] = deciding.outputs
    assert isinstance(output.message, DecisionLog)
    assert (output.message.sequence, output.message.alert_ids) == (1, ())
    deciding.tick(101)
    assert deciding.outputs == []


def test_a_cancellation_before_its_report_makes_no_alert(deciding: Deciding) -> None:
    """Nor does the report when it follows; a later revision that is not cancelled does."""
    assert deciding.take(report(revision=1, operation=Operation.CANCEL)) == []
    assert deciding.take(report(revision=0)) == []
    assert deciding.one(report(revision=2, operation=Operation.UPDATE)).state is AlertState.NEW


def test_a_cancellation_of_an_unknown_report_is_forgotten_in_time(deciding: Deciding) -> None:
    """Its row goes."""
    deciding.take(report(revision=1, operation=Operation.CANCEL))
    deciding.tick(RULES.lifetime.early_s + 200)
    assert deciding.rows.names("early/") == []


@pytest.mark.parametrize(
    ("verdict", "added"),
    [
        (Verdict.CORROBORATED, 15),
        (Verdict.UNSEEN, -10),
        (Verdict.CONTRADICTED, -20),
        (Verdict.CAMERA_UNAVAILABLE, 0),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_what_a_camera_says_counts_also_when_it_comes_before_its_report(
    deciding: Deciding, verdict: Verdict, added: float, before: bool
) -> None:
    """A sighting that overtakes its report waits for it."""
    messages = [report(cameras=in_view("cam-1"), category=Category.WONINGINBRAAK), sighting(verdict=verdict)]
    for message in reversed(messages) if before else messages:
        deciding.take(message)
    [alert] = deciding.alerts.values()
    assert alert.verdict is verdict
    assert points(alert)[f"verdict.{verdict.value}"] == added
    assert alert.score == 60 + added
    assert len(alert.evidence_ids) == 2


@pytest.mark.parametrize("reported", [True, False])
def test_the_log_says_what_was_never_reported_and_nothing_else(
    deciding: Deciding, reported: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A camera's answer that came before its report, and was joined with it, is not missed afterwards."""
    caplog.set_level("INFO")
    deciding.take(sighting())
    if reported:
        deciding.take(report())
    deciding.tick(RULES.lifetime.early_s + 200)
    assert ("never followed by its report" in caplog.text) is not reported


def test_one_tick_that_ends_many_alerts_is_one_decision(deciding: Deciding) -> None:
    """Its record names them all."""
    for number in range(3):
        deciding.take(report(f"n{number}", position=position(900 * number)))
    assert len(deciding.tick(OPEN_S + 200)) == 3
    logged = [output.message for output in deciding.outputs if isinstance(output.message, DecisionLog)]
    assert [len(decision.alert_ids) for decision in logged] == [3]


def test_the_cost_of_an_event_does_not_grow_with_the_open_alerts(deciding: Deciding) -> None:
    """A report reads and writes as many rows with 400 open alerts in town as with 20; its place decides which cells it asks."""
    costs = []
    for number in range(400):
        before = (deciding.rows.reads, deciding.rows.writes)
        deciding.take(report(f"n{number}", position=position(800 * (number % 20), 800 * (number // 20))))
        costs.append((deciding.rows.reads - before[0], deciding.rows.writes - before[1]))
    (reads, writes), (reads_before, writes_before) = (np.mean(some, axis=0) for some in (costs[-20:], costs[:20]))
    assert reads <= reads_before + 1
    assert writes <= writes_before
    assert max(costs)[0] <= 30


def test_many_alerts_that_expire_at_once_take_several_ticks(deciding: Deciding) -> None:
    """What one tick sends must fit one record; in the end all have expired."""
    opened = {
        deciding.one(report(f"n{n}", position=position(1_000 * n))).alert_id for n in range(2 * ALERTS_AT_MOST + 5)
    }
    expired: list[Alert] = []
    for second in range(4):
        told = [alert for alert in deciding.tick(20_000 + second) if alert.change is Change.EXPIRED]
        assert len(told) <= ALERTS_AT_MOST
        expired += told
    assert {alert.alert_id for alert in expired} == opened


def test_alerts_of_the_release_before_live_on(deciding: Deciding) -> None:
    """Their rows know neither their priority nor where they stand in the index; who shelved one was not kept."""
    rows: dict[str, str] = json.loads(sample_file("alert", 1).read_text())
    for key, raw in rows.items():
        row = ROWS.read(key, raw.encode(), Situation)
        assert (row.priority, row.indexed) == (None, None)
        deciding.rows.put(key, row)
        asked = action(row.alert_id, Action.ASSIGN, seen_revision=row.revision, user="operator-9")
        if row.ended_at is not None:
            assert deciding.refused(asked).startswith("it has ended")
            continue
        after = deciding.one(asked)
        assert (after.revision, after.handled_by) == (row.revision + 1, "operator-9")
        written = deciding.rows.get(key, Situation)
        assert written is not None
        assert written.indexed is not None
        assert (written.indexed.rules_version, bool(written.indexed.cells)) == (RULES.version, True)
    shelved_row = {**json.loads(raw), "state": "shelved", "shelved_until": "2026-11-24T13:00:00Z", "handled_by": None}
    upgraded = ROWS.read(key, json.dumps(shelved_row).encode(), Situation)
    assert upgraded.shelf is not None
    assert (upgraded.shelf.user, upgraded.shelf.reason) == ("unknown", "not kept")
