"""Facts: what partners reported and cameras saw, as an alert keeps them: the newest of each report and episode, the best answer.

These are chosen by what the facts say, never by when they arrived, so that facts in any order make the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

from schemas.alerts import AlertReport
from schemas.base import Identifier, Part, ShortText, Utc
from schemas.categories import Category
from schemas.evidence import (
    CameraCoverage,
    EpisodeFact,
    Evidence,
    Likelihood,
    Movement,
    MovementKind,
    ReportFact,
    SightingFact,
    Verdict,
)
from schemas.geo import Position
from schemas.incidents import Incident, Operation
from schemas.phrases.catalogue import text_of
from schemas.phrases.phrase import Phrase

VERDICT_ORDER: Final = (
    Verdict.CORROBORATED,
    Verdict.CONSISTENT,
    Verdict.PENDING,
    Verdict.CONTRADICTED,
    Verdict.UNSEEN,
    Verdict.CAMERA_UNAVAILABLE,
    Verdict.NO_COVERAGE,
)
"""The best first. Pending stands above what lowers a priority: nothing falls before all have answered."""

VERDICT_RANK: Final = {verdict: rank for rank, verdict in enumerate(VERDICT_ORDER)}

_SPEAK_FOR: Final = frozenset({Verdict.CORROBORATED, Verdict.CONSISTENT})

_PHASES: Final = {"begin": 0, "change": 1, "end": 2}


class ReportRow(Part):
    """One report: its newest revision, and when it was first reported, as far as is known."""

    report: AlertReport
    evidence_id: str
    first_reported_at: Utc
    summary: ShortText
    place: Annotated[str, Field(max_length=120)]
    note: ShortText
    note_phrase: Phrase | None = None
    cameras: tuple[CameraCoverage, ...]

    @property
    def fact_id(self) -> str:
        """Return the incident's id."""
        return self.report.incident_id

    @property
    def over(self) -> bool:
        """Return whether it does not hold any more: it is cancelled."""
        return self.report.cancelled


class SightingRow(Part):
    """The best answer of one camera to one report. `words` tells it, whether it has a phrase or a text.

    The text is not kept beside a phrase that says it: a situation holds up to a thousand answers in one row.
    """

    incident_id: str
    camera_id: Identifier
    verdict: Verdict
    zone_id: Identifier | None
    explanation: ShortText
    phrase: Phrase | None = None
    degraded: bool
    likelihood: Likelihood | None = None
    movements: tuple[Movement, ...] = ()
    occurred_at: Utc
    evidence_id: str

    @property
    def words(self) -> str:
        """Return the explanation in English."""
        return text_of(self.phrase) if self.phrase is not None and not self.explanation else self.explanation


class EpisodeRow(Part):
    """The newest phase of something that a camera saw by itself. `begun_at` is the earliest phase known."""

    episode_id: str
    category: Category
    camera_id: Identifier
    zone_id: Identifier
    phase: str
    signal: str
    value: float
    explanation: ShortText
    phrase: Phrase | None = None
    degraded: bool
    rise_per_min: float | None = None
    position: Position | None
    begun_at: Utc
    occurred_at: Utc
    evidence_id: str

    @property
    def fact_id(self) -> str:
        """Return the episode's id."""
        return self.episode_id

    @property
    def over(self) -> bool:
        """Return whether it does not hold any more: it has ended."""
        return self.phase == "end"


Fact = ReportRow | EpisodeRow
"""What can open an alert; a sighting only answers a report."""


def report_row(evidence: Evidence, fact: ReportFact) -> ReportRow:
    """Return what is kept of a report."""
    return incident_row(fact.incident, evidence.evidence_id, fact.note, fact.cameras, fact.phrase)


def incident_row(
    incident: Incident,
    evidence_id: str = "",
    note: str = "",
    cameras: tuple[CameraCoverage, ...] = (),
    note_phrase: Phrase | None = None,
) -> ReportRow:
    """Return what is kept of a report; by itself, where nothing is known of its place yet."""
    report = AlertReport.model_construct(  # of an incident, which was checked where it was read
        incident_id=incident.incident_id,
        source=incident.source,
        source_id=incident.source_id,
        category=incident.category,
        source_priority=incident.source_priority,
        urgency=incident.urgency,
        revision=incident.revision,
        cancelled=incident.operation is Operation.CANCEL,
        position=incident.position,
        occurred_at=incident.occurred_at,
        reported_at=incident.reported_at,
        notes=incident.notes,
        exercise=incident.exercise,
    )
    return ReportRow.model_construct(
        report=report,
        evidence_id=evidence_id,
        first_reported_at=incident.reported_at,
        summary=incident.summary,
        place=incident.place,
        note=note,
        note_phrase=note_phrase,
        cameras=cameras,
    )


def sighting_row(evidence: Evidence, fact: SightingFact) -> SightingRow:
    """Return what is kept of a camera's answer.

    Raises:
        ValueError: The evidence names no camera.
    """
    if evidence.camera_id is None:
        raise ValueError("a sighting needs a camera_id")
    return SightingRow.model_construct(  # of evidence, which was checked where it was read
        incident_id=fact.incident_id,
        camera_id=evidence.camera_id,
        verdict=fact.verdict,
        zone_id=fact.zone_id,
        explanation="" if fact.phrase is not None and text_of(fact.phrase) == fact.explanation else fact.explanation,
        phrase=fact.phrase,
        degraded=fact.degraded,
        likelihood=fact.likelihood,
        movements=fact.movements,
        occurred_at=evidence.occurred_at,
        evidence_id=evidence.evidence_id,
    )


def episode_row(evidence: Evidence, fact: EpisodeFact) -> EpisodeRow:
    """Return what is kept of an episode's phase.

    Raises:
        ValueError: The evidence names no camera.
    """
    if evidence.camera_id is None:
        raise ValueError("an episode needs a camera_id")
    return EpisodeRow(
        category=evidence.category,
        camera_id=evidence.camera_id,
        position=evidence.position,
        begun_at=evidence.occurred_at,
        occurred_at=evidence.occurred_at,
        evidence_id=evidence.evidence_id,
        phrase=fact.phrase,
        **fact.model_dump(exclude={"kind", "phrase"}),
    )


def newer_report(known: ReportRow | None, row: ReportRow) -> ReportRow:
    """Return the report to keep of two revisions; the known one itself where the other brings nothing.

    A cancellation keeps what was known of the place and the cameras, since it often repeats neither.
    """
    if known is None:
        return row
    first = min(known.first_reported_at, row.first_reported_at)
    newest = row if row.report.revision > known.report.revision else known
    if newest is row and row.report.cancelled and not known.report.cancelled:
        told = {"revision": row.report.revision, "cancelled": True, "reported_at": row.report.reported_at}
        report = known.report.model_copy(update=told)
        newest = known.model_copy(update={"report": report, "evidence_id": row.evidence_id})
    if newest.first_reported_at == first:
        return newest
    return newest.model_copy(update={"first_reported_at": first})


def better_sighting(known: SightingRow | None, row: SightingRow) -> SightingRow:
    """Return the answer to keep of one camera to one report: the best verdict, of equal ones the most telling, then the latest.

    Only what speaks for a report has more and less telling ones. The same answer that is told again in other words, since its
    camera was asked again, changes nothing. What the camera saw people do is of all its answers.
    """
    if known is None:
        return row
    if known.evidence_id == row.evidence_id:
        return known
    best, movements = min(known, row, key=_better), largest((*known.movements, *row.movements))
    return best if movements == best.movements else best.model_copy(update={"movements": movements})


def _better(row: SightingRow) -> tuple[int, float, float, str]:
    """Return what an answer is ranked by; seconds come in any order, and another revision looks at the same ones again."""
    return (*telling(row.verdict, row.likelihood), -row.occurred_at.timestamp(), row.evidence_id)


def telling(verdict: Verdict, likelihood: Likelihood | None) -> tuple[int, float]:
    """Return what is smaller of the more telling of two answers: the verdict's rank, then how far it speaks for a report."""
    ratio = likelihood.ratio if likelihood is not None and verdict in _SPEAK_FOR else 1.0
    return (VERDICT_RANK[verdict], -ratio)


def largest(found: Iterable[Movement]) -> tuple[Movement, ...]:
    """Return of each kind the movement of most persons, of equal ones the first; in whatever order they are found."""
    best: dict[MovementKind, Movement] = {}
    for each in sorted(found, key=lambda each: (-each.persons, each.at)):
        best.setdefault(each.kind, each)
    return tuple(best[kind] for kind in MovementKind if kind in best)


def newer_episode(known: EpisodeRow | None, row: EpisodeRow) -> EpisodeRow:
    """Return the phase to keep of one episode: the latest; the known one itself where the other brings nothing.

    Where its camera looked stays known after the camera has left the registry.
    """
    if known is None:
        return row
    newest = max(known, row, key=lambda each: (each.occurred_at, _PHASES[each.phase], each.evidence_id))
    of_both = {
        "begun_at": min(known.begun_at, row.begun_at),
        "position": newest.position or known.position or row.position,
    }
    kept = newest.model_copy(update=of_both)
    return newest if kept == newest else kept


def newer_fact(known: Fact | None, row: Fact) -> Fact:
    """Return what to keep of two revisions of a report, or of two phases of an episode; `row` where none is known."""
    if isinstance(row, ReportRow):
        return newer_report(known if isinstance(known, ReportRow) else None, row)
    return newer_episode(known if isinstance(known, EpisodeRow) else None, row)
