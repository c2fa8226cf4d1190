"""Revisions of a report: from a report as a source tells it to an incident: new, changed, withdrawn, or nothing new.

The rules, each with a result that is counted:

* A report that was not seen before is created; one seen before with other content is updated with the next revision;
  one with equal content is a duplicate, and one that was reported before the newest that we know is stale. When it was
  reported and received is not content, and neither is a note: the same told in a better form is nothing new.
* An update that says no position keeps the known one, and one that says no place the known place; one that names another place
  without a position has none: it happened elsewhere than was known.
* A cancellation keeps what was known of the report. It is final: what comes after it under the same id changes nothing.
  A cancellation before its report is sent as revision 0 and remembered.
* Times up to `MAX_AHEAD` ahead are held at now (a partner's clock runs fast); further ahead is refused. What happened
  more than `LATE` ago is accepted and counted as late; more than `TOO_LATE` ago is refused.
* A position outside the box around the European Netherlands is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import ValidationError

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Position
from schemas.incidents import Incident, Operation, ReportNote, incident_identity, ordered_notes
from streams.domain.incidents.raw_report import RawReport

MAX_AHEAD: Final = timedelta(minutes=5)
LATE: Final = timedelta(hours=24)
TOO_LATE: Final = timedelta(days=28)
"""Nothing is kept longer than four weeks, so nothing older can still be joined with anything."""
MIN_LAT: Final = 50.7
MAX_LAT: Final = 53.7
MIN_LON: Final = 3.2
MAX_LON: Final = 7.3
"""The European Netherlands, as Signalen bounds it (3.3, 50.7, 7.3, 53.6; fact sheet §2c), a tenth of a degree wider."""

_URGENCY: Final = re.compile(r"(A|B|C|P|PRIO|MC)?([0-9])(?:\.0+)?(?:GRIP([1-5]))?")
_WORDS: Final = {"HIGH": 2, "NORMAL": 3, "LOW": 4}
UNSAID: Final = 3


class IntakeResult(StrEnum):
    """Intake result: what became of a report; a metric label."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    STALE = "stale"
    AFTER_CANCEL = "after_cancel"


@dataclass(frozen=True, slots=True)
class AcceptedReport:
    """Something to send."""

    incident: Incident
    result: IntakeResult
    late: bool


@dataclass(frozen=True, slots=True)
class NothingNew:
    """Nothing to send, and why."""

    result: IntakeResult


@dataclass(frozen=True, slots=True)
class RefusedReport:
    """A report that cannot be accepted: a bounded reason and one line without its values."""

    reason: DeadLetterReason
    detail: str


def normalise(report: RawReport, known: Incident | None, now: datetime) -> AcceptedReport | NothingNew | RefusedReport:
    """Return what a report changes.

    Args:
        report: What the source tells.
        known: The newest incident under the same source and source id, or None.
        now: When it was read (UTC).
    """
    refused = _refusal(report, now)
    if refused is not None:
        return refused
    try:
        if report.cancels:
            return _cancelled(report, known, now)
        return _reported(report, known, now)
    except ValidationError as error:
        field = str(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        return RefusedReport(DeadLetterReason.INVALID, f"{field}: not as an incident can have it")


def urgency(source_priority: str) -> int:
    """Return a source's priority on one scale, 0 highest to 4, and 3 where it says none that we know.

    Ambulance A0, A1, A2 are 0, 1, 2; B is 3; C (no vehicle) is 4 (fact sheet §2a). P, PRIO, MC and bare numbers are
    themselves, held within 1 and 4. Signalen's high, normal, low are 2, 3, 4. GRIP, whatever its number, is at least 1:
    several services coordinate.
    """
    text = re.sub(r"\s", "", source_priority).upper()
    if text in _WORDS:
        return _WORDS[text]
    match = _URGENCY.fullmatch(text)
    if match is None:
        return 1 if text.startswith("GRIP") else UNSAID
    kind, number = match[1], int(match[2])
    if kind == "A":
        value = min(number, 2)
    elif kind in {"B", "C"}:
        value = 3 if kind == "B" else 4
    else:
        value = min(max(number, 1), 4)
    return min(value, 1) if match[3] else value


def summary(category: Category, place: str) -> str:
    """Return one line for a person, from the category and the place alone."""
    name = category.value.replace("_", " ").capitalize()
    return f"{name}, {place}" if place else name


def inside_country(position: Position) -> bool:
    """Return whether a position lies in the box around the European Netherlands."""
    return MIN_LAT <= position.lat <= MAX_LAT and MIN_LON <= position.lon <= MAX_LON


def _refusal(report: RawReport, now: datetime) -> RefusedReport | None:
    for name, moment in (("occurred_at", report.occurred_at), ("reported_at", report.reported_at)):
        if moment is not None and moment - now > MAX_AHEAD:
            ahead_s = (moment - now).total_seconds()
            return RefusedReport(
                DeadLetterReason.FROM_THE_FUTURE, f"{name} lies {ahead_s:.0f} s ahead, at most 300 is accepted"
            )
    happened = report.occurred_at or report.reported_at
    if happened is not None and not report.cancels and now - happened > TOO_LATE:
        return RefusedReport(
            DeadLetterReason.TOO_LATE, f"happened {(now - happened).days} days ago, at most 28 is accepted"
        )
    if report.position is not None and not inside_country(report.position):
        expected = f"lat {MIN_LAT} to {MAX_LAT}, lon {MIN_LON} to {MAX_LON}"
        return RefusedReport(
            DeadLetterReason.OUTSIDE_COUNTRY, f"position lies outside the country, expected {expected}"
        )
    return None


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


def _reported(report: RawReport, known: Incident | None, now: datetime) -> AcceptedReport | NothingNew:
    if known is None:
        return AcceptedReport(_incident(report, None, now, Operation.CREATE), IntakeResult.CREATED, _late(report, now))
    if known.operation is Operation.CANCEL:
        return NothingNew(IntakeResult.AFTER_CANCEL)
    incident = _incident(report, known, now, Operation.UPDATE)
    if _content(incident) == _content(known):
        return NothingNew(IntakeResult.DUPLICATE)
    if incident.reported_at < known.reported_at:
        return NothingNew(IntakeResult.STALE)
    return AcceptedReport(incident, IntakeResult.UPDATED, _late(report, now))


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
        summary=summary(report.category, place),
        position=position,
        place=place,
        occurred_at=_occurred_at(report, known, reported_at, now),
        reported_at=reported_at,
        received_at=now,
        notes=ordered_notes(_notes(report)),
    )


def _notes(report: RawReport) -> Iterator[ReportNote]:
    """Yield what an operator is to know of how a report was read: the source's own notes, and that nothing explains its kind."""
    yield from report.notes
    if not report.category_known and not report.cancels:
        yield ReportNote.UNKNOWN_KIND


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
    )


def _late(report: RawReport, now: datetime) -> bool:
    happened = report.occurred_at or report.reported_at
    return happened is not None and now - happened > LATE
