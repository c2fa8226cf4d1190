"""What a report changes: new, changed, withdrawn, nothing new, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Position
from schemas.incidents import Incident, Operation, ReportNote, incident_identity
from streams.domain.geometry.country import inside_country
from streams.domain.incidents.raw_report import RawReport
from streams.domain.incidents.revisions import (
    AcceptedReport,
    IntakeResult,
    NothingNew,
    RefusedReport,
    normalise,
    summary,
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


def test_an_exercise_stays_one_until_its_source_says_otherwise() -> None:
    """Not said is what is known, and real where nothing is; saying otherwise is new, and a cancellation says nothing."""
    assert not _known().exercise
    exercise = _known(replace(REPORT, exercise=True))
    assert exercise.exercise
    assert normalise(REPORT, exercise, NOW) == NothingNew(IntakeResult.DUPLICATE)
    assert _accepted(CANCEL, exercise).incident.exercise
    real = _accepted(replace(REPORT, exercise=False), exercise)
    assert (real.incident.exercise, real.result, real.incident.revision) == (False, IntakeResult.UPDATED, 1)


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


def test_a_cancellation_keeps_what_is_known() -> None:
    """It carries the newest content; repeated it is a duplicate."""
    known = _known()
    cancelled = _accepted(CANCEL, known).incident
    assert (cancelled.operation, cancelled.revision) == (Operation.CANCEL, 1)
    assert (cancelled.category, cancelled.position, cancelled.place) == (known.category, HERE, known.place)
    assert normalise(CANCEL, cancelled, NOW) == NothingNew(IntakeResult.DUPLICATE)


@pytest.mark.parametrize(
    ("reported_at", "opens"),
    [(None, True), (NOW + MINUTE, True), (NOW, False), (NOW - MINUTE, False)],
    ids=["unsaid", "after", "at-once", "before"],
)
def test_a_report_after_its_cancellation(reported_at: datetime | None, opens: bool) -> None:
    """Partners reactivate under the same id; one that the cancellation overtook, or that is read again, changes nothing."""
    cancelled = _accepted(replace(CANCEL, reported_at=NOW), _known()).incident
    decision = normalise(replace(REPORT, reported_at=reported_at), cancelled, NOW + 2 * MINUTE)
    if not opens:
        assert decision == NothingNew(IntakeResult.AFTER_CANCEL)
        return
    assert isinstance(decision, AcceptedReport)
    assert decision.result is IntakeResult.REACTIVATED
    assert (decision.incident.operation, decision.incident.revision) == (Operation.UPDATE, 2)
    assert decision.incident.position == HERE


def test_a_cancellation_before_its_report() -> None:
    """It is sent as revision 0, and the report that comes later, or does not say when it is from, changes nothing."""
    decision = _accepted(CANCEL)
    assert (decision.result, decision.incident.operation, decision.incident.revision) == (
        IntakeResult.CANCELLED,
        Operation.CANCEL,
        0,
    )
    assert normalise(REPORT, decision.incident, NOW) == NothingNew(IntakeResult.AFTER_CANCEL)
    assert normalise(replace(REPORT, reported_at=None), decision.incident, NOW) == NothingNew(IntakeResult.AFTER_CANCEL)
    assert _accepted(replace(REPORT, reported_at=NOW), decision.incident).result is IntakeResult.REACTIVATED


def test_a_note_is_no_content() -> None:
    """The same told in a better form is a duplicate; with something new the newest notes are told."""
    noted = replace(REPORT, notes=(ReportNote.NUMBER_REPAIRED,))
    known = _known(noted)
    assert known.notes == (ReportNote.NUMBER_REPAIRED,)
    assert normalise(REPORT, known, NOW) == NothingNew(IntakeResult.DUPLICATE)
    assert _accepted(replace(REPORT, source_priority="P 2", reported_at=NOW), known).incident.notes == ()


def test_what_no_table_explains_is_told_as_unknown() -> None:
    """Not as `overig`, which is known and minor; a cancellation needs no kind."""
    unknown = replace(REPORT, category=Category.OVERIG, category_source="zzzz", category_known=False)
    incident = _known(unknown)
    assert (incident.notes, incident.summary) == ((ReportNote.UNKNOWN_KIND,), "Onbekend soort, Stadsplein, Amstelveen")
    assert _accepted(replace(unknown, cancels=True)).incident.notes == ()


@pytest.mark.parametrize(
    ("ahead", "noted"),
    [(MINUTE, False), (MINUTE + timedelta(seconds=1), True), (7 * MINUTE, True), (timedelta(days=400), True)],
)
@pytest.mark.parametrize("field", ["occurred_at", "reported_at"])
def test_times_ahead(field: str, ahead: timedelta, noted: bool) -> None:
    """A partner's clock that is fast loses no report: it is held at now, and more than a minute is noted."""
    changes: dict[str, Any] = {field: NOW + ahead}
    incident = _accepted(replace(REPORT, **changes)).incident
    assert getattr(incident, field) == NOW
    assert incident.notes == ((ReportNote.CLOCK_OFF,) if noted else ())


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
    """Outside the European Netherlands, swapped degrees and zero included, a position is left out with a note."""
    position = Position(lat=lat, lon=lon, accuracy_m=10)
    assert inside_country(position) is inside
    incident = _accepted(replace(REPORT, position=position)).incident
    assert incident.position == (position if inside else None)
    assert incident.notes == (() if inside else (ReportNote.POSITION_LEFT_OUT,))


def test_a_report_needs_no_position() -> None:
    """Without a position a report is a report."""
    assert _accepted(replace(REPORT, position=None)).incident.position is None


def test_a_place_that_no_message_can_have_is_left_out() -> None:
    """A damaged word of any length loses no report."""
    incident = _accepted(replace(REPORT, place="x" * 121)).incident
    assert (incident.place, incident.notes) == ("", (ReportNote.PLACE_LEFT_OUT,))


def test_what_no_incident_can_have_is_refused() -> None:
    """A source that gives a wrong identifier makes a dead letter, not an error."""
    decision = normalise(replace(REPORT, source="two words"), None, NOW)
    assert isinstance(decision, RefusedReport)
    assert (decision.reason, decision.detail) == ("invalid", "source: not as an incident can have it")


def test_summary_without_a_place() -> None:
    """The category alone is a summary too."""
    assert summary(Category.VERDACHT_VOORWERP, "") == "Verdacht voorwerp"


UNSAID = {"category": Category.OVERIG, "category_source": "unknown", "category_known": False, "category_said": False}


@pytest.mark.parametrize("changes", [{"source_priority": ""}, UNSAID, UNSAID | {"source_priority": ""}])
def test_what_an_update_leaves_out_stays_as_it_is_known(changes: dict[str, Any]) -> None:
    """Priority and kind: an update of the position alone makes a robbery no unknown kind of no urgency."""
    update = replace(REPORT, position=THERE, reported_at=NOW, **changes)
    incident = _accepted(update, _known(replace(REPORT, source_priority="A0"))).incident
    assert incident.position == THERE
    assert (incident.category, incident.category_source, incident.notes) == (Category.STRAATROOF, "bzdsbr", ())
    assert (incident.urgency, incident.summary) == (
        0 if not update.source_priority else 1,
        "Straatroof, Stadsplein, Amstelveen",
    )
    assert normalise(replace(REPORT, **changes), _known(), NOW) == NothingNew(IntakeResult.DUPLICATE)


def test_a_kind_that_is_said_and_not_known_is_told() -> None:
    """A partner that changes the kind to one we do not know has said something."""
    changed = replace(REPORT, category=Category.OVERIG, category_source="zzzz", category_known=False)
    assert ReportNote.UNKNOWN_KIND in _accepted(changed, _known()).incident.notes


def test_an_unknown_kind_that_is_left_out_stays_unknown() -> None:
    """So it does where a cancellation came first, which has no kind."""
    unknown = replace(REPORT, category=Category.OVERIG, category_source="zzzz", category_known=False)
    update = replace(REPORT, position=THERE, reported_at=NOW, **UNSAID)  # type: ignore[arg-type]
    incident = _accepted(update, _known(unknown)).incident
    assert (incident.category_source, incident.notes) == ("zzzz", (ReportNote.UNKNOWN_KIND,))
    assert (
        ReportNote.UNKNOWN_KIND in _accepted(update, _known(replace(CANCEL, reported_at=NOW - MINUTE))).incident.notes
    )
