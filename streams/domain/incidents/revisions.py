"""Revisions of a report: from a report as a source tells it to an incident: new, changed, withdrawn, or nothing new.

The rules, each with a result that is counted:

* A report that was not seen before is created; one seen before with other content is updated with the next revision;
  one with equal content is a duplicate, and one that was reported before the newest that we know is stale. When it was
  reported and received is not content, and neither is a note: the same told in a better form is nothing new.
* An update that says no priority, category, position or place keeps the known one, and so does one that does not say whether
  it is an exercise; one that names another place without a position has none: it happened elsewhere than was known.
* A cancellation keeps what was known of the report. What is reported after it under the same id opens it again; what is
  read again does not, where it says when it was reported. A cancellation
  before its report is sent as revision 0 and remembered: what was reported before it, or does not say when, changes nothing.
* Times ahead are held at now (a partner's clock runs fast), with a note where that is more than `MAX_AHEAD`. What happened
  more than `LATE` ago is accepted and counted as late; more than `TOO_LATE` ago is refused.
* A position outside the country is left out, with a note.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import ValidationError

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Position
from schemas.incidents import Incident, Operation, ReportNote, incident_identity, ordered_notes
from schemas.phrases.catalogue import text_of
from schemas.phrases.codes.faults import happened_days_ago, not_as_incident
from schemas.phrases.phrase import Told
from streams.domain.geometry.country import inside_country
from streams.domain.incidents.raw_report import RawReport
from streams.domain.incidents.urgency import urgency

MAX_AHEAD: Final = timedelta(minutes=1)
"""What a clock that is set by a time server is never off; further ahead is noted."""
MAX_PLACE: Final = 120
"""Longest place that a message has: no street and town together are longer."""
LATE: Final = timedelta(hours=24)
TOO_LATE: Final = timedelta(days=28)
"""Nothing is kept longer than four weeks, so nothing older can still be joined with anything."""
UNKNOWN_KIND: Final = "Onbekend soort"
"""Stands for the category in the summary of a report that no table explains: `overig` would say that it is known and minor."""


class IntakeResult(StrEnum):
    """Intake result: what became of a report; a metric label."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    STALE = "stale"
    AFTER_CANCEL = "after_cancel"
    REACTIVATED = "reactivated"


@dataclass(frozen=True, slots=True)
class AcceptedReport:
    """Something to send. `notes` are those of this report; the incident of a cancellation has those of what it cancels."""

    incident: Incident
    result: IntakeResult
    late: bool
    notes: tuple[ReportNote, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingNew:
    """Nothing to send, and why."""

    result: IntakeResult


@dataclass(frozen=True, slots=True)
class RefusedReport:
    """A report that cannot be accepted: a bounded reason, and what is told of it without its values."""

    reason: DeadLetterReason
    what: Told

    @property
    def detail(self) -> str:
        """Return what is told in one English line."""
        return text_of(self.what)


def normalise(
    report: RawReport, known: Incident | None, now: datetime, told_at: datetime | None = None
) -> AcceptedReport | NothingNew | RefusedReport:
    """Return what a report changes.

    Args:
        report: What the source tells.
        known: The newest incident under the same source and source id, or None.
        now: When it was read (UTC).
        told_at: When the newest report under the same id was from, by the source's own clock, where that is still known: a
            source's times are compared with its own, so that a clock that is fast or slow opens nothing again.
    """
    refused = _refusal(report, now)
    if refused is not None:
        return refused
    report = _checked(_completed(report, known), now)
    try:
        decision = _cancelled(report, known, now) if report.cancels else _reported(report, known, now, told_at)
    except ValidationError as error:
        field = str(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        return RefusedReport(DeadLetterReason.INVALID, not_as_incident(field))
    return replace(decision, notes=report.notes) if isinstance(decision, AcceptedReport) else decision


def summary(category: Category, place: str, notes: Collection[ReportNote] = ()) -> str:
    """Return one line for a person, from the category and the place alone."""
    name = UNKNOWN_KIND if ReportNote.UNKNOWN_KIND in notes else category.value.replace("_", " ").capitalize()
    return f"{name}, {place}" if place else name


def _refusal(report: RawReport, now: datetime) -> RefusedReport | None:
    happened = report.occurred_at or report.reported_at
    if happened is not None and not report.cancels and now - happened > TOO_LATE:
        return RefusedReport(DeadLetterReason.TOO_LATE, happened_days_ago((now - happened).days))
    return None


def _completed(report: RawReport, known: Incident | None) -> RawReport:
    """Return a report with the priority and the kind that are known, where it says none; a lone cancellation knows no kind."""
    if known is None or report.cancels:
        return report
    priority = report.source_priority or known.source_priority
    if report.category_said or (known.operation is Operation.CANCEL and known.revision == 0):
        return replace(report, source_priority=priority)
    return replace(
        report,
        source_priority=priority,
        category=known.category,
        category_source=known.category_source,
        category_known=ReportNote.UNKNOWN_KIND not in known.notes,
        notes=tuple(note for note in report.notes if note is not ReportNote.UNKNOWN_KIND),
    )


def _checked(report: RawReport, now: datetime) -> RawReport:
    """Return a report without the position or place that no message can have, with notes of that, of its clock and kind."""
    notes = list(report.notes)
    position = report.position
    if position is not None and not inside_country(position):
        position = None
        notes.append(ReportNote.POSITION_LEFT_OUT)
    if any(at is not None and at - now > MAX_AHEAD for at in (report.occurred_at, report.reported_at)):
        notes.append(ReportNote.CLOCK_OFF)
    if not report.category_known and not report.cancels:
        notes.append(ReportNote.UNKNOWN_KIND)
    place = report.place
    if len(place) > MAX_PLACE:
        place = ""
        notes.append(ReportNote.PLACE_LEFT_OUT)
    return replace(report, position=position, place=place, notes=ordered_notes(notes))


def _cancelled(report: RawReport, known: Incident | None, now: datetime) -> AcceptedReport | NothingNew:
    if known is None:
        return AcceptedReport(
            _incident(report, None, now, Operation.CANCEL), IntakeResult.CANCELLED, _late(report, now)
        )
    if known.operation is Operation.CANCEL:
        return NothingNew(IntakeResult.DUPLICATE)
    changes = {
        "operation": Operation.CANCEL,
        "revision": known.revision + 1,
        "reported_at": min(report.reported_at or now, now),
        "received_at": now,
    }
    return AcceptedReport(known.model_copy(update=changes), IntakeResult.CANCELLED, late=False)


def _reported(
    report: RawReport, known: Incident | None, now: datetime, told_at: datetime | None
) -> AcceptedReport | NothingNew:
    if known is None:
        return AcceptedReport(_incident(report, None, now, Operation.CREATE), IntakeResult.CREATED, _late(report, now))
    incident = _incident(report, known, now, Operation.UPDATE)
    if known.operation is Operation.CANCEL:
        if not _reported_after(report, known, told_at):
            return NothingNew(IntakeResult.AFTER_CANCEL)
        return AcceptedReport(incident, IntakeResult.REACTIVATED, _late(report, now))
    if _content(incident) == _content(known):
        return NothingNew(IntakeResult.DUPLICATE)
    if incident.reported_at < known.reported_at:
        return NothingNew(IntakeResult.STALE)
    return AcceptedReport(incident, IntakeResult.UPDATED, _late(report, now))


def _reported_after(report: RawReport, cancelled: Incident, told_at: datetime | None) -> bool:
    """Return whether a report opens again what was cancelled, and is none that the cancellation overtook or that is read again.

    One that does not say when it is from cannot be told from one that is read again: it opens, since lost would be worse.
    """
    if report.reported_at is None:
        return cancelled.revision > 0
    return report.reported_at > (told_at or cancelled.reported_at)


def _incident(report: RawReport, known: Incident | None, now: datetime, operation: Operation) -> Incident:
    reported_at = min(report.reported_at or now, now)
    position, place = _where(report, known)
    return Incident(
        incident_id=incident_identity(report.source, report.source_id),
        operation=operation,
        revision=0 if known is None else known.revision + 1,
        source=report.source,
        source_id=report.source_id,
        category=report.category,
        category_source=report.category_source,
        source_priority=report.source_priority,
        urgency=urgency(report.source_priority),
        summary=summary(report.category, place, report.notes),
        position=position,
        place=place,
        occurred_at=_occurred_at(report, known, reported_at, now),
        reported_at=reported_at,
        received_at=now,
        notes=report.notes,
        exercise=_exercise(report, known),
    )


def _exercise(report: RawReport, known: Incident | None) -> bool:
    """Return whether a report is an exercise. One that does not say keeps what is known, and is real where nothing is."""
    if report.exercise is None:
        return known is not None and known.exercise
    return report.exercise


def _where(report: RawReport, known: Incident | None) -> tuple[Position | None, str]:
    """Return position and place. What is not said stays as it is known, unless it would belong to another place."""
    if known is None:
        return report.position, report.place
    moved = report.place not in {"", known.place}
    return report.position or (None if moved else known.position), report.place or known.place


def _occurred_at(report: RawReport, known: Incident | None, reported_at: datetime, now: datetime) -> datetime:
    """Return when it happened. What is not said, or was held at the time of reading before, stays as it is known."""
    said = report.occurred_at
    if said is None:
        return reported_at if known is None else known.occurred_at
    if known is not None and said > known.received_at == known.occurred_at:
        return known.occurred_at
    return min(said, now)


def _content(incident: Incident) -> tuple[object, ...]:
    return (
        incident.category,
        incident.category_source,
        incident.source_priority,
        incident.position,
        incident.place,
        incident.occurred_at,
        incident.exercise,
    )


def _late(report: RawReport, now: datetime) -> bool:
    happened = report.occurred_at or report.reported_at
    return happened is not None and now - happened > LATE
