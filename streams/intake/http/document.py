"""Document: what a partner posts: its fields as `intake recorded` reads them, each told of that cannot be read as it was meant.

Only the fields that a report has go on, so that names, free text and telephone numbers end here (`minimised`). What cannot be
read is told field by field, all at once, with what was expected and never with its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schemas.base import Identifier
from schemas.incidents import ReportNote
from streams.intake.sources import fields
from streams.intake.sources.gazetteer import clean_name
from streams.intake.sources.operations import OPERATIONS

DEEPEST: Final = 16
"""Levels of a document that are read: a GeoJSON point in a report has four."""
TAKEN: Final = (
    "source",
    "source_id",
    "operation",
    "category",
    "priority",
    "position",
    "place",
    "occurred_at",
    "reported_at",
    "exercise",
)
"""The fields that a report has; anything else is left where it came in."""
_POSITION: Final = frozenset(
    ("lat", "latitude", "lon", "lng", "longitude", "x_rd", "rd_x", "y_rd", "rd_y", "type", "coordinates", "accuracy_m")
)
_PLACE: Final = frozenset({"street", "town"})
_MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_IDENTIFIER: Final = TypeAdapter(Identifier)

EXPECTED: Final[Mapping[ReportNote, str]] = {
    ReportNote.POSITION_SWAPPED: "lat and lon; they stood in the other order, and were put right",
    ReportNote.POSITION_CONVERTED: "lat and lon, or x_rd and y_rd; they stood in the other system's fields, and were put right",
    ReportNote.POSITION_LEFT_OUT: "lat and lon, x_rd and y_rd or a GeoJSON point, inside the Netherlands",
    ReportNote.ACCURACY_UNKNOWN: "accuracy_m: more than 0 and at most 100000 (m)",
    ReportNote.NUMBER_REPAIRED: "a JSON number; a decimal comma was read",
    ReportNote.TIME_OF_ARRIVAL: "RFC 3339 with a zone; the moment of arrival counts",
    ReportNote.ZONE_ASSUMED: "RFC 3339 with a zone; local time was assumed",
    ReportNote.PLACE_LEFT_OUT: "street and town, names without house numbers",
    ReportNote.PRIORITY_UNKNOWN: "a priority such as A1, P 1, PRIO 2, hoog",
    ReportNote.UNKNOWN_KIND: "a code: an LMC code, a slug of Signalen, or our own name",
    ReportNote.FIELD_LEFT_OUT: "one of the values that docs/partners.md has for it",
    ReportNote.ID_HASHED: "at most 120 printable characters; a digest counts",
}


class ReportPlace(BaseModel):
    """Place: a street or square and a town, without a house number."""

    street: str | None = None
    town: str | None = None


class ReportPosition(BaseModel):
    """Position: WGS 84 (`lat`, `lon`), RD New in metres (`x_rd`, `y_rd`), or a GeoJSON point, with `accuracy_m`."""

    lat: float | None = None
    lon: float | None = None
    x_rd: float | None = None
    y_rd: float | None = None
    type: str | None = None
    coordinates: list[float] | None = None
    accuracy_m: float | None = None


class ReportDocument(BaseModel):
    """Report: what a partner sends; `source` and `source_id` are required, null is "not said", anything else is left unread."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "source": "politie-gms", "source_id": "2026-4711", "operation": "report", "category": "bzdsbr",
                "priority": "P 1", "position": {"lat": 52.30633, "lon": 4.8573, "accuracy_m": 30},
                "place": {"street": "Stadsplein", "town": "Amstelveen"},
                "occurred_at": "2026-11-24T11:58:00+01:00", "reported_at": "2026-11-24T11:59:00+01:00",
            }
        }
    )  # fmt: skip

    source: str = Field(description="Partner and feed, one that this sender may report under")
    source_id: str | int = Field(description="The partner's own id of the report; the same again changes it")
    operation: str | None = Field(None, description="report (default), cancel, test")
    category: str | None = Field(None, description="An LMC code, a slug of Signalen, or our own name")
    priority: str | int | None = Field(None, description="As the partner writes it: P 1, A1, hoog")
    position: ReportPosition | None = None
    place: ReportPlace | None = None
    occurred_at: str | None = Field(None, description="When it happened (RFC 3339)")
    reported_at: str | None = Field(None, description="When it was reported (RFC 3339); else when it was signed")
    exercise: bool | None = Field(None, description="true for an exercise, which is never joined with what is real")


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """Document fault: a field that could not be read as it was meant.

    Attributes:
        field: Its name, with dots.
        expected: What was expected.
        note: What became of it; empty where no report can be without it.
    """

    field: str
    expected: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Document: what of a partner's document is a report.

    Attributes:
        content: Its fields alone, as JSON.
        source: Whose it says to be; empty where it says none that can be.
        faults: All that could not be read as it was meant; those without a note leave no report.
    """

    content: bytes
    source: str
    faults: tuple[DocumentFault, ...]

    @property
    def missing(self) -> bool:
        """Return whether what no report can be without is not there."""
        return any(not fault.note for fault in self.faults)


def too_deep(body: bytes, deepest: int = DEEPEST) -> bool:
    """Return whether JSON nests deeper than so many levels; it is looked through without being built."""
    if body.count(b"[") + body.count(b"{") <= deepest:  # as in any report: none can nest deeper than there are of them
        return False
    depth = 0
    for match in _MARKS.finditer(body.decode("utf-8", "replace")):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > deepest:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def read_document(body: bytes, signed_at: datetime, zone: tzinfo, now: datetime) -> Document:
    """Return what of a partner's document is a report.

    A report that does not say when it was reported has the moment at which it was signed: so one that is recorded and sent again
    does not open what was cancelled meanwhile.

    Args:
        body: The request's.
        signed_at: When it was signed (UTC).
        zone: The zone of times that name none.
        now: When it came (UTC).
    """
    if too_deep(body):
        return Document(b"", "", (DocumentFault("(document)", f"at most {DEEPEST} levels of JSON"),))
    try:
        said = fields.document(body).value
    except ValueError as error:
        return Document(b"", "", (DocumentFault("(document)", f"JSON: {str(error)[:120]}"),))
    if not isinstance(said, dict):
        return Document(b"", "", (DocumentFault("(document)", "a JSON object"),))
    kept = minimised(said)
    faults = tuple(_faults(kept, zone, now))
    if _reported_at(kept, zone, now).value is None:
        kept["reported_at"] = min(signed_at, now).isoformat()
    return Document(json.dumps(kept).encode(), _source(kept.get("source")), faults)


def minimised(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document's fields that a report has; of a position and a place, their own fields alone."""
    kept = {name: said[name] for name in TAKEN if name in said}
    for name, parts in (("position", _POSITION), ("place", _PLACE)):
        if isinstance(kept.get(name), dict):
            kept[name] = {part: value for part, value in kept[name].items() if str(part).lower() in parts}
    return kept


def _source(value: Any) -> str:
    try:
        return _IDENTIFIER.validate_python(value.strip() if isinstance(value, str) else None)
    except ValidationError:
        return ""


def _faults(said: Mapping[str, Any], zone: tzinfo, now: datetime) -> Iterator[DocumentFault]:
    """Yield what of a document's fields could not be read as it was meant, in the order of `TAKEN`."""
    if not _source(said.get("source")):
        yield DocumentFault("source", "letters, digits and . _ : -, as in this sender's list of sources")
    identity = fields.identity(said.get("source_id"))
    if not identity.value:
        yield DocumentFault("source_id", "a text or a whole number")
    yield from _noted("source_id", identity.notes)
    operation = fields.text(said.get("operation"))
    if operation.notes or (operation.value and operation.value.casefold() not in OPERATIONS):
        yield DocumentFault(
            "operation", "report, cancel or test; it counts as a report", ReportNote.FIELD_LEFT_OUT.value
        )
    yield from _noted("category", fields.text(said.get("category"), ReportNote.UNKNOWN_KIND).notes)
    yield from _noted("priority", fields.priority(said.get("priority")).notes)
    yield from _noted("position", fields.position(said.get("position"), fields.DEFAULT_ACCURACY_M).notes)
    yield from _place_faults(said.get("place"))
    occurred_at = fields.moment(said.get("occurred_at"), zone, now, ReportNote.TIME_OF_ARRIVAL)
    yield from _noted("occurred_at", occurred_at.notes)
    yield from _noted("reported_at", _reported_at(said, zone, now).notes)
    if fields.truth(said.get("exercise")).notes:
        yield DocumentFault("exercise", "true or false; it counts as real", ReportNote.FIELD_LEFT_OUT.value)


def _place_faults(place: Any) -> Iterator[DocumentFault]:
    if fields.is_unsaid(place):
        return
    if not isinstance(place, dict):
        yield from _noted("place", (ReportNote.PLACE_LEFT_OUT,))
        return
    for part in ("street", "town"):
        text = fields.text(place.get(part), ReportNote.PLACE_LEFT_OUT)
        if text.notes or (text.value and not clean_name(text.value)):
            yield from _noted(f"place.{part}", (ReportNote.PLACE_LEFT_OUT,))


def _reported_at(said: Mapping[str, Any], zone: tzinfo, now: datetime) -> fields.Field[datetime | None]:
    return fields.moment(said.get("reported_at"), zone, now, ReportNote.FIELD_LEFT_OUT)


def _noted(name: str, notes: Iterable[ReportNote]) -> Iterator[DocumentFault]:
    for note in notes:
        yield DocumentFault(name, EXPECTED.get(note, "another value"), note.value)
