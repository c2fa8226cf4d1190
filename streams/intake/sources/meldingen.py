"""Meldingen: reports of residents, one JSON document per report, from the successor of Signalen (Amsterdam/meldingen).

The document is what its API has of a melding (`GET /melding/{id}`, fact sheet §12)::

    {"id": 4711, "public_id": "ABC123", "state": "submitted", "classification": {"name": "Jongerenoverlast"}, "urgency": 0,
     "geo_location": {"type": "Feature", "geometry": {"type": "Point", "coordinates": [4.8573, 52.3063]}},
     "street": "Stadsplein", "postal_code": "1181ZM", "city": "Amstelveen",
     "created_at": "2026-11-29T11:58:00Z", "updated_at": "2026-11-29T11:59:00Z"}

Never read: `text`, `email`, `phone`, house numbers, the letters of a postcode, answers, notes, attachments, labels.
Classifications are made by each municipality: the table `meldingen` has their names as codes (`jongerenoverlast`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from schemas.incidents import ReportNote, ordered_notes
from schemas.phrases.codes import faults as says
from streams.domain.incidents.raw_report import NotForUs, RawReport, Reading
from streams.intake.sources import fields
from streams.intake.sources.categories import slug
from streams.intake.sources.operations import LineOperation, operation
from streams.intake.sources.partner import (
    JsonReports,
    PartnerOptions,
    first,
    missing,
    part,
    place_of,
    place_told,
    postcode_of,
)

STATES: Final[Mapping[str, LineOperation]] = {
    **dict.fromkeys(
        ("submitted", "processing_requested", "processing", "planned", "reopened", "reopen_requested"),
        LineOperation.REPORT,
    ),
    "completed": LineOperation.CLOSED,
    "canceled": LineOperation.CANCEL,
    "cancelled": LineOperation.CANCEL,
}
"""States behind the form."""
IN_THE_FORM: Final = frozenset(
    {"new", "classified", "questions_answered", "attachments_added", "location_submitted", "contact_info_added"}
)
"""States of a melding that somebody is still writing, and may never send."""
URGENCIES: Final[Mapping[str, str]] = {"1": "high", "0": "normal", "-1": "low"}
"""As its backoffice shows them. [not checked against a release]"""


class MeldingenOptions(PartnerOptions):
    """Read meldingen, one JSON document a line, as the API of Meldingen tells them.

    Kept are classification, urgency, position, street and town, and times. Who reported it, texts and house numbers are never
    read. A cancelled melding cancels its report; a completed one changes nothing, and one that is opened again is an update.

    Example: toezicht intake meldingen --partner meldingen < meldingen.jsonl
    """

    silent_after_s = 86_400.0  # as for Signalen [own]


class MeldingenReports(JsonReports):
    """Reads one melding per document."""

    name = "meldingen"
    Options = MeldingenOptions

    def _read(self, melding: dict[str, Any], notes: list[ReportNote], now: datetime) -> Reading:
        state = melding.get("state")
        if isinstance(state, str) and state.strip().casefold() in IN_THE_FORM:
            return NotForUs("not_sent")
        done = operation(state, notes, STATES)
        if done is LineOperation.CLOSED:
            return NotForUs("closed")
        identity = fields.identity(first(melding, "id", "public_id"), self._prefix)
        if not identity.value:
            return missing("id", says.expected_text_or_number())
        notes += identity.notes
        return self._report(melding, identity.value, done is LineOperation.CANCEL, notes, now)

    def _report(
        self, melding: dict[str, Any], source_id: str, cancels: bool, notes: list[ReportNote], now: datetime
    ) -> RawReport:
        place = place_of(melding.get("street"), melding.get("city"))
        street, town = place.value
        postcode = postcode_of(melding.get("postal_code"))
        where = melding.get("geo_location")
        feature = where.get("geometry") if isinstance(where, dict) and "geometry" in where else where
        position = self._located(fields.position(feature, fields.DEFAULT_ACCURACY_M), street, town, postcode)
        classification = melding.get("classification")
        name = part(melding, "classification").get("name") if isinstance(classification, dict) else classification
        said = fields.text(name, ReportNote.UNKNOWN_KIND)
        category, shown, known = self._categories.of(slug(said.value))
        priority = _priority(melding.get("urgency"))
        began = fields.moment(melding.get("created_at"), self._zone, now, ReportNote.TIME_OF_ARRIVAL)
        changed = fields.moment(first(melding, "updated_at", "created_at"), self._zone, now, ReportNote.FIELD_LEFT_OUT)
        for field in (place.notes, position.notes, said.notes, priority.notes, began.notes, changed.notes):
            notes += field
        return RawReport(
            source=self._partner,
            source_id=source_id,
            cancels=cancels,
            category=category,
            category_source=shown,
            category_known=known,
            category_said=bool(said.value),
            source_priority=priority.value,
            place=place_told(street, town, postcode),
            position=position.value,
            occurred_at=began.value,
            reported_at=changed.value,
            notes=ordered_notes(notes),
        )


def _priority(value: Any) -> fields.Field[str]:
    """Return an urgency as a priority; it is a small number here, not a place in a list."""
    word = URGENCIES.get(fields.text(value).value)
    return (
        fields.Field(word) if word is not None else fields.priority(None if isinstance(value, int | float) else value)
    )
