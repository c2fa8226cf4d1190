"""What a report changes: new, changed, withdrawn, nothing new, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from streams.domain.incidents.raw_report import RawReport
from streams.domain.incidents.revisions import (
    AcceptedReport,
    IntakeResult,
    NothingNew,
    RefusedReport,
    inside_country,
    normalise,
    summary,
    urgency,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = Position(lat=52.306326, lon=4.857297, accuracy_m=50)
THERE = Position(lat=52.3, lon=4.86, accuracy_m=20)
REPORT = RawReport(
    source="politie-gms",
    source_id="2026-4711",
    cancels=False,
    category=Category.STRAATROOF,
    category_source="bzdsbr",
    category_known=True,
    source_priority="P 1",
    place="Stadsplein, Amstelveen",
    position=HERE,
    occurred_at=NOW - 2 * MINUTE,
    reported_at=NOW - MINUTE,
)
CANCEL = replace(REPORT, cancels=True, category=Category.OVERIG, category_source="unknown", position=None, place="")


def _accepted(report: RawReport, known: Incident | None = None, now: datetime = NOW) -> AcceptedReport:
    decision = normalise(report, known, now)
    assert isinstance(decision, AcceptedReport), decision
    return decision


def _known(report: RawReport = REPORT) -> Incident:
    return _accepted(report).incident


def test_a_new_report_is_created() -> None:
    """Identity, revision 0, one urgency scale, and a summary from category and place alone."""
    decision = _accepted(REPORT)
    incident = decision.incident
    assert (decision.result, decision.late) == (IntakeResult.CREATED, False)
    assert incident.incident_id == incident_identity("politie-gms", "2026-4711")
    assert (incident.operation, incident.revision, incident.urgency) == (Operation.CREATE, 0, 1)
    assert incident.summary == "Straatroof, Stadsplein, Amstelveen"
    assert (incident.occurred_at, incident.reported_at, incident.received_at) == (NOW - 2 * MINUTE, NOW - MINUTE, NOW)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, IntakeResult.DUPLICATE),
        ({"reported_at": NOW}, IntakeResult.DUPLICATE),
        ({"reported_at": None}, IntakeResult.DUPLICATE),
        ({"occurred_at": None}, IntakeResult.DUPLICATE),
        ({"source_priority": "P 2"}, IntakeResult.UPDATED),
        ({"category": Category.GEWELD_VECHTPARTIJ}, IntakeResult.UPDATED),
        ({"position": None}, IntakeResult.DUPLICATE),
        ({"place": "Amstelveen"}, IntakeResult.UPDATED),
        ({"occurred_at": NOW - 9 * MINUTE}, IntakeResult.UPDATED),
        ({"place": "Amstelveen", "reported_at": NOW - 2 * MINUTE}, IntakeResult.STALE),
        ({"place": "Amstelveen", "reported_at": NOW - MINUTE}, IntakeResult.UPDATED),
    ],
)
def test_a_report_that_is_sent_again(changes: dict[str, Any], result: IntakeResult) -> None:
    """Equal content is a duplicate, other content the next revision, and what is older than known is stale."""
    known = _known()
    decision = normalise(replace(REPORT, **changes), known, NOW + MINUTE)
    assert isinstance(decision, AcceptedReport | NothingNew)
    assert decision.result is result
    if isinstance(decision, AcceptedReport):
        assert decision.incident.incident_id == known.incident_id
        assert (decision.incident.operation, decision.incident.revision) == (Operation.UPDATE, 1)


@pytest.mark.parametrize(
    ("position", "place", "expected"),
    [
        (None, "", (HERE, "Stadsplein, Amstelveen")),
        (None, "Stadsplein, Amstelveen", (HERE, "Stadsplein, Amstelveen")),
        (None, "Amstelveen", (None, "Amstelveen")),
        (THERE, "", (THERE, "Stadsplein, Amstelveen")),
        (THERE, "Amstelveen", (THERE, "Amstelveen")),
    ],
)
def test_where_an_update_is(position: Position | None, place: str, expected: tuple[Position | None, str]) -> None:
    """What is not said stays as it is known, but a known position is not said of another place."""
    update = replace(REPORT, source_priority="P 2", position=position, place=place, reported_at=NOW)
    incident = _accepted(update, _known()).incident
    assert (incident.position, incident.place) == expected
    assert incident.summary == f"Straatroof, {incident.place}"


def test_an_update_that_leaves_out_where_it_is_says_nothing_new() -> None:
    """It is a duplicate, and takes no camera from the alert."""
    assert normalise(replace(REPORT, position=None, place=""), _known(), NOW) == NothingNew(IntakeResult.DUPLICATE)


def test_a_cancellation_keeps_what_is_known_and_is_final() -> None:
    """It carries the newest content; repeated it is a duplicate, and a later report changes nothing."""
    known = _known()
    cancelled = _accepted(CANCEL, known).incident
    assert (cancelled.operation, cancelled.revision) == (Operation.CANCEL, 1)
    assert (cancelled.category, cancelled.position, cancelled.place) == (known.category, HERE, known.place)
    assert normalise(CANCEL, cancelled, NOW) == NothingNew(IntakeResult.DUPLICATE)
    assert normalise(REPORT, cancelled, NOW) == NothingNew(IntakeResult.AFTER_CANCEL)


def test_a_cancellation_before_its_report() -> None:
    """It is sent as revision 0, and the report that comes later changes nothing."""
    decision = _accepted(CANCEL)
    assert (decision.result, decision.incident.operation, decision.incident.revision) == (
        IntakeResult.CANCELLED,
        Operation.CANCEL,
        0,
    )
    assert normalise(REPORT, decision.incident, NOW) == NothingNew(IntakeResult.AFTER_CANCEL)


@pytest.mark.parametrize(
    ("ahead", "accepted"),
    [(timedelta(minutes=5), True), (timedelta(minutes=5, microseconds=1), False), (timedelta(days=400), False)],
)
@pytest.mark.parametrize("field", ["occurred_at", "reported_at"])
def test_times_ahead(field: str, ahead: timedelta, accepted: bool) -> None:
    """A clock up to five minutes fast is tolerated and held at now; further ahead is refused, without the value."""
    changes: dict[str, Any] = {field: NOW + ahead}
    decision = normalise(replace(REPORT, **changes), None, NOW)
    if accepted:
        assert isinstance(decision, AcceptedReport)
        assert getattr(decision.incident, field) == NOW
    else:
        assert isinstance(decision, RefusedReport)
        assert decision.reason is DeadLetterReason.FROM_THE_FUTURE
        assert field in decision.detail


def test_a_fast_clock_does_not_make_updates() -> None:
    """A report held at the time of reading is still a duplicate when it comes again a minute later."""
    report = replace(REPORT, occurred_at=NOW + 3 * MINUTE)
    known = _known(report)
    assert known.occurred_at == NOW
    assert normalise(report, known, NOW + MINUTE) == NothingNew(IntakeResult.DUPLICATE)


@pytest.mark.parametrize(
    ("age", "late", "accepted"),
    [
        (timedelta(hours=24), False, True),
        (timedelta(hours=24, seconds=1), True, True),
        (timedelta(days=28), True, True),
        (timedelta(days=28, seconds=1), True, False),
    ],
)
def test_late_reports(age: timedelta, late: bool, accepted: bool) -> None:
    """A day late is accepted and marked, with its own time; beyond four weeks it is refused."""
    decision = normalise(replace(REPORT, occurred_at=NOW - age, reported_at=NOW - age), None, NOW)
    if accepted:
        assert isinstance(decision, AcceptedReport)
        assert decision.late is late
        assert decision.incident.occurred_at == NOW - age
    else:
        assert isinstance(decision, RefusedReport)
        assert decision.reason is DeadLetterReason.TOO_LATE


def test_an_old_report_can_still_be_cancelled() -> None:
    """A cancellation is accepted whatever the age of what it withdraws."""
    old = replace(CANCEL, occurred_at=NOW - timedelta(days=30), reported_at=NOW)
    assert _accepted(old, _known()).result is IntakeResult.CANCELLED


@pytest.mark.parametrize(
    ("lat", "lon", "inside"),
    [
        (52.306, 4.857, True),
        (50.7, 3.2, True),
        (53.7, 7.3, True),
        (50.69, 5.0, False),
        (53.71, 5.0, False),
        (52.0, 3.19, False),
        (52.0, 7.31, False),
        (4.857, 52.306, False),
        (0.0, 0.0, False),
        (12.1, -68.9, False),
    ],
)
def test_positions(lat: float, lon: float, inside: bool) -> None:
    """Outside the European Netherlands, swapped degrees and zero included, a position is refused."""
    position = Position(lat=lat, lon=lon, accuracy_m=10)
    assert inside_country(position) is inside
    decision = normalise(replace(REPORT, position=position), None, NOW)
    assert isinstance(decision, AcceptedReport) is inside
    if isinstance(decision, RefusedReport):
        assert decision.reason is DeadLetterReason.OUTSIDE_COUNTRY
        assert str(lat) not in decision.detail.replace("50.7", "").replace("53.7", "") or lat == 0


def test_a_report_needs_no_position() -> None:
    """Without a position a report is a report."""
    assert _accepted(replace(REPORT, position=None)).incident.position is None


def test_what_no_incident_can_have_is_refused() -> None:
    """A source that gives a wrong identifier makes a dead letter, not an error."""
    decision = normalise(replace(REPORT, source="two words"), None, NOW)
    assert decision == RefusedReport(DeadLetterReason.INVALID, "source: not as an incident can have it")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A0", 0), ("A1", 1), ("A2", 2), ("B1", 3), ("B2", 3), ("B3", 3), ("C1", 4), ("C2", 4),
        ("P 1", 1), ("P1", 1), ("p 2", 2), ("P 3", 3), ("P 4", 4), ("P 5", 4), ("PRIO 1", 1), ("prio2", 2),
        ("1", 1), ("1.0", 1), ("MC1", 1), ("0", 1), ("9", 4),
        ("high", 2), ("normal", 3), ("low", 4),
        ("P 2 GRIP 1", 1), ("A0 GRIP 3", 0), ("GRIP 2", 1),
        ("", 3), ("spoed", 3), ("P", 3), ("A12", 3),
    ],
)  # fmt: skip
def test_urgency(said: str, expected: int) -> None:
    """All partners' priorities are on one scale; an unknown one is 3."""
    assert urgency(said) == expected


@given(st.text(max_size=20))
def test_urgency_of_anything(said: str) -> None:
    """Whatever a partner writes, the urgency is on the scale."""
    assert 0 <= urgency(said) <= 4


def test_summary_without_a_place() -> None:
    """The category alone is a summary too."""
    assert summary(Category.VERDACHT_VOORWERP, "") == "Verdacht voorwerp"
