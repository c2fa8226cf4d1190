"""Recorded reports: JSON lines, one GMS-like report per line.

Fields (anything else is dropped here and goes nowhere: reporter, telephone, free text, notes)::

    source             required; partner and feed, such as "politie-gms"
    source_id          required; the partner's own id, a text or a number
    operation          "report" (default), "cancel", "test"; other spellings are known too (`operations.py`)
    category           LMC code ("bzibwn"), Signalen slug, or our own name; unknown codes become "overig"
    priority           as the partner writes it: "P 1", "A1", "high", "hoog", 1
    position           {"lat", "lon"}, {"x_rd", "y_rd"} (RD New, EPSG:28992, metres) or a GeoJSON point, with "accuracy_m" (50)
    place              {"street", "town"}; a house number is dropped
    occurred_at        RFC 3339; else when it was reported. What names no zone is in the zone of TOEZICHT_TIME_ZONE
    reported_at        the same; else when it is read
    occurred_before_s  for scenarios, in place of occurred_at: so long before the report is read
    exercise           true for an exercise: it is marked wherever it goes, and never joined with what is real
    at_s               for scenarios: when to play it, in seconds after the start (`intake recorded --play`)

    {"source": "politie-gms", "source_id": "2026-4711", "category": "bzdsbr", "priority": "P 1", "at_s": 12,
     "position": {"lat": 52.30633, "lon": 4.8573, "accuracy_m": 30},
     "place": {"street": "Stadsplein 12", "town": "Amstelveen"}, "occurred_before_s": 40}

Only the first two are required. Null is "not said" everywhere, and a field that cannot be read is left out with a note
(`fields.py`): a report that says whose it is and which is never lost by one of its other fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter, ValidationError

from schemas.base import Identifier
from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident, ReportNote, ordered_notes
from schemas.phrases.codes import faults as says
from schemas.phrases.phrase import Phrase
from streams.domain import canary
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading, Unreadable
from streams.intake.sources import fields
from streams.intake.sources.base import SourceOptions
from streams.intake.sources.categories import Categories, load_categories
from streams.intake.sources.gazetteer import clean_name, join_place
from streams.intake.sources.operations import LineOperation, operation
from streams.settings import read_time_zone

MAX_S: Final = 28 * 86_400.0
_IDENTIFIER: Final = TypeAdapter(Identifier)


class RecordedOptions(SourceOptions):
    """Read recorded reports from a file of JSON lines.

    A line needs source and source_id, and may have operation, category, priority, position, place, occurred_at and
    reported_at; everything else in it is dropped unread. A field that cannot be read is left out with a note. Reading a file
    again leaves everything as it is; a report that was cancelled since opens again if it does not say reported_at.

    Example: toezicht intake recorded reports.jsonl --play --speed 2
    """

    categories: Path | None = Field(
        None, description="YAML file of partners' codes and our categories; the built-in one else"
    )


class RecordedReports:
    """Reads one recorded report per line."""

    name = "recorded"
    Options = RecordedOptions

    def __init__(self, categories: Categories, run: str = "", time_zone: str = "Europe/Amsterdam") -> None:
        """Prepare.

        Args:
            categories: The mapping of partners' codes.
            run: Is put before each id, so that a scenario can be played again.
            time_zone: The zone of times that name none.

        Raises:
            ZoneInfoNotFoundError: There is no such zone.
        """
        self._categories = categories
        self._prefix = f"{run}/" if run else ""
        self._zone: tzinfo = ZoneInfo(time_zone)

    @classmethod
    def from_options(cls, options: RecordedOptions, time_zone: str) -> RecordedReports:
        """Return the source. Raises ConfigurationError and FileError."""
        return cls(load_categories(options.categories), options.run, read_time_zone(time_zone).key)

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one line says; see the module's description for the fields."""
        if not content.strip():
            return NotForUs("blank")
        try:
            read = fields.document(content)
        except ValueError as error:
            return Unreadable(DeadLetterReason.NOT_JSON, says.json_expected(str(error)[:180]))
        line = read.value
        if not isinstance(line, dict):
            return _missing("(whole line)", says.expected_object())
        notes = list(read.notes)
        said = operation(line.get("operation"), notes)
        if said in {LineOperation.TEST, LineOperation.CLOSED}:
            return NotForUs(said.value)
        named = self._named(line)
        if isinstance(named, Unreadable):
            return named
        notes += named.notes
        return self._report(line, named.value, said is LineOperation.CANCEL, notes, now)

    def overdue(self, now: datetime, *, ending: bool = False) -> Iterable[Reading]:
        """Return nothing: each line is a report of its own."""
        return ()

    def recall(self, incident: Incident) -> None:
        """Nothing to learn: every line carries its own id."""

    def _named(self, line: dict[str, Any]) -> fields.Field[tuple[str, str]] | Unreadable:
        """Return whose report it is and which: what no report can be without."""
        source = _source(line.get("source"))
        if source is None:
            return _missing("source", says.expected_partner())
        if source == canary.SOURCE:
            return _missing("source", says.name_of_canary())
        identity = fields.identity(line.get("source_id"), self._prefix)
        if not identity.value:
            return _missing("source_id", says.expected_text_or_number())
        return fields.Field((source, identity.value), identity.notes)

    def _report(
        self, line: dict[str, Any], named: tuple[str, str], cancels: bool, notes: list[ReportNote], now: datetime
    ) -> RawReport:
        code = fields.text(line.get("category"), ReportNote.UNKNOWN_KIND)
        category, shown, known = self._categories.of(code.value)
        priority = fields.priority(line.get("priority"))
        position = fields.position(line.get("position"), fields.DEFAULT_ACCURACY_M)
        place = _place(line.get("place"))
        occurred_at = fields.moment(line.get("occurred_at"), self._zone, now, ReportNote.TIME_OF_ARRIVAL)
        reported_at = fields.moment(line.get("reported_at"), self._zone, now, ReportNote.FIELD_LEFT_OUT)
        before_s = fields.seconds(line.get("occurred_before_s"), MAX_S)
        happened_at = occurred_at.value
        if happened_at is None and before_s.value is not None:
            happened_at = (reported_at.value or now) - timedelta(seconds=before_s.value)
        exercise = fields.truth(line.get("exercise"))
        for field in (code, priority, position, place, occurred_at, reported_at, before_s, exercise):
            notes += field.notes
        return RawReport(
            source=named[0],
            source_id=named[1],
            cancels=cancels,
            category=category,
            category_source=shown,
            category_known=known,
            category_said=bool(code.value),
            source_priority=priority.value,
            place=place.value,
            position=position.value,
            occurred_at=happened_at,
            reported_at=reported_at.value,
            exercise=exercise.value,
            notes=ordered_notes(notes),
        )


def play_at_s(content: bytes) -> float:
    """Return when a scenario's line is to be played, in seconds after the start; 0 where it does not say."""
    try:
        line = fields.document(content).value
    except ValueError:
        return 0.0
    said = fields.seconds(line.get("at_s"), MAX_S).value if isinstance(line, dict) else None
    return said or 0.0


def _source(value: Any) -> str | None:
    try:
        return _IDENTIFIER.validate_python(value.strip() if isinstance(value, str) else None)
    except ValidationError:
        return None


def _place(value: Any) -> fields.Field[str]:
    """Return street and town; a text in place of the two may be somebody's words and is left out."""
    if fields.is_unsaid(value):
        return fields.Field("")
    if not isinstance(value, dict):
        return fields.Field("", (ReportNote.PLACE_LEFT_OUT,))
    notes: list[ReportNote] = []
    names = []
    for part in ("street", "town"):
        said = fields.text(value.get(part), ReportNote.PLACE_LEFT_OUT)
        name = clean_name(said.value)
        notes += said.notes if name or not said.value else (ReportNote.PLACE_LEFT_OUT,)
        names.append(name)
    return fields.Field(join_place(*names), ordered_notes(notes))


def _missing(field: str, expected: Phrase) -> Unreadable:
    return Unreadable(DeadLetterReason.INVALID, says.report_field(field, expected))
